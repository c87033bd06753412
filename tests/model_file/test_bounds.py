"""Graphs that ask for more memory or work than a network needs are refused before anything is run."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from sutja.errors import InferenceError, ModelFileError
from sutja.model_file import CARD_KEY, Card, Preprocessing, format_card, read_model
from sutja.runtime import Session

CARD = Card("classify", "made", (), Preprocessing("pixels", {"height": 4, "width": 4}), classes=("a", "b"))


def make_model(nodes, tensors=()):
    """The bytes of a classifier of 4 × 4 pixels, whose last node makes "more", a tensor that is summed up."""
    end = [
        helper.make_node("ReduceSum", ["more"], ["sum"], keepdims=0),
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["mean", "column"], ["one"]),
        helper.make_node("Expand", ["one", "wanted"], ["two"]),
        helper.make_node("Mul", ["two", "sum"], ["log_probs"]),
    ]
    constants = {"column": [-1, 1], "wanted": [1, 2]}
    graph = helper.make_graph(
        [*nodes, *end],
        "made",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", 1, 4, 4])],
        [helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["B", 2])],
        [*tensors, *(make_tensor(name, np.array(value, np.int64)) for name, value in constants.items())],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model.metadata_props.add(key=CARD_KEY, value=format_card(CARD))
    return model.SerializeToString()


def make_tensor(name, value):
    return numpy_helper.from_array(np.asarray(value), name)


def sides(name, *values):
    return make_tensor(name, np.array(values, np.int64))


def test_a_modest_graph_is_read_and_loaded():
    data = make_model([helper.make_node("Identity", ["image"], ["more"])])
    assert Session(read_model(data)).run(np.ones((3, 1, 4, 4), np.float32)).shape == (3, 2)
    assert not read_model(data).trusted


HUGE = {
    "constant": ([helper.make_node("ConstantOfShape", ["s"], ["more"])], [sides("s", 40_000, 40_000)]),
    "expand": ([helper.make_node("Expand", ["image", "s"], ["more"])], [sides("s", 1, 10**6, 4, 4000)]),
    "tile": ([helper.make_node("Tile", ["image", "s"], ["more"])], [sides("s", 1, 10**6, 100, 1)]),
    "pad": (
        [helper.make_node("Pad", ["image", "s"], ["more"])],
        [sides("s", 0, 0, 0, 0, 0, 0, 10**5, 10**5)],
    ),
    "resize": (
        [helper.make_node("Resize", ["image", "", "", "s"], ["more"])],
        [sides("s", 1, 1, 10**5, 10**5)],
    ),
    "range": (
        [helper.make_node("Range", ["a", "b", "c"], ["more"])],
        [make_tensor(name, np.float32(value)) for name, value in (("a", 0), ("b", 10**9), ("c", 1))],
    ),
    "doubling": (
        [
            helper.make_node(
                "Concat", [f"x{i}" if i else "image"] * 2, [f"x{i + 1}" if i < 29 else "more"], axis=1
            )
            for i in range(30)
        ],
        [],
    ),
    "many that live together": (
        [
            *(helper.make_node("Expand", ["image", "s"], [f"x{i}"]) for i in range(5)),
            helper.make_node("Sum", [f"x{i}" for i in range(5)], ["more"]),
        ],
        [sides("s", 1, 1_500_000, 4, 4)],
    ),
}


@pytest.mark.parametrize("kind", HUGE)
def test_tensors_without_bound_are_refused(kind):
    nodes, tensors = HUGE[kind]
    with pytest.raises(
        ModelFileError, match=r"model made: (has a tensor of|needs more than|has a tensor whose)"
    ):
        read_model(make_model(nodes, tensors), source="made")


def test_a_size_that_depends_on_the_picture_is_refused():
    nodes = [
        helper.make_node("ReduceMax", ["image"], ["high"], keepdims=0),
        helper.make_node("Cast", ["high"], ["count"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["count", "line"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["more"]),
    ]
    with pytest.raises(ModelFileError, match="size cannot be told"):
        read_model(make_model(nodes, [sides("line", 1)]))


@pytest.mark.parametrize(("divisor", "match"), [(1, None), (-1, "size cannot be told"), (0, "do not fit")])
@pytest.mark.parametrize("width", [1, 10**5])
def test_a_padding_that_is_worked_out_is_bounded(width, divisor, match):
    nodes = [
        helper.make_node("Div", ["ends", "divisor"], ["divided"]),
        helper.make_node("Concat", ["zeros", "divided"], ["pads"], axis=0),
        helper.make_node("Pad", ["image", "pads"], ["more"]),
    ]
    ends = [sides("zeros", 0, 0, 0, 0), sides("ends", 0, 0, width, width), sides("divisor", divisor)]
    data = make_model(nodes, ends)
    if width == 1 and match is None:
        assert read_model(data).card == CARD
    else:
        with pytest.raises(ModelFileError, match=match or "has a tensor of"):
            read_model(data)


def test_a_model_that_is_not_run_needs_no_bounds():
    data = make_model([helper.make_node("Expand", ["image", "s"], ["more"])], [sides("s", 1, 10**6, 4, 4000)])
    assert read_model(data, runs=False).card == CARD


def test_work_without_bound_is_refused():
    nodes = [helper.make_node("ConstantOfShape", ["s"], ["x0"])]
    nodes += [
        helper.make_node("MatMul", [f"x{i}", f"x{i}"], [f"x{i + 1}" if i < 19 else "more"]) for i in range(20)
    ]
    with pytest.raises(ModelFileError, match="multiplications"):
        read_model(make_model(nodes, [sides("s", 4000, 4000)]))


def test_values_in_other_files_are_refused_wherever_they_hide():
    outside = TensorProto(data_type=TensorProto.FLOAT, dims=[4], name="v", data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value="secret.bin")
    places = make_tensor("places", np.arange(4))
    sparse = helper.make_sparse_tensor(outside, places, [16])
    node = onnx.NodeProto(op_type="Constant", output=["more"])
    node.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR).sparse_tensor.CopyFrom(
        sparse
    )
    with pytest.raises(ModelFileError, match="keeps the weights 'v' in another file"):
        read_model(make_model([node]))


def test_what_a_file_says_of_its_own_sizes_counts_for_nothing():
    model = onnx.load_model_from_string(make_model([helper.make_node("Identity", ["image"], ["more"])]))
    model.graph.node[0].op_type = "Expand"
    model.graph.node[0].input.append("s")
    model.graph.initializer.append(sides("s", 1, 10**6, 4, 4000))
    model.graph.value_info.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1, 1, 4, 4]))
    with pytest.raises(ModelFileError):
        read_model(model.SerializeToString())


def test_millions_of_empty_entries_do_not_take_gigabytes():
    data = make_model([helper.make_node("Identity", ["image"], ["more"])])
    graph = b"\x0a\x00" * 20_000_000  # nodes without anything
    length = bytes(
        [len(graph) & 127 | 128, len(graph) >> 7 & 127 | 128, len(graph) >> 14 & 127 | 128, len(graph) >> 21]
    )
    with pytest.raises(ModelFileError, match=r"memory|more than 20,000 nodes|takes longer"):
        read_model(data + b"\x3a" + length + graph)


def test_the_engine_is_tried_in_a_child_first():
    good = read_model(make_model([helper.make_node("Identity", ["image"], ["more"])]))
    broken = type(good)(good.card, good.data[: len(good.data) // 2], "made", trusted=False)
    with pytest.raises(InferenceError, match="model made: the engine cannot load it"):
        Session(broken)
