"""From the network's frames to digits with a probability, and the text they were written in.

Separators are seen but do not decide: "1,234" and "1.234" are two texts for the digits "1234", and the
probability of these digits is that of all texts with them. Letters do decide: where they outnumber the digits
there is no number. Where the kind of number is known, the texts that fit it are looked for besides, and each
answer says whether it does. Letters: B batch, T frames, K classes with blank.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sutja.charset import SPACE
from sutja.decoding.constrained import search_grammar
from sutja.decoding.ctc import WIDTH, Candidate, Segment, align, combine, search, split
from sutja.grammar import REPAIR, Grammar, Typed, core, digits_of, grammar_for, is_number, trim

MAX_ALTERNATIVES = 4
# Long unsure segments, scribble mostly, are searched with fewer strings: nothing in them will be trusted
# anyway.
_EFFORT, _NARROWEST = 160, 4  # frames times strings, and strings
_LEAST_ALTERNATIVE = 1e-4  # probability below which another reading is not worth showing
# Of the texts with the same digits that fit a kind, the share that must agree on what they are worth.
_AGREED = 0.9
_ROUNDING = 1e-3  # of a free answer that fits: what the two searches may differ by


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
    digits, probability : str | None or float
        Of an answer that fits a kind, the probability is that of the texts that fit it and, where it has a
        value, are worth as much.
    segments, pieces : Sequence[Segment] or Sequence[str]
        The frames these texts were read from, and what the likeliest of them has in each.
    look : int
        Which of several looks at the picture these frames are from.
    typed : Typed | None
        What it is as the kind that was asked for; None where it does not fit, or none was asked for.
    """

    digits: str | None
    probability: float
    segments: Sequence[Segment] = ()
    pieces: Sequence[str] = ()
    look: int = 0
    typed: Typed | None = None

    @property
    def claim(self) -> tuple[str | None, bool, str | None]:
        """What tells one answer from another: digits, whether they fit, and what they are worth."""
        return self.digits, self.typed is not None, self.typed.value if self.typed else None

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


def decode(
    log_probs: NDArray[np.float32], alphabet: Sequence[str], grammar: Grammar | None = None
) -> list[list[Answer]]:
    """For each item of a batch, what it may say: answers with different digits, likeliest first.

    Parameters
    ----------
    log_probs : NDArray[float32]
        (B, T, K) log probabilities.
    alphabet : Sequence[str]
        K symbols, the first for the blank.
    grammar : Grammar | None
        Of the kind that is asked for, if one is: then answers that fit it and answers that do not are told
        apart, and both are given.

    Returns
    -------
    B lists of at least one answer.
    """
    items = split(log_probs, alphabet)
    if grammar is None:
        return [_answers(certain, segments) for certain, segments in items]
    return [_typed_answers(certain, segments, grammar) for certain, segments in items]


def read_as(
    log_probs: NDArray[np.float32], alphabet: Sequence[str], kind: str, country: str | None = None
) -> list[Answer]:
    """What one picture says, if its number is of a kind: the answers that fit, likeliest first; may be none.

    Parameters
    ----------
    log_probs : NDArray[float32]
        (T, K) log probabilities.
    alphabet : Sequence[str]
        K symbols, the first for the blank.
    kind, country : str or str | None
        As for `sutja.grammar.grammar_for`.

    Raises
    ------
    SutjaError
        If there is no such kind or country.
    """
    answers = decode(log_probs[None], alphabet, grammar_for(kind, country))[0]
    return answers if kind == "auto" else [answer for answer in answers if answer.typed is not None]


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
    ranked = sorted(totals, key=totals.__getitem__, reverse=True)[: MAX_ALTERNATIVES + 1]
    return [
        Answer(digits, min(1.0, totals[digits]), segments, likeliest[digits].list_parts())
        for rank, digits in enumerate(ranked)
        if rank == 0 or totals[digits] >= _LEAST_ALTERNATIVE
    ]


def _typed_answers(certain: float, segments: list[Segment], grammar: Grammar) -> list[Answer]:
    """The answers that fit a grammar, and of the free answers what does not fit it."""
    free = _answers(certain, segments)
    texts: dict[str, list[tuple[float, Typed, Candidate]]] = {}
    scale = math.exp(certain)
    for candidate in search_grammar(segments, grammar.automaton):
        typed = grammar.parse(candidate.key)
        if typed is not None:
            texts.setdefault(digits_of(candidate.key), []).append(
                (candidate.probability * scale, typed, candidate)
            )
    fits = [_fit(digits, readings, segments) for digits, readings in texts.items()]
    found = [answer for answer in fits if answer.probability >= _LEAST_ALTERNATIVE]
    for answer in free:
        readings = texts.get(answer.digits, []) if answer.digits is not None else []
        rest = answer.probability - sum(p for p, _, _ in readings)
        if not readings or rest > max(_LEAST_ALTERNATIVE, _ROUNDING * answer.probability):
            found.append(replace(answer, probability=max(0.0, rest)))
    return sorted(found, key=lambda answer: -answer.probability)


def _fit(digits: str, readings: list[tuple[float, Typed, Candidate]], segments: list[Segment]) -> Answer:
    """One answer of all texts with the same digits that fit: worth what nearly all of them are worth.

    Each repair costs a little. Where the texts are worth different sums, no value is given.
    """
    weighed = [(p * REPAIR**typed.repairs, typed, candidate) for p, typed, candidate in readings]
    total = sum(weight for weight, _, _ in weighed)
    values: dict[str | None, float] = {}
    for weight, typed, _ in weighed:
        values[typed.value] = values.get(typed.value, 0.0) + weight
    value = max(values, key=values.__getitem__)
    agreed = value is not None and values[value] >= _AGREED * total
    same = [entry for entry in weighed if entry[1].value == value] if agreed else weighed
    _, typed, candidate = max(same, key=lambda entry: entry[0])
    if not agreed:
        typed = replace(typed, value=None)
    probability = values[value] if agreed else total
    return Answer(digits, min(1.0, probability), segments, candidate.list_parts(), typed=typed)


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


def average_views(looks: Sequence[Sequence[Answer]]) -> list[Answer]:
    """Average what several looks at the same picture say; each text is taken from the look surest of it.

    Parameters
    ----------
    looks : Sequence[Sequence[Answer]]
        For each look its answers, as `decode` gives them.
    """
    totals: dict[object, float] = {}
    surest: dict[object, Answer] = {}
    for look, answers in enumerate(looks):
        for answer in answers:
            claim = answer.claim
            totals[claim] = totals.get(claim, 0.0) + answer.probability / len(looks)
            if claim not in surest or answer.probability > surest[claim].probability:
                surest[claim] = replace(answer, look=look)
    ranked = sorted(totals, key=totals.__getitem__, reverse=True)
    return [replace(surest[claim], probability=min(1.0, totals[claim])) for claim in ranked]
