"""Worker processes that make training data endlessly, while the network learns."""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import queue
import traceback
from collections.abc import Callable
from multiprocessing.queues import Queue
from typing import Any, Generic, NoReturn, Protocol, TypeVar

import cv2

Made = TypeVar("Made")
Sample = TypeVar("Sample")
Composed = TypeVar("Composed", covariant=True)
_FAILED = "a process that composes samples failed"


class Composes(Protocol[Composed]):
    """A composer of samples."""

    def sample(self) -> Composed:
        """Compose the next sample."""


def compose_items(
    make: Callable[[int], Composes[Sample]], convert: Callable[[Sample], Made], seed: int
) -> Callable[[], Made]:
    """Make the function that composes the next item, in a worker.

    Parameters
    ----------
    make : Callable[[int], Composes[Sample]]
        Makes a composer of its seed.
    convert : Callable[[Sample], Made]
        Makes the item of what is composed.
    seed : int
        Seed of the composer.
    """
    composer = make(seed)
    return lambda: convert(composer.sample())


def _work(make: Callable[[int], Callable[[], Any]], seed: int, size: int, out: Queue[Any]) -> None:
    """Make chunks in a worker process until the training process ends, even when that is killed."""
    cv2.setNumThreads(1)
    learner = os.getppid()
    message: Any = []  # a chunk, or the traceback of a worker that failed
    try:
        following = make(seed)
        while os.getppid() == learner:
            message = message or [following() for _ in range(size)]
            with contextlib.suppress(queue.Full):
                out.put(message, timeout=2)
                message = []
        os._exit(1)  # without waiting for a pipe that nobody reads
    except Exception:  # whatever it is, the training process reports it
        out.put(traceback.format_exc())


class Workers(Generic[Made]):
    """Worker processes, each with a seed of its own, whose chunks are taken as they come.

    Parameters
    ----------
    make : Callable[[int], Callable[[], Made]]
        Called in each worker with its seed, gives what makes the next one; must be picklable.
    seed : int
        Workers take seed, seed + 1, …
    workers : int
        Number of processes.
    chunk : int
        Items handed over at once.
    waiting : int
        Largest number of chunks that wait.
    """

    def __init__(
        self, make: Callable[[int], Callable[[], Made]], seed: int, workers: int, chunk: int, waiting: int
    ) -> None:
        context = mp.get_context("spawn")
        self._queue: Queue[list[Made] | str] = context.Queue(maxsize=waiting)
        self._processes = []
        for worker in range(workers):
            process = context.Process(
                target=_work, args=(make, seed + worker, chunk, self._queue), daemon=True
            )
            process.start()
            self._processes.append(process)

    def take(self) -> list[Made]:
        """Take the next chunk, as soon as there is one.

        Raises
        ------
        RuntimeError
            A worker failed or was killed; also when the others still work.
        """
        while True:
            message: list[Made] | str = []
            with contextlib.suppress(queue.Empty):
                message = self._queue.get(timeout=1)
            if isinstance(message, str):
                raise RuntimeError(f"{_FAILED}:\n{message}")
            if not all(process.is_alive() for process in self._processes):
                self._raise_failure()
            if message:
                return message

    def _raise_failure(self) -> NoReturn:
        """Raise the failure of a worker that died, which may wait in the queue behind chunks of others."""
        with contextlib.suppress(queue.Empty):
            while True:
                message = self._queue.get(timeout=1)
                if isinstance(message, str):
                    raise RuntimeError(f"{_FAILED}:\n{message}")
        codes = [process.exitcode for process in self._processes]
        raise RuntimeError(f"a process that composes samples has stopped; exit codes: {codes}")

    def close(self) -> None:
        """Stop the workers."""
        for process in self._processes:
            process.terminate()
            process.join()
        self._queue.close()
