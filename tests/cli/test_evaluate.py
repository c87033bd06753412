"""`sutja evaluate` as a person runs it: figures, warnings, and errors that say what to do."""

import json
import sys

import answering
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from steerable import draw

from sutja.cli import main
from sutja.data.split.fingerprint import make_fingerprint
from sutja.model_file import Guarantee, write_model


def pictures(n, seed=0):
    """Distinct pictures and labels: a tenth show another class than their label says, unsurely."""
    rng = np.random.default_rng(seed)
    labels, wrong = rng.integers(0, 5, n), rng.random(n) < 0.1
    place, shown = np.arange(n), np.where(wrong, (labels + 1) % 5, labels)
    X = np.zeros((n, 5, 2), np.uint8)
    X[place, shown] = np.where(wrong, 230, 255)[:, None] - np.stack([place % 20, place // 20], axis=1)
    X[place[wrong], labels[wrong]] = 205  # the true class shows nearly as brightly
    return X, np.array(answering.CLASSES)[labels], wrong


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The working directory with 300 labelled pictures, d.npz, and a model, c.onnx."""
    monkeypatch.chdir(tmp_path)
    X, y, wrong = pictures(300)
    np.savez("d.npz", X=X, y=y)
    write_model("c.onnx", answering.make_network(), answering.make_card(threshold=0.9))
    return X, wrong


def run(*arguments):
    return CliRunner().invoke(main, ["evaluate", *arguments])


def test_json(data):
    _, wrong = data
    done = run("c.onnx", "d.npz", "--format", "json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["n"], found["error"]["k"]) == (300, wrong.sum())
    assert found["error"]["low"] < found["error"]["rate"] < found["error"]["high"]
    assert (found["model"], found["task"], found["data"]) == ("answering", "classify", "d.npz")
    assert [c["label"] for c in found["classes"]] == list(answering.CLASSES)
    assert found["wrong_of_accepted"]["k"] == 0
    assert found["accepted"]["k"] == 300 - wrong.sum()
    assert found["risk_coverage"][0]["coverage"] == 1.0
    assert 0 < found["aurc"] < found["error"]["rate"]
    assert (found["warnings"], found["trained_on"], found["guarantee"]) == ([], 0, None)


def test_the_table(data):
    done = run("c.onnx", "d.npz")
    assert done.exit_code == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["data", "d.npz,", "300", "items"] in lines
    assert any(line[:2] == ["calibration", "error"] for line in lines)
    assert [line[0] for line in lines if line and line[0] in answering.CLASSES] == list(answering.CLASSES)
    assert "commonest mistakes: " in done.stdout
    assert done.stderr == ""


def test_pictures_that_were_trained_on_are_told(data):
    X, wrong = data
    card = answering.make_card(fingerprint=make_fingerprint(X[:200]).to_text())
    write_model("c.onnx", answering.make_network(), card)
    done = run("c.onnx", "d.npz", "--format", "json")
    found = json.loads(done.stdout)
    assert "200 of 300 different test pictures were trained on" in done.stderr
    assert found["trained_on"] == 200
    assert (found["error_on_new"]["k"], found["error_on_new"]["n"]) == (wrong[200:].sum(), 100)
    assert "on items not trained on" in run("c.onnx", "d.npz").stdout


def test_data_the_threshold_was_chosen_on_are_told(data):
    guarantee = Guarantee(0.01, 0.95, "learn then test", 400, 350, 1, "d.npz")
    write_model("c.onnx", answering.make_network(), answering.make_card(guarantee=guarantee))
    done = run("c.onnx", "d.npz")
    assert "the threshold was chosen on these data" in done.stderr
    assert "at most 1 % wrong, with 95 % confidence" in done.stdout


def test_a_model_that_reads_numbers(model_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("a", "12.50"), ("b", "7"), ("c", "1□3")):
        Image.fromarray(draw(text)).save(f"{name}.png")
    (tmp_path / "t.csv").write_text("path,text\na.png,12.50\nb.png,1\nc.png,13\n")
    done = run(str(model_path), "t.csv", "--format", "json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["n"], found["error"]["k"], found["accepted"]["k"]) == (
        3,
        1,
        2,
    )  # a letter is never accepted
    assert found["cer"] == pytest.approx(1 / 7, abs=1e-6)
    assert found["classes"] == []
    assert "digits wrong" in run(str(model_path), "t.csv").stdout


def test_crops_that_cannot_be_read_count_as_wrong(model_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(draw("12.50")).save("a.png")
    for name in ("b", "c"):
        (tmp_path / f"{name}.png").write_text("no picture")
    (tmp_path / "t.csv").write_text("path,text\na.png,12.50\nb.png,1\nc.png,\n")  # nothing stands on c.png
    done = run(str(model_path), "t.csv", "--format", "json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["n"], found["error"]["k"], found["answered"]["k"], found["unreadable"]) == (3, 2, 1, 2)
    assert "2 of 3 inputs could not be read; they count as wrong" in done.stderr
    assert "2 of 3 inputs could not be read; they count as wrong" in found["warnings"]
    (tmp_path / "t.csv").write_text("path,text\nb.png,1\n")
    done = run(str(model_path), "t.csv")
    assert (done.exit_code, "none of its 1 inputs can be read" in done.stderr) == (1, True)


@pytest.mark.parametrize("form", ["folders", "table"])
def test_pictures_that_cannot_be_classified_count_as_wrong(data, tmp_path, form):
    rows = ["path,label"]
    for name in answering.CLASSES[:3]:
        (tmp_path / "set" / name).mkdir(parents=True)
        Image.fromarray(answering.draw(name)).save(tmp_path / "set" / name / "a.png")
        rows.append(f"{name}/a.png,{name}")
    wrong = answering.CLASSES[1]
    (tmp_path / "set" / wrong / "broken.png").write_text("no picture")
    rows.append(f"{wrong}/broken.png,{wrong}")
    (tmp_path / "set.csv").write_text("\n".join(rows).replace("\n", "\nset/"))
    done = run("c.onnx", "set" if form == "folders" else "set.csv", "--format", "json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["n"], found["error"]["k"], found["answered"]["k"], found["unreadable"]) == (4, 1, 3, 1)
    recalls = {c["label"]: (c["recall"]["k"], c["recall"]["n"]) for c in found["classes"]}
    assert recalls == {name: (1, 2 if name == wrong else 1) for name in answering.CLASSES[:3]}
    assert found["confusions"] == []
    assert "broken.png" in done.stderr
    assert "1 of 4 inputs could not be read; they count as wrong" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.onnx", "d.npz"], "model none.onnx: there is no such file"),
        (["c.onnx", "none.npz"], "there is no such file or folder"),
        (["c.onnx", "other.npz"], "holds classes that are not known here: 5"),
        (["c.onnx"], "holds classes that are not known here: 2"),
        (["numbers"], "give a .csv with the columns path and text"),
    ],
)
def test_errors_say_what_to_do(data, arguments, message):
    X, _ = data
    np.savez("other.npz", X=X, y=np.arange(300) % 2 * 5)
    done = run(*arguments)
    assert done.exit_code == 1
    assert message in done.stderr
    assert "Traceback" not in done.output


def test_without_the_learn_half_it_says_what_to_install(data, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    done = run("c.onnx")
    assert done.exit_code == 1
    assert "needs sklearn.datasets, which is not installed: pip install 'sutja[train]'" in done.stderr
