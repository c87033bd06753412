"""Training by connectionist temporal classification, whatever the rows are: crops of ink or recordings.

A round is what the composers hand over: the chunks at hand, once through, in batches of like length. Steps
are counted, and rounds are of no account.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from sutja.errors import TrainingError
from sutja.metrics import format_percent
from sutja.training import checkpoint, loop
from sutja.training.schedule import warm_up_cosine

Row = TypeVar("Row")
Batch = TypeVar("Batch")
Config = TypeVar("Config", bound="CtcConfig")
_CLIP = 2.0  # the largest norm of a gradient
_BETAS = (0.9, 0.98)
_MOMENTUM = 0.01  # of the norms' statistics: a mean over batches of many lengths


@dataclass(frozen=True, slots=True)
class CtcConfig:
    """How long and how fast to train.

    Parameters
    ----------
    steps : int
        Optimiser steps in all.
    lr : float
        Peak learning rate of AdamW.
    weight_decay : float
        Of all weights but biases and norms.
    ema : float
        Decay of the averaged weights, which are what is exported.
    chunks_per_epoch : int
        Chunks mixed before batches are cut.
    epochs_per_chunk : int
        Rounds that a chunk takes part in; more than one where composing is the slower half.
    evaluate_every : int
        Steps between looks at the validation sets.
    warm_up : int
        Steps in which the learning rate rises.
    freeze_norms_after : float
        The part of the run after which norms keep their statistics. A batch holds rows of like length, so
        that its own statistics are not those that the network will be used with: lone digits were learned in
        training and lost in use (docs/log.md). 0 for a network that was trained before.
    seed : int
        Of the order of batches, and of a fresh network.
    """

    steps: int
    lr: float = 3e-3
    weight_decay: float = 0.02
    ema: float = 0.998
    chunks_per_epoch: int = 2
    epochs_per_chunk: int = 1
    evaluate_every: int = 500
    warm_up: int = 200
    freeze_norms_after: float = 0.4
    seed: int = 0


@runtime_checkable
class ChunkSource(Protocol[Row]):
    """Whatever hands over chunks of rows: a pool of processes, or a list in a test."""

    def take(self) -> list[Row]:
        """The next chunk."""


def prepare_state(
    make: Callable[[], nn.Module], terms: CtcConfig, path: Path | None, facts: Mapping[str, Any] | None
) -> loop.State:
    """The state that a run goes on from.

    Parameters
    ----------
    make : Callable[[], nn.Module]
        The network, fresh or trained before; called after torch's generator is seeded.
    terms : Terms
        Its seed, learning rate and weight decay.
    path : Path | None
        Continue from this checkpoint where it exists.
    facts : Mapping[str, Any] | None
        What the run must have in common with the one that began; None for anything.

    Raises
    ------
    TrainingError
        The run began with something else.
    """
    torch.manual_seed(terms.seed)
    net = make().train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    state = loop.State(net, "adamw", terms.lr, terms.weight_decay, _BETAS, average=True)
    if path and path.exists():
        parts = checkpoint.read(path)
        if facts is not None:
            checkpoint.check_same_run(path, parts["identity"], facts)
        state.load(parts)
    return state


class CtcJob(loop.Job[Batch], Generic[Row, Batch, Config]):
    """The job of such a training, as the loop wants it.

    Parameters
    ----------
    state : loop.State
        From `prepare_state`; a resumed one goes on at its step.
    pool : Source[Row]
        Gives chunks of rows.
    terms : Config
        How long and how fast.
    validation : Mapping[str, Sequence[Row]]
        Name → rows.
    folder : Path
        Where ``checkpoint.pt`` is written.
    log : Callable[[str], None]
        Takes a line of progress.
    facts : Mapping[str, Any] | None
        As for `prepare_state`.
    """

    a_line: ClassVar[int] = 50  # steps a line of progress
    right_of: ClassVar[str]  # what is counted on the validation rows

    def __init__(
        self,
        state: loop.State,
        pool: ChunkSource[Row],
        terms: Config,
        validation: Mapping[str, Sequence[Row]],
        folder: Path,
        log: Callable[[str], None],
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.pool, self.terms, self.validation, self.folder, self.log = pool, terms, validation, folder, log
        self.clip, self.ema, self.facts = _CLIP, terms.ema, facts or {}
        self._kept: deque[list[Row]] = deque(maxlen=terms.chunks_per_epoch * terms.epochs_per_chunk)
        self._settle_at = round(terms.freeze_norms_after * terms.steps)
        for norm in _norms(state.net):
            norm.momentum = _MOMENTUM
        self._began, self._first = time.monotonic(), state.step
        self._losses: deque[Tensor] = deque(maxlen=self.a_line)

    @abstractmethod
    def cut(self, rows: Sequence[Row], rng: np.random.Generator) -> Iterator[Batch]:
        """The batches of a round."""

    @abstractmethod
    def right(self, net: nn.Module, rows: Sequence[Row]) -> float:
        """The part of the rows that is right."""

    def batches(self, state: loop.State) -> Iterator[Batch]:
        """The batches of a round still to come: of new chunks, and of those kept from rounds before."""
        self._kept.extend(self.pool.take() for _ in range(self.terms.chunks_per_epoch))
        rows = [row for chunk in self._kept for row in chunk]
        rng = np.random.default_rng([self.terms.seed, state.epoch])
        self._settle(state)
        return islice(self.cut(rows, rng), state.batch, None)

    def lr(self, state: loop.State) -> float:
        """A short rise, then half a cosine."""
        return warm_up_cosine(state.step, self.terms.steps, self.terms.lr, self.terms.warm_up)

    def finished(self, state: loop.State) -> bool:
        """After the steps that were asked for."""
        return state.step >= self.terms.steps

    def _settle(self, state: loop.State) -> None:
        """Leave the norms' statistics as they are, when it is time."""
        if state.step >= self._settle_at:
            for norm in _norms(state.net):
                norm.eval()

    def after_step(self, state: loop.State, loss: Tensor) -> None:
        """Progress, validation and checkpoints when they are due."""
        if state.step == self._settle_at:
            self._settle(state)
        self._losses.append(loss)
        step, steps = state.step, self.terms.steps
        if step % self.a_line == 0:
            rate = (step - self._first) / (time.monotonic() - self._began)
            left, mean = (steps - step) / rate / 60, float(torch.stack(list(self._losses)).mean())
            self.log(f"step {step}/{steps} loss {mean:.4f} {rate:.2f} steps/s {left:.1f} min left")
        if step % self.terms.evaluate_every == 0 or step == steps:
            self._look(state)

    def after_epoch(self, state: loop.State, batches: int) -> None:
        """Rounds are of no account: steps are counted."""

    def _look(self, state: loop.State) -> None:
        """A row of the history, and a checkpoint."""
        loss = float(torch.stack(list(self._losses)).mean())
        if not np.isfinite(loss):
            raise TrainingError(
                f"the loss became {loss} at step {state.step}",
                where="training",
                remedy="take a smaller learning rate",
            )
        average = state.flat.make_average()
        right = {name: self.right(average, rows) for name, rows in self.validation.items()}
        figures = ", ".join(f"{name} {format_percent(part)}" for name, part in right.items())
        self.log(f"step {state.step:,}: loss {loss:.4f}, {self.right_of} right: {figures}")
        state.history.append(
            {
                "epoch": float(state.epoch),
                "step": float(state.step),
                "seconds": state.seconds(),
                "lr": self.lr(state),
                "loss": loss,
                **{f"{name}_error": 1 - part for name, part in right.items()},
            }
        )
        config: Any = state.net.config
        path = self.folder / checkpoint.NAME
        state.save(path, config=config.to_json(), identity=checkpoint.identity(self.facts))


def _norms(net: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
