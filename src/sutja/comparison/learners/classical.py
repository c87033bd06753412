"""The learners that are no networks, as a comparison fits them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import Perceptron
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sutja.baselines import BASELINES
from sutja.comparison.learners.catalogue import Learner

_INNER = "model__estimator__"  # how settings of a machine within its calibration are named


def make_estimator(learner: Learner, settings: Mapping[str, Any], seed: int, pictures: bool) -> Any:
    """An estimator that is not fitted yet.

    A support-vector machine comes without its calibration, which takes four fits to learn how sure an answer
    is, and does not say which it is. Features in several units are scaled, each by its own deviation.
    """
    if learner.kind == "era":
        return Perceptron(max_iter=50, tol=None, random_state=seed)
    if learner.kind == "own":
        if not hasattr(learner.estimator, "get_params"):
            return copy.deepcopy(learner.estimator)
        made = clone(learner.estimator)
        random = {name: seed for name in made.get_params() if name.rpartition("__")[2] == "random_state"}
        return made.set_params(**{**random, **settings})
    steps = BASELINES[learner.name].build(seed)
    name, model = steps[-1]
    if isinstance(model, CalibratedClassifierCV):
        steps = [*steps[:-1], (name, model.estimator)]
        settings = {key.replace(_INNER, "model__"): value for key, value in settings.items()}
    if not pictures:
        steps = [("units", StandardScaler()), *steps]
    return Pipeline(steps).set_params(**settings)
