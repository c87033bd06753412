"""The parent's side: a pool of warm child processes, each with one task at a time, watched as it works.

On Windows there are no such children: tasks run in the process itself, without limits.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, Pipe
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import SutjaError
from sutja.sandbox.shared_pixels import MOST_PIXELS, ParentPixels

MB = 1_000_000
_POLL = 0.01  # seconds between looks at the child's memory
_IDLE = 4  # children kept warm
_MOST_TASKS = 1_000  # of one child, since decoders leak on damaged files
_MOST_ANSWER = 64 * MB  # bytes of JSON
_STARTING = 30.0  # seconds to start the interpreter and load what a task needs
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_USER_TIME = 11  # place of utime, before stime, behind the name in /proc/PID/stat
_CAN_LIMIT = os.name == "posix"

Item = tuple[dict[str, Any], NDArray[np.uint8] | None]


class LimitExceededError(SutjaError):
    """A child went over its time or memory, or died.

    Attributes
    ----------
    seconds : float
        Time that the item took until then.
    """

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(what)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one task.

    Attributes
    ----------
    seconds : float
        Time on the processor that an item may take.
    wall : float
        Time on the clock that an item may take, more than that since other programs want the processor too.
    memory : int
        Bytes that the task may fill, over what the child had before it began.
    output : int
        Largest number of bytes of an item's pixels.
    """

    seconds: float = 5.0
    wall: float = 30.0
    memory: int = 400 * MB
    output: int = 300 * MB


class _Child:
    """One child process."""

    def __init__(self) -> None:
        ours, theirs = Pipe()
        self._connection: Connection = ours
        self._input, self._pixels = _make_memory_file("input"), ParentPixels()
        handles = (theirs.fileno(), self._input, self._pixels.handle)
        start = f"import sys; sys.path[:] = {sys.path!r}; from sutja.sandbox.child import serve; serve"
        self._process = subprocess.Popen(
            [sys.executable, "-c", start + repr(handles)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=handles,
            env={**os.environ, "OPENCV_FOR_THREADS_NUM": "1"},
        )
        theirs.close()
        self._resident = 0.0
        self._tasks = 0
        self._watched = {name: _ProcessFile(self._process.pid, name) for name in ("stat", "statm")}

    def start(self, task: str, arguments: dict[str, Any], data: bytes | None, budget: Budget) -> None:
        """Start a task.

        Raises
        ------
        LimitExceededError
            If the child died.
        SutjaError
            If the task cannot be started.
        """
        self._tasks += 1
        if data is not None:
            os.ftruncate(self._input, len(data))
            _write_all(self._input, data)
        size = None if data is None else len(data)
        request = {"start": task, "arguments": arguments, "input": size, "memory": budget.memory}
        self._resident = float("inf")
        self._resident = float(self._ask(request, Budget(_STARTING, 2 * _STARTING))["resident"])

    def take(self, budget: Budget) -> Item | None:
        """Take the task's next item, None after the last.

        Raises
        ------
        LimitExceededError
            If the child went over its budget, or died.
        SutjaError
            If the task raised an error, with its message.
        """
        place = self._pixels.choose()
        answer = self._ask({"next": True, "seconds": math.ceil(budget.seconds), "place": place}, budget)
        if "end" in answer:
            return None
        if "shape" not in answer:
            return answer["item"], None
        shape = tuple(answer["shape"])
        size = 1
        for side in shape:
            size *= side if type(side) is int and side > 0 else 0
        if not 0 < size <= min(budget.output, MOST_PIXELS):
            raise SutjaError(f"has pixels of the shape {shape}, which is too much")
        return answer["item"], self._pixels.take(place, size).reshape(shape)

    def _ask(self, request: dict[str, Any], budget: Budget) -> dict[str, Any]:
        begun, used = time.monotonic(), self._read_seconds()
        try:
            self._connection.send_bytes(json.dumps(request).encode())
            while not self._connection.poll(_POLL):
                if self._read_seconds() - used > budget.seconds or time.monotonic() - begun > budget.wall:
                    raise self._end(f"takes longer than {budget.seconds:.2g} seconds", begun)
                if self._read_resident() - self._resident > budget.memory:
                    raise self._end(f"takes more than {budget.memory // MB} MB of memory", begun)
            answer = json.loads(self._connection.recv_bytes(_MOST_ANSWER))
        except (EOFError, OSError):
            raise self._end("makes its decoder fail, or takes too much time or memory", begun) from None
        if "error" in answer:
            raise SutjaError(str(answer["error"]))
        assert isinstance(answer, dict)
        return answer

    def _read_resident(self) -> float:
        with contextlib.suppress(OSError, ValueError, IndexError):
            return float(int(self._watched["statm"].read().split()[1]) * _PAGE)
        return 0.0

    def _read_seconds(self) -> float:
        """Read the time that the child has taken on the processor; 0 if the system does not tell."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = self._watched["stat"].read().rpartition(b")")[2].split()
            return (int(fields[_USER_TIME]) + int(fields[_USER_TIME + 1])) / _TICKS
        return 0.0

    def _end(self, what: str, begun: float) -> LimitExceededError:
        """End the child, and make the error that says why."""
        self.close()
        return LimitExceededError(what, time.monotonic() - begun)

    @property
    def fresh(self) -> bool:
        """True until the child has had its share of tasks."""
        return self._tasks < _MOST_TASKS

    @property
    def alive(self) -> bool:
        """True while the child can take another task."""
        return self._process.returncode is None and self._process.poll() is None

    def keep_pixels(self) -> None:
        """Leave the pixels alone that were taken so far."""
        self._pixels.keep_all()

    def close(self) -> None:
        """End the child."""
        if self._input < 0:
            return
        self._connection.close()
        for file in self._watched.values():
            file.close()
        self._process.kill()
        self._process.wait()
        os.close(self._input)
        self._pixels.close()
        self._input = -1


class _ProcessFile:
    """A file of /proc about a process, kept open since it is read many times a second."""

    def __init__(self, process: int, name: str) -> None:
        self._handle = -1
        with contextlib.suppress(OSError):
            self._handle = os.open(f"/proc/{process}/{name}", os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> bytes:
        """Read it as it is now; `OSError` where there is none."""
        return os.pread(self._handle, _PAGE, 0)

    def close(self) -> None:
        """Close it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class _Pool:
    """Warm children of one process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # garbage may be collected while it is held
        self._idle: list[_Child] = []
        # A generator that is garbage gives its child back; were the child garbage too, its connection would
        # be closed by then. So every child is kept here until it is closed.
        self._kept: set[_Child] = set()
        self._owner = os.getpid()

    def borrow(self) -> _Child:
        """Take a child out of the pool, or start one."""
        with self._lock:
            if self._owner != os.getpid():  # a fork of the process that started them
                self._idle, self._kept, self._owner = [], set(), os.getpid()
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                self._close(child)
            child = _Child()
            self._kept.add(child)
            return child

    def give_back(self, child: _Child) -> None:
        """Put a child back into the pool."""
        with self._lock:
            if child.alive and child.fresh and len(self._idle) < _IDLE:
                self._idle.append(child)
            else:
                self._close(child)

    def discard(self, child: _Child) -> None:
        """Close a child that is not to be used again."""
        with self._lock:
            self._close(child)

    def keep_pixels(self) -> None:
        """Leave the pixels alone that were taken so far, since a fork may use them."""
        for child in self._kept:
            child.keep_pixels()

    def close(self) -> None:
        """End all idle children."""
        with self._lock:
            if self._owner == os.getpid():
                while self._idle:
                    self._close(self._idle.pop())

    def _close(self, child: _Child) -> None:
        child.close()
        self._kept.discard(child)


_POOL = _Pool()
atexit.register(_POOL.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_POOL.keep_pixels)


def run_in_child(
    task: str, arguments: dict[str, Any], data: bytes | None = None, budget: Budget | None = None
) -> Iterator[Item]:
    """Run a task in a child process, and yield its items as they are asked for.

    Parameters
    ----------
    task : str
        Function of sutja's own, as "module:function". It takes the arguments and the input, and yields items:
        values for JSON, and pixels or None.
    arguments : dict[str, Any]
        Values for JSON.
    data : bytes | None
        Its input.
    budget : Budget | None
        Limits of an item; None for the defaults.

    Raises
    ------
    LimitExceededError
        If an item goes over its budget, or the child dies. The items after it are lost; a new task may skip
        it.
    SutjaError
        If the task raises an error, with its message.
    """
    budget = budget or Budget()
    if not _CAN_LIMIT:
        module, _, name = task.partition(":")
        yield from getattr(import_module(module), name)(arguments, data)
        return
    child = _POOL.borrow()
    ended = False
    try:
        child.start(task, arguments, data, budget)
        while (item := child.take(budget)) is not None:
            yield item
        ended = True
    except LimitExceededError:
        raise
    except (SutjaError, GeneratorExit):
        ended = True
        raise
    finally:
        if ended:
            _POOL.give_back(child)
        else:
            _POOL.discard(child)


def _make_memory_file(name: str) -> int:
    """Make a file that both processes have open and nobody else can name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(f"sutja-{name}", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _write_all(handle: int, data: bytes) -> None:
    view, done = memoryview(data), 0
    while done < len(data):
        done += os.pwrite(handle, view[done:], done)
