"""Training by connectionist temporal classification, shared by crops of ink and recordings.

An epoch is what the composers hand over: the chunks at hand, once through, in batches of items of similar
length. The length of a run is counted in steps.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from sutja.metrics import format_percent
from sutja.training import checkpoint, loop
from sutja.training.callbacks import Checkpoints, History, Log, Progress, Row, StopSignal
from sutja.training.device import choose_convolution_dtype
from sutja.training.schedule import warm_up_cosine
from sutja.training.streamed_views import pick

Item = TypeVar("Item")
Given = TypeVar("Given", covariant=True)
Batch = TypeVar("Batch")
Config = TypeVar("Config", bound="CtcConfig")
CTC_DTYPE = choose_convolution_dtype()  # of the arithmetic in networks of crops and recordings
_CLIP = 2.0  # the largest norm of a gradient
_BETAS = (0.9, 0.98)
_MOMENTUM = 0.01  # of the norms' statistics: a mean over batches of many lengths


@dataclass(frozen=True, slots=True)
class CtcConfig:
    """Settings of a training by temporal classification.

    Parameters
    ----------
    steps : int
        Optimiser steps in all.
    lr : float
        Peak learning rate of AdamW.
    weight_decay : float
        Weight decay of all weights but biases and norms.
    ema : float
        Decay of the averaged weights, which are what is exported.
    chunks_per_epoch : int
        New chunks an epoch, mixed before batches are cut.
    epochs_per_chunk : int
        Epochs that a chunk takes part in; more than one where composing is the slower half.
    evaluate_every : int
        Steps between evaluations on the validation sets.
    warm_up : int
        Steps in which the learning rate rises.
    freeze_norms_after : float
        Part of the run after which batch norms keep their statistics. A batch holds items of similar
        length, so its own statistics are not those that the network will be used with: lone digits were
        learned in training and lost in use (docs/log.md). 0 for a network that was trained before.
    seed : int
        Seed of the order of batches, and of a fresh network.
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
class ChunkSource(Protocol[Given]):
    """A source of chunks of items: worker processes, or a list in a test."""

    def take(self) -> Sequence[Given]:
        """Take the next chunk."""


def prepare_state(
    make: Callable[[], nn.Module], config: CtcConfig, path: Path | None, facts: Mapping[str, Any] | None
) -> loop.State:
    """Make the state that a run goes on from.

    Parameters
    ----------
    make : Callable[[], nn.Module]
        Makes the network, fresh or trained before; called after torch's generator is seeded.
    config : CtcConfig
        Settings; the seed, the learning rate and the weight decay are used.
    path : Path | None
        Checkpoint to go on from, where it exists.
    facts : Mapping[str, Any] | None
        Data and settings that the run must have in common with the one that began; None checks nothing.

    Raises
    ------
    TrainingError
        The checkpoint is that of a run with other data or settings.
    """
    torch.manual_seed(config.seed)
    net = make().train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    state = loop.State(net, "adamw", config.lr, config.weight_decay, _BETAS, average=True)
    if path and path.exists():
        parts = checkpoint.read(path)
        if facts is not None:
            checkpoint.check_same_run(path, parts["identity"], facts)
        state.load(parts)
    return state


class CtcJob(loop.Job[Batch], Generic[Item, Batch, Config]):
    """A training by temporal classification, as the loop needs it.

    Parameters
    ----------
    state : loop.State
        State from `prepare_state`; a resumed one goes on at its step.
    source : ChunkSource[Item]
        Gives chunks of items.
    config : Config
        Settings.
    validation : Mapping[str, Sequence[Item]]
        Validation sets by name.
    """

    counted: ClassVar[str]  # what `accuracy` counts

    def __init__(
        self,
        state: loop.State,
        source: ChunkSource[Item],
        config: Config,
        validation: Mapping[str, Sequence[Item]],
    ) -> None:
        self.source, self.config, self.validation = source, config, validation
        self.clip, self.ema, self.budget = _CLIP, config.ema, loop.Budget(config.steps)
        self._chunks: deque[Sequence[Item]] = deque(maxlen=config.chunks_per_epoch * config.epochs_per_chunk)
        self._freeze_at = round(config.freeze_norms_after * config.steps)
        for norm in _batch_norms(state.net):
            norm.momentum = _MOMENTUM

    @abstractmethod
    def make_batches(self, items: Sequence[Item], rng: np.random.Generator, first: int) -> Iterator[Batch]:
        """Cut an epoch's items into batches, of which those before ``first`` are not made."""

    @abstractmethod
    def accuracy(self, net: nn.Module, items: Sequence[Item]) -> float:
        """The part of the items that is recognised, 0 to 1."""

    def batches(self, state: loop.State) -> Iterator[Batch]:
        """The batches of the epoch still to come, of new chunks and of those from epochs before."""
        self._chunks.extend(self.source.take() for _ in range(self.config.chunks_per_epoch))
        chunks = list(self._chunks)
        items = chunks[0] if len(chunks) == 1 else [item for chunk in chunks for item in chunk]
        rng = np.random.default_rng([self.config.seed, state.epoch])
        for batch in self.make_batches(items, rng, state.batch):
            self.freeze_norms(state)
            yield batch

    def freeze_norms(self, state: loop.State) -> None:
        """Let batch norms keep their statistics, when it is time."""
        if state.step >= self._freeze_at:
            for norm in _batch_norms(state.net):
                norm.eval()

    def lr(self, state: loop.State) -> float:
        """The learning rate of the next step: a short rise, then half a cosine."""
        return warm_up_cosine(state.step, self.config.steps, self.config.lr, self.config.warm_up)

    def evaluate(self, state: loop.State) -> dict[str, float]:
        """The errors on the validation sets."""
        net = state.flat.make_average()
        return {f"{name}_error": 1 - self.accuracy(net, items) for name, items in self.validation.items()}

    def describe(self, row: Row) -> str:
        """Put the errors of a row of the history into words."""
        figures = [f"{name} {format_percent(1 - row[f'{name}_error'])}" for name in self.validation]
        return f"{self.counted} right: {', '.join(figures)}" if figures else ""

    def fit(
        self, state: loop.State, folder: Path, log: Log = print, facts: Mapping[str, Any] | None = None
    ) -> loop.State:
        """Train to ``config.steps``, with a checkpoint at each evaluation.

        Parameters
        ----------
        state : loop.State
            The state that the job was made with.
        folder : Path
            Folder of ``checkpoint.pt``.
        log : Log
            Takes a line of progress.
        facts : Mapping[str, Any] | None
            As for `prepare_state`.

        Raises
        ------
        TrainingError
            The loss is not finite any more.
        """
        config: Any = state.net.config
        parts = {"config": config.to_json(), "identity": checkpoint.identity(facts or {})}
        checkpoints = Checkpoints(folder / checkpoint.NAME, parts, every=math.inf)
        history = History(self.lr, self.evaluate, every=self.config.evaluate_every, last=self.config.steps)
        progress = Progress(log, self.budget, self.describe)
        return loop.fit(state, self, [history, checkpoints, progress, StopSignal(checkpoints.save)])


def load_averaged_weights(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the sizes of a checkpoint's network, as keyword arguments, and its averaged weights.

    Raises
    ------
    TrainingError
        The file is no checkpoint that can be read.
    """
    parts = checkpoint.read(path)
    return parts["config"] | {"channels": tuple(parts["config"]["channels"])}, parts["average"]


def decode_best_paths(log_probs: Float[NDArray[np.float32], "B T K"]) -> list[list[int]]:
    """Decode the most probable class of each frame: runs of a class are one, and blanks go.

    Parameters
    ----------
    log_probs : Float[NDArray[float32], "B T K"]
        Log-probabilities.

    Returns
    -------
    list[list[int]]
        Classes of each item.
    """
    paths = []
    for path in log_probs.argmax(-1):
        changes = np.flatnonzero(np.diff(path, prepend=0))
        paths.append([int(c) for c in path[changes] if c])
    return paths


def recognise(
    net: nn.Module,
    items: Sequence[Item],
    lengths: Sequence[int] | NDArray[np.int64],
    to_input: Callable[[Sequence[Item]], Tensor],
    size: int,
) -> list[list[int]]:
    """Recognise items in batches of similar length, by the best path.

    Parameters
    ----------
    net : nn.Module
        Network, (B, ...) → log-probabilities (B, T, K).
    items : Sequence[Item]
        Items of any length.
    lengths : Sequence[int] | NDArray[int64]
        Length of each.
    to_input : Callable[[Sequence[Item]], Tensor]
        Makes the network's input of a batch.
    size : int
        Items a batch.

    Returns
    -------
    list[list[int]]
        Classes of each item, in the order of the items.
    """
    order = np.argsort(lengths)
    paths: list[list[int]] = [[] for _ in items]
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        log_probs = loop.evaluation_step(net, to_input(pick(items, rows.tolist())), CTC_DTYPE)
        for index, path in zip(rows, decode_best_paths(log_probs.numpy()), strict=True):
            paths[index] = path
    return paths


def _batch_norms(net: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
