"""Cards and files of classifiers: what goes out comes back, nothing malformed gets in."""

import json

import answering
import numpy as np
import pytest
from onnx import TensorProto, helper

from sutja.errors import ModelFileError
from sutja.model_file import Guarantee, Scaling, format_card, parse_card, read_model, write_model

FULL = answering.make_card(
    scaling=Scaling((0.9, 0.8, 1.0, 1.1, 1.2), (0.1, -0.1, 0.0, 0.0, 0.2)),
    fingerprint="AQID",
    guarantee=Guarantee(0.01, 0.95, "learn then test", 900, 800, 2, "letters.csv"),
)


def changed(**changes):
    """The JSON of the full card with some fields changed."""
    return json.dumps({**json.loads(format_card(FULL)), **changes})


def test_a_card_comes_back():
    assert parse_card(format_card(FULL)) == FULL
    assert FULL.n_outputs == 5


def test_a_card_of_the_first_release_still_loads():
    data = json.loads(format_card(answering.make_card()))
    for later in ("classes", "scaling", "fingerprint", "guarantee"):
        del data[later]
    card = parse_card(json.dumps({**data, "task": "transcribe", "charset": ["1", "2"]}))
    assert (card.classes, card.scaling, card.fingerprint, card.guarantee) == ((), Scaling(), "", None)
    assert card.n_outputs == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": []},
        {"classes": ["one"]},
        {"classes": ["a", "a", "b", "c", "d"]},
        {"classes": ["a", "b", "c", "d", ""]},
        {"classes": "abcde"},
        {"classes": [1, 2, 3, 4, 5]},
        {"charset": ["1"]},
        {"task": "transcribe", "charset": ["1"]},
        {"scaling": {"scale": [1.0, 2.0]}},
        {"scaling": {"scale": [1.0, 2.0], "shift": [0.0, 0.0]}},
        {"scaling": {"scale": [0.0]}},
        {"scaling": {"scale": [-1.0]}},
        {"scaling": {"scale": [], "shift": [0.0]}},
        {"scaling": {"scale": ["1"]}},
        {"scaling": 2.0},
        {"fingerprint": 3},
        {"guarantee": {"max_error": 0.01}},
        {"guarantee": "0.01"},
        {"guarantee": {**json.loads(format_card(FULL))["guarantee"], "method": "hope"}},
        {"guarantee": {**json.loads(format_card(FULL))["guarantee"], "accepted": 901}},
        {"guarantee": {**json.loads(format_card(FULL))["guarantee"], "confidence": 1.0}},
        {"guarantee": {**json.loads(format_card(FULL))["guarantee"], "max_error": 0}},
    ],
)
def test_malformed_fields_are_refused(changes):
    with pytest.raises(ModelFileError, match="card"):
        parse_card(changed(**changes))


def test_a_file_comes_back(tmp_path):
    write_model(tmp_path / "c.onnx", answering.make_network(), FULL)
    assert read_model(tmp_path / "c.onnx").card == FULL


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda g: g.output[0].type.tensor_type.shape.dim.add(), r"log_probs' is not float32 \(any, any\)"),
        (lambda g: g.input[0].type.tensor_type.shape.dim.pop(), "not float32"),
        (lambda g: setattr(g.output[0], "name", "label"), r"outputs \['label'\]"),
        (
            lambda g: setattr(g.output[0].type.tensor_type.shape.dim[1], "dim_value", 4),
            "has 4 classes, its card names 5;",
        ),
    ],
)
def test_the_wrong_job(tmp_path, change, match):
    network = answering.make_network()
    change(network.graph)
    with pytest.raises(ModelFileError, match=match):
        write_model(tmp_path / "c.onnx", network, FULL)


def tree():
    """A tree over 10 pixels: class 2 where the first is above one half, else class 0."""
    K = answering.K
    node = helper.make_node(
        "TreeEnsembleClassifier", ["flat"], ["label", "probabilities"], domain="ai.onnx.ml",
        classlabels_int64s=list(range(K)), post_transform="NONE",
        nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0],
        nodes_modes=["BRANCH_GT", "LEAF", "LEAF"], nodes_values=[0.5, 0.0, 0.0],
        nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
        class_treeids=[0, 0], class_nodeids=[1, 2], class_ids=[2, 0], class_weights=[1.0, 1.0],
    )  # fmt: skip
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        node,
        helper.make_node("Clip", ["probabilities", "least"], ["clipped"]),
        helper.make_node("Log", ["clipped"], ["log_probs"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", 1, K, 2])
    output = helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["B", K])
    least = helper.make_tensor("least", TensorProto.FLOAT, [], [1e-12])
    graph = helper.make_graph(nodes, "tree", [image], [output], [least])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def test_a_tree_is_used_as_a_network_is(tmp_path):
    from sutja.reading import Classifier

    write_model(tmp_path / "t.onnx", tree(), answering.make_card())
    classifier = Classifier(tmp_path / "t.onnx")
    picture = np.zeros((answering.K, 2), np.uint8)
    assert classifier.classify(picture).label == "0"
    picture[0, 0] = 255
    assert classifier.classify(picture).label == "7"
    assert [a.label for a in classifier.classify([picture, picture[::-1]])] == ["7", "0"]


def test_a_file_has_its_own_task_only(tmp_path):
    with pytest.raises(ModelFileError, match="log_probs"):
        write_model(tmp_path / "c.onnx", answering.make_network(), _transcriber_card())


def _transcriber_card():
    import steerable

    return steerable.make_card()
