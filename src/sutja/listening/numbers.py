"""From what may have been said in a place to the number that is shown: chosen, calibrated, judged, timed."""

from __future__ import annotations

from dataclasses import dataclass

from sutja.confidence import Calibrator
from sutja.grammar import Grammar, Typed
from sutja.listening.hypotheses import Reading, Spans, sayings, settled
from sutja.listening.utterances import Run
from sutja.types import SpokenNumber

CLEARLY = (
    2.0  # digits that do not fit the kind are shown if they are so many times as likely as those that do
)
LEAST = 0.33  # of a number's probability a word, on average; what is less sure is not shown as a number
_SUMS = ("number", "amount")  # kinds whose value is what the words are worth
MISFIT = 0.2  # the most that is said for what cannot be accepted; no threshold is as low
LEAD, TAIL = 0.12, 0.12  # seconds that a word is longer, at either end, than the frames it is heard in
_QUICKEST = 9.0  # words a second; what is quicker was not said by a person, or was recorded at another rate
_FEW = 4  # words, with fewer of them their rate says nothing


@dataclass(frozen=True, slots=True)
class Heard:
    """A number that may have been said.

    Attributes
    ----------
    words, digits, value : tuple[str, ...] or str or str | None
        As in `sutja.grammar.number_words.Spoken`; `value` is that of the kind, where one was asked for.
    probability : float
        Of these digits at this place.
    spans : Spans
        When each of its words was said, in seconds.
    ragged : bool
        Whether words of numbers stand beside it that belong to none.
    beside : bool
        Whether other words stand beside it, within `sutja.listening.utterances.NEAR`.
    fits : bool
        Whether it fits the kind that was asked for; True where none was.
    """

    words: tuple[str, ...]
    digits: str
    value: str | None
    probability: float
    spans: Spans
    ragged: bool = False
    beside: bool = False
    fits: bool = True


def numbers(run: Run, grammar: Grammar | None = None) -> list[Heard]:
    """The numbers of a run, in order, as one look hears them.

    Parameters
    ----------
    run : Run
        Islands, searched.
    grammar : Grammar | None
        Of the kind that is asked for, if one is.
    """
    found = (choose(reading, grammar) for reading in settled([[sayings(run)]]))
    return [heard for heard in found if heard is not None]


def choose(reading: Reading, grammar: Grammar | None = None) -> Heard | None:
    """The likeliest number in a place, those that fit the kind first; None where none is likely enough.

    A number is never bent to fit: where something else is clearly likelier, that is shown.

    Parameters
    ----------
    reading : Reading
        What may have been said there.
    grammar : Grammar | None
        Of the kind that is asked for, if one is.
    """
    totals = reading.totals
    if not totals or reading.nothing > sum(totals.values()):
        return None
    best = reading.best
    if totals[best] < LEAST ** len(reading.ways[best].words):
        return None
    if grammar is None:
        return _made(reading, best)
    fits = {digits: typed for digits in totals if (typed := grammar.parse(digits)) is not None}
    fitting = max(fits, key=totals.__getitem__, default=None)
    if fitting is None or totals[best] > CLEARLY * totals[fitting]:
        return _made(reading, best, misfit=True)
    return _made(reading, fitting, fits[fitting])


def _made(reading: Reading, digits: str, typed: Typed | None = None, misfit: bool = False) -> Heard:
    way = reading.ways[digits]
    value = None if misfit else way.number.value
    if typed is not None and (value is not None or typed.kind not in _SUMS):
        value = typed.value
    ragged, beside = way.around()
    probability = min(1.0, reading.totals[digits])
    return Heard(way.words, digits, value, probability, way.spans(), ragged, beside, not misfit)


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
        heard : Heard
            What may have been said.
        seconds : float
            How much of the recording was heard so far.
        """
        confidence = self.calibrate(heard.probability)
        if not self._may_be_accepted(heard):
            confidence = min(confidence, MISFIT)
        end = min(max(seconds, 0.0), heard.spans[-1][1] + TAIL)
        start = min(max(0.0, heard.spans[0][0] - LEAD), end)
        return SpokenNumber(
            " ".join(heard.words),
            heard.digits,
            heard.value,
            confidence,
            confidence >= self.threshold,
            start,
            end,
        )

    def _may_be_accepted(self, heard: Heard) -> bool:
        lone = len(heard.words) == 1 and heard.beside
        n = len(heard.words)
        lasted = heard.spans[-1][1] - heard.spans[0][0]
        hasty = n >= _FEW and (n - 1) > _QUICKEST * lasted
        return heard.fits and not (heard.ragged or lone or hasty)
