"""`sutja card`: what a model says of itself, for people and as JSON."""

import json

import answering
import pytest
from click.testing import CliRunner

from sutja.cli import main
from sutja.model_file import Guarantee, TrainingSet, write_model
from sutja.model_file.bundled import list_bundled


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
