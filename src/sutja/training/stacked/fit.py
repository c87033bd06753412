"""Many networks of one shape trained together: seeds, learning rates, decays and subsets in one run.

Each network draws its first weights and its order of rows from its own seed, keeps its own optimiser state,
and becomes what it would be alone, within the rounding of sums. Rows come as a stream: one random order of a
network's rows after another, cut into batches of one size, so that every row comes as often as every other
and no batch is short, however few rows there are. A network that has made its steps leaves the stack, so
that networks on small subsets cost little beside one on all rows.

Letters: n rows, K networks, B rows of a batch, C channels or classes, H, W.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from numpy.typing import NDArray
from torch import Tensor, nn

from sutja.errors import TrainingError
from sutja.training.classify.batches import to_float, to_tensor
from sutja.training.classify.checks import check_fit
from sutja.training.classify.fit import Images, Labels
from sutja.training.stacked.optimisers import Member, Optimiser, StackedConfig, Stream, steps_of
from sutja.training.stacked_networks import MlpStack, Stack, stack_of

_CHUNK = 32  # steps whose rows are drawn at once


@dataclass(frozen=True, slots=True)
class Stacked:
    """Result of `fit_stacked`.

    Parameters
    ----------
    nets : tuple[nn.Module, ...]
        The trained networks, in the order of the members, in eval mode on the CPU.
    losses : tuple[NDArray[float64], ...]
        For each the training loss, (epochs,) means over its epochs.
    seconds : float
        The training took.
    """

    nets: tuple[nn.Module, ...]
    losses: tuple[NDArray[np.float64], ...]
    seconds: float


def fit_stacked(
    make: Callable[[], nn.Module],
    X: Images,
    y: Labels,
    members: Sequence[Member],
    config: StackedConfig | None = None,
) -> Stacked:
    """Train K networks together.

    Parameters
    ----------
    make : Callable[[], nn.Module]
        Makes a network, its weights drawn from torch's generator; called once a member, under its seed.
    X : Images
        (n, C, H, W) float32, or uint8, of which the networks see 0 to 1.
    y : Labels
        (n,) class indices.
    members : Sequence[Member]
        Settings in which the networks differ.
    config : StackedConfig | None
        Settings that they share.

    Raises
    ------
    TrainingError
        The networks are not of one shape, draw at random while they learn, or one of them is taught nothing.
    """
    config = config or StackedConfig()
    if not members:
        raise TrainingError("there is no network to train", where="members", remedy="give one at least")
    data, labels = to_tensor(X), to_tensor(y).long()
    order = sorted(range(len(members)), key=lambda k: -steps_of(members[k], len(data), config))
    nets = [_made(make, members[k].seed) for k in order]
    shared = config.order_seed is not None
    check_fit(nets[0], data, labels, 1)
    _check_rows(members, len(data), shared)
    data, labels = data.to(config.device), labels.to(config.device)
    began = time.perf_counter()
    stack = stack_of([net.to(config.device) for net in nets], data[:1].float(), shared=shared)
    if config.dtype == "bfloat16":
        if not isinstance(stack, MlpStack):
            raise TrainingError("only perceptrons are stacked in bfloat16", remedy="take float32 for these")
        data = to_float(data).to(torch.bfloat16)
    per_step = _run(stack, data, labels, [members[k] for k in order], config)
    stack.store(nets)
    back = np.argsort(order)
    sizes = [len(data) if m.rows is None else len(m.rows) for m in members]
    means = (_by_epoch(per_step[i], size, config) for i, size in zip(back, sizes, strict=True))
    return Stacked(tuple(nets[i].cpu().eval() for i in back), tuple(means), time.perf_counter() - began)


def predict_log_proba_stacked(
    nets: Sequence[nn.Module], X: Images, batch_size: int = 1024
) -> Float32[NDArray[np.float32], "K n C"]:
    """Log-probabilities of every row by every network of one shape; all see the same rows."""
    data = to_tensor(X)
    copies = [copy.deepcopy(net).cpu().eval() for net in nets]
    stack = stack_of(copies, data[:1].float(), shared=True)
    with torch.no_grad():
        parts = [
            stack.forward(to_float(data[i : i + batch_size])).log_softmax(-1)
            for i in range(0, len(data), batch_size)
        ]
    return torch.cat(parts, 1).numpy()


def _run(
    stack: Stack, data: Tensor, labels: Tensor, members: Sequence[Member], config: StackedConfig
) -> list[NDArray[np.float64]]:
    """Make the steps of all members, those with the most first in line; the loss of each step."""
    shared = config.order_seed is not None
    steps = [steps_of(member, len(data), config) for member in members]
    streams = [Stream(member, len(data), config.order_seed) for member in members[: 1 if shared else None]]
    optimiser = Optimiser(stack.parameters, members, steps, config)
    losses: list[list[Tensor]] = [[] for _ in members]
    step = 0
    while step < steps[0]:
        active = sum(total > step for total in steps)
        ahead = min(_CHUNK, steps[active - 1] - step)
        stack.narrow(active)
        optimiser.narrow(stack.parameters, range(step, step + ahead))
        drawn = np.stack([stream.take(ahead * config.batch_size) for stream in streams[:active]])
        rows = torch.from_numpy(drawn).to(data.device).view(-1, ahead, config.batch_size)
        chunk = []
        for i in range(ahead):
            at = rows[:, i]
            x = to_float(data.index_select(0, at.reshape(-1)))
            target = labels[at].expand(active, -1)
            x = x if shared else x.view(active, config.batch_size, *data.shape[1:])
            loss, grads = stack.gradients(x, target, config.label_smoothing)
            optimiser.step(grads, i)
            chunk.append(loss)
        for k, part in enumerate(torch.stack(chunk, 1)):
            losses[k].append(part)
        step += ahead
    return [torch.cat(parts).cpu().numpy().astype(np.float64) for parts in losses]


def _made(make: Callable[[], nn.Module], seed: int) -> nn.Module:
    """Make a network under its seed, without touching the caller's generator."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make().train()


def _by_epoch(losses: NDArray[np.float64], size: int, config: StackedConfig) -> NDArray[np.float64]:
    """Mean loss of each epoch; a step belongs to the epoch in which it begins."""
    which = np.arange(len(losses)) * config.batch_size // size
    _, which = np.unique(which, return_inverse=True)  # a batch may be longer than an epoch
    return np.bincount(which, weights=losses) / np.bincount(which)


def _check_rows(members: Sequence[Member], n: int, shared: bool) -> None:
    for k, member in enumerate(members):
        if member.rows is None:
            continue
        rows = np.asarray(member.rows)
        if shared:
            raise TrainingError(
                "with an order_seed all networks see the same rows",
                where=f"network {k}",
                remedy="leave out its rows, or the order_seed",
            )
        if (
            rows.ndim != 1
            or not rows.size
            or rows.dtype.kind not in "iu"
            or rows.min() < 0
            or rows.max() >= n
        ):
            raise TrainingError(
                f"its rows are no indices from 0 to {n - 1}, or none",
                where=f"network {k}",
                remedy="give a one-dimensional array of whole numbers",
            )
