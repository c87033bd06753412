"""Frames of pages that worker processes compose while the network learns.

Chunk i is composed from the seed and i alone, whichever process does it and however many there are, so that a
resumed run gets the very frames that it would have got. Letters: H, W rows and columns of a frame.
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
import queue
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.queues import Queue
from typing import NoReturn

import cv2
import numpy as np

from sutja.data.boxes.boxed_pictures import BoxedPicture
from sutja.training.detect.frames import Jitter, convert_channels, make_frame

Compose = Callable[[np.random.Generator], BoxedPicture]
MakeCompose = Callable[[], Compose]
# A chunk with its number, or the traceback of a worker that failed.
_Message = tuple[int, list[BoxedPicture]] | str
_AHEAD = 3  # chunks that each worker may be ahead of the training


@dataclass(frozen=True, slots=True)
class Chunks:
    """Recipe of a chunk, the same in every process.

    Parameters
    ----------
    make : MakeCompose
        Called once in each process; gives what composes a page from random numbers. Must be picklable.
    size : tuple[int, int]
        (H, W) of a frame.
    channels : int
        1 or 3.
    batch_size : int
        Frames a chunk.
    jitter : Jitter
        Changes of the frames that are cut from pages.
    frames_per_page : int
        Frames cut from each page, in different places.
    seed : int
        Seed of everything that is drawn.
    """

    make: MakeCompose
    size: tuple[int, int]
    channels: int
    batch_size: int
    jitter: Jitter
    frames_per_page: int
    seed: int

    def chunk(self, compose: Compose, number: int) -> list[BoxedPicture]:
        """Compose the frames of chunk `number`."""
        rng = np.random.default_rng([self.seed, number])
        frames: list[BoxedPicture] = []
        while len(frames) < self.batch_size:
            page = convert_channels(compose(rng), self.channels)
            count = min(self.frames_per_page, self.batch_size - len(frames))
            frames += [make_frame(page, self.size, self.jitter, rng) for _ in range(count)]
        return [frames[i] for i in rng.permutation(len(frames))]


class ComposedFrames:
    """An endless source of frames, composed by worker processes; an epoch is a number of batches.

    Parameters are those of `Chunks`, and

    workers : processes; 0 composes in this one.
    batches_per_epoch : batches after which the history gets a row.

    Use it as a context, or call `close`.
    """

    def __init__(
        self,
        make: MakeCompose,
        size: tuple[int, int],
        channels: int,
        batch_size: int,
        jitter: Jitter,
        seed: int,
        workers: int = 1,
        frames_per_page: int = 4,
        batches_per_epoch: int = 250,
    ) -> None:
        self.chunks = Chunks(make, size, channels, batch_size, jitter, frames_per_page, seed)
        self.batches_per_epoch, self.workers = batches_per_epoch, workers
        self._pool: _Pool | None = None
        self._compose: Compose | None = None
        self._last: tuple[int, list[BoxedPicture]] = (-1, [])  # a run takes the first batch twice

    def epoch(self, number: int, first: int = 0) -> Iterator[list[BoxedPicture]]:
        """Take the batches of epoch `number` from batch `first` on.

        Raises
        ------
        RuntimeError
            A worker failed or was killed.
        """
        start = number * self.batches_per_epoch
        for chunk in range(start + first, start + self.batches_per_epoch):
            if self._last[0] != chunk:
                self._last = (chunk, self._take(chunk))
            yield self._last[1]

    def _take(self, number: int) -> list[BoxedPicture]:
        if not self.workers:
            self._compose = self._compose or self.chunks.make()
            return self.chunks.chunk(self._compose, number)
        if self._pool is None or self._pool.next != number:
            self.close()
            self._pool = _Pool(self.chunks, self.workers, number)
        return self._pool.take()

    def close(self) -> None:
        """Stop the workers."""
        if self._pool is not None:
            self._pool.close()
        self._pool = None

    def __enter__(self) -> ComposedFrames:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _work(chunks: Chunks, first: int, step: int, out: Queue[_Message]) -> None:
    """Compose chunks in a worker process until the training process ends, even when that is killed."""
    cv2.setNumThreads(1)
    learner = os.getppid()
    try:
        compose, number = chunks.make(), first
        while os.getppid() == learner:
            message = (number, chunks.chunk(compose, number))
            while os.getppid() == learner:
                with contextlib.suppress(queue.Full):
                    out.put(message, timeout=2)
                    break
            number += step
        os._exit(1)  # without waiting for a pipe that nobody reads
    except Exception:  # whatever it is, the training process reports it
        out.put(traceback.format_exc())


class _Pool:
    """Worker processes, each with every so manieth chunk; they are taken in turn."""

    def __init__(self, chunks: Chunks, workers: int, first: int) -> None:
        context = mp.get_context("spawn")
        self.next = first
        self._queues: list[Queue[_Message]] = []
        self._processes = []
        for worker in range(workers):
            out: Queue[_Message] = context.Queue(maxsize=_AHEAD)
            process = context.Process(target=_work, args=(chunks, first + worker, workers, out), daemon=True)
            process.start()
            self._queues.append(out)
            self._processes.append(process)
        self._turn = 0

    def take(self) -> list[BoxedPicture]:
        """Take the next chunk, as soon as its worker has it.

        Raises
        ------
        RuntimeError
            The worker failed or was killed.
        """
        message = self._next_message()
        if isinstance(message, str):
            raise RuntimeError(f"a process that composes pages failed:\n{message}")
        number, frames = message
        assert number == self.next
        self._turn = (self._turn + 1) % len(self._queues)
        self.next += 1
        return frames

    def _next_message(self) -> _Message:
        source, process = self._queues[self._turn], self._processes[self._turn]
        while True:
            try:
                return source.get(timeout=1)
            except queue.Empty:
                if not process.is_alive():
                    self._raise_failure(source, process.exitcode)

    def _raise_failure(self, source: Queue[_Message], code: int | None) -> NoReturn:
        with contextlib.suppress(queue.Empty):
            message = source.get(timeout=1)
            if isinstance(message, str):
                raise RuntimeError(f"a process that composes pages failed:\n{message}")
        raise RuntimeError(f"a process that composes pages has stopped; exit code: {code}")

    def close(self) -> None:
        """Stop the workers."""
        for process in self._processes:
            process.terminate()
            process.join()
        for source in self._queues:
            source.close()
