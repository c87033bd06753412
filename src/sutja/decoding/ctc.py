"""Connectionist temporal classification (Graves et al. 2006): from frames to strings and their probabilities.

Letters: B batch, T frames, K classes, class 0 the blank.

A path names one class a frame; the string it writes is the path with repeats merged and blanks taken out.
Where the blank is all but certain nothing is written, so the frames between two such places, a `Segment`, can
be searched on their own and the results multiplied. Most segments are one character in two or three frames.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import add, itemgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# Probability of the blank, and of each likely symbol.
Frame: TypeAlias = tuple[float, list[tuple[str, float]]]

# For each prefix the probability of the paths that end in a blank, and of those that end in its last symbol.
Beam: TypeAlias = dict[str, tuple[float, float]]

# Key, total probability, probability of its likeliest string, and that string as a linked list of parts.
_Entry: TypeAlias = tuple[str, float, float, object]

CERTAIN = 1e-3  # a frame whose blank is surer than 1 - CERTAIN separates two segments
FLOOR = 1e-3  # a symbol less likely than this in a frame is ignored there
WIDTH = 16  # strings kept at every step
NEGLIGIBLE = 1e-3  # a string this much less likely than the best is dropped
_TINY = 1e-100  # a beam less likely than this is scaled up
_total = itemgetter(1)  # of an _Entry


@dataclass(slots=True)
class Segment:
    """Frames that are not surely blank, and the strings they may write.

    Attributes
    ----------
    first : int
        Index of the first frame.
    frames : list[Frame]
        The frames.
    strings : dict[str, float]
        Probability of each string, to be multiplied by exp(log_scale); filled in by `search`.
    log_scale : float
        0 but for very long, very unsure segments.
    cut : bool
        True where strings were dropped because there were too many.
    """

    first: int
    frames: list[Frame]
    strings: dict[str, float] = field(default_factory=dict)
    log_scale: float = 0.0
    cut: bool = False


@dataclass(slots=True)
class Candidate:
    """A key, and the total probability of all strings with this key.

    Attributes
    ----------
    key : str
        Key that the strings share.
    probability : float
        Their total probability.
    likeliest : object
        The likeliest of them as a linked list of parts, last segment first; `list_parts` unrolls it.
    """

    key: str
    probability: float
    likeliest: object

    def list_parts(self) -> list[str]:
        """List each segment's part of the likeliest string."""
        parts: list[str] = []
        rest = self.likeliest
        while isinstance(rest, tuple):
            rest, part = rest
            parts.append(part)
        return parts[::-1]


def split(
    log_probs: NDArray[np.float32], alphabet: Sequence[str], floor: float = FLOOR, certain: float = CERTAIN
) -> list[tuple[float, list[Segment]]]:
    """Cut each item of a batch into its segments.

    Parameters
    ----------
    log_probs : NDArray[float32]
        (B, T, K) log probabilities.
    alphabet : Sequence[str]
        K symbols, the first for the blank.
    floor : float
        A symbol less likely than this in a frame is ignored there.
    certain : float
        A frame whose blank is surer than 1 - certain separates two segments.

    Returns
    -------
    list[tuple[float, list[Segment]]]
        For each item the log probability of its surely blank frames, and its segments, not yet searched.
    """
    active = log_probs[:, :, 0] < math.log1p(-certain)
    certain_log = np.where(active, np.float32(0.0), log_probs[:, :, 0]).sum(axis=1).tolist()
    rows, frames = np.nonzero(active)
    likely = np.exp(log_probs[rows, frames])  # (n active frames, K)
    likely_frames: list[Frame] = [(blank, []) for blank in likely[:, 0].tolist()]
    owners, classes = np.nonzero(likely > floor)
    values = likely[owners, classes].tolist()
    for owner, k, p in zip(owners.tolist(), classes.tolist(), values, strict=True):
        if k:
            likely_frames[owner][1].append((alphabet[k], p))
    items: list[tuple[float, list[Segment]]] = [(value, []) for value in certain_log]
    last = (-1, -1)
    for row, index, frame in zip(rows.tolist(), frames.tolist(), likely_frames, strict=True):
        if last == (row, index - 1):
            items[row][1][-1].frames.append(frame)
        else:
            items[row][1].append(Segment(index, [frame]))
        last = (row, index)
    return items


def search(segment: Segment, width: int = WIDTH, negligible: float = NEGLIGIBLE) -> None:
    """Fill in the strings of a segment, likeliest first, by prefix beam search (Hannun et al. 2014).

    A prefix carries two probabilities, of the paths that end in a blank and of those that end in its last
    symbol: only the first may repeat that symbol as a new one.

    Parameters
    ----------
    segment : Segment
        The frames; its strings, scale and `cut` are filled in.
    width : int
        Prefixes kept after each frame.
    negligible : float
        A prefix this much less likely than the best is dropped.
    """
    blank, symbols = segment.frames[0]
    segment.strings = {"": blank, **dict(symbols)}
    if len(segment.frames) == 1:  # every second segment
        return
    known = _sum_single(segment.frames, negligible)
    if known is not None:
        segment.strings = known
        return
    beam = {"": (blank, 0.0), **{symbol: (0.0, p) for symbol, p in symbols}}
    for frame in segment.frames[1:]:
        beam = _step(beam, frame, negligible)
        beam, log_scale = rescale(beam)
        segment.log_scale += log_scale
        if len(beam) > width:
            segment.cut = True
            ranked = sorted(beam.items(), key=lambda item: -sum(item[1]))
            beam = dict(ranked[:width])
    segment.strings = {prefix: b + s for prefix, (b, s) in beam.items()}


def _sum_single(frames: Sequence[Frame], negligible: float) -> dict[str, float] | None:
    """Sum the paths of a segment in which there is but one symbol, written at most once, in closed form.

    Returns
    -------
    dict[str, float] | None
        Probability of that symbol and of nothing, likeliest first; None where there are several symbols, or
        where the same one may be written twice.
    """
    only = ""
    before, within, behind, whole = 1.0, 0.0, 0.0, 1.0
    for blank, symbols in frames:
        if len(symbols) > 1:
            return None
        p = 0.0
        if symbols:
            symbol, p = symbols[0]
            if only not in ("", symbol):
                return None
            only = symbol
        behind = (behind + within) * blank
        within = (within + before) * p
        before *= blank
        whole *= blank + p
    once = within + behind
    if not only or whole < _TINY or whole - once - before > negligible * max(once, before):
        return None
    return {only: once, "": before} if once >= before else {"": before, only: once}


def _step(beam: Beam, frame: Frame, negligible: float) -> Beam:
    """Extend a beam by one frame."""
    blank, symbols = frame
    least = max(b + s for b, s in beam.values()) * negligible
    in_blank: dict[str, float] = {}
    in_symbol: dict[str, float] = {}
    for prefix, (after_blank, after_symbol) in beam.items():
        total = after_blank + after_symbol
        in_blank[prefix] = total * blank
        last = prefix[-1:]
        for symbol, p in symbols:
            gain = total * p
            if symbol == last:
                in_symbol[prefix] = in_symbol.get(prefix, 0.0) + after_symbol * p
                gain = after_blank * p
            if gain > least:
                longer = prefix + symbol
                in_symbol[longer] = in_symbol.get(longer, 0.0) + gain
    return join_endings(in_blank, in_symbol)


def join_endings(in_blank: dict[str, float], in_symbol: dict[str, float]) -> Beam:
    """Make a beam of the probabilities of ending in a blank and in a symbol; `in_symbol` is used up."""
    beam = {prefix: (b, in_symbol.pop(prefix, 0.0)) for prefix, b in in_blank.items()}
    beam.update((prefix, (0.0, s)) for prefix, s in in_symbol.items())
    return beam


def rescale(beam: Beam) -> tuple[Beam, float]:
    """Scale a beam up before its probabilities vanish, as they do after hundreds of unsure frames.

    Returns
    -------
    tuple[Beam, float]
        The beam, and the log of what it has to be multiplied by.
    """
    best = sum(max(beam.values(), key=sum))
    if best == 0.0 or best >= _TINY:
        return beam, 0.0
    return {prefix: (b / best, s / best) for prefix, (b, s) in beam.items()}, math.log(best)


def combine(
    segments: Sequence[Segment],
    key: Callable[[str], str] = str,
    width: int = WIDTH,
    negligible: float = NEGLIGIBLE,
    join: Callable[[str, str], str] = add,
) -> list[Candidate]:
    """Multiply out the strings of all segments; strings with the same key are one candidate.

    Parameters
    ----------
    segments : Sequence[Segment]
        Segments already searched.
    key : Callable[[str], str]
        Gives what of a string matters.
    join : Callable[[str, str], str]
        Gives the key of two joined strings from their keys.
    width : int
        Candidates kept at every step.
    negligible : float
        A candidate this much less likely than the best is dropped.

    Returns
    -------
    list[Candidate]
        At most `width` candidates, likeliest first. Probabilities are those of the segments' frames alone.
    """
    beam: list[_Entry] = [("", 1.0, 1.0, None)]
    log_scale = 0.0
    for segment in segments:
        log_scale += segment.log_scale
        parts = _rank_parts(segment, key, negligible)
        if len(parts) == 1:  # most segments are sure of themselves
            part, total, best, text = parts[0]
            beam = [(join(start, part), t * total, b * best, (rest, text)) for start, t, b, rest in beam]
            if len(beam) > 1:
                beam = _merge_keys(beam)
            continue
        beam = _multiply(beam, parts, beam[0][1] * parts[0][1] * negligible, join)[:width]
    scale = math.exp(log_scale)
    return [Candidate(joined, total * scale, likeliest) for joined, total, _, likeliest in beam]


def _multiply(
    beam: Sequence[_Entry],
    parts: Sequence[tuple[str, float, float, str]],
    least: float,
    join: Callable[[str, str], str],
) -> list[_Entry]:
    """Multiply entries by the parts that may follow, ranked; what is less likely than `least` is dropped."""
    kept: dict[str, _Entry] = {}
    for start, start_total, start_best, rest in beam:
        for part, total, best, text in parts:
            both = start_total * total
            if both < least:
                break
            joined, likeliest = join(start, part), start_best * best
            other = kept.get(joined)
            if other is None:
                kept[joined] = (joined, both, likeliest, (rest, text))
            elif other[2] >= likeliest:
                kept[joined] = (joined, other[1] + both, other[2], other[3])
            else:
                kept[joined] = (joined, other[1] + both, likeliest, (rest, text))
    return sorted(kept.values(), key=_total, reverse=True)


def _merge_keys(entries: list[_Entry]) -> list[_Entry]:
    """Sum the entries of each key, and keep its likeliest string; likeliest key first."""
    kept: dict[str, _Entry] = {}
    for joined, total, best, string in entries:
        other = kept.get(joined)
        if other is None:
            kept[joined] = (joined, total, best, string)
        elif other[2] >= best:
            kept[joined] = (joined, other[1] + total, other[2], other[3])
        else:
            kept[joined] = (joined, other[1] + total, best, string)
    return sorted(kept.values(), key=_total, reverse=True)


def _rank_parts(
    segment: Segment, key: Callable[[str], str], negligible: float
) -> list[tuple[str, float, float, str]]:
    """Rank the keys of a segment's strings: key, total, and probability of its likeliest string, and that."""
    least = max(segment.strings.values()) * negligible
    parts: dict[str, tuple[str, float, float, str]] = {}
    for string, p in segment.strings.items():
        if p < least:
            continue
        part = key(string)
        other = parts.get(part)
        if other is None:
            parts[part] = (part, p, p, string)
        elif p > other[2]:
            parts[part] = (part, other[1] + p, p, string)
        else:
            parts[part] = (part, other[1] + p, other[2], other[3])
    return sorted(parts.values(), key=_total, reverse=True)


def align(frames: Sequence[Frame], string: str) -> list[tuple[int, int]]:
    """Find the likeliest frames [first, last) of each symbol of a string (Viterbi); (0, T) if none fits."""
    if len(frames) == 1:
        return [(0, 1)] * len(string)
    if len(string) == 1:
        return [_find_peak([_likelihood(frame, string) for frame in frames])]
    states = ["", *(state for symbol in string for state in (symbol, ""))]  # blanks between and around
    scores = [_log(_likelihood(frames[0], state)) if i < 2 else -math.inf for i, state in enumerate(states)]
    back = [list(range(len(states)))]
    for frame in frames[1:]:
        grown, origins = [], []
        for i, state in enumerate(states):
            # From one symbol to another no blank is needed.
            skip = i > 1 and state != "" and states[i - 2] != state
            origin = max(range(max(0, i - 2 if skip else i - 1), i + 1), key=scores.__getitem__)
            grown.append(scores[origin] + _log(_likelihood(frame, state)))
            origins.append(origin)
        scores = grown
        back.append(origins)
    return _trace(scores, back, len(string))


def _likelihood(frame: Frame, state: str) -> float:
    blank, symbols = frame
    return blank if state == "" else next((p for symbol, p in symbols if symbol == state), 0.0)


def _log(p: float) -> float:
    return math.log(p) if p > 0.0 else -math.inf


def _find_peak(values: list[float]) -> tuple[int, int]:
    """Find the frames around the highest value that reach half of it."""
    top = max(values)
    first = last = values.index(top)
    while first > 0 and values[first - 1] >= top / 2:
        first -= 1
    while last + 1 < len(values) and values[last + 1] >= top / 2:
        last += 1
    return first, last + 1


def _trace(scores: list[float], back: list[list[int]], length: int) -> list[tuple[int, int]]:
    """Follow the best path back, and note where each symbol begins and ends."""
    state = max((2 * length, max(0, 2 * length - 1)), key=scores.__getitem__)
    if scores[state] == -math.inf:
        return [(0, len(back))] * length
    spans: list[list[int]] = [[] for _ in range(length)]
    for t in range(len(back) - 1, -1, -1):
        if state % 2:
            spans[state // 2].append(t)
        state = back[t][state]
    return [(span[-1], span[0] + 1) for span in spans]
