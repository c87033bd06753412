"""A fitted pipeline as an ONNX model that obeys the contract of a classifier.

Input "image" float32 (B, C, H, W), output "log_probs" float32 (B, K), no probability below `LEAST`. skl2onnx
writes the steps before the model, and support vectors and weights; `trees` writes trees. Neighbours are
written here, since skl2onnx writes a loop over the training pictures, which a model file must not hold.
Letters: B batch, C, H, W, F = C · H · W features, D of them after the steps before the model, N training
pictures, K classes.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from sutja.baselines.trees import TREES, tree_nodes
from sutja.errors import ModelFileError

OPSETS = {"": 17, "ai.onnx.ml": 1}
LEAST = 1e-12  # probability; its logarithm is what a class gets at least
_FEATURES = "features"


def to_onnx(pipeline: Pipeline, shape: tuple[int, int, int]) -> onnx.ModelProto:
    """Write a pipeline as an ONNX model.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted on X (n, F); its last step has `predict_proba`.
    shape : tuple[int, int, int]
        (C, H, W)

    Raises
    ------
    ModelFileError
        The pipeline cannot be written with the standard operators.
    """
    n_features, n_classes = int(np.prod(shape)), len(pipeline.classes_)
    tensors = [_tensor("flat", np.array([-1, n_features], np.int64))]
    nodes = [helper.make_node("Reshape", ["image", "flat"], [_FEATURES])]
    model = pipeline[-1]
    if isinstance(model, (*TREES, KNeighborsClassifier)):
        before, parameters, found = _steps_before(pipeline, n_features)
        if isinstance(model, KNeighborsClassifier):
            body, more, found, is_score = _neighbours(model, found)
            parameters += more
        else:
            body, found, is_score = tree_nodes(model, found)
        nodes += [*before, *body]
    else:
        body, parameters, found = _converted(pipeline, n_features, "probabilities")
        nodes, is_score = nodes + body, False
    nodes += _log_probs(found, is_score)
    tensors += [*parameters, _tensor("least", np.float32(LEAST)), _tensor("most", np.float32(1))]
    graph = helper.make_graph(
        nodes,
        "baseline",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", *shape])],
        [helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["B", n_classes])],
        [tensor for tensor in tensors if any(tensor.name in node.input for node in nodes)],
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    made = helper.make_model(graph, opset_imports=opsets, producer_name="sutja", ir_version=8)
    onnx.checker.check_model(made)
    return made


def _log_probs(source: str, is_score: bool) -> list[NodeProto]:
    if is_score:
        return [helper.make_node("Softmax", [source], ["probs"], axis=1), *_log_probs("probs", False)]
    return [
        helper.make_node("Clip", [source, "least", "most"], ["clipped"]),
        helper.make_node("Log", ["clipped"], ["log_probs"]),
    ]


def _steps_before(pipeline: Pipeline, n_features: int) -> tuple[list[NodeProto], list[TensorProto], str]:
    """Nodes, tensors and the output's name of all steps but the last."""
    if len(pipeline) == 1:
        return [], [], _FEATURES
    return _converted(pipeline[:-1], n_features, None)


def _converted(
    pipeline: Pipeline, n_features: int, output: str | None
) -> tuple[list[NodeProto], list[TensorProto], str]:
    """Convert a pipeline by skl2onnx: nodes, tensors, and the name of the output that was asked for."""
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType

    options = None if output is None else {id(pipeline[-1]): {"zipmap": False}}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it reads attributes that scikit-learn will drop
            made = skl2onnx.to_onnx(
                pipeline,
                initial_types=[(_FEATURES, FloatTensorType([None, n_features]))],
                options=options,
                target_opset=OPSETS,
            )
    except Exception as error:  # it raises errors of all kinds
        name = type(pipeline[-1]).__name__
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelFileError(
            f"{name} cannot be written as ONNX ({reason[:200]})", remedy="choose another baseline"
        ) from error
    wanted = output or made.graph.output[0].name
    return _needed(list(made.graph.node), wanted), list(made.graph.initializer), wanted


def _needed(nodes: list[NodeProto], output: str) -> list[NodeProto]:
    """Find the nodes that the output depends on, in their order."""
    wanted, kept = {output}, []
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


def _neighbours(
    model: KNeighborsClassifier, source: str
) -> tuple[list[NodeProto], list[TensorProto], str, bool]:
    """Shares of the classes among the k nearest.

    Of the squared distance |z - t|² only 2 z·t - |t|² tells which training pictures t are nearest.
    """
    if model.weights != "uniform" or model.effective_metric_ != "euclidean":
        raise ModelFileError(
            f"neighbours weighed by {model.weights} at {model.effective_metric_} distance cannot be written",
            remedy="use uniform weights and euclidean distance",
        )
    trained = np.asarray(model._fit_X, np.float64)  # noqa: SLF001
    votes = np.eye(len(model.classes_), dtype=np.uint8)[model._y]  # noqa: SLF001
    tensors = [
        _tensor("twice", (2 * trained.T).astype(np.float32)),
        _tensor("squares", (trained**2).sum(axis=1).astype(np.float32)),
        _tensor("votes", votes),
        _tensor("k", np.array([model.n_neighbors], np.int64)),
    ]
    nodes = [
        helper.make_node("MatMul", [source, "twice"], ["products"]),  # (B, N)
        helper.make_node("Sub", ["products", "squares"], ["nearness"]),
        helper.make_node("TopK", ["nearness", "k"], ["nearest", "places"], axis=1, sorted=0),  # (B, k)
        helper.make_node("Gather", ["votes", "places"], ["ballots"]),  # (B, k, K)
        helper.make_node("Cast", ["ballots"], ["shares"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["shares"], ["probs"], axes=[1], keepdims=0),
    ]
    return nodes, tensors, "probs", False


def _tensor(name: str, value: NDArray[Any] | np.float32) -> TensorProto:
    return numpy_helper.from_array(np.asarray(value), name)
