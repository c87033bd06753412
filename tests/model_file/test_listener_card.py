"""The card of a listener, and the network that must go with it."""

from dataclasses import replace

import pytest
from onnx import TensorProto
from steerable_listener import WORDS, make_card, make_network

from sutja.errors import ModelFileError
from sutja.model_file import format_card, parse_card, read_model, write_model


def test_a_card_survives_json():
    card = make_card(results=({"part": "test", "exact": 0.9},))
    assert parse_card(format_card(card)) == card
    assert card.n_outputs == len(WORDS) + 1


def test_words_stand_once_and_no_charset_beside_them():
    for classes in ((), ("one", "one"), ("one", "")):
        with pytest.raises(ModelFileError, match="fewer than one class"):
            replace(make_card(), classes=classes)
    with pytest.raises(ModelFileError, match="its task is 'listen', and it has a charset"):
        replace(make_card(), charset=("1",))


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.output[0].__setattr__("name", "words"),
        lambda graph: graph.input[0].__setattr__("name", "image"),
        lambda graph: graph.output[0].type.tensor_type.__setattr__("elem_type", TensorProto.DOUBLE),
        lambda graph: graph.input[0].type.tensor_type.shape.dim.pop(),
        lambda graph: graph.output[0].type.tensor_type.shape.dim[2].__setattr__("dim_value", len(WORDS)),
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
