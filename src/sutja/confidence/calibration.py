"""From what a network says to a probability that holds: a monotone map of one confidence."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.metrics import check_scored
from sutja.model_file import CALIBRATION_METHOD, Calibration

LEAST_ODDS = 1e-7  # raw confidences nearer than this to 0 or 1 are told apart no further


def logit(p: float) -> float:
    """log(p / (1 - p)), with p kept `LEAST_ODDS` away from 0 and 1."""
    p = min(max(p, LEAST_ODDS), 1.0 - LEAST_ODDS)
    return math.log(p / (1.0 - p))


class Calibrator:
    """A monotone map of raw confidence to probability: straight lines between points over the logit.

    Parameters
    ----------
    points : Sequence[tuple[float, float]]
        (raw, calibrated) pairs, both in [0, 1], raw rising and calibrated not falling. Before the first and
        after the last point the map is flat. Without points it changes nothing.

    Raises
    ------
    ModelFileError
        If the points are not as said.
    """

    def __init__(self, points: Sequence[tuple[float, float]] = ()) -> None:
        points = tuple((float(raw), float(calibrated)) for raw, calibrated in points)
        self.calibration = Calibration(
            CALIBRATION_METHOD, points
        )  # how the card keeps it; refuses what is no map
        self._x = [logit(raw) for raw, _ in points]
        self._y = [calibrated for _, calibrated in points]

    def __call__(self, raw: float) -> float:
        """The calibrated probability of one raw confidence in [0, 1]."""
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
    """The monotone map that fits which answers were right: isotonic regression by pool-adjacent-violators.

    Each pooled block becomes one point, at the mean logit of its members. Its share of right answers is drawn
    half a case towards one half (Krichevsky and Trofimov 1981), so that a block without an error does not
    claim certainty.

    Parameters
    ----------
    raw : ArrayLike
        (n,) raw confidences in [0, 1].
    correct : ArrayLike
        (n,) whether each answer was right.
    """
    p, right = check_scored(raw, correct)
    x = np.array([logit(value) for value in p.tolist()])
    blocks = _pool(*_tied(x, right))
    xs = [centre for centre, _, _ in blocks]
    ys = [(hits + 0.5) / (count + 1.0) for _, hits, count in blocks]
    ys = np.maximum.accumulate(ys).tolist()  # the pull can turn about two neighbours of unequal size
    # One more point at each end keeps apart what the flat ends would tie.
    low, high = logit(0.0), logit(1.0)
    if xs[0] > low:
        xs, ys = [low, *xs], [ys[0] / 2, *ys]
    if xs[-1] < high:
        xs, ys = [*xs, high], [*ys, 1.0 - (1.0 - ys[-1]) / 2]
    return Calibrator([(1.0 / (1.0 + math.exp(-a)), b) for a, b in zip(xs, ys, strict=True)])


def _tied(x: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[list[float], list[float], list[int]]:
    """Distinct values of x, rising, with how many right answers and how many cases each has."""
    values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    return values.tolist(), np.bincount(inverse, weights=right).tolist(), counts.tolist()


def _pool(x: list[float], hits: list[float], counts: list[int]) -> list[tuple[float, float, int]]:
    """Pool neighbours whose share of hits falls: (mean x, hits, count) a block, the share rising strictly."""
    blocks: list[tuple[float, float, int]] = []
    for centre, hit, count in zip(x, hits, counts, strict=True):
        blocks.append((centre, hit, count))
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            x1, hit1, count1 = blocks.pop()
            x0, hit0, count0 = blocks.pop()
            both = count0 + count1
            blocks.append(((x0 * count0 + x1 * count1) / both, hit0 + hit1, both))
    return blocks
