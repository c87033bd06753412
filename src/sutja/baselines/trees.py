"""Fitted trees as one ONNX node. Letters: B batch, F features, K classes.

skl2onnx writes each leaf's K probabilities, most of them zero, and cannot write scikit-learn's boosting with
every version of onnx: so trees are written here. A threshold t of 64 bits becomes the largest float32 not
above it, and then x <= t is the same for every float32 x.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from sutja.errors import ModelFileError

TREES = (DecisionTreeClassifier, RandomForestClassifier, HistGradientBoostingClassifier)


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree of N nodes, 0 the root, and what its leaves add to the K outputs.

    Attributes
    ----------
    feature, left, right : NDArray[Any]
        Feature of each node and its two children, int (N,).
    threshold : NDArray[float64]
        Thresholds (N,); a value up to it goes left.
    leaf : NDArray[bool_]
        Nodes that are leaves, (N,).
    leaf_nodes, leaf_outputs, leaf_weights : NDArray[Any] or NDArray[float64]
        Arrays (L,): a node, an output, and what the node adds to it.
    """

    feature: NDArray[Any]
    left: NDArray[Any]
    right: NDArray[Any]
    threshold: NDArray[np.float64]
    leaf: NDArray[np.bool_]
    leaf_nodes: NDArray[Any]
    leaf_outputs: NDArray[Any]
    leaf_weights: NDArray[np.float64]


def tree_nodes(model: Any, source: str) -> tuple[list[NodeProto], str, bool]:
    """Nodes for fitted trees, the name of their output (B, K), and whether that is a score.

    A score becomes a probability by softmax; what is none is one already.

    Parameters
    ----------
    model : Any
        One of `TREES`, fitted on K classes.
    source : str
        The name of the input (B, F).
    """
    if isinstance(model, HistGradientBoostingClassifier):
        trees = _boosted(model)
        base = np.asarray(model._baseline_prediction, np.float64).ravel()  # noqa: SLF001
        base = np.array([0.0, base[0]]) if len(base) == 1 else base
        return [_ensemble(trees, len(model.classes_), source, "scores", base)], "scores", True
    members = model.estimators_ if isinstance(model, RandomForestClassifier) else [model]
    trees = [_grown(member.tree_, 1 / len(members)) for member in members]
    return [_ensemble(trees, len(model.classes_), source, "probs", None)], "probs", False


def _grown(tree: Any, weight: float) -> Tree:
    """Convert a tree of scikit-learn, with its leaves' shares of the classes times `weight`."""
    leaf = tree.children_left < 0
    values = tree.value[:, 0, :]
    shares = values / values.sum(axis=1, keepdims=True) * weight
    nodes, outputs = np.nonzero((shares > 0) & leaf[:, None])
    return Tree(
        np.where(leaf, 0, tree.feature),
        np.where(leaf, 0, tree.children_left),
        np.where(leaf, 0, tree.children_right),
        np.where(leaf, 0.0, tree.threshold),
        leaf,
        nodes,
        outputs,
        shares[nodes, outputs],
    )


def _boosted(model: HistGradientBoostingClassifier) -> list[Tree]:
    """Every tree of a boosting; of two classes there is one tree a round, for the second."""
    trees = []
    for row in model._predictors:  # noqa: SLF001
        for output, predictor in enumerate(row):
            nodes = predictor.nodes
            if nodes["is_categorical"].any():
                raise ModelFileError("categories are no pixels", remedy="fit it on numbers only")
            leaf = nodes["is_leaf"].astype(bool)
            trees.append(
                Tree(
                    np.where(leaf, 0, nodes["feature_idx"]),
                    nodes["left"],
                    nodes["right"],
                    np.where(leaf, 0.0, nodes["num_threshold"]),
                    leaf,
                    np.flatnonzero(leaf),
                    np.full(leaf.sum(), output if len(row) > 1 else 1),
                    nodes["value"][leaf],
                )
            )
    return trees


def _ensemble(
    trees: Sequence[Tree], n_outputs: int, source: str, target: str, base: NDArray[np.float64] | None
) -> NodeProto:
    """Make the operator TreeEnsembleRegressor: the sum of what the leaves reached add to each output."""
    n_nodes = [len(tree.leaf) for tree in trees]
    n_leaves = [len(tree.leaf_nodes) for tree in trees]
    numbers = np.arange(len(trees))
    leaf = np.concatenate([tree.leaf for tree in trees])
    attributes: dict[str, Any] = {
        "nodes_treeids": np.repeat(numbers, n_nodes),
        "nodes_nodeids": np.concatenate([np.arange(n) for n in n_nodes]),
        "nodes_featureids": np.concatenate([tree.feature for tree in trees]),
        "nodes_truenodeids": np.concatenate([tree.left for tree in trees]),
        "nodes_falsenodeids": np.concatenate([tree.right for tree in trees]),
        "nodes_values": round_down(np.concatenate([tree.threshold for tree in trees])),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ"),
        "target_treeids": np.repeat(numbers, n_leaves),
        "target_nodeids": np.concatenate([tree.leaf_nodes for tree in trees]),
        "target_ids": np.concatenate([tree.leaf_outputs for tree in trees]),
        "target_weights": np.concatenate([tree.leaf_weights for tree in trees]).astype(np.float32),
    }
    if base is not None:
        attributes["base_values"] = base.astype(np.float32)
    return helper.make_node(
        "TreeEnsembleRegressor",
        [source],
        [target],
        domain="ai.onnx.ml",
        n_targets=n_outputs,
        aggregate_function="SUM",
        **{
            name: values.tolist() for name, values in attributes.items()
        },  # plain numbers: onnx takes no others
    )


def round_down(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round each value down to a float32."""
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)
