"""Evaluation of a model on labelled data: errors, calibration, risk and coverage, class by class.

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
from sutja.grammar import keep_digits
from sutja.metrics import (
    area_under_risk_coverage,
    character_error_rate,
    clopper_pearson,
    expected_calibration_error,
)
from sutja.types import Page

CONFIDENCE_LEVEL = 0.95  # of every interval
MAX_CONFUSIONS = 10
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Rate:
    """k of n, and the exact interval of the rate behind it (Clopper and Pearson 1934)."""

    k: int
    n: int
    rate: float | None
    low: float | None
    high: float | None

    @classmethod
    def from_counts(cls, k: int, n: int) -> Rate:
        """Make the rate of k of n; of no cases rate and interval are None."""
        if not n:
            return cls(k, n, None, None, None)
        low, high = clopper_pearson(k, n, CONFIDENCE_LEVEL)
        return cls(k, n, round(k / n, _DECIMALS), round(low, _DECIMALS), round(high, _DECIMALS))

    def format(self) -> str:
        """Format the rate for people, like 2.31 % (1.95 to 2.72)."""
        if self.rate is None or self.low is None or self.high is None:
            return "none"
        return f"{100 * self.rate:.2f} % ({100 * self.low:.2f} to {100 * self.high:.2f})"


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of a model to labelled items.

    Attributes
    ----------
    predicted : tuple[str | None, ...]
        n answers, None where the model gave none.
    true : tuple[str, ...]
        n true answers; "" for an item that shows nothing, to which every answer is wrong.
    confidence : NDArray[float64]
        float64 (n,) in [0, 1]; 0 without an answer.
    acceptable : NDArray[bool_]
        bool (n,), False where an answer is not accepted however high its confidence.
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
            raise ValueError(f"needs equally many answers, confidences and truths, at least one: {n} truths")

    @property
    def right(self) -> NDArray[np.bool_]:
        """Bool (n,), True for each right answer."""
        right = np.array([(p or "") == t for p, t in zip(self.predicted, self.true, strict=True)], bool)
        return right if self.unreadable is None else right & ~self.unreadable

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Bool (n,), True where there is an answer."""
        return np.array([p is not None for p in self.predicted], bool)

    def take(self, chosen: NDArray[np.bool_]) -> Answers:
        """Take the items of a mask, bool (n,)."""
        indices = np.flatnonzero(chosen)
        return Answers(
            tuple(self.predicted[i] for i in indices),
            tuple(self.true[i] for i in indices),
            self.confidence[indices],
            self.acceptable[indices],
            None if self.unreadable is None else self.unreadable[indices],
        )


def compare_pages(pages: Sequence[Page], texts: Sequence[str]) -> Answers:
    """Compare the pages of a reader with the texts on them, digit by digit."""
    numbers = [page.numbers[0] if page.numbers and page.error is None else None for page in pages]
    return Answers(
        tuple(number.digits if number else None for number in numbers),
        tuple(map(keep_digits, texts)),
        np.array([number.confidence if number else 0.0 for number in numbers]),
        np.array([number is not None and LETTER not in number.text for number in numbers]),
        np.array([page.error is not None for page in pages]),
    )


def find_repeats(keys: list[Any]) -> NDArray[np.bool_]:
    """Find the items that repeat an earlier one, bool (n,)."""
    first: dict[Any, int] = {}
    return np.array([first.setdefault(key, i) != i for i, key in enumerate(keys)], np.bool_)


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """A point of the risk-coverage curve: at the threshold a part `coverage` of all items is accepted."""

    coverage: float
    threshold: float
    risk: Rate


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """Recall, precision and F1 of one class."""

    label: str
    recall: Rate
    precision: Rate
    f1: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Result of `evaluate`.

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
        Character error rate of texts; None for classes.
    threshold, accepted, wrong_of_accepted : float or Rate
        Threshold, the share of all items that it accepts, and the share of wrong ones among those.
    risk_coverage : tuple[RiskPoint, ...]
        Some points of the risk-coverage curve.
    classes, confusions : tuple[ClassMetrics, ...] or tuple[tuple[str, str, int], ...]
        Metrics of each class, and the most frequent confusions: true class, answer, count. Empty for texts.
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
    classes: tuple[ClassMetrics, ...] = ()
    confusions: tuple[tuple[str, str, int], ...] = ()

    @property
    def n(self) -> int:
        """Number of items."""
        return self.error.n

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as JSON."""
        return {"n": self.n, "confidence_level": CONFIDENCE_LEVEL, **asdict(self)}


def evaluate(answers: Answers, threshold: float, *, classes: Sequence[str] = ()) -> Evaluation:
    """Evaluate answers.

    Parameters
    ----------
    answers : Answers
        Answers to n items.
    threshold : float
        Confidence from which answers are accepted.
    classes : Sequence[str]
        Classes in their order, for metrics class by class; none for texts, which are compared character by
        character instead.
    """
    right, answered = answers.right, answers.answered
    n, m = len(right), int(answered.sum())
    accepted = answers.acceptable & answered & (answers.confidence >= threshold)
    confidence, hit = answers.confidence[answered], right[answered]
    pairs = list(zip(answers.true, [p or "" for p in answers.predicted], strict=True))
    return Evaluation(
        error=Rate.from_counts(int((~right).sum()), n),
        answered=Rate.from_counts(m, n),
        calibration_error=round(expected_calibration_error(confidence, hit), _DECIMALS) if m else None,
        aurc=round(area_under_risk_coverage(confidence, hit), _DECIMALS) if m else None,
        cer=_measure_character_errors(pairs) if not classes else None,
        threshold=threshold,
        accepted=Rate.from_counts(int(accepted.sum()), n),
        wrong_of_accepted=Rate.from_counts(int((accepted & ~right).sum()), int(accepted.sum())),
        risk_coverage=_sample_curve(answers, right),
        classes=_measure_classes(pairs, classes) if classes else (),
        confusions=_count_confusions(pairs) if classes else (),
    )


def _measure_character_errors(pairs: Sequence[tuple[str, str]]) -> float | None:
    true, predicted = [t for t, _ in pairs], [p for _, p in pairs]
    return round(character_error_rate(predicted, true), _DECIMALS) if any(true) else None


def _sample_curve(answers: Answers, right: NDArray[np.bool_]) -> tuple[RiskPoint, ...]:
    """Compute the points of the curve at `COVERAGES`; answers of one confidence are accepted together."""
    candidates = answers.acceptable & answers.answered
    order = np.argsort(-answers.confidence[candidates], kind="stable")
    falling = answers.confidence[candidates][order]
    wrong = np.concatenate([[0], np.cumsum(~right[candidates][order])])
    n, points = len(right), {}
    for part in COVERAGES:
        rank = max(1, round(part * n))
        if rank > len(falling):
            continue
        threshold = float(falling[rank - 1])
        accepted = int(np.searchsorted(-falling, -threshold, side="right"))
        points[threshold] = RiskPoint(
            round(accepted / n, _DECIMALS), threshold, Rate.from_counts(int(wrong[accepted]), accepted)
        )
    return tuple(points.values())


def _measure_classes(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> tuple[ClassMetrics, ...]:
    """Count the metrics of every class that is among the truths or the answers."""
    true, predicted = Counter(t for t, _ in pairs), Counter(p for _, p in pairs)
    hits = Counter(t for t, p in pairs if t == p)
    return tuple(
        ClassMetrics(
            label,
            Rate.from_counts(hits[label], true[label]),
            Rate.from_counts(hits[label], predicted[label]),
            round(2 * hits[label] / (true[label] + predicted[label]), _DECIMALS),
        )
        for label in classes
        if true[label] + predicted[label]
    )


def _count_confusions(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter((t, p) for t, p in pairs if p and t != p)
    falling = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((t, p, count) for (t, p), count in falling[:MAX_CONFUSIONS])
