"""From what may have been said to a `SpokenNumber`: calibrated, judged, and given its times."""

from __future__ import annotations

from dataclasses import dataclass

from sutja.confidence import Calibrator
from sutja.listening.numbers import Heard
from sutja.types import SpokenNumber

MISFIT = 0.2  # the most that is said for what cannot be accepted; no threshold is as low
LEAD, TAIL = 0.12, 0.12  # seconds that a word is longer, at either end, than the frames it is heard in
_QUICKEST = 9.0  # words a second; what is quicker was not said by a person, or was recorded at another rate
_FEW = 4  # words, with fewer of them their rate says nothing


@dataclass(frozen=True, slots=True)
class Judge:
    """How far numbers are trusted: their calibration, and the threshold."""

    calibrate: Calibrator
    threshold: float

    def number(self, heard: Heard, seconds: float) -> SpokenNumber:
        """The number, as surely as it holds.

        A single word in the midst of others ("no one", "for two") is never accepted, nor is a number with
        words of numbers beside it that do not belong to any, one said quicker than people speak, or one that
        does not fit the kind that was asked for.

        Parameters
        ----------
        heard
            What may have been said.
        seconds
            How much of the recording was heard so far.
        """
        confidence = self.calibrate(heard.probability)
        if not self._may_be_accepted(heard):
            confidence = min(confidence, MISFIT)
        end = min(max(seconds, 0.0), heard.spans[-1][1] + TAIL)
        start = min(max(0.0, heard.spans[0][0] - LEAD), end)
        return SpokenNumber(
            " ".join(heard.words), heard.digits, heard.value, confidence, confidence >= self.threshold,
            start, end,
        )  # fmt: skip

    def _may_be_accepted(self, heard: Heard) -> bool:
        lone = len(heard.words) == 1 and heard.beside
        n = len(heard.words)
        lasted = heard.spans[-1][1] - heard.spans[0][0]
        hasty = n >= _FEW and (n - 1) > _QUICKEST * lasted
        return heard.fits and not (heard.ragged or lone or hasty)
