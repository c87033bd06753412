"""The second pass (test-time augmentation): short or unsure numbers are run again, slower and quicker.

Speech is recognised at any speed; what noise and music sound like is seldom recognised twice. The mean of the
passes is about as sure as a single pass where it is right, and far less sure where nothing was said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sutja.listening.acoustic import AcousticModel
from sutja.listening.hypotheses import SHORT_WORDS, ConfusionSet, Pass, combine_passes, make_n_best
from sutja.listening.segments import find_segments
from sutja.listening.utterances import Utterance, UtteranceBuilder
from sutja.signals.audio import RATE

SPEEDS = (0.95, 1.05)  # of the further passes
UNSURE_BELOW = 0.9  # probability under which a number is run again
CONTEXT = 1.0  # seconds of sound before and behind an utterance that are run with it
MAX_SECONDS = 30.0  # of sound in a second pass; a longer utterance keeps the first
BUFFER_SECONDS = 60.0  # of sound that is kept for it


class SecondPass:
    """Keeps the last `BUFFER_SECONDS` of a recording, and runs parts of them again.

    Parameters
    ----------
    model : AcousticModel
        The network.
    alphabet : Sequence[str]
        Symbol of each of its classes, the first for the blank.
    pause : float
        As for `sutja.listening.utterances.UtteranceBuilder`.
    """

    def __init__(self, model: AcousticModel, alphabet: Sequence[str], pause: float) -> None:
        self._model, self._alphabet, self._pause = model, alphabet, pause
        self._blocks: list[NDArray[np.float32]] = []
        self._start = self._end = 0  # of the buffer, in samples of the recording

    def push(self, block: NDArray[np.float32]) -> None:
        """Keep one more block."""
        self._blocks.append(block)
        self._end += len(block)
        while self._end - self._start - len(self._blocks[0]) > BUFFER_SECONDS * RATE:
            self._start += len(self._blocks.pop(0))

    def resolve(self, utterance: Utterance) -> list[ConfusionSet]:
        """Find the numbers of an utterance, in order, after further passes where they are called for."""
        first = [make_n_best(utterance)]
        numbers = combine_passes([first])
        if not any(_needs_second_pass(number) for number in numbers):
            return numbers
        cut = self.cut_sound(utterance)
        if cut is None:
            return numbers
        return combine_passes([first, *(self._run(*cut, speed) for speed in SPEEDS)])

    def cut_sound(self, utterance: Utterance) -> tuple[NDArray[np.float32], int] | None:
        """Cut the sound of an utterance with some around it, float32 (n,), and tell its first sample.

        None where it is too long, or no longer kept.
        """
        start = round((utterance.segments[0].start - CONTEXT) * RATE)
        end = round((utterance.segments[-1].end + CONTEXT) * RATE)
        start, end = max(0, start), min(end, self._end)
        if start < self._start or end - start > MAX_SECONDS * RATE:
            return None
        return np.concatenate(self._blocks)[start - self._start : end - self._start], start

    def _run(self, sound: NDArray[np.float32], start: int, speed: float) -> Pass:
        """Run the network over sound that is played at another speed."""
        builder = UtteranceBuilder(self._pause)
        utterances: list[Utterance] = []
        for segment in find_segments(self._model.emit_at_speed(sound, start, speed), self._alphabet):
            utterances += builder.push(segment)
        utterances += builder.finish()
        return [make_n_best(utterance) for utterance in utterances]


def _needs_second_pass(number: ConfusionSet) -> bool:
    words = number.mentions[number.best].words
    return number.posteriors[number.best] < UNSURE_BELOW or len(words) <= SHORT_WORDS
