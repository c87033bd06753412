"""Members of a stack: the settings of each network, its stream of rows, and the optimiser of them all.

Letters: n rows, K networks, B rows of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sutja.training.schedule import warm_up_cosine

_BETAS, _EPS = (0.9, 0.999), 1e-8  # of Adam


@dataclass(frozen=True, slots=True)
class Member:
    """Settings of one network of a stack.

    Parameters
    ----------
    seed : int
        Seed of its first weights and of its order of rows.
    lr : float
        Peak learning rate.
    weight_decay : float
        Weight decay of its weights, never of biases and norms.
    rows : NDArray[int64] | None
        Indices of the rows it learns from; None for all. A row named twice counts twice.
    """

    seed: int = 0
    lr: float = 1e-3
    weight_decay: float = 0.0
    rows: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class StackedConfig:
    """Settings that all networks of a stack share.

    Parameters
    ----------
    epochs : float
        Passes through the rows; a part of one will do.
    batch_size : int
        B.
    optimiser : Literal["adamw", "sgd"]
        "adamw", or "sgd" with Nesterov's momentum.
    momentum : float
        Momentum of "sgd".
    warm_up : float
        Part of the steps in which the learning rate rises; it falls along a cosine afterwards.
    label_smoothing : float
        Part of the target that is spread over all classes.
    order_seed : int | None
        Let all networks see the same rows in the same batches, in this seed's order. Their first layers then
        are one large matrix product: two to three times as fast. No network can have rows of its own then.
    dtype : Literal["float32", "bfloat16"]
        "bfloat16" multiplies by the first layer in that type, for perceptrons alone: faster on processors
        with units for it, and not the same as alone in float32.
    device : str
        Device of the training.
    """

    epochs: float = 10
    batch_size: int = 128
    optimiser: Literal["adamw", "sgd"] = "adamw"
    momentum: float = 0.9
    warm_up: float = 0.1
    label_smoothing: float = 0.0
    order_seed: int | None = None
    dtype: Literal["float32", "bfloat16"] = "float32"
    device: str = "cpu"

    def __post_init__(self) -> None:
        if not self.epochs > 0 or self.batch_size < 1:
            raise ValueError(
                f"epochs and batch_size must be positive, not {self.epochs} and {self.batch_size}"
            )
        if not (0 <= self.momentum < 1 and 0 <= self.warm_up <= 1 and 0 <= self.label_smoothing < 1):
            raise ValueError("momentum, warm_up and label_smoothing are parts of one")
        if self.optimiser not in ("adamw", "sgd") or self.dtype not in ("float32", "bfloat16"):
            raise ValueError(f"no optimiser {self.optimiser!r}, or no dtype {self.dtype!r}")


def steps_of(member: Member, n: int, config: StackedConfig) -> int:
    """Count the steps of a network on its part of n rows."""
    size = n if member.rows is None else len(member.rows)
    return max(1, round(config.epochs * size / config.batch_size))


class Optimiser:
    """AdamW or SGD over stacked tensors, each network with its own learning rate and decay.

    The arithmetic is that of `torch.optim.AdamW` and of `torch.optim.SGD` with Nesterov's momentum.
    """

    def __init__(
        self,
        parameters: Sequence[Tensor],
        members: Sequence[Member],
        steps: Sequence[int],
        config: StackedConfig,
    ) -> None:
        self._config, self._members, self._steps = config, members, steps
        self._device = parameters[0].device
        n_states = 2 if config.optimiser == "adamw" else 1
        self._all = [[torch.zeros_like(p) for _ in range(n_states)] for p in parameters]
        self._decays = any(member.weight_decay for member in members)

    def narrow(self, parameters: Sequence[Tensor], steps: range) -> None:
        """Go on with the first networks alone, through these steps."""
        active = len(parameters[0])
        self._parameters = [p.detach() for p in parameters]
        self._states = [[state[:active] for state in states] for states in self._all]
        self._first = steps.start
        lr = [[self._lr(k, step) for k in range(active)] for step in steps]
        decay = [member.weight_decay for member in self._members[:active]]
        self._lrs = torch.tensor(lr, dtype=torch.float32, device=self._device)
        self._decay = torch.tensor(decay, dtype=torch.float32, device=self._device)

    def _lr(self, k: int, step: int) -> float:
        warm_up = round(self._config.warm_up * self._steps[k])
        return warm_up_cosine(step, self._steps[k], self._members[k].lr, warm_up)

    @torch.no_grad()
    def step(self, grads: Sequence[Tensor], i: int) -> None:
        """Move the weights by step i of the range given to `narrow`."""
        update = self._adamw if self._config.optimiser == "adamw" else self._sgd
        lr = self._lrs[i]
        for parameter, grad, states in zip(self._parameters, grads, self._states, strict=True):
            across = (-1,) + (1,) * (parameter.ndim - 1)
            decay = self._decay.view(across) if self._decays and parameter.ndim > 2 else None
            update(parameter, grad, states, lr.view(across), decay, self._first + i + 1)

    def _adamw(
        self, p: Tensor, grad: Tensor, states: list[Tensor], lr: Tensor, decay: Tensor | None, count: int
    ) -> None:
        mean, square = states
        if decay is not None:
            p.mul_(1 - lr * decay)
        mean.lerp_(grad, 1 - _BETAS[0])
        square.mul_(_BETAS[1]).addcmul_(grad, grad, value=1 - _BETAS[1])
        root = square.sqrt().mul_((1 - _BETAS[1] ** count) ** -0.5).add_(_EPS)
        p.addcmul_(torch.div(mean, root, out=root), lr, value=-1 / (1 - _BETAS[0] ** count))

    def _sgd(
        self, p: Tensor, grad: Tensor, states: list[Tensor], lr: Tensor, decay: Tensor | None, count: int
    ) -> None:
        del count
        momentum = self._config.momentum
        if decay is not None:
            grad = grad.addcmul_(p, decay)
        velocity = states[0].mul_(momentum).add_(grad)
        p.addcmul_(grad.add_(velocity, alpha=momentum), lr, value=-1)


class Stream:
    """Row indices of a member, one random order after another."""

    def __init__(self, member: Member, n: int, order_seed: int | None) -> None:
        self._rows = np.arange(n) if member.rows is None else np.asarray(member.rows, np.int64)
        seed = member.seed if order_seed is None else order_seed
        self._rng, self._left = np.random.default_rng([seed, 1]), self._rows[:0]

    def take(self, count: int) -> NDArray[np.int64]:
        """Take the next `count` rows."""
        parts, missing = [self._left[:count]], count - len(self._left[:count])
        self._left = self._left[count:]
        while missing > 0:
            order = self._rng.permutation(self._rows)
            parts.append(order[:missing])
            self._left = order[missing:]
            missing -= len(parts[-1])
        return np.concatenate(parts)
