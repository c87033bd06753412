"""Arithmetic that a network needs, and the most that the processor can do.

A MAC is one multiplication with one addition, the unit of convolutions and matrix products.
"""

from __future__ import annotations

import time
from functools import partial
from math import prod
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

_COUNTED = ("Conv", "ConvTranspose", "MatMul", "Gemm")
_GEMM_SIZES = (512, 1024, 1536)  # rows and columns: from what a cache holds to what it does not
_GEMM_TURNS = 5

Shape = tuple[int, ...]


def count_macs(model: onnx.ModelProto, shape: Shape) -> int:
    """MACs of convolutions and matrix products for one input of this shape; all else is free.

    The shapes within are those that a run on noughts has, so that no graph is too dynamic.

    Parameters
    ----------
    model : onnx.ModelProto
        Any graph with one float32 input.
    shape : Shape
        Of that input.
    """
    nodes = [node for node in model.graph.node if node.op_type in _COUNTED]
    shapes = _infer_shapes(
        model, shape, {name for node in nodes for name in [*node.input[:2], node.output[0]]}
    )
    return sum(_count_node_macs(node, shapes) for node in nodes)


def _count_node_macs(node: onnx.NodeProto, shapes: dict[str, Shape]) -> int:
    left, right, out = (shapes[name] for name in (*node.input[:2], node.output[0]))
    attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    if node.op_type == "Conv":  # right: (M, C / group, kernel…)
        taps = [_count_taps(axis, attributes, left[2:], right[2:], out[2:]) for axis in range(len(out) - 2)]
        return prod(out[:2]) * right[1] * prod(taps)
    if node.op_type == "ConvTranspose":  # right: (C, M / group, kernel…)
        return prod(left) * prod(right[1:])
    return prod(out) * (left[0] if attributes.get("transA") else left[-1])


def _count_taps(axis: int, attributes: dict[str, Any], size: Shape, kernel: Shape, out: Shape) -> int:
    """Count the kernel's taps inside the picture along one axis; the padding is zero, and free."""
    step = attributes.get("strides", [1] * len(out))[axis]
    spread = attributes.get("dilations", [1] * len(out))[axis]
    padding = attributes.get("pads", [0] * len(out))[axis]
    automatic = attributes.get("auto_pad", b"NOTSET")
    if automatic.startswith(b"SAME"):
        whole = max(0, (out[axis] - 1) * step + (kernel[axis] - 1) * spread + 1 - size[axis])
        padding = whole // 2 if automatic == b"SAME_UPPER" else whole - whole // 2
    places = np.arange(out[axis])[:, None] * step + np.arange(kernel[axis]) * spread - padding
    return int(((places >= 0) & (places < size[axis])).sum())


def _infer_shapes(model: onnx.ModelProto, shape: Shape, names: set[str]) -> dict[str, Shape]:
    """The shape that each named value has when the graph is run on noughts."""
    known = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    source = next(value.name for value in model.graph.input if value.name not in known)
    wider = onnx.ModelProto()
    wider.CopyFrom(model)
    unknown = sorted(names - known.keys() - {source})
    del wider.graph.output[:]
    wider.graph.output.extend(onnx.ValueInfoProto(name=name) for name in unknown)
    found = _make_session(wider).run(unknown, {source: np.zeros(shape, np.float32)})
    return known | {source: shape} | {name: value.shape for name, value in zip(unknown, found, strict=True)}


def count_parameters(model: onnx.ModelProto) -> int:
    """Numbers stored in the graph's weights."""
    return sum(prod(tensor.dims) for tensor in model.graph.initializer)


def measure_peak_macs() -> dict[str, float]:
    """MACs a second of processor time of float32 matrix products on one thread: the best of several turns.

    NumPy's product and the engine's own: no convolution is quicker than the better of the two.
    """
    rng = np.random.default_rng(0)
    rates: dict[str, list[float]] = {"numpy": [], "onnxruntime": []}
    session = _make_session(_make_product())
    for size in _GEMM_SIZES * _GEMM_TURNS:
        a, b = (rng.random((size, size), np.float32) for _ in range(2))
        for name, product in (("numpy", np.matmul), ("onnxruntime", partial(_run_product, session))):
            product(a, b)  # warms the caches
            began = time.process_time()
            product(a, b)
            rates[name].append(size**3 / (time.process_time() - began))
    best = {name: max(found) for name, found in rates.items()}
    return {**best, "best": max(best.values())}


def _make_product() -> onnx.ModelProto:
    matrices = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", "n"]) for name in "abc"]
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["a", "b"], ["c"])], "product", matrices[:2], matrices[2:]
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _run_product(session: onnxruntime.InferenceSession, a: Any, b: Any) -> None:
    session.run(None, {"a": a, "b": b})


def _make_session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """A session on one thread that leaves the graph as it is."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
