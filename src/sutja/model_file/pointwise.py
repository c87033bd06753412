"""Pointwise convolutions as products of matrices in 8-bit integers; everything between them stays in floats.

In a network of depthwise and pointwise convolutions nearly all the work is the latter's. As products of
integers, whose activations are scaled by ranges that were measured on real pictures and whose weights are
scaled channel by channel, they take a quarter of the time (Jacob et al., Quantization and Training of Neural
Networks for Efficient Integer-Arithmetic-Only Inference, CVPR 2018). What they give is floats again, so that
sums over blocks lose nothing. Weights keep 7 bits, since processors without the VNNI instructions add two
products of 8 bits in 16 and would overflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

MOST_WEIGHT, MOST_LEVEL = 63, 255  # largest integers of weights and of activations
OPSET = 13  # the oldest whose weights may have a scale a channel
_TO_ROWS, _TO_PLANES = (0, 2, 3, 1), (0, 3, 1, 2)  # channels last, and channels first


def list_pointwise(graph: GraphProto) -> list[NodeProto]:
    """List the convolutions of one pixel and all channels, with weights of the graph's own."""
    stored = {tensor.name: tensor.dims for tensor in graph.initializer}
    return [
        node
        for node in graph.node
        if node.op_type == "Conv"
        and tuple(stored.get(node.input[1], ())[2:]) == (1, 1)
        and all(a.i == 1 for a in node.attribute if a.name == "group")
        and all(set(a.ints) == {1} for a in node.attribute if a.name == "strides")
    ]


def quantise_pointwise(model: ModelProto, ranges: Mapping[str, tuple[float, float]]) -> ModelProto:
    """Make a model's pointwise convolutions products of integers, in place; return it.

    Parameters
    ----------
    model : ModelProto
        In float32, of `OPSET` or newer.
    ranges : Mapping[str, tuple[float, float]]
        Least and greatest value of the inputs of the convolutions that are converted, by name. Values beyond
        are clipped.
    """
    graph = model.graph
    chosen = {node.output[0] for node in list_pointwise(graph) if node.input[0] in ranges}
    rows: dict[str, str] = {}  # what is an input of two of them is quantised once
    nodes: list[NodeProto] = []
    for node in graph.node:
        is_chosen = node.output[0] in chosen
        nodes += _make_product(graph, node, ranges[node.input[0]], rows) if is_chosen else [node]
    kept = [_copy(node) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)
    used = {name for node in graph.node for name in node.input}
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in used]:
        graph.initializer.remove(tensor)
    return model


def _copy(node: NodeProto) -> NodeProto:
    copy = type(node)()
    copy.CopyFrom(node)
    return copy


def _make_product(
    graph: GraphProto, node: NodeProto, limits: tuple[float, float], rows: dict[str, str]
) -> list[NodeProto]:
    """Make the nodes that stand for a pointwise convolution, and store their constants."""
    from onnx import helper, numpy_helper

    source, result = node.input[0], node.output[0]

    def store(what: str, values: NDArray[Any]) -> str:
        graph.initializer.append(numpy_helper.from_array(values, f"{result}.{what}"))
        return f"{result}.{what}"

    stored = {tensor.name: tensor for tensor in graph.initializer}
    weights = numpy_helper.to_array(stored[node.input[1]])[:, :, 0, 0].T  # (inputs, outputs)
    nodes = []
    if source not in rows:
        rows[source] = f"{result}.rows"
        low, high = min(limits[0], 0.0), max(limits[1], 0.0)
        scale = np.float32(max(high - low, 1e-6) / MOST_LEVEL)
        constants = [store("scale", np.array(scale)), store("zero", np.array(round(-low / scale), np.uint8))]
        nodes += [
            helper.make_node("Transpose", [source], [f"{result}.last"], perm=_TO_ROWS),
            helper.make_node("QuantizeLinear", [f"{result}.last", *constants], [f"{result}.integers"]),
            helper.make_node("DequantizeLinear", [f"{result}.integers", *constants], [rows[source]]),
        ]
    integers, scales = quantise_weights(weights)
    constants = [
        store("weights", integers),
        store("scales", scales),
        store("zeros", np.zeros(len(scales), np.int8)),
    ]
    product = f"{result}.product"
    nodes += [
        helper.make_node("DequantizeLinear", constants, [f"{result}.matrix"], axis=1),
        helper.make_node("MatMul", [rows[source], f"{result}.matrix"], [product]),
    ]
    if len(node.input) > 2:
        nodes.append(helper.make_node("Add", [product, node.input[2]], [f"{result}.sum"]))
        product = f"{result}.sum"
    return [*nodes, helper.make_node("Transpose", [product], [result], perm=_TO_PLANES)]


def quantise_weights(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round a matrix (inputs, outputs) to integers; return them and the scale of each output, (outputs,)."""
    scales = (np.abs(weights).max(axis=0) / MOST_WEIGHT).astype(np.float32)
    scales[scales == 0.0] = 1.0
    return np.round(weights / scales).astype(np.int8), scales
