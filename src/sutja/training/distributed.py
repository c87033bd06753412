"""Several processes that train one network together, each on its part of every batch (data-parallel).

`torchrun --nproc-per-node 2 -m sutja train …` starts them and tells each, through the environment, who it
is. The gradients are averaged after each backward pass, in one message a row of parameters (gloo between
processors, NCCL between GPUs), so that every process takes the same step. Where nobody started several, all
this does nothing.

Norms over the batch (BatchNorm) are taken over each process's part, as is usual: a network without them gives
what one process would give, within rounding; one with them, what half the batch would give to its norms.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

_PATIENCE = timedelta(minutes=10)  # how long to wait for a process that fell behind


def rank() -> int:
    """Rank of this process, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """Number of processes that train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextmanager
def processes() -> Iterator[int]:
    """Join the others that torchrun started, for the time of the context; the rank of this process."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2 or dist.is_initialized():
        yield rank()
        return
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    dist.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield rank()
    finally:
        dist.destroy_process_group()


@torch.no_grad()
def average_(tensors: Sequence[Tensor]) -> None:
    """Replace each tensor by its mean over the processes, in place."""
    if not dist.is_initialized():
        return
    for tensor in tensors:
        dist.all_reduce(tensor)
        tensor /= dist.get_world_size()


@torch.no_grad()
def broadcast_(tensors: Sequence[Tensor]) -> None:
    """Give every process what the first one holds, in place."""
    if dist.is_initialized():
        for tensor in tensors:
            dist.broadcast(tensor, 0)
