"""How good a model is on labelled data, counted: errors, calibration, risk and coverage, class by class.

Letters: n items, m of them answered, k of them wrong (or right).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.charset import LETTER
from sutja.confidence import COVERAGES
from sutja.grammar import digits_of
from sutja.metrics import (
    area_under_risk_coverage,
    character_error_rate,
    clopper_pearson,
    expected_calibration_error,
)
from sutja.types import Page

CONFIDENCE_LEVEL = 0.95  # of every interval
MOST_CONFUSIONS = 10
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Rate:
    """k of n, and the exact interval (Clopper and Pearson 1934) in which the rate behind it lies."""

    k: int
    n: int
    rate: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, k: int, n: int) -> Rate:
        """The rate of a count; None in place of what no cases tell."""
        if not n:
            return cls(k, n, None, None, None)
        low, high = clopper_pearson(k, n, CONFIDENCE_LEVEL)
        return cls(k, n, round(k / n, _DECIMALS), round(low, _DECIMALS), round(high, _DECIMALS))

    def percent(self) -> str:
        """The rate for people, like 2.31 % (1.95 to 2.72)."""
        if self.rate is None or self.low is None or self.high is None:
            return "none"
        return f"{100 * self.rate:.2f} % ({100 * self.low:.2f} to {100 * self.high:.2f})"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model said to labelled items.

    Attributes
    ----------
    predicted : tuple[str | None, ...]
        n answers, None where there was none.
    true : tuple[str, ...]
        n truths; "" for an item that shows nothing, which no answer answers rightly.
    confidence : NDArray[float64]
        float64 (n,) in [0, 1]; 0 without an answer.
    acceptable : NDArray[bool_]
        bool (n,): whether a confidence high enough is all it takes to accept the answer.
    unreadable : NDArray[bool_] | None
        bool (n,): items that could not be read; they count as wrong, even where nothing is the truth. None
        where all could be read.
    """

    predicted: tuple[str | None, ...]
    true: tuple[str, ...]
    confidence: NDArray[np.float64]
    acceptable: NDArray[np.bool_]
    unreadable: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        n = len(self.true)
        if not n or not len(self.predicted) == n == len(self.confidence) == len(self.acceptable):
            raise ValueError(f"needs as many answers, confidences and truths, and one at least: {n} truths")

    @property
    def right(self) -> NDArray[np.bool_]:
        """Bool (n,): whether each answer is the truth."""
        right = np.array([(p or "") == t for p, t in zip(self.predicted, self.true, strict=True)], bool)
        return right if self.unreadable is None else right & ~self.unreadable

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Bool (n,): whether there is an answer."""
        return np.array([p is not None for p in self.predicted], bool)

    def take(self, chosen: NDArray[np.bool_]) -> Answers:
        """Those that are chosen, bool (n,)."""
        places = np.flatnonzero(chosen)
        return Answers(
            tuple(self.predicted[i] for i in places),
            tuple(self.true[i] for i in places),
            self.confidence[places],
            self.acceptable[places],
            None if self.unreadable is None else self.unreadable[places],
        )


def answers_on(pages: Sequence[Page], texts: Sequence[str]) -> Answers:
    """What a reader's pages say beside what is written there; digits are compared."""
    numbers = [page.numbers[0] if page.numbers and page.error is None else None for page in pages]
    return Answers(
        tuple(number.digits if number else None for number in numbers),
        tuple(map(digits_of, texts)),
        np.array([number.confidence if number else 0.0 for number in numbers]),
        np.array([number is not None and LETTER not in number.text for number in numbers]),
        np.array([page.error is not None for page in pages]),
    )


def repeated(keys: list[Any]) -> NDArray[np.bool_]:
    """Which items have been there before."""
    first: dict[Any, int] = {}
    return np.array([first.setdefault(key, place) != place for place, key in enumerate(keys)], np.bool_)


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """With the threshold, a part `coverage` of all items is accepted, and `risk` of those is wrong."""

    coverage: float
    threshold: float
    risk: Rate


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how many items of it were found (recall), and how many answers with it hold (precision)."""

    label: str
    recall: Rate
    precision: Rate
    f1: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` finds.

    Attributes
    ----------
    error : Rate
        Items without the right answer, of all.
    answered : Rate
        Items with an answer, of all.
    calibration_error : float | None
        Expected calibration error of the answers, over 15 bins of equal width; None without answers.
    aurc : float | None
        Area under the risk–coverage curve of the answers.
    cer : float | None
        Of texts, edits per true character.
    threshold, accepted, wrong_of_accepted : float or Rate
        What the threshold accepts, of all, and what is wrong of that.
    risk_coverage : tuple[RiskPoint, ...]
        A few points of the curve.
    classes, confusions : tuple[ClassFigures, ...] or tuple[tuple[str, str, int], ...]
        Class by class, and the commonest mistakes: the true class, the answer, how often. Empty for texts.
    """

    error: Rate
    answered: Rate
    calibration_error: float | None
    aurc: float | None
    cer: float | None
    threshold: float
    accepted: Rate
    wrong_of_accepted: Rate
    risk_coverage: tuple[RiskPoint, ...]
    classes: tuple[ClassFigures, ...] = ()
    confusions: tuple[tuple[str, str, int], ...] = ()

    @property
    def n(self) -> int:
        """Items."""
        return self.error.n

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as JSON."""
        return {"n": self.n, "confidence_level": CONFIDENCE_LEVEL, **asdict(self)}


def evaluate(answers: Answers, threshold: float, *, classes: Sequence[str] = ()) -> Evaluation:
    """Count how good answers are.

    Parameters
    ----------
    answers : Answers
        What the model said to n items.
    threshold : float
        The confidence from which answers are accepted.
    classes : Sequence[str]
        The classes in their order, for figures class by class; none for texts, which are compared character
        by character instead.
    """
    right, answered = answers.right, answers.answered
    n, m = len(right), int(answered.sum())
    accepted = answers.acceptable & answered & (answers.confidence >= threshold)
    said, hit = answers.confidence[answered], right[answered]
    pairs = list(zip(answers.true, [p or "" for p in answers.predicted], strict=True))
    return Evaluation(
        error=Rate.of(int((~right).sum()), n),
        answered=Rate.of(m, n),
        calibration_error=round(expected_calibration_error(said, hit), _DECIMALS) if m else None,
        aurc=round(area_under_risk_coverage(said, hit), _DECIMALS) if m else None,
        cer=_character_errors(pairs) if not classes else None,
        threshold=threshold,
        accepted=Rate.of(int(accepted.sum()), n),
        wrong_of_accepted=Rate.of(int((accepted & ~right).sum()), int(accepted.sum())),
        risk_coverage=_curve(answers, right),
        classes=_by_class(pairs, classes) if classes else (),
        confusions=_confusions(pairs) if classes else (),
    )


def _character_errors(pairs: Sequence[tuple[str, str]]) -> float | None:
    true, predicted = [t for t, _ in pairs], [p for _, p in pairs]
    return round(character_error_rate(predicted, true), _DECIMALS) if any(true) else None


def _curve(answers: Answers, right: NDArray[np.bool_]) -> tuple[RiskPoint, ...]:
    """The points of the curve at `COVERAGES`; answers of one confidence are accepted together."""
    may = answers.acceptable & answers.answered
    order = np.argsort(-answers.confidence[may], kind="stable")
    falling = answers.confidence[may][order]
    wrong = np.concatenate([[0], np.cumsum(~right[may][order])])
    n, points = len(right), {}
    for part in COVERAGES:
        rank = max(1, round(part * n))
        if rank > len(falling):
            continue
        threshold = float(falling[rank - 1])
        kept = int(np.searchsorted(-falling, -threshold, side="right"))
        points[threshold] = RiskPoint(round(kept / n, _DECIMALS), threshold, Rate.of(int(wrong[kept]), kept))
    return tuple(points.values())


def _by_class(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> tuple[ClassFigures, ...]:
    """Figures of every class that is there or was answered."""
    true, predicted = Counter(t for t, _ in pairs), Counter(p for _, p in pairs)
    hits = Counter(t for t, p in pairs if t == p)
    return tuple(
        ClassFigures(
            label,
            Rate.of(hits[label], true[label]),
            Rate.of(hits[label], predicted[label]),
            round(2 * hits[label] / (true[label] + predicted[label]), _DECIMALS),
        )
        for label in classes
        if true[label] + predicted[label]
    )


def _confusions(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter((t, p) for t, p in pairs if p and t != p)
    falling = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((t, p, count) for (t, p), count in falling[:MOST_CONFUSIONS])
