"""The child process: it works on what the parent names, item by item, within limits on time and memory.

Messages are JSON; nothing is unpickled. Pixels go through memory that both processes share
(`sutja.sandbox.shared_pixels`). The limits of the operating system set here are the second line: the
parent watches time and memory as well, and ends a child that goes over them.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sutja.errors import SutjaError
from sutja.memory import read_status_bytes
from sutja.sandbox.shared_pixels import ChildPixels, open_in_child

Item: TypeAlias = "tuple[dict[str, Any], NDArray[np.uint8] | None]"
Task: TypeAlias = "Callable[[dict[str, Any], bytes | None], Iterator[Item]]"

_MOST_REQUEST = 1_000_000  # bytes of JSON
_OPEN_FILES = 64
_STARTING = 60  # seconds to load what a task needs; the parent has a limit of its own
_SLACK = 512 * 2**20  # bytes of address space over the memory that a task may fill


def serve(connection_handle: int, input_handle: int, output_handle: int) -> None:
    """Answer requests until the parent closes the connection.

    A request is `start`, which names a task and its arguments, or `next`, which asks for its next item.

    Parameters
    ----------
    connection_handle, input_handle, output_handle : int
        Inherited file descriptors: the connection, the file of the task's input, the memory of pixels.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then closes the connection
    _limit_once()
    connection = Connection(connection_handle)
    pixels = open_in_child(output_handle)
    items: Iterator[Item] = iter(())
    while True:
        try:
            request = json.loads(connection.recv_bytes(_MOST_REQUEST))
        except (EOFError, OSError):
            return
        try:
            if "start" in request:
                items = _start(request, input_handle)
                answer: dict[str, Any] = {"resident": read_status_bytes("VmRSS")}
            else:
                _limit_time(request["seconds"])
                pixels.begin(request["place"])
                answer = _take(items, pixels)
        except Exception as error:  # whatever a decoder raises on a hostile file is told to the parent
            answer = {"error": _describe(error), "kind": type(error).__name__}
        connection.send_bytes(json.dumps(answer).encode())


def _start(request: dict[str, Any], input_handle: int) -> Iterator[Item]:
    """Find the task, and give it its arguments and its input."""
    _limit_time(_STARTING)
    _limit_memory(None)
    module, _, name = request["start"].partition(":")
    task: Task = getattr(import_module(module), name)
    data = None if request["input"] is None else os.pread(input_handle, request["input"], 0)
    _limit_memory(request["memory"])
    return task(request["arguments"], data)


def _take(items: Iterator[Item], shared: ChildPixels) -> dict[str, Any]:
    """Take the next item, and put its pixels into the common memory."""
    item = next(items, None)
    if item is None:
        return {"end": True}
    values, pixels = item
    if pixels is None:
        return {"item": values}
    shared.put(pixels)
    return {"item": values, "shape": pixels.shape}


def _describe(error: Exception) -> str:
    if isinstance(error, SutjaError):
        return str(error)
    if isinstance(error, MemoryError):
        return "does not fit in memory"
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:500]


def _limit_once() -> None:
    """Forbid core dumps and many open files."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _limit_memory(n_bytes: int | None) -> None:
    """Limit the address space to what the process has, and so many bytes more; None for no limit."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if n_bytes is None:
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
            return
        most = int(read_status_bytes("VmSize")) + n_bytes + _SLACK
        if most > n_bytes + _SLACK:  # the system tells how much the process has
            resource.setrlimit(
                resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
            )


def _limit_time(seconds: int) -> None:
    """Limit the time on the processor to what the process took, and so many seconds more."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))
