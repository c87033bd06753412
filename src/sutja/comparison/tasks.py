"""What is sent to a worker, and what comes back: plain data, so that any process on any machine can do it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.fits import Fit, Lesson, fit_one, fit_together
from sutja.comparison.learners import Learner
from sutja.comparison.material import Material

_open: dict[str, Material] = {}  # of this process, by folder


@dataclass(frozen=True, slots=True)
class One:
    """One network or estimator of a task.

    Attributes
    ----------
    seed : of its first weights and of its items.
    settings : what it is fitted with.
    rows : places of the items of the part "learn" that it learns from.
    """

    seed: int
    settings: Mapping[str, Any]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Task:
    """Fits of one learner on one number of labels; several only where they are trained as a stack.

    Attributes
    ----------
    learner, labels : what is fitted, and on how many.
    ones : the fits.
    folder : of the material.
    part : "test" or "held": what is asked.
    limit : seconds, after which the worker is killed.
    within : seconds after which it is killed in any case, with the time that a process takes to begin.
    device, dtype : of networks.
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
    status : as of a `sutja.comparison.table.Row`.
    fits : one for each of the task, where it is done.
    errors : share of wrong answers of each.
    memory_mb : most that it took.
    seconds : wall-clock, with reading and counting.
    note : why it is not done.
    """

    status: str
    fits: tuple[Fit, ...] = ()
    errors: tuple[float, ...] = ()
    memory_mb: float = 0.0
    seconds: float = 0.0
    note: str = ""


def perform(task: Task) -> tuple[tuple[Fit, ...], tuple[float, ...]]:
    """Do a task in this process."""
    material = _open.get(task.folder)
    if material is None:
        _open.clear()
        material = _open[task.folder] = Material.read(Path(task.folder))
    union = np.unique(np.concatenate([one.rows for one in task.ones]))
    asked, truth = material.items(task.part), material.labels(task.part)
    X, y = material.items("learn", union), material.labels("learn")[union]
    lesson = Lesson(X, y, asked, material.pictures, material.n_classes, task.device, task.dtype)
    if task.learner.stacks:
        fits = fit_together(
            task.learner, lesson, [np.searchsorted(union, one.rows) for one in task.ones],
            [one.settings for one in task.ones], [one.seed for one in task.ones],
        )  # fmt: skip
    else:
        fits = [fit_one(task.learner, lesson, one.settings, one.seed) for one in task.ones]
    return tuple(fits), tuple(float((fit.answers != truth).mean()) for fit in fits)
