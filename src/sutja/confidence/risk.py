"""Risk and coverage at a few thresholds, and the threshold that keeps a largest error.

A `RiskTable` holds, for a few thresholds, how many validation answers were accepted and how many of those
were wrong; from it a threshold is chosen for any largest error (selective classification, Geifman and
El-Yaniv 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sutja.errors import ThresholdError
from sutja.metrics import binomial_upper_bound, check_scored, format_percent
from sutja.model_file import RiskCounts

# The shares of accepted answers in a risk table, closer together near full coverage.
COVERAGES = (
    1.0, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.90, 0.88, 0.86, 0.84, 0.82,
    0.80, 0.75, 0.70, 0.65, 0.60, 0.50, 0.40, 0.30, 0.20, 0.10,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """A threshold, and the validation counts that support it.

    Attributes
    ----------
    threshold : float
        The confidence from which an answer is accepted.
    max_error : float
        The largest error that was asked for.
    accepted, wrong, cases : int
        Validation answers accepted, wrong ones among them, and all.
    upper_bound : float
        Bound of the true error, with probability `confidence_level`, whichever point of the table was chosen
        (Bonferroni over its points).
    confidence_level : float
        Probability that the bound holds.
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
        """True where even the upper bound keeps the error that was asked for."""
        return self.upper_bound <= self.max_error

    def describe(self) -> str:
        """Describe the choice in a sentence."""
        return (
            f"threshold {self.threshold:.4f}: of {self.cases} validation cases {self.accepted} were accepted "
            f"and {self.wrong} of those were wrong ({format_percent(self.wrong / self.accepted)}); with "
            f"{100 * self.confidence_level:.4g} % confidence the true error is at most "
            f"{format_percent(self.upper_bound)}"
        )


class RiskTable:
    """Accepted and wrong validation answers at a few thresholds.

    Parameters
    ----------
    counts : RiskCounts
        The counts, as the card keeps them.
    """

    def __init__(self, counts: RiskCounts) -> None:
        self.counts = counts

    @classmethod
    def measure(
        cls, confidence: ArrayLike, correct: ArrayLike, coverages: Sequence[float] = COVERAGES
    ) -> RiskTable:
        """Count accepted and wrong answers at the thresholds that give each of some coverages.

        The thresholds depend on the confidences alone, never on which answers were right, so that the bounds
        hold.

        Parameters
        ----------
        confidence : ArrayLike
            (n,) calibrated confidences of validation answers that the calibration was not fitted on.
        correct : ArrayLike
            (n,) True where the answer was right.
        coverages : Sequence[float]
            Shares of accepted answers.
        """
        p, right = check_scored(confidence, correct)
        falling = np.sort(p)[::-1]
        ranks = sorted({max(1, round(coverage * len(p))) for coverage in coverages})
        points = []
        for threshold in sorted({float(falling[rank - 1]) for rank in ranks}, reverse=True):
            accepted = p >= threshold
            points.append((threshold, int(accepted.sum()), int((accepted & (right == 0)).sum())))
        return cls(RiskCounts(len(p), tuple(points)))

    def choose(
        self, max_error: float, confidence_level: float = 0.95, guarantee: bool = False
    ) -> ThresholdChoice:
        """Choose the lowest threshold that kept `max_error` on the validation cases.

        Parameters
        ----------
        max_error : float
            Largest share of wrong answers among the accepted ones, from 0 to below 1.
        confidence_level : float
            Probability that the upper bound holds.
        guarantee : bool
            Require that the upper bound keeps `max_error` too, not the measured share alone.

        Raises
        ------
        ThresholdError
            If no threshold of the table keeps it; the message says which error can be kept.
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
                "the model's card has no validation counts to choose by",
                where="max error",
                remedy="leave it out, or use a model with counts",
            )
        errors = {
            point: self._bound_error(point, confidence_level) if guarantee else point[2] / point[1]
            for point in points
        }
        fitting = [point for point in points if errors[point] <= max_error]
        if not fitting:
            raise ThresholdError(
                f"no threshold kept {100 * max_error:.4g} % on the {cases} validation cases",
                where="max error",
                remedy=f"the least they can show is {format_percent(min(errors.values()), 3)}; "
                "ask for that or more",
            )
        threshold, accepted, wrong = max(fitting, key=lambda point: point[1])
        bound = self._bound_error((threshold, accepted, wrong), confidence_level)
        return ThresholdChoice(threshold, max_error, accepted, wrong, cases, bound, confidence_level)

    def _bound_error(self, point: tuple[float, int, int], confidence_level: float) -> float:
        """Bound the error at one point from above; the bounds of all points hold at once (Bonferroni)."""
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


def resolve_threshold(
    own: float, counts: RiskCounts, max_error: float | None
) -> tuple[float, ThresholdChoice | None]:
    """Take a model's own threshold, or choose the one that kept a largest error on its validation cases.

    Parameters
    ----------
    own : float
        The threshold on the model's card.
    counts : RiskCounts
        The validation counts on the card.
    max_error : float | None
        Largest share of wrong answers among the accepted ones, or None for the model's own threshold.

    Returns
    -------
    tuple[float, ThresholdChoice | None]
        The threshold, and what the validation cases say for it where it was chosen by them.

    Raises
    ------
    ThresholdError
        If no threshold kept `max_error`.
    """
    if max_error is None:
        return own, None
    choice = RiskTable(counts).choose(max_error)
    return choice.threshold, choice
