"""The findings of a comparison: learning curves, crossovers, errors to expect, shared mistakes.

Letters: m test items.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.analysis.crossover import Crossover, CrossoverKind, find_crossover
from sutja.comparison.analysis.curves import Curve, Measurements, find_best, fit_curves, predict_gain
from sutja.comparison.analysis.significance import is_better_than_chance
from sutja.comparison.analysis.standings import Standing
from sutja.comparison.execution.table import Key, Row, Status
from sutja.comparison.learners.eras import ERAS
from sutja.errors import ComparisonError

MOST_SHARED = 24  # mistakes shown
_LEAST_SIZE = 0.5  # of the most labels of any learner: mistakes of learners with fewer say little of an item


@dataclass(frozen=True, slots=True)
class Prediction:
    """The error to expect of a learner.

    Attributes
    ----------
    learner : str
        Its name.
    labels : float
        Number of labels that it learns from.
    error, low, high : float
        Share of new items that it gets wrong, and the 95 % interval.
    """

    learner: str
    labels: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SharedMistake:
    """A test item that most learners get wrong.

    Attributes
    ----------
    item : int
        Its index in the test part.
    n_wrong, n_learners : int
        Number of learners that are wrong, and of all that were asked.
    answer : str
        Class that they most often take it for.
    """

    item: int
    n_wrong: int
    n_learners: int
    answer: str


@dataclass(frozen=True, slots=True)
class DataSummary:
    """The data of a comparison, as far as its findings need them.

    Attributes
    ----------
    source : str
        Name of the data.
    classes : tuple[str, ...]
        Names of the classes.
    truth : NDArray[int64]
        (m,) classes of the test items.
    n_train, n_validation : int
        Items of these parts.
    notes : tuple[str, ...]
        Warnings about the data.
    pictures : Mapping[int, NDArray[uint8]]
        Pictures of test items by their index: of shared mistakes, if items are pictures.
    """

    source: str
    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    n_train: int
    n_validation: int
    notes: tuple[str, ...] = ()
    pictures: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict)

    @property
    def n_test(self) -> int:
        """Number of test items."""
        return len(self.truth)


@dataclass(frozen=True)
class Findings:
    """The fits of a comparison, and what follows from them.

    Attributes
    ----------
    data : DataSummary
        The data.
    kinds : Mapping[str, str]
        Kind of each learner: "network", "baseline", "era" or "own".
    descriptions : Mapping[str, str]
        Method of each learner.
    rows : tuple[Row, ...]
        The table, a row for each fit.
    answers : Mapping[Key, NDArray[int64]]
        Answers of each fit that is done, (m,).
    facts : Mapping[str, Any]
        Machine, versions, settings of the study, seconds.
    folder : Path | None
        Folder of the files.
    """

    data: DataSummary
    kinds: Mapping[str, str]
    descriptions: Mapping[str, str]
    rows: tuple[Row, ...]
    answers: Mapping[Key, NDArray[np.int64]]
    facts: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def learners(self) -> tuple[str, ...]:
        """Names of the learners, in the order in which they were given."""
        return tuple(self.kinds)

    @property
    def table(self) -> list[dict[str, Any]]:
        """The table as plain values, for `pandas.DataFrame` or the like."""
        return [row.to_dict() for row in self.rows]

    @cached_property
    def chance(self) -> float:
        """Error of always answering the commonest class."""
        return 1.0 - float(np.bincount(self.data.truth).max()) / self.data.n_test

    @cached_property
    def done_rows(self) -> Mapping[str, Mapping[int, list[Row]]]:
        """Rows of the fits that are done, by learner and number of labels."""
        rows: dict[str, dict[int, list[Row]]] = {name: {} for name in self.learners}
        for row in self.rows:
            if row.status is Status.DONE and row.key in self.answers:
                rows[row.learner].setdefault(row.labels, []).append(row)
        return {name: {n: by_size[n] for n in sorted(by_size)} for name, by_size in rows.items()}

    @cached_property
    def measurements(self) -> Mapping[str, Measurements]:
        """Wrong answers of each learner that was fitted."""
        return {
            name: Measurements(
                name,
                np.array(list(by_size), np.int64),
                tuple(
                    np.stack([self.answers[row.key] != self.data.truth for row in rows])
                    for rows in by_size.values()
                ),
            )
            for name, by_size in self.done_rows.items()
            if by_size
        }

    @cached_property
    def curves(self) -> Mapping[str, Curve]:
        """Learning curve of each learner that was fitted on at least three sizes."""
        return fit_curves(list(self.measurements.values()), self.chance)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """All learners that were fitted, the least error first."""
        standings = [self._make_standing(name) for name in self.measurements]
        return tuple(sorted(standings, key=lambda one: (one.error, one.cost.fit_seconds)))

    @cached_property
    def era_standings(self) -> tuple[Standing, ...]:
        """All eras that were fitted, in order of time, on the same number of labels: the most there is.

        Where they have none in common, each on the most that it was fitted on.
        """
        names = [name for name in ERAS if name in self.measurements]
        common = set.intersection(*(set(self.done_rows[name]) for name in names)) if names else set()
        return tuple(self._make_standing(name, max(common, default=None)) for name in names)

    def crossover(self, a: str, b: str) -> Crossover:
        """Find where one of two learners overtakes the other.

        Parameters
        ----------
        a, b : str
            Names of the learners.

        Raises
        ------
        ComparisonError
            There is no such learner.
        """
        for name in (a, b):
            self._check_name(name)
        if a not in self.curves or b not in self.curves:
            few = a if a not in self.curves else b
            return Crossover(a, b, CrossoverKind.UNCLEAR, None, 0.0, math.inf, self._find_range(few))
        return find_crossover(self.curves[a], self.curves[b])

    @cached_property
    def crossovers(self) -> tuple[Crossover, ...]:
        """Crossovers of each network with each other learner, eras left out."""
        return tuple(self.crossover(a, b) for a, b, alike in self._pair_learners() if not alike)

    @cached_property
    def crossovers_within_kind(self) -> tuple[Crossover, ...]:
        """Crossovers of two networks, and of two other learners, eras left out."""
        return tuple(self.crossover(a, b) for a, b, alike in self._pair_learners() if alike)

    def _pair_learners(self) -> list[tuple[str, str, bool]]:
        """Return all pairs of learners with curves; True if both or neither are networks."""
        names = [name for name in self.curves if self.kinds[name] != "era"]
        networks = {name for name in names if self.kinds[name] == "network"}
        return [(a, b, (a in networks) == (b in networks)) for a, b in combinations(names, 2)]

    def predict_error(self, n: float, learner: str | None = None) -> Prediction:
        """Predict the error with n labels.

        Parameters
        ----------
        n : float
            Labels to learn from.
        learner : str | None
            Name of the learner; None takes the one that is expected to be best.

        Raises
        ------
        ComparisonError
            There is no such learner, or no curve of it.
        """
        if not n >= 1:
            raise ComparisonError(f"{n} is not a number of labels", where="n", remedy="give 1 or more")
        if learner is not None:
            self._check_name(learner)
        if not self.curves or (learner is not None and learner not in self.curves):
            raise ComparisonError(
                "was fitted on fewer than three sizes, so there is no curve",
                where=learner or "every learner",
                remedy="give more sizes, or more time",
            )
        name = learner or find_best(self._select_curves(), n)
        curve = self.curves[name]
        low, high = curve.predict_interval(n)
        return Prediction(name, n, curve.predict_error(n), low, high)

    def gain(self, more: int = 1000, learner: str | None = None) -> Prediction:
        """Predict by how much more labels than there are reduce the error.

        Parameters
        ----------
        more : int
            Number of additional labels.
        learner : str | None
            Name of the learner; None takes the best.

        Raises
        ------
        ComparisonError
            There is no such learner, or no curve of it.
        """
        n = self.data.n_train
        name = learner or self.predict_error(n).learner
        self._check_name(name)
        if name not in self.curves:
            raise ComparisonError("has no curve", where=name, remedy="give more sizes, or more time")
        return Prediction(name, n + more, *predict_gain(self.curves[name], n, more))

    @cached_property
    def better_than_chance(self) -> tuple[str, ...]:
        """Learners whose error is significantly below that of chance."""
        if not 0 < self.chance < 1:
            return ()
        return tuple(
            one.learner
            for one in self.standings
            if is_better_than_chance(one.error, self.data.n_test, self.chance, len(self.standings))
        )

    @cached_property
    def shared_mistakes(self) -> tuple[SharedMistake, ...]:
        """Test items that most learners get wrong, the worst first."""
        truth = self.data.truth
        most = max((max(by_size) for by_size in self.done_rows.values() if by_size), default=0)
        largest = [
            by_size[max(by_size)]
            for by_size in self.done_rows.values()
            if by_size and max(by_size) >= _LEAST_SIZE * most
        ]
        if not largest:
            return ()
        votes = [[self.answers[row.key] for row in rows] for rows in largest]
        wrong = np.stack([np.mean([answer != truth for answer in some], axis=0) > 0.5 for some in votes])
        counts = wrong.sum(0)
        order = np.argsort(-counts, kind="stable")[:MOST_SHARED]
        least = max(2, math.ceil(len(largest) / 2)) if len(largest) > 1 else 1
        mistakes = []
        for item in order[counts[order] >= least]:
            answers = Counter(int(a[item]) for some in votes for a in some if a[item] != truth[item])
            answer = self.data.classes[answers.most_common(1)[0][0]]
            mistakes.append(SharedMistake(int(item), int(counts[item]), len(largest), answer))
        return tuple(mistakes)

    def _select_curves(self) -> Mapping[str, Curve]:
        """Return the curves to choose the best from: power laws and no eras, if there are any."""
        curves = {
            name: curve for name, curve in self.curves.items() if self.kinds[name] != "era"
        } or self.curves
        return {name: curve for name, curve in curves.items() if curve.is_power_law} or curves

    def _find_range(self, name: str) -> tuple[int, int]:
        sizes = self.measurements[name].sizes if name in self.measurements else np.array([0])
        return int(sizes[0]), int(sizes[-1])

    def _check_name(self, name: str) -> None:
        if name not in self.kinds:
            raise ComparisonError(
                f"there is no learner {name!r} in this comparison",
                where="learner",
                remedy=f"there are {', '.join(self.learners)}",
            )

    def _make_standing(self, name: str, labels: int | None = None) -> Standing:
        """Make the standing of a learner on so many labels; None for the most that it was fitted on."""
        by_size = self.done_rows[name]
        n = max(by_size) if labels is None else labels
        wrong = self.measurements[name].wrong[list(by_size).index(n)]
        return Standing.measure(name, self.kinds[name], n, by_size[n], wrong)


def estimate_difference(findings: Findings, a: str, b: str, labels: int) -> tuple[float, float, float]:
    """Estimate the error of `a` minus that of `b` on so many labels, and its 95 % interval, item by item."""
    one, two = (
        findings.measurements[name].wrong[findings.measurements[name].sizes.tolist().index(labels)]
        for name in (a, b)
    )
    paired = one.mean(0) - two.mean(0)
    variance = float(paired.var()) / len(paired)
    for some in (one, two):
        variance += float(some.mean(1).var(ddof=1)) / len(some) if len(some) > 1 else 0.0
    # Where the two differ on no item, a difference on three in n would show with a probability of 95 % only.
    half = 1.96 * math.sqrt(variance) if variance else 3.0 / len(paired)
    middle = float(paired.mean())
    return middle, middle - half, middle + half
