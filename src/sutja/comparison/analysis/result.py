"""What a comparison found: curves, crossovers, errors to expect, and advice.

Letters: m test items.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from statistics import fmean as mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.analysis.crossover import Crossover, find_crossover
from sutja.comparison.analysis.curves import Curve, Measured, best_at, fit_curves, gain_of
from sutja.comparison.execution.table import DONE, Row
from sutja.errors import ComparisonError
from sutja.metrics import binomial_tail

_SURE = 0.01  # so seldom would a learner that beats nobody look as good by chance, over all learners
MOST_SHARED = 24  # mistakes shown
_FURTHEST = 0.5  # of the most labels of any learner: mistakes of those who saw fewer say little of an item


@dataclass(frozen=True, slots=True)
class Prediction:
    """The error to expect of a learner.

    Attributes
    ----------
    learner : str
        Its name.
    labels : float
        With so many.
    error, low, high : float
        Share of new items, and its 95 % interval.
    """

    learner: str
    labels: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stands at the largest size that it was fitted on.

    Attributes
    ----------
    learner, kind, labels : str or int
        Who, and on how many.
    error, low, high : float
        Its error, mean of the seeds, and its 95 % interval.
    fit_seconds, predict_micros : float
        To learn, and to answer one item.
    memory_mb, parameters, fit_operations, predict_operations : float or float | None
        Mean of the seeds; None where not known.
    """

    learner: str
    kind: str
    labels: int
    error: float
    low: float
    high: float
    fit_seconds: float
    predict_micros: float
    memory_mb: float
    parameters: float | None
    fit_operations: float | None
    predict_operations: float | None


@dataclass(frozen=True)
class Findings:
    """What the fits of a comparison say.

    Attributes
    ----------
    source : str
        What data were compared on.
    kinds : Mapping[str, str]
        For each learner "network", "baseline", "era" or "own".
    how : Mapping[str, str]
        For each learner how it learns.
    classes : tuple[str, ...]
        Names of the classes.
    rows : tuple[Row, ...]
        The table, a row a fit.
    answers : Mapping[tuple[str, int, int], NDArray[int64]]
        Of each fit that is done, (m,).
    truth : NDArray[int64]
        (m,) classes of the test items.
    n_learn, n_held, n_test : int
        Items of the parts.
    notes : tuple[str, ...]
        What was odd about the data.
    facts : Mapping[str, Any]
        Machine, versions, terms, seconds.
    shown : Mapping[int, NDArray[uint8]]
        Pictures of test items by their place, where items are pictures; of shared mistakes alone.
    folder : Path | None
        Where the files are.
    """

    source: str
    kinds: Mapping[str, str]
    how: Mapping[str, str]
    classes: tuple[str, ...]
    rows: tuple[Row, ...]
    answers: Mapping[tuple[str, int, int], NDArray[np.int64]]
    truth: NDArray[np.int64]
    n_learn: int
    n_held: int
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def n_test(self) -> int:
        """Test items."""
        return len(self.truth)

    @property
    def learners(self) -> tuple[str, ...]:
        """Their names, in the order in which they were given."""
        return tuple(self.kinds)

    @property
    def table(self) -> list[dict[str, Any]]:
        """The table as plain values, for `pandas.DataFrame` or the like."""
        from dataclasses import asdict

        return [asdict(row) for row in self.rows]

    @cached_property
    def chance(self) -> float:
        """Error of the best answer that looks at nothing: always the commonest class."""
        return 1.0 - float(np.bincount(self.truth).max()) / self.n_test

    @cached_property
    def done(self) -> Mapping[str, Mapping[int, list[Row]]]:
        """Rows of the fits that are done, by learner and labels."""
        found: dict[str, dict[int, list[Row]]] = {name: {} for name in self.learners}
        for row in self.rows:
            if row.status == DONE and row.key in self.answers:
                found[row.learner].setdefault(row.labels, []).append(row)
        return {name: {n: some[n] for n in sorted(some)} for name, some in found.items()}

    @cached_property
    def measured(self) -> Mapping[str, Measured]:
        """What was measured of each learner."""
        return {
            name: Measured(
                name,
                np.array(list(some), np.int64),
                tuple(
                    np.stack([self.answers[row.key] != self.truth for row in rows]) for rows in some.values()
                ),
            )
            for name, some in self.done.items()
            if some
        }

    @cached_property
    def curves(self) -> Mapping[str, Curve]:
        """The curve of each learner that was fitted on three sizes or more."""
        return fit_curves(list(self.measured.values()), self.chance)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """All learners that were fitted, the least error first."""
        found = [self._standing(name, some) for name, some in self.done.items() if some]
        return tuple(sorted(found, key=lambda one: (one.error, one.fit_seconds)))

    def crossover(self, a: str, b: str) -> Crossover:
        """Where one of two learners overtakes the other.

        Raises
        ------
        ComparisonError
            There is no such learner.
        """
        for name in (a, b):
            self._check(name)
        if a not in self.curves or b not in self.curves:
            few = a if a not in self.curves else b
            return Crossover(a, b, "unclear", None, 0.0, math.inf, self._range(few))
        return find_crossover(self.curves[a], self.curves[b])

    @cached_property
    def crossovers(self) -> tuple[Crossover, ...]:
        """Of each network with each baseline, eras left out."""
        return tuple(self.crossover(a, b) for a, b, alike in self._pairs() if not alike)

    @cached_property
    def crossovers_alike(self) -> tuple[Crossover, ...]:
        """Of two networks, and of two baselines, eras left out."""
        return tuple(self.crossover(a, b) for a, b, alike in self._pairs() if alike)

    def _pairs(self) -> list[tuple[str, str, bool]]:
        """Any two learners with curves, and whether both or neither are networks."""
        names = [name for name in self.curves if self.kinds[name] != "era"]
        deep = {name for name in names if self.kinds[name] == "network"}
        return [(a, b, (a in deep) == (b in deep)) for a, b in combinations(names, 2)]

    def predict_error(self, n: float, learner: str | None = None) -> Prediction:
        """The error to expect with n labels.

        Parameters
        ----------
        n : float
            Labels to learn from.
        learner : str | None
            Its name; None takes the one that is expected to be best.

        Raises
        ------
        ComparisonError
            There is no such learner, or no curve of it.
        """
        if not n >= 1:
            raise ComparisonError(f"{n} is no number of labels", where="n", remedy="give 1 or more")
        if learner is not None:
            self._check(learner)
        if not self.curves or (learner is not None and learner not in self.curves):
            raise ComparisonError(
                "was fitted on fewer than three sizes, so there is no curve",
                where=learner or "every learner",
                remedy="give more sizes, or more time",
            )
        name = learner or best_at(self._worthy(), n)
        curve = self.curves[name]
        low, high = curve.interval_at(n)
        return Prediction(name, n, curve.error_at(n), low, high)

    def gain(self, more: int = 1000, learner: str | None = None) -> Prediction:
        """How much so many labels more than there are take off the error of a learner, or of the best."""
        name = learner or self.predict_error(self.n_learn).learner
        self._check(name)
        if name not in self.curves:
            raise ComparisonError("has no curve", where=name, remedy="give more sizes, or more time")
        return Prediction(name, self.n_learn + more, *gain_of(self.curves[name], self.n_learn, more))

    @cached_property
    def better_than_chance(self) -> tuple[str, ...]:
        """Learners whose error no guessing explains."""
        found = []
        for one in self.standings:
            wrong = round(one.error * self.n_test)
            if 0 < self.chance < 1 and binomial_tail(wrong, self.n_test, self.chance) < _SURE / len(
                self.standings
            ):
                found.append(one.learner)
        return tuple(found)

    @cached_property
    def shared_mistakes(self) -> tuple[tuple[int, int, int, str], ...]:
        """Test items that most learners get wrong, the worst first.

        Returns
        -------
        For each its place, how many learners are wrong, of how many, and what they take it for.
        """
        most = max((max(some) for some in self.done.values() if some), default=0)
        last = [some[max(some)] for some in self.done.values() if some and max(some) >= _FURTHEST * most]
        if not last:
            return ()
        votes = [[self.answers[row.key] for row in rows] for rows in last]
        wrong = np.stack([np.mean([answer != self.truth for answer in some], axis=0) > 0.5 for some in votes])
        counts = wrong.sum(0)
        order = np.argsort(-counts, kind="stable")[:MOST_SHARED]
        least = max(2, math.ceil(len(last) / 2)) if len(last) > 1 else 1
        found = []
        for place in order[counts[order] >= least]:
            said = Counter(int(a[place]) for some in votes for a in some if a[place] != self.truth[place])
            found.append((int(place), int(counts[place]), len(last), self.classes[said.most_common(1)[0][0]]))
        return tuple(found)

    def _worthy(self) -> Mapping[str, Curve]:
        """Curves to choose the best from: those that a law describes, if there are any; no eras."""
        some = {
            name: curve for name, curve in self.curves.items() if self.kinds[name] != "era"
        } or self.curves
        return {name: curve for name, curve in some.items() if curve.sound} or some

    def _range(self, name: str) -> tuple[int, int]:
        sizes = self.measured[name].sizes if name in self.measured else np.array([0])
        return int(sizes[0]), int(sizes[-1])

    def _check(self, name: str) -> None:
        if name not in self.kinds:
            raise ComparisonError(
                f"there is no learner {name!r} in this comparison",
                where="learner",
                remedy=f"there are {', '.join(self.learners)}",
            )

    def _standing(self, name: str, some: Mapping[int, Sequence[Row]]) -> Standing:
        n = max(some)
        rows = some[n]
        index = len(some) - 1
        low, high = interval_of(self.measured[name].wrong[index])
        return Standing(
            name,
            self.kinds[name],
            n,
            mean(row.error or 0.0 for row in rows),
            low,
            high,
            mean(row.fit_seconds or 0.0 for row in rows),
            1e6 * mean(row.predict_seconds or 0.0 for row in rows) / self.n_test,
            mean(row.memory_mb or 0.0 for row in rows),
            *(_known_mean(rows, what) for what in _COUNTED),
        )


_COUNTED = ("parameters", "fit_operations", "predict_operations")


def _known_mean(rows: Sequence[Row], what: str) -> float | None:
    values = [getattr(row, what) for row in rows]
    return None if any(value is None for value in values) else mean(values)


def interval_of(wrong: NDArray[np.bool_]) -> tuple[float, float]:
    """95 % interval of a mean error from (R, m) answers: by the items, and by the seeds."""
    seeds, n = wrong.shape
    p = float(wrong.mean())
    share = wrong.mean(0)
    variance = float(share.var()) / n
    if seeds > 1:
        variance += float(wrong.mean(1).var(ddof=1)) / seeds
    half = 1.96 * math.sqrt(variance + (p * (1 - p) if p in (0.0, 1.0) else 0.0) / n)
    edge = 3.0 / n if p == 0.0 else 0.0  # none wrong of n: at most 3 / n, with 95 % confidence
    return max(0.0, p - half), min(1.0, max(p + half, edge))


def difference(comparison: Findings, a: str, b: str, labels: int) -> tuple[float, float, float]:
    """Error of `a` less that of `b` on so many labels, and its 95 % interval, item by item."""
    index = {n: i for i, n in enumerate(comparison.measured[a].sizes.tolist())}[labels]
    other = {n: i for i, n in enumerate(comparison.measured[b].sizes.tolist())}[labels]
    one, two = comparison.measured[a].wrong[index], comparison.measured[b].wrong[other]
    apart = one.mean(0) - two.mean(0)
    variance = float(apart.var()) / len(apart)
    for some in (one, two):
        variance += float(some.mean(1).var(ddof=1)) / len(some) if len(some) > 1 else 0.0
    half = 1.96 * math.sqrt(variance)
    middle = float(apart.mean())
    return middle, middle - half, middle + half
