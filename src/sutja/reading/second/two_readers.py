"""Answers of two readers joined at the level of hypotheses, with one calibrated probability each.

The two are taken to fail independently: an answer's score is the product of what each gives it (a product of
experts, Hinton 2002), where neither gives any answer less than a floor, so that one reader alone can still be
right. The probability of the best answer is a logistic function of the log odds that the two give it; the
other answers share the rest as their scores are to each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sutja.confidence import logit
from sutja.model_file import SecondReaderCalibration
from sutja.reading.decode import Hypothesis

NO_NUMBER = Hypothesis(None, 1.0)


@dataclass(frozen=True, slots=True)
class ReadersAnswer:
    """Answer of two readers to one crop, not yet joined.

    Attributes
    ----------
    first, second : Sequence[Hypothesis]
        Hypotheses of each, likeliest first; none where the crop is blank.
    sure : float
        Probability that what was read is the number of the crop, complete.
    """

    first: Sequence[Hypothesis]
    second: Sequence[Hypothesis]
    sure: float = 1.0


def calibrate_alone(answers: Sequence[Hypothesis], calibration: SecondReaderCalibration) -> list[Hypothesis]:
    """Give the answers of the first reader, which alone was asked, calibrated probabilities."""
    offset, weight = calibration.alone
    best = _sigmoid(offset + weight * logit(answers[0].probability))
    return share_probability(answers, [answer.probability for answer in answers], best)


def join_readers(
    first: Sequence[Hypothesis], second: Sequence[Hypothesis], calibration: SecondReaderCalibration
) -> list[Hypothesis]:
    """Join the answers of two readers, likeliest first, with calibrated probabilities.

    Parameters
    ----------
    first, second : Sequence[Hypothesis]
        Answers to one crop, as `sutja.reading.decode.decode` gives them; none stand for "no number".
    calibration : SecondReaderCalibration
        Floors and weights, as on the card.

    Returns
    -------
    list[Hypothesis]
        An answer for each claim of the two. Its text is the first reader's where that gives the claim more
        than the floor, since its frames are finer.
    """
    ranked, given = _rank(first, second, calibration.floors)
    offset, *weights = calibration.joint
    odds = (weight * logit(p) for weight, p in zip(weights, given, strict=True))
    return share_probability(*ranked, _sigmoid(offset + sum(odds)))


def join_unmeasured(
    first: Sequence[Hypothesis],
    second: Sequence[Hypothesis],
    floors: tuple[float, float],
    calibrate: Callable[[float], float],
) -> list[Hypothesis]:
    """Join the answers of a reader and of one that was never measured beside it.

    Nobody knows what the agreement of the two is worth: an answer is as sure as the first reader's own
    calibration says, and no surer than the second reader is of it.

    Parameters
    ----------
    first, second : Sequence[Hypothesis]
        As for `join_readers`.
    floors : tuple[float, float]
        Probabilities that an answer has at least, by each.
    calibrate : Callable[[float], float]
        Gives the first reader's confidence for its probability.
    """
    ranked, (own, other) = _rank(first, second, floors)
    return share_probability(*ranked, min(calibrate(own), other))


def _rank(
    first: Sequence[Hypothesis], second: Sequence[Hypothesis], floors: tuple[float, float]
) -> tuple[tuple[list[Hypothesis], list[float]], list[float]]:
    """Rank the answers by their score; return them with their scores, and what each reader gives the best."""
    given: dict[object, list[float]] = {}
    texts: dict[object, Hypothesis] = {}
    for reader, answers in enumerate((first or [NO_NUMBER], second or [NO_NUMBER])):
        for answer in answers:
            given.setdefault(answer.claim, [0.0, 0.0])[reader] += answer.probability
            if answer.claim not in texts or (reader and given[answer.claim][0] < floors[0]):
                texts[answer.claim] = answer
    scores = {
        claim: math.prod(max(p, floor) for p, floor in zip(probabilities, floors, strict=True))
        for claim, probabilities in given.items()
    }
    ranked = sorted(scores, key=lambda claim: -scores[claim])
    both = [texts[claim] for claim in ranked], [float(scores[claim]) for claim in ranked]
    return both, given[ranked[0]]


def share_probability(
    answers: Sequence[Hypothesis], scores: Sequence[float], best: float
) -> list[Hypothesis]:
    """Give the first answer a probability, and the others the rest in proportion to their scores.

    Parameters
    ----------
    answers : Sequence[Hypothesis]
        Answers, likeliest first.
    scores : Sequence[float]
        A score for each, of any scale.
    best : float
        Probability of the first.
    """
    rest = sum(scores[1:])
    others = [min(best, (1.0 - best) * score / rest) for score in scores[1:]] if rest > 0 else scores[1:]
    return [
        replace(answer, probability=probability)
        for answer, probability in zip(answers, [best, *others], strict=True)
    ]


def _sigmoid(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-odds)) if odds > -700.0 else 0.0
