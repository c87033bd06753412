"""The contest: from items and classes to a table of fits, which can be stopped at any moment."""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sutja.atomic import write_atomic
from sutja.comparison.data.arrays import Material
from sutja.comparison.data.inputs import Inputs
from sutja.comparison.data.subsets import check_sizes, doubling_sizes, nested_subsets
from sutja.comparison.execution.backends import Engine, cards
from sutja.comparison.execution.budget import Clock, Costs, hours, share_for_the_report
from sutja.comparison.execution.folder_lock import alone_in, ended_in_order
from sutja.comparison.execution.scheduler import Grid, Planner
from sutja.comparison.execution.table import DONE, SLOW, TUNING, Key, Row, Table
from sutja.comparison.execution.tasks import Outcome, Task
from sutja.comparison.execution.tuning import Tuned, Tuner, rungs_of, settings_text
from sutja.comparison.execution.worker_pool import AT_LIMIT, stopped_note
from sutja.comparison.learners.catalogue import Learner
from sutja.errors import ComparisonError
from sutja.metrics import format_percent

Say = Callable[[str], None]
Mark = tuple[str, int, tuple[int, ...]]

FACTS, MATERIAL = "comparison.json", "material"
_TUNING_SHARE = 0.15  # of a budget, for the settings of all learners
_LINE_EVERY = 1.0  # seconds
_SAMPLED = 256  # items that a large data set is known by


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms the learners compete.

    Attributes
    ----------
    sizes : tuple[int, ...]
        Numbers of labels; none for doubling.
    seeds : int
        Subsets of each size, and first weights.
    budget : float
        Seconds for everything, or infinite.
    trials : int
        Settings of each learner that are tried; 1 tunes nothing.
    tune_seconds : float
        For the settings of each learner, where there is no budget.
    limit : float
        Seconds that one fit may take.
    device : str
        Of networks: "cpu", "cuda", or "auto".
    """

    sizes: tuple[int, ...] = ()
    seeds: int = 3
    budget: float = math.inf
    trials: int = 12
    tune_seconds: float = 60.0
    limit: float = 1800.0
    device: str = "auto"

    def __post_init__(self) -> None:
        for name in ("seeds", "trials"):
            if getattr(self, name) < 1:
                raise ComparisonError("is less than 1", where=name, remedy="give a whole number above 0")
        for name in ("budget", "limit"):
            if not getattr(self, name) > 0:
                raise ComparisonError("is no time", where=name, remedy="give seconds above 0")


def hold(
    inputs: Inputs,
    learners: Sequence[Learner],
    terms: Terms,
    folder: Path,
    engine: Engine,
    *,
    say: Say = print,
    begun: float | None = None,
) -> Table:
    """Hold the contest, or go on with one that was stopped.

    Parameters
    ----------
    inputs : Inputs
        Items, classes and parts.
    learners : Sequence[Learner]
        Who takes part.
    terms : Terms
        On what terms.
    folder : Path
        Of the table; what is done in it is not done again.
    engine : Engine
        What does the fits.
    say : Say
        Takes lines of progress.
    begun : float | None
        When the budget began, by `time.monotonic`.

    Raises
    ------
    ComparisonError
        The folder holds a comparison of something else, or one that is at work; or sizes make no sense.
    """
    clock = Clock(terms.budget, 0.0, begun)
    clock.reserve = share_for_the_report(terms.budget, clock.elapsed())
    grid = _grid(inputs, learners, terms)
    facts = _facts(inputs, learners, terms, grid)
    device, dtype = _engine_of(terms)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone_in(folder), ended_in_order():
            _check_same(folder / FACTS, facts)
            table, tuning = Table(folder), Table(folder, TUNING)
            try:
                material = Material.write(
                    folder / MATERIAL, inputs.arrays, inputs.parts, inputs.pictures, len(inputs.classes)
                )
                run = _Run(inputs, grid, terms, engine, clock, material, table, tuning, device, dtype, say)
                run.sweep(run.tune())
                table.write_sorted()
            finally:
                engine.close()  # before what its fits read is taken away
                table.close()
                tuning.close()
                shutil.rmtree(folder / MATERIAL, ignore_errors=True)
    except OSError as error:
        raise ComparisonError(
            f"cannot be written to ({error.strerror or error})",
            where=str(folder),
            remedy="make room or name another folder; the same command goes on from what is done",
        ) from error
    return table


def _grid(inputs: Inputs, learners: Sequence[Learner], terms: Terms) -> Grid:
    _, _, labels = inputs.parts["learn"]
    n = len(labels)
    sizes = check_sizes(terms.sizes, n) if terms.sizes else doubling_sizes(n, len(inputs.classes))
    subsets = tuple(nested_subsets(labels, inputs.groups, sizes, seed) for seed in range(terms.seeds))
    return Grid(tuple(learners), sizes, terms.seeds, subsets)


def _engine_of(terms: Terms) -> tuple[str, str]:
    """Device and number format of networks, the same in every run on a machine."""
    import torch

    if terms.device == "cpu" or (terms.device == "auto" and not torch.cuda.is_available()):
        return "cpu", "float32"
    from sutja.training.device import find_device

    find_device(terms.device)
    return "cuda" if terms.device == "auto" else terms.device, "bfloat16"


def _facts(inputs: Inputs, learners: Sequence[Learner], terms: Terms, grid: Grid) -> dict[str, Any]:
    """What a comparison that goes on must have in common with the one that began."""
    digest = hashlib.sha256()
    for array in inputs.arrays:
        step = max(1, len(array) // _SAMPLED)
        digest.update(f"{array.dtype} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array[::step]).data)
    for _, rows, labels in inputs.parts.values():
        digest.update(rows.tobytes() + labels.tobytes())
    return {
        "data": digest.hexdigest(),
        "learners": [_known_by(learner) for learner in learners],
        "sizes": list(grid.sizes),
        "seeds": terms.seeds,
        "trials": terms.trials,
        "device": terms.device,
    }


def _known_by(learner: Learner) -> str:
    """Its name, and of a person's own the settings: another estimator may have the same name."""
    if learner.estimator is None:
        return learner.name
    return f"{learner.name}: {re.sub(r' at 0x[0-9a-fA-F]+', '', repr(learner.estimator))}"


def _check_same(path: Path, facts: Mapping[str, Any]) -> None:
    """Refuse a folder with a comparison of something else."""
    if path.exists():
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ComparisonError(
                f"cannot be read ({error})", where=str(path), remedy="name another folder"
            ) from error
        names = [name for name in facts if before.get(name) != facts[name]]
        if names:
            raise ComparisonError(
                f"a comparison with other {' and '.join(names)} is in this folder",
                where=str(path.parent),
                remedy="go on with what it began with, or name another folder",
            )
    write_atomic(path, json.dumps(facts, indent=1).encode())


class _Run:
    """Tuning and sweep with their progress."""

    def __init__(
        self,
        inputs: Inputs,
        grid: Grid,
        terms: Terms,
        engine: Engine,
        clock: Clock,
        material: Material,
        table: Table,
        tuning: Table,
        device: str,
        dtype: str,
        say: Say,
    ) -> None:
        self.inputs, self.grid, self.terms, self.engine, self.clock = inputs, grid, terms, engine, clock
        self.material, self.table, self.tuning = material, table, tuning
        self.device, self.dtype, self.say = device, dtype, say
        self.costs = Costs({learner.name: learner.first_guess for learner in grid.learners})
        self._said_at, self._in_hand = -math.inf, {}  # type: tuple[float, dict[Mark, str]]
        self._forget_what_can_be_tried_again()

    def tune(self) -> Tuned:
        """Choose the settings of all learners."""
        rungs = rungs_of(self.grid.sizes, len(self.inputs.classes))
        rows = {n: self.grid.subsets[0][n] for n in rungs}
        clock, seconds = self.clock.part(_TUNING_SHARE), self.terms.tune_seconds
        if math.isfinite(clock.seconds):
            seconds = clock.left() * self.engine.jobs / len(self.grid.learners)
        tuner = Tuner(
            self.grid.learners,
            self.material,
            rows,
            self.terms.trials,
            seconds,
            clock,
            self.terms.limit,
            self.tuning,
            self.costs,
            self._device_of,
            self.dtype,
        )
        if self.terms.trials > 1:
            self.say(
                f"settings: up to {self.terms.trials} of each learner, on {_list(rungs)} labels, "
                f"{seconds:.3g} s for each"
            )
            tuner.run(self.engine, self._tried)
        return tuner.tuned

    def sweep(self, tuned: Tuned) -> None:
        """Fit what the plan hands out."""
        for row in self.table.rows.values():
            if row.status == DONE:
                self.costs.add(row.learner, row.labels, (row.fit_seconds or 0) + (row.predict_seconds or 0))
        planner = Planner(
            self.grid,
            self.table.rows,
            tuned.best,
            self.material,
            self._device_of,
            self.dtype,
            self.costs,
            self.clock,
            self.terms.limit,
            self.table.add,
            cards(self.engine, self.device),
            len(self.inputs.parts["test"][1]),
        )
        for row in self.table.rows.values():
            planner.charge(row.learner, (row.fit_seconds or 0) + (row.predict_seconds or 0))
            if row.status == SLOW:
                planner.give_up(row.learner, row.labels, _too_slow(row))
        with closing(self.engine.run(self._watched(planner))) as done:
            for task, outcome in done:
                self._in_hand.pop(_mark(task), None)
                planner.finished(task, outcome.seconds)
                self._keep(task, outcome, planner)
                self._tell(task, outcome, planner)
        if planner.left:
            count = sum(map(len, planner.left.values()))
            self.say(f"the time is used up: {count} of {len(self.grid.keys)} fits were not begun")

    def _watched(self, planner: Planner) -> Iterator[Task]:
        for task in planner.tasks():
            self._in_hand[_mark(task)] = f"{task.learner.name} at {task.labels:,}"
            yield task

    def _keep(self, task: Task, outcome: Outcome, planner: Planner) -> None:
        """Put what came of a task into the table."""
        name, n = task.learner.name, task.labels
        if outcome.status != DONE:
            lost = [
                Row(name, n, one.seed, outcome.status, device=task.device, note=outcome.note)
                for one in task.ones
            ]
            self.table.add(lost)
            if outcome.status == SLOW and outcome.note.startswith(AT_LIMIT):
                planner.give_up(name, n, _too_slow(lost[0]))
            elif "memory" in outcome.note:
                planner.give_up(name, n, f"{outcome.note} at {n:,} labels")
            return
        rows, answers = [], {}
        for one, fit, error in zip(task.ones, outcome.fits, outcome.errors, strict=True):
            row = Row(
                name,
                n,
                one.seed,
                DONE,
                error,
                fit.fit_seconds,
                fit.predict_seconds,
                outcome.memory_mb,
                fit.fit_operations,
                fit.predict_operations,
                fit.parameters,
                fit.together,
                task.device,
                settings_text(one.settings),
            )
            rows.append(row)
            answers[row.key] = fit.answers
        self.table.add(rows, answers)
        self.costs.add(name, n, outcome.seconds / len(task.ones))

    def _forget_what_can_be_tried_again(self) -> None:
        """Fits that failed, were stopped or passed over; stacks that are not whole; lost answers.

        A fit that was stopped at a limit as long as today's would be stopped again.
        """
        by_stack: dict[tuple[str, int], list[Row]] = {}
        again: list[Key] = []
        limit = stopped_note(self.terms.limit, self.terms.limit)
        for row in self.table.rows.values():
            by_stack.setdefault((row.learner, row.labels), []).append(row)
            whole = self.table.has_answers(row.key) if row.status == DONE else False
            if not (whole or (row.status == SLOW and row.note == limit)):
                again.append(row.key)
        stacks = {learner.name for learner in self.grid.learners if learner.stacks}
        for (name, _), rows in by_stack.items():
            if name in stacks and (len(rows) < self.grid.seeds or any(row.key in again for row in rows)):
                again += [row.key for row in rows]
        if again:
            self.table.forget(set(again))

    def _device_of(self, learner: Learner) -> str:
        return self.device if learner.deep and learner.name != "1958-perceptron" else "cpu"

    def _tried(self, task: Task, outcome: Outcome) -> None:
        if time.monotonic() - self._said_at < _LINE_EVERY:
            return
        self._said_at = time.monotonic()
        word = format_percent(min(outcome.errors)) if outcome.errors else outcome.status
        left = f"; {hours(self.clock.left())} left" if math.isfinite(self.clock.seconds) else ""
        self.say(f"settings of {task.learner.name} on {task.labels:,} labels: {word}{left}")

    def _tell(self, task: Task, outcome: Outcome, planner: Planner) -> None:
        """A line of progress: what was done, what is in hand, how long it will take."""
        failed, last = outcome.status != DONE, not self._in_hand and not planner.left
        if not (failed or last) and time.monotonic() - self._said_at < _LINE_EVERY:
            return
        self._said_at = time.monotonic()
        word = (
            outcome.status + f" ({outcome.note})"
            if failed
            else f"{format_percent(float(np.mean(outcome.errors)))} wrong"
        )
        seeds = ",".join(str(one.seed) for one in task.ones)
        done = f"{len(self.table.rows)}/{len(self.grid.keys)}"
        hand = f"; in hand: {', '.join(dict.fromkeys(self._in_hand.values()))}" if self._in_hand else ""
        left = planner.remaining_seconds() / self.engine.jobs
        if math.isfinite(self.clock.seconds):
            left = self.clock.left()
        self.say(
            f"[{done}] {task.learner.name} at {task.labels:,}, seed {seeds}: {word} in "
            f"{outcome.seconds:.2g} s{hand}; {hours(left)} left"
        )


def _too_slow(row: Row) -> str:
    return f"slower than a fit may be: {row.note}, with {row.labels:,} labels"


def _mark(task: Task) -> Mark:
    """What a task is known by; a copy that comes back from another machine has the same."""
    return task.learner.name, task.labels, tuple(one.seed for one in task.ones)


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(f"{n:,}" for n in numbers)


def in_order(rows: Mapping[Any, Row], learners: Sequence[Learner]) -> list[Row]:
    """Rows in the order of the learners, then by labels and seed."""
    place = {learner.name: i for i, learner in enumerate(learners)}
    return sorted(rows.values(), key=lambda row: (place.get(row.learner, 99), row.labels, row.seed))
