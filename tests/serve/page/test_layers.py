"""Layers of a network as outputs: the network answers as before, and the weights make the layers' answers."""

import numpy as np
import pytest

from sutja.errors import ModelFileError
from sutja.model_file.bundled import open_model
from sutja.reading import Classifier
from sutja.serve.page.layers import LayeredNetwork

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (28, 28), dtype=np.uint8)
ONE = np.zeros((28, 28), np.uint8)
ONE[4:24, 12:16] = 255


@pytest.mark.parametrize(
    ("name", "kinds", "shapes"),
    [
        ("mlp", ["dense", "dense", "output"], [(16,), (16,), (10,)]),
        (
            "lecun1989",
            ["convolution", "convolution", "dense", "output"],
            [(12, 8, 8), (12, 4, 4), (30,), (10,)],
        ),
        ("digits", ["convolution"] * 3 + ["output"], [(24, 12, 12), (48, 6, 6), (96, 3, 3), (11,)]),
    ],
)
def test_layers_of_the_bundled_networks(name, kinds, shapes):
    network = LayeredNetwork(open_model(name))
    assert [layer.kind for layer in network.layers] == kinds
    assert network.shapes == shapes
    assert all(network.find_weights(layer) is not None for layer in network.layers)
    answers = network.run(PICTURE)
    assert [answer.shape for answer in answers[1:]] == shapes
    classes = network.model.card.classes
    one = network.run(ONE)[-1][: len(classes)]
    assert classes[int(one.argmax())] == Classifier(name).classify(ONE).label == "1"


def test_weights_and_biases_make_the_answers_of_dense_layers():
    network = LayeredNetwork(open_model("mlp"))
    pixels, first, second, outputs = network.run(PICTURE)
    values = pixels.reshape(-1)
    for layer, answer in zip(network.layers, (first, second, outputs), strict=True):
        values = network.find_weights(layer) @ values + network.find_bias(layer)
        if layer.activation == "Relu":
            values = np.maximum(values, 0)
        else:
            values = values - np.log(np.exp(values - values.max()).sum()) - values.max()
        np.testing.assert_allclose(values, answer, rtol=1e-3, atol=1e-4)


def test_models_of_other_tasks_have_no_layers_to_show():
    with pytest.raises(ModelFileError, match="no classifier"):
        LayeredNetwork(open_model("numbers"))
