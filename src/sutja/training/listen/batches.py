"""Features of composed recordings, made by another process while the network learns, and batches of them.

Features are kept as float16, 1/1000 of 20 dB. Letters: B batch, T, t frames, M mel bands, L classes and S
phonemes of the longest label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float16, Float32, Int64
from numpy.typing import NDArray

from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel
from sutja.synthesis.speech.composer import Recording, SpeechComposer
from sutja.training.padding import pad_labels
from sutja.training.workers import Workers, compose_items

_STEP = 48  # frames: lengths of batches are multiples of it, since each shape costs compiling once


@dataclass(frozen=True, slots=True)
class Example:
    """Features of a recording with their labels: classes of words, and phonemes where known."""

    features: Float16[NDArray[np.float16], "t M"]
    classes: tuple[int, ...]
    phonemes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays for one step; features are 0, silence, behind the end of a row.

    ``phonemes`` and ``phoneme_lengths`` are like the targets; a length of 0 says that they are not known.
    """

    features: Float32[NDArray[np.float32], "B T M"]
    targets: Int64[NDArray[np.int64], "B L"]
    lengths: Int64[NDArray[np.int64], " B"]
    phonemes: Int64[NDArray[np.int64], "B S"]
    phoneme_lengths: Int64[NDArray[np.int64], " B"]


def make_example(recording: Recording, params: LogMelParams) -> Example:
    """Make features as the listener does in use, and keep them small."""
    features = log_mel(recording.samples, params).astype(np.float16)
    return Example(features, recording.classes, recording.phonemes)


def make_batch(rows: Sequence[Example], frames: int = 0) -> Batch:
    """Pad rows to the longest, or to ``frames``."""
    longest = max(frames, *(len(row.features) for row in rows))
    features = np.zeros((len(rows), longest, rows[0].features.shape[1]), np.float32)
    for i, row in enumerate(rows):
        features[i, : len(row.features)] = row.features
    return Batch(
        features, *pad_labels([row.classes for row in rows]), *pad_labels([row.phonemes for row in rows])
    )


def make_batches(
    rows: Sequence[Example], frames: int, rng: np.random.Generator, first: int = 0
) -> Iterator[Batch]:
    """Cut rows into batches of similar length and about ``frames`` frames in all, in random order.

    The batches before ``first`` are not made.
    The last batch of a length is filled up by repeating some: no row is left out.
    """
    buckets: dict[int, list[int]] = {}
    for index in rng.permutation(len(rows)):
        buckets.setdefault(-(-len(rows[index].features) // _STEP) * _STEP, []).append(int(index))
    groups = []
    for length, members in buckets.items():
        size = max(2, min(frames // length, 96))
        for start in range(0, len(members), size):
            some = members[start : start + size]
            some += [members[i] for i in rng.integers(0, len(members), size - len(some))]
            groups.append((length, some))
    for position in rng.permutation(len(groups))[first:]:
        length, some = groups[position]
        yield make_batch([rows[i] for i in some], length)


MakeComposer = Callable[[int], SpeechComposer]


class ComposedRecordings(Workers[Example]):
    """A worker process that composes recordings endlessly.

    Parameters
    ----------
    make : MakeComposer
        Called in the worker with its seed; must be picklable.
    params : LogMelParams
        Parameters of the features.
    seed : int
        Seed of the composer.
    chunk : int
        Recordings handed over at once.
    """

    def __init__(self, make: MakeComposer, params: LogMelParams, seed: int, chunk: int = 768) -> None:
        compose = partial(compose_items, make, partial(make_example, params=params))
        super().__init__(compose, seed, workers=1, chunk=chunk, waiting=2)
