"""Model files: what is written comes back, and what is unsafe or not for the job is refused with a reason."""

import os

import onnx
import pytest
import steerable
from onnx import TensorProto, helper

from sutja.errors import ModelFileError
from sutja.model_file import CARD_KEY, format_card, read_model, write_model
from sutja.model_file.bundled import open_model


@pytest.fixture
def model():
    """A network with a card, not yet in a file."""
    made = steerable.make_network()
    made.metadata_props.add(key=CARD_KEY, value=format_card(steerable.make_card()))
    return made


def refused(model, match):
    """The model is refused when read and when written."""
    with pytest.raises(ModelFileError, match=match):
        read_model(model.SerializeToString())


def test_a_model_comes_back(tmp_path):
    path = tmp_path / "a.onnx"
    network = steerable.make_network()
    network.metadata_props.add(key="author", value="somebody")
    network.metadata_props.add(key=CARD_KEY, value="an older card")
    write_model(path, network.SerializeToString(), steerable.make_card())
    file = read_model(path)
    assert file.card == steerable.make_card()
    assert file.data == path.read_bytes()
    assert file.source == str(path)
    assert {entry.key for entry in onnx.load(path).metadata_props} == {"author", CARD_KEY}
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.onnx"]


def test_a_refused_model_leaves_the_old_file(tmp_path, model):
    path = tmp_path / "a.onnx"
    write_model(path, model, steerable.make_card())
    before = path.read_bytes()
    with pytest.raises(ModelFileError, match=r"a\.onnx.*classes"):
        write_model(path, steerable.make_network(classes=7), steerable.make_card())
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.onnx"]


def test_a_graph_without_bounds_is_not_written(tmp_path, model):
    """Reading would refuse it, so an old file stays as it was."""
    path = tmp_path / "a.onnx"
    write_model(path, model, steerable.make_card())
    before = path.read_bytes()
    many = helper.make_node("ConstantOfShape", ["wide"], ["many"])
    model.graph.initializer.append(helper.make_tensor("wide", TensorProto.INT64, [2], [40_000, 40_000]))
    model.graph.node.insert(0, many)
    with pytest.raises(ModelFileError, match=r"a\.onnx: has a tensor of 1,600,000,000 values"):
        write_model(path, model, steerable.make_card())
    assert path.read_bytes() == before


def test_a_disk_that_fails_leaves_nothing(tmp_path, model, monkeypatch):
    def full(_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelFileError, match=r"a\.onnx: cannot be written \(no space left\); free space"):
        write_model(tmp_path / "a.onnx", model, steerable.make_card())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "data",
    [b"", b"hello world", b"\x89PNG\r\n\x1a\n" + bytes(100), b"\x08\x07", bytes(1000), b"\xff" * 1000],
    ids=["empty", "text", "png", "version only", "zeros", "ones"],
)
def test_what_is_no_onnx_is_refused(data):
    with pytest.raises(ModelFileError, match=r"not an ONNX"):
        read_model(data)


def test_a_truncated_model_is_refused(model):
    data = model.SerializeToString()
    for end in range(1, len(data), 37):
        with pytest.raises(ModelFileError):
            read_model(data[:end])


def test_missing_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.onnx"):
        with pytest.raises(ModelFileError, match=f"{path.name}.*no such file"):
            read_model(path)


def test_a_large_file_is_refused_before_it_is_read(tmp_path, model):
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(64_000_001)  # takes no space on the disk
    with pytest.raises(ModelFileError, match=r"64,000,001 bytes, more than the limit of 64,000,000"):
        read_model(path)
    with pytest.raises(ModelFileError, match="limit of 100"):
        read_model(model.SerializeToString(), size_limit=100)


def test_no_card(model):
    del model.metadata_props[:]
    refused(model, "no card")


def test_two_cards(model):
    model.metadata_props.add(key=CARD_KEY, value="{}")
    refused(model, "2 cards")


def test_custom_operators(model):
    model.graph.node[0].domain = "com.example"
    refused(model, r"operator AveragePool of the domain 'com\.example'")


def test_custom_operator_sets(model):
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    refused(model, r"com\.microsoft")


def test_functions_of_its_own(model):
    node = helper.make_node("Relu", ["x"], ["y"])
    model.functions.append(
        helper.make_function("", "Mine", ["x"], ["y"], [node], [helper.make_opsetid("", 17)])
    )
    refused(model, "functions")


def test_external_weights(model):
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    refused(model, "another file")


def test_external_weights_in_an_attribute(model):
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [1], [0.0])
    tensor.external_data.add(key="location", value="weights.bin")
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))
    refused(model, "another file")


def nested(depth):
    """An If within an If, `depth` times."""
    inner = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "leaf", [], [])
    for _ in range(depth):
        node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([node], "branch", [], [])
    return inner.node[0]


def test_graphs_within_graphs(model):
    model.graph.node.append(nested(6))
    refused(model, "nests graphs")


def test_custom_operators_within_a_branch(model):
    node = nested(1)
    node.attribute[0].g.node[0].domain = "com.example"
    model.graph.node.append(node)
    refused(model, r"com\.example")


@pytest.mark.parametrize("loop", ["Loop", "Scan"])
def test_loops(model, loop):
    body = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "body", [], [])
    model.graph.node.append(helper.make_node(loop, ["n", "c"], ["y"], body=body))
    refused(model, f"loop \\({loop}\\)")


def test_too_many_nodes(model):
    model.graph.node.extend([helper.make_node("Relu", ["x"], ["y"])] * 20_001)
    refused(model, "more than 20,000 nodes")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda g: setattr(g.input[0], "name", "picture"), r"inputs \['picture'\]"),
        (lambda g: setattr(g.output[0], "name", "logits"), r"outputs \['logits'\]"),
        (lambda g: g.output.append(helper.make_tensor_value_info("more", 1, [1])), "outputs"),
        (lambda g: g.input.append(helper.make_tensor_value_info("more", 1, [1])), "inputs"),
        (lambda g: setattr(g.input[0].type.tensor_type, "elem_type", TensorProto.DOUBLE), "float32"),
        (lambda g: setattr(g.input[0].type.tensor_type.shape.dim[1], "dim_value", 3), r"any, 1, any, any"),
        (lambda g: g.input[0].type.tensor_type.shape.dim.pop(), "float32"),
    ],
)
def test_the_wrong_job(model, change, match):
    change(model.graph)
    refused(model, match)


def test_another_number_of_classes():
    model = steerable.make_network(classes=12)
    model.metadata_props.add(key=CARD_KEY, value=format_card(steerable.make_card()))
    refused(model, "12 classes, its card names 16")


@pytest.mark.parametrize("task", ["transcribe", "classify", "detect", "listen"])
def test_the_default_of_a_task_is_a_model_for_it(task):
    assert open_model(None, task).card.task == task
