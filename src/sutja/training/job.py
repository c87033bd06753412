"""Parts that the runs of all tasks share: checked settings, resuming, results."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping, Sequence
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
from sutja.training.schedule import SCHEDULES, Real

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

        def read() -> dict[str, Any] | None:
            return checkpoint.read(path) if path and path.exists() else None

        saved = distributed.share(read) if resume else None
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
        more: Sequence[loop.Callback] = (),
    ) -> None:
        """Train to the end of the budget, from the checkpoint where there is one; `more` is called last."""
        if self.saved:
            state.load(self.saved)
            log(f"goes on after {state.step:,} steps")
        parts = {"identity": checkpoint.identity(self.facts), "engine": engine.facts()}
        path = None if distributed.rank() else self.path  # the first process writes for all
        callbacks: list[loop.Callback] = [history, checkpoints := Checkpoints(path, parts), progress]
        if path and distributed.world_size() == 1:
            callbacks.append(StopSignal(checkpoints.save))
        loop.fit(state, job, [*callbacks, *more])


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


@dataclass(frozen=True, slots=True)
class FitConfig:
    """Settings that the trainings of classifiers and of detectors share.

    Parameters
    ----------
    epochs : int
        Passes through the training data, when `seconds` is 0.
    seconds : Real
        A budget of wall-clock time; the schedule follows the clock, so that it ends with it.
    lr : Real
        Peak learning rate.
    weight_decay : Real
        Weight decay of all weights but biases and norms.
    schedule : str
        A name in `schedule.SCHEDULES`.
    warm_up : Real
        The part of the run in which the learning rate rises.
    ema : Real
        Decay of the averaged weights, which are then the result; 0 for none.
    clip : Real
        The largest norm of a gradient; 0 for any.
    seed : int
        Seed of the random numbers of the run; the network is made before.
    device, dtype, threads : str or int
        "auto", "auto" and 0 choose by a short measurement; see `training.device`.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """

    epochs: int = 10
    seconds: Real = 0.0
    lr: Real = 3e-3
    weight_decay: Real = 0.01
    schedule: str = "cosine"
    warm_up: Real = 0.1
    ema: Real = 0.0
    clip: Real = 0.0
    seed: int = 0
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        check_settings(self, self.list_rules())

    def list_rules(self) -> dict[str, bool]:
        """List, for each setting, whether its value is allowed."""
        return {
            "epochs": self.epochs >= 1 or self.seconds > 0,
            "seconds": self.seconds >= 0,
            "lr": self.lr > 0,
            "weight_decay": self.weight_decay >= 0,
            "schedule": self.schedule in SCHEDULES,
            "warm_up": 0 <= self.warm_up < 1,
            "ema": 0 <= self.ema < 1,
            "clip": self.clip >= 0,
            "seed": self.seed >= 0,
            "dtype": self.dtype in ("auto", *DTYPES),
            "threads": self.threads >= 0,
        }


def get_versions() -> dict[str, str]:
    """Get the versions that a result depends on, for its card."""
    return {
        "sutja": str(sys.modules["sutja"].__version__),  # this package's parent: importing it brings in all
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
