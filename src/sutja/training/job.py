"""Parts that the runs of all tasks share: checked settings, resuming, results."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import nn

from sutja.errors import TrainingError
from sutja.training import checkpoint, distributed, loop
from sutja.training.callbacks import Checkpoints, History, Log, Progress, StopSignal
from sutja.training.device import DTYPES, Engine
from sutja.training.schedule import SCHEDULES

Net = TypeVar("Net", bound=nn.Module)
Config = TypeVar("Config")


@dataclass(frozen=True, slots=True)
class Fitted(Generic[Net, Config]):
    """A trained network, and how it came to be.

    Attributes
    ----------
    net : Net
        Network in evaluation mode, with the averaged weights where an average was kept.
    history : tuple[dict[str, float], ...]
        One row an epoch: epoch, step, seconds, lr, loss, and the results on validation data.
    steps, seconds : int or float
        Optimiser steps, and seconds of training.
    config : Config
        Settings of the training.
    engine : dict[str, str | int]
        Device, dtype and threads.
    versions : dict[str, str]
        Versions of the packages.
    """

    net: Net
    history: tuple[dict[str, float], ...]
    steps: int
    seconds: float
    config: Config
    engine: dict[str, str | int]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def device(self) -> str:
        """Type of the device that it was trained on."""
        return str(self.engine["device"])


@dataclass(frozen=True, slots=True)
class Resumable:
    """A run that may go on from a checkpoint.

    Attributes
    ----------
    path : Path | None
        File of the checkpoint; None keeps none.
    facts : Mapping[str, Any]
        Data and settings that a resumed run must have in common with the one that began.
    saved : dict[str, Any] | None
        Parts of the checkpoint that the run goes on from, None in a fresh run.
    """

    path: Path | None
    facts: Mapping[str, Any]
    saved: dict[str, Any] | None

    @classmethod
    def open(cls, folder: Path | None, resume: bool, facts: Mapping[str, Any]) -> Resumable:
        """Read the checkpoint of a folder where there is one and the run is to be resumed.

        Raises
        ------
        TrainingError
            The file is no checkpoint, or that of a run with other data or settings.
        """
        path = folder / checkpoint.NAME if folder else None
        saved = checkpoint.read(path) if path and resume and path.exists() else None
        if saved and path:
            checkpoint.check_same_run(path, saved["identity"], facts)
        return cls(path, facts, saved)

    def train(
        self,
        state: loop.State,
        job: loop.Job[Any],
        engine: Engine,
        history: History,
        progress: Progress,
        log: Log,
    ) -> None:
        """Train to the end of the budget, from the checkpoint where there is one."""
        if self.saved:
            state.load(self.saved)
            log(f"goes on after {state.step:,} steps")
        parts = {"identity": checkpoint.identity(self.facts), "engine": engine.facts()}
        path = None if distributed.rank() else self.path  # the first process writes for all
        callbacks: list[loop.Callback] = [history, checkpoints := Checkpoints(path, parts), progress]
        if path and distributed.world_size() == 1:
            callbacks.append(StopSignal(checkpoints.save))
        loop.fit(state, job, callbacks)


def check_settings(config: Any, rules: Mapping[str, bool]) -> None:
    """Refuse settings that make no sense.

    Parameters
    ----------
    config : Any
        Settings, as attributes.
    rules : Mapping[str, bool]
        For each setting, whether its value is allowed.

    Raises
    ------
    TrainingError
        Naming the first setting that is not.
    """
    for name, allowed in rules.items():
        if not allowed:
            raise TrainingError(
                f"{getattr(config, name)!r} makes no sense",
                where=name,
                remedy=f"the documentation of {type(config).__name__} says what it may be",
            )


def make_shared_rules(config: Any) -> dict[str, bool]:
    """Make the rules, for `check_settings`, of the settings that classifiers and detectors share."""
    return {
        "epochs": config.epochs >= 1 or config.seconds > 0,
        "seconds": config.seconds >= 0,
        "lr": config.lr > 0,
        "weight_decay": config.weight_decay >= 0,
        "schedule": config.schedule in SCHEDULES,
        "warm_up": 0 <= config.warm_up < 1,
        "clip": config.clip >= 0,
        "seed": config.seed >= 0,
        "dtype": config.dtype in ("auto", *DTYPES),
        "threads": config.threads >= 0,
    }


def get_versions() -> dict[str, str]:
    """Get the versions that a result depends on, for its card."""
    return {
        "sutja": str(sys.modules["sutja"].__version__),  # this package's parent: importing it brings in all
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
