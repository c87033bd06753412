"""Fits in processes of their own, with a hard limit of time: whoever is at work when it ends is killed."""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from typing import IO, Any

from sutja.comparison.table import DONE, FAILED, SLOW
from sutja.comparison.tasks import Outcome, Task
from sutja.comparison.worker import LENGTH, READY, send

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_GRACE = 5.0  # seconds for a process to end by itself
_PATIENCE = 180.0  # seconds for a process to begin: importing takes long on a busy machine


class Worker:
    """A process that fits; it is begun when it is needed, and again after it was killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def do(self, task: Task) -> Outcome:
        """Do a task, within its limit."""
        begun = time.monotonic()
        deadline = begun + task.within
        try:
            message = _packed(task)
        except Exception as error:  # an estimator of one's own may hold anything
            return Outcome(FAILED, note=f"cannot be sent to a process ({error})")
        answer: bytes | None = None
        try:
            process = self._running(deadline)
            if process is not None:
                assert process.stdin is not None
                assert process.stdout is not None
                begun = time.monotonic()  # to begin the process is not the learner's time
                send(process.stdin, message)
                answer = _read(process.stdout, min(begun + task.limit, deadline))
        except (OSError, EOFError):
            return Outcome(
                FAILED, note=f"its process ended ({self._ended()})", seconds=time.monotonic() - begun
            )
        seconds = time.monotonic() - begun
        if answer is None:
            self.close()
            return Outcome(SLOW, note=f"stopped after {seconds:,.3g} s", seconds=seconds)
        found: dict[str, Any] = pickle.loads(answer)  # noqa: S301  # from the process begun here
        if "failed" in found:
            return Outcome(FAILED, note=found["failed"], seconds=seconds)
        return Outcome(DONE, found["fits"], found["errors"], found["memory_mb"], seconds)

    def close(self) -> None:
        """Kill the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError, AttributeError):
                    stream.close()  # type: ignore[union-attr]
            process.wait()

    def _running(self, deadline: float) -> subprocess.Popen[bytes] | None:
        """The process, ready for a task; None where it is not in time."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            places = os.pathsep.join(place for place in sys.path if place)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sutja.comparison.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": places, **dict.fromkeys(_THREADS, "1")},
            )
            assert self._process.stdout is not None
            if _read(self._process.stdout, min(time.monotonic() + _PATIENCE, deadline)) != READY:
                return None
        return self._process

    def _ended(self) -> str:
        """How the process ended, in words."""
        process = self._process
        if process is None:  # its owner closed it
            return "stopped"
        try:
            code = process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        if code == -9:
            return "killed, likely since the memory was too small"
        return f"signal {-code}" if code < 0 else f"status {code}"


def _packed(task: Task) -> bytes:
    """A task as bytes; an estimator of one's own may hold what plain pickle does not take."""
    try:
        return pickle.dumps(task)
    except (pickle.PicklingError, AttributeError, TypeError):
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
        self._free: list[Worker] = []
        self._all: list[Worker] = []
        self._lock = threading.Lock()

    def do(self, task: Task) -> Outcome:
        """Do a task in a process that is free."""
        with self._lock:
            if not self._free:
                self._all.append(Worker())
                self._free.append(self._all[-1])
            worker = self._free.pop()
        try:
            return worker.do(task)
        finally:
            with self._lock:
                self._free.append(worker)

    def close(self) -> None:
        """Kill them all."""
        for worker in self._all:
            worker.close()


_here = Workers()


def do(task: Task) -> Outcome:
    """Do a task in a process that this one owns: what an engine calls, here or on another machine."""
    return _here.do(task)


def close() -> None:
    """Kill the processes that this one owns."""
    global _here
    _here.close()
    _here = Workers()
