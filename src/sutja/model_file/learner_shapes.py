"""Shapes of the operators for trees, support vectors and the like, which ONNX's own inference does not know.

The standard: ONNX operators of the domain ai.onnx.ml, https://onnx.ai/onnx/operators/#ai-onnx-ml.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sutja.model_file.pads import Shape, tell_pads

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

_DOMAIN = "ai.onnx.ml"
_MOST_PASSES = 12  # such operators, or paddings, one behind another
_LABELS = ("classlabels_ints", "classlabels_int64s", "classlabels_strings")
_KEEPING = frozenset({"Scaler", "Normalizer", "Imputer", "Binarizer"})
_CLASSIFIERS = frozenset({"SVMClassifier", "LinearClassifier", "TreeEnsembleClassifier"})
_REGRESSORS = {"TreeEnsembleRegressor": "n_targets", "LinearRegressor": "targets", "SVMRegressor": ""}


def infer_shapes(model: ModelProto) -> ModelProto:
    """Infer the shapes of all tensors whose shape can be told.

    Parameters
    ----------
    model : ModelProto
        The model; its inputs have fixed sizes. Shapes of operators for trees and the like, and widths of
        paddings, are added to it.
    """
    import onnx

    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    for _ in range(_MOST_PASSES):
        known, kinds = read_shapes(inferred.graph), _read_types(inferred.graph)
        added = False
        for node in model.graph.node:
            if node.domain == _DOMAIN and node.output and node.output[-1] not in known:
                for name, kind, shape in _tell_outputs(node, known, kinds):
                    model.graph.value_info.append(onnx.helper.make_tensor_value_info(name, kind, shape))
                    added = True
        if not tell_pads(model, known) and not added:
            break
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    return inferred


def read_shapes(graph: GraphProto) -> dict[str, Shape]:
    """Read the shapes of the tensors of a graph whose sizes are all known."""
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        if value.type.tensor_type.HasField("shape"):
            dims = value.type.tensor_type.shape.dim
            if all(dim.HasField("dim_value") for dim in dims):
                shapes[value.name] = tuple(dim.dim_value for dim in dims)
    return shapes


def _read_types(graph: GraphProto) -> dict[str, int]:
    """Read the types of the values of a graph."""
    values = (*graph.input, *graph.value_info, *graph.output)
    return {value.name: int(value.type.tensor_type.elem_type) for value in values}


def _tell_outputs(
    node: NodeProto, known: Mapping[str, Shape], kinds: Mapping[str, int]
) -> list[tuple[str, int, Shape]]:
    """Tell the name, the type and the shape of each output, if the shape of the input is known."""
    import onnx

    real = onnx.TensorProto.FLOAT
    if not node.input or node.input[0] not in known:
        return []
    given = known[node.input[0]]
    rows = given[0] if len(given) > 1 else 1
    values = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    if node.op_type in _KEEPING:
        return [(node.output[0], real, given)]
    if node.op_type == "ArrayFeatureExtractor" and len(node.input) == 2 and node.input[1] in known:
        n_taken = math.prod(known[node.input[1]])
        leading = given[:-1] if len(given) > 1 else (1,)
        return [(node.output[0], kinds.get(node.input[0], real) or real, (*leading, n_taken))]
    if node.op_type in _REGRESSORS:
        return [(node.output[0], real, (rows, int(values.get(_REGRESSORS[node.op_type], 1))))]
    if node.op_type in _CLASSIFIERS and len(node.output) == 2:
        named = "classlabels_strings" in values
        kind = onnx.TensorProto.STRING if named else onnx.TensorProto.INT64
        n_scores = _count_scores(node.op_type, values)
        return [(node.output[0], kind, (rows,)), (node.output[1], real, (rows, n_scores))]
    return []


def _count_scores(kind: str, values: Mapping[str, Any]) -> int:
    """Count the scores of a classifier: one a class, or one a pair of classes for support vectors."""
    n_classes = max((len(values.get(name, ())) for name in _LABELS), default=0)
    pairs = kind == "SVMClassifier" and not values.get("prob_a") and n_classes > 2
    return n_classes * (n_classes - 1) // 2 if pairs else n_classes
