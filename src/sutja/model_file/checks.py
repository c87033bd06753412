"""Checks of a model's graph and signature. A model can come from anyone, so it is checked before it is run.

Refused are operators outside the ONNX standard (their code lives in a library), functions of the model's own,
loops (they need not end), weights in other files, and more nodes or deeper nesting than any model of this
package has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sutja.errors import ModelFileError

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, TensorProto

STANDARD_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})
LOOPS = frozenset({"Loop", "Scan", "SequenceMap"})
NODE_LIMIT = 20_000
DEPTH_LIMIT = 4  # graphs within graphs

# For each task the inputs and outputs by name, with the sizes that are fixed (None for any size).
SIGNATURES: dict[str, tuple[dict[str, tuple[int | None, ...]], dict[str, tuple[int | None, ...]]]] = {
    "transcribe": ({"image": (None, 1, None, None)}, {"log_probs": (None, None, None)}),
    "classify": ({"image": (None, None, None, None)}, {"log_probs": (None, None)}),
    "detect": ({"image": (None, None, None, None)}, {"predictions": (None, None, None)}),
    "listen": ({"features": (None, None, None)}, {"log_probs": (None, None, None)}),
}
# Axis of the output along which the classes lie.
_CLASS_AXIS = {"transcribe": -1, "classify": -1, "detect": 1, "listen": -1}
_COUNTED_TOO = {
    "transcribe": " with the blank",
    "classify": "",
    "detect": " with the four edges",
    "listen": " with the blank",
}


def check_graph(model: ModelProto) -> None:
    """Refuse a model that is not self-contained, or has more in it than a network needs.

    Raises
    ------
    ModelFileError
        If it is refused; the message names the reason.
    """
    if not model.HasField("graph") or not model.opset_import or not model.graph.node:
        raise ModelFileError(
            "is not an ONNX model: it has no graph", remedy="pass a model file made by sutja"
        )
    for opset in model.opset_import:
        _check_domain(opset.domain, "an operator set")
    if model.functions or model.training_info:
        raise ModelFileError(
            "holds functions or training steps of its own", remedy="export the plain network"
        )
    nodes = 0
    for graph in _iterate_graphs(model.graph):
        for tensor in [
            *graph.initializer,
            *(part for s in graph.sparse_initializer for part in (s.values, s.indices)),
        ]:
            _check_tensor(tensor)
        for node in graph.node:
            _check_domain(node.domain, f"operator {node.op_type}")
            if node.op_type in LOOPS:
                raise ModelFileError(
                    f"holds a loop ({node.op_type})", remedy="export the network without loops"
                )
            for attribute in node.attribute:
                sparse = [attribute.sparse_tensor, *attribute.sparse_tensors]
                parts = [part for one in sparse for part in (one.values, one.indices)]
                for tensor in [attribute.t, *attribute.tensors, *parts]:
                    _check_tensor(tensor)
        nodes += len(graph.node)
        if nodes > NODE_LIMIT:
            raise ModelFileError(
                f"has more than {NODE_LIMIT:,} nodes", remedy="pass a model file made by sutja"
            )


def _iterate_graphs(graph: GraphProto) -> Iterator[GraphProto]:
    """Yield the graph and every graph within it, down to `DEPTH_LIMIT`."""
    waiting = [(graph, 0)]
    while waiting:
        current, depth = waiting.pop()
        if depth > DEPTH_LIMIT:
            raise ModelFileError(
                f"nests graphs more than {DEPTH_LIMIT} deep", remedy="export the plain network"
            )
        yield current
        for node in current.node:
            for attribute in node.attribute:
                waiting += [(inner, depth + 1) for inner in attribute.graphs]
                if attribute.HasField("g"):
                    waiting.append((attribute.g, depth + 1))


def _check_domain(domain: str, what: str) -> None:
    if domain not in STANDARD_DOMAINS:
        raise ModelFileError(
            f"uses {what} of the domain {domain!r}, which is not in the ONNX standard",
            remedy="export the network with standard operators only",
        )


def _check_tensor(tensor: TensorProto) -> None:
    if tensor.data_location == tensor.EXTERNAL or tensor.external_data:
        raise ModelFileError(
            f"keeps the weights {tensor.name!r} in another file", remedy="save the model as one file"
        )


def check_signature(model: ModelProto, task: str, n_classes: int) -> None:
    """Refuse a model whose inputs and outputs are not those of its task.

    Parameters
    ----------
    model : ModelProto
        The model, its graph already checked.
    task : str
        Task on its card.
    n_classes : int
        Number of outputs by the card: for a transcriber the charset and the blank, for a detector four edges
        and the classes.
    """
    inputs, outputs = SIGNATURES[task]
    weights = {tensor.name for tensor in model.graph.initializer}
    _check_values("input", [value for value in model.graph.input if value.name not in weights], inputs)
    _check_values("output", list(model.graph.output), outputs)
    classes = model.graph.output[0].type.tensor_type.shape.dim[_CLASS_AXIS[task]]
    if classes.HasField("dim_value") and classes.dim_value != n_classes:
        raise ModelFileError(
            f"has {classes.dim_value} classes, its card names {n_classes}" + _COUNTED_TOO[task],
            remedy="make it again",
        )


def _check_values(side: str, values: list[Any], expected: dict[str, tuple[int | None, ...]]) -> None:
    names = [value.name for value in values]
    if sorted(names) != sorted(expected):
        raise ModelFileError(
            f"has the {side}s {names}, its task has {sorted(expected)}",
            remedy="pass a model made for this task",
        )
    for value in values:
        tensor, sizes = value.type.tensor_type, expected[value.name]
        dims = [dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim]
        fits = len(dims) == len(sizes) and all(
            want is None or have is None or want == have for want, have in zip(sizes, dims, strict=True)
        )
        if tensor.elem_type != 1 or not fits:  # 1 is float32
            raise ModelFileError(
                f"its {side} {value.name!r} is not float32 {_format_shape(sizes)}",
                remedy="pass a model made for this task",
            )


def _format_shape(sizes: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if size is None else str(size) for size in sizes) + ")"
