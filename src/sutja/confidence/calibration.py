"""Calibration: a monotone map from a network's confidence to a probability that holds."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.metrics import check_scored
from sutja.model_file import CALIBRATION_METHOD, Calibration

MIN_ODDS = 1e-7  # raw confidences nearer than this to 0 or 1 count as that near


def logit(p: float) -> float:
    """Compute log(p / (1 - p)), with p kept `MIN_ODDS` away from 0 and 1."""
    p = min(max(p, MIN_ODDS), 1.0 - MIN_ODDS)
    return math.log(p / (1.0 - p))


class Calibrator:
    """A monotone map of raw confidence to probability, piecewise linear in the logit.

    Parameters
    ----------
    points : Sequence[tuple[float, float]]
        (raw, calibrated) pairs, both in [0, 1], raw increasing and calibrated not decreasing. The map is flat
        before the first and after the last point. Without points it changes nothing.

    Attributes
    ----------
    calibration : Calibration
        The map as the card keeps it.

    Raises
    ------
    ModelFileError
        If the points are no such pairs.
    """

    def __init__(self, points: Sequence[tuple[float, float]] = ()) -> None:
        points = tuple((float(raw), float(calibrated)) for raw, calibrated in points)
        self.calibration = Calibration(CALIBRATION_METHOD, points)
        self._x = [logit(raw) for raw, _ in points]
        self._y = [calibrated for _, calibrated in points]

    def __call__(self, raw: float) -> float:
        """Calibrate one raw confidence in [0, 1]."""
        if not self._x:
            return raw
        x = logit(raw)
        right = bisect_right(self._x, x)
        if right == 0:
            return self._y[0]
        if right == len(self._x):
            return self._y[-1]
        x0, x1, y0, y1 = self._x[right - 1], self._x[right], self._y[right - 1], self._y[right]
        return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def fit_calibration(raw: ArrayLike, correct: ArrayLike) -> Calibrator:
    """Fit a monotone map to which answers were right: isotonic regression by pool-adjacent-violators.

    Each pooled block becomes one point, at the mean logit of its members. Its share of right answers is
    estimated with half a case of either outcome added (Krichevsky and Trofimov 1981), so that a block without
    an error does not claim certainty.

    Parameters
    ----------
    raw : ArrayLike
        (n,) raw confidences in [0, 1].
    correct : ArrayLike
        (n,) True where the answer was right.
    """
    p, right = check_scored(raw, correct)
    x = np.array([logit(value) for value in p.tolist()])
    blocks = _pool(*_count_ties(x, right))
    xs = [centre for centre, _, _ in blocks]
    ys = [(hits + 0.5) / (count + 1.0) for _, hits, count in blocks]
    ys = np.maximum.accumulate(ys).tolist()  # the added cases can swap two neighbours of unequal size
    # One more point at each end, so that confidences beyond the blocks do not become equal.
    low, high = logit(0.0), logit(1.0)
    if xs[0] > low:
        xs, ys = [low, *xs], [ys[0] / 2, *ys]
    if xs[-1] < high:
        xs, ys = [*xs, high], [*ys, 1.0 - (1.0 - ys[-1]) / 2]
    return Calibrator([(1.0 / (1.0 + math.exp(-a)), b) for a, b in zip(xs, ys, strict=True)])


def _count_ties(
    x: NDArray[np.float64], right: NDArray[np.float64]
) -> tuple[list[float], list[float], list[int]]:
    """Count right answers and cases for each distinct value of x, in rising order."""
    values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    return values.tolist(), np.bincount(inverse, weights=right).tolist(), counts.tolist()


def _pool(x: list[float], hits: list[float], counts: list[int]) -> list[tuple[float, float, int]]:
    """Pool neighbours until the share of hits rises strictly: (mean x, hits, count) a block."""
    blocks: list[tuple[float, float, int]] = []
    for centre, hit, count in zip(x, hits, counts, strict=True):
        blocks.append((centre, hit, count))
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            x1, hit1, count1 = blocks.pop()
            x0, hit0, count0 = blocks.pop()
            both = count0 + count1
            blocks.append(((x0 * count0 + x1 * count1) / both, hit0 + hit1, both))
    return blocks
