"""What the page is told of networks, weights and runs."""

import base64
import shutil

import numpy as np
import pytest
from onnx import helper, numpy_helper

from sutja.model_file import Card, Preprocessing, write_model
from sutja.model_file.bundled import bundled_path
from sutja.reading import Classifier
from sutja.serve.page.networks import Networks, describe_network, describe_run, is_exact
from sutja.serve.settings import Settings
from sutja.signals.preprocessing.pixels_input import PixelsParams

PICTURE = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)


def unpack(packed):
    """Unpack an array as the page does."""
    data = base64.b64decode(packed["data"])
    kind = np.float32 if packed["scale"] is None else np.int8
    return np.frombuffer(data, kind).reshape(packed["shape"]) * (packed["scale"] or 1.0)


def test_networks_are_described(client):
    networks = {network["name"]: network for network in client.get("/page/networks").json()}
    assert next(iter(networks)) == "mlp"
    assert networks["mlp"]["parameters"] == 13_002
    assert networks["mlp"]["exact"]
    assert not networks["digits"]["exact"]
    assert 0 < networks["mlp"]["error"] < 0.1
    assert [layer["shape"] for layer in networks["mlp"]["layers"]] == [[16], [16], [10]]


def test_small_networks_send_weights_as_they_are(client):
    weights = client.get("/page/networks/mlp/weights").json()
    assert [unpack(layer["weights"]).shape for layer in weights] == [(16, 784), (16, 16), (10, 16)]
    assert all(layer["weights"]["scale"] is None for layer in weights)


def test_large_networks_send_weights_in_eight_bits(client):
    first = client.get("/page/networks/digits/weights").json()[0]["weights"]
    assert unpack(first).shape == (24, 1, 5, 5)
    assert first["scale"] > 0


def test_a_run_answers_as_the_classifier_does(client):
    run = client.post("/page/networks/digits/run", content=PICTURE.tobytes()).json()
    assert run["answer"] == Classifier("digits").classify(PICTURE).to_dict()
    assert [layer["shape"] for layer in run["layers"]] == [[1, 28, 28], [24, 12, 12], [48, 6, 6], [96, 3, 3]]
    assert len(run["logProbs"]) == 11  # the last for what is no digit


def test_what_is_no_drawing_and_no_network_is_refused(client):
    assert client.post("/page/networks/mlp/run", content=b"short").status_code == 422
    assert client.get("/page/networks/none/weights").status_code == 404


def test_run_folders_are_watched_under_their_names(tmp_path):
    paths = []
    for name, model in (("one", "mlp"), ("two", "digits"), ("three", "numbers")):
        (tmp_path / name).mkdir()
        paths.append(str(shutil.copy(bundled_path(model), tmp_path / name / "model.onnx")))
    networks = Networks(Settings(models=tuple(paths)))
    assert networks.names[-2:] == ["one", "two"]
    assert networks.find("two")[0].shapes[-1] == (11,)  # ten digits, and none of them


def write_linear(path, side, squared=False, **params):
    """Write a network of one dense layer, which may square its input first."""
    weights = np.random.default_rng(2).normal(0, 0.05, (3, side * side)).astype(np.float32)
    nodes = [helper.make_node("Mul", ["image", "image"], ["square"])] if squared else []
    nodes += [
        helper.make_node("Flatten", ["square" if squared else "image"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w", "b"], ["logits"], transB=1),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"]),
    ]
    bias = np.array([0.1, 0.2, 0.3], np.float32)
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("image", 1, ["B", 1, side, side])],
        [helper.make_tensor_value_info("log_probs", 1, ["B", 3])],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    preprocessing = Preprocessing("pixels", PixelsParams(side, side, **params).to_json())
    write_model(path, model, Card("classify", "linear", (), preprocessing, classes=("a", "b", "c")))
    return path


@pytest.mark.parametrize(
    ("side", "options", "exact"),
    [
        (28, {}, True),
        (28, {"ink": 20}, True),
        (28, {"ink": 24}, False),  # the page does not centre so
        (16, {}, False),  # the page does not resize
        (28, {"squared": True}, False),  # more than its layers say
    ],
)
def test_the_page_computes_what_it_can_alone(tmp_path, side, options, exact):
    networks = Networks(Settings(models=(str(write_linear(tmp_path / "own.onnx", side, **options)),)))
    found = networks.find("own")
    assert is_exact(found[0]) == exact
    assert describe_network("own", *found)["exact"] == exact
    assert (
        describe_run(*found, PICTURE)["answer"]
        == Classifier(tmp_path / "own.onnx").classify(PICTURE).to_dict()
    )
