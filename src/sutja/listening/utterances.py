"""Islands in a row that may be one number: up to other words, or a pause that is too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sutja.listening.segments import Island

PAUSE = 2.0  # seconds: a longer pause ends a number
NEAR = 1.0  # seconds within which other words stand beside a number
MOST_ISLANDS = 120  # of a number; more than a person says


@dataclass(frozen=True, slots=True)
class Run:
    """Islands that say a number or more, between other words.

    Attributes
    ----------
    islands : tuple[Island, ...]
        In order; the first or the last may be other words that stand beside the number.
    """

    islands: tuple[Island, ...]


class Runs:
    """Takes islands, gives runs.

    Parameters
    ----------
    pause : float
        Seconds; a longer pause ends a number.
    """

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._run: list[Island] = []  # from the first that says a number on
        self._before: Island | None = None  # other words, last heard

    def push(self, island: Island) -> Iterator[Run]:
        """The runs that are complete with one more island."""
        if self._run and island.start - self._run[-1].end > self._pause:
            yield self._done(None)
        if island.other:
            if self._run:
                yield self._done(island)
            self._before = island
        elif self._run or island.number:
            self._run.append(island)
            if len(self._run) >= MOST_ISLANDS:
                yield self._done(None)

    def passed(self, seconds: float) -> Iterator[Run]:
        """The runs that are complete when so much of the recording is heard."""
        if self._run and seconds - self._run[-1].end > self._pause:
            yield self._done(None)

    def finish(self) -> Iterator[Run]:
        """The run that is left at the end."""
        if self._run:
            yield self._done(None)

    def _done(self, behind: Island | None) -> Run:
        run, self._run = self._run, []
        while not run[-1].number:
            run.pop()
        before, self._before = self._before, None
        beside = [before] if before is not None and run[0].start - before.end <= NEAR else []
        after = [behind] if behind is not None and behind.start - run[-1].end <= NEAR else []
        return Run((*beside, *run, *after))
