"""The card of a detector, and the network that must go with it."""

from dataclasses import replace
from pathlib import Path

import pytest
from onnx import TensorProto
from steerable_detector import CLASSES, make_card, make_network

from sutja.errors import ModelFileError
from sutja.model_file import format_card, parse_card, read_model, write_model
from sutja.model_file.bundled import bundled_path, find_model


def test_a_card_survives_json():
    card = make_card(results=({"part": "test", "ap50": 0.9},))
    assert parse_card(format_card(card)) == card
    assert card.n_outputs == 4 + len(CLASSES)


def test_one_class_is_enough_and_none_is_not():
    assert replace(make_card(), classes=("digit",)).n_outputs == 5
    for classes in ((), ("a", "a"), ("a", "")):
        with pytest.raises(ModelFileError, match="fewer than one class"):
            replace(make_card(), classes=classes)


def test_a_charset_has_no_place_on_it():
    with pytest.raises(ModelFileError, match="its task is 'detect', and it has a charset"):
        replace(make_card(), charset=("1",))


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.output[0].__setattr__("name", "log_probs"),
        lambda graph: graph.input[0].__setattr__("name", "picture"),
        lambda graph: graph.output[0].type.tensor_type.__setattr__("elem_type", TensorProto.DOUBLE),
        lambda graph: graph.output[0].type.tensor_type.shape.dim.pop(),
        lambda graph: graph.output[0].type.tensor_type.shape.dim[1].__setattr__("dim_value", 7),
    ],
)
def test_another_network_is_refused(change, tmp_path):
    model = make_network()
    change(model.graph)
    with pytest.raises(ModelFileError):
        write_model(tmp_path / "m.onnx", model, make_card())
    assert not (tmp_path / "m.onnx").exists()


def test_a_file_is_read_as_it_was_written(tmp_path):
    write_model(tmp_path / "m.onnx", make_network(), make_card())
    assert read_model(tmp_path / "m.onnx").card == make_card()


def test_bundled_models_go_by_name(tmp_path, monkeypatch):
    assert find_model("numbers") == bundled_path("numbers")
    assert find_model("no-such-model") == Path("no-such-model")
    assert find_model("./numbers") == Path("numbers")
    assert find_model(tmp_path / "numbers.onnx") == tmp_path / "numbers.onnx"
