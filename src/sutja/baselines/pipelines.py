"""The baselines as data: how each is made, and in what range its settings are searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

VARIANCE = 0.9  # of the pixels, that the principal components keep
FOLDS = 3  # on which the confidence of a support-vector machine is fitted
_SHARES = (0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Baseline:
    """One way to learn without a deep network.

    Attributes
    ----------
    name : str
    how : str
        Its way of learning, in a line.
    build : callable
        Random state to the steps of a pipeline; the last one, "model", has `predict_proba`.
    search_space : mapping of str to tuple
        Parameters of the pipeline and the values worth trying, rising where there is an order: for
        `GridSearchCV`, or `RandomizedSearchCV` where the grid is large.
    """

    name: str
    how: str
    build: Callable[[int], list[tuple[str, Any]]]
    search_space: Mapping[str, tuple[Any, ...]]

    def make(self, random_state: int = 0) -> Pipeline:
        """Make a pipeline that is not fitted yet; the same random state and data give the same fit."""
        return Pipeline(self.build(random_state))


def _decision_tree(random_state: int) -> list[tuple[str, Any]]:
    return [("model", DecisionTreeClassifier(min_samples_leaf=2, random_state=random_state))]


def _random_forest(random_state: int) -> list[tuple[str, Any]]:
    return [("model", RandomForestClassifier(n_estimators=100, random_state=random_state))]


def _hist_gradient_boosting(random_state: int) -> list[tuple[str, Any]]:
    # Stopping early would need a split of its own, without regard to writers.
    model = HistGradientBoostingClassifier(
        learning_rate=0.2, max_iter=50, max_features=0.2, early_stopping=False, random_state=random_state
    )
    return [("model", model)]


def _svm_rbf(random_state: int) -> list[tuple[str, Any]]:
    # One calibrated machine instead of one a fold: a third of the support vectors to store and to run.
    model = CalibratedClassifierCV(SVC(C=10.0), ensemble=False, cv=FOLDS)
    return [("project", PCA(VARIANCE, random_state=random_state)), ("model", model)]


def _svm_linear(random_state: int) -> list[tuple[str, Any]]:
    machine = LinearSVC(C=0.01, random_state=random_state)
    return [("scale", MaxAbsScaler()), ("model", CalibratedClassifierCV(machine, ensemble=False, cv=FOLDS))]


def _k_nn(random_state: int) -> list[tuple[str, Any]]:
    model = KNeighborsClassifier(n_neighbors=5)
    return [("project", PCA(VARIANCE, random_state=random_state)), ("model", model)]


def _logistic_regression(random_state: int) -> list[tuple[str, Any]]:
    model = LogisticRegression(C=0.1, max_iter=1000, random_state=random_state)
    return [("scale", MaxAbsScaler()), ("model", model)]


_ALL = (
    Baseline(
        "decision-tree",
        "asks for one pixel after the other whether it is darker than a threshold",
        _decision_tree,
        {
            "model__criterion": ("gini", "entropy"),
            "model__max_depth": (5, 8, 12, 16, 24, None),
            "model__min_samples_leaf": (1, 2, 5, 10, 20),
            "model__ccp_alpha": (0.0, 1e-5, 1e-4, 1e-3),
        },
    ),
    Baseline(
        "random-forest",
        "many trees, each on other items and pixels drawn by lot, vote (Breiman 2001)",
        _random_forest,
        {
            "model__max_features": (0.02, "sqrt", 0.1, 0.2),
            "model__min_samples_leaf": (1, 2, 4),
            "model__criterion": ("gini", "entropy"),
        },
    ),
    Baseline(
        "hist-gradient-boosting",
        "small trees one after the other, each on what those before got wrong (Friedman 2001)",
        _hist_gradient_boosting,
        {
            "model__learning_rate": (0.03, 0.1, 0.3),
            "model__max_iter": (50, 100),
            "model__max_leaf_nodes": (7, 15, 31, 63),
            "model__max_features": (0.1, 0.2, 0.5, 1.0),
            "model__l2_regularization": (0.0, 1.0, 10.0),
        },
    ),
    Baseline(
        "svm-rbf",
        "the widest margin between two classes at a time, by likeness to training pictures (Vapnik 1995)",
        _svm_rbf,
        {
            "project__n_components": _SHARES,
            "model__estimator__C": (1.0, 3.0, 10.0, 30.0, 100.0),
            "model__estimator__gamma": (0.001, 0.003, 0.01, 0.03, 0.1, "scale"),
        },
    ),
    Baseline(
        "svm-linear",
        "the widest margin between one class and the others, by a weight for each pixel",
        _svm_linear,
        {"model__estimator__C": (1e-4, 1e-3, 1e-2, 1e-1, 1.0)},
    ),
    Baseline(
        "k-nn",
        "the classes of the k training pictures most like it (Cover, Hart 1967)",
        _k_nn,
        {"project__n_components": _SHARES, "model__n_neighbors": (1, 3, 5, 7, 11, 15)},
    ),
    Baseline(
        "logistic-regression",
        "a weight for each pixel and class, by the likelihood of the labels",
        _logistic_regression,
        {"model__C": (1e-3, 1e-2, 1e-1, 1.0, 10.0)},
    ),
)
BASELINES: Mapping[str, Baseline] = MappingProxyType({baseline.name: baseline for baseline in _ALL})
