"""`settle_marks`: which text the digits of an answer are written in, and how sure its value is.

Digits alone decide which hypothesis is best; marks decide what it is worth. The texts with these digits, of
one reader or of two, are added up by their value: a product of experts, as for the digits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sutja.charset import SPACE
from sutja.decoding.ctc import Candidate, combine
from sutja.grammar import infer_kind, keep_digits, make_grammar, trim
from sutja.reading.decode import Hypothesis

LEAST_AGREEMENT = 0.9  # share of the texts that must have the same value, for there to be one
# How much of the doubt of its marks, as a logarithm, lowers the confidence of a crop's number: readers doubt
# more marks than they misread. The trust of pages was weighed with all of it.
DOUBT_ON_CROPS = 0.5
_FLOOR = 0.02  # share that either reader leaves for another value
_ALONE = 0.999  # share of one text from which the others are not looked at
_GAP_BEFORE_CENTS = re.compile(r"(?<=\d)([.,]) (?=\d\d$)")  # as hands leave it: "1.234, 50"
_LACKS_A_MARK = re.compile(r"\d{1,6}[./\- ] ?\d{2,6}")
_WEIGHTS = 0.5, 1.0  # of the first reader, which was taught by labels without marks, and of the second


@dataclass(frozen=True, slots=True)
class Settled:
    """A hypothesis in the text that has the likeliest value.

    Attributes
    ----------
    hypothesis : Hypothesis
        Best hypothesis, in that text.
    agreement : float
        Share, in [0, 1], of the texts with these digits that have this value.
    """

    hypothesis: Hypothesis
    agreement: float = 1.0


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a hypothesis; its candidate is None where it is the hypothesis's own text."""

    value: str | None
    share: float
    hypothesis: Hypothesis
    candidate: Candidate | None = None

    def list_parts(self) -> Sequence[str]:
        return self.hypothesis.parts if self.candidate is None else self.candidate.list_parts()


def settle_marks(
    best: Hypothesis,
    answers: Sequence[Sequence[Hypothesis]],
    country: str | None = None,
    *,
    gaps: bool = True,
) -> Settled:
    """Choose the text of the best hypothesis by the value that most of its texts have.

    Parameters
    ----------
    best : Hypothesis
        Hypothesis whose digits are not None.
    answers : Sequence[Sequence[Hypothesis]]
        Hypotheses of each reader that was asked.
    country : str | None
        Country whose way of writing decides what a mark means.
    gaps : bool
        False to take texts for the same that differ by their gaps alone: the picture tells of these.
    """
    weighed = [
        (weight if len(answers) > 1 else 1.0, _weigh_texts(hypothesis, country, gaps=gaps))
        for weight, own in zip(_WEIGHTS, answers, strict=False)
        for hypothesis in own
        if hypothesis.digits == best.digits
    ]
    texts = [text for _, own in weighed for text in own]
    if not texts:
        return Settled(best)
    scores = {
        value: math.prod(max(_FLOOR, _sum_shares(own, value)) ** weight for weight, own in weighed if own)
        for value in {text.value for text in texts}
    }
    value = max(scores, key=scores.__getitem__)
    likeliest = max((text for text in texts if text.value == value), key=lambda text: text.share)
    chosen = likeliest.hypothesis
    if likeliest.candidate is not None or chosen.probability != best.probability:
        chosen = replace(chosen, probability=best.probability, parts=likeliest.list_parts())
    return Settled(chosen, scores[value] / sum(scores.values()))


def _sum_shares(texts: Sequence[_Text], value: str | None) -> float:
    return math.fsum(text.share for text in texts if text.value == value)


def _weigh_texts(hypothesis: Hypothesis, country: str | None, *, gaps: bool) -> list[_Text]:
    """Weigh the texts with the digits of a hypothesis; their shares add up to 1."""

    def find_value(text: str) -> str | None:
        """Find the value of a text; without gaps the text itself stands for it."""
        if not gaps:
            return text.replace(SPACE, "")
        value = infer_kind(_GAP_BEFORE_CENTS.sub(r"\1", text), country).value
        return _find_date_that_lacks_a_mark(text, country) if value is None else value

    if _is_alone(hypothesis):
        return [_Text(find_value(hypothesis.text), 1.0, hypothesis)]
    found: list[tuple[str, Candidate]] = [
        (trim(candidate.key), candidate)
        for candidate in combine(hypothesis.segments)
        if keep_digits(candidate.key) == hypothesis.digits
    ]
    total = sum(candidate.probability for _, candidate in found)
    return [
        _Text(find_value(text), candidate.probability / total, hypothesis, candidate)
        for text, candidate in found
    ]


def _find_date_that_lacks_a_mark(text: str, country: str | None) -> str | None:
    """Find the date that a text is but for one mark: it says the same as the text that has it."""
    grammar = make_grammar("date", country) if _LACKS_A_MARK.fullmatch(text) else None
    found = grammar.parse(text) if grammar else None
    return found.value if found is not None and found.repairs == 1 else None


def _is_alone(hypothesis: Hypothesis) -> bool:
    """Tell whether no other text than that of a hypothesis counts."""
    share = 1.0
    for segment, part in zip(hypothesis.segments, hypothesis.parts, strict=True):
        share *= segment.strings.get(part, 0.0) / (sum(segment.strings.values()) or 1.0)
    return share >= _ALONE
