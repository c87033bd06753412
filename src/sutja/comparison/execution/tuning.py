"""Tune each learner on the validation part by successive halving, with the same time for each.

Candidates are drawn from the learner's search space, the default first. All are tried on few labels; the best
third goes on to four times as many, and the best third of these once more (Jamieson and Talwalkar, AISTATS
2016). A size of the grid gets the settings that were best on the nearest number of labels. The test part is
not used.

docs/compare.md says why this is not left to a package.
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

from sutja.comparison.execution.backends import Engine
from sutja.comparison.execution.table import Row, Status, Table
from sutja.comparison.execution.tasks import FitSpec, Outcome, Resources, Task
from sutja.comparison.learners.catalogue import Learner
from sutja.comparison.learners.cost import Cost

_MOST_LABELS = 4096  # on which settings are tried
_RUNG_STEP = 2  # doublings between two rungs
_N_RUNGS = 3
_REDUCTION = 3  # one candidate in so many goes on to the next rung

Report = Callable[[Task, Outcome], None]


def choose_rungs(sizes: Sequence[int], n_classes: int) -> tuple[int, ...]:
    """Choose the numbers of labels on which settings are tried, in rising order.

    >>> choose_rungs((52, 105, 210, 421, 843, 1687, 3375, 6750), 10)
    (210, 843, 3375)
    """
    fitting = [size for size in sizes if size <= max(_MOST_LABELS, 10 * n_classes)] or [sizes[0]]
    chosen = fitting[::-1][::_RUNG_STEP][:_N_RUNGS][::-1]
    enough = [size for size in chosen if size >= 4 * n_classes]
    return tuple(enough or chosen[-1:])


@dataclass
class TuningResult:
    """Candidates, their validation errors, and the best of them.

    Attributes
    ----------
    candidates : Mapping[str, Sequence[Mapping[str, Any]]]
        Settings to try of each learner.
    errors : dict[str, dict[int, dict[int, float]]]
        Validation errors by learner, number of labels, and index of the candidate.
    seconds : dict[str, float]
        Seconds that the trials of each learner took.
    """

    candidates: Mapping[str, Sequence[Mapping[str, Any]]]
    errors: dict[str, dict[int, dict[int, float]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Record a trial; the seed of its row is the index of the candidate."""
        if row.status is Status.DONE and row.error is not None:
            self.errors.setdefault(row.learner, {}).setdefault(row.labels, {})[row.seed] = row.error
        self.seconds[row.learner] = self.seconds.get(row.learner, 0.0) + (row.cost.fit_seconds or 0.0)

    def choose_best(self, learner: str, labels: int) -> Mapping[str, Any]:
        """Return the best settings for so many labels."""
        rungs = {n: errors for n, errors in self.errors.get(learner, {}).items() if errors}
        if not rungs:
            return self.candidates[learner][0]
        nearest = min(rungs, key=lambda n: (abs(math.log(n / labels)), -n))
        return self.candidates[learner][_rank(rungs[nearest])[0]]

    def choose_survivors(self, learner: str, labels: int) -> list[int]:
        """Return the indices of the candidates that go on from this rung; the default always does."""
        errors = self.errors.get(learner, {}).get(labels, {})
        ranked = _rank(errors)
        survivors = ranked[: math.ceil(len(ranked) / _REDUCTION)]
        return survivors if not errors or 0 in survivors else [0, *survivors]


def _rank(errors: Mapping[int, float]) -> list[int]:
    """Return the indices of candidates, the best first; of equals the one that was drawn first."""
    return sorted(errors, key=lambda index: (errors[index], index))


class Tuner:
    """Tries the candidates of all learners.

    Parameters
    ----------
    learners : Sequence[Learner]
        The learners to tune.
    resources : Resources
        Data, device and time; no trial goes beyond its budget.
    rows : Mapping[int, NDArray[int64]]
        For each rung the indices of the items to learn from.
    trials : int
        Number of candidates of each learner.
    seconds : float
        Time for the trials of each learner.
    table : Table
        Table of the trials; what is in it is not tried again.
    """

    def __init__(
        self,
        learners: Sequence[Learner],
        resources: Resources,
        rows: Mapping[int, NDArray[np.int64]],
        trials: int,
        seconds: float,
        table: Table,
    ) -> None:
        tunable = [learner for learner in learners if learner.space]
        self._learners = sorted(tunable, key=lambda learner: learner.initial_guess)  # the quick ones first
        self._resources, self._rows, self._seconds, self._table = resources, rows, seconds, table
        self.result = TuningResult({learner.name: learner.draw_candidates(trials) for learner in learners})
        for row in table.rows.values():
            if row.learner in self.result.candidates:
                self._record(row)

    def run(self, engine: Engine, report: Report) -> TuningResult:
        """Try the candidates, rung after rung.

        Parameters
        ----------
        engine : Engine
            Engine that runs the trials.
        report : Report
            Called with each trial.
        """
        survivors: dict[str, list[int]] = {}
        for labels in sorted(self._rows):
            waiting = {
                learner.name: self._find_untried(learner, labels, survivors.get(learner.name))
                for learner in self._learners
            }
            with closing(engine.run(self._iterate_tasks(labels, waiting))) as done:
                for task, outcome in done:
                    self._enter(task, outcome)
                    report(task, outcome)
            survivors = {
                learner.name: self.result.choose_survivors(learner.name, labels) for learner in self._learners
            }
        return self.result

    def _find_untried(self, learner: Learner, labels: int, survivors: list[int] | None) -> list[int]:
        """Return the indices of the candidates still to try on this rung."""
        indices = list(range(len(self.result.candidates[learner.name]))) if survivors is None else survivors
        tried = {
            row.seed
            for row in self._table.rows.values()
            if (row.learner, row.labels) == (learner.name, labels) and row.status is not Status.FAILED
        }
        missing = [index for index in indices if index not in tried] if len(indices) > 1 else []
        return indices if missing and learner.is_stacked else missing  # a kill may have left part of a stack

    def _iterate_tasks(self, labels: int, waiting: dict[str, list[int]]) -> Iterator[Task]:
        """Take the learners in turn, each as long as it has time."""
        while any(waiting.values()):
            for learner in self._learners:
                indices = waiting[learner.name]
                if not indices:
                    continue
                limit = self._limit_trial(learner, labels)
                if limit <= 0:
                    waiting[learner.name] = []
                    continue
                n_trials = len(indices) if learner.is_stacked else 1
                chosen, waiting[learner.name] = indices[:n_trials], indices[n_trials:]
                candidates = self.result.candidates[learner.name]
                specs = tuple(FitSpec(0, candidates[index], self._rows[labels]) for index in chosen)
                yield self._resources.make_task(learner, labels, specs, "validation", limit)

    def _limit_trial(self, learner: Learner, labels: int) -> float:
        """Return the seconds that the next trial may take; 0 if it should not be started.

        The first trial of a learner, of which nothing is known, may take three times its share: a process
        that is killed takes long to start again.
        """
        used = self.result.seconds.get(learner.name)
        remaining = self._seconds * 3 if used is None else self._seconds - used
        if used is not None and self._resources.costs.predict(learner.name, labels) > remaining:
            return 0.0
        return min(remaining, self._resources.budget.remaining(), self._resources.limit)

    def _enter(self, task: Task, outcome: Outcome) -> None:
        """Enter the trials of a task in the table, and record them."""
        name, labels = task.learner.name, task.labels
        cost = Cost(outcome.seconds / len(task.specs), together=len(task.specs))
        rows = [
            Row(
                name,
                labels,
                self.result.candidates[name].index(spec.settings),
                outcome.status,
                outcome.errors[number] if outcome.status is Status.DONE else None,
                cost,
                format_settings(spec.settings),
                outcome.note,
            )
            for number, spec in enumerate(task.specs)
        ]
        self._table.add(rows)
        for row in rows:  # as the table has it, rounded: else a resumed run would see other ties
            self._record(self._table.rows[row.key])

    def _record(self, row: Row) -> None:
        """Record the error and the cost of a trial."""
        self.result.add(row)
        if row.status is Status.DONE and row.error is not None:
            self._resources.costs.add(row.learner, row.labels, row.cost.fit_seconds or 0.0)


def format_settings(settings: Mapping[str, Any]) -> str:
    """Format settings as JSON, the same for the same settings."""
    return json.dumps(dict(settings), sort_keys=True, default=str) if settings else ""
