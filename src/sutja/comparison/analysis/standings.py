"""The error of a learner with its interval, and its cost, mean over the seeds.

Letters: R seeds, m test items.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean as mean

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.execution.table import Row


@dataclass(frozen=True, slots=True)
class MeanCost:
    """Cost of a learner, mean over the seeds; None if it is not known.

    Attributes
    ----------
    fit_seconds : float
        Seconds to learn.
    predict_micros : float
        Microseconds to answer one item.
    memory_mb : float
        Peak memory of a fit in MB.
    parameters, fit_operations, predict_operations : float | None
        As in `sutja.comparison.learners.cost.Cost`.
    """

    fit_seconds: float
    predict_micros: float
    memory_mb: float
    parameters: float | None
    fit_operations: float | None
    predict_operations: float | None

    @classmethod
    def average(cls, rows: Sequence[Row], n_test: int) -> MeanCost:
        """Average the costs of fits that answered so many items each."""
        costs = [row.cost for row in rows]

        def average_known(name: str) -> float | None:
            values = [getattr(cost, name) for cost in costs]
            return None if any(value is None for value in values) else mean(values)

        return cls(
            mean(cost.fit_seconds or 0.0 for cost in costs),
            1e6 * mean(cost.predict_seconds or 0.0 for cost in costs) / n_test,
            mean(cost.memory_mb or 0.0 for cost in costs),
            average_known("parameters"),
            average_known("fit_operations"),
            average_known("predict_operations"),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """The error and the cost of a learner with some number of labels.

    Attributes
    ----------
    learner, kind : str
        Its name and kind.
    labels : int
        Number of labels that it was fitted on.
    error, low, high : float
        Its error, mean of the seeds, and the 95 % interval.
    cost : MeanCost
        Its cost.
    """

    learner: str
    kind: str
    labels: int
    error: float
    low: float
    high: float
    cost: MeanCost

    @classmethod
    def measure(
        cls, learner: str, kind: str, labels: int, rows: Sequence[Row], wrong: NDArray[np.bool_]
    ) -> Standing:
        """Measure a learner by the fits of one number of labels.

        Parameters
        ----------
        learner, kind : str
            Its name and kind.
        labels : int
            Number of labels.
        rows : Sequence[Row]
            R fits, one a seed.
        wrong : NDArray[bool_]
            (R, m) their wrong answers.
        """
        low, high = estimate_interval(wrong)
        cost = MeanCost.average(rows, wrong.shape[1])
        return cls(learner, kind, labels, mean(row.error or 0.0 for row in rows), low, high, cost)


def estimate_interval(wrong: NDArray[np.bool_]) -> tuple[float, float]:
    """Estimate the 95 % interval of a mean error over items and seeds.

    Parameters
    ----------
    wrong : NDArray[bool_]
        (R, m) wrong answers of R seeds.
    """
    seeds, n = wrong.shape
    p = float(wrong.mean())
    share = wrong.mean(0)
    variance = float(share.var()) / n
    if seeds > 1:
        variance += float(wrong.mean(1).var(ddof=1)) / seeds
    half = 1.96 * math.sqrt(variance + (p * (1 - p) if p in (0.0, 1.0) else 0.0) / n)
    edge = 3.0 / n if p == 0.0 else 0.0  # none wrong of n: at most 3 / n, with 95 % confidence
    return max(0.0, p - half), min(1.0, max(p + half, edge))
