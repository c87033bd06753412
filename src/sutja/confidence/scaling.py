"""A classifier's outputs made probabilities that hold: temperature and vector scaling (Guo et al. 2017).

Letters: n cases, K classes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.model_file import Scaling

LEAST_LOG = -100.0  # log probabilities below are taken for this
MOST_CLASSES = 200  # for vector scaling, which solves a system of 2 K equations
_LEAST_SCALE, _MOST_SCALE = 0.02, 50.0
_STEPS, _SETTLED = 50, 1e-9


def scale(log_probs: ArrayLike, scaling: Scaling) -> NDArray[np.float64]:
    """log_softmax(scale · log_probs + shift).

    Parameters
    ----------
    log_probs : ArrayLike
        (n, K) or (K,) outputs of a classifier.
    scaling : Scaling
        One scale for all classes, or one and a shift for each; none change nothing but the rounding.

    Returns
    -------
    float64, of the same shape; e to its power sums to 1.
    """
    z = np.maximum(np.asarray(log_probs, np.float64), LEAST_LOG)
    if scaling.scale:
        z = z * np.array(scaling.scale)
    if scaling.shift:
        z = z + np.array(scaling.shift)
    z = z - z.max(axis=-1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))


def fit_temperature(log_probs: ArrayLike, y: ArrayLike) -> Scaling:
    """The one scale under which validation cases are likeliest; which class is best does not change.

    A prior as strong as one case holds it near 1, so that cases without an error do not claim certainty.

    Parameters
    ----------
    log_probs : ArrayLike
        (n, K) outputs for cases that the classifier was not trained on.
    y : ArrayLike
        (n,) the true classes, 0 to K - 1.

    Raises
    ------
    ValueError
        If the two do not fit together.
    """
    logs, truth = _check(log_probs, y)
    low, high = _LEAST_SCALE, _MOST_SCALE
    for _ in range(_STEPS):  # the slope of a convex loss rises: halve to where it is nought
        middle = (low + high) / 2
        if _temperature_slope(logs, truth, middle) > 0:
            high = middle
        else:
            low = middle
    return Scaling(((low + high) / 2,))


def _temperature_slope(logs: NDArray[np.float64], truth: NDArray[np.int64], s: float) -> float:
    """How the mean loss changes with the scale, at scale s."""
    p = np.exp(scale(logs, Scaling((s,))))
    n = len(truth)
    return float(((p * logs).sum(axis=1) - logs[np.arange(n), truth]).mean() + (s - 1.0) / n)


def fit_vector_scaling(log_probs: ArrayLike, y: ArrayLike) -> Scaling:
    """A scale and a shift for each class, under which validation cases are likeliest: Newton's method.

    A prior as strong as one case holds the scales near the best single one and the shifts near nought. It can
    change which class is best, and needs some tens of cases a class; with fewer, `fit_temperature` is safer.

    Parameters
    ----------
    log_probs, y : ArrayLike
        As for `fit_temperature`; at most `MOST_CLASSES` classes.

    Raises
    ------
    ValueError
        If the two do not fit together, or there are more classes.
    """
    logs, truth = _check(log_probs, y)
    K = logs.shape[1]
    if not 2 <= K <= MOST_CLASSES:
        raise ValueError(f"vector scaling is for 2 to {MOST_CLASSES} classes, not {K}; use fit_temperature")
    start = np.concatenate([np.full(K, fit_temperature(logs, truth).scale[0]), np.zeros(K)])
    theta, loss = start, _vector_loss(logs, truth, start, start)
    for _ in range(_STEPS):
        step = np.linalg.solve(*_newton(logs, truth, theta, start))
        for size in (1.0, 0.5, 0.1, 0.01, 0.001):
            trial = theta - size * step
            trial[:K] = np.clip(trial[:K], _LEAST_SCALE, _MOST_SCALE)
            better = _vector_loss(logs, truth, trial, start)
            if better < loss:
                break
        else:
            break
        settled = loss - better < _SETTLED
        theta, loss = trial, better
        if settled:
            break
    return _scaling(theta)


def _scaling(theta: NDArray[np.float64]) -> Scaling:
    K = len(theta) // 2
    return Scaling(tuple(theta[:K].tolist()), tuple(theta[K:].tolist()))


def _vector_loss(
    logs: NDArray[np.float64],
    truth: NDArray[np.int64],
    theta: NDArray[np.float64],
    start: NDArray[np.float64],
) -> float:
    n = len(truth)
    likelihood = scale(logs, _scaling(theta))[np.arange(n), truth].mean()
    return float(((theta - start) ** 2).sum() / (2 * n) - likelihood)


def _newton(
    logs: NDArray[np.float64],
    truth: NDArray[np.int64],
    theta: NDArray[np.float64],
    start: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Curvature (2 K, 2 K) and slope (2 K,) of the loss in the scales and the shifts."""
    n, K = logs.shape
    p = np.exp(scale(logs, _scaling(theta)))
    over = p.copy()
    over[np.arange(n), truth] -= 1.0
    slope = np.concatenate([(over * logs).mean(axis=0), over.mean(axis=0)]) + (theta - start) / n
    inputs = np.concatenate([p * logs, p], axis=1)
    curvature = -inputs.T @ inputs / n
    diagonal = np.arange(K)
    first, both, second = (p * logs**2).mean(axis=0), (p * logs).mean(axis=0), p.mean(axis=0)
    curvature[diagonal, diagonal] += first
    curvature[diagonal, K + diagonal] += both
    curvature[K + diagonal, diagonal] += both
    curvature[K + diagonal, K + diagonal] += second
    return curvature + np.eye(2 * K) / n, slope


def _check(log_probs: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    logs, truth = np.asarray(log_probs, np.float64), np.asarray(y)
    if logs.ndim != 2 or truth.shape != logs.shape[:1] or not truth.size or truth.dtype.kind not in "iu":
        raise ValueError(f"needs (n, K) outputs and n whole classes, not {logs.shape} and {truth.shape}")
    if truth.min() < 0 or truth.max() >= logs.shape[1] or np.isnan(logs).any():
        raise ValueError(f"classes must lie in 0 to {logs.shape[1] - 1}, and outputs must be numbers")
    return np.maximum(logs, LEAST_LOG), truth.astype(np.int64)
