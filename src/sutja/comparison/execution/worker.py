"""A process that does one fit after another for its owner, and can be killed at any moment.

It reads tasks from the standard input and writes what came of them to what was the standard output: eight
bytes of length, then a pickle. It ends when its owner does, with all that a learner began in it. Only its
owner writes to it, so nothing is unpickled that came from outside.

A fit may take most of the memory that is free: it is told so (MemoryError) before the machine has none
left, and if it comes to that, the system ends this process and not its owner.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import pickle
import signal
import struct
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from sutja.memory import free_memory, status_bytes

LENGTH = struct.Struct(">Q")
READY = b"ready"
TOO_LITTLE = "the memory was too small"
_CLEAR, _FIRST_TO_GO = Path("/proc/self/clear_refs"), Path("/proc/self/oom_score_adj")
_MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory")  # torch's
_SHARE = 0.8  # of the memory that is free, the most that one fit may take
_LOOK_EVERY = 0.5  # seconds, whether the owner is still there
_begun_with: dict[str, int] = {}  # the limit of memory, in bytes


def send(stream: IO[bytes], message: bytes) -> None:
    """Write a message."""
    stream.write(LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read a message.

    Raises
    ------
    EOFError
        The other side is gone.
    """
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    message = stream.read(LENGTH.unpack(head)[0])
    if len(message) < LENGTH.unpack(head)[0]:
        raise EOFError
    return message


def main() -> None:
    """Serve until the owner is gone."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with contextlib.suppress(OSError):  # not Linux
        _FIRST_TO_GO.write_text("1000", encoding="ascii")
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what a fit prints must not come between the messages
    import torch

    import sutja.comparison.execution.tasks
    import sutja.comparison.learners.classical  # noqa: F401  # all that a fit imports: not the first one's time

    torch.set_num_threads(1)
    send(target, READY)
    while True:
        try:
            message = receive(source)
        except EOFError:
            return
        send(target, pickle.dumps(_done(message)))


def _done(message: bytes) -> dict[str, Any]:
    """What came of a task, or the words of its error."""
    from threadpoolctl import threadpool_limits

    from sutja.comparison.execution.tasks import fits_of, lesson_of

    try:
        task = pickle.loads(message)  # noqa: S301  # from the owner of this process
        _bound_memory(task.device)
        lesson = lesson_of(task)
        gc.collect()
        before = _begin_memory()
        with threadpool_limits(1):
            fits, errors = fits_of(task, lesson)
        return {"fits": fits, "errors": errors, "memory_mb": max(0.0, _peak() - before)}
    except MemoryError:
        return {"failed": TOO_LITTLE}
    except (Exception, SystemExit) as error:  # of any kind: the fit failed, and the next may not
        first = (str(error).strip().splitlines() or [""])[0]
        if isinstance(error, RuntimeError) and any(word in first for word in _MEMORY_WORDS):
            return {"failed": TOO_LITTLE}
        return {"failed": f"{type(error).__name__}: {first[:300]}"}


def _bound_memory(device: str) -> None:
    """Let this process take most of what is free now; a card's driver maps more than it takes."""
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        begun_with = _begun_with.setdefault("soft", soft)
        resource.setrlimit(resource.RLIMIT_DATA, (begun_with, hard))  # or the last bound would bound this one
        if device == "cpu":
            most = int(status_bytes("VmData") + _SHARE * free_memory())
            most = most if begun_with == resource.RLIM_INFINITY else min(most, begun_with)
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    except (ImportError, OSError, ValueError, OverflowError):
        return  # not a POSIX system, or one without such a limit


def _end_with(owner: int) -> None:
    """End this process when its owner is gone."""
    while os.getppid() == owner:
        time.sleep(_LOOK_EVERY)
    with contextlib.suppress(OSError):
        if os.getpgid(0) == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _begin_memory() -> float:
    """Megabytes that the process has now, from where its peak is counted anew."""
    try:
        ctypes.CDLL(None).malloc_trim(0)  # memory that was freed before would hide what is taken now
        _CLEAR.write_text("5", encoding="ascii")
    except (OSError, AttributeError):  # not Linux: the peak of all fits so far is what there is
        return _peak()
    return status_bytes("VmRSS") / 2**20


def _peak() -> float:
    """The most megabytes that the process had."""
    found = status_bytes("VmHWM") / 2**20
    if found:
        return found
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 2**10


if __name__ == "__main__":
    main()
