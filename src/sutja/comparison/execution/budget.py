"""Predict the cost of a fit from smaller ones, and keep track of the time budget.

The cost of a learner grows as a power of the number of labels. A fit is started only if it should end well
within the budget, and is killed if that prediction was wrong.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Mapping

_DEFAULT_GUESS = 2.0  # seconds, for a learner of which nothing is known
_DEFAULT_GROWTH = 1.1  # power of the number of labels, if only one size is known
_LEAST_GROWTH, _MOST_GROWTH = 0.8, 2.6
_SAFETY_FACTOR = 1.4  # a fit is started if this many times its predicted cost is left
_SAFETY_FACTOR_MEASURED = 1.15  # the same where fits on as many labels were measured
_REPORT_SECONDS = 3.5  # of a processor: of ten learners, with the end of the process
_RECENT_SECONDS = 5.0  # of fits by the clock, from which the share of a processor is estimated
_MOST_RESERVED = 0.25  # of a budget, for the report: a machine that starts slowly must still fit
_GROWTH_SIZES = 3  # largest sizes from which the growth is estimated


class CostModel:
    """Measured durations of fits, and predictions for others.

    Parameters
    ----------
    guesses : Mapping[str, float] | None
        Seconds of a small fit of each learner, used until one has been measured.
    """

    def __init__(self, guesses: Mapping[str, float] | None = None) -> None:
        self._guesses = dict(guesses or {})
        self._measured: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, learner: str, labels: int, seconds: float) -> None:
        """Record the duration of a fit."""
        self._measured[learner][labels].append(max(1e-3, seconds))

    def predict(self, learner: str, labels: int) -> float:
        """Predict the seconds of a fit; a guess for a learner without measurements."""
        measured = self._measured.get(learner)
        if not measured:
            return self._guesses.get(learner, _DEFAULT_GUESS)
        means = {size: sum(some) / len(some) for size, some in measured.items()}
        if labels in means:
            return means[labels]
        nearest = min(means, key=lambda size: abs(math.log(size / labels)))
        return means[nearest] * float((labels / nearest) ** self.estimate_growth(learner))

    def has_measured(self, learner: str, labels: int | None = None) -> bool:
        """Tell if any fit of this learner has been measured, or any on so many labels."""
        measured = self._measured.get(learner, {})
        return bool(measured) if labels is None else labels in measured

    def estimate_growth(self, learner: str) -> float:
        """Estimate the power of the number of labels with which the cost grows, from the largest sizes."""
        means = sorted((size, sum(some) / len(some)) for size, some in self._measured[learner].items())
        sizes = means[-_GROWTH_SIZES:]
        if len(sizes) < 2:
            return _DEFAULT_GROWTH
        x, y = ([math.log(pair[i]) for pair in sizes] for i in (0, 1))
        mx, my = sum(x) / len(x), sum(y) / len(y)
        slope = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
        final = (y[-1] - y[-2]) / (x[-1] - x[-2])  # costs bend upwards as fixed costs matter less and less
        return min(_MOST_GROWTH, max(_LEAST_GROWTH, slope, final))


class TimeBudget:
    """The time budget, and how much of it is left.

    Parameters
    ----------
    seconds : float
        Total; may be infinite.
    reserve : float
        Seconds of the total that are reserved for the work after the fits.
    start : float | None
        Start of the budget, by `time.monotonic`; None for now.
    """

    def __init__(self, seconds: float = math.inf, reserve: float = 0.0, start: float | None = None) -> None:
        self.start = time.monotonic() if start is None else start
        self.seconds, self.reserve = seconds, reserve

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.start

    def remaining(self) -> float:
        """Return the seconds that fits may still take."""
        return self.seconds - self.reserve - self.elapsed()

    def take_share(self, share: float) -> TimeBudget:
        """Return a budget of this share of the remaining time; an infinite budget is returned as it is."""
        if not math.isfinite(self.seconds):
            return self
        return TimeBudget(self.elapsed() + share * self.remaining(), 0.0, self.start)


class ReportReserve:
    """Seconds of a budget to reserve for fitting curves and drawing, by how busy the machine is of late.

    By the clock a report takes longer the less of a processor it gets. As long as no fit tells how much that
    is, the time of the start does.

    Parameters
    ----------
    seconds : float
        The budget; it may be infinite.
    startup : float
        Seconds that the start took.
    """

    def __init__(self, seconds: float, startup: float) -> None:
        self._budget, self._startup = seconds, startup
        self._recent: deque[tuple[float, float]] = deque()  # of fits: seconds, those of a processor

    def note_fit(self, seconds: float, cpu_seconds: float) -> None:
        """Note a fit that took so long by the clock, and had a processor for so long."""
        if cpu_seconds > 0:
            self._recent.append((max(seconds, cpu_seconds), cpu_seconds))
        while len(self._recent) > 1 and sum(clock for clock, _ in self._recent) > 2 * _RECENT_SECONDS:
            self._recent.popleft()

    @property
    def seconds(self) -> float:
        """Seconds to reserve."""
        if not math.isfinite(self._budget):
            return 0.0
        least = max(min(_REPORT_SECONDS, self._budget / 8), 0.025 * self._budget)
        clock, cpu = (sum(pair[i] for pair in self._recent) for i in (0, 1))
        wanted = _REPORT_SECONDS * clock / cpu if clock >= _RECENT_SECONDS else self._startup
        return min(max(least, wanted), _MOST_RESERVED * self._budget)


def is_affordable(seconds: float, remaining: float, measured: bool = False) -> bool:
    """Tell if a fit of so many predicted seconds should end within the remaining time.

    Parameters
    ----------
    seconds : float
        Predicted seconds.
    remaining : float
        Seconds that are left.
    measured : bool
        True if the prediction is from fits of this learner on as many labels.
    """
    return seconds * (_SAFETY_FACTOR_MEASURED if measured else _SAFETY_FACTOR) <= remaining
