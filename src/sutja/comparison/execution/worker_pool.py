"""Fits in processes of their own, with a hard limit of time: whoever is at work when it ends is killed.

Each process leads a session of its own, so that what a learner begins within it ends with it, and Ctrl-C in a
terminal reaches the owner alone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import replace
from typing import IO, Any

from sutja.comparison.execution import gpu_locks
from sutja.comparison.execution.table import DONE, FAILED, SLOW
from sutja.comparison.execution.tasks import Outcome, Task
from sutja.comparison.execution.worker import LENGTH, READY, send

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_GRACE = 20.0  # seconds for a process to end by itself, which on a busy machine takes long
_PATIENCE = 180.0  # seconds for a process to begin: importing takes long on a busy machine
_IDLE = 60.0  # seconds after which a process on another machine is no longer kept for the next fit
AT_LIMIT = "stopped at the limit"
_FROM_OUTSIDE = (-9, -15)  # how a process ends that somebody killed


class _EndedError(Exception):
    """The process is gone.

    Parameters
    ----------
    code : int
        Its status; below 0 the signal that ended it.
    early : bool
        Whether it had not begun yet.
    """

    def __init__(self, code: int, early: bool) -> None:
        self.code, self.early = code, early

    def __str__(self) -> str:
        if self.code == -9:
            return "killed, likely since the memory was too small"
        word = f"signal {-self.code}" if self.code < 0 else f"status {self.code}"
        return f"{word}, before it could begin" if self.early else word


class Worker:
    """A process that fits; it is begun when it is needed, and again after it was killed.

    Parameters
    ----------
    card : str
        The one graphics card that it sees; "" for all or none.
    """

    def __init__(self, card: str = "") -> None:
        self._card = card
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def do(self, task: Task) -> Outcome:
        """Do a task, within its limit."""
        begun = time.monotonic()
        deadline = begun + task.within
        try:
            message = _packed(task)
        except Exception as error:  # an estimator of one's own may hold anything
            return Outcome(FAILED, note=f"cannot be sent to a process ({error})")
        try:
            return self._ask(message, task.limit, deadline)
        except _EndedError as ended:
            if ended.code not in _FROM_OUTSIDE or self._closed or time.monotonic() >= deadline:
                return _lost(ended, begun)
        try:  # whoever killed it may not have meant this fit
            return self._ask(message, task.limit, deadline)
        except _EndedError as ended:
            return _lost(ended, begun)

    def _ask(self, message: bytes, limit: float, deadline: float) -> Outcome:
        """What the process answers to a task."""
        begun = time.monotonic()
        answer: bytes | None = None
        early = True
        try:
            process = self._running(deadline)
            early, begun = False, time.monotonic()  # to begin the process is not the learner's time
            if process is not None:
                assert process.stdin is not None
                assert process.stdout is not None
                send(process.stdin, message)
                answer = _read(process.stdout, min(begun + limit, deadline))
        except (OSError, EOFError) as error:
            code = self._ended()
            if code is None:
                return Outcome(FAILED, note=f"no process can be begun ({error})")
            raise _EndedError(code, early) from error
        seconds = time.monotonic() - begun
        if answer is None:
            self._end()
            return Outcome(SLOW, note=stopped_note(limit, seconds), seconds=seconds)
        try:
            found: dict[str, Any] = pickle.loads(answer)  # noqa: S301  # from the process begun here
        except Exception as error:
            return Outcome(FAILED, note=f"its answer cannot be read ({error})", seconds=seconds)
        if "failed" in found:
            if "memory" in found["failed"]:
                self._end()  # what is left of that memory is in pieces
            return Outcome(FAILED, note=found["failed"], seconds=seconds)
        return Outcome(DONE, found["fits"], found["errors"], found["memory_mb"], seconds)

    def close(self) -> None:
        """Kill the process, and begin no other."""
        self._closed = True
        self._end()

    def kill(self) -> None:
        """Kill the process that another thread waits for, and begin no other."""
        self._closed = True
        process = self._process
        if process is not None:
            _kill_family(process)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _kill_family(process)
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError, AttributeError):
                    stream.close()  # type: ignore[union-attr]
            process.wait()

    def _running(self, deadline: float) -> subprocess.Popen[bytes] | None:
        """The process, ready for a task; None where it is not in time."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            if self._closed:
                raise EOFError("stopped")
            places = os.pathsep.join(place or os.getcwd() for place in sys.path)  # noqa: PTH109
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "sutja.comparison.execution.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={
                    **os.environ,
                    "PYTHONPATH": places,
                    **dict.fromkeys(_THREADS, "1"),
                    **gpu_locks.environment(self._card),
                },
            )
            assert self._process.stdout is not None
            if _read(self._process.stdout, min(time.monotonic() + _PATIENCE, deadline)) != READY:
                return None
        return self._process

    def _ended(self) -> int | None:
        """The status of the process that is gone; None where there was none."""
        process = self._process
        if process is None:
            return None
        try:
            code = process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            code = 0
        self._end()
        return code


def stopped_note(limit: float, seconds: float) -> str:
    """Why a fit was stopped: at its limit, or since the time was used up."""
    return f"{AT_LIMIT} of {limit:,.4g} s" if seconds >= limit else "stopped, the time was used up"


def _lost(ended: _EndedError, begun: float) -> Outcome:
    return Outcome(FAILED, note=f"its process ended ({ended})", seconds=time.monotonic() - begun)


def _kill_family(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it began."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()  # in the moment before it leads its session


def _packed(task: Task) -> bytes:
    """A task as bytes; an estimator of one's own may be of a class that only the person's script has."""
    with contextlib.suppress(pickle.PicklingError, AttributeError, TypeError):
        plain = pickle.dumps(task)
        if b"__main__" not in plain:  # which is another module in another process
            return plain
    try:
        import cloudpickle
    except ModuleNotFoundError:  # joblib before 1.6 brings its own
        from joblib.externals import cloudpickle

    packed: bytes = cloudpickle.dumps(task)
    return packed


def _read(stream: IO[bytes], deadline: float) -> bytes | None:
    """A message, or None where it has not come in time."""
    data, wanted, handle = b"", LENGTH.size, stream.fileno()
    parts: list[bytes] = []
    body = False
    while True:
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(handle, min(1 << 20, wanted - len(data) if not body else wanted))
        if not part:
            raise EOFError
        if not body:
            data += part
            if len(data) == LENGTH.size:
                wanted, body = LENGTH.unpack(data)[0], True
        else:
            parts.append(part)
            wanted -= len(part)
            if wanted == 0:
                return b"".join(parts)


class Workers:
    """Processes for threads that fit: each thread has its own, as long as it holds it."""

    def __init__(self) -> None:
        self._free: dict[str, list[Worker]] = defaultdict(list)  # by the card that they see
        self._busy: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._last = 0.0  # when one became free, by `time.monotonic`

    def do(self, task: Task) -> Outcome:
        """Do a task in a process that is free, on a card that is free where it needs one."""
        names = gpu_locks.wanted(task.device)
        if not names:
            if task.device.startswith("cuda"):
                return Outcome(FAILED, note=f"there is no device {task.device}")
            return self._do(task, "")
        deadline = time.monotonic() + task.within
        with gpu_locks.lent(names, deadline) as card:
            if card is None:
                return Outcome(SLOW, note=stopped_note(task.limit, 0.0))
            within = deadline - time.monotonic()
            return self._do(replace(task, device="cuda", within=within), card)

    def _do(self, task: Task, card: str) -> Outcome:
        with self._lock:
            if self._closed:
                return Outcome(FAILED, note="stopped")
            worker = self._free[card].pop() if self._free[card] else Worker(card)
            self._busy.add(worker)
        try:
            return worker.do(task)
        finally:
            with self._lock:
                self._busy.discard(worker)
                self._free[card].append(worker)
                self._last = time.monotonic()
                closed = self._closed
            if closed:
                worker.close()

    def close(self) -> None:
        """Kill them all; whoever waits for one is told that it ended."""
        with self._lock:
            self._closed = True
            free, busy = [worker for some in self._free.values() for worker in some], list(self._busy)
            self._free.clear()
        for worker in busy:
            worker.kill()
        for worker in free:
            worker.close()

    def rest(self) -> None:
        """End those that have had nothing to do for a while."""
        with self._lock:
            if self._busy or time.monotonic() - self._last < _IDLE:
                return
            free = [worker for some in self._free.values() for worker in some]
            self._free.clear()
        for worker in free:
            worker.close()


_here = Workers()


def do(task: Task) -> Outcome:
    """Do a task in a process that this one owns: what a cluster calls on each of its machines."""
    try:
        return _here.do(task)
    finally:
        timer = threading.Timer(_IDLE + 1, _here.rest)
        timer.daemon = True
        timer.start()
