"""Pointwise convolutions as products of integers answer as in floats, and only those that are asked for."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from sutja.model_file import Card, ModelFile, Preprocessing
from sutja.model_file.pointwise import MOST_WEIGHT, list_pointwise, quantise_pointwise, quantise_weights
from sutja.runtime import Session

CHANNELS, OUTPUTS = 6, 10
LIMITS = (-3.0, 3.0)


def make_model():
    """Two pointwise convolutions of one input, one of their sum, one with strides and one by channel."""
    kernels = {
        "a": (OUTPUTS, CHANNELS, 1, 1),
        "b": (OUTPUTS, CHANNELS, 1, 1),
        "c": (4, OUTPUTS, 1, 1),
        "strided": (4, 4, 1, 1),
        "each": (4, 1, 1, 1),
    }
    rng = np.random.default_rng(3)
    stored = [
        numpy_helper.from_array(rng.normal(0, 0.4, size).astype(np.float32), f"{name}.weight")
        for name, size in kernels.items()
    ]
    stored.append(numpy_helper.from_array(rng.normal(0, 1, OUTPUTS).astype(np.float32), "a.bias"))
    nodes = [
        helper.make_node("Conv", ["image", "a.weight", "a.bias"], ["a"]),
        helper.make_node("Conv", ["image", "b.weight"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["both"]),
        helper.make_node("Conv", ["both", "c.weight"], ["c"]),
        helper.make_node("Conv", ["c", "strided.weight"], ["strided"], strides=[2, 2]),
        helper.make_node("Conv", ["strided", "each.weight"], ["out"], group=4),
    ]
    picture = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", CHANNELS, "H", "W"])
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, ["B", 4, None, None])
    graph = helper.make_graph(nodes, "g", [picture], [out], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model


def run(model, picture):
    card = Card("transcribe", "test", ("1",), Preprocessing("none"))
    return Session(ModelFile(card, model.SerializeToString(), "test")).run(picture)


def test_only_convolutions_of_one_pixel_and_all_channels_are_listed():
    assert [node.output[0] for node in list_pointwise(make_model().graph)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "ranges", [{"image": LIMITS}, {"image": LIMITS, "both": (-8.0, 8.0)}, {"both": (0.5, 9.0)}]
)
def test_integers_answer_as_floats_do(ranges):
    picture = np.clip(np.random.default_rng(4).normal(0, 1, (2, CHANNELS, 5, 7)), *LIMITS).astype(np.float32)
    model = make_model()
    wanted = run(model, picture)
    made = quantise_pointwise(model, ranges)
    onnx.checker.check_model(made)
    found = run(made, picture)
    assert found.shape == wanted.shape
    error = np.sqrt(np.square(found - wanted).mean()) / wanted.std()
    if min(low for low, _ in ranges.values()) < 0:
        assert error < 0.05
    else:  # what is below the range is clipped
        assert error > 0.2


def test_weights_are_integers_and_an_input_of_two_is_rounded_once():
    made = quantise_pointwise(make_model(), {"image": LIMITS})
    kinds = {tensor.name: tensor.data_type for tensor in made.graph.initializer}
    assert {name for name, kind in kinds.items() if kind == TensorProto.INT8} >= {"a.weights", "b.weights"}
    assert "a.weight" not in kinds
    assert "c.weight" in kinds
    assert sum(node.op_type == "QuantizeLinear" for node in made.graph.node) == 1


def test_weights_keep_seven_bits_and_outputs_without_any_stay():
    integers, scales = quantise_weights(np.array([[0.6, 0.0], [-1.0, 0.0]], np.float32))
    assert integers.tolist() == [[38, 0], [-MOST_WEIGHT, 0]]
    assert scales == pytest.approx([1.0 / MOST_WEIGHT, 1.0])
