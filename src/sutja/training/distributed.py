"""Several processes that train one network together, each on its part of every batch (data-parallel).

`torchrun --nproc-per-node 2 -m sutja train …` starts them and tells each, through the environment, who it
is. The gradients are averaged after each backward pass, in one message a row of parameters (gloo between
processors, NCCL between GPUs), so that every process takes the same step. Where nobody started several, all
this does nothing.

Norms over the batch are taken over all parts (`sutja.training.shared_norms`), so that a network becomes what
one process would make of it, within rounding. The first process alone writes; where a run goes on, it reads
the checkpoint for all, so that the others need not see its disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

T = TypeVar("T")
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
    # After a restart the store still has the addresses of the processes before, which gloo would call.
    store, this_rank, size = next(rendezvous("env://", timeout=_PATIENCE))
    store = PrefixStore(f"start-{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
    dist.init_process_group(backend, store=store, rank=this_rank, world_size=size, timeout=_PATIENCE)
    try:
        yield rank()
    finally:
        dist.destroy_process_group()


def share(make: Callable[[], T]) -> T:
    """Call a function in the first process alone, and give every process its value, or its error."""
    if not dist.is_initialized():
        return make()
    told: list[tuple[T | None, Exception | None]] = [(None, None)]
    if not rank():
        try:
            told = [(make(), None)]
        except Exception as error:  # the others would wait for it
            told = [(None, error)]
    dist.broadcast_object_list(told, 0)
    value, reason = told[0]
    if reason is not None:
        raise reason
    return value  # type: ignore[return-value]


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
