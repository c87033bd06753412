"""Count the arithmetic of a fit and of an answer: additions, multiplications, comparisons.

Operations are counted from what was fitted, not measured, so that they are the same on every machine. A
network's are counted as it runs (two for a multiplication with its addition); learning counts three times as
many as answering, which is what backpropagation takes. For the other learners the leading term is counted, as
each function says; there is no number where scikit-learn does not tell enough.

Letters: n items, F features, D of them after the steps before the model, K classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from torch import nn
from torch.overrides import TorchFunctionMode

Counts = tuple[float | None, float | None, int | None]  # to fit, to answer one item, parameters


class _MultiplicationCounter(TorchFunctionMode):
    """Counts the operations of matrix products and convolutions while it is active.

    It uses the formulas of torch's `FlopCounterMode` (a test compares them), whose import takes seconds in
    each worker process.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0.0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call the function, and count its operations."""
        result = func(*args, **(kwargs or {}))
        if func in _N_PRODUCTS:
            self.total += 2.0 * result.numel() * _N_PRODUCTS[func](args)
        return result


_N_PRODUCTS: dict[Any, Callable[[Any], int]] = {  # products that are summed for each output value
    nn.functional.linear: lambda args: int(args[1].shape[1]),
    torch.conv2d: lambda args: int(args[1][0].numel()),
    torch.matmul: lambda args: int(args[0].shape[-1]),
    torch.Tensor.matmul: lambda args: int(args[0].shape[-1]),
    torch.Tensor.__matmul__: lambda args: int(args[0].shape[-1]),
}


def count_network_operations(net: nn.Module, image: NDArray[np.float32]) -> float:
    """Count the operations to answer one item: two for each multiplication with its addition."""
    was_training = net.training
    with torch.no_grad(), _MultiplicationCounter() as counter:
        net.eval()(torch.from_numpy(np.ascontiguousarray(image)))
    net.train(was_training)
    return float(counter.total)


def count_parameters(net: nn.Module) -> int:
    """Count the learnt values of a network."""
    return sum(p.numel() for p in net.parameters())


def count_estimator_operations(estimator: Any, X: NDArray[np.float32]) -> Counts:
    """Count the operations and parameters of an estimator.

    Parameters
    ----------
    estimator : Any
        A fitted estimator or pipeline.
    X : NDArray[float32]
        (n, F) what it was fitted on.

    Returns
    -------
    Counts
        Operations to fit, operations to answer one item, and parameters; None for unknown kinds.
    """
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    n, features = X.shape
    fit, predict, parameters = 0.0, 0.0, 0
    for step in steps[:-1]:
        width = features
        if isinstance(step, PCA):  # the covariance, and a projection
            width = int(step.n_components_)
            fit += 2.0 * n * features * min(features, n) + 2.0 * n * features * width
            predict += 2.0 * features * width
            parameters += features * (width + 1)
        else:  # one scale a feature
            fit, predict, parameters = (
                fit + 2.0 * n * features,
                predict + 2.0 * features,
                parameters + 2 * features,
            )
        features = width
    for kind, count in _COUNTS:
        if isinstance(steps[-1], kind):
            more = count(steps[-1], n, features)
            if more[0] is None or more[1] is None or more[2] is None:
                return None, None, None
            return fit + more[0], predict + more[1], parameters + more[2]
    return None, None, None


def _count_tree(model: DecisionTreeClassifier, n: int, features: int) -> Counts:
    """Count sorting the items of each node by each feature tried; an answer takes a comparison a level."""
    tree = model.tree_
    inner = tree.children_left >= 0
    size = tree.n_node_samples[inner].astype(float)
    tried = model.max_features_
    fit = float((size * np.log2(np.maximum(size, 2))).sum() * tried)
    depth = float(np.average(_find_depths(tree)[~inner], weights=tree.n_node_samples[~inner]))
    parameters = 2 * int(inner.sum()) + int((~inner).sum()) * int(tree.value.shape[-1])
    return fit, depth, parameters


def _find_depths(tree: Any) -> NDArray[np.int64]:
    """Return the depth of each node."""
    depths = np.zeros(tree.node_count, np.int64)
    for node in range(tree.node_count):  # children come after their parents
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depths[child] = depths[node] + 1
    return depths


def _count_forest(model: RandomForestClassifier, n: int, features: int) -> Counts:
    """Count all trees."""
    each = [_count_tree(tree, n, features) for tree in model.estimators_]
    fit, predict, parameters = (sum(part or 0 for part in parts) for parts in zip(*each, strict=True))
    return fit, predict, round(parameters)


def _count_boosting(model: HistGradientBoostingClassifier, n: int, features: int) -> Counts:
    """Count the histogram of the smaller child at each node, for each feature; answers are those of trees."""
    fit = n * features * 8.0  # binning: 8 comparisons find one of 255 bins
    predict, parameters = 0.0, 0
    for trees in model._predictors:  # noqa: SLF001
        for tree in trees:
            nodes = tree.nodes
            inner = nodes[nodes["is_leaf"] == 0]
            counts = np.minimum(nodes["count"][inner["left"]], nodes["count"][inner["right"]])
            fit += 2.0 * features * float(model.max_features) * (n + float(counts.sum()))
            leaves = nodes[nodes["is_leaf"] == 1]
            predict += float(np.average(leaves["depth"], weights=np.maximum(leaves["count"], 1)))
            parameters += 2 * len(inner) + len(leaves)
    return fit, predict, parameters


def _count_kernel_machine(model: SVC, n: int, features: int) -> Counts:
    """Count two rows of the kernel matrix for each iteration of the solver, as if none were cached."""
    vectors = len(model.support_)
    share = 2.0 / len(model.classes_) if len(model.classes_) > 2 else 1.0  # of the items, for each pair
    fit = float(model.n_iter_.sum()) * 2 * 2.0 * n * share * features
    predict = vectors * (2.0 * features + len(model.classes_))
    return fit, predict, vectors * (features + len(model.classes_) - 1)


def _count_neighbours(model: KNeighborsClassifier, n: int, features: int) -> Counts:
    """Count the distance to each item; there is nothing to learn."""
    return 0.0, 2.0 * n * features, n * features


def _count_linear(model: Any, n: int, features: int) -> Counts:
    """Count a forward and a backward pass over all items for each iteration."""
    weights = model.coef_.size + model.intercept_.size
    iterations = float(np.max(model.n_iter_))
    return iterations * 4.0 * n * weights, 2.0 * weights, int(weights)


_COUNTS: tuple[tuple[Any, Any], ...] = (
    (DecisionTreeClassifier, _count_tree),
    (RandomForestClassifier, _count_forest),
    (HistGradientBoostingClassifier, _count_boosting),
    (SVC, _count_kernel_machine),
    (KNeighborsClassifier, _count_neighbours),
    (LogisticRegression, _count_linear),
    (LinearSVC, _count_linear),  # liblinear gives the iterations of the slowest class
    (Perceptron, _count_linear),
)
