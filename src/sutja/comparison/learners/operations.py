"""How much arithmetic a fit and an answer take: additions, multiplications, comparisons.

Counted from what was fitted, not measured, so that it is the same on every machine. A network's are counted
as it runs (two a multiplication with its addition), learning as three times as many as answering, which is
what backpropagation takes. Of the others the leading term is counted, as each function says; where
scikit-learn does not tell enough, there is no number.

Letters: n items, F features, D of them after the steps before the model, K classes.
"""

from __future__ import annotations

import math
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


class _Multiplications(TorchFunctionMode):
    """Counts what products of matrices and convolutions take while it is on.

    As torch's `FlopCounterMode` does, by the same formulas (a test compares them); that one takes seconds to
    import, which each process that fits would pay.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0.0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do what was called, and count it."""
        found = func(*args, **(kwargs or {}))
        if func in _SUMS:  # the sum of each number that comes out has so many products
            self.total += 2.0 * found.numel() * _SUMS[func](args)
        return found


_SUMS: dict[Any, Callable[[Any], int]] = {
    nn.functional.linear: lambda args: int(args[1].shape[1]),
    torch.conv2d: lambda args: int(args[1][0].numel()),
    torch.matmul: lambda args: int(args[0].shape[-1]),
    torch.Tensor.matmul: lambda args: int(args[0].shape[-1]),
    torch.Tensor.__matmul__: lambda args: int(args[0].shape[-1]),
}


def of_network(net: nn.Module, image: NDArray[np.float32]) -> float:
    """Operations to answer one item: two for each multiplication with its addition."""
    was_training = net.training
    with torch.no_grad(), _Multiplications() as counter:
        net.eval()(torch.from_numpy(np.ascontiguousarray(image)))
    net.train(was_training)
    return float(counter.total)


def parameters_of(net: nn.Module) -> int:
    """Numbers that were learnt."""
    return sum(p.numel() for p in net.parameters())


def of_estimator(estimator: Any, X: NDArray[np.float32]) -> Counts:
    """Of a fitted estimator and what it was fitted on, (n, F); unknown kinds have none."""
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    n, features = X.shape
    fit, answer, kept = 0.0, 0.0, 0
    for step in steps[:-1]:
        width = features
        if isinstance(step, PCA):  # the covariance, and a projection
            width = int(step.n_components_)
            fit += 2.0 * n * features * min(features, n) + 2.0 * n * features * width
            answer += 2.0 * features * width
            kept += features * (width + 1)
        else:  # one scale a feature
            fit, answer, kept = fit + 2.0 * n * features, answer + 2.0 * features, kept + 2 * features
        features = width
    for kind, count in _COUNTS:
        if isinstance(steps[-1], kind):
            more = count(steps[-1], n, features)
            if more[0] is None or more[1] is None or more[2] is None:
                return None, None, None
            return fit + more[0], answer + more[1], kept + more[2]
    return None, None, None


def _tree(model: DecisionTreeClassifier, n: int, features: int) -> Counts:
    """At each node its items are sorted by each feature tried; an answer compares once a level."""
    tree = model.tree_
    inner = tree.children_left >= 0
    size = tree.n_node_samples[inner].astype(float)
    tried = model.max_features_
    fit = float((size * np.log2(np.maximum(size, 2))).sum() * tried)
    depth = float(np.average(_depths(tree)[~inner], weights=tree.n_node_samples[~inner]))
    kept = 2 * int(inner.sum()) + int((~inner).sum()) * int(tree.value.shape[-1])
    return fit, depth, kept


def _depths(tree: Any) -> NDArray[np.int64]:
    depths = np.zeros(tree.node_count, np.int64)
    for node in range(tree.node_count):  # children come after their parents
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depths[child] = depths[node] + 1
    return depths


def _forest(model: RandomForestClassifier, n: int, features: int) -> Counts:
    each = [_tree(tree, n, features) for tree in model.estimators_]
    fit, answer, kept = (sum(part or 0 for part in parts) for parts in zip(*each, strict=True))
    return fit, answer, round(kept)


def _boosting(model: HistGradientBoostingClassifier, n: int, features: int) -> Counts:
    """At each node the histogram of the smaller child's items, a feature at a time; then as a tree."""
    fit = n * features * 8.0  # binning: 8 comparisons find one of 255 bins
    answer, kept = 0.0, 0
    for trees in model._predictors:  # noqa: SLF001
        for tree in trees:
            nodes = tree.nodes
            inner = nodes[nodes["is_leaf"] == 0]
            counts = np.minimum(nodes["count"][inner["left"]], nodes["count"][inner["right"]])
            fit += 2.0 * features * float(model.max_features) * (n + float(counts.sum()))
            leaves = nodes[nodes["is_leaf"] == 1]
            answer += float(np.average(leaves["depth"], weights=np.maximum(leaves["count"], 1)))
            kept += 2 * len(inner) + len(leaves)
    return fit, answer, kept


def _kernel_machine(model: SVC, n: int, features: int) -> Counts:
    """Each iteration of the solver takes two rows of the kernel matrix, here as if none were kept."""
    vectors = len(model.support_)
    share = 2.0 / len(model.classes_) if len(model.classes_) > 2 else 1.0  # of the items, for each pair
    fit = float(model.n_iter_.sum()) * 2 * 2.0 * n * share * features
    answer = vectors * (2.0 * features + len(model.classes_))
    return fit, answer, vectors * (features + len(model.classes_) - 1)


def _neighbours(model: KNeighborsClassifier, n: int, features: int) -> Counts:
    """Nothing to learn; the distance to each item."""
    return 0.0, 2.0 * n * features, n * features


def _linear(model: Any, n: int, features: int) -> Counts:
    """Each iteration passes over all items, there and back."""
    weights = model.coef_.size + model.intercept_.size
    iterations = float(np.max(model.n_iter_))
    return iterations * 4.0 * n * weights, 2.0 * weights, int(weights)


def _linear_machine(model: LinearSVC, n: int, features: int) -> Counts:
    """The same; liblinear tells the iterations of the slowest class."""
    return _linear(model, n, features)


_COUNTS: tuple[tuple[Any, Any], ...] = (
    (DecisionTreeClassifier, _tree),
    (RandomForestClassifier, _forest),
    (HistGradientBoostingClassifier, _boosting),
    (SVC, _kernel_machine),
    (KNeighborsClassifier, _neighbours),
    (LogisticRegression, _linear),
    (LinearSVC, _linear_machine),
    (Perceptron, _linear),
)


def human_count(value: float) -> str:
    """A large number for people.

    >>> human_count(1_234_000)
    '1.2 M'
    """
    if value < 1000:
        return f"{value:.0f}"
    power = min(5, int(math.log10(value) // 3))
    return f"{value / 1000**power:.3g} {' kMGTP'[power]}".replace(".0 ", " ")
