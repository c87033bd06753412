"""Beam search inside a grammar: the strings that fit it, with their probabilities among all strings.

The probabilities are those of the free reading, not made to add up to one within the grammar: a picture that
shows nothing of the kind so gives strings that fit with next to no probability, and not a sure one.

A segment (`sutja.decoding.ctc`) whose strings are all known is walked through the automaton string by string.
One that has too many is searched frame by frame from each state that the strings before it have led to, and
a prefix that the automaton does not follow is dropped at once (Hwang and Sung 2016 steer a prefix beam search
the same way).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sutja.decoding.ctc import NEGLIGIBLE, Candidate, Frame, Segment
from sutja.grammar import DEAD, REPAIR, Automaton

WIDTH = 32  # strings kept at every step; they differ in their marks too
_RESCALE = 1e-100

_Piece: TypeAlias = tuple[str, float, int]  # what a segment says, how likely, and the state it leads to


@dataclass(slots=True)
class _Way:
    """The strings of all segments so far that are one text."""

    state: int
    total: float
    best: float
    pieces: object  # a linked list, last segment first


def fitting(
    segments: Sequence[Segment], automaton: Automaton, width: int = WIDTH, negligible: float = NEGLIGIBLE
) -> list[Candidate]:
    """The likeliest texts that an automaton accepts, likeliest first.

    Parameters
    ----------
    segments : Sequence[Segment]
        Segments already searched freely.
    automaton : Automaton
        What may be written.
    width : int
        Texts kept at every step.
    negligible : float
        A text this much less likely than the best is dropped.

    Returns
    -------
    At most `width` candidates, whose keys are the texts. Probabilities are those of the segments' frames
    alone, without what the repairs cost.
    """
    beam = {"": _Way(automaton.start, 1.0, 1.0, None)}
    log_scale = 0.0
    for segment in segments:
        log_scale += segment.log_scale
        states = {way.state for way in beam.values()}
        found = {state: _pieces(segment, automaton, state, width, negligible) for state in states}
        beam = _grown(beam, found)
        if not beam:
            return []
        beam = _likeliest(beam, automaton, width, negligible)
    scale = math.exp(log_scale)
    kept = [
        Candidate(text, way.total * scale, way.pieces)
        for text, way in beam.items()
        if automaton.repairs(way.state) is not None
    ]
    return sorted(kept, key=lambda candidate: -candidate.probability)


def _grown(beam: dict[str, _Way], found: dict[int, list[_Piece]]) -> dict[str, _Way]:
    """Each text with each of the pieces that may follow it."""
    grown: dict[str, _Way] = {}
    for text, way in beam.items():
        for piece, p, state in found[way.state]:
            longer = text + piece
            best = way.best * p
            other = grown.get(longer)
            if other is None:
                grown[longer] = _Way(state, way.total * p, best, (way.pieces, piece))
                continue
            other.total += way.total * p
            if best > other.best:
                other.best, other.pieces = best, (way.pieces, piece)
    return grown


def _likeliest(beam: dict[str, _Way], automaton: Automaton, width: int, negligible: float) -> dict[str, _Way]:
    if len(beam) == 1:
        return beam

    def score(item: tuple[str, _Way]) -> float:
        return float(item[1].total * REPAIR ** automaton.least(item[1].state))

    ranked = sorted(beam.items(), key=score, reverse=True)[:width]
    least = score(ranked[0]) * negligible
    return {text: way for text, way in ranked if score((text, way)) >= least}


def _pieces(
    segment: Segment, automaton: Automaton, state: int, width: int, negligible: float
) -> list[_Piece]:
    """What a segment may say after a text that has come to a state."""
    if segment.cut:
        found: Iterable[_Piece] = search_within(segment, automaton, state, width, negligible)
    else:
        found = ((text, p, automaton.walk(state, text)) for text, p in segment.strings.items())
    return [piece for piece in found if piece[2] != DEAD and piece[1] > 0.0]


def search_within(
    segment: Segment, automaton: Automaton, state: int, width: int = WIDTH, negligible: float = NEGLIGIBLE
) -> list[_Piece]:
    """The strings of a segment that an automaton follows from a state, likeliest first.

    Their probabilities are to be multiplied by exp(segment.log_scale), as those of the free search are.
    """
    beam: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    states = {"": state}
    log_scale = 0.0
    for frame in segment.frames:
        beam = _step(beam, states, frame, automaton, negligible)
        best = max(beam.values(), key=sum)
        if sum(best) == 0.0:
            return []
        if sum(best) < _RESCALE:  # hundreds of unsure frames on end
            log_scale += math.log(sum(best))
            beam = {prefix: (b / sum(best), s / sum(best)) for prefix, (b, s) in beam.items()}
        if len(beam) > width:
            ranked = sorted(
                beam.items(), key=lambda item: -sum(item[1]) * REPAIR ** automaton.least(states[item[0]])
            )
            beam = dict(ranked[:width])
    scale = math.exp(min(0.0, log_scale - segment.log_scale))
    return [(prefix, (b + s) * scale, states[prefix]) for prefix, (b, s) in beam.items()]


def _step(
    beam: dict[str, tuple[float, float]],
    states: dict[str, int],
    frame: Frame,
    automaton: Automaton,
    negligible: float,
) -> dict[str, tuple[float, float]]:
    """The beam one frame on, as in the free search; `states` grows with the prefixes."""
    blank, symbols = frame
    least = max(b + s for b, s in beam.values()) * negligible * max([blank, *(p for _, p in symbols)])
    in_blank: dict[str, float] = {}
    in_symbol: dict[str, float] = {}
    for prefix, (after_blank, after_symbol) in beam.items():
        total = after_blank + after_symbol
        in_blank[prefix] = total * blank
        last, state = prefix[-1:], states[prefix]
        for symbol, p in symbols:
            gain = total * p
            if symbol == last:
                in_symbol[prefix] = in_symbol.get(prefix, 0.0) + after_symbol * p
                gain = after_blank * p
            if gain <= least:
                continue
            longer = prefix + symbol
            if longer not in states:
                states[longer] = automaton.step(state, symbol)
            if states[longer] != DEAD:
                in_symbol[longer] = in_symbol.get(longer, 0.0) + gain
    grown = {prefix: (b, in_symbol.pop(prefix, 0.0)) for prefix, b in in_blank.items()}
    grown.update((prefix, (0.0, s)) for prefix, s in in_symbol.items())
    return grown
