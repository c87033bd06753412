"""Graphics cards: each has one fit at a time, whichever process on the machine begins it."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_LOOK_EVERY = 0.05  # seconds, whether a card has become free
_VISIBLE = "CUDA_VISIBLE_DEVICES"


def cards() -> tuple[str, ...]:
    """What CUDA calls the cards that this process may use."""
    named = os.environ.get(_VISIBLE)
    if named is not None:
        return tuple(name.strip() for name in named.split(",") if name.strip())
    import torch

    return tuple(str(i) for i in range(torch.cuda.device_count()))


def wanted(device: str) -> tuple[str, ...]:
    """The cards that a fit on this device may have: "cuda" any, "cuda:1" the second; () for a processor."""
    kind, _, index = device.partition(":")
    if kind != "cuda":
        return ()
    there = cards()
    return there[int(index) : int(index) + 1] if index else there


@contextlib.contextmanager
def lent(names: tuple[str, ...], deadline: float) -> Iterator[str | None]:
    """One of these cards, for as long as it is held; None where none became free in time.

    The lock is a file's, so that it holds between processes, and ends with whoever held it.
    """
    held: tuple[int, str] | None = None
    try:
        while held is None:
            held = next(filter(None, map(_locked, names)), None)
            if held is None:
                if not names or time.monotonic() >= deadline:
                    break
                time.sleep(_LOOK_EVERY)
        yield held[1] if held else None
    finally:
        if held:
            os.close(held[0])


def environment(card: str) -> dict[str, str]:
    """For a process that is to see this card alone; nothing for one that fits on the processor."""
    return {_VISIBLE: card} if card else {}


def _locked(name: str) -> tuple[int, str] | None:
    """The handle of a card's lock and its name, unless another holds it."""
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
