"""From the network's frames to hypotheses: digits with a probability, and the text they were written in.

Separators are read but do not decide: "1,234" and "1.234" are two texts for the digits "1234", and the
probability of these digits is that of all texts with them. Letters do decide: where they outnumber the digits
there is no number. Where the kind of number is known, the texts that fit it are searched as well, and each
hypothesis says if it does. Letters: B batch, T frames, K classes with blank.
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
from sutja.grammar import (
    REPAIR,
    Grammar,
    TypedNumber,
    canonicalise,
    is_number,
    keep_digits,
    make_grammar,
    trim,
)

MAX_ALTERNATIVES = 4
# Long unsure segments, scribble mostly, are searched with a narrower beam: nothing in them will be accepted
# anyway.
_EFFORT, _MIN_WIDTH = 160, 4  # frames times strings, and strings
_MIN_PROBABILITY = 1e-4  # of another hypothesis
_SURE = 0.999  # probability of one text from which no other is looked for
# Share of the texts with the same digits that fit a kind, which must have the same value.
_MIN_AGREEMENT = 0.9
_ROUNDING = 1e-3  # of a free hypothesis that fits: difference that the two searches may have


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as written, its probability, and its frames [first, last)."""

    text: str
    probability: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Digits, or None for "no number", with the total probability of all texts that have them.

    Attributes
    ----------
    digits, probability : str | None or float
        For a hypothesis that fits a kind, the probability of the texts that fit it and, where it has a value,
        have the same.
    segments, parts : Sequence[Segment] or Sequence[str]
        Segments of frames, and the part of the likeliest text in each.
    view : int
        Index of the view of the picture that the frames are from.
    typed : Typed | None
        Value and kind by the grammar that was asked for; None where it does not fit, or none was asked for.
    frame_map : tuple[float, float] | None
        Offset and scale that make another reader's frames those of the normalised picture.
    """

    digits: str | None
    probability: float
    segments: Sequence[Segment] = ()
    parts: Sequence[str] = ()
    view: int = 0
    typed: TypedNumber | None = None
    frame_map: tuple[float, float] | None = None

    @property
    def claim(self) -> tuple[str | None, bool, str | None]:
        """Identity of a hypothesis: its digits, True if they fit, and their value."""
        return self.digits, self.typed is not None, self.typed.value if self.typed else None

    @property
    def text(self) -> str:
        """Text of the number, without letters and spaces around it."""
        return trim("".join(self.parts))

    def list_glyphs(self) -> list[Glyph]:
        """List every character of the likeliest text, those around the number too."""
        glyphs = []
        for segment, part in zip(self.segments, self.parts, strict=True):
            if part:
                spans = align(segment.frames, part)
                for character, p, (first, last) in zip(
                    part, _compute_posteriors(segment, part), spans, strict=True
                ):
                    start, stop = segment.first + first, segment.first + last
                    if self.frame_map is not None:
                        offset, scale = self.frame_map
                        start, stop = round(offset + scale * start), round(offset + scale * stop)
                    glyphs.append(Glyph(character, p, start, stop))
        return glyphs


def decode(
    log_probs: NDArray[np.float32], alphabet: Sequence[str], grammar: Grammar | None = None
) -> list[list[Hypothesis]]:
    """Decode each item of a batch to hypotheses of different digits, likeliest first.

    Parameters
    ----------
    log_probs, alphabet : NDArray[float32], Sequence[str]
        (B, T, K) log probabilities, and K symbols, the first for the blank.
    grammar : Grammar | None
        Grammar of the kind that is asked for, if any: then hypotheses that fit it and those that do not are
        told apart, and both are given.

    Returns
    -------
    list[list[Hypothesis]]
        B lists of at least one hypothesis.
    """
    items = split(log_probs, alphabet)
    if grammar is None:
        return [_make_hypotheses(certain, segments) for certain, segments in items]
    return [_make_typed_hypotheses(certain, segments, grammar) for certain, segments in items]


def read_as(
    log_probs: NDArray[np.float32], alphabet: Sequence[str], kind: str, country: str | None = None
) -> list[Hypothesis]:
    """Decode one picture as a number of a kind: the hypotheses that fit, likeliest first, or none.

    Parameters
    ----------
    log_probs : NDArray[float32]
        (T, K) log probabilities.
    alphabet : Sequence[str]
        K symbols, the first for the blank.
    kind, country : str or str | None
        As for `sutja.grammar.make_grammar`.

    Raises
    ------
    SutjaError
        If there is no such kind or country.
    """
    hypotheses = decode(log_probs[None], alphabet, make_grammar(kind, country))[0]
    return (
        hypotheses
        if kind == "auto"
        else [hypothesis for hypothesis in hypotheses if hypothesis.typed is not None]
    )


_core = lru_cache(maxsize=4096)(canonicalise)  # few different cores come up, and often


def _join_cores(start: str, part: str) -> str:
    """Join two cores to one; a number begins and ends with no space."""
    if not part:
        return start
    if part[0] != SPACE and (start[-1:] != SPACE or not part[0].isdigit()):  # no gap that may be none
        return start + part
    return _core(start + part).lstrip(SPACE)


def _make_hypotheses(certain: float, segments: list[Segment]) -> list[Hypothesis]:
    for segment in segments:
        search(segment, max(_MIN_WIDTH, min(WIDTH, _EFFORT // len(segment.frames))))
    scale = math.exp(certain)
    sure = _find_sure(segments, scale)
    if sure is not None:
        return [sure]
    totals: dict[str | None, float] = {}
    likeliest: dict[str | None, Candidate] = {}
    for candidate in combine(segments, key=_core, join=_join_cores):
        digits = keep_digits(candidate.key) if is_number(candidate.key) else None
        totals[digits] = totals.get(digits, 0.0) + candidate.probability * scale
        likeliest.setdefault(digits, candidate)
    ranked = sorted(totals, key=totals.__getitem__, reverse=True)[: MAX_ALTERNATIVES + 1]
    return [
        Hypothesis(digits, min(1.0, totals[digits]), segments, likeliest[digits].list_parts())
        for rank, digits in enumerate(ranked)
        if rank == 0 or totals[digits] >= _MIN_PROBABILITY
    ]


def _find_sure(segments: Sequence[Segment], scale: float) -> Hypothesis | None:
    """Find the one text beside which no other counts, if there is one: most answers are as sure."""
    parts = [max(segment.strings, key=segment.strings.__getitem__) for segment in segments]
    probability = scale * math.prod(s.strings[part] for s, part in zip(segments, parts, strict=True))
    if probability < _SURE:
        return None
    core = _core("".join(parts)).lstrip(SPACE)
    digits = keep_digits(core) if is_number(core) else None
    return Hypothesis(digits, min(1.0, probability), segments, parts)


def _make_typed_hypotheses(certain: float, segments: list[Segment], grammar: Grammar) -> list[Hypothesis]:
    """Make hypotheses that fit a grammar, and those of the free search that do not."""
    free = _make_hypotheses(certain, segments)
    texts: dict[str, list[tuple[float, TypedNumber, Candidate]]] = {}
    scale = math.exp(certain)
    for candidate in search_grammar(segments, grammar.automaton):
        typed = grammar.parse(candidate.key)
        if typed is not None:
            texts.setdefault(keep_digits(candidate.key), []).append(
                (candidate.probability * scale, typed, candidate)
            )
    fits = [_make_fitting(digits, readings, segments) for digits, readings in texts.items()]
    hypotheses = [hypothesis for hypothesis in fits if hypothesis.probability >= _MIN_PROBABILITY]
    for hypothesis in free:
        readings = texts.get(hypothesis.digits, []) if hypothesis.digits is not None else []
        rest = hypothesis.probability - sum(p for p, _, _ in readings)
        if not readings or rest > max(_MIN_PROBABILITY, _ROUNDING * hypothesis.probability):
            hypotheses.append(replace(hypothesis, probability=max(0.0, rest)))
    return sorted(hypotheses, key=lambda hypothesis: -hypothesis.probability)


def _make_fitting(
    digits: str, readings: list[tuple[float, TypedNumber, Candidate]], segments: list[Segment]
) -> Hypothesis:
    """Make one hypothesis of all texts with the same digits that fit, with the value that nearly all have.

    Each repair costs a little. Where the texts have different values, it has none.
    """
    weighed = [(p * REPAIR**typed.repairs, typed, candidate) for p, typed, candidate in readings]
    total = sum(weight for weight, _, _ in weighed)
    values: dict[str | None, float] = {}
    for weight, typed, _ in weighed:
        values[typed.value] = values.get(typed.value, 0.0) + weight
    value = max(values, key=values.__getitem__)
    agreed = value is not None and values[value] >= _MIN_AGREEMENT * total
    same = [entry for entry in weighed if entry[1].value == value] if agreed else weighed
    _, typed, candidate = max(same, key=lambda entry: entry[0])
    if not agreed:
        typed = replace(typed, value=None)
    probability = values[value] if agreed else total
    return Hypothesis(digits, min(1.0, probability), segments, candidate.list_parts(), typed=typed)


def _compute_posteriors(segment: Segment, part: str) -> list[float]:
    """Compute for each character of a part the share of the segment's strings that have it at its position.

    Positions count from either end, so that one character more or less elsewhere does not matter.
    """
    whole = sum(segment.strings.values())
    if len(part) == 1 == len(segment.frames):
        return [segment.strings[part] / whole]
    agreed = [0.0] * len(part)
    for string, p in segment.strings.items():
        for i in range(len(part)):
            if string.startswith(part[: i + 1]) or string.endswith(part[i:]):
                agreed[i] += p
    return [min(1.0, share / whole) for share in agreed]


def average_views(views: Sequence[Sequence[Hypothesis]]) -> list[Hypothesis]:
    """Average the hypotheses of several views of a picture; each text is taken from the view surest of it.

    Parameters
    ----------
    views : Sequence[Sequence[Hypothesis]]
        Hypotheses of each view, as `decode` gives them.
    """
    totals: dict[object, float] = {}
    surest: dict[object, Hypothesis] = {}
    for view, hypotheses in enumerate(views):
        for hypothesis in hypotheses:
            claim = hypothesis.claim
            totals[claim] = totals.get(claim, 0.0) + hypothesis.probability / len(views)
            if claim not in surest or hypothesis.probability > surest[claim].probability:
                surest[claim] = replace(hypothesis, view=view)
    ranked = sorted(totals, key=totals.__getitem__, reverse=True)
    return [replace(surest[claim], probability=min(1.0, totals[claim])) for claim in ranked]
