"""A second listener: another recogniser, asked where the first is not sure, whose words are weighed.

Letters: n samples.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sutja.errors import ModelFileError
from sutja.grammar.number_words import ParsedNumber, find_numbers, spell_text
from sutja.listening.numbers import NumberHypothesis

FLOOR = 0.02  # least probability of any number by the first listener, which may never have thought of it
MIN_TRUST, MAX_TRUST = 0.05, 0.95  # probability that the second listener is right, at least and at most
_FILES = ("config.json", "model.bin")  # of a folder of CTranslate2
_INSTALL = "install it with: pip install 'sutja[whisper]'"


class Transcript(NamedTuple):
    """A text, and the probability that it is right."""

    text: str
    probability: float


class SecondListener(Protocol):
    """A recogniser of English speech."""

    def transcribe(self, samples: NDArray[np.float32]) -> Transcript:
        """Transcribe sound, float32 (n,) at `sutja.signals.audio.RATE`."""


class WhisperListener:
    """Whisper in a folder of CTranslate2, run by faster-whisper.

    Parameters
    ----------
    folder : str | os.PathLike[str]
        Has ``model.bin``, ``config.json`` and the tokenizer.
    threads : int
        Threads that it may use.

    Raises
    ------
    ModelFileError
        There is no such folder, it is none of a model, or faster-whisper is not installed.

    References
    ----------
    Radford et al., Robust Speech Recognition via Large-Scale Weak Supervision, 2022.
    """

    def __init__(self, folder: str | os.PathLike[str], threads: int = 1) -> None:
        where = f"second listener {os.fspath(folder)}"
        missing = [name for name in _FILES if not (Path(folder) / name).is_file()]
        if missing:
            raise ModelFileError(
                f"has no {missing[0]}", where=where, remedy="name a folder of a faster-whisper model"
            )
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise ModelFileError("needs faster-whisper", where=where, remedy=_INSTALL) from error
        try:
            self._model: Any = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelFileError(f"cannot be loaded: {error}", where=where) from error

    def transcribe(self, samples: NDArray[np.float32]) -> Transcript:
        """Transcribe sound, float32 (n,) at `sutja.signals.audio.RATE`."""
        segments, _ = self._model.transcribe(
            samples, language="en", condition_on_previous_text=False, without_timestamps=True
        )
        parts = list(segments)
        if not parts:
            return Transcript("", 0.0)
        mean = sum(part.avg_logprob for part in parts) / len(parts)
        return Transcript(" ".join(part.text for part in parts), math.exp(mean))


def weigh(
    number: NumberHypothesis, posteriors: Mapping[str, float], transcript: Transcript
) -> NumberHypothesis:
    """Weigh a number with what a second listener says of the same sound.

    Both are taken as independent witnesses: the probability of a number is the product of what both give it,
    over the sum of all.

    Parameters
    ----------
    number : NumberHypothesis
        The first listener's answer.
    posteriors : Mapping[str, float]
        Its probability of each number, by `ParsedNumber.key`.
    transcript : Transcript
        What the second heard; where it is not one number, the answer stays as it is.
    """
    words = spell_text(transcript.text)
    found = find_numbers(words)
    if len(found) != 1:
        return number
    other = found[0]
    trust = min(MAX_TRUST, max(MIN_TRUST, transcript.probability))
    keys = {*posteriors, other.key}
    scores = {
        key: max(FLOOR, posteriors.get(key, 0.0)) * (trust if key == other.key else 1 - trust) for key in keys
    }
    total = sum(scores.values())
    best = max(scores, key=scores.__getitem__)
    if best == number.number.key:
        return replace(number, probability=scores[best] / total)
    if best != other.key:
        return replace(number, probability=scores[number.number.key] / total)
    said = tuple(words[other.start : other.stop])
    return replace(
        number,
        number=other,
        words=said,
        value=other.value,
        probability=scores[best] / total,
        times=_spread(number, other, said),
    )


def _spread(
    number: NumberHypothesis, other: ParsedNumber, words: Sequence[str]
) -> tuple[tuple[float, float], ...]:
    """Spread words evenly over the time in which the first listener heard a number."""
    edges = np.linspace(number.times[0][0], number.times[-1][1], len(words) + 1)
    return tuple((float(a), float(b)) for a, b in pairwise(edges))
