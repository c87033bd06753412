"""Samples made by other processes while the network learns.

Each worker draws from its own seed and hands over chunks of normalised crops; the learner takes them as they come. Crops are
kept as bytes: 1/100 of the ink's contrast is finer than any sensor's noise.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.charset import CHARSET, DONT_CARE, SPACE
from sutja.data.synthesis.samples import Composer, Sample, Silence
from sutja.signals.normalise import STRIDE, NormaliseParams, normalise, pad_batch

_LOW, _SPAN = -1.0, 2.5  # the range of a normalised crop
_CLASS = {character: index + 1 for index, character in enumerate(CHARSET)}


@dataclass(frozen=True, slots=True)
class Crop:
    """A normalised crop as bytes (32, w), its classes and how silent its label is."""

    pixels: NDArray[np.uint8]
    classes: tuple[int, ...]
    silence: Silence


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays for one step: image float32 (B, 1, 32, W), targets (B, L), lengths (B,), silent (B, K)."""

    image: NDArray[np.float32]
    targets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    silent: NDArray[np.bool_]


def silent_classes(silence: Silence) -> NDArray[np.bool_]:
    """bool (K,): the classes that a label of this silence says nothing of."""
    signs = DONT_CARE if silence == Silence.SIGNS else SPACE if silence == Silence.GAPS else ""
    return np.array([False] + [character in signs for character in CHARSET])


_SILENT = {silence: silent_classes(silence) for silence in Silence}


def classes_of(sample: Sample) -> tuple[int, ...]:
    """The label's classes, without the characters it is silent about."""
    mute = _SILENT[sample.silence]
    return tuple(c for c in (_CLASS[character] for character in sample.text) if not mute[c])


def crop_of(sample: Sample, params: NormaliseParams) -> Crop:
    """Normalise a sample as `read` would, and keep it small."""
    array = normalise(sample.picture, params).array
    pixels = np.asarray(np.rint((array - _LOW) * (255 / _SPAN)), np.uint8)
    return Crop(pixels, classes_of(sample), sample.silence)


def batch_of(crops: list[Crop], multiple: int = STRIDE) -> Batch:
    """Crops side by side, padded to the widest, and that to a multiple of ``multiple``."""
    image = pad_batch([crop.pixels.astype(np.float32) * (_SPAN / 255) + _LOW for crop in crops], multiple)
    longest = max(1, *(len(crop.classes) for crop in crops))
    targets = np.zeros((len(crops), longest), np.int64)
    for row, crop in zip(targets, crops, strict=True):
        row[: len(crop.classes)] = crop.classes
    lengths = np.array([len(crop.classes) for crop in crops], np.int64)
    return Batch(image, targets, lengths, np.stack([_SILENT[crop.silence] for crop in crops]))


def batches(crops: list[Crop], columns: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Batches of crops of like width, each of about ``columns`` columns in all, in random order.

    Shapes come from a short list, since the library behind the convolutions compiles code for each shape it meets; the last
    batch of a width is filled up with other crops of that width.
    """
    buckets: dict[int, list[int]] = {}
    for index in rng.permutation(len(crops)):
        width = crops[index].pixels.shape[1]
        step = 32 if width <= 256 else 128
        buckets.setdefault(max(32, -(-width // step) * step), []).append(int(index))
    groups = []
    for width, members in buckets.items():
        size = max(2, columns // width)
        if len(members) < size:
            members = [members[i] for i in rng.integers(0, len(members), size)] if len(members) * 4 > size else []
        groups += [(width, members[start : start + size]) for start in range(0, len(members) - size + 1, size)]
    for position in rng.permutation(len(groups)):
        width, members = groups[position]
        yield batch_of([crops[i] for i in members], width)


MakeComposer = Callable[[int], Composer]


def _work(make: MakeComposer, seed: int, size: int, params: NormaliseParams, out: mp.Queue[list[Crop]]) -> None:
    cv2.setNumThreads(1)
    composer, parent = make(seed), os.getppid()
    while os.getppid() == parent:  # a learner that was killed leaves no workers behind
        out.put([crop_of(composer.sample(), params) for _ in range(size)])


class Pool:
    """Worker processes that compose samples without end.

    Parameters
    ----------
    make : called in each worker with its seed; must be picklable.
    params : how crops are normalised.
    seed : workers take seed, seed + 1, …
    workers : processes.
    chunk : samples handed over at once.
    """

    def __init__(self, make: MakeComposer, params: NormaliseParams, seed: int, workers: int = 1, chunk: int = 2048) -> None:
        context = mp.get_context("spawn")
        self._queue: mp.Queue[list[Crop]] = context.Queue(maxsize=4)
        self._processes = [
            context.Process(target=_work, args=(make, seed + i, chunk, params, self._queue), daemon=True) for i in range(workers)
        ]
        for process in self._processes:
            process.start()

    def take(self, wait: bool = True) -> list[Crop] | None:
        """The next chunk; None when nothing is ready and ``wait`` is False. Raises RuntimeError when the workers died."""
        while True:
            try:
                return self._queue.get(timeout=5 if wait else 0.01)
            except queue.Empty:
                if not all(process.is_alive() for process in self._processes):
                    raise RuntimeError("a process that composes samples has stopped; its message is above") from None
                if not wait:
                    return None

    def close(self) -> None:
        """Stop the workers."""
        for process in self._processes:
            process.terminate()
            process.join()


