"""Tune the learners and run the fits of a grid, with lines of progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np

from sutja.comparison.execution.backends import Engine, count_gpu_slots
from sutja.comparison.execution.budget import ReportReserve
from sutja.comparison.execution.scheduler import Grid, Scheduler
from sutja.comparison.execution.table import Key, Row, Status, Table
from sutja.comparison.execution.tasks import Outcome, Reason, Resources, Task, explain_stop
from sutja.comparison.execution.tuning import Tuner, TuningResult, choose_rungs, format_settings
from sutja.comparison.formatting import format_clock
from sutja.comparison.learners.cost import Cost
from sutja.metrics import format_percent

Log = Callable[[str], None]
TaskId = tuple[str, int, tuple[int, ...]]

_TUNING_SHARE = 0.15  # of a budget, for the settings of all learners
_SECONDS_A_LINE = 1.0  # least time between two lines of progress


@dataclass
class Sweep:
    """Tuning and fits of a study.

    Attributes
    ----------
    grid : Grid
        The fits.
    resources : Resources
        Data, device and time.
    reserve : ReportReserve
        Time of the budget that the report will need.
    engine : Engine
        Engine that runs the fits.
    results, trials : Table
        Tables of the fits and of the trials of tuning; what is done in them is not done again.
    n_test : int
        Number of test items.
    log : Log
        Called with lines of progress.
    """

    grid: Grid
    resources: Resources
    reserve: ReportReserve
    engine: Engine
    results: Table
    trials: Table
    n_test: int
    log: Log
    _last_line: float = field(default=-math.inf, init=False)
    _running: dict[TaskId, str] = field(default_factory=dict, init=False)

    def tune(self, n_trials: int, seconds: float) -> TuningResult:
        """Choose the settings of all learners.

        Parameters
        ----------
        n_trials : int
            Number of candidates of each learner; 1 tunes nothing.
        seconds : float
            Time for each learner if there is no budget.
        """
        grid, budget = self.grid, self.resources.budget.take_share(_TUNING_SHARE)
        rungs = choose_rungs(grid.sizes, self.resources.data.n_classes)
        if math.isfinite(budget.seconds):
            seconds = budget.remaining() * self.engine.jobs / len(grid.learners)
        tuner = Tuner(
            grid.learners,
            replace(self.resources, budget=budget),
            {n: grid.subsets[0][n] for n in rungs},
            n_trials,
            seconds,
            self.trials,
        )
        if n_trials > 1:
            sizes = ", ".join(f"{n:,}" for n in rungs)
            self.log(
                f"settings: up to {n_trials} of each learner, on {sizes} labels, {seconds:.3g} s for each"
            )
            tuner.run(self.engine, self._note_trial)
        return tuner.result

    def run(self, tuned: TuningResult) -> None:
        """Run the fits as the scheduler hands them out."""
        costs = self.resources.costs
        for row in self.results.rows.values():
            if row.status is Status.DONE:
                costs.add(row.learner, row.labels, row.cost.seconds)
        scheduler = Scheduler(
            self.grid,
            self.results.rows,
            tuned.choose_best,
            self.resources,
            self.results.add,
            count_gpu_slots(self.engine, self.resources.device),
            self.n_test,
        )
        for row in self.results.rows.values():
            scheduler.charge(row.learner, row.cost.seconds)
            if row.status is Status.TOO_SLOW:
                scheduler.give_up(row.learner, row.labels, _explain_too_slow(row))
        with closing(self.engine.run(self._watch(scheduler))) as done:
            for task, outcome in done:
                self._running.pop(_identify(task), None)
                self._note_speed(outcome)
                scheduler.mark_finished(task, outcome.seconds)
                self._enter(task, outcome, scheduler)
                self._log_fit(task, outcome, scheduler)
        if scheduler.waiting:
            count = sum(map(len, scheduler.waiting.values()))
            self.log(f"the time is used up: {count} of {len(self.grid.keys)} fits were not started")
        if further := self._count_further():
            self.log(f"{further} fits with further seeds in the time that was left")

    def remove_unfinished(self) -> None:
        """Remove the rows of fits to run again.

        These are fits that failed, were stopped or passed over, stacks that are incomplete, and fits whose
        answers are lost. A fit that was stopped at a limit as long as this one's would be stopped again, and
        keeps its row.
        """
        stop_note = explain_stop(self.resources.limit, Reason.TIME_LIMIT)
        by_stack: dict[tuple[str, int, bool], list[Row]] = {}
        unfinished: set[Key] = set()
        for row in self.results.rows.values():
            by_stack.setdefault((row.learner, row.labels, self._is_further(row)), []).append(row)
            is_whole = row.status is Status.DONE and self.results.has_answers(row.key)
            if not (is_whole or (row.status is Status.TOO_SLOW and row.note == stop_note)):
                unfinished.add(row.key)
        stacked = {learner.name for learner in self.grid.learners if learner.is_stacked}
        for (name, _, is_further), rows in by_stack.items():
            keys = {row.key for row in rows}
            is_cut = len(rows) < self.grid.seeds and not is_further
            if name in stacked and (is_cut or keys & unfinished):
                unfinished |= keys
        if unfinished:
            self.results.remove(unfinished)

    def _watch(self, scheduler: Scheduler) -> Iterator[Task]:
        for task in scheduler.iterate_tasks():
            self._running[_identify(task)] = f"{task.learner.name} at {task.labels:,}"
            yield task

    def _enter(self, task: Task, outcome: Outcome, scheduler: Scheduler) -> None:
        """Enter the fits of a task in the table."""
        name, n = task.learner.name, task.labels
        if outcome.status is not Status.DONE:
            self._enter_lost(task, outcome, scheduler)
            return
        rows, answers = [], {}
        for spec, fit, error in zip(task.specs, outcome.fits, outcome.errors, strict=True):
            cost = replace(fit.cost, memory_mb=outcome.memory_mb, device=task.device)
            row = Row(name, n, spec.seed, Status.DONE, error, cost, format_settings(spec.settings))
            rows.append(row)
            answers[row.key] = fit.answers
        self.results.add(rows, answers)
        self.resources.costs.add(name, n, outcome.seconds / len(task.specs))

    def _count_further(self) -> int:
        """Count the rows with further seeds than those of the grid."""
        return sum(map(self._is_further, self.results.rows.values()))

    def _is_further(self, row: Row) -> bool:
        return row.seed >= self.grid.seeds

    def _enter_lost(self, task: Task, outcome: Outcome, scheduler: Scheduler) -> None:
        """Enter fits that are not done, and give up larger ones that would not be either.

        Fits with further seeds are no part of the grid, and nothing is missing where time was too short.
        """
        name, n = task.learner.name, task.labels
        if outcome.reason is Reason.BUDGET and task.specs[0].seed >= self.grid.seeds:
            return
        cost = Cost(device=task.device)
        lost = [Row(name, n, spec.seed, outcome.status, None, cost, "", outcome.note) for spec in task.specs]
        self.results.add(lost)
        if outcome.reason is Reason.TIME_LIMIT:
            scheduler.give_up(name, n, _explain_too_slow(lost[0]))
        elif outcome.reason is Reason.OUT_OF_MEMORY:
            scheduler.give_up(name, n, f"{outcome.note} at {n:,} labels")

    def _note_speed(self, outcome: Outcome) -> None:
        """Let the budget keep as much for the report as it would take now; a cluster's speed is not ours."""
        if self.engine.name != "joblib":
            return
        self.reserve.note_fit(outcome.seconds, outcome.cpu_seconds)
        self.resources.budget.reserve = self.reserve.seconds

    def _note_trial(self, task: Task, outcome: Outcome) -> None:
        """Note the speed of a trial of tuning, and log it unless the last line is too recent."""
        self._note_speed(outcome)
        if time.monotonic() - self._last_line < _SECONDS_A_LINE:
            return
        self._last_line = time.monotonic()
        budget = self.resources.budget
        result = format_percent(min(outcome.errors)) if outcome.errors else outcome.status
        left = f"; {format_clock(budget.remaining())} left" if math.isfinite(budget.seconds) else ""
        self.log(f"settings of {task.learner.name} on {task.labels:,} labels: {result}{left}")

    def _log_fit(self, task: Task, outcome: Outcome, scheduler: Scheduler) -> None:
        """Log what was done, what is running, and the time left."""
        failed = outcome.status is not Status.DONE
        is_last = not self._running and not scheduler.waiting
        if not (failed or is_last) and time.monotonic() - self._last_line < _SECONDS_A_LINE:
            return
        self._last_line = time.monotonic()
        result = (
            f"{outcome.status} ({outcome.note})"
            if failed
            else f"{format_percent(float(np.mean(outcome.errors)))} wrong"
        )
        seeds = ",".join(str(spec.seed) for spec in task.specs)
        further = self._count_further()
        done = f"{len(self.results.rows) - further}/{len(self.grid.keys)}"
        done += f" + {further}" if further else ""
        running = f"; running: {', '.join(dict.fromkeys(self._running.values()))}" if self._running else ""
        budget = self.resources.budget
        left = scheduler.predict_remaining_seconds() / self.engine.jobs
        if math.isfinite(budget.seconds):
            left = budget.remaining()
        self.log(
            f"[{done}] {task.learner.name} at {task.labels:,}, seed {seeds}: {result} in "
            f"{outcome.seconds:.2g} s{running}; {format_clock(left)} left"
        )


def _explain_too_slow(row: Row) -> str:
    return f"slower than a fit may be: {row.note}, with {row.labels:,} labels"


def _identify(task: Task) -> TaskId:
    """Identify a task; a copy that comes back from another machine has the same identity."""
    return task.learner.name, task.labels, tuple(spec.seed for spec in task.specs)
