"""The loop that trains a transcriber: fit, round, train step, evaluation step.

A round is what other loops call an epoch: the chunks of composed samples at hand, once through. Letters as in `losses`.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from sutja.charset import CHARSET
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.training.losses import silent_ctc_loss
from sutja.training.pool import Batch, Crop, batch_of, batches
from sutja.training.schedule import warm_up_cosine


@dataclass(frozen=True, slots=True)
class FitConfig:
    """How long and how fast to train.

    Parameters
    ----------
    steps : optimiser steps in all.
    lr : peak learning rate of AdamW.
    weight_decay : of all weights but biases and norms.
    columns : columns of pictures in a batch.
    ema : decay of the averaged weights, which are what is exported.
    chunks_a_round : chunks mixed before batches are cut.
    evaluate_every : steps between looks at the validation sets.
    """

    steps: int
    lr: float = 3e-3
    weight_decay: float = 0.02
    columns: int = 16_384
    ema: float = 0.998
    chunks_a_round: int = 3
    evaluate_every: int = 1500
    seed: int = 0


@runtime_checkable
class ChunkSource(Protocol):
    """Whatever hands over chunks of crops: a `Pool`, or a list in a test."""

    def take(self, wait: bool = True) -> list[Crop] | None:
        """The next chunk."""


@dataclass
class State:
    """Everything that a resumed run needs."""

    net: Transcriber
    average: Transcriber
    optimiser: torch.optim.Optimizer
    step: int = 0

    def save(self, path: Path) -> None:
        """Write a checkpoint; never half of one."""
        parts = {
            "config": self.net.config.to_json(),
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        partial = path.with_suffix(".partial")
        torch.save(parts, partial)
        partial.replace(path)


def load_average(path: Path) -> Transcriber:
    """The averaged network of a checkpoint, ready for use."""
    parts = torch.load(path, weights_only=True)
    config = parts["config"] | {"channels": tuple(parts["config"]["channels"])}
    net = Transcriber(TranscriberConfig(**config))
    net.load_state_dict(parts["average"])
    return net.eval()


def start(config: TranscriberConfig, fit: FitConfig, checkpoint: Path | None = None, weights: Path | None = None) -> State:
    """A fresh state, one continued from ``checkpoint``, or one that begins with the averaged weights of another run."""
    torch.manual_seed(fit.seed)
    net = load_average(weights).train() if weights else Transcriber(config)
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    norms = [p for p in net.parameters() if p.ndim == 1]
    rest = [p for p in net.parameters() if p.ndim > 1]
    groups = [{"params": rest, "weight_decay": fit.weight_decay}, {"params": norms, "weight_decay": 0.0}]
    state = State(net, copy.deepcopy(net), torch.optim.AdamW(groups, lr=fit.lr, betas=(0.9, 0.98)))
    if checkpoint and checkpoint.exists():
        parts = torch.load(checkpoint, weights_only=True)
        state.net.load_state_dict(parts["net"])
        state.average.load_state_dict(parts["average"])
        state.optimiser.load_state_dict(parts["optimiser"])
        state.step = parts["step"]
    return state


def _forward(net: Transcriber, image: Tensor) -> Tensor:
    """bfloat16 convolutions: measured 2.3 to 2.6 times as fast here (docs/log.md)."""
    with torch.autocast("cpu", torch.bfloat16):
        return net(image)  # type: ignore[no-any-return]


def train_step(state: State, batch: Batch, fit: FitConfig) -> float:
    """One step of the optimiser and of the weight average; the loss."""
    for group in state.optimiser.param_groups:
        group["lr"] = warm_up_cosine(state.step, fit.steps, fit.lr)
    image = torch.from_numpy(batch.image).to(memory_format=torch.channels_last)
    log_probs = _forward(state.net, image)
    loss = silent_ctc_loss(
        log_probs, torch.from_numpy(batch.targets), torch.from_numpy(batch.lengths), torch.from_numpy(batch.silent)
    )
    state.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.net.parameters(), 2.0)
    state.optimiser.step()
    state.step += 1
    decay = min(fit.ema, state.step / (state.step + 20))
    with torch.no_grad():
        for mean, now in zip(state.average.state_dict().values(), state.net.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - decay)
            else:
                mean.copy_(now)
    return float(loss.detach())


def best_path(log_probs: np.ndarray[Any, np.dtype[np.float32]]) -> list[str]:
    """The text of each row by the likeliest class of each frame. (B, T, K) → B strings."""
    texts = []
    for path in log_probs.argmax(-1):
        changes = np.flatnonzero(np.diff(path, prepend=0))
        texts.append("".join(CHARSET[c - 1] for c in path[changes] if c))
    return texts


@torch.no_grad()
def evaluation_step(net: Transcriber, crops: Sequence[Crop], size: int = 64) -> list[str]:
    """Best-path texts of crops, in their order."""
    net.eval()
    order = np.argsort([crop.pixels.shape[1] for crop in crops])
    texts = [""] * len(crops)
    for start_at in range(0, len(order), size):
        rows = order[start_at : start_at + size]
        image = torch.from_numpy(batch_of([crops[i] for i in rows]).image).to(memory_format=torch.channels_last)
        for index, text in zip(rows, best_path(_forward(net, image).numpy()), strict=True):
            texts[index] = text
    return texts


def digit_accuracy(net: Transcriber, crops: Sequence[Crop]) -> float:
    """The part of the crops whose digits are all right."""
    texts = evaluation_step(net, crops)
    right = 0
    for crop, text in zip(crops, texts, strict=True):
        truth = "".join(CHARSET[c - 1] for c in crop.classes)
        right += _digits(text) == _digits(truth)
    return right / len(crops)


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def fit(
    state: State,
    pool: ChunkSource,
    config: FitConfig,
    validation: dict[str, list[Crop]],
    folder: Path,
    say: Callable[[str], None] = print,
) -> State:
    """Train to ``config.steps``, with a checkpoint and a look at the validation sets now and then.

    Parameters
    ----------
    state : from `start`; a resumed one goes on at its step.
    pool : gives chunks of samples.
    validation : name → crops.
    folder : where ``checkpoint.pt`` is written.
    say : takes a line of progress.
    """
    rng = np.random.default_rng([config.seed, state.step])
    began, first, losses = time.monotonic(), state.step, []
    while state.step < config.steps:
        chunk: list[Crop] = []
        for _ in range(config.chunks_a_round):
            chunk += pool.take() or []
        for batch in batches(chunk, config.columns, rng):
            state.net.train()
            losses.append(train_step(state, batch, config))
            if state.step % 100 == 0:
                rate = (state.step - first) / (time.monotonic() - began)
                left = (config.steps - state.step) / rate / 60
                say(f"step {state.step}/{config.steps} loss {np.mean(losses[-100:]):.4f} {rate:.2f} steps/s {left:.1f} min left")
            if state.step % config.evaluate_every == 0 or state.step == config.steps:
                figures = {name: round(100 * digit_accuracy(state.average, crops), 2) for name, crops in validation.items()}
                say(f"step {state.step} digits right, %: {figures}")
                state.save(folder / "checkpoint.pt")
            if state.step >= config.steps:
                break
    return state
