"""A process that runs one fit after another for its owner, and can be killed at any moment.

It reads tasks from the standard input and writes their outcomes to what was the standard output: eight bytes
of length, then a pickle. It ends when its owner does, with every process that a learner started in it. Only
its owner writes to it, so nothing is unpickled that came from outside.

A fit may take most of the free memory: beyond that it gets a MemoryError, before the machine runs out. If
memory runs out all the same, the system kills this process first, not its owner.
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
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sutja.memory import is_out_of_memory, measure_free_memory, read_status_bytes

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

LENGTH = struct.Struct(">Q")
READY = b"ready"
OUT_OF_MEMORY_NOTE = "the memory was too small"
_CLEAR_REFS, _OOM_SCORE = Path("/proc/self/clear_refs"), Path("/proc/self/oom_score_adj")
_MEMORY_SHARE = 0.8  # of the free memory, the most that one fit may take
_POLL_SECONDS = 0.5  # between checks for the owner
_initial_limit: dict[str, int] = {}  # RLIMIT_DATA when the process started, in bytes


def send(stream: IO[bytes], message: bytes) -> None:
    """Send a message."""
    stream.write(LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Receive a message.

    Raises
    ------
    EOFError
        The other side has closed the stream.
    """
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    message = stream.read(LENGTH.unpack(head)[0])
    if len(message) < LENGTH.unpack(head)[0]:
        raise EOFError
    return message


def main() -> None:
    """Import what fits need, then serve until the owner has ended."""
    import_for_fits()
    serve()


def import_for_fits() -> None:
    """Import what fits need, so that it is not done on the time of the first one."""
    import torch
    import torch._dynamo  # which the first optimiser would import

    import sutja.comparison.execution.tasks  # noqa: F401

    torch.set_num_threads(1)
    _find_thread_pools()
    gc.collect()
    gc.freeze()  # a collection before each fit then looks at what fits made, in a millisecond and not in 200


def serve() -> None:
    """Run the tasks of the standard input until the owner has ended."""
    threading.Thread(target=_end_with_owner, args=(os.getppid(),), daemon=True).start()
    with contextlib.suppress(OSError):  # not Linux
        _OOM_SCORE.write_text("1000", encoding="ascii")
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # what a fit prints must not come between the messages
    send(target, READY)
    while True:
        try:
            message = receive(source)
        except EOFError:
            return
        send(target, pickle.dumps(_run(message)))


def _run(message: bytes) -> Any:
    """Run a pickled task; return its outcome, without the time that it took."""
    from sutja.comparison.execution.table import Status
    from sutja.comparison.execution.tasks import Outcome, Reason, load_task_data, run_fits

    start = time.process_time()
    try:
        task = pickle.loads(message)  # noqa: S301  # from the owner of this process
        _limit_memory(task.device)
        data = load_task_data(task)
        gc.collect()
        before = _reset_peak()
        with _find_thread_pools().limit(limits=1):
            fits, errors = run_fits(task, data)
        memory = max(0.0, _measure_peak() - before)
        cpu_seconds = time.process_time() - start if task.device == "cpu" else 0.0
        return Outcome(Status.DONE, fits, errors, memory, cpu_seconds=cpu_seconds)
    except (Exception, SystemExit) as error:  # of any kind: this fit failed, and the next may not
        if is_out_of_memory(error):
            return Outcome.failed(OUT_OF_MEMORY_NOTE, reason=Reason.OUT_OF_MEMORY)
        first_line = (str(error).strip().splitlines() or [""])[0]
        return Outcome.failed(f"{type(error).__name__}: {first_line[:300]}")


@cache
def _find_thread_pools() -> ThreadpoolController:
    """Find the pools of threads of the loaded libraries once: the search takes longer than a small fit."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _limit_memory(device: str) -> None:
    """Let this process take most of the free memory; not on a GPU, whose driver maps more than it takes."""
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        initial = _initial_limit.setdefault("soft", soft)
        resource.setrlimit(resource.RLIMIT_DATA, (initial, hard))  # or the limit before would count as full
        if device == "cpu":
            most = int(read_status_bytes("VmData") + _MEMORY_SHARE * measure_free_memory())
            most = most if initial == resource.RLIM_INFINITY else min(most, initial)
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    except (ImportError, OSError, ValueError, OverflowError):
        return  # not a POSIX system, or one without such a limit


def _end_with_owner(owner: int) -> None:
    """End this process when its owner has ended."""
    while os.getppid() == owner:
        time.sleep(_POLL_SECONDS)
    with contextlib.suppress(OSError):
        if os.getpgid(0) == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _reset_peak() -> float:
    """Reset the peak memory of this process; return what it has now, in MB."""
    try:
        ctypes.CDLL(None).malloc_trim(0)  # freed memory that is still mapped would hide what is taken next
        _CLEAR_REFS.write_text("5", encoding="ascii")
    except (OSError, AttributeError):  # not Linux: there is only the peak of all fits so far
        return _measure_peak()
    return read_status_bytes("VmRSS") / 2**20


def _measure_peak() -> float:
    """Return the peak memory of this process, in MB."""
    peak = read_status_bytes("VmHWM") / 2**20
    if peak:
        return peak
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 2**10


if __name__ == "__main__":
    main()
