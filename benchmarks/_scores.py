"""Answers counted: right, wrong, accepted, and how far the counts can be trusted."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sutja.grammar import keep_digits
from sutja.metrics import clopper_pearson, expected_calibration_error

CONFIDENCE_LEVEL = 0.95
SURE = 0.9  # confidence from which a peer, which has no threshold of its own, counts as sure
_LOOK_ALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1"})

Rate = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One answer: the true digits ("" for no number), those answered (None for none), and how sure."""

    truth: str
    digits: str | None
    confidence: float
    accepted: bool

    @property
    def right(self) -> bool:
        """True if the digits are the true ones; a crop without a number is right without an answer."""
        return (self.digits or "") == self.truth


def make_rate(k: int, n: int) -> Rate:
    """K of n with its exact 95 % interval; nulls where there is nothing to count."""
    if not n:
        return {"k": k, "n": n, "rate": None, "low": None, "high": None}
    low, high = clopper_pearson(k, n, CONFIDENCE_LEVEL)
    return {"k": k, "n": n, "rate": round(k / n, 5), "low": round(low, 5), "high": round(high, 5)}


def tally(cases: Sequence[Case]) -> dict[str, Any]:
    """Right, wrong, no number, accepted, wrong of the accepted, and the calibration error of the answered."""
    answered = [case for case in cases if case.digits]
    accepted = [case for case in answered if case.accepted]
    n = len(cases)
    return {
        "n": n,
        "right": make_rate(sum(case.right for case in cases), n),
        "wrong": make_rate(sum(not case.right for case in answered), n),
        "no_number": make_rate(n - len(answered), n),
        "accepted": make_rate(len(accepted), n),
        "wrong_of_accepted": make_rate(sum(not case.right for case in accepted), len(accepted)),
        "ece": compute_calibration_error(answered),
    }


def compute_calibration_error(answered: Sequence[Case]) -> float | None:
    """Expected calibration error over 15 bins of equal width; None without answers."""
    if not answered:
        return None
    confidence = [case.confidence for case in answered]
    return round(expected_calibration_error(confidence, [case.right for case in answered]), 5)


def count_false_numbers(cases: Sequence[Case]) -> dict[str, Any]:
    """Of crops without a number: how many were answered with one, and with an accepted one."""
    answered = [case for case in cases if case.digits]
    return {
        "n": len(cases),
        "answered": make_rate(len(answered), len(cases)),
        "accepted": make_rate(sum(case.accepted for case in answered), len(cases)),
    }


def make_case(truth: str, text: str, confidence: float, *, words: bool = False) -> Case:
    """A peer's text as a case: the digits in it, whatever else it holds.

    With `words` a text with more letters than digits is no number, as it is none for sutja.
    """
    plain = unicodedata.normalize("NFKC", text)  # full-width and circled digits are digits
    digits = keep_digits(plain)
    if words and sum(map(str.isalpha, plain)) > len(digits):
        digits = ""
    confidence = min(1.0, max(0.0, confidence))
    return Case(truth, digits or None, confidence, bool(digits) and confidence >= SURE)


def replace_look_alikes(text: str) -> str:
    """A text with the letters that look like 0 and 1 taken for them."""
    return text.translate(_LOOK_ALIKES)


def format_percent(value: Rate, *, interval: bool = False) -> str:
    """A rate for a table, like 97.3 (95.1–98.7)."""
    if value["rate"] is None:
        return "–"
    text = f"{100 * value['rate']:.2f}"
    return f"{text} ({100 * value['low']:.1f}–{100 * value['high']:.1f})" if interval else text  # type: ignore[operator]
