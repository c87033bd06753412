"""A folder while a comparison is at work in it: nobody else's, and left in order however that ends."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from sutja.errors import ComparisonError

_ENDS = ("SIGTERM", "SIGHUP")  # what asks a process to end, beside Ctrl-C


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder, so that a second comparison does not write into the same table.

    Raises
    ------
    ComparisonError
        Another one is at work in it.
    """
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ComparisonError(
                "another comparison is at work in this folder",
                where=str(folder),
                remedy="wait until it ends, or name another folder",
            ) from error
        except OSError:
            pass  # a disk without locks
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """While this is held, being asked to end (SIGTERM, SIGHUP) closes what is open, as any error does.

    Left alone where somebody else handles these signals, or in a thread, which cannot.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in _ENDS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
