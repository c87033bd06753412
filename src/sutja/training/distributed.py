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

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from sutja.errors import TrainingError

T = TypeVar("T")
_LOOK = 0.05  # seconds between two looks at what the others say
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
    store, this_rank, size = next(rendezvous("env://", timeout=_PATIENCE))
    # After a restart the store still has the addresses of the processes before, which gloo would call.
    store = PrefixStore(_agree(store, this_rank, size), store)
    dist.init_process_group(backend, store=store, rank=this_rank, world_size=size, timeout=_PATIENCE)
    try:
        yield rank()
    finally:
        dist.destroy_process_group()


def _agree(store: Store, this_rank: int, size: int) -> str:
    """Agree on a name that only the processes alive now know; each machine counts restarts by itself.

    The first one collects the marks of all, until each has seen its own among them.
    """
    mark, until = uuid4().hex, time.monotonic() + _PATIENCE.total_seconds()
    store.set(f"mark-{this_rank}", mark)
    while time.monotonic() < until:
        if not this_rank:
            marks = [store.get(f"mark-{one}").decode() for one in range(size)]
            store.set("marks", ",".join(marks))
        else:
            marks = store.get("marks").decode().split(",")
        name = hashlib.sha256(",".join(marks).encode()).hexdigest()
        if this_rank and marks[this_rank : this_rank + 1] == [mark]:
            store.set(f"{name}-{this_rank}", "seen")
            return name
        if not this_rank and all(store.check([f"{name}-{one}"]) for one in range(1, size)):
            return name
        time.sleep(_LOOK)
    raise TrainingError(
        "the other processes do not answer", where="processes", remedy="look whether all machines are up"
    )


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
