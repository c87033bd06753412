"""What a fit will cost, by what smaller ones did cost, and the time there is.

The cost of a learner grows as a power of the number of labels. A fit is begun only if it should end well
before the time does, and is killed when that is wrong.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Mapping

_FIRST = 2.0  # seconds, a guess for a learner of which nothing is known
_GROWTH = 1.1  # power of the number of labels, where one size is known
_LEAST_GROWTH, _MOST_GROWTH = 0.8, 2.6
_CAUTION = 1.4  # a fit is begun if this many times its expected cost is left
_RUNGS = 3  # largest sizes that a growth is taken from


class Costs:
    """Seconds of fits that were done, and what they say of others.

    Parameters
    ----------
    guesses : Mapping[str, float] | None
        Seconds of a small fit of each learner, until one is seen.
    """

    def __init__(self, guesses: Mapping[str, float] | None = None) -> None:
        self._guesses = dict(guesses or {})
        self._seen: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, learner: str, labels: int, seconds: float) -> None:
        """A fit took so long."""
        self._seen[learner][labels].append(max(1e-3, seconds))

    def expect(self, learner: str, labels: int) -> float:
        """Seconds that a fit on so many labels should take; of a learner not seen yet a guess."""
        seen = self._seen.get(learner)
        if not seen:
            return self._guesses.get(learner, _FIRST)
        means = {size: sum(some) / len(some) for size, some in seen.items()}
        if labels in means:
            return means[labels]
        nearest = min(means, key=lambda size: abs(math.log(size / labels)))
        return means[nearest] * float((labels / nearest) ** self.growth(learner))

    def knows(self, learner: str) -> bool:
        """Whether a fit of it was seen."""
        return bool(self._seen.get(learner))

    def growth(self, learner: str) -> float:
        """The power of the number of labels that its cost grows with, by the largest sizes seen."""
        means = sorted((size, sum(some) / len(some)) for size, some in self._seen[learner].items())
        sizes = means[-_RUNGS:]
        if len(sizes) < 2:
            return _GROWTH
        x, y = ([math.log(pair[i]) for pair in sizes] for i in (0, 1))
        mx, my = sum(x) / len(x), sum(y) / len(y)
        slope = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
        last = (y[-1] - y[-2]) / (x[-1] - x[-2])  # costs bend upwards: what is fixed counts less and less
        return min(_MOST_GROWTH, max(_LEAST_GROWTH, slope, last))


class Clock:
    """The time that was given, and what is left of it.

    Parameters
    ----------
    seconds : float
        In all, or infinite.
    reserve : float
        Of them, kept for what comes after the fits.
    begun : float | None
        When the time began, by `time.monotonic`.
    """

    def __init__(self, seconds: float = math.inf, reserve: float = 0.0, begun: float | None = None) -> None:
        self.begun = time.monotonic() if begun is None else begun
        self.seconds, self.reserve = seconds, reserve

    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.begun

    def left(self) -> float:
        """Seconds that fits may still take."""
        return self.seconds - self.reserve - self.elapsed()

    def part(self, share: float) -> Clock:
        """A clock for a share of the time that is left."""
        if not math.isfinite(self.seconds):
            return self
        return Clock(self.elapsed() + share * self.left(), 0.0, self.begun)


def share_for_the_report(seconds: float, slowness: float) -> float:
    """Seconds of a budget to keep for fitting curves and drawing.

    Parameters
    ----------
    seconds : float
        The budget.
    slowness : float
        Seconds that beginning took, which is longer on a slow or busy machine, as drawing is.
    """
    return max(min(8.0, seconds / 6), 0.025 * seconds, slowness) if math.isfinite(seconds) else 0.0


def affordable(seconds: float, left: float) -> bool:
    """Whether a fit of so many expected seconds should end in time."""
    return seconds * _CAUTION <= left


def hours(seconds: float) -> str:
    """A time for people.

    >>> hours(372)
    '6:12'
    """
    whole = max(0, round(seconds))
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"
