"""The grid of a comparison, what is left of it, and what comes next.

Letters: n labels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.data.arrays import Material
from sutja.comparison.execution.budget import Clock, Costs, affordable
from sutja.comparison.execution.table import PASSED_OVER, Key, Row
from sutja.comparison.execution.tasks import One, Task
from sutja.comparison.learners.catalogue import Learner
from sutja.memory import labels_that_fit

_SHARE = 0.34  # of the time that was given, the most that one fit may take


@dataclass(frozen=True, slots=True)
class Grid:
    """What is to be fitted.

    Attributes
    ----------
    learners : tuple[Learner, ...]
        Who takes part.
    sizes : tuple[int, ...]
        Numbers of labels.
    seeds : int
        How many times each.
    subsets : tuple[Mapping[int, NDArray[int64]], ...]
        For each seed the items of each size.
    """

    learners: tuple[Learner, ...]
    sizes: tuple[int, ...]
    seeds: int
    subsets: tuple[Mapping[int, NDArray[np.int64]], ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """All fits."""
        return tuple(
            (learner.name, n, seed)
            for learner in self.learners
            for n in self.sizes
            for seed in range(self.seeds)
        )


class Planner:
    """Hands out the tasks of a grid as long as there is time, the same time to each learner.

    That is fair queueing (Demers, Keshav and Shenker 1989): whoever has had the least comes next, from few
    labels to many, and what a cheap learner does not need goes to the others. With the cheapest fit first,
    whoever learns, a short budget ended before the slow learners had begun. Later seeds
    of a size tell less than the first: the second counts as costing twice as much, the third three times.

    Parameters
    ----------
    grid : Grid
        What is to be fitted.
    done : Iterable[Key]
        The fits that are done already.
    settings_of : Callable[[str, int], Mapping[str, Any]]
        What tuning chose, by learner and number of labels.
    material, device_of, dtype : Material or Callable[[Learner], str] or str
        For the tasks.
    costs, clock : Costs or Clock
        What fits cost, and the time there is.
    limit : float
        Seconds that any fit may take.
    pass_over : Callable[[Sequence[Row]], None]
        Takes rows of fits that will not be begun.
    cards : int
        Fits on graphics cards that there can be at once.
    asked : int
        Items that each fit answers.
    """

    def __init__(
        self,
        grid: Grid,
        done: Iterable[Key],
        settings_of: Callable[[str, int], Mapping[str, Any]],
        material: Material,
        device_of: Callable[[Learner], str],
        dtype: str,
        costs: Costs,
        clock: Clock,
        limit: float,
        pass_over: Callable[[Sequence[Row]], None],
        cards: int = 1,
        asked: int = 0,
    ) -> None:
        self.grid, self.costs, self.clock, self.limit = grid, costs, clock, limit
        self._settings_of, self._material, self._device_of = settings_of, material, device_of
        self._dtype, self._pass_over = dtype, pass_over
        self._cards, self._on_cards, self._asked = cards, 0, asked
        finished = set(done)
        self.left: dict[tuple[str, int], list[int]] = {}
        for name, n, seed in grid.keys:
            if (name, n, seed) not in finished:
                self.left.setdefault((name, n), []).append(seed)
        self._by_name = {learner.name: learner for learner in grid.learners}
        self._had: dict[str, float] = defaultdict(float)  # seconds of each learner, those in hand as expected
        self._charged: dict[Key, float] = {}
        self.given_up: dict[str, tuple[int, str]] = {}

    def tasks(self) -> Iterator[Task]:
        """The tasks, each made when it is asked for."""
        while (task := self._next()) is not None:
            yield task

    def finished(self, task: Task, seconds: float | None = None) -> None:
        """A task is no longer in hand, after so many seconds."""
        self._on_cards -= task.device != "cpu"
        if seconds is not None:  # instead of what it was expected to take
            self.charge(task.learner.name, seconds - self._charged.pop(_mark(task), seconds))

    def charge(self, learner: str, seconds: float) -> None:
        """A learner has had so much time."""
        self._had[learner] += seconds

    def expected(self, name: str, n: int, seeds: int = 1) -> float:
        """Seconds of one task of so many seeds."""
        each = self.costs.expect(name, n)
        return each * (seeds if self._by_name[name].stacks else 1)

    def remaining_seconds(self) -> float:
        """Of all that is left, one after the other."""
        return sum(self.costs.expect(name, n) * len(seeds) for (name, n), seeds in self.left.items())

    def give_up(self, learner: str, labels: int, why: str) -> None:
        """Fit this learner on no more labels than so many: it takes too long, or more than there is."""
        known = self.given_up.get(learner)
        if known is None or labels < known[0]:
            self.given_up[learner] = (labels, why)

    def _next(self) -> Task | None:
        """The task that can be afforded of the learner that has had, with it, the least time."""
        self._leave_out()
        left = self.clock.left()
        nearest: dict[str, tuple[float, int, float]] = {}
        for (name, n), seeds in self.left.items():
            cost, learner = self.expected(name, n, len(seeds)), self._by_name[name]
            if affordable(cost, left):
                one = cost / (len(seeds) if learner.stacks else 1)
                turn = one * (1 + self.grid.seeds - len(seeds))
                nearest[name] = min(nearest.get(name, (math.inf, 0, 0.0)), (turn, n, one))
        choices = []
        for name, (_, n, one) in nearest.items():
            waits = self._on_cards >= self._cards and self._device_of(self._by_name[name]) != "cpu"
            choices.append((waits, self._had[name] + one, n, name))
        if not choices:
            return None
        _, _, n, name = min(choices)
        learner, seeds = self._by_name[name], self.left[name, n]
        mine = list(seeds) if learner.stacks else seeds[:1]
        cost = self.expected(name, n, len(mine))
        self.charge(name, cost)
        self.left[name, n] = seeds[len(mine) :]
        if not self.left[name, n]:
            del self.left[name, n]
        settings = self._settings_of(name, n)
        ones = tuple(One(seed, settings, self.grid.subsets[seed][n]) for seed in mine)
        limit, device = min(self.limit, self.clock.seconds * _SHARE), self._device_of(learner)
        self._on_cards += device != "cpu"
        task = Task(
            learner, n, ones, self._material.folder, "test", limit, self.clock.left(), device, self._dtype
        )
        self._charged[_mark(task)] = cost
        return task

    def _leave_out(self) -> None:
        """Take out what is too slow or too large, and say so in the table."""
        rows = []
        too_large = labels_that_fit(self._material.item_bytes, self._asked)
        for (name, n), seeds in list(self.left.items()):
            why = ""
            above, reason = self.given_up.get(name, (n, ""))
            if n > above or (n == above and reason):
                why = reason
            elif n > too_large:
                why = f"{n:,} items do not fit in the memory that is free"
            if why:
                rows += [Row(name, n, seed, PASSED_OVER, note=why) for seed in seeds]
                del self.left[name, n]
        if rows:
            self._pass_over(rows)


def _mark(task: Task) -> Key:
    """What a task is known by."""
    return task.learner.name, task.labels, task.ones[0].seed
