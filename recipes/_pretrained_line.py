"""Weights of PP-OCRv6's small recogniser for `sutja.nets.line_recogniser`, its head made for our charset."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from sutja.nets.line_recogniser import LineRecogniser, LineRecogniserConfig
from sutja.reading.second import second_reader

_NORM_EPS = 1e-5  # of the batch norms in the file
Pair = tuple[NDArray[np.float32], NDArray[np.float32]]
Arrays = dict[str, NDArray[np.float32]]


def load_pretrained() -> LineRecogniser:
    """Load the network with the file's weights.

    A class of our charset takes the mean of the head's columns of all characters that it stands for.
    """
    model = onnx.load(second_reader.find_weights())
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    net = LineRecogniser(LineRecogniserConfig(len(second_reader.ALPHABET)))
    convolutions, matrices, norms = _collect(model, arrays)
    weight, bias = convolutions[0]
    convolutions[0] = weight.sum(axis=1, keepdims=True), bias  # three equal channels become one
    with torch.no_grad():
        layers = [module for module in net.modules() if isinstance(module, nn.Conv2d)]
        _copy([(layer.weight, layer.bias) for layer in layers], convolutions)
        linear = [module for module in net.modules() if isinstance(module, nn.Linear)]
        _copy([(layer.weight, layer.bias) for layer in linear[:-1]], [(w.T, b) for w, b in matrices[:-1]])
        layer_norms = [module for module in net.modules() if isinstance(module, nn.LayerNorm)]
        _copy([(layer.weight, layer.bias) for layer in layer_norms], norms)
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        classes = second_reader.list_classes(second_reader.list_characters(metadata))
        _fill_head(net.head, *matrices[-1], classes)

    return net


def _copy(targets: list[tuple[Tensor, Tensor | None]], sources: list[Pair]) -> None:
    if len(targets) != len(sources):
        raise SystemExit(f"error: the file has {len(sources)} layers of a kind, the network {len(targets)}")
    for (weight, bias), (new_weight, new_bias) in zip(targets, sources, strict=True):
        assert bias is not None
        weight.copy_(torch.from_numpy(new_weight.copy()))
        bias.copy_(torch.from_numpy(new_bias.reshape(-1).copy()))


def _fill_head(
    head: nn.Linear, matrix: NDArray[np.float32], bias: NDArray[np.float32], classes: NDArray[np.int64]
) -> None:
    for k in range(head.out_features):
        columns = np.flatnonzero(classes == k)
        head.weight[k] = torch.from_numpy(matrix[:, columns].mean(axis=1))
        head.bias[k] = float(bias[columns].mean())


def _collect(model: onnx.ModelProto, arrays: Arrays) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Collect the weights of convolutions, matrices and layer norms in the order of the graph."""
    users = defaultdict(list)
    renamed: dict[str, str] = {}
    for node in model.graph.node:
        if node.op_type == "Identity":
            renamed[node.output[0]] = renamed.get(node.input[0], node.input[0])
            continue
        for name in node.input:
            users[renamed.get(name, name)].append(node)

    def find(name: str) -> NDArray[np.float32] | None:
        return arrays.get(renamed.get(name, name))

    def find_bias(node: onnx.NodeProto) -> NDArray[np.float32]:
        (adding,) = users[node.output[0]]
        return next(array for name in adding.input if (array := find(name)) is not None)

    convolutions, matrices, norms = [], [], []
    for node in model.graph.node:
        if node.op_type == "Conv":
            weight = find(node.input[1])
            assert weight is not None
            (after,) = users[node.output[0]]
            if after.op_type == "BatchNormalization":
                gain, shift, mean, variance = (find(name) for name in after.input[1:])
                assert gain is not None
                assert shift is not None
                assert mean is not None
                assert variance is not None
                scale = gain / np.sqrt(variance + _NORM_EPS)
                convolutions.append((weight * scale[:, None, None, None], shift - mean * scale))
            else:
                convolutions.append((weight, find_bias(node)))
        elif node.op_type == "MatMul" and (weight := find(node.input[1])) is not None:
            matrices.append((weight, find_bias(node)))
        elif node.op_type == "Mul" and any(name.startswith("helper.reshape") for name in node.input):
            gain = next(array for name in node.input if (array := find(name)) is not None)
            norms.append((gain, find_bias(node)))
    return convolutions, matrices, norms
