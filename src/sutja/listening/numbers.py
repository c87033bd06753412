"""From a confusion set to the number that is shown: chosen, calibrated, accepted or not, with its times."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sutja.confidence import Calibrator
from sutja.grammar import Grammar, TypedNumber
from sutja.grammar.number_words import DIGIT_VALUES, MULTIPLIERS, ORDINALS, REPEATS, SIGNS, TENS, ParsedNumber
from sutja.listening.hypotheses import (
    SHORT_WORDS,
    ConfusionSet,
    Neighbours,
    TimeSpans,
    combine_passes,
    make_n_best,
)
from sutja.listening.utterances import Utterance
from sutja.types import SpokenNumber

# A number that does not fit the kind is shown if it is so many times as likely as the likeliest that does.
MISFIT_RATIO = 2.0
MIN_WORD_PROBABILITY = 0.33  # of a number's probability, the mean of a word; what is less sure is not shown
MISFIT_CONFIDENCE = 0.2  # the highest confidence of what must not be accepted; no threshold is as low
LEAD, TAIL = 0.12, 0.12  # seconds that a word lasts before and behind the frames of its symbol
_SUMS = ("number", "amount")  # kinds whose value is what the words are worth
_MAX_WORD_RATE = 9.0  # a second; quicker speech is not a person's, or has another sample rate than it says
_MIN_STRING = 4  # words, digits said one by one, that other words beside them do not make another number
_SAID_ONE_BY_ONE = frozenset([*DIGIT_VALUES, *REPEATS])
_MIN_WORDS_FOR_RATE = 4  # with fewer words their rate says nothing


@dataclass(frozen=True, slots=True)
class NumberHypothesis:
    """A number that may have been said.

    Attributes
    ----------
    number : ParsedNumber
        The number as its words say it.
    words : tuple[str, ...]
        The words it was said in.
    value : str | None
        Its value; that of the kind, where one was asked for.
    probability : float
        Probability of this number at this position.
    times : TimeSpans
        When each of its words was said, in seconds.
    neighbours : Neighbours
        What stands beside it, within `sutja.listening.utterances.NEAR`.
    fits : bool
        True where it fits the kind that was asked for, or none was.
    """

    number: ParsedNumber
    words: tuple[str, ...]
    value: str | None
    probability: float
    times: TimeSpans
    neighbours: Neighbours = Neighbours()  # noqa: RUF009 — frozen
    fits: bool = True

    @property
    def digits(self) -> str:
        """The digits, leading zeros kept."""
        return self.number.digits

    @property
    def beside(self) -> str | None:
        """Words for what stands beside it and may make it another number; None where nothing does."""
        if self.neighbours.number_words:
            return "number words"
        if self.neighbours.is_taken_back:
            return "correction"
        return "other words" if self.neighbours.other_words else None

    @property
    def is_acceptable(self) -> bool:
        """False for what is never accepted, however sure the network is.

        That is a number beside words that may make it another: number words that belong to none, a "sorry",
        or other words, unless its digits were said one by one ("three hundred thousand" may be the end of a
        larger number, and "for two" none at all); "hundred" without a number of them, and a rank of one word
        ("second"); tens behind other tens than twenty, one of which is likelier to be a teen ("ninety eighty
        four"); one said quicker than people speak; and one that does not fit the kind.
        """
        n = len(self.words)
        first = self.words[1] if n > 1 and self.words[0] in SIGNS else self.words[0]
        is_string = n >= _MIN_STRING and _SAID_ONE_BY_ONE.issuperset(self.words)
        seconds = self.times[-1][1] - self.times[0][0]
        hasty = n >= _MIN_WORDS_FOR_RATE and (n - 1) > _MAX_WORD_RATE * seconds
        alone = self.beside is None or (self.beside == "other words" and is_string)
        teens = any(a in TENS[1:] and b in TENS for a, b in pairwise(self.words))
        odd = hasty or teens or first in MULTIPLIERS or self.words[0] in ORDINALS
        return self.fits and alone and not odd


def decode_numbers(utterance: Utterance, grammar: Grammar | None = None) -> list[NumberHypothesis]:
    """Decode the numbers of an utterance, in order, in a single pass.

    Parameters
    ----------
    utterance : Utterance
        Segments that have been searched.
    grammar : Grammar | None
        The grammar of the kind that is asked for, if one is.
    """
    chosen = (choose_number(numbers, grammar) for numbers in combine_passes([[make_n_best(utterance)]]))
    return [number for number in chosen if number is not None]


def choose_number(numbers: ConfusionSet, grammar: Grammar | None = None) -> NumberHypothesis | None:
    """Choose the likeliest number, those that fit the kind first; None where none is likely enough.

    A number is never bent to fit: where something else is clearly likelier, that is shown.

    Parameters
    ----------
    numbers : ConfusionSet
        The numbers that may have been said at one position.
    grammar : Grammar | None
        The grammar of the kind that is asked for, if one is.
    """
    posteriors = numbers.posteriors
    if not posteriors or numbers.none > sum(posteriors.values()):
        return None
    best = numbers.best
    if posteriors[best] < MIN_WORD_PROBABILITY ** len(numbers.mentions[best].words):
        return None
    if grammar is None:
        return _make_hypothesis(numbers, best)
    fits = {
        key: typed
        for key in posteriors
        if (typed := _parse_kind(numbers.mentions[key].number, grammar)) is not None
    }
    fitting = max(fits, key=posteriors.__getitem__, default=None)
    if fitting is None or posteriors[best] > MISFIT_RATIO * posteriors[fitting]:
        return _make_hypothesis(numbers, best, misfit=True)
    return _make_hypothesis(numbers, fitting, fits[fitting])


def _parse_kind(number: ParsedNumber, grammar: Grammar) -> TypedNumber | None:
    """Parse the digits as a kind; what has a sign, decimals or a unit is a number or an amount, or none."""
    typed = grammar.parse(number.digits)
    if typed is None or number.key == number.digits:
        return typed
    return TypedNumber(typed.kind, number.value) if typed.kind in _SUMS else None


def _make_hypothesis(
    numbers: ConfusionSet, key: str, typed: TypedNumber | None = None, misfit: bool = False
) -> NumberHypothesis:
    mention = numbers.mentions[key]
    value = None if misfit else mention.number.value
    if typed is not None and (value is not None or typed.kind not in _SUMS):
        value = typed.value
    return NumberHypothesis(
        mention.number,
        mention.words,
        value,
        min(1.0, numbers.posteriors[key]),
        mention.find_word_times(),
        mention.find_neighbours(),
        fits=not misfit,
    )


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """The calibration of a model, and the confidence from which a number is accepted.

    Attributes
    ----------
    calibrate : Calibrator
        Map of a number's probability to the share of right ones.
    threshold : float
        The confidence from which a number is accepted.
    calibrate_long : Calibrator | None
        The same as `calibrate` for numbers of more than `SHORT_WORDS` words; None where it holds for all. The
        probability of a short one is the mean of several passes, that of a long one mostly of a single pass,
        which is surer than it should be.
    """

    calibrate: Calibrator
    threshold: float
    calibrate_long: Calibrator | None = None

    def measure_confidence(self, number: NumberHypothesis) -> float:
        """Measure the confidence of a number, `MISFIT_CONFIDENCE` at most where it is not acceptable."""
        is_long = len(number.words) > SHORT_WORDS
        calibrate = (self.calibrate_long if is_long else None) or self.calibrate
        confidence = calibrate(number.probability)
        return confidence if number.is_acceptable else min(confidence, MISFIT_CONFIDENCE)

    def accepts(self, number: NumberHypothesis) -> bool:
        """Tell whether a number is accepted."""
        return number.is_acceptable and self.measure_confidence(number) >= self.threshold

    def apply(self, number: NumberHypothesis, seconds: float) -> SpokenNumber:
        """Calibrate a number and accept it or not.

        Parameters
        ----------
        number : NumberHypothesis
            The number.
        seconds : float
            Seconds of the recording that have been processed: it does not end later.
        """
        confidence = self.measure_confidence(number)
        end = min(max(seconds, 0.0), number.times[-1][1] + TAIL)
        start = min(max(0.0, number.times[0][0] - LEAD), end)
        return SpokenNumber(
            text=" ".join(number.words),
            digits=number.digits,
            value=number.value,
            confidence=confidence,
            accepted=confidence >= self.threshold,
            start=start,
            end=end,
            sign=number.number.sign,
            unit=number.number.unit,
            beside=number.beside,
        )
