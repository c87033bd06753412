"""A study: from items and classes to a table of fits, which can be stopped and resumed at any moment."""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sutja.atomic import write_atomic
from sutja.comparison.data.arrays import MappedData
from sutja.comparison.data.inputs import Inputs
from sutja.comparison.data.subsets import SeededSubsets, check_sizes, make_doubling_sizes
from sutja.comparison.execution.backends import Engine
from sutja.comparison.execution.budget import CostModel, ReportReserve, TimeBudget
from sutja.comparison.execution.folder_lock import exit_on_signals, lock_folder
from sutja.comparison.execution.scheduler import Grid
from sutja.comparison.execution.sweep import Log, Sweep
from sutja.comparison.execution.table import TUNING, Row, Table
from sutja.comparison.execution.tasks import Resources
from sutja.comparison.learners.catalogue import Learner
from sutja.errors import ComparisonError, make_unwritable_error

SETTINGS, DATA = "comparison.json", "material"  # a file and a folder in the folder of a study
MOST_SEEDS = 10  # where time is left of a budget
_DIGEST_ITEMS = 256  # of an array, about as many as go into its digest


@dataclass(frozen=True, slots=True)
class StudySettings:
    """Conditions under which the learners are compared.

    Attributes
    ----------
    sizes : tuple[int, ...]
        Numbers of labels; empty for doubling.
    seeds : int
        Number of subsets of each size, and of first weights.
    budget : float
        Seconds for everything, or infinite.
    trials : int
        Number of settings of each learner that are tried; 1 tunes nothing.
    tune_seconds : float
        Seconds for the settings of each learner, if there is no budget.
    limit : float
        Seconds that one fit may take.
    device : str
        Device of networks: "cpu", "cuda", or "auto".
    most_seeds : int
        Number of seeds up to which time that is left of a budget goes to further fits, the cheapest first;
        no more than `seeds` for none.

    Raises
    ------
    ComparisonError
        A value is out of its range.
    """

    sizes: tuple[int, ...] = ()
    seeds: int = 3
    budget: float = math.inf
    trials: int = 12
    tune_seconds: float = 60.0
    limit: float = 1800.0
    device: str = "auto"
    most_seeds: int = MOST_SEEDS

    def __post_init__(self) -> None:
        for name in ("seeds", "trials"):
            if getattr(self, name) < 1:
                raise ComparisonError("is less than 1", where=name, remedy="give a whole number above 0")
        for name in ("budget", "limit"):
            if not getattr(self, name) > 0:
                raise ComparisonError("is not a positive time", where=name, remedy="give seconds above 0")


def run_study(
    inputs: Inputs,
    learners: Sequence[Learner],
    settings: StudySettings,
    folder: Path,
    engine: Engine,
    *,
    log: Log = print,
    start: float | None = None,
) -> Table:
    """Run a study, or resume one that was stopped.

    Parameters
    ----------
    inputs : Inputs
        Items, classes and parts.
    learners : Sequence[Learner]
        The learners to compare.
    settings : StudySettings
        Conditions of the comparison.
    folder : Path
        Folder of the table; fits that are done in it are not run again.
    engine : Engine
        Engine that runs the fits.
    log : Log
        Called with lines of progress.
    start : float | None
        Start of the budget, by `time.monotonic`; None for now.

    Raises
    ------
    ComparisonError
        The folder holds a comparison of something else, or one that is running; or the sizes are impossible.
    """
    budget = TimeBudget(settings.budget, 0.0, start)
    reserve = ReportReserve(settings.budget, budget.elapsed())
    budget.reserve = reserve.seconds
    grid = _make_grid(inputs, learners, settings)
    fingerprint = _make_fingerprint(inputs, grid, settings)
    device, dtype = _choose_device(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with lock_folder(folder), exit_on_signals():
            _check_same(folder / SETTINGS, fingerprint)
            results, trials = Table(folder), Table(folder, TUNING)
            try:
                data = MappedData.write(
                    folder / DATA, inputs.arrays, inputs.parts, inputs.pictures, len(inputs.classes)
                )
                costs = CostModel({learner.name: learner.initial_guess for learner in learners})
                resources = Resources(data, costs, budget, settings.limit, device, dtype)
                n_test = len(inputs.parts["test"][1])
                sweep = Sweep(grid, resources, reserve, engine, results, trials, n_test, log)
                sweep.remove_unfinished()
                sweep.run(sweep.tune(settings.trials, settings.tune_seconds))
                results.write_sorted()
            finally:
                engine.close()  # before the data that its fits read are removed
                results.close()
                trials.close()
                shutil.rmtree(folder / DATA, ignore_errors=True)
    except OSError as error:
        remedy = "free some space or name another folder; the same command resumes from what is done"
        raise make_unwritable_error(ComparisonError, folder, error, remedy) from error
    return results


def _make_grid(inputs: Inputs, learners: Sequence[Learner], settings: StudySettings) -> Grid:
    _, _, labels = inputs.parts["train"]
    n = len(labels)
    sizes = check_sizes(settings.sizes, n) if settings.sizes else make_doubling_sizes(n, len(inputs.classes))
    most_seeds = settings.most_seeds if math.isfinite(settings.budget) else 0
    subsets = SeededSubsets(labels, inputs.groups, sizes)
    return Grid(tuple(learners), sizes, settings.seeds, subsets, most_seeds)


def _choose_device(settings: StudySettings) -> tuple[str, str]:
    """Return the device and number format of networks, the same in every run on a machine."""
    import torch

    if settings.device == "cpu" or (settings.device == "auto" and not torch.cuda.is_available()):
        return "cpu", "float32"
    from sutja.training.device import find_device

    find_device(settings.device)
    return "cuda" if settings.device == "auto" else settings.device, "bfloat16"


def _make_fingerprint(inputs: Inputs, grid: Grid, settings: StudySettings) -> dict[str, Any]:
    """Return what a comparison that is resumed must have in common with the one that was started."""
    digest = hashlib.sha256()
    for array in inputs.arrays:
        step = max(1, len(array) // _DIGEST_ITEMS)
        digest.update(f"{array.dtype} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array[::step]).data)
    for _, rows, labels in inputs.parts.values():
        digest.update(rows.tobytes() + labels.tobytes())
    return {
        "data": digest.hexdigest(),
        "learners": [_identify(learner) for learner in grid.learners],
        "sizes": list(grid.sizes),
        "seeds": settings.seeds,
        "trials": settings.trials,
        "device": settings.device,
    }


def _identify(learner: Learner) -> str:
    """Return its name; of a person's own its settings too, as another estimator may have the same name."""
    if learner.estimator is None:
        return learner.name
    return f"{learner.name}: {re.sub(r' at 0x[0-9a-fA-F]+', '', repr(learner.estimator))}"


def _check_same(path: Path, fingerprint: Mapping[str, Any]) -> None:
    """Refuse a folder with a comparison of something else; mark it as this one's."""
    if path.exists():
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ComparisonError(
                f"cannot be read ({error})", where=str(path), remedy="name another folder"
            ) from error
        names = [name for name in fingerprint if before.get(name) != fingerprint[name]]
        if names:
            raise ComparisonError(
                f"a comparison with other {' and '.join(names)} is in this folder",
                where=str(path.parent),
                remedy="resume it with what it was started with, or name another folder",
            )
    write_atomic(path, json.dumps(fingerprint, indent=1).encode())


def sort_rows(rows: Iterable[Row], learners: Sequence[Learner]) -> list[Row]:
    """Sort rows by learner, in the order of `learners`, then by labels and seed."""
    order = {learner.name: i for i, learner in enumerate(learners)}
    return sorted(rows, key=lambda row: (order.get(row.learner, len(order)), row.labels, row.seed))
