"""A process that does one fit after another for its owner, and can be killed at any moment.

It reads tasks from the standard input and writes what came of them to what was the standard output: eight
bytes of length, then a pickle. It ends when its owner does. Only its owner writes to it, so nothing is
unpickled that came from outside.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import struct
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

LENGTH = struct.Struct(">Q")
READY = b"ready"
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_LOOK_EVERY = 0.5  # seconds, whether the owner is still there


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
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what a fit prints must not come between the messages
    import torch

    import sutja.comparison.tasks  # noqa: F401  # all that a fit imports: not the first one's time

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

    from sutja.comparison.tasks import perform

    try:
        task = pickle.loads(message)  # noqa: S301  # from the owner of this process
        gc.collect()
        before = _begin_memory()
        with threadpool_limits(1):
            fits, errors = perform(task)
        return {"fits": fits, "errors": errors, "memory_mb": max(0.0, _peak() - before)}
    except MemoryError:
        return {"failed": "the memory was too small"}
    except Exception as error:  # of any kind: the fit failed, and the next may not
        first = (str(error).strip().splitlines() or [""])[0]
        return {"failed": f"{type(error).__name__}: {first[:300]}"}


def _end_with(owner: int) -> None:
    """End this process when its owner is gone."""
    while os.getppid() == owner:
        time.sleep(_LOOK_EVERY)
    os._exit(1)


def _begin_memory() -> float:
    """Megabytes that the process has now, from where its peak is counted anew."""
    try:
        ctypes.CDLL(None).malloc_trim(0)  # memory that was freed before would hide what is taken now
        _CLEAR.write_text("5", encoding="ascii")
    except (OSError, AttributeError):  # not Linux: the peak of all fits so far is what there is
        return _peak()
    return _field("VmRSS")


def _peak() -> float:
    """The most megabytes that the process had."""
    found = _field("VmHWM")
    if found:
        return found
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 2**10


def _field(name: str) -> float:
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


if __name__ == "__main__":
    main()
