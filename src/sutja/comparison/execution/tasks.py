"""Tasks for workers and their outcomes: plain data, so that any process on any machine can run them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.data.arrays import MappedData
from sutja.comparison.execution.budget import CostModel, TimeBudget
from sutja.comparison.execution.table import Status
from sutja.comparison.learners.catalogue import Learner
from sutja.comparison.learners.fit import Fit, FitData, fit_one, fit_together


@dataclass(frozen=True, slots=True)
class FitSpec:
    """One network or estimator of a task.

    Attributes
    ----------
    seed : int
        Seed of its first weights.
    settings : Mapping[str, Any]
        Its hyperparameters.
    rows : NDArray[int64]
        Indices of the items that it learns from, into the training part.
    """

    seed: int
    settings: Mapping[str, Any]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Task:
    """Fits of one learner on one number of labels; more than one only if they are trained as a stack.

    Attributes
    ----------
    learner : Learner
        The learner to fit.
    labels : int
        Number of labels.
    specs : tuple[FitSpec, ...]
        The fits.
    folder : str
        Folder of the mapped data.
    part : str
        Part whose items are answered: "validation" or "test".
    limit : float
        Seconds of fitting after which the worker is killed.
    total_limit : float
        Seconds after which the worker is killed in any case, counting the start of its process.
    device, dtype : str
        Device and number format of networks.
    """

    learner: Learner
    labels: int
    specs: tuple[FitSpec, ...]
    folder: str
    part: str
    limit: float
    total_limit: float = math.inf
    device: str = "cpu"
    dtype: str = "float32"


class Reason(StrEnum):
    """Cause of a fit that is not done, as far as anything follows from it for other fits."""

    ERROR = "error"  # another size or seed may still succeed
    OUT_OF_MEMORY = "out of memory"  # larger fits of this learner would need more still
    TIME_LIMIT = "time limit"  # larger fits of this learner would take longer still
    BUDGET = "budget"  # the time for everything ran out


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a task.

    Attributes
    ----------
    status : Status
        State of its fits.
    fits : tuple[Fit, ...]
        The fits, if they are done.
    errors : tuple[float, ...]
        Share of wrong answers of each.
    memory_mb : float
        Peak memory.
    seconds : float
        Wall-clock time, including reading the data and counting operations.
    cpu_seconds : float
        Processor time of the same, if it was measured: less where others use the machine as well.
    reason : Reason | None
        Cause, if it is not done.
    note : str
        Explanation for people, if it is not done.
    """

    status: Status
    fits: tuple[Fit, ...] = ()
    errors: tuple[float, ...] = ()
    memory_mb: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    reason: Reason | None = None
    note: str = ""

    @classmethod
    def failed(cls, note: str, seconds: float = 0.0, reason: Reason = Reason.ERROR) -> Outcome:
        """Make the outcome of a task that failed."""
        return cls(Status.FAILED, seconds=seconds, reason=reason, note=note)

    @classmethod
    def stopped(cls, limit: float, seconds: float) -> Outcome:
        """Make the outcome of a task that was stopped after so many seconds, at its limit or before."""
        reason = Reason.TIME_LIMIT if seconds >= limit else Reason.BUDGET
        return cls(Status.TOO_SLOW, seconds=seconds, reason=reason, note=explain_stop(limit, reason))


def explain_stop(limit: float, reason: Reason) -> str:
    """Explain why a fit was stopped; the table keeps this note, limit and all."""
    return (
        f"stopped at the limit of {limit:,.4g} s" if reason is Reason.TIME_LIMIT else "stopped, out of time"
    )


@dataclass(frozen=True)
class Resources:
    """Data, device and time that all fits of a study share.

    Attributes
    ----------
    data : MappedData
        Items, classes and parts.
    costs : CostModel
        Costs of fits; it grows as they are measured.
    budget : TimeBudget
        Time for the fits.
    limit : float
        Seconds that one fit may take.
    device, dtype : str
        Device and number format of networks.
    """

    data: MappedData
    costs: CostModel
    budget: TimeBudget
    limit: float
    device: str = "cpu"
    dtype: str = "float32"

    def choose_device(self, learner: Learner) -> str:
        """Return the device of a learner: the CPU for all but networks trained by torch."""
        return self.device if learner.is_network and learner.name != "1958-perceptron" else "cpu"

    def make_task(
        self, learner: Learner, labels: int, specs: tuple[FitSpec, ...], part: str, limit: float
    ) -> Task:
        """Make a task that ends with the budget at the latest."""
        return Task(
            learner,
            labels,
            specs,
            self.data.folder,
            part,
            limit,
            self.budget.remaining(),
            self.choose_device(learner),
            self.dtype,
        )


@dataclass(frozen=True, slots=True)
class TaskData:
    """Data of a task, read from the disk.

    Attributes
    ----------
    fit_data : FitData
        Items to learn from, of all its fits together, and items to answer.
    rows : tuple[NDArray[int64], ...]
        For each fit the indices of its items, into `fit_data.X`.
    truth : NDArray[int64]
        Classes of the items to answer.
    """

    fit_data: FitData
    rows: tuple[NDArray[np.int64], ...]
    truth: NDArray[np.int64]


def run_task(task: Task) -> tuple[tuple[Fit, ...], tuple[float, ...]]:
    """Run a task in this process; return its fits and the share of wrong answers of each."""
    return run_fits(task, load_task_data(task))


def load_task_data(task: Task) -> TaskData:
    """Load the data of a task.

    Raises
    ------
    ValueError
        Items have NaN or infinite values: of data larger than memory only a sample was checked before.
    """
    data = MappedData.open(Path(task.folder))
    union = np.unique(np.concatenate([spec.rows for spec in task.specs]))
    X_eval, truth = data.load_items(task.part), data.load_labels(task.part)
    X, y = data.load_items("train", union), data.load_labels("train")[union]
    for items in (X, X_eval):
        if items.dtype.kind == "f" and not np.isfinite([items.min(), items.max()]).all():
            raise ValueError("its items have NaN or infinite values")
    fit_data = FitData(X, y, X_eval, data.pictures, data.n_classes, task.device, task.dtype)
    return TaskData(fit_data, tuple(np.searchsorted(union, spec.rows) for spec in task.specs), truth)


def run_fits(task: Task, data: TaskData) -> tuple[tuple[Fit, ...], tuple[float, ...]]:
    """Run the fits of a task; return them and the share of wrong answers of each."""
    settings, seeds = [spec.settings for spec in task.specs], [spec.seed for spec in task.specs]
    if task.learner.is_stacked:
        fits = fit_together(task.learner, data.fit_data, data.rows, settings, seeds)
    else:
        fits = [
            fit_one(task.learner, data.fit_data, some, seed)
            for some, seed in zip(settings, seeds, strict=True)
        ]
    return tuple(fits), tuple(float((fit.answers != data.truth).mean()) for fit in fits)
