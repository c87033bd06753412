"""The run folder: whole files, and no second run over the first."""

import csv

import pytest

from sutja.errors import TrainingError
from sutja.model_file import Card, Preprocessing, TrainingSet
from sutja.runs import folder as run_folder
from sutja.runs.folder import RunFolder, describe_run, find_free, read_results

HISTORY = [
    {"epoch": 1.0, "step": 10.0, "loss": 2.0, "validation_loss": 1.5, "validation_error": 0.4},
    {"epoch": 2.0, "step": 20.0, "loss": 0.5, "validation_loss": 0.7, "validation_error": 0.0},
]


def test_a_second_run_does_not_write_over_the_first(tmp_path):
    RunFolder.open(tmp_path / "run", "sutja train classify")
    with pytest.raises(TrainingError, match="--resume"):
        RunFolder.open(tmp_path / "run", "sutja train classify")
    again = RunFolder.open(tmp_path / "run", "sutja train classify --seed 1", resume=True)
    assert (again.path / "command.txt").read_text() == "sutja train classify --seed 1\n"
    assert find_free(tmp_path, "new").name == "new-1"
    (tmp_path / "new-1").mkdir()
    assert find_free(tmp_path, "new").name == "new-2"


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TrainingError, match="cannot be written to"):
        RunFolder.open(tmp_path / "file" / "run", "sutja")
    monkeypatch.setattr(run_folder, "_LEAST_FREE", 10**30)
    with pytest.raises(TrainingError, match="MB are free"):
        RunFolder.open(tmp_path / "full", "sutja")


def test_files_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    run = RunFolder(tmp_path)
    run.write("a.txt", "first")
    monkeypatch.setattr("pathlib.Path.chmod", lambda *arguments: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(TrainingError, match=r"a\.txt: full"):
        run.write("a.txt", "second")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "first")]


def test_results_are_one_row_an_epoch(tmp_path):
    RunFolder(tmp_path).write_results(HISTORY)
    rows = list(csv.DictReader((tmp_path / "results.csv").open()))
    assert [float(row["loss"]) for row in rows] == [2.0, 0.5]
    assert read_results(tmp_path) == HISTORY


def test_a_readme_says_what_the_folder_holds(tmp_path):
    card = Card(
        "classify",
        "ones",
        (),
        Preprocessing("pixels"),
        classes=("0", "1"),
        training_data=(TrainingSet("mine", 1200, "not stated"),),
    )
    text = describe_run(card, "sutja train classify ones --seed 1")
    assert text.startswith("# ones\n")
    assert "sutja train classify ones --seed 1" in text
    assert 'Classifier("model.onnx")' in text
    assert "- learnt from mine: 1,200 items; not stated" in text
    assert "nothing was measured" in text
