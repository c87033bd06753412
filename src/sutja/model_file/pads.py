"""Widths of a padding that a graph works out of constants and shapes, which ONNX's inference cannot follow.

PyTorch writes a fixed padding as a dozen operators on a handful of integers. They are run here, alone, if all
of them are known to be that small.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto, TensorProto

Shape = tuple[int, ...]


_MOST_VALUES = 64  # of one tensor; a padding has two a side
_STEPS = frozenset(
    [
        "Cast",
        "Concat",
        "ConstantOfShape",
        "Div",
        "Gather",
        "Reshape",
        "Slice",
        "Sub",
        "Transpose",
        "Unsqueeze",
    ]
)
_SUFFIX = ".told"


def tell_pads(model: ModelProto, shapes: Mapping[str, Shape]) -> bool:
    """Replace the widths of every padding of unknown size by constants, where they can be told.

    Parameters
    ----------
    model : ModelProto
        The model, changed in place.
    shapes : Mapping[str, Shape]
        The shapes that are known so far.

    Returns
    -------
    bool
        Whether any was replaced.
    """
    made = {name: node for node in model.graph.node for name in node.output}
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    added = False
    for node in model.graph.node:
        if node.op_type != "Pad" or len(node.input) < 2 or node.output[0] in shapes:
            continue
        widths = None if node.input[1] in stored else _work_out(model, node.input[1], made, stored, shapes)
        if widths is not None:
            name = node.input[1] + _SUFFIX
            if name in stored or name in made:
                continue
            stored[name] = _to_tensor(name, widths)
            model.graph.initializer.append(stored[name])
            node.input[1] = name
            added = True
    return added


def _work_out(
    model: ModelProto,
    name: str,
    made: Mapping[str, NodeProto],
    stored: Mapping[str, TensorProto],
    shapes: Mapping[str, Shape],
) -> NDArray[np.int64] | None:
    """Work out the integers of a tensor; None where they depend on more than constants and shapes."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    steps: dict[str, NodeProto] = {}
    constants: dict[str, TensorProto] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in steps or one in constants:
            continue
        tensor = _find_constant(one, made, stored, shapes)
        if tensor is not None:
            constants[one] = tensor
            continue
        node = made.get(one)
        small = one in shapes and np.prod(shapes[one], dtype=float) <= _MOST_VALUES
        if node is None or node.op_type not in _STEPS or node.domain or not small:
            return None
        steps[one] = node
        waiting += filter(None, node.input)
    ordered = [node for node in model.graph.node if node.output and node.output[0] in steps]
    names = [node.output[0] for node in ordered]
    outputs = [onnx.helper.make_tensor_value_info(one, onnx.TensorProto.INT64, shapes[one]) for one in names]
    graph = onnx.helper.make_graph(ordered, "pads", [], outputs, list(constants.values()))
    small_model = onnx.helper.make_model(graph, opset_imports=model.opset_import)
    with np.errstate(all="raise"):  # a division by zero
        found: Any = ReferenceEvaluator(small_model).run(None, {})
    for node, values in zip(ordered, found, strict=True):
        if values.dtype != np.int64 or values.shape != shapes[node.output[0]]:
            return None
        if node.op_type == "Div" and (values < 0).any():  # versions of ONNX round these differently
            return None
    widths: NDArray[np.int64] = found[names.index(name)]
    return widths


def _find_constant(
    name: str, made: Mapping[str, NodeProto], stored: Mapping[str, TensorProto], shapes: Mapping[str, Shape]
) -> TensorProto | None:
    """Find a few integers that are stored, or are the known shape of a tensor."""
    import onnx

    node = made.get(name)
    if node is None:
        tensor = stored.get(name)
    elif node.op_type == "Shape" and not node.attribute and node.input[0] in shapes:
        return _to_tensor(name, np.array(shapes[node.input[0]], np.int64))
    elif node.op_type == "Constant" and [attribute.name for attribute in node.attribute] == ["value"]:
        tensor = node.attribute[0].t
    else:
        return None
    small = tensor is not None and np.prod(tensor.dims, dtype=float) <= _MOST_VALUES
    if tensor is None or not small or tensor.data_type != onnx.TensorProto.INT64:
        return None
    return _to_tensor(name, onnx.numpy_helper.to_array(tensor))


def _to_tensor(name: str, values: NDArray[np.int64]) -> TensorProto:
    import onnx

    return onnx.numpy_helper.from_array(values, name)
