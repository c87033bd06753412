"""From what the network says to a probability that holds, and to a threshold that keeps a promise.

A `Calibrator` maps the raw confidence to the share of answers that were right on validation data. A
`RiskTable` holds, for a few thresholds, how many validation answers cleared them and how many of those were
wrong; from it any largest error is resolved when reading (selective classification, Geifman and El-Yaniv
2017).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.errors import ThresholdError
from sutja.metrics import binomial_upper_bound, check_scored
from sutja.model_file.card import CALIBRATION_METHOD, Calibration, RiskCounts

LEAST_ODDS = 1e-7  # raw confidences nearer than this to 0 or 1 are told apart no further
# The parts of all answers at which a risk table looks; closer together where most answers are kept.
COVERAGES = (
    1.0, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.90, 0.88, 0.86, 0.84, 0.82,
    0.80, 0.75, 0.70, 0.65, 0.60, 0.50, 0.40, 0.30, 0.20, 0.10,
)  # fmt: skip


def logit(p: float) -> float:
    """log(p / (1 - p)), with p kept `LEAST_ODDS` away from 0 and 1."""
    p = min(max(p, LEAST_ODDS), 1.0 - LEAST_ODDS)
    return math.log(p / (1.0 - p))


class Calibrator:
    """A monotone map of raw confidence to probability: straight lines between points over the logit.

    Parameters
    ----------
    points
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
    raw
        (n,) raw confidences in [0, 1].
    correct
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


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """A threshold and what can be said for it.

    `upper_bound` holds for the true error with probability `confidence_level`, whichever point of the table
    was chosen (Bonferroni over its points).
    """

    threshold: float
    max_error: float
    accepted: int
    wrong: int
    cases: int
    upper_bound: float
    confidence_level: float

    @property
    def guaranteed(self) -> bool:
        """Whether even the upper bound keeps the error that was asked for."""
        return self.upper_bound <= self.max_error

    def statement(self) -> str:
        """The choice in a sentence."""
        return (
            f"threshold {self.threshold:.4f}: of {self.cases} validation cases {self.accepted} were accepted "
            f"and {self.wrong} of those were wrong ({self.wrong / self.accepted:.2%}); with "
            f"{self.confidence_level:.0%} confidence the true error is at most {self.upper_bound:.2%}"
        )


class RiskTable:
    """What validation answers showed at a few thresholds; `counts` is how the card keeps it."""

    def __init__(self, counts: RiskCounts) -> None:
        self.counts = counts

    @classmethod
    def measure(cls, confidence: ArrayLike, correct: ArrayLike) -> RiskTable:
        """Count accepted and wrong answers at the thresholds that keep each part of `COVERAGES`.

        Where to look depends on the confidences alone, never on which answers were right, so that the bounds
        hold.

        Parameters
        ----------
        confidence
            (n,) calibrated confidences of validation answers that the calibration was not fitted on.
        correct
            (n,) whether each was right.
        """
        p, right = check_scored(confidence, correct)
        falling = np.sort(p)[::-1]
        ranks = sorted({max(1, round(part * len(p))) for part in COVERAGES})
        points = []
        for threshold in sorted({float(falling[rank - 1]) for rank in ranks}, reverse=True):
            kept = p >= threshold
            points.append((threshold, int(kept.sum()), int((kept & (right == 0)).sum())))
        return cls(RiskCounts(len(p), tuple(points)))

    def choose(
        self, max_error: float, confidence_level: float = 0.95, guarantee: bool = False
    ) -> ThresholdChoice:
        """The lowest threshold that kept `max_error` on the validation cases.

        Parameters
        ----------
        max_error
            Largest share of wrong answers among the accepted ones, from 0 to below 1.
        confidence_level
            How sure the upper bound is to be.
        guarantee
            Ask that the upper bound keeps `max_error` too, not the measured share alone.

        Raises
        ------
        ThresholdError
            If no threshold of the table keeps it; the message says what can be kept.
        """
        if not 0.0 <= max_error < 1.0:
            raise ThresholdError(
                f"{max_error} is no share of errors",
                where="max error",
                remedy="give one from 0 to 1, like 0.01",
            )
        cases = self.counts.cases
        points = [point for point in self.counts.points if point[1] > 0]
        if not points:
            raise ThresholdError(
                "the model's card has no validation counts to choose by", where="max error",
                remedy="leave it out, or use a model with counts",
            )  # fmt: skip
        shown = {
            point: self._bound(point, confidence_level) if guarantee else point[2] / point[1]
            for point in points
        }
        kept = [point for point in points if shown[point] <= max_error]
        if not kept:
            raise ThresholdError(
                f"no threshold kept {max_error:.3%} on the {cases} validation cases", where="max error",
                remedy=f"the least they can show is {min(shown.values()):.3%}; ask for that or more",
            )  # fmt: skip
        threshold, accepted, wrong = max(kept, key=lambda point: point[1])
        bound = self._bound((threshold, accepted, wrong), confidence_level)
        return ThresholdChoice(threshold, max_error, accepted, wrong, cases, bound, confidence_level)

    def _bound(self, point: tuple[float, int, int], confidence_level: float) -> float:
        """Upper bound of the error at one point; all points' bounds hold at once (Bonferroni)."""
        level = 1.0 - (1.0 - confidence_level) / len(self.counts.points)
        return binomial_upper_bound(point[2], point[1], level)


def choose_threshold(
    confidence: ArrayLike,
    correct: ArrayLike,
    max_error: float,
    confidence_level: float = 0.95,
    guarantee: bool = False,
) -> ThresholdChoice:
    """Measure validation answers and choose: `RiskTable.measure`, then `RiskTable.choose`."""
    return RiskTable.measure(confidence, correct).choose(max_error, confidence_level, guarantee)
