"""Bounds on the memory and the work of a graph, found by shape inference before anything is run.

A graph of a few hundred bytes may ask for terabytes: a constant of any shape, a tensor doubled thirty times,
a product of large matrices two hundred times over. So the size of every tensor is inferred for an input as
the task has it, and the multiplications of every node are counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sutja.errors import ModelFileError
from sutja.model_file.card import Card
from sutja.model_file.learner_shapes import infer_shapes, read_shapes
from sutja.model_file.pads import Shape

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto

ELEMENT_LIMIT = 64_000_000  # of one tensor
LIVE_LIMIT = 100_000_000  # elements of tensors that are needed at the same time
WORK_LIMIT = 200_000_000_000  # multiplications of one run
# Usual sizes for the sides that a task leaves open: a tile of a page, the widest line, 10 seconds.
_FREE = {"transcribe": (1, 1, 32, 1536), "classify": (1, 3, 64, 64), "detect": (1, 3, 1280, 1280)}
_FREE_FRAMES = (1, 1000, 64)
# Operators whose output may be larger than their inputs. Where its size cannot be told, they are refused.
GROWING = frozenset(
    [
        "Add",
        "And",
        "BitShift",
        "BitwiseAnd",
        "BitwiseOr",
        "BitwiseXor",
        "Col2Im",
        "ConstantOfShape",
        "ConvTranspose",
        "DFT",
        "Div",
        "Einsum",
        "Equal",
        "Expand",
        "EyeLike",
        "Greater",
        "GreaterOrEqual",
        "Less",
        "LessOrEqual",
        "MatMul",
        "Max",
        "MaxUnpool",
        "Mean",
        "MelWeightMatrix",
        "Min",
        "Mod",
        "Mul",
        "Multinomial",
        "OneHot",
        "Or",
        "Pad",
        "Pow",
        "RandomNormal",
        "RandomUniform",
        "Range",
        "Resize",
        "STFT",
        "Sub",
        "Sum",
        "Tile",
        "Upsample",
        "Where",
        "Xor",
    ]
)
_WINDOWS = frozenset({"HannWindow", "HammingWindow", "BlackmanWindow"})


def check_bounds(model: ModelProto, card: Card) -> None:
    """Refuse a graph that takes more memory or work than a network of its task needs.

    Parameters
    ----------
    model : ModelProto
        The model, its graph and signature already checked. Its inputs get fixed sizes.
    card : Card
        Its card.

    Raises
    ------
    ModelFileError
        If a tensor, all tensors that live together, or the work are too large, or a size cannot be told.
    """
    for value in model.graph.input:
        _fix_sizes(value, _choose_sizes(card, len(value.type.tensor_type.shape.dim)))
    del model.graph.value_info[:]  # what a file says of its own sizes counts for nothing
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    try:
        inferred = infer_shapes(model)
    except Exception as error:  # the library has several classes of errors, and none in common
        raise _refuse(f"has shapes that do not fit one another ({str(error).strip()[:200]})") from error
    _check_graph(inferred.graph, {})


def _choose_sizes(card: Card, n_axes: int) -> Shape:
    """Choose the sizes of an input: by the preprocessing on the card, else usual ones."""
    sizes = list(_FREE.get(card.task, _FREE_FRAMES))
    params = card.preprocessing.params
    for name, axis in (("channels", 1), ("height", 2), ("width", 3), ("mels", 2)):
        value = params.get(name)
        if axis < len(sizes) and type(value) is int and 0 < value <= 4096:
            sizes[axis] = value
    return tuple(sizes[:n_axes])


def _fix_sizes(value: ValueInfoProto, sizes: Shape) -> None:
    for dim, size in zip(value.type.tensor_type.shape.dim, sizes, strict=False):
        if not dim.HasField("dim_value"):
            dim.dim_value = size


def _check_graph(graph: GraphProto, outer: Mapping[str, Shape]) -> int:
    """Check a graph and those within it; return its multiplications."""
    shapes = {**outer, **read_shapes(graph)}
    last_use = {name: place for place, node in enumerate(graph.node) for name in node.input}
    last_use |= {value.name: len(graph.node) for value in graph.output}
    live, work = 0, 0
    ends: dict[int, list[int]] = {}
    for place, node in enumerate(graph.node):
        if node.op_type in _WINDOWS:
            raise _refuse(f"uses the operator {node.op_type}, which no network here needs")
        for name in filter(None, node.output):
            size = _measure(node, name, shapes)
            if last_use.get(name, place) > place:
                live += size
                ends.setdefault(last_use[name], []).append(size)
            if live + size > LIVE_LIMIT:
                raise _refuse(f"needs more than {LIVE_LIMIT:,} values at the same time")
        work += _count_work(node, shapes)
        work += sum(
            _check_graph(attribute.g, shapes) for attribute in node.attribute if attribute.HasField("g")
        )
        if work > WORK_LIMIT:
            raise _refuse(f"takes more than {WORK_LIMIT:,} multiplications")
        live -= sum(ends.pop(place, ()))
    return work


def _measure(node: NodeProto, name: str, shapes: Mapping[str, Shape]) -> int:
    """Measure the elements of an output of a node; 0 where they are not known and cannot be many."""
    if name not in shapes:
        if node.op_type in GROWING:
            raise _refuse(f"has a tensor whose size cannot be told beforehand ({node.op_type})")
        return 0
    size = math.prod(shapes[name])
    if not 0 <= size <= ELEMENT_LIMIT:
        raise _refuse(f"has a tensor of {size:,} values ({node.op_type}), more than {ELEMENT_LIMIT:,}")
    return size


def _count_work(node: NodeProto, shapes: Mapping[str, Shape]) -> int:
    """Count the multiplications of a node; those of operators that only pass over their values are few."""
    known = [shapes.get(name, ()) for name in node.input]
    out = math.prod(shapes.get(node.output[0], ())) if node.output else 0
    kind = node.op_type
    if kind in ("Conv", "ConvInteger", "QLinearConv"):
        weights = known[3 if kind == "QLinearConv" else 1] if len(known) > 1 else ()
        return out * math.prod(weights[1:])
    if kind == "ConvTranspose" and len(known) > 1:
        return math.prod(known[0]) * math.prod(known[1][1:])
    if kind in ("MatMul", "MatMulInteger", "QLinearMatMul", "Gemm") and known[0]:
        transposed = kind == "Gemm" and _read_attribute(node, "transA", 0)
        return out * known[0][0 if transposed else -1]
    if kind == "Einsum":
        return math.prod(math.prod(shape) for shape in known) if len(known) < 3 else WORK_LIMIT + 1
    if kind in ("LSTM", "GRU", "RNN") and len(known) > 2 and known[0]:
        return known[0][0] * known[0][1] * (math.prod(known[1]) + math.prod(known[2]))
    if kind in ("MaxPool", "AveragePool", "LpPool"):
        return out * int(math.prod(_read_attribute(node, "kernel_shape", [1])))
    if kind in ("NonMaxSuppression", "DFT", "STFT", "Attention"):
        return sum(math.prod(shape) ** 2 for shape in known[:2])
    return out


def _read_attribute(node: NodeProto, name: str, default: Any) -> Any:
    import onnx

    found = [attribute for attribute in node.attribute if attribute.name == name]
    return onnx.helper.get_attribute_value(found[0]) if found else default


def _refuse(what: str) -> ModelFileError:
    return ModelFileError(what, remedy="pass a model file made by sutja")
