"""SIGTERM and SIGHUP end a verb as Ctrl-C does: what it has opened is closed and cleaned up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")


class Terminated(KeyboardInterrupt):
    """A signal asked the program to end.

    Attributes
    ----------
    status : int
        Exit status, 128 and the number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.status = 128 + number


@contextmanager
def handle_termination() -> Iterator[None]:
    """Raise `Terminated` on SIGTERM and SIGHUP in this context.

    Handlers that somebody else installed stay, and so does `nohup`, which ignores SIGHUP.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _raise)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Terminated(number)
