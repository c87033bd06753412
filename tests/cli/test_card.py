"""`sutja card`: what a model says of itself, for people and as JSON."""

import json

import answering
import pytest
from click.testing import CliRunner

from sutja.cli import main
from sutja.cli.execution import results
from sutja.model_file import Guarantee, TrainingSet, write_model
from sutja.model_file.bundled import list_bundled, open_model


def show(*arguments):
    return CliRunner().invoke(main, ["card", *map(str, arguments)])


@pytest.fixture
def model(tmp_path):
    card = answering.make_card(
        training_data=(TrainingSet("mine\x1b[2J", 1200, "mine alone"),),
        results=({"set": "mine", "part": "test", "n": 100, "error": 0.02, "error_95": [0.002, 0.07]},),
        guarantee=Guarantee(0.01, 0.95, "learn then test", 400, 300, 0),
    )
    write_model(tmp_path / "m.onnx", answering.make_network(), card)
    return tmp_path / "m.onnx"


def test_a_card_for_people(model):
    done = show(model)
    assert done.exit_code == 0, done.output
    assert "classes: 0, 1, 7, A, ten" in done.output
    assert "accepts answers from a confidence of 0.9000; guaranteed: at most 1 % of them wrong" in done.output
    assert "1,200 items; terms: mine alone" in done.output
    assert "not all of its training data are under open terms" in done.output
    assert "mine, test: n = 100, error 0.02, error_95 (0.002 to 0.07)" in done.output
    assert "\x1b" not in done.output


def test_a_card_as_json(model):
    assert json.loads(show(model, "--format", "json").output)["classes"] == ["0", "1", "7", "A", "ten"]


def test_bundled_models_are_listed_and_shown():
    listed = show().output
    for name in list_bundled():
        assert name in listed
    done = show("digits")
    assert done.exit_code == 0
    assert "mnist: " in done.output


def test_what_is_no_model_is_an_error(tmp_path):
    done = show(tmp_path / "none.onnx")
    assert done.exit_code == 1
    assert "none.onnx" in done.stderr


def test_research_data_are_told_once_on_a_terminal(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results.click, "get_app_dir", lambda name: str(tmp_path / name))
    monkeypatch.setattr(results.sys.stderr, "isatty", lambda: True)
    for name in ("numbers", "numbers", "digits", "pages"):
        results.tell_terms(open_model(name).card)
    told = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in told] == ["numbers", "pages"]
    assert "--open chooses" in told[0]


@pytest.mark.parametrize("verb", ["read", "listen", "detect"])
def test_a_model_and_open_exclude_one_another(verb):
    done = CliRunner().invoke(main, [verb, "--open", "--model", "mine.onnx", "some.png"])
    assert done.exit_code == 2
    assert "--model and --open exclude one another" in done.output
