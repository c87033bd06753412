"""Two independent grounds for an answer weighed into one: logistic regression on their log odds.

A number on a page must be there and be read right. The product of the two probabilities takes a doubtful find
as doubtful however plain the number in it reads; what is read well is hardly ever not there. So the two are
weighed as cases show (stacking: Wolpert 1992), and the sum of their log odds is made a probability again.
Letters: n cases.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.confidence.calibration import logit
from sutja.model_file import Evidence

_STEPS, _SETTLED = 50, 1e-9
_PRIOR = 1e-3  # of the weights' squares, a case: keeps them finite where no case is wrong


def weigh(finding: float, reading: float, evidence: Evidence | None) -> float:
    """The probability that a number is there and read right.

    Parameters
    ----------
    finding, reading : float
        Both in [0, 1].
    evidence : Evidence | None
        The weights of their log odds; None for the product of the two.
    """
    if evidence is None:
        return min(1.0, finding * reading)
    total = evidence.offset + evidence.finding * logit(finding) + evidence.reading * logit(reading)
    return 1.0 / (1.0 + math.exp(-total)) if total > -700.0 else 0.0


def fit_evidence(finding: ArrayLike, reading: ArrayLike, right: ArrayLike) -> Evidence:
    """The weights under which cases are likeliest, none below 0: more of either never makes it less sure.

    Parameters
    ----------
    finding, reading : ArrayLike
        (n,) probabilities.
    right : ArrayLike
        (n,) whether the number was there and read right.

    Raises
    ------
    ValueError
        If the three are not of one length, or there are none.
    """
    f, r = (np.asarray(values, np.float64) for values in (finding, reading))
    y = np.asarray(right, np.float64)
    if not len(f) == len(r) == len(y) > 0:
        raise ValueError(f"{len(f)} finds, {len(r)} readings and {len(y)} truths do not go together")
    columns = [np.ones(len(y)), *(np.array([logit(p) for p in values.tolist()]) for values in (f, r))]
    used = [0, 1, 2]
    weights = _fit(np.stack(columns, axis=1), y)
    for column in (1, 2):
        if weights[column] < 0:
            used.remove(column)
            weights = np.zeros(3)
            weights[used] = _fit(np.stack([columns[i] for i in used], axis=1), y)
    return Evidence(float(weights[0]), max(0.0, float(weights[1])), max(0.0, float(weights[2])))


def _fit(X: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method."""
    weights = np.zeros(X.shape[1])
    prior = _PRIOR * len(y) * np.eye(X.shape[1])
    prior[0, 0] = _PRIOR
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(X @ weights, -50, 50)))
        slope = X.T @ (y - p) - prior @ weights
        step = np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X + prior, slope)
        weights = weights + np.clip(step, -2, 2)
        if float(np.abs(step).max()) < _SETTLED:
            break
    return weights
