"""`sutja calibrate` and `sutja evaluate` on recordings: the promise goes into the listener's card."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from steerable_listener import make_card, make_network, say

from sutja.cli import main
from sutja.listening import Listener
from sutja.model_file import read_model, write_model
from sutja.signals.audio import RATE

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
N = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Recordings, every twentieth labelled wrongly, a table that names them, and a listener."""
    folder = tmp_path_factory.mktemp("recordings")
    rng = np.random.default_rng(0)
    rows = ["path,text,speaker"]
    for i in range(N):
        words = rng.choice(WORDS, 3).tolist()
        soundfile.write(folder / f"{i}.wav", say(" ".join(words)), RATE)
        digits = "".join(str(WORDS.index(word)) for word in words)
        text = " ".join(words) if i % 2 else digits
        rows.append(f"{i}.wav,{text if i % 20 else '999'},{i % 7}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    write_model(folder / "m.onnx", make_network(), make_card(threshold=0.5))
    return folder


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_a_listener_is_measured(folder):
    done = run("evaluate", folder / "m.onnx", folder, "--format", "json")
    assert done.exit_code == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["task"] == "listen"
    assert (facts["error"]["k"], facts["n"]) == (N // 20, N)


def test_the_threshold_is_kept_in_the_model(folder):
    out = folder / "kept.onnx"
    done = run("calibrate", folder / "m.onnx", folder / "labels.csv", "--max-error", 0.2, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "at most 20 % of the accepted answers are wrong" in done.stdout
    assert "7 writers, documents or the like" in done.stderr
    card = read_model(out).card
    assert card.guarantee.max_error == 0.2
    assert Listener(out).threshold == card.threshold


def test_too_few_recordings_promise_nothing(folder):
    done = run("calibrate", folder / "m.onnx", folder, "--max-error", 0.001, "--out", folder / "no.onnx")
    assert done.exit_code == 1
    assert not (folder / "no.onnx").exists()


def test_without_data_the_way_out_is_told(folder):
    done = run("calibrate", folder / "m.onnx", "--max-error", 0.1)
    assert done.exit_code == 1
    assert "needs recordings and their texts; give a .csv with the columns path and text" in done.stderr


def test_recordings_that_cannot_be_heard_count_as_wrong(folder, tmp_path):
    (tmp_path / "labels.csv").write_text(f"path,text\n{folder / '1.wav'},one\nbad.wav,two\n")
    (tmp_path / "bad.wav").write_text("no sound")
    done = run("evaluate", folder / "m.onnx", tmp_path, "--format", "json")
    assert done.exit_code == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["n"], facts["unreadable"], facts["answered"]["k"]) == (2, 1, 1)
    assert facts["error"]["k"] == 2  # "1.wav" says three digits
    assert "not read: " in done.stderr
    assert "1 of 2 inputs could not be read; they count as wrong" in done.stderr
    (tmp_path / "labels.csv").write_text("path,text\nbad.wav,two\n")
    done = run("evaluate", folder / "m.onnx", tmp_path)
    assert (done.exit_code, "none of its 1 inputs can be read" in done.stderr) == (1, True)


def test_recordings_that_cannot_be_heard_raise_no_threshold(folder, tmp_path):
    rows = (folder / "labels.csv").read_text().splitlines()[1:]
    rows = [f"{folder / row.rsplit(',', 1)[0]}" for row in rows]
    few = [*rows, *(f"{tmp_path / f'{i}.wav'},one" for i in range(N))]
    for i in range(N):
        (tmp_path / f"{i}.wav").write_text("no sound")
    found = []
    for name, lines in (("all", few), ("readable", rows)):
        (tmp_path / f"{name}.csv").write_text("\n".join(["path,text", *lines]))
        given = (
            folder / "m.onnx",
            tmp_path / f"{name}.csv",
            "--max-error",
            0.2,
            "--out",
            tmp_path / "m.onnx",
        )
        done = run("calibrate", *given, "--format", "json")
        assert done.exit_code == 0, done.stderr
        found.append({k: v for k, v in json.loads(done.stdout).items() if k != "data"})
        assert (f"{N} of {2 * N} items could not be read; they do not count" in done.stderr) == (
            name == "all"
        )
    assert found[0] == found[1]
