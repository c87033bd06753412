"""Utterances: segments in a row that may be one number, up to other words or a pause that is too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sutja.listening.segments import SpeechSegment

PAUSE = 2.0  # seconds: a longer pause ends a number
NEAR = 1.0  # seconds within which other words stand beside a number
MAX_SEGMENTS = 120  # of an utterance; more than anybody says


@dataclass(frozen=True, slots=True)
class Utterance:
    """Segments that say one number or more, between other words.

    Attributes
    ----------
    segments : tuple[SpeechSegment, ...]
        In order; the first or the last may be other words that stand beside the number.
    """

    segments: tuple[SpeechSegment, ...]


class UtteranceBuilder:
    """Takes segments and gives utterances.

    Parameters
    ----------
    pause : float
        Seconds; a longer pause ends a number.
    """

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._segments: list[SpeechSegment] = []  # from the first that says a number on
        self._before: SpeechSegment | None = None  # the last other words

    def push(self, segment: SpeechSegment) -> Iterator[Utterance]:
        """Add a segment, and give the utterances that it completes."""
        if self._segments and segment.start - self._segments[-1].end > self._pause:
            yield self._complete(None)
        if segment.is_other:
            if self._segments:
                yield self._complete(segment)
            self._before = segment
        elif self._segments or segment.has_number:
            self._segments.append(segment)
            if len(self._segments) >= MAX_SEGMENTS:
                yield self._complete(None)

    def advance(self, seconds: float) -> Iterator[Utterance]:
        """Give the utterance that is complete once so much of the recording has passed."""
        if self._segments and seconds - self._segments[-1].end > self._pause:
            yield self._complete(None)

    def finish(self) -> Iterator[Utterance]:
        """Give the utterance that is left at the end."""
        if self._segments:
            yield self._complete(None)

    def _complete(self, behind: SpeechSegment | None) -> Utterance:
        segments, self._segments = self._segments, []
        while not segments[-1].has_number:
            segments.pop()
        before, self._before = self._before, None
        beside = [before] if before is not None and segments[0].start - before.end <= NEAR else []
        after = [behind] if behind is not None and behind.start - segments[-1].end <= NEAR else []
        return Utterance((*beside, *segments, *after))
