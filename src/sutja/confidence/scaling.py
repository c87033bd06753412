"""Calibration of a classifier's outputs: temperature and vector scaling (Guo et al. 2017).

Letters: n cases, K classes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.model_file import Scaling

MIN_LOG = -100.0  # lower log probabilities count as this
MAX_CLASSES = 200  # of vector scaling, which solves a system of 2 K equations
_MIN_SCALE, _MAX_SCALE = 0.02, 50.0
_STEPS, _TOLERANCE = 50, 1e-9


def scale(log_probs: ArrayLike, scaling: Scaling) -> NDArray[np.float64]:
    """Compute log_softmax(scale · log_probs + shift).

    Parameters
    ----------
    log_probs : ArrayLike
        (n, K) or (K,) outputs of a classifier.
    scaling : Scaling
        One scale for all classes, or a scale and a shift for each; an empty one changes nothing but rounding.

    Returns
    -------
    NDArray[float64]
        Log probabilities of the same shape.
    """
    z = np.maximum(np.asarray(log_probs, np.float64), MIN_LOG)
    if scaling.scale:
        z = z * np.array(scaling.scale)
    if scaling.shift:
        z = z + np.array(scaling.shift)
    z = z - z.max(axis=-1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))


def fit_temperature(log_probs: ArrayLike, y: ArrayLike) -> Scaling:
    """Fit the one scale under which validation cases are likeliest; the best class never changes.

    A prior as strong as one case holds it near 1, so that cases without an error do not claim certainty.

    Parameters
    ----------
    log_probs : ArrayLike
        (n, K) outputs for cases on which the classifier was not trained.
    y : ArrayLike
        (n,) the true classes, 0 to K - 1.

    Raises
    ------
    ValueError
        If the two do not fit together.
    """
    logs, truth = _check(log_probs, y)
    low, high = _MIN_SCALE, _MAX_SCALE
    for _ in range(_STEPS):  # the slope of a convex loss rises: bisect to where it is zero
        middle = (low + high) / 2
        if _compute_slope(logs, truth, middle) > 0:
            high = middle
        else:
            low = middle
    return Scaling(((low + high) / 2,))


def _compute_slope(logs: NDArray[np.float64], truth: NDArray[np.int64], s: float) -> float:
    """Compute the slope of the mean loss at scale s."""
    p = np.exp(scale(logs, Scaling((s,))))
    n = len(truth)
    return float(((p * logs).sum(axis=1) - logs[np.arange(n), truth]).mean() + (s - 1.0) / n)


def fit_vector_scaling(log_probs: ArrayLike, y: ArrayLike) -> Scaling:
    """Fit a scale and a shift for each class, under which validation cases are likeliest, by Newton's method.

    A prior as strong as one case holds the scales near the best single one and the shifts near zero. The best
    class may change. It needs some tens of cases a class; with fewer, `fit_temperature` is safer.

    Parameters
    ----------
    log_probs, y : ArrayLike
        As for `fit_temperature`; at most `MAX_CLASSES` classes.

    Raises
    ------
    ValueError
        If the two do not fit together, or there are more classes.
    """
    logs, truth = _check(log_probs, y)
    K = logs.shape[1]
    if not 2 <= K <= MAX_CLASSES:
        raise ValueError(f"vector scaling is for 2 to {MAX_CLASSES} classes, not {K}; use fit_temperature")
    start = np.concatenate([np.full(K, fit_temperature(logs, truth).scale[0]), np.zeros(K)])
    theta, loss = start, _compute_loss(logs, truth, start, start)
    for _ in range(_STEPS):
        step = np.linalg.solve(*_compute_derivatives(logs, truth, theta, start))
        for size in (1.0, 0.5, 0.1, 0.01, 0.001):
            trial = theta - size * step
            trial[:K] = np.clip(trial[:K], _MIN_SCALE, _MAX_SCALE)
            better = _compute_loss(logs, truth, trial, start)
            if better < loss:
                break
        else:
            break
        converged = loss - better < _TOLERANCE
        theta, loss = trial, better
        if converged:
            break
    return _make_scaling(theta)


def _make_scaling(theta: NDArray[np.float64]) -> Scaling:
    K = len(theta) // 2
    return Scaling(tuple(theta[:K].tolist()), tuple(theta[K:].tolist()))


def _compute_loss(
    logs: NDArray[np.float64],
    truth: NDArray[np.int64],
    theta: NDArray[np.float64],
    start: NDArray[np.float64],
) -> float:
    n = len(truth)
    likelihood = scale(logs, _make_scaling(theta))[np.arange(n), truth].mean()
    return float(((theta - start) ** 2).sum() / (2 * n) - likelihood)


def _compute_derivatives(
    logs: NDArray[np.float64],
    truth: NDArray[np.int64],
    theta: NDArray[np.float64],
    start: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute curvature (2 K, 2 K) and slope (2 K,) of the loss in the scales and the shifts."""
    n, K = logs.shape
    p = np.exp(scale(logs, _make_scaling(theta)))
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
    return np.maximum(logs, MIN_LOG), truth.astype(np.int64)
