"""`sutja train transcribe` on recordings, end to end on made-up sounds."""

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from sounding import phrase

from sutja.cli import main
from sutja.errors import DataError
from sutja.grammar.number_words import WORDS
from sutja.listening import Listener
from sutja.model_file import read_model
from sutja.runs.listen import load_parts


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """30 recordings of two to three words by six speakers, in a folder with a table."""
    folder = tmp_path_factory.mktemp("recordings")
    rng = np.random.default_rng(0)
    lines = ["path,text,group"]
    for i in range(30):
        speaker = i % 6
        classes = [int(c) for c in rng.integers(1, 11, int(rng.integers(2, 4)))]
        sound = phrase(classes, pitch=0.9 + 0.05 * speaker)
        soundfile.write(folder / f"{i}.wav", sound.samples, 16_000)
        words = [WORDS[c - 1] for c in classes]
        text = " ".join(words) if i % 2 else "".join(str(c - 1) for c in classes)
        lines.append(f"{i}.wav,{text},speaker {speaker}")
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder


def run(*words):
    result = CliRunner().invoke(main, ["train", "transcribe", *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_folder_of_recordings_becomes_a_listener_that_goes_on_learning(recordings, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    output = run(recordings, "--from-scratch", "--epochs", 1, "--out", first, "--threads", 1)
    assert "recordings to train" in output
    assert f"sutja listen --model {first / 'model.onnx'}" in output
    card = read_model(first / "model.onnx").card
    assert (card.task, card.classes, card.training_data[0].name) == ("listen", WORDS, "labels.csv")
    assert [result["part"] for result in card.results] == ["validation", "test"]
    assert (card.threshold, card.calibration.points) == (1.0, ())  # after one epoch it hears nothing yet
    assert [result["accepted"] for result in card.results] == [0.0, 0.0]
    for name in ("card.json", "results.csv", "curves.png", "command.txt"):
        assert (first / name).is_file()
    page = Listener(first / "model.onnx").listen(recordings / "0.wav")
    assert page.error is None

    run(
        recordings / "labels.csv",
        "--base",
        first / "model.onnx",
        "--epochs",
        1,
        "--out",
        second,
        "--lr",
        1e-5,
    )
    second_card = read_model(second / "model.onnx").card
    assert [entry.name for entry in second_card.training_data] == ["labels.csv", "labels.csv"]


def test_a_recording_that_cannot_be_heard_is_left_out_and_named(recordings, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF" + bytes(10))
    rows = [f"{recordings / f'{i}.wav'},one" for i in range(3)] + [f"{tmp_path / 'broken.wav'},two"]
    (tmp_path / "table.csv").write_text("path,text\n" + "\n".join(rows))
    output = run(
        tmp_path / "table.csv", "--from-scratch", "--epochs", 1, "--out", tmp_path / "run", "--threads", 1
    )
    assert "left out: " in output
    assert "broken.wav" in output


@pytest.mark.parametrize("n", [1, 2])
def test_a_test_part_of_ones_own_may_be_small(recordings, tmp_path, n):
    rows = [f"{recordings / f'{i}.wav'},one,{'test' if i < n else ''}" for i in range(8)]
    (tmp_path / "table.csv").write_text("path,text,part\n" + "\n".join(rows))
    parts = load_parts(tmp_path / "table.csv", print)
    assert (len(parts.test), len(parts.train) + len(parts.validation)) == (n, 8 - n)


def test_a_test_part_that_cannot_be_heard_is_named(recordings, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF" + bytes(10))
    rows = [f"{recordings / f'{i}.wav'},one," for i in range(4)] + [f"{tmp_path / 'broken.wav'},two,test"]
    (tmp_path / "table.csv").write_text("path,text,part\n" + "\n".join(rows))
    with pytest.raises(DataError, match="none of the 1 recordings of the test part can be read"):
        load_parts(tmp_path / "table.csv", print)


def test_crops_are_sent_to_the_other_task(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "labels.csv").write_text("path,text\na.png,1\nb.png,2\n")
    with pytest.raises(DataError, match='not recordings; train with the task "transcribe"'):
        load_parts(tmp_path, print)


def test_base_and_from_scratch_exclude_one_another(recordings):
    result = CliRunner().invoke(
        main, ["train", "transcribe", str(recordings), "--from-scratch", "--base", "spoken"]
    )
    assert result.exit_code == 2
    assert "exclude one another" in result.output
