"""Routes of "Draw and watch": the networks, their weights, and what each layer answers to a drawing."""

from __future__ import annotations

import base64
import threading
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray

from sutja.errors import SutjaError
from sutja.model_file.bundled import open_model
from sutja.reading import Classifier
from sutja.serve.page.layers import LayeredNetwork
from sutja.serve.problems import ProblemError
from sutja.serve.settings import Settings
from sutja.serve.tasks import list_models, name_model
from sutja.signals.preprocessing.pixels_input import PixelsParams

SIDE = 28  # pixels of a drawing
INK = 20  # pixels of the longer side of its ink, which the page centres by its mass
SHOWN = ("mlp", "lecun1989", "lenet5", "digits")  # bundled networks
_EXACT = 20_000  # parameters up to which weights are sent as float32, so that the page can compute with them


class Networks:
    """The networks that can be watched, opened when they are first asked for.

    Parameters
    ----------
    settings : Settings
        Models beside the bundled ones.
    """

    def __init__(self, settings: Settings) -> None:
        own = [name_model(path) for path in settings.models]
        self._paths = list_models(settings)
        self.names = list(dict.fromkeys([*SHOWN, *filter(self._is_classifier, own)]))
        self._threads = settings.threads
        self._lock = threading.Lock()
        self._open: dict[str, tuple[LayeredNetwork, Classifier]] = {}

    def _is_classifier(self, name: str) -> bool:
        card = open_model(self._paths[name]).card
        return card.task == "classify" and card.preprocessing.name == "pixels"

    def find(self, name: str) -> tuple[LayeredNetwork, Classifier]:
        """Find a network by its name, as layers and as a classifier.

        Raises
        ------
        ProblemError
            If there is none of this name.
        """
        if name not in self.names:
            raise ProblemError(404, f"there is no network {name[:100]!r}; there are {', '.join(self.names)}")
        with self._lock:
            if name not in self._open:
                model = open_model(self._paths[name])
                self._open[name] = LayeredNetwork(model, self._threads), Classifier(model, self._threads)
            return self._open[name]


def make_router(settings: Settings) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/page/networks")
    networks = Networks(settings)

    @router.get("")
    def list_all() -> list[dict[str, Any]]:
        described = []
        for name in networks.names:
            with suppress(SutjaError):  # a person's own, whose layers cannot be opened
                described.append(describe_network(name, *networks.find(name)))
        return described

    @router.get("/{name}/weights")
    def weights(name: str) -> list[dict[str, Any]]:
        return describe_weights(networks.find(name)[0])

    @router.post("/{name}/run")
    async def run(name: str, request: Request) -> dict[str, Any]:
        body = await request.body()
        if len(body) != SIDE * SIDE:
            raise ProblemError(422, f"a drawing has {SIDE} × {SIDE} bytes, not {len(body)}")
        picture = np.frombuffer(body, np.uint8).reshape(SIDE, SIDE)
        try:
            return describe_run(*networks.find(name), picture)
        except SutjaError as error:
            raise ProblemError(422, str(error)) from error

    return router


def describe_network(name: str, network: LayeredNetwork, classifier: Classifier) -> dict[str, Any]:
    """Describe a network: its layers, and what makes a confidence of its outputs."""
    card = network.model.card
    test = [row for row in card.results if row.get("part") == "test" and "error" in row]
    return {
        "name": name,
        "params": network.params.to_json(),
        "classes": [*card.classes, *(["none"] if card.none_output else [])],
        "threshold": classifier.threshold,
        "scaling": {"scale": list(card.scaling.scale), "shift": list(card.scaling.shift)},
        "calibration": [list(point) for point in card.calibration.points],
        "parameters": count_parameters(network),
        "error": test[0]["error"] if test else None,
        "exact": is_exact(network),
        "layers": [
            {"kind": layer.kind, "activation": layer.activation, "shape": list(shape)}
            for layer, shape in zip(network.layers, network.shapes, strict=True)
        ],
    }


def count_parameters(network: LayeredNetwork) -> int:
    """Count the weights and biases of the layers."""
    return sum(tensor.size for tensor in network.tensors.values())


def takes_drawings(params: PixelsParams) -> bool:
    """Tell whether a network takes a drawing as the page centres it."""
    if params.ink == 0:
        return True
    return (params.height, params.width, params.ink, params.centre) == (SIDE, SIDE, INK, "mass")


def is_exact(network: LayeredNetwork) -> bool:
    """Tell whether the page can compute with the weights: dense layers alone, few of them, on a drawing."""
    layers, params = network.layers, network.params
    plain = all(layer.kind == "dense" and layer.activation == "Relu" for layer in layers[:-1])
    few = layers[-1].weights is not None and count_parameters(network) <= _EXACT
    fits = params.shape == (1, SIDE, SIDE) and takes_drawings(params)
    return plain and few and fits and is_sum_of_layers(network)


def is_sum_of_layers(network: LayeredNetwork) -> bool:
    """Tell whether weights, biases and ReLU are all that a network of dense layers does, tried on noise."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    pixels, *answers = network.run(noise)
    values = pixels.reshape(-1)
    for layer in network.layers:
        weights, bias = network.find_weights(layer), network.find_bias(layer)
        if weights is None or bias is None or weights.shape[1:] != values.shape:
            return False
        values = weights @ values + bias
        values = np.maximum(values, 0) if layer.activation == "Relu" else values
    top = values.max()
    log_probs = values - top - np.log(np.exp(values - top).sum())
    return bool(np.allclose(log_probs, answers[-1], atol=1e-3))


def describe_weights(network: LayeredNetwork) -> list[dict[str, Any]]:
    """Describe the weights of each layer: float32, or 8 bits with a scale where they are many."""
    exact = is_exact(network)
    described = []
    for layer in network.layers:
        weights, bias = network.find_weights(layer), network.find_bias(layer)
        described.append(
            {
                "weights": None if weights is None else pack(weights, exact),
                "bias": None if bias is None else pack(bias, True),
            }
        )
    return described


def pack(values: NDArray[np.float32], exact: bool) -> dict[str, Any]:
    """Pack an array as base64: float32, or int8 times a scale."""
    if exact:
        data, scale = np.ascontiguousarray(values, "<f4").tobytes(), None
    else:
        scale = float(np.abs(values).max(initial=0)) / 127 or 1.0
        data = np.rint(values / scale).astype(np.int8).tobytes()
    return {"shape": list(values.shape), "scale": scale, "data": base64.b64encode(data).decode()}


def describe_run(
    network: LayeredNetwork, classifier: Classifier, picture: NDArray[np.uint8]
) -> dict[str, Any]:
    """Describe what each layer answers to a drawing, in 8 bits between its least and its most."""
    answers = network.run(picture)
    return {
        "answer": classifier.classify(picture).to_dict(),
        "logProbs": [round(float(value), 5) for value in answers[-1]],
        "layers": [describe_values(values) for values in answers[:-1]],
    }


def describe_values(values: NDArray[np.float32]) -> dict[str, Any]:
    """Describe an array of activations."""
    low, high = float(values.min()), float(values.max())
    steps = np.rint((values - low) * (255 / (high - low or 1.0))).astype(np.uint8)
    shape = list(values.shape)
    assert prod(shape) == steps.size
    data = base64.b64encode(steps.tobytes()).decode()
    return {"shape": shape, "low": low, "high": high, "data": data}
