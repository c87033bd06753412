"""Marks of speech that is no part of a number, so that a person finds what was missed."""

from __future__ import annotations

from collections.abc import Sequence

from sutja.listening.segments import SpeechSegment
from sutja.types import Speech, SpokenNumber

_JOINED = 0.7  # seconds: words with no longer pause between them are marked together
_SHORTEST = 0.25  # seconds; what is shorter is a breath or a click


class SpeechMarks:
    """Takes the segments of a recording, and keeps the times of those that say something."""

    def __init__(self) -> None:
        self._spans: list[tuple[float, float]] = []

    def push(self, segment: SpeechSegment) -> None:
        """Add a segment, in order of time."""
        if not segment.best:
            return
        if self._spans and segment.start - self._spans[-1][1] <= _JOINED:
            self._spans[-1] = (self._spans[-1][0], segment.end)
        else:
            self._spans.append((segment.start, segment.end))

    def find_between(self, numbers: Sequence[SpokenNumber]) -> tuple[Speech, ...]:
        """Find what was said before, behind and between numbers.

        Parameters
        ----------
        numbers : Sequence[SpokenNumber]
            Numbers in order of time.
        """
        found: list[Speech] = []
        for start, end in self._spans:
            at = max(0.0, start)
            for number in numbers:
                if number.start < end and at < number.end:
                    found += _make_speech(at, min(end, number.start))
                    at = number.end
            found += _make_speech(at, end)
        return tuple(found)


def _make_speech(start: float, end: float) -> list[Speech]:
    return [Speech(start, end)] if end - start >= _SHORTEST else []
