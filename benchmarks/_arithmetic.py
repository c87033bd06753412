"""What a network costs in arithmetic, and what the processor can do at most.

A MAC is one multiplication with one addition, the unit of convolutions and matrix products.
"""

from __future__ import annotations

import time
from math import prod
from typing import Any

import numpy as np
import onnx
import onnxruntime

_COUNTED = ("Conv", "ConvTranspose", "MatMul", "Gemm")
_GEMM_SIZE = 1536  # rows and columns: 28 MB in three matrices, far above what start-up costs
_GEMM_ROUNDS = 12

Shape = tuple[int, ...]


def count_macs(model: onnx.ModelProto, shape: Shape) -> int:
    """MACs of convolutions and matrix products for one input of this shape; all else is free.

    The shapes within are those that a run on noughts has, so that no graph is too dynamic.

    Parameters
    ----------
    model
        Any graph with one float32 input.
    shape
        Of that input.
    """
    nodes = [node for node in model.graph.node if node.op_type in _COUNTED]
    shapes = _shapes(model, shape, {name for node in nodes for name in [*node.input[:2], node.output[0]]})
    return sum(_macs(node, shapes) for node in nodes)


def _macs(node: onnx.NodeProto, shapes: dict[str, Shape]) -> int:
    left, right, out = (shapes[name] for name in (*node.input[:2], node.output[0]))
    if node.op_type == "Conv":  # right: (M, C / group, kernel…)
        return prod(out) * prod(right[1:])
    if node.op_type == "ConvTranspose":  # right: (C, M / group, kernel…)
        return prod(left) * prod(right[1:])
    across = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return prod(out) * (left[0] if across else left[-1])


def _shapes(model: onnx.ModelProto, shape: Shape, names: set[str]) -> dict[str, Shape]:
    """The shape that each named value has when the graph is run on noughts."""
    known = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    source = next(value.name for value in model.graph.input if value.name not in known)
    wider = onnx.ModelProto()
    wider.CopyFrom(model)
    asked = sorted(names - known.keys() - {source})
    del wider.graph.output[:]
    wider.graph.output.extend(onnx.ValueInfoProto(name=name) for name in asked)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        wider.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found = session.run(asked, {source: np.zeros(shape, np.float32)})
    return known | {source: shape} | {name: value.shape for name, value in zip(asked, found, strict=True)}


def parameters(model: onnx.ModelProto) -> int:
    """Numbers stored in the graph's weights."""
    return sum(prod(tensor.dims) for tensor in model.graph.initializer)


def peak_macs() -> dict[str, Any]:
    """MACs a second of processor time in NumPy's float32 matrix product: best of several, and the median."""
    rng = np.random.default_rng(0)
    a, b = (rng.random((_GEMM_SIZE, _GEMM_SIZE), np.float32) for _ in range(2))
    out = np.empty_like(a)
    np.matmul(a, b, out=out)
    rates = []
    for _ in range(_GEMM_ROUNDS):
        began = time.process_time()
        np.matmul(a, b, out=out)
        rates.append(_GEMM_SIZE**3 / (time.process_time() - began))
    return {"size": _GEMM_SIZE, "best": max(rates), "median": float(np.median(rates)), "rounds": _GEMM_ROUNDS}
