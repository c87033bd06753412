"""From the network's frames to digits with a probability, and the text they were written in.

Separators are seen but do not decide: "1,234" and "1.234" are two texts for the digits "1234", and the
probability of these digits is that of all texts with them. Letters do decide: where they outnumber the digits
there is no number. Letters: B batch, T frames, K classes with blank.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sutja.charset import SPACE
from sutja.grammar import core, digits_of, is_number, trim
from sutja.reading.ctc import WIDTH, Candidate, Segment, align, combine, search, split

MOST_ALTERNATIVES = 4
# Long unsure segments, scribble mostly, are searched with fewer strings: nothing in them will be trusted
# anyway.
_EFFORT, _NARROWEST = 160, 4  # frames times strings, and strings
_LEAST_ALTERNATIVE = 1e-4  # probability below which another reading is not worth showing


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as written: its probability, and the frames [first, last) it was seen in."""

    text: str
    probability: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Digits, or None for "no number", with the total probability of all texts that say so.

    Attributes
    ----------
    segments, pieces
        The frames these texts were read from, and what the likeliest of them has in each.
    look
        Which of several looks at the picture these frames are from.
    """

    digits: str | None
    probability: float
    segments: Sequence[Segment] = ()
    pieces: Sequence[str] = ()
    look: int = 0

    @property
    def text(self) -> str:
        """What the number is written as, without letters and spaces around it."""
        return trim("".join(self.pieces))

    def glyphs(self) -> list[Glyph]:
        """Every character of the likeliest text, those around the number too, with probability and place."""
        found = []
        for segment, piece in zip(self.segments, self.pieces, strict=True):
            if piece:
                spans = align(segment.frames, piece)
                for character, p, (first, last) in zip(
                    piece, _posteriors(segment, piece), spans, strict=True
                ):
                    found.append(Glyph(character, p, segment.first + first, segment.first + last))
        return found


def decode(log_probs: NDArray[np.float32], alphabet: Sequence[str]) -> list[list[Answer]]:
    """For each item of a batch, what it may say: answers with different digits, likeliest first.

    Parameters
    ----------
    log_probs
        (B, T, K) log probabilities.
    alphabet
        K symbols, the first for the blank.

    Returns
    -------
    B lists of at least one answer.
    """
    return [_answers(certain, segments) for certain, segments in split(log_probs, alphabet)]


_core = lru_cache(maxsize=4096)(core)  # segments say the same few things over and over


def _joined(start: str, part: str) -> str:
    """The core of two cores joined; a number begins and ends with no space."""
    if start[-1:].isdigit() and part[:1].isdigit():  # nothing between them that a word could end at
        return start + part
    return _core(start + part).lstrip(SPACE)


def _answers(certain: float, segments: list[Segment]) -> list[Answer]:
    for segment in segments:
        search(segment, max(_NARROWEST, min(WIDTH, _EFFORT // len(segment.frames))))
    scale = math.exp(certain)
    totals: dict[str | None, float] = {}
    likeliest: dict[str | None, Candidate] = {}
    for candidate in combine(segments, key=_core, join=_joined):
        digits = digits_of(candidate.key) if is_number(candidate.key) else None
        totals[digits] = totals.get(digits, 0.0) + candidate.probability * scale
        likeliest.setdefault(digits, candidate)
    ranked = sorted(totals, key=totals.__getitem__, reverse=True)[: MOST_ALTERNATIVES + 1]
    return [
        Answer(digits, min(1.0, totals[digits]), segments, likeliest[digits].pieces())
        for rank, digits in enumerate(ranked)
        if rank == 0 or totals[digits] >= _LEAST_ALTERNATIVE
    ]


def _posteriors(segment: Segment, piece: str) -> list[float]:
    """For each character of `piece` the share of the segment's strings that have it in its place.

    Its place is told from either end, so that one character more or less elsewhere does not count against it.
    """
    whole = sum(segment.strings.values())
    if len(piece) == 1 == len(segment.frames):
        return [segment.strings[piece] / whole]
    agreed = [0.0] * len(piece)
    for string, p in segment.strings.items():
        for i in range(len(piece)):
            if string.startswith(piece[: i + 1]) or string.endswith(piece[i:]):
                agreed[i] += p
    return [min(1.0, share / whole) for share in agreed]


def mean_answers(looks: Sequence[Sequence[Answer]]) -> list[Answer]:
    """Average what several looks at the same picture say; each text is taken from the look surest of it.

    Parameters
    ----------
    looks
        For each look its answers, as `decode` gives them.
    """
    totals: dict[str | None, float] = {}
    surest: dict[str | None, Answer] = {}
    for look, answers in enumerate(looks):
        for answer in answers:
            totals[answer.digits] = totals.get(answer.digits, 0.0) + answer.probability / len(looks)
            if answer.digits not in surest or answer.probability > surest[answer.digits].probability:
                surest[answer.digits] = replace(answer, look=look)
    ranked = sorted(totals, key=totals.__getitem__, reverse=True)
    return [replace(surest[digits], probability=min(1.0, totals[digits])) for digits in ranked]
