"""The settings of each learner, chosen on validation items by successive halving, in the same time for each.

Candidates are drawn from the learner's space, the default first. All are tried on few labels; the best third
goes on to four times as many, and so once more (Jamieson and Talwalkar, AISTATS 2016). A size of the grid
gets the settings that were best on the number of labels nearest to it. The test items have no part in it.

Why not a package: docs/compare.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.data.arrays import Material
from sutja.comparison.execution.backends import Engine
from sutja.comparison.execution.budget import Clock, Costs
from sutja.comparison.execution.table import DONE, FAILED, Row, Table
from sutja.comparison.execution.tasks import One, Outcome, Task
from sutja.comparison.learners.catalogue import Learner

_MOST_LABELS = 4096  # on which settings are tried
_STEP = 2  # doublings between two rungs
_RUNGS = 3
_KEPT = 3  # one in so many goes on to the next rung

Tried = Callable[[Task, Outcome], None]


def rungs_of(sizes: Sequence[int], n_classes: int) -> tuple[int, ...]:
    """The numbers of labels that settings are tried on, in rising order.

    >>> rungs_of((52, 105, 210, 421, 843, 1687, 3375, 6750), 10)
    (210, 843, 3375)
    """
    fitting = [size for size in sizes if size <= max(_MOST_LABELS, 10 * n_classes)] or [sizes[0]]
    chosen = fitting[::-1][::_STEP][:_RUNGS][::-1]
    enough = [size for size in chosen if size >= 4 * n_classes]
    return tuple(enough or chosen[-1:])


@dataclass
class Tuned:
    """What was tried, and what is best.

    Attributes
    ----------
    tried : dict[str, dict[int, dict[int, float]]]
        By learner and number of labels: for each candidate tried its place and its validation error.
    candidates : Mapping[str, Sequence[Mapping[str, Any]]]
        Of each learner.
    seconds : dict[str, float]
        That each learner took.
    """

    candidates: Mapping[str, Sequence[Mapping[str, Any]]]
    tried: dict[str, dict[int, dict[int, float]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, learner: str, labels: int, place: int, error: float, seconds: float) -> None:
        """A candidate was tried."""
        self.tried.setdefault(learner, {}).setdefault(labels, {})[place] = error
        self.seconds[learner] = self.seconds.get(learner, 0.0) + seconds

    def best(self, learner: str, labels: int) -> Mapping[str, Any]:
        """The settings for so many labels."""
        rungs = {n: found for n, found in self.tried.get(learner, {}).items() if found}
        if not rungs:
            return self.candidates[learner][0]
        nearest = min(rungs, key=lambda n: (abs(math.log(n / labels)), -n))
        return self.candidates[learner][self._ranked(rungs[nearest])[0]]

    def survivors(self, learner: str, labels: int) -> list[int]:
        """The places of the candidates that go on from this rung; the default always does."""
        found = self.tried.get(learner, {}).get(labels, {})
        ranked = self._ranked(found)
        kept = ranked[: math.ceil(len(ranked) / _KEPT)]
        return kept if not found or 0 in kept else [0, *kept]

    @staticmethod
    def _ranked(found: Mapping[int, float]) -> list[int]:
        """Places, the best first; of equals the one that was drawn first."""
        return sorted(found, key=lambda place: (found[place], place))


class Tuner:
    """Tries the candidates of all learners.

    Parameters
    ----------
    learners, material : Sequence[Learner] or Material
        Who and what.
    rows : Mapping[int, NDArray[int64]]
        For each rung the items to learn from.
    trials : int
        Candidates of each learner.
    seconds : float
        For each learner.
    clock : Clock
        No try goes beyond it.
    limit : float
        Seconds for one try.
    table : Table
        Of what was tried; what is in it is not tried again.
    costs : Costs
        What fits cost, which grows by what is seen.
    """

    def __init__(
        self,
        learners: Sequence[Learner],
        material: Material,
        rows: Mapping[int, NDArray[np.int64]],
        trials: int,
        seconds: float,
        clock: Clock,
        limit: float,
        table: Table,
        costs: Costs,
        device_of: Callable[[Learner], str],
        dtype: str,
    ) -> None:
        able = [learner for learner in learners if learner.space]
        self._learners = sorted(able, key=lambda learner: learner.first_guess)  # the quick ones first
        self._material, self._rows, self._seconds, self._clock = material, rows, seconds, clock
        self._limit, self._table, self._costs = limit, table, costs
        self._device_of, self._dtype = device_of, dtype
        self.tuned = Tuned({learner.name: learner.candidates(trials) for learner in learners})
        for row in table.rows.values():
            if row.learner in self.tuned.candidates:
                self._learn_of(row)

    def run(self, engine: Engine, tried: Tried) -> Tuned:
        """Try, rung after rung."""
        before: dict[str, list[int]] = {}
        for labels in sorted(self._rows):
            waiting = {
                learner.name: self._places(learner, labels, before.get(learner.name))
                for learner in self._learners
            }
            with closing(engine.run(self._tasks(labels, waiting))) as done:
                for task, outcome in done:
                    self._note(task, outcome)
                    tried(task, outcome)
            before = {learner.name: self.tuned.survivors(learner.name, labels) for learner in self._learners}
        return self.tuned

    def _places(self, learner: Learner, labels: int, survivors: list[int] | None) -> list[int]:
        """The candidates to try on this rung that were not tried before."""
        places = list(range(len(self.tuned.candidates[learner.name]))) if survivors is None else survivors
        known = {
            row.seed
            for row in self._table.rows.values()
            if (row.learner, row.labels) == (learner.name, labels) and row.status != FAILED
        }
        missing = [place for place in places if place not in known] if len(places) > 1 else []
        return places if missing and learner.stacks else missing  # a kill may have left a part of a stack

    def _tasks(self, labels: int, waiting: dict[str, list[int]]) -> Iterator[Task]:
        """The learners in turn, each as long as it has time."""
        while any(waiting.values()):
            for learner in self._learners:
                places = waiting[learner.name]
                if not places:
                    continue
                left = self._left(learner, labels)
                if left <= 0:
                    waiting[learner.name] = []
                    continue
                mine, waiting[learner.name] = (places, []) if learner.stacks else (places[:1], places[1:])
                ones = tuple(
                    One(0, self.tuned.candidates[learner.name][place], self._rows[labels]) for place in mine
                )
                yield Task(
                    learner,
                    labels,
                    ones,
                    self._material.folder,
                    "held",
                    left,
                    self._clock.left(),
                    self._device_of(learner),
                    self._dtype,
                )

    def _left(self, learner: Learner, labels: int) -> float:
        """Seconds that the next try may take; 0 where it should not be begun.

        The first try of a learner, of which nothing is known, may take three times its share: a process that
        is killed takes long to begin again.
        """
        taken = self.tuned.seconds.get(learner.name)
        left = self._seconds * 3 if taken is None else self._seconds - taken
        if taken is not None and self._costs.expect(learner.name, labels) > left:
            return 0.0
        return min(left, self._clock.left(), self._limit)

    def _note(self, task: Task, outcome: Outcome) -> None:
        """Keep what came of a try."""
        name, labels = task.learner.name, task.labels
        share = outcome.seconds / len(task.ones)
        rows = []
        for number, one in enumerate(task.ones):
            place = self.tuned.candidates[name].index(one.settings)
            error = outcome.errors[number] if outcome.status == DONE else None
            row = Row(
                name,
                labels,
                place,
                outcome.status,
                error,
                share,
                together=len(task.ones),
                settings=settings_text(one.settings),
                note=outcome.note,
            )
            rows.append(row)
        self._table.add(rows)
        for row in rows:  # as the table keeps it, rounded: else a run that goes on would see no ties
            self._learn_of(self._table.rows[row.key])

    def _learn_of(self, row: Row) -> None:
        """What a try says of the candidates and of the time."""
        seconds = row.fit_seconds or 0.0
        if row.status == DONE and row.error is not None:
            self.tuned.add(row.learner, row.labels, row.seed, row.error, seconds)
            self._costs.add(row.learner, row.labels, seconds)
        else:
            self.tuned.seconds[row.learner] = self.tuned.seconds.get(row.learner, 0.0) + seconds


def settings_text(settings: Mapping[str, Any]) -> str:
    """Settings as text that is the same for the same settings."""
    return json.dumps(dict(settings), sort_keys=True, default=str) if settings else ""
