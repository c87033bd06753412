"""Beam search inside a grammar: the strings that fit it, with their probabilities among all strings.

The probabilities are those of the free search, not normalised within the grammar: where nothing of the kind
is shown, the strings that fit have next to no probability.

A segment (`sutja.decoding.ctc`) whose strings are all known is walked through the automaton string by string.
One that has too many is searched frame by frame from each state that the strings before it lead to, and a
prefix that the automaton does not accept is dropped at once (as Hwang and Sung 2016 steer a prefix beam
search).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sutja.decoding.ctc import NEGLIGIBLE, Beam, Candidate, Frame, Segment, join_endings, rescale
from sutja.grammar import DEAD, REPAIR, Automaton

WIDTH = 32  # texts kept at every step; they differ in punctuation too

_Part: TypeAlias = tuple[str, float, int]  # a string of a segment, its probability, and the state it leads to


@dataclass(slots=True)
class _Text:
    """The strings of all segments so far that are one text."""

    state: int
    total: float
    best: float
    parts: object  # a linked list, last segment first


def search_grammar(
    segments: Sequence[Segment], automaton: Automaton, width: int = WIDTH, negligible: float = NEGLIGIBLE
) -> list[Candidate]:
    """Search for the likeliest texts that an automaton accepts.

    Parameters
    ----------
    segments : Sequence[Segment]
        Segments that have been searched freely.
    automaton : Automaton
        The grammar.
    width : int
        Texts kept at every step.
    negligible : float
        A text this much less likely than the best is dropped.

    Returns
    -------
    list[Candidate]
        At most `width` candidates, likeliest first, whose keys are the texts. Probabilities are those of the
        segments' frames alone, without the cost of repairs.
    """
    beam = {"": _Text(automaton.start, 1.0, 1.0, None)}
    log_scale = 0.0
    for segment in segments:
        log_scale += segment.log_scale
        states = {entry.state for entry in beam.values()}
        parts = {state: _find_parts(segment, automaton, state, width, negligible) for state in states}
        beam = _extend(beam, parts)
        if not beam:
            return []
        beam = _prune(beam, automaton, width, negligible)
    scale = math.exp(log_scale)
    accepted = [
        Candidate(text, entry.total * scale, entry.parts)
        for text, entry in beam.items()
        if automaton.count_repairs(entry.state) is not None
    ]
    return sorted(accepted, key=lambda candidate: -candidate.probability)


def _extend(beam: dict[str, _Text], parts: dict[int, list[_Part]]) -> dict[str, _Text]:
    """Extend each text by each of the parts that may follow it."""
    grown: dict[str, _Text] = {}
    for text, entry in beam.items():
        for part, p, state in parts[entry.state]:
            longer = text + part
            best = entry.best * p
            other = grown.get(longer)
            if other is None:
                grown[longer] = _Text(state, entry.total * p, best, (entry.parts, part))
                continue
            other.total += entry.total * p
            if best > other.best:
                other.best, other.parts = best, (entry.parts, part)
    return grown


def _prune(beam: dict[str, _Text], automaton: Automaton, width: int, negligible: float) -> dict[str, _Text]:
    if len(beam) == 1:
        return beam

    def score(item: tuple[str, _Text]) -> float:
        return float(item[1].total * REPAIR ** automaton.count_min_repairs(item[1].state))

    ranked = sorted(beam.items(), key=score, reverse=True)[:width]
    least = score(ranked[0]) * negligible
    return {text: entry for text, entry in ranked if score((text, entry)) >= least}


def _find_parts(
    segment: Segment, automaton: Automaton, state: int, width: int, negligible: float
) -> list[_Part]:
    """Find the parts that may follow a text that leads to a state."""
    if segment.cut:
        found: Iterable[_Part] = search_within(segment, automaton, state, width, negligible)
    else:
        found = ((text, p, automaton.walk(state, text)) for text, p in segment.strings.items())
    return [part for part in found if part[2] != DEAD and part[1] > 0.0]


def search_within(
    segment: Segment, automaton: Automaton, state: int, width: int = WIDTH, negligible: float = NEGLIGIBLE
) -> list[_Part]:
    """Search for the strings of a segment that an automaton accepts from a state on.

    Their probabilities are to be multiplied by exp(segment.log_scale), as those of the free search are.
    """
    beam: Beam = {"": (1.0, 0.0)}
    states = {"": state}
    log_scale = 0.0
    for frame in segment.frames:
        beam = _step(beam, states, frame, automaton, negligible)
        if not any(b + s for b, s in beam.values()):
            return []
        beam, log_factor = rescale(beam)
        log_scale += log_factor
        if len(beam) > width:
            ranked = sorted(
                beam.items(),
                key=lambda item: -sum(item[1]) * REPAIR ** automaton.count_min_repairs(states[item[0]]),
            )
            beam = dict(ranked[:width])
    scale = math.exp(min(0.0, log_scale - segment.log_scale))
    return [(prefix, (b + s) * scale, states[prefix]) for prefix, (b, s) in beam.items()]


def _step(beam: Beam, states: dict[str, int], frame: Frame, automaton: Automaton, negligible: float) -> Beam:
    """Extend a beam by one frame, as the free search does; `states` grows with the prefixes."""
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
    return join_endings(in_blank, in_symbol)
