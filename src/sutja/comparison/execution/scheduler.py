"""The grid of fits of a study, and the order in which they are run within the time budget.

Letters: n labels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.execution.budget import is_affordable
from sutja.comparison.execution.table import Key, Row, Status
from sutja.comparison.execution.tasks import FitSpec, Resources, Task
from sutja.comparison.learners.catalogue import Learner
from sutja.memory import count_labels_that_fit

_FIT_SHARE = 0.34  # of the budget, the most that one fit may take


class Subsets(Protocol):
    """Indices of the items to learn from, by seed and size."""

    def __getitem__(self, seed: int, /) -> Mapping[int, NDArray[np.int64]]:
        """Return for each size the indices of the items of a seed."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The fits of a study: each learner on each number of labels with each seed.

    Where time is left of a budget, there are further seeds than those of the grid.

    Attributes
    ----------
    learners : tuple[Learner, ...]
        The learners to compare.
    sizes : tuple[int, ...]
        Numbers of labels.
    seeds : int
        Number of seeds.
    subsets : Subsets
        For each seed the indices of the items of each size.
    most_seeds : int
        Number of seeds with the further ones, at most; no more than `seeds` for none.
    """

    learners: tuple[Learner, ...]
    sizes: tuple[int, ...]
    seeds: int
    subsets: Subsets
    most_seeds: int = 0

    @property
    def keys(self) -> tuple[Key, ...]:
        """Keys of all fits."""
        return tuple(
            (learner.name, n, seed)
            for learner in self.learners
            for n in self.sizes
            for seed in range(self.seeds)
        )


class Scheduler:
    """Hands out the tasks of a grid as long as there is time, the same time to each learner.

    This is fair queueing (Demers, Keshav and Shenker 1989): the learner that has used the least time comes
    next, from few labels to many, and time that a cheap learner does not need goes to the others. If the
    cheapest fit always came first, a short budget would end before the slow learners had started. Later seeds
    of a size tell less than the first: the second counts as twice its cost, the third as three times.

    When no fit of the grid is left that can be done in time, the cheapest fits get further seeds, which
    narrow the intervals of their errors; the fourth counts as four times its cost, and so on.

    Parameters
    ----------
    grid : Grid
        The fits.
    rows : Mapping[Key, Row]
        Rows of the fits that have ended, in this run or before; more come while it goes on.
    get_settings : Callable[[str, int], Mapping[str, Any]]
        Returns the settings that tuning chose, by learner and number of labels.
    resources : Resources
        Data, device and time.
    pass_over : Callable[[Sequence[Row]], None]
        Takes the rows of fits that will not be started.
    gpu_slots : int
        Number of fits that can run on GPUs at a time.
    n_test : int
        Number of items that each fit answers.
    """

    def __init__(
        self,
        grid: Grid,
        rows: Mapping[Key, Row],
        get_settings: Callable[[str, int], Mapping[str, Any]],
        resources: Resources,
        pass_over: Callable[[Sequence[Row]], None],
        gpu_slots: int = 1,
        n_test: int = 0,
    ) -> None:
        self.grid, self.resources, self.rows = grid, resources, rows
        self._get_settings, self._pass_over = get_settings, pass_over
        self._gpu_slots, self._on_gpus, self._n_test = gpu_slots, 0, n_test
        self.waiting: dict[tuple[str, int], list[int]] = {}  # seeds by learner and number of labels
        for name, n, seed in grid.keys:
            if (name, n, seed) not in rows:
                self.waiting.setdefault((name, n), []).append(seed)
        self._by_name = {learner.name: learner for learner in grid.learners}
        self._used: dict[str, float] = defaultdict(float)  # seconds; running fits count as predicted
        self._charged: dict[Key, float] = {}
        self._given_up: dict[str, tuple[int, str]] = {}
        self._seeds = {(name, n): grid.seeds for name, n, _ in grid.keys}  # and further ones, once started
        for name, n, seed in rows:
            if seed >= self._seeds.get((name, n), math.inf):
                self._seeds[name, n] = seed + 1

    def iterate_tasks(self) -> Iterator[Task]:
        """Yield the tasks; each is chosen when it is asked for."""
        while (task := self._choose_task()) is not None:
            yield task

    def mark_finished(self, task: Task, seconds: float) -> None:
        """Note that a task has ended, after so many seconds."""
        self._on_gpus -= task.device != "cpu"
        predicted = self._charged.pop(_key_of(task), seconds)
        self.charge(task.learner.name, seconds - predicted)

    def charge(self, learner: str, seconds: float) -> None:
        """Add to the time that a learner has used."""
        self._used[learner] += seconds

    def predict_remaining_seconds(self) -> float:
        """Predict the seconds of all waiting fits, one after the other."""
        costs = self.resources.costs
        return sum(costs.predict(name, n) * len(seeds) for (name, n), seeds in self.waiting.items())

    def give_up(self, learner: str, labels: int, why: str) -> None:
        """Fit this learner on no more labels than so many: it takes too much time or memory."""
        known = self._given_up.get(learner)
        if known is None or labels < known[0]:
            self._given_up[learner] = (labels, why)

    def _choose_task(self) -> Task | None:
        """Choose an affordable task of the learner that will, with it, have used the least time."""
        self._pass_over_hopeless()
        remaining = self.resources.budget.remaining()
        cheapest: dict[str, tuple[float, int, float]] = {}
        for (name, n), seeds in self.waiting.items():
            cost, learner = self._predict(name, n, len(seeds)), self._by_name[name]
            if is_affordable(cost, remaining, self.resources.costs.has_measured(name, n)):
                one = cost / (len(seeds) if learner.is_stacked else 1)
                weighted = one * (1 + self.grid.seeds - len(seeds))
                cheapest[name] = min(cheapest.get(name, (math.inf, 0, 0.0)), (weighted, n, one))
        choices = []
        for name, (_, n, one) in cheapest.items():
            waits = self._on_gpus >= self._gpu_slots and self._device_of(name) != "cpu"
            choices.append((waits, self._used[name] + one, n, name))
        if not choices:
            return self._choose_further(remaining)
        _, _, n, name = min(choices)
        learner, seeds = self._by_name[name], self.waiting[name, n]
        chosen = list(seeds) if learner.is_stacked else seeds[:1]
        self.waiting[name, n] = seeds[len(chosen) :]
        if not self.waiting[name, n]:
            del self.waiting[name, n]
        return self._start(learner, n, chosen)

    def _choose_further(self, remaining: float) -> Task | None:
        """Choose an affordable fit with a further seed, that costs the least."""
        choices = []
        for (name, n), count in self._seeds.items():
            seeds = range(count, self.grid.most_seeds)
            if not seeds or not self._is_whole(name, n) or n >= self._given_up.get(name, (math.inf, ""))[0]:
                continue
            waits = self._on_gpus >= self._gpu_slots and self._device_of(name) != "cpu"
            each = self.resources.costs.predict(name, n)
            if not waits and is_affordable(self._predict(name, n, len(seeds)), remaining, measured=True):
                choices.append((each * (count + 1), n, name))
        if not choices:
            return None
        _, n, name = min(choices)
        learner, count = self._by_name[name], self._seeds[name, n]
        self._seeds[name, n] = self.grid.most_seeds if learner.is_stacked else count + 1
        return self._start(learner, n, range(count, self._seeds[name, n]))

    def _is_whole(self, name: str, n: int) -> bool:
        """Tell if all fits of the grid of a learner on so many labels are done."""
        rows = [self.rows.get((name, n, seed)) for seed in range(self.grid.seeds)]
        return all(row is not None and row.status is Status.DONE for row in rows)

    def _start(self, learner: Learner, n: int, seeds: Sequence[int]) -> Task:
        """Make a task, and charge its predicted cost."""
        cost = self._predict(learner.name, n, len(seeds))
        self.charge(learner.name, cost)
        settings = self._get_settings(learner.name, n)
        specs = tuple(FitSpec(seed, settings, self.grid.subsets[seed][n]) for seed in seeds)
        limit = min(self.resources.limit, self.resources.budget.seconds * _FIT_SHARE)
        task = self.resources.make_task(learner, n, specs, "test", limit)
        self._on_gpus += task.device != "cpu"
        self._charged[_key_of(task)] = cost
        return task

    def _predict(self, name: str, n: int, seeds: int) -> float:
        """Predict the seconds of one task of so many seeds."""
        each = self.resources.costs.predict(name, n)
        return each * (seeds if self._by_name[name].is_stacked else 1)

    def _device_of(self, name: str) -> str:
        return self.resources.choose_device(self._by_name[name])

    def _pass_over_hopeless(self) -> None:
        """Remove fits that would be too slow or too large, and enter them in the table."""
        rows = []
        most_labels = count_labels_that_fit(self.resources.data.item_bytes, self._n_test)
        for (name, n), seeds in list(self.waiting.items()):
            why = ""
            limit, reason = self._given_up.get(name, (n, ""))
            if n > limit or (n == limit and reason):
                why = reason
            elif n > most_labels:
                why = f"{n:,} items do not fit in the free memory"
            if why:
                rows += [Row(name, n, seed, Status.PASSED_OVER, note=why) for seed in seeds]
                del self.waiting[name, n]
        if rows:
            self._pass_over(rows)


def _key_of(task: Task) -> Key:
    """Return the key that a task is known by: that of its first fit."""
    return task.learner.name, task.labels, task.specs[0].seed
