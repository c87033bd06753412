"""`hear_witness`: a third reader's word on what two readers are not sure of.

The first reader and the second have learnt from the same sets, and fail together on hands and signs that none
of these have. The recogniser of text has seen none of them. It is asked where the two leave doubt, and never
answers itself: the log odds of an answer rise or fall with the probability that it gives the same digits.

The weights are a logistic regression on validation crops of all sources (docs/log.md); where each source in
turn was left out of it, more was accepted and less of that was wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from sutja.confidence import logit
from sutja.reading.decode import Hypothesis
from sutja.reading.second.two_readers import NO_NUMBER, share_probability

LEAST, MOST = 0.6, 0.975  # confidence of answers that a witness is asked about
_OFFSET, _JOINED, _WITNESS = 0.148, 0.831, 0.341  # of the log odds, of both readers' and of the witness's
ALONE = 0.999  # probability of the first reader alone from which no witness is asked about several digits
FAINT, DOUBTFUL = 0.35, 0.6  # confidence of a lone digit below which it is none, or none without a witness
_FLOOR = 0.02  # probability that a witness leaves for what it does not see
# A witness that is so sure of something else, like letters or a relation sign beside fewer digits, leaves an
# answer of several digits no more than this.
_SURE, _DENIED = 0.9, 0.5
_STROKE_AT_END = re.compile(r"\d *-? */[ \-=]*$")
_SILENT = 0.5  # of a witness's "no number", which counts for a lone digit: of these it knows least


def needs_witness(hypotheses: Sequence[Hypothesis], sure: float = 1.0) -> bool:
    """Tell whether a witness is asked: a number that may be accepted, or no number, and is not quite sure.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Answers of two readers, joined, likeliest first.
    sure : float
        Probability that what was read is the number of the crop, complete.
    """
    best = hypotheses[0] if hypotheses else NO_NUMBER
    least = FAINT if len(best.digits or "") == 1 else LEAST
    return best.digits is not None and least <= best.probability * sure < MOST


def needs_witness_alone(answers: Sequence[Hypothesis]) -> bool:
    """Tell whether a witness is asked about what the first reader alone was asked about, and read.

    Letters and signs beside digits may look like one more digit to a reader of digits.

    Parameters
    ----------
    answers : Sequence[Hypothesis]
        Hypotheses of the first reader, not calibrated, likeliest first.
    """
    best = answers[0] if answers else NO_NUMBER
    return len(best.digits or "") > 1 and best.probability < ALONE


def hear_witness(
    hypotheses: Sequence[Hypothesis], sure: float, witness: Sequence[Hypothesis] | None
) -> list[Hypothesis]:
    """Weigh answers by a witness that was asked where `needs_witness` says so, and doubt lone digits.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Answers of two readers, joined, likeliest first.
    sure : float
        Probability that what was read is the number of the crop, complete.
    witness : Sequence[Hypothesis] | None
        Hypotheses of the witness, likeliest first, not calibrated; None where it was not asked.
    """
    joined = hypotheses[0].probability * sure if hypotheses else 0.0
    weighed = hypotheses if witness is None else weigh_witness(hypotheses, witness)
    return doubt_lone_digit(weighed, joined, witness)


def weigh_witness(hypotheses: Sequence[Hypothesis], witness: Sequence[Hypothesis]) -> list[Hypothesis]:
    """Weigh the likeliest answer by what a witness sees; the others share the rest as before.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Answers of two readers, joined, likeliest first.
    witness : Sequence[Hypothesis]
        Hypotheses of the witness, not calibrated.
    """
    best = hypotheses[0]
    same = _list_same_digits(best)
    seen = math.fsum(h.probability for h in witness if h.digits in same)
    if len(best.digits or "") == 1:
        seen += _SILENT * math.fsum(h.probability for h in witness if h.digits is None)
    support = logit(min(max(seen, _FLOOR), 1.0 - _FLOOR))
    odds = _OFFSET + _JOINED * logit(best.probability) + _WITNESS * support
    weighed = 1.0 / (1.0 + math.exp(-odds))
    other = witness[0] if witness else NO_NUMBER
    if len(best.digits or "") > 1 and other.digits not in same and other.probability >= _SURE:
        weighed = min(weighed, _DENIED)
    return share_probability(hypotheses, [h.probability for h in hypotheses], weighed)


def _list_same_digits(best: Hypothesis) -> tuple[str | None, ...]:
    """List what a witness may see of an answer: the stroke of an ending like "/-" looks like a 1."""
    if best.digits and _STROKE_AT_END.search(best.text):
        return best.digits, best.digits + "1"
    return (best.digits,)


def doubt_lone_digit(
    hypotheses: Sequence[Hypothesis], joined: float, witness: Sequence[Hypothesis] | None
) -> list[Hypothesis]:
    """Put "no number" before a digit that stands alone, is in doubt, and that no witness sees.

    Specks, rules and parts of letters look like one digit, and seldom like two.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Answers, likeliest first.
    joined : float
        Probability of the likeliest by two readers, and that it is the number of the crop.
    witness : Sequence[Hypothesis] | None
        Hypotheses of the witness, likeliest first; None where it was not asked.
    """
    digits = hypotheses[0].digits if hypotheses else None
    if digits is None or len(digits) > 1 or joined >= DOUBTFUL:
        return list(hypotheses)
    seen = joined >= FAINT and (witness is None or any(h.digits == digits for h in witness[:1]))
    others = [hypothesis for hypothesis in hypotheses if hypothesis.digits is not None]
    return list(hypotheses) if seen else [replace(NO_NUMBER, probability=1.0 - joined), *others]
