"""`sutja.train`: a run from Python is the run of the command, and what cannot be is refused in words."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import sutja
from sutja.cli import main
from sutja.errors import SutjaError
from sutja.model_file import read_model
from sutja.runs import api, find_text_task
from sutja.runs import transcribe as transcribe_run
from sutja.runs.folder import Run
from sutja.runtime import Session
from sutja.synthesis.crops.composer import Composer
from sutja.synthesis.crops.sources import Sources
from sutja.training.export.network import ParityError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder, so that runs without a folder of their own leave nothing in the checkout."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def bars(tmp_path):
    """An .npz of two classes of pictures: a bar across, a bar down."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 80, (60, 10, 10)).astype(np.uint8)
    for i, picture in enumerate(X):
        if i % 2:
            picture[int(rng.integers(2, 8))] = 255
        else:
            picture[:, int(rng.integers(2, 8))] = 255
    np.savez(tmp_path / "bars.npz", X=X, y=np.array(["down", "across"])[np.arange(60) % 2])
    return tmp_path / "bars.npz"


@pytest.fixture
def crops(tmp_path, monkeypatch):
    """A table of printed numbers, of which an epoch is short."""
    monkeypatch.setattr(transcribe_run, "_LEAST_CROPS", 1)
    monkeypatch.setattr(transcribe_run, "WIDTHS", (1.0,))
    composer = Composer(Sources(), 3, {"printed": 1.0})
    lines = ["path,text"]
    for i in range(12):
        sample = composer.sample()
        Image.fromarray(sample.picture).save(tmp_path / f"{i}.png")
        lines.append(f'{i}.png,"{sample.text}"')
    (tmp_path / "crops.csv").write_text("\n".join(lines))
    return tmp_path / "crops.csv"


def facts(model):
    """What a card says that does not depend on the clock."""
    card = model.card
    return card.threshold, card.thresholds, card.calibration, card.scaling, card.results, card.training_data


def test_a_classifier_from_python_is_the_one_of_the_command(bars, tmp_path):
    lines = []
    run = sutja.train(
        bars, out=tmp_path / "one", seed=3, epochs=15, net="mlp", hidden=(8,), threads=1, log=lines.append
    )
    given = ["--net", "mlp", "--hidden", "8", "--epochs", "15", "--seed", "3", "--threads", "1"]
    done = CliRunner().invoke(main, ["train", "classify", str(bars), *given, "--out", str(tmp_path / "two")])
    assert done.exit_code == 0, done.output
    other = read_model(tmp_path / "two" / "model.onnx")
    assert facts(run.model) == facts(other)
    image = np.random.default_rng(0).random((4, 1, 10, 10), dtype=np.float32)
    assert np.array_equal(Session(run.model).run(image), Session(other).run(image))
    assert run.folder == tmp_path / "one"
    assert run.results == [dict(result) for result in run.model.card.results]
    assert [result["part"][:4] for result in run.results] == ["vali", "test"]
    shown = [line for line in done.output.replace("two", "one").splitlines() if "epoch" not in line]
    assert [line for line in lines if "epoch" not in line] == shown
    files = [{file.name for file in (tmp_path / name).iterdir()} for name in ("one", "two")]
    assert files[0] == files[1]


def test_a_transcriber_from_python_is_the_one_of_the_command(crops, tmp_path):
    run = sutja.train(crops, "transcribe", out=tmp_path / "one", epochs=1, threads=1, log=None)
    given = ["--epochs", "1", "--threads", "1", "--out", str(tmp_path / "two")]
    done = CliRunner().invoke(main, ["train", "transcribe", str(crops), *given])
    assert done.exit_code == 0, done.output
    other = read_model(tmp_path / "two" / "model.onnx")
    assert facts(run.model) == facts(other)
    image = np.random.default_rng(0).random((2, 1, 32, 64), dtype=np.float32)
    assert np.array_equal(Session(run.model).run(image), Session(other).run(image))


def test_a_call_is_written_down_and_does_it_again(bars, capsys):
    first = sutja.train(bars, net="mlp", epochs=2, threads=1)
    assert first.folder == Path("runs/bars-mlp-1")
    assert "bars-mlp-1" in capsys.readouterr().out
    call = ast.parse((first.folder / "command.txt").read_text(), mode="eval").body
    assert ast.unparse(call.func) == "sutja.train"
    options = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    assert options.pop("out") == "runs/bars-mlp-1"
    again = sutja.train(*map(ast.literal_eval, call.args), **options, out="again", log=None)
    assert facts(again.model) == facts(first.model)


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("guess", {}, "'guess' is no task; name one of classify, transcribe, detect, listen"),
        ("classify", {"colour": True}, "no option colour to classify; it takes augment, batch_size"),
        ("transcribe", {"budget": 60}, "no option budget to transcribe; it takes base, epochs"),
        ("classify", {"epochs": 1, "budget": 60}, "epochs and budget exclude one another"),
        ("classify", {"resume": True}, "the folder of the run is not named"),
        ("classify", {"net": "perceptron"}, "name one of mlp, convnet"),
        ("classify", {"augment": "wild"}, "augment: 'wild' makes no sense"),
        ("classify", {"epochs": 0}, "epochs: 0 makes no sense"),
    ],
)
def test_what_cannot_be_is_refused_in_words(task, options, message, bars):
    with pytest.raises(SutjaError, match=message):
        sutja.train(bars, task, **options)
    assert not list(Path().iterdir())


def test_data_are_needed():
    with pytest.raises(SutjaError, match="data: there are no data; name the data to detect"):
        sutja.train(task="detect")


def test_the_task_of_a_table_is_told_by_its_files(tmp_path):
    for name, suffix in (("sounds", "wav"), ("crops", "png")):
        (tmp_path / f"{name}.csv").write_text(f"path,text\na.{suffix},1\nb.{suffix},2\n")
    assert find_text_task(tmp_path / "sounds.csv") == "listen"
    assert find_text_task(tmp_path / "crops.csv") == "transcribe"


def test_a_model_that_answers_otherwise_than_its_network_is_not_written(bars, crops, tmp_path, monkeypatch):
    def refuse(*arguments):
        raise ParityError("the exported model differs from the network by 3")

    out = tmp_path / "run"
    for task, data in (("classify", bars), ("transcribe", crops)):
        monkeypatch.setattr(f"sutja.runs.{task}.export", refuse)
        given = ["train", task, str(data), "--epochs", "1", "--threads", "1", "--out", str(out / task)]
        done = CliRunner().invoke(main, given)
        assert done.exit_code == 1
        assert isinstance(done.exception, SystemExit)
        assert f"{out / task / 'model.onnx'}: no model was written" in done.stderr
        assert "by 3" in done.stderr
        assert "smaller learning rate" in done.stderr
        assert not list((out / task).glob("*.onnx"))
        with pytest.raises(SutjaError, match="there is no such file"):
            Run(out / task).model  # noqa: B018


def test_what_is_to_be_installed_is_named(tmp_path):
    program = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'torch':\n"
        "            raise ModuleNotFoundError('no torch', name='torch')\n"
        "sys.meta_path.insert(0, Missing())\n"
        "import sutja\n"
        "assert 'sutja.runs' not in sys.modules\n"
        "try:\n    sutja.train('x')\nexcept sutja.SutjaError as error:\n    print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(api.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "training: this needs torch, which is not installed; pip install 'sutja[train]'\n"
