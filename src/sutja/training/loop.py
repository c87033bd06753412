"""The loop that trains every network, in four levels: fit, epoch, train step, evaluation step.

A `Job` describes a task: its batches, its loss, its learning rate and its budget. `Callback`s do what goes on
beside the steps: progress, history, checkpoints, the stop signal. A run is a `State`: saved and loaded, it
goes on to the same weights bit for bit, on the same machine with the same number of threads.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from sutja.training import checkpoint, distributed
from sutja.training.flat_parameters import FlatParameters

Batch = TypeVar("Batch")
Out = TypeVar("Out")
_AVERAGE_WARM_UP = 20  # steps in which the decay of the average reaches half
_PARTS = 1000.0  # of a budget of time: the resolution with which a schedule follows the clock


class State:
    """Everything that a resumed run needs.

    Parameters
    ----------
    net : nn.Module
        Network, already on its device; its parameters are moved side by side.
    optimiser : str
        "adamw" or "sgd".
    lr, weight_decay, betas : float or tuple[float, float]
        Settings of the optimiser; ``betas[0]`` is the momentum of SGD (Nesterov's).
    average : bool
        Keep an average of the weights.

    Attributes
    ----------
    step : int
        Optimiser steps done.
    epoch, batch : int
        Number of the current epoch, and batches of it that are done.
    spent : float
        Seconds of training before this process.
    loss_sum : Tensor
        Sum of the losses of the epoch so far, on the device.
    history : list[dict[str, float]]
        One row an epoch.
    """

    def __init__(
        self,
        net: nn.Module,
        optimiser: str,
        lr: float,
        weight_decay: float,
        betas: tuple[float, float],
        average: bool,
    ) -> None:
        self.net, self.flat = net, FlatParameters(net, average)
        groups = [
            {"params": [row], "weight_decay": weight_decay if decays else 0.0}
            for row, decays in zip(self.flat.rows, self.flat.decays, strict=True)
        ]
        self.optimiser: torch.optim.Optimizer
        if optimiser == "sgd":
            self.optimiser = torch.optim.SGD(
                groups, lr=lr, momentum=betas[0], nesterov=betas[0] > 0, fused=True
            )
        else:
            self.optimiser = torch.optim.AdamW(groups, lr=lr, betas=betas, fused=True)
        self.step, self.epoch, self.batch = 0, 0, 0
        self.spent, self.began = 0.0, time.monotonic()
        self.loss_sum = torch.zeros((), device=self.flat.rows[0].device)
        self.history: list[dict[str, float]] = []

    def seconds(self) -> float:
        """Seconds of training so far, including those before an interruption."""
        return self.spent + time.monotonic() - self.began

    def save(self, path: Path, **more: Any) -> None:
        """Write a checkpoint, with further parts by name; the file is never half written."""
        parts = {
            "net": self.net.state_dict(),
            "means": self.flat.means,
            "average": self.flat.make_average().state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "epoch": self.epoch,
            "batch": self.batch,
            "spent": self.seconds(),
            "loss_sum": self.loss_sum,
            "history": self.history,
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        checkpoint.write(path, {**parts, **more})

    def load(self, parts: dict[str, Any]) -> None:
        """Go on from the parts of a checkpoint, random generators included."""
        self.net.load_state_dict(parts["net"])
        for mean, saved in zip(self.flat.means, parts["means"], strict=True):
            mean.copy_(saved)
        self.optimiser.load_state_dict(parts["optimiser"])
        self.step, self.epoch, self.batch = parts["step"], parts["epoch"], parts["batch"]
        self.spent, self.began = parts["spent"], time.monotonic()
        self.loss_sum.copy_(parts["loss_sum"])
        self.history = list(parts["history"])
        torch.set_rng_state(parts["rng"])
        if parts["cuda_rng"] and torch.cuda.is_available():
            torch.cuda.set_rng_state_all(parts["cuda_rng"])


@dataclass(frozen=True, slots=True)
class Budget:
    """The length of a run: optimiser steps, or wall-clock time.

    Parameters
    ----------
    steps : int
        Steps in all, where `seconds` is 0.
    seconds : float
        Wall-clock time; 0 counts steps.
    """

    steps: int
    seconds: float = 0.0

    def measure(self, state: State) -> tuple[float, float]:
        """Position and length of the run in one unit, as schedules take them: steps, or parts of the time."""
        if self.seconds:
            return _PARTS * state.seconds() / self.seconds, _PARTS
        return float(state.step), float(self.steps)

    def is_spent(self, state: State) -> bool:
        """Return True once the run is over."""
        return state.seconds() >= self.seconds if self.seconds else state.step >= self.steps

    def seconds_left(self, state: State) -> float:
        """Seconds to the end of the run, at the rate so far."""
        seconds = state.seconds()
        left = (
            self.seconds - seconds
            if self.seconds
            else seconds * (self.steps - state.step) / max(1, state.step)
        )
        return max(0.0, left)


class Job(ABC, Generic[Batch]):
    """A task as the loop needs it.

    Attributes
    ----------
    budget : Budget
        Length of the run.
    clip : float
        Largest norm of a gradient; 0 for any.
    ema : float
        Decay of the averaged weights.
    """

    budget: Budget
    clip: float = 0.0
    ema: float = 0.0

    @abstractmethod
    def batches(self, state: State) -> Iterable[Batch]:
        """The batches of the epoch ``state.epoch`` from batch ``state.batch`` on."""

    @abstractmethod
    def loss(self, net: nn.Module, batch: Batch) -> Tensor:
        """The mean loss of a batch."""

    def gradients(self, state: State, batch: Batch) -> Tensor:
        """Set the gradients of a batch's loss, and return the loss without its history."""
        loss = self.loss(state.net, batch)
        state.flat.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    @abstractmethod
    def lr(self, state: State) -> float:
        """The learning rate of the next step."""

    def finished(self, state: State) -> bool:
        """Return True once the run is over."""
        return self.budget.is_spent(state)


class Callback:
    """Part of a run beside its steps; the loop calls all callbacks in their order."""

    def on_start(self, state: State) -> None:
        """Before the first step."""

    def on_step(self, state: State, loss: Tensor) -> None:
        """After a step of the optimiser; ``loss`` is that of its batch, on the device."""

    def on_epoch(self, state: State, batches: int) -> None:
        """After an epoch of so many batches; ``state.loss_sum`` still is that of the epoch."""

    def on_end(self, state: State) -> None:
        """After the last step."""

    def close(self) -> None:
        """At the end of a run, however it ends."""


def fit(state: State, job: Job[Batch], callbacks: Sequence[Callback] = ()) -> State:
    """Train epoch by epoch until the job is finished."""
    try:
        for callback in callbacks:
            callback.on_start(state)
        while not job.finished(state):
            epoch(state, job, callbacks)
        for callback in callbacks:
            callback.on_end(state)
    finally:
        for callback in callbacks:
            callback.close()
    return state


def epoch(state: State, job: Job[Batch], callbacks: Sequence[Callback] = ()) -> None:
    """Train on the batches of one epoch that are still to come.

    Raises
    ------
    ValueError
        The epoch had no batch: it would go on for ever.
    """
    state.net.train()
    for batch in job.batches(state):
        loss = train_step(state, job, batch)
        state.batch += 1
        for callback in callbacks:
            callback.on_step(state, loss)
        if job.finished(state):
            break
    if state.batch == 0:
        raise ValueError("an epoch is too small to fill a batch: give more data, or a smaller batch")
    batches, state.batch = state.batch, 0
    state.epoch += 1
    for callback in callbacks:
        callback.on_epoch(state, batches)
    state.loss_sum.zero_()


def train_step(state: State, job: Job[Batch], batch: Batch) -> Tensor:
    """Make one step of the optimiser and of the averaged weights; return the loss, still on the device."""
    lr = job.lr(state)
    for group in state.optimiser.param_groups:
        group["lr"] = lr
    loss = job.gradients(state, batch)
    distributed.average_(state.flat.grads)
    if job.clip:
        _clip(state.flat.grads, job.clip)
    state.optimiser.step()
    state.step += 1
    if state.flat.means:
        state.flat.update_average(min(job.ema, state.step / (state.step + _AVERAGE_WARM_UP)))
    state.loss_sum += loss
    return loss


def _clip(grads: list[Tensor], largest: float) -> None:
    """Scale gradients down to the norm ``largest`` where they are longer."""
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(grad) for grad in grads]))
    scale = (largest / (norm + 1e-6)).clamp(max=1.0)
    for grad in grads:
        grad *= scale


@torch.inference_mode()
def evaluation_step(net: nn.Module, image: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Compute a network's output for one batch, float32; the network is left in evaluation mode."""
    net.eval()
    return run_in_dtype(net, image, dtype).float()  # type: ignore[no-any-return]


def run_in_dtype(net: Callable[[Tensor], Out], image: Tensor, dtype: torch.dtype) -> Out:
    """Call a network, or a method of one, computing in ``dtype`` where that is safe (autocast)."""
    if dtype is torch.float32:
        return net(image)
    with torch.autocast(image.device.type, dtype):
        return net(image)
