"""Speech segments: the frames between two silences, with the strings of words that they may say.

Letters: S frames, K classes with blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.decoding.ctc import Frame, Segment, align, search, split
from sutja.grammar.number_words import OTHER
from sutja.listening.acoustic import Emissions
from sutja.listening.symbols import has_number_word

_EFFORT, _MAX_WIDTH, _MIN_WIDTH = 320, 16, 4  # frames times beam width, and the width itself
_MAX_FRAMES = 100  # of a segment; longer speech without a pause is cut


@dataclass(slots=True)
class SpeechSegment:
    """Frames between two places that are surely blank.

    Attributes
    ----------
    ctc : Segment
        The frames, and the strings that they may say.
    start, frame : float
        Time of the first frame, and from one frame to the next, in seconds.
    best : str
        The likeliest string.
    silence : float
        Log probability that nothing was said in the blank frames before the segment.
    """

    ctc: Segment
    start: float
    frame: float
    best: str
    silence: float

    @property
    def end(self) -> float:
        """Time behind the last frame, in seconds."""
        return self.start + self.frame * len(self.ctc.frames)

    @property
    def has_number(self) -> bool:
        """True where the likeliest string has a word of a number."""
        return has_number_word(self.best)

    @property
    def is_other(self) -> bool:
        """True where the likeliest string is other words and nothing else."""
        return OTHER in self.best and not self.has_number

    def find_word_times(self, string: str) -> list[tuple[float, float]]:
        """Find when each word of one of the strings was said, from and to, in seconds."""
        return [
            (self.start + self.frame * first, self.start + self.frame * last)
            for first, last in align(self.ctc.frames, string)
        ]


def find_segments(emissions: Emissions, alphabet: Sequence[str]) -> Iterator[SpeechSegment]:
    """Find the segments of emissions, in order, and search each for its strings.

    Parameters
    ----------
    emissions : Emissions
        The network's output.
    alphabet : Sequence[str]
        Symbol of each of its K classes, the first for the blank.
    """
    [(_, parts)] = split(emissions.log_probs[None], alphabet)
    silence = np.concatenate([[0.0], np.cumsum(emissions.log_probs[:, 0], dtype=np.float64)])
    done = 0
    for whole in parts:
        for part in _cut_long(whole, emissions.log_probs):
            _search(part)
            best = max(part.strings, key=part.strings.__getitem__)
            before = float(silence[part.first] - silence[done])
            done = part.first + len(part.frames)
            start = emissions.start + emissions.frame * part.first
            yield SpeechSegment(part, start, emissions.frame, best, before)


def _search(part: Segment) -> None:
    """Fill in the strings; where all symbols are other words, there is nothing to search for."""
    if any(symbol != OTHER for _, symbols in part.frames for symbol, _ in symbols):
        search(part, max(_MIN_WIDTH, min(_MAX_WIDTH, _EFFORT // len(part.frames))))
        return
    blank = 1.0
    for p, _ in part.frames:
        blank *= p
    part.strings = {OTHER: max(0.0, 1.0 - blank), "": blank}


def _cut_long(part: Segment, log_probs: NDArray[np.float32]) -> list[Segment]:
    """Cut a segment that is very long where the blank is likeliest; leave any other as it is."""
    n = len(part.frames)
    if n <= _MAX_FRAMES:
        return [part]
    cuts = [0]
    while n - cuts[-1] > _MAX_FRAMES:
        low, high = cuts[-1] + _MAX_FRAMES // 2, cuts[-1] + _MAX_FRAMES
        blank = log_probs[part.first + low : part.first + high, 0]
        cuts.append(low + int(blank.argmax()))
    frames: list[list[Frame]] = [part.frames[a:b] for a, b in zip(cuts, [*cuts[1:], n], strict=True)]
    return [Segment(part.first + a, some) for a, some in zip(cuts, frames, strict=True)]
