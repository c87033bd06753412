"""The loop that trains a transcriber: fit, round, train step, evaluation step.

A round is what other loops call an epoch: the chunks of composed samples at hand, once through. Letters: B
batch, W columns of the picture, T frames, K classes with the blank.
"""

from __future__ import annotations

import copy
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from sutja.charset import CHARSET
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.training.losses import silent_ctc_loss
from sutja.training.pool import Batch, Crop, batch_of, batches
from sutja.training.schedule import warm_up_cosine

_STEPS_A_LINE = 100  # of progress


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
    uses : rounds a chunk takes part in; more than one where composing is the slower half.
    evaluate_every : steps between looks at the validation sets.
    """

    steps: int
    lr: float = 3e-3
    weight_decay: float = 0.02
    columns: int = 16_384
    ema: float = 0.998
    chunks_a_round: int = 3
    uses: int = 1
    evaluate_every: int = 1500
    seed: int = 0


@runtime_checkable
class ChunkSource(Protocol):
    """Whatever hands over chunks of crops: a `Pool`, or a list in a test."""

    def take(self) -> list[Crop]:
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


def start(
    config: TranscriberConfig, fit: FitConfig, checkpoint: Path | None = None, weights: Path | None = None
) -> State:
    """What `fit` goes on from.

    Parameters
    ----------
    config : of a fresh network.
    fit : its seed, learning rate and weight decay.
    checkpoint : continue from this file where it exists.
    weights : begin with the averaged weights of another run's checkpoint.
    """
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


def _forward(net: Transcriber, image: Float[Tensor, "B 1 32 W"]) -> Float[Tensor, "B T K"]:
    """bfloat16 convolutions: measured 2.3 to 2.6 times as fast here (docs/log.md)."""
    with torch.autocast("cpu", torch.bfloat16):
        return net(image)  # type: ignore[no-any-return]


def train_step(state: State, batch: Batch, fit: FitConfig) -> float:
    """One step of the optimiser and of the weight average; the loss."""
    for group in state.optimiser.param_groups:
        group["lr"] = warm_up_cosine(state.step, fit.steps, fit.lr)
    image = torch.from_numpy(batch.image).to(memory_format=torch.channels_last)
    targets, lengths, silent = map(torch.from_numpy, (batch.targets, batch.lengths, batch.silent))
    loss = silent_ctc_loss(_forward(state.net, image), targets, lengths, silent)
    state.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.net.parameters(), 2.0)
    state.optimiser.step()
    state.step += 1
    _follow(state, min(fit.ema, state.step / (state.step + 20)))
    return float(loss.detach())


@torch.no_grad()
def _follow(state: State, decay: float) -> None:
    """Draw the averaged weights towards those of the last step."""
    means, nows = state.average.state_dict(), state.net.state_dict()
    for name, mean in means.items():
        if mean.dtype.is_floating_point:
            mean.lerp_(nows[name], 1 - decay)
        else:
            mean.copy_(nows[name])


def best_path(log_probs: Float[NDArray[np.float32], "B T K"]) -> list[str]:
    """The text of each row by the likeliest class of each frame."""
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
        batch = batch_of([crops[i] for i in rows])
        image = torch.from_numpy(batch.image).to(memory_format=torch.channels_last)
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
    look = _Looker(state, config, validation, folder, say)
    kept: deque[list[Crop]] = deque(maxlen=config.chunks_a_round * config.uses)
    while state.step < config.steps:
        before = state.step
        for batch in _round(pool, config, kept, rng):
            state.net.train()
            look.after(train_step(state, batch, config))
            if state.step >= config.steps:
                break
        if state.step == before:
            raise ValueError(
                "a round of chunks is too small to fill a batch: raise their size or their number"
            )
    return state


def _round(
    pool: ChunkSource, config: FitConfig, kept: deque[list[Crop]], rng: np.random.Generator
) -> Iterator[Batch]:
    """The batches of a round: new chunks, and those kept from the rounds before."""
    kept.extend(pool.take() for _ in range(config.chunks_a_round))
    return batches([crop for chunk in kept for crop in chunk], config.columns, rng)


class _Looker:
    """After each step: progress, validation and checkpoints when they are due."""

    def __init__(
        self,
        state: State,
        config: FitConfig,
        validation: dict[str, list[Crop]],
        folder: Path,
        say: Callable[[str], None],
    ) -> None:
        self.state, self.config, self.validation = state, config, validation
        self.folder, self.say = folder, say
        self.began, self.first = time.monotonic(), state.step
        self.losses: deque[float] = deque(maxlen=_STEPS_A_LINE)

    def after(self, loss: float) -> None:
        """Look at what is due after a step with this loss."""
        self.losses.append(loss)
        step, steps = self.state.step, self.config.steps
        if step % _STEPS_A_LINE == 0:
            rate = (step - self.first) / (time.monotonic() - self.began)
            left, mean = (steps - step) / rate / 60, np.mean(self.losses)
            self.say(f"step {step}/{steps} loss {mean:.4f} {rate:.2f} steps/s {left:.1f} min left")
        if step % self.config.evaluate_every == 0 or step == steps:
            figures = {
                name: round(100 * digit_accuracy(self.state.average, crops), 2)
                for name, crops in self.validation.items()
            }
            self.say(f"step {step} digits right, %: {figures}")
            self.state.save(self.folder / "checkpoint.pt")
