"""Short or unsure numbers are listened to again, a little slower and a little quicker.

What people say is heard at any speed; what noise and music seem to say is seldom heard twice. The mean of the
looks is about as sure as one look where it is right, and far less sure where nothing was said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sutja.listening.acoustic import Ear
from sutja.listening.hypotheses import Look, Reading, sayings, settled
from sutja.listening.segments import islands
from sutja.listening.utterances import Run, Runs
from sutja.signals.audio import RATE

SPEEDS = (0.95, 1.05)  # of the further looks
BELOW = 0.9  # probability under which a number is unsure
SHORT = 3  # words; a number with no more is listened to again however sure it is
MARGIN = 1.0  # seconds of sound before and behind a number that are listened to with it
LONGEST = 30.0  # seconds listened to again; a longer run is left as it was heard
KEPT = 60.0  # seconds of sound that are kept for it


class Echo:
    """Keeps the last `KEPT` seconds of a recording, and listens to them again.

    Parameters
    ----------
    ear : Ear
        What listens.
    alphabet : Sequence[str]
        The sign of each of its classes, the first for the blank.
    pause : float
        As for `sutja.listening.utterances.Runs`.
    """

    def __init__(self, ear: Ear, alphabet: Sequence[str], pause: float) -> None:
        self._ear, self._alphabet, self._pause = ear, alphabet, pause
        self._blocks: list[NDArray[np.float32]] = []
        self._start = self._end = 0  # of what is kept, in samples of the recording

    def push(self, block: NDArray[np.float32]) -> None:
        """Keep one more block."""
        self._blocks.append(block)
        self._end += len(block)
        while self._end - self._start - len(self._blocks[0]) > KEPT * RATE:
            self._start += len(self._blocks.pop(0))

    def settle(self, run: Run) -> list[Reading]:
        """What was said in each place of a run, after further looks where they are called for."""
        first = [sayings(run)]
        found = settled([first])
        if not any(_doubtful(reading) for reading in found):
            return found
        start = round((run.islands[0].start - MARGIN) * RATE)
        end = round((run.islands[-1].end + MARGIN) * RATE)
        start, end = max(0, start), min(end, self._end)
        if start < self._start or end - start > LONGEST * RATE:
            return found
        sound = np.concatenate(self._blocks)[start - self._start : end - self._start]
        return settled([first, *(self._look(sound, start, speed) for speed in SPEEDS)])

    def _look(self, sound: NDArray[np.float32], start: int, speed: float) -> Look:
        """What is said in a piece of sound that is played at another speed."""
        runs = Runs(self._pause)
        found: list[Run] = []
        for island in islands(self._ear.hear_at(sound, start, speed), self._alphabet):
            found += runs.push(island)
        found += runs.finish()
        return [sayings(run) for run in found]


def _doubtful(reading: Reading) -> bool:
    best = reading.best
    return reading.totals[best] < BELOW or len(reading.ways[best].words) <= SHORT
