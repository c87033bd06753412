"""`sutja train`: from the person's data to a run folder, and what bad input gets."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from sutja.cli import main
from sutja.model_file import read_model
from sutja.model_file.bundled import open_model
from sutja.runs import classify as labelled_run
from sutja.runs import transcribe as text_run
from sutja.runtime import Session
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.synthesis.crops.composer import Composer
from sutja.synthesis.crops.sources import Sources
from sutja.training import checkpoint

FILES = {
    "model.onnx",
    "README.md",
    "card.json",
    "results.csv",
    "curves.png",
    "confusion.png",
    "mistakes.png",
    "command.txt",
    "checkpoint.pt",
}


def train(*arguments):
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


@pytest.fixture
def bars(tmp_path):
    """A folder with a folder for each of two classes of pictures."""
    rng = np.random.default_rng(0)
    for name in ("across", "down"):
        (tmp_path / "bars" / name).mkdir(parents=True)
        for i in range(40):
            picture = rng.integers(0, 80, (12, 10)).astype(np.uint8)
            if name == "across":
                picture[int(rng.integers(2, 10))] = 255
            else:
                picture[:, int(rng.integers(2, 8))] = 255
            Image.fromarray(picture).save(tmp_path / "bars" / name / f"{i}.png")
    return tmp_path / "bars"


def test_a_run_folder_holds_everything(bars, tmp_path):
    out = tmp_path / "run"
    done = train(
        "classify",
        bars,
        "--net",
        "mlp",
        "--hidden",
        "12,8",
        "--epochs",
        "30",
        "--out",
        out,
        "--threads",
        "1",
        "--tensorboard",
    )
    assert done.exit_code == 0, done.output
    events = {file.name for file in out.iterdir()} - FILES
    assert len(events) == 1
    assert events.pop().startswith("events.out.tfevents.")
    model = read_model(out / "model.onnx")
    card = model.card
    assert json.loads((out / "card.json").read_text())["classes"] == list(card.classes) == ["across", "down"]
    assert (card.task, card.name, card.seed) == ("classify", "run", 0)
    assert len(list(csv.DictReader((out / "results.csv").open()))) == 30
    assert [result["part"][:4] for result in card.results] == ["vali", "test"]
    assert sum(result["n"] for result in card.results) + card.training_data[0].items == 80
    assert card.fingerprint
    command = (out / "command.txt").read_text()
    expected = f"sutja train classify {bars} --net mlp --hidden 12,8 --epochs 30 --tensorboard --out {out}"
    assert command == f"{expected} --seed 0 --threads 1\n"
    for name in ("curves", "confusion", "mistakes"):
        with Image.open(out / f"{name}.png") as picture:
            assert min(picture.size) > 100


def test_the_file_answers_about_pictures_as_the_card_says(bars, tmp_path):
    done = train(
        "classify",
        bars,
        "--net",
        "convnet",
        "--epochs",
        "20",
        "--out",
        tmp_path / "run",
        "--threads",
        "1",
        "--dtype",
        "float32",
    )
    assert done.exit_code == 0, done.output
    model = read_model(tmp_path / "run" / "model.onnx")
    pictures = np.zeros((2, 12, 10), np.uint8)
    pictures[0, 5], pictures[1, :, 4] = 255, 255
    log_probs = Session(model).run(batch_to_pixels(pictures, PixelsParams(**model.card.preprocessing.params)))
    assert [model.card.classes[i] for i in log_probs.argmax(1)] == ["across", "down"]


def test_rare_classes_and_names_in_any_script(bars, tmp_path, recwarn):
    folder = tmp_path / "Meine Ziffern (März)"
    bars.rename(folder)
    (folder / "down").rename(folder / "日本")
    for name, n in (("einzel", 1), ("drei", 3)):
        (folder / name).mkdir()
        for i in range(n):
            picture = np.random.default_rng(i).integers(0, 255, (12, 10)).astype(np.uint8)
            Image.fromarray(picture).save(folder / name / f"{i}.png")
    out = tmp_path / "run"
    done = train("classify", folder, "--net", "mlp", "--hidden", "8", "--epochs", "2", "--out", out)
    assert done.exit_code == 0, done.output
    assert (
        "remark: einzel has 1 picture, too few to be learnt or measured; none is left to test it"
        in done.output
    )
    assert "remark: drei has 3 pictures, too few to be learnt or measured" in done.output
    assert not [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)]
    assert {path.name for path in out.iterdir()} >= FILES - {"checkpoint.pt"}


def test_a_stopped_run_is_resumed_to_the_same_model(bars, tmp_path, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    options = ("--net", "mlp", "--epochs", "12", "--threads", "1", "--name", "bars")
    assert train("classify", bars, *options, "--out", whole).exit_code == 0
    write = labelled_run.RunFolder.write_results

    def interrupted(self, rows):
        write(self, rows)
        if len(rows) == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(labelled_run.RunFolder, "write_results", interrupted)
        done = train("classify", bars, *options, "--out", broken)
    assert done.exit_code == 130
    assert "--resume" in done.output
    assert not (broken / "model.onnx").exists()
    refused = train("classify", bars, *options, "--out", broken)
    assert refused.exit_code == 1
    assert "--resume" in refused.output
    done = train("classify", bars, *options, "--out", broken, "--resume")
    assert done.exit_code == 0, done.output
    models = [read_model(folder / "model.onnx") for folder in (whole, broken)]
    image = np.random.default_rng(0).random((4, 1, 12, 10), dtype=np.float32)
    one, two = (Session(model).run(image) for model in models)
    assert np.array_equal(one, two)
    assert models[0].card.results == models[1].card.results
    (bars / "down" / "0.png").unlink()
    done = train("classify", bars, *options, "--out", broken, "--resume")
    assert done.exit_code == 1
    assert "began with something else (data" in done.output


def test_a_budget_of_time_is_kept(bars, tmp_path):
    done = train(
        "classify", bars, "--net", "mlp", "--budget", "0.5s", "--out", tmp_path / "run", "--threads", "1"
    )
    assert done.exit_code == 0, done.output
    assert 0.5 <= checkpoint.read(tmp_path / "run" / checkpoint.NAME)["spent"] < 2
    rows = list(csv.DictReader((tmp_path / "run" / "results.csv").open()))
    assert 0 < float(rows[-1]["seconds"]) < 2
    assert "--budget 0.5s" in (tmp_path / "run" / "command.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epochs", "2", "--budget", "1m"), "exclude one another"),
        (("--budget", "soon"), "no duration"),
        (("--hidden", "16;16"), "whole numbers"),
        (("--resize", "28"), "2 numbers"),
        (("--resume",), "--out"),
        (("--net", "perceptron"), "perceptron"),
        (("--device", "cuda:99", "--epochs", "1"), "no device"),
    ],
)
def test_options_that_make_no_sense(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = train("classify", "--net", "mlp", *arguments)
    assert done.exit_code in (1, 2)
    assert message in done.output
    assert not list(tmp_path.rglob("*.onnx"))


def test_data_that_is_not_there_leaves_no_folder(tmp_path):
    done = train("classify", tmp_path / "nothing", "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "nothing" in done.output
    assert not (tmp_path / "run").exists()


def test_too_little_memory_is_refused_before_the_work(bars, tmp_path, monkeypatch):
    monkeypatch.setattr("sutja.training.classify.checks.measure_free_memory", lambda: 1000)
    done = train("classify", bars, "--net", "mlp", "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "GB of memory" in done.output


@pytest.fixture
def crops(tmp_path):
    """A table of printed numbers."""
    composer = Composer(Sources(), 3, {"printed": 1.0})
    with (tmp_path / "crops.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "text"])
        for i in range(16):
            sample = composer.sample()
            Image.fromarray(sample.picture).save(tmp_path / f"{i}.png")
            table.writerow([f"{i}.png", sample.text])
    return tmp_path / "crops.csv"


def test_a_transcriber_is_trained_further(crops, tmp_path, monkeypatch):
    monkeypatch.setattr(text_run, "_LEAST_CROPS", 1)
    monkeypatch.setattr(text_run, "_COLUMNS", 512)
    monkeypatch.setattr(text_run, "WIDTHS", (1.0,))
    out = tmp_path / "run"
    (tmp_path / "3.png").write_bytes(b"no picture")
    done = train("transcribe", crops, "--epochs", "1", "--threads", "1", "--out", out)
    assert done.exit_code == 0, done.output
    assert "left out" in done.output
    assert {file.name for file in out.iterdir()} == FILES
    card = read_model(out / "model.onnx").card
    base = open_model("numbers").card
    assert card.task == "transcribe"
    assert card.training_data[-1].name == "crops.csv"
    assert len(card.training_data) > 1  # the base's are still named
    assert (
        card.thresholds == base.thresholds
    )  # too few crops for a calibration of their own: the base's stays
    assert sum(result["n"] for result in card.results) + card.training_data[-1].items == 15
    before = read_model(out / "model.onnx")
    again = train("transcribe", crops, "--epochs", "1", "--threads", "1", "--out", out, "--resume")
    assert again.exit_code == 0, again.output  # nothing was left to train
    image = np.random.default_rng(0).random((2, 1, 32, 64), dtype=np.float32)
    one, two = (Session(model).run(image) for model in (before, read_model(out / "model.onnx")))
    assert np.array_equal(one, two)
    other = train("transcribe", crops, "--epochs", "2", "--threads", "1", "--out", out, "--resume")
    assert other.exit_code == 1
    assert "steps: " in other.output
    scratch = train("transcribe", crops, "--from-scratch", "--epochs", "1", "--threads", "1", "--out", out)
    assert scratch.exit_code == 1
    assert "there is a run in this folder" in scratch.output
