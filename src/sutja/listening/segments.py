"""What was said, as islands in silence: a few frames each, with the strings of words that they may say.

Letters: S frames, K classes with blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.decoding.ctc import Frame, Segment, align, search, split
from sutja.grammar.number_words import OTHER
from sutja.listening.acoustic import Stretch
from sutja.listening.symbols import says_number

_EFFORT, _WIDEST, _NARROWEST = 320, 16, 4  # frames times strings kept, and strings kept
_MOST_FRAMES = 100  # of an island; what goes on longer without a pause is cut in two


@dataclass(slots=True)
class Island:
    """Frames between two surely empty places.

    Attributes
    ----------
    segment : Segment
        The frames, and the strings that they may say.
    start, frame : float
        When they begin, and the time from one to the next, in seconds.
    best : str
        The likeliest string.
    quiet : float
        Log probability that nothing was said in the surely empty frames before it.
    """

    segment: Segment
    start: float
    frame: float
    best: str
    quiet: float

    @property
    def end(self) -> float:
        """When they end, in seconds."""
        return self.start + self.frame * len(self.segment.frames)

    @property
    def number(self) -> bool:
        """Whether the likeliest string has a word of a number."""
        return says_number(self.best)

    @property
    def other(self) -> bool:
        """Whether the likeliest string is other words and nothing else."""
        return OTHER in self.best and not self.number

    def times(self, piece: str) -> list[tuple[float, float]]:
        """When each word of one of the strings was said, from and to, in seconds."""
        return [
            (self.start + self.frame * first, self.start + self.frame * last)
            for first, last in align(self.segment.frames, piece)
        ]


def islands(stretch: Stretch, alphabet: Sequence[str]) -> Iterator[Island]:
    """The islands of a stretch, searched, in the order they were said.

    Parameters
    ----------
    stretch : Stretch
        What the network says.
    alphabet : Sequence[str]
        The sign of each of its K classes, the first for the blank.
    """
    [(_, segments)] = split(stretch.log_probs[None], alphabet)
    empty = np.concatenate([[0.0], np.cumsum(stretch.log_probs[:, 0], dtype=np.float64)])
    done = 0
    for whole in segments:
        for segment in _shorter(whole, stretch.log_probs):
            _search(segment)
            best = max(segment.strings, key=segment.strings.__getitem__)
            quiet = float(empty[segment.first] - empty[done])
            done = segment.first + len(segment.frames)
            start = stretch.start + stretch.frame * segment.first
            yield Island(segment, start, stretch.frame, best, quiet)


def _search(segment: Segment) -> None:
    """Fill in the strings; where only other words are heard, there is nothing to search for."""
    if any(sign != OTHER for _, signs in segment.frames for sign, _ in signs):
        search(segment, max(_NARROWEST, min(_WIDEST, _EFFORT // len(segment.frames))))
        return
    nothing = 1.0
    for blank, _ in segment.frames:
        nothing *= blank
    segment.strings = {OTHER: max(0.0, 1.0 - nothing), "": nothing}


def _shorter(segment: Segment, log_probs: NDArray[np.float32]) -> list[Segment]:
    """A segment, or where it is very long its parts, cut where a word is least likely."""
    n = len(segment.frames)
    if n <= _MOST_FRAMES:
        return [segment]
    cuts = [0]
    while n - cuts[-1] > _MOST_FRAMES:
        low, high = cuts[-1] + _MOST_FRAMES // 2, cuts[-1] + _MOST_FRAMES
        at = log_probs[segment.first + low : segment.first + high, 0]
        cuts.append(low + int(at.argmax()))
    frames: list[list[Frame]] = [segment.frames[a:b] for a, b in zip(cuts, [*cuts[1:], n], strict=True)]
    return [Segment(segment.first + a, part) for a, part in zip(cuts, frames, strict=True)]
