"""Training a classifier: pictures with one class each.

The data is held as one tensor on the device; a step is a slice of it, a forward and a backward pass, and a
handful of operations on all parameters at once. Letters: n pictures, B batch, C, H, W, K classes.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from sutja.errors import TrainingError
from sutja.metrics import format_percent
from sutja.training import checkpoint, cuda_graphs, distributed, loop
from sutja.training.classify.augment import AUGMENTS
from sutja.training.classify.batches import PictureBatch, Pictures, to_float, to_tensor
from sutja.training.classify.checks import check_fit
from sutja.training.classify.engine import find_activation, prepare_engine
from sutja.training.device import Engine, find_device, use_threads
from sutja.training.losses import LOSSES
from sutja.training.schedule import SCHEDULES, Real
from sutja.training.stacked_networks import MlpStack
from sutja.training.versions import versions

_CHECKPOINT_EVERY = 5.0  # seconds
_LINE_EVERY = 10.0  # seconds, of progress within an epoch
_EPOCH_LINE_EVERY = 1.0  # seconds, of progress where epochs are short
_PARTS = 1000.0  # of a budget of time: how finely the schedule follows the clock

# Checked by `soundness.check_fit`, whose errors are for people.
Images = NDArray[Any] | Tensor
Labels = NDArray[Any] | Tensor
Log = Callable[[str], None]
OnEpoch = Callable[[Sequence[Mapping[str, float]]], None]


@dataclass(frozen=True, slots=True)
class ClassifyConfig:
    """How a classifier is trained.

    Parameters
    ----------
    epochs : int
        Times that every picture is seen, when `seconds` is 0.
    seconds : Real
        A budget of wall-clock time; the schedule follows the clock, so that it ends with it.
    batch_size : int
        Pictures a step, over all processes.
    lr : Real
        Peak learning rate.
    weight_decay : Real
        Of all weights but biases and norms (AdamW's, or SGD's).
    optimiser : str
        "adamw" or "sgd" (with Nesterov's momentum).
    momentum : Real
        Of either: beta 1 of AdamW.
    schedule : str
        A name in `schedule.SCHEDULES`.
    warm_up : Real
        The part of the run in which the learning rate rises.
    loss : str
        A name in `losses.LOSSES`.
    label_smoothing : Real
        0 to below 1 (Szegedy et al. 2016).
    ema : Real
        Decay of the averaged weights, which are then the result; 0 for none.
    clip : Real
        The largest norm of a gradient; 0 for any.
    augment : str | None
        A name in `augment.AUGMENTS`, or None.
    seed : int
        Of the order of pictures, of augmentation and of drop-out; the network is made before.
    device, dtype, threads : str or int
        "auto", "auto" and 0 choose by a short measurement; see `training.device`.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """

    epochs: int = 10
    seconds: Real = 0.0
    batch_size: int = 128
    lr: Real = 3e-3
    weight_decay: Real = 0.01
    optimiser: str = "adamw"
    momentum: Real = 0.9
    schedule: str = "cosine"
    warm_up: Real = 0.1
    loss: str = "cross_entropy"
    label_smoothing: Real = 0.0
    ema: Real = 0.0
    clip: Real = 0.0
    augment: str | None = None
    seed: int = 0
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        sound = {
            "epochs": self.epochs >= 1 or self.seconds > 0,
            "seconds": self.seconds >= 0,
            "batch_size": self.batch_size >= 1,
            "lr": self.lr > 0,
            "weight_decay": self.weight_decay >= 0,
            "optimiser": self.optimiser in ("adamw", "sgd"),
            "momentum": 0 <= self.momentum < 1,
            "schedule": self.schedule in SCHEDULES,
            "warm_up": 0 <= self.warm_up < 1,
            "loss": self.loss in LOSSES,
            "label_smoothing": 0 <= self.label_smoothing < 1,
            "ema": 0 <= self.ema < 1,
            "clip": self.clip >= 0,
            "augment": self.augment is None or self.augment in AUGMENTS,
            "seed": self.seed >= 0,
            "dtype": self.dtype in ("auto", "float32", "bfloat16"),
            "threads": self.threads >= 0,
        }
        for name, right in sound.items():
            if not right:
                raise TrainingError(
                    f"{getattr(self, name)!r} makes no sense",
                    where=name,
                    remedy="the documentation of ClassifyConfig says what it may be",
                )


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained network, and how it came to be.

    Attributes
    ----------
    net : nn.Module
        In evaluation mode, with the averaged weights where an average was kept.
    history : tuple[dict[str, float], ...]
        One row an epoch: epoch, step, seconds, lr, loss, and validation_loss and validation_error.
    steps, seconds : int or float
        Optimiser steps, and seconds of training.
    engine : dict[str, str | int]
        Device, dtype and threads.
    versions : dict[str, str]
        Of the packages.
    """

    net: nn.Module
    history: tuple[dict[str, float], ...]
    steps: int
    seconds: float
    config: ClassifyConfig
    engine: dict[str, str | int]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def device(self) -> str:
        """What it was trained on."""
        return str(self.engine["device"])


def fit_classifier(
    net: nn.Module,
    X: Images,
    y: Labels,
    config: ClassifyConfig,
    *,
    validation: tuple[Images, Labels] | None = None,
    folder: Path | None = None,
    resume: bool = False,
    log: Log = print,
    on_epoch: OnEpoch | None = None,
) -> Fitted:
    """Train a copy of a network.

    Parameters
    ----------
    net : nn.Module
        (B, C, H, W) float32 → logits (B, K); it is not changed itself.
    X : Images
        (n, C, H, W), float32 as the network shall see it, or uint8, of which it sees 0 to 1.
    y : Labels
        (n,) classes 0 to K - 1.
    config : ClassifyConfig
        how.
    validation : tuple[Images, Labels] | None
        X and y to look at after every epoch; they decide nothing.
    folder : Path | None
        Where the checkpoint is kept, every few seconds; None keeps none.
    resume : bool
        Go on from the folder's checkpoint where there is one. Where epochs were asked for, the weights are
        bit for bit those of a run that was never stopped.
    log : Log
        Takes a line of progress an epoch.
    on_epoch : OnEpoch | None
        Takes the history after every epoch.

    Raises
    ------
    TrainingError
        Data that cannot be learnt from, a run that is resumed with other data or another configuration, a
        loss that is no number any more, a checkpoint that cannot be written.
    """
    if config.seconds and distributed.world_size() > 1:
        raise TrainingError(
            "several processes have no common clock", where="seconds", remedy="ask for epochs instead"
        )
    device = find_device(config.device)
    images, labels = to_tensor(X), to_tensor(y).long()
    check_fit(net, images, labels, config.batch_size)
    facts = _facts(net, images, labels, config) if folder else {}
    convolves = any(isinstance(module, nn.Conv2d) for module in net.modules())
    pictures = Pictures(
        images.to(device),
        labels.to(device),
        config.batch_size,
        config.seed,
        AUGMENTS[config.augment] if config.augment else None,
        channels_last=convolves,
    )
    devices = [device.index or 0] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(config.seed + distributed.rank())
        net = copy.deepcopy(net).to(device).train()
        distributed.broadcast_([*net.parameters(), *net.buffers()])
        if convolves:
            net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        path = folder / checkpoint.NAME if folder else None
        saved = checkpoint.read(path) if path and resume and path.exists() else None
        if saved and path:
            checkpoint.check_same_run(path, saved["identity"], facts)
        engine = prepare_engine(net, pictures, config.loss, (config.dtype, config.threads), saved)
        activation = find_activation(net, pictures, config.loss)
        if activation and engine.dtype is torch.bfloat16 and pictures.augment is None:
            pictures.X = to_float(pictures.X).to(engine.dtype)
        run = _Run(pictures, config, engine, activation, validation, path, facts, log, on_epoch)
        with use_threads(engine.threads):
            state = loop.State(
                net, config.optimiser, config.lr, config.weight_decay, (config.momentum, 0.99), config.ema > 0
            )
            if saved:
                state.load(saved)
                if distributed.rank() == 0:
                    log(f"goes on after {state.step:,} steps")
            else:
                run.save(state)
            loop.fit(state, run)
            run.save(state)
    return Fitted(
        state.flat.make_average().eval(),
        tuple(state.history),
        state.step,
        state.seconds(),
        config,
        engine.facts(),
        versions(),
    )


def predict_log_proba(
    net: nn.Module, X: Images, batch_size: int = 1024
) -> Float32[NDArray[np.float32], "n K"]:
    """Log-probabilities of each picture's classes, computed where the network is.

    Parameters
    ----------
    net : nn.Module
        (B, C, H, W) → logits (B, K).
    X : Images
        (n, C, H, W), float32 or uint8 as in `fit_classifier`.
    batch_size : int
        Pictures at once.
    """
    device = next(net.parameters()).device
    images = to_tensor(X)
    parts = [
        F.log_softmax(loop.evaluation_step(net, to_float(part.to(device))), dim=1).cpu().numpy()
        for part in torch.split(images, batch_size)
    ]
    return np.concatenate(parts)


def _facts(net: nn.Module, X: Tensor, y: Tensor, config: ClassifyConfig) -> dict[str, Any]:
    """What a resumed run must have in common with the one that began."""
    return {
        **asdict(config),
        "network": str(net),
        "data": checkpoint.digest_of(X.cpu().numpy(), y.cpu().numpy()),
        "processes": distributed.world_size(),
    }


class _Run(loop.Job[PictureBatch]):
    """The job of training a classifier, as the loop wants it."""

    def __init__(
        self,
        pictures: Pictures,
        config: ClassifyConfig,
        engine: Engine,
        activation: type[nn.Module] | None,
        validation: tuple[Images, Labels] | None,
        path: Path | None,
        facts: dict[str, Any],
        log: Log,
        on_epoch: OnEpoch | None,
    ) -> None:
        self.pictures, self.config, self.engine, self.validation = pictures, config, engine, validation
        self.path, self.facts, self.log, self.on_epoch = path, facts, log, on_epoch
        self.clip, self.ema = config.clip, config.ema
        self.steps = config.epochs * pictures.batches_per_epoch
        self._loss, self._schedule = LOSSES[config.loss], SCHEDULES[config.schedule]
        self._activation: type[nn.Module] | None = activation
        self._stack: MlpStack | None = None
        self._slopes: list[Tensor] = []
        self._graph: cuda_graphs.CudaGraph | None = None
        self._saved_at = self._said_at = time.monotonic()

    def batches(self, state: loop.State) -> Iterator[PictureBatch]:
        """What is left of the epoch."""
        return self.pictures.epoch(state.epoch, state.batch)

    def gradients(self, state: loop.State, batch: PictureBatch) -> Tensor:
        """Those of a perceptron by hand, which takes a third of the time; all others by autograd."""
        if self._activation is None:
            return super().gradients(state, batch)
        if self._stack is None:  # not before the state has moved the weights side by side
            self._stack = MlpStack.within(state.net, self._activation)
            self._slopes = [p.grad for p in state.net.parameters() if p.grad is not None]
        image, label = batch
        image = image.to(self.engine.dtype)
        loss, grads = self._stack.gradients(image, label.unsqueeze(0), self.config.label_smoothing)
        torch._foreach_copy_(self._slopes, [grad[0] for grad in grads])
        return loss[0]

    def loss(self, net: nn.Module, batch: PictureBatch) -> Tensor:
        """The mean loss of a batch."""
        image, label = batch
        if (
            cuda_graphs.has_cuda_graphs(image.device) and self._graph is None
        ):  # as above, not before the weights have moved
            self._graph = cuda_graphs.CudaGraph(net, image, self.engine.dtype)
        logits = (
            self._graph(image) if self._graph else loop.run_in_dtype(net, image, self.engine.dtype)
        ).float()
        return self._loss(logits, label, self.config.label_smoothing)

    def lr(self, state: loop.State) -> float:
        """By the step, or by the clock."""
        step, steps = float(state.step), float(self.steps)
        if self.config.seconds:
            step, steps = _PARTS * state.seconds() / self.config.seconds, _PARTS
        return self._schedule(step, steps, self.config.lr, self.config.warm_up * steps, 0.0)

    def finished(self, state: loop.State) -> bool:
        """After the epochs, or the time."""
        if self.config.seconds:
            return state.seconds() >= self.config.seconds
        return state.step >= self.steps

    def after_step(self, state: loop.State, loss: Tensor) -> None:
        """A line of progress and a checkpoint every few seconds."""
        if time.monotonic() - self._said_at >= _LINE_EVERY:
            self._tell(state, f"loss {float(state.loss_sum) / state.batch:.4f}")
        if self.path and time.monotonic() - self._saved_at >= _CHECKPOINT_EVERY:
            self.save(state)

    def after_epoch(self, state: loop.State, batches: int) -> None:
        """A row of the history."""
        loss = float(state.loss_sum) / batches
        if not np.isfinite(loss):
            raise TrainingError(
                f"the loss became {loss} in epoch {state.epoch}",
                where="training",
                remedy="take a smaller learning rate, or look for extreme values in the data",
            )
        row = {
            "epoch": float(state.epoch),
            "step": float(state.step),
            "seconds": state.seconds(),
            "lr": self.lr(state),
            "loss": loss,
        }
        if self.validation is not None:
            row |= self._validate(state)
        state.history.append(row)
        if distributed.rank() == 0 and self.on_epoch is not None:
            self.on_epoch(state.history)
        if time.monotonic() - self._said_at < _EPOCH_LINE_EVERY and not self.finished(state):
            return
        shown = f"loss {loss:.4f}"
        if self.validation is not None:
            shown += (
                f", validation {row['validation_loss']:.4f}, {format_percent(row['validation_error'])} wrong"
            )
        self._tell(state, shown)

    def _tell(self, state: loop.State, shown: str) -> None:
        """A line of progress: where the run is, how fast, and how long it will take."""
        self._said_at = time.monotonic()
        if distributed.rank():
            return
        seconds, size = max(1e-9, state.seconds()), self.pictures.batch_size
        done = state.epoch + state.batch / self.pictures.batches_per_epoch
        total = f"/{self.config.epochs}"
        left = seconds * (self.steps - state.step) / max(1, state.step)
        if self.config.seconds:
            total, left = "", self.config.seconds - seconds
        rate = state.step * size / seconds
        self.log(f"epoch {done:.3g}{total}: {shown}; {rate:,.0f}/s, {max(0.0, left):,.0f} s left")

    def _validate(self, state: loop.State) -> dict[str, float]:
        """The loss and the error on the validation data."""
        assert self.validation is not None
        log_probs = predict_log_proba(state.flat.make_average(), self.validation[0])
        truth = to_tensor(self.validation[1]).cpu().numpy()
        return {
            "validation_loss": float(-log_probs[np.arange(len(truth)), truth].mean()),
            "validation_error": float((log_probs.argmax(1) != truth).mean()),
        }

    def save(self, state: loop.State) -> None:
        """Write the checkpoint, where one is kept; the first process does it for all."""
        self._saved_at = time.monotonic()
        if self.path and distributed.rank() == 0:
            if not torch.isfinite(state.loss_sum):
                return  # what was saved before is worth more
            self.path.parent.mkdir(parents=True, exist_ok=True)
            state.save(self.path, identity=checkpoint.identity(self.facts), engine=self.engine.facts())
