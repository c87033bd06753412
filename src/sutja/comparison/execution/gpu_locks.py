"""Lock GPUs: each runs one fit at a time, whichever process on the machine starts it."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_POLL_SECONDS = 0.05
_VISIBLE = "CUDA_VISIBLE_DEVICES"


def list_visible_gpus() -> tuple[str, ...]:
    """Return CUDA's names of the GPUs that this process may use."""
    named = os.environ.get(_VISIBLE)
    if named is not None:
        return tuple(name.strip() for name in named.split(",") if name.strip())
    import torch

    return tuple(str(i) for i in range(torch.cuda.device_count()))


def list_gpus(device: str) -> tuple[str, ...]:
    """Return the GPUs that a fit on this device may use: "cuda" any, "cuda:1" the second, "cpu" none."""
    kind, _, index = device.partition(":")
    if kind != "cuda":
        return ()
    visible = list_visible_gpus()
    return visible[int(index) : int(index) + 1] if index else visible


@contextlib.contextmanager
def lock_gpu(names: tuple[str, ...], deadline: float) -> Iterator[str | None]:
    """Lock one of these GPUs.

    The lock is a file's: it holds between processes, and ends with the process that took it.

    Parameters
    ----------
    names : tuple[str, ...]
        As `list_gpus` returns them.
    deadline : float
        By `time.monotonic`.

    Yields
    ------
    str | None
        The GPU; None if none became free before the deadline.
    """
    lock: tuple[int, str] | None = None
    try:
        while lock is None:
            lock = next(filter(None, map(_try_lock, names)), None)
            if lock is None:
                if not names or time.monotonic() >= deadline:
                    break
                time.sleep(_POLL_SECONDS)
        yield lock[1] if lock else None
    finally:
        if lock:
            os.close(lock[0])


def make_environment(gpu: str) -> dict[str, str]:
    """Return the variables for a process that is to see this GPU alone; none for one on the CPU."""
    return {_VISIBLE: gpu} if gpu else {}


def _try_lock(name: str) -> tuple[int, str] | None:
    """Return the handle of a GPU's lock and its name, unless another process has it."""
    import fcntl

    user = os.getuid()
    path = Path(tempfile.gettempdir()) / f"sutja-{user}-card-{name.replace('/', '_')}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle, name
