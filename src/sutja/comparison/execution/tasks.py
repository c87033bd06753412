"""What is sent to a worker, and what comes back: plain data, so that any process on any machine can do it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.data.arrays import Material
from sutja.comparison.learners.catalogue import Learner
from sutja.comparison.learners.fit import Fit, Lesson, fit_one, fit_together


@dataclass(frozen=True, slots=True)
class One:
    """One network or estimator of a task.

    Attributes
    ----------
    seed : int
        Of its first weights and of its items.
    settings : Mapping[str, Any]
        What it is fitted with.
    rows : NDArray[int64]
        Places of the items of the part "learn" that it learns from.
    """

    seed: int
    settings: Mapping[str, Any]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Task:
    """Fits of one learner on one number of labels; several only where they are trained as a stack.

    Attributes
    ----------
    learner, labels : Learner or int
        What is fitted, and on how many.
    ones : tuple[One, ...]
        The fits.
    folder : str
        Of the material.
    part : str
        "test" or "held": what is asked.
    limit : float
        Seconds, after which the worker is killed.
    within : float
        Seconds after which it is killed in any case, with the time that a process takes to begin.
    device, dtype : str
        Of networks.
    """

    learner: Learner
    labels: int
    ones: tuple[One, ...]
    folder: str
    part: str
    limit: float
    within: float = math.inf
    device: str = "cpu"
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task.

    Attributes
    ----------
    status : str
        As of a `sutja.comparison.execution.table.Row`.
    fits : tuple[Fit, ...]
        One for each of the task, where it is done.
    errors : tuple[float, ...]
        Share of wrong answers of each.
    memory_mb : float
        Most that it took.
    seconds : float
        Wall-clock, with reading and counting.
    note : str
        Why it is not done.
    """

    status: str
    fits: tuple[Fit, ...] = ()
    errors: tuple[float, ...] = ()
    memory_mb: float = 0.0
    seconds: float = 0.0
    note: str = ""


def perform(task: Task) -> tuple[tuple[Fit, ...], tuple[float, ...]]:
    """Do a task in this process."""
    return fits_of(task, lesson_of(task))


@dataclass(frozen=True, slots=True)
class Given:
    """What a task works on, read from the disk.

    Attributes
    ----------
    lesson : Lesson
        The items.
    places : tuple[NDArray[int64], ...]
        For each fit the places in the lesson that it learns from.
    truth : NDArray[int64]
        Classes of the items asked about.
    """

    lesson: Lesson
    places: tuple[NDArray[np.int64], ...]
    truth: NDArray[np.int64]


def lesson_of(task: Task) -> Given:
    """Read what a task works on.

    Raises
    ------
    ValueError
        There are values that are no numbers among them: of data larger than memory only some were looked at.
    """
    material = Material.read(Path(task.folder))
    union = np.unique(np.concatenate([one.rows for one in task.ones]))
    asked, truth = material.items(task.part), material.labels(task.part)
    X, y = material.items("learn", union), material.labels("learn")[union]
    for some in (X, asked):
        if some.dtype.kind == "f" and not np.isfinite([some.min(), some.max()]).all():
            raise ValueError("its items have NaN or infinite values")
    lesson = Lesson(X, y, asked, material.pictures, material.n_classes, task.device, task.dtype)
    return Given(lesson, tuple(np.searchsorted(union, one.rows) for one in task.ones), truth)


def fits_of(task: Task, given: Given) -> tuple[tuple[Fit, ...], tuple[float, ...]]:
    """The fits of a task and the share of wrong answers of each."""
    settings, seeds = [one.settings for one in task.ones], [one.seed for one in task.ones]
    if task.learner.stacks:
        fits = fit_together(task.learner, given.lesson, given.places, settings, seeds)
    else:
        fits = [
            fit_one(task.learner, given.lesson, some, seed)
            for some, seed in zip(settings, seeds, strict=True)
        ]
    return tuple(fits), tuple(float((fit.answers != given.truth).mean()) for fit in fits)
