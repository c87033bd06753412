"""Utterances: a few words by one speaker, stored many to a file.

Letters: n samples at 16 kHz.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz
_ENDING = ".pieces.npz"


class Spoken(Protocol):
    """Some words said by one speaker, as a composer takes them; see `Utterance`."""

    @property
    def samples(self) -> NDArray[np.int16]: ...
    @property
    def classes(self) -> tuple[int, ...]: ...
    @property
    def speaker(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def phonemes(self) -> tuple[int, ...]: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Utterance:
    """Some words said by one speaker.

    Attributes
    ----------
    samples : NDArray[int16]
        int16 (n,), at `RATE`.
    classes : tuple[int, ...]
        Target classes, without the blank; empty for noise.
    speaker : str
        Key of the split.
    source : str
        Data set or speech engine it comes from.
    phonemes : tuple[int, ...]
        Phonemes of its words (`sutja.synthesis.speech.phonemes`); empty where they are not known.
    name : str
        Recording of a data set, like "hyke/F_1298636066-line2-0.ogg"; of what programs say the file that it
        is stored in and its position there, like "flite-9102-000050#7"; "" of what was never stored.
    """

    samples: NDArray[np.int16]
    classes: tuple[int, ...]
    speaker: str
    source: str
    phonemes: tuple[int, ...] = ()
    name: str = ""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE


def to_int16(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Samples of full scale ±1 as whole numbers, loud ones made as soft as fits."""
    peak = float(np.abs(samples).max(initial=0.0))
    return np.asarray(np.round(samples * (32_000 / max(peak, 1.0))), np.int16)


def save_utterances(utterances: Sequence[Utterance], path: Path) -> None:
    """Write utterances into one file, never half of one; its name gets the ending of such files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".half.npz")
    np.savez(
        half,
        samples=np.concatenate([utterance.samples for utterance in utterances]),
        lengths=np.array([len(utterance.samples) for utterance in utterances], np.int64),
        classes=np.array([c for utterance in utterances for c in utterance.classes], np.int16),
        counts=np.array([len(utterance.classes) for utterance in utterances], np.int64),
        speakers=np.array([utterance.speaker for utterance in utterances]),
        sources=np.array([utterance.source for utterance in utterances]),
        sounds=np.array([sound for utterance in utterances for sound in utterance.phonemes], np.int16),
        sound_counts=np.array([len(utterance.phonemes) for utterance in utterances], np.int64),
        names=np.array([utterance.name for utterance in utterances]),
    )
    half.rename(path.with_name(path.name + _ENDING))


def load_utterances(folder: Path, names: Iterable[str] = ("",)) -> list[Utterance]:
    """The utterances of all files in a folder whose names begin with one of ``names``."""
    paths = sorted(path for path in folder.glob(f"*{_ENDING}") if path.name.startswith(tuple(names)))
    return [utterance for path in paths for utterance in _of_file(path)]


def _of_file(path: Path) -> Iterator[Utterance]:
    with np.load(path, allow_pickle=False) as parts:
        samples, classes = parts["samples"], parts["classes"].tolist()
        ends, stops = np.cumsum(parts["lengths"]), np.cumsum(parts["counts"])
        speakers, sources = parts["speakers"].tolist(), parts["sources"].tolist()
        sounds = np.split(parts["sounds"], np.cumsum(parts["sound_counts"])[:-1])
        names = parts["names"].tolist() if "names" in parts else [""] * len(ends)
    begin, start = 0, 0
    for i, (end, stop) in enumerate(zip(ends, stops, strict=True)):
        yield Utterance(
            samples[begin:end],
            tuple(classes[start:stop]),
            speakers[i],
            sources[i],
            tuple(sounds[i].tolist()),
            names[i] or f"{path.name.removesuffix(_ENDING)}#{i}",
        )
        begin, start = end, stop


def trim_silence(
    samples: NDArray[np.float32], margin: float = 0.05, below: float = 40.0
) -> NDArray[np.float32]:
    """Samples without the silence at both ends.

    Parameters
    ----------
    samples : NDArray[float32]
        float32 (n,).
    margin : float
        Seconds that are left.
    below : float
        dB under the loudest 10 ms that count as silence.
    """
    level = measure_loudness(samples)
    if not len(level):
        return samples
    loud = np.flatnonzero(level > level.max() - below)
    step, extra = RATE // 100, round(margin * RATE)
    return samples[max(0, loud[0] * step - extra) : (loud[-1] + 1) * step + extra]


def measure_loudness(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Loudness of every 10 ms in dB of full scale."""
    step = RATE // 100
    rows = samples[: len(samples) // step * step].reshape(-1, step)
    return np.asarray(10 * np.log10(np.square(rows).mean(axis=1) + 1e-10), np.float32)


def cut_at_pauses(
    samples: NDArray[np.float32], count: int, least: float = 0.12
) -> list[NDArray[np.float32]] | None:
    """Words said with pauses between them, one by one; None where there are not ``count`` of them.

    Parameters
    ----------
    samples : NDArray[float32]
        float32 (n,).
    count : int
        Number of words that there should be.
    least : float
        Seconds of a pause.
    """
    level = measure_loudness(samples)
    if not len(level):
        return None
    loud = np.flatnonzero(level > level.max() - 38)
    gaps = np.flatnonzero(np.diff(loud) > least * 100)
    if len(gaps) != count - 1:
        return None
    starts, stops = loud[np.r_[0, gaps + 1]], loud[np.r_[gaps, len(loud) - 1]] + 1
    middles = (stops[:-1] + starts[1:]) // 2
    edges = np.r_[0, middles, len(level)] * (RATE // 100)
    return [trim_silence(samples[a:b]) for a, b in pairwise(edges)]
