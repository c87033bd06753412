"""Give one comparison exclusive use of its folder, and let termination signals end it cleanly."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from sutja.errors import ComparisonError

_TERMINATION_SIGNALS = ("SIGTERM", "SIGHUP")  # beside Ctrl-C


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Lock the folder, so that no second comparison writes into the same table.

    Raises
    ------
    ComparisonError
        Another comparison is running in it.
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
                "another comparison is running in this folder",
                where=str(folder),
                remedy="wait until it ends, or name another folder",
            ) from error
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def exit_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit, so that files and processes are closed as after any error.

    Handlers that somebody else installed stay, and so do all outside the main thread, which cannot set them.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in _TERMINATION_SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _exit)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
