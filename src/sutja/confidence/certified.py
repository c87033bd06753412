"""Certified thresholds: a bound on the share of wrong answers among the accepted, with a stated confidence.

Two methods, both with the exact tail of the binomial distribution, both for independent labels drawn like the
answers to come, and for a model that was not fitted on them:

- Learn then test (Angelopoulos et al. 2021), by fixed-sequence testing. Thresholds are fixed in advance,
  evenly over the log odds, and tested from the strictest down, each at the full level, until one fails.
  Those that accept too few cases to pass, whatever their labels say, are passed over: how many a threshold
  accepts does not depend on the labels, so the bound holds.
- Selection with guaranteed risk (Geifman and El-Yaniv 2017, algorithm 1). A binary search over all
  thresholds that could pass, the level divided by its steps. Where it goes next depends on the labels, so
  the bound also needs that the share of wrong answers does not fall when more are accepted.

Letters: n cases, eps the largest error, delta = 1 - confidence level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.confidence.risk import COVERAGES
from sutja.errors import ThresholdError
from sutja.metrics import binomial_tail, check_scored, format_percent
from sutja.model_file import GUARANTEE_METHODS, Guarantee

GUARANTEED_RISK, LEARN_THEN_TEST = GUARANTEE_METHODS
STEPS = 100  # thresholds to test: more gain little, and the first unlucky one ends the search
_LOG_ODDS = -4.0, 16.0, 0.05  # least, most and step of the log odds that thresholds are chosen from
# The first threshold accepts so many times the cases that a bound without an error needs, since with fewer
# the first wrong answer would end the search; but never more than this share of all.
_START, _START_SHARE = 3.0, 2 / 3
MAX_LABELS = 1_000_000  # more are not asked for


@dataclass(frozen=True, slots=True)
class CertifiedThreshold:
    """A threshold, and the guarantee that comes with it."""

    threshold: float
    guarantee: Guarantee

    def describe(self) -> str:
        """Describe the guarantee in a sentence."""
        g = self.guarantee
        accepted, wrong = format_percent(g.accepted / g.cases), format_percent(g.wrong / g.accepted)
        return (
            f"threshold {self.threshold:.4f}: with {100 * g.confidence:.4g} % confidence at most "
            f"{100 * g.max_error:.4g} % of the accepted answers are wrong; of {g.cases:,} labelled cases "
            f"{g.accepted:,} were accepted ({accepted}) and {g.wrong:,} of those were wrong ({wrong})"
        )


class _Counts:
    """Counts of accepted and wrong answers at any threshold."""

    def __init__(self, confidence: NDArray[np.float64], right: NDArray[np.float64]) -> None:
        order = np.argsort(-confidence, kind="stable")
        self.falling = confidence[order]
        self._wrong = np.concatenate([[0], np.cumsum(right[order] == 0)])

    def count(self, threshold: float) -> tuple[int, int]:
        """Count the answers with at least this confidence, and the wrong ones among them."""
        accepted = int(np.searchsorted(-self.falling, -threshold, side="right"))
        return accepted, int(self._wrong[accepted])


def learn_then_test(
    confidence: ArrayLike, correct: ArrayLike, max_error: float, confidence_level: float = 0.95
) -> CertifiedThreshold:
    """Find the lowest threshold that passes fixed-sequence testing.

    Parameters
    ----------
    confidence : ArrayLike
        (n,) confidences of answers that neither the model nor its calibration was fitted on.
    correct : ArrayLike
        (n,) True where the answer was right.
    max_error : float
        Largest share of wrong answers among the accepted ones, above 0 and below 1.
    confidence_level : float
        Share of repetitions with fresh labels in which the bound holds.

    Raises
    ------
    ThresholdError
        If no threshold passes; the message says how many labels are missing.
    """
    p, right = _check(confidence, correct, max_error, confidence_level)
    delta = 1.0 - confidence_level
    counts = _Counts(p, right)
    best: tuple[float, int, int] | None = None
    for threshold in _choose_thresholds(counts, max_error, delta):
        accepted, wrong = counts.count(threshold)
        if binomial_tail(wrong, accepted, max_error) > delta:
            break
        best = (threshold, accepted, wrong)
    if best is None:
        raise _make_error(p, right, max_error, confidence_level, delta)
    return _certify(best, max_error, confidence_level, LEARN_THEN_TEST, len(p))


def _choose_thresholds(counts: _Counts, max_error: float, delta: float) -> list[float]:
    """Choose the thresholds to test, strictest first, by the numbers of cases that they accept alone."""
    n, needed = len(counts.falling), _count_needed(max_error, delta)
    least = max(needed, min(_START * needed, _START_SHARE * n))
    grid = 1.0 / (1.0 + np.exp(-np.arange(_LOG_ODDS[1], _LOG_ODDS[0], -_LOG_ODDS[2])))
    chosen: list[float] = []
    for threshold in (1.0, *grid.tolist()):
        accepted, _ = counts.count(threshold)
        if least <= accepted < n:
            chosen.append(threshold)
            least = accepted + max(1, n // STEPS)
    return [*chosen, 0.0] if n >= needed else []  # the last accepts every answer


def _count_needed(max_error: float, delta: float) -> int:
    """Count the answers without an error that prove the bound."""
    return math.ceil(math.log(delta) / math.log1p(-max_error))


def select_with_guaranteed_risk(
    confidence: ArrayLike, correct: ArrayLike, max_error: float, confidence_level: float = 0.95
) -> CertifiedThreshold:
    """Find the lowest threshold that passes the binary search of Geifman and El-Yaniv.

    Parameters and errors are those of `learn_then_test`.
    """
    p, right = _check(confidence, correct, max_error, confidence_level)
    counts = _Counts(p, right)
    fewest, steps = _choose_search(len(p), max_error, 1.0 - confidence_level)
    delta = (1.0 - confidence_level) / steps
    passed, most = fewest - 1, len(p)  # accepted answers: what passed so far, or nothing, and what still may
    best: tuple[float, int, int] | None = None
    while passed < most:
        middle = (passed + most + 1) // 2
        threshold = float(counts.falling[middle - 1])
        accepted, wrong = counts.count(threshold)
        if binomial_tail(wrong, accepted, max_error) <= delta:
            best, passed = (threshold, accepted, wrong), middle
        else:
            most = middle - 1
    if best is None:
        raise _make_error(p, right, max_error, confidence_level, delta)
    return _certify(best, max_error, confidence_level, GUARANTEED_RISK, len(p))


def _choose_search(n: int, max_error: float, delta: float) -> tuple[int, int]:
    """Choose the range of a binary search, by the number of cases n alone.

    A threshold that accepts too few answers to pass, whatever their labels, would only send the search the
    wrong way. Without these the range is shorter, and fewer steps share the level. Where the steps that would
    search all of it leave no level at which anything passes, the strictest thresholds are left out too.

    Returns
    -------
    tuple[int, int]
        The fewest answers to accept, which is n + 1 if nothing can pass, and the steps that share the level.
    """
    chosen = n + 1, 1
    for steps in range(1, n.bit_length() + 1):
        needed, reach = _count_needed(max_error, delta / steps), 2**steps - 1  # one outcome: nothing passes
        if needed > n:
            break
        chosen = max(needed, n - reach + 1), steps
        if n - needed < reach:
            break
    return chosen


METHODS = {"ltt": learn_then_test, "sgr": select_with_guaranteed_risk}


def _certify(
    found: tuple[float, int, int], max_error: float, confidence_level: float, method: str, cases: int
) -> CertifiedThreshold:
    threshold, accepted, wrong = found
    return CertifiedThreshold(
        threshold, Guarantee(max_error, confidence_level, method, cases, accepted, wrong)
    )


def estimate_labels(confidence: ArrayLike, correct: ArrayLike, max_error: float, delta: float) -> int | None:
    """Estimate how many labels would prove the bound, if the answers to come are like these.

    Parameters
    ----------
    confidence, correct : ArrayLike
        (n,) each, as for `learn_then_test`.
    max_error : float
        Largest share of wrong answers among the accepted ones.
    delta : float
        Level of one test.

    Returns
    -------
    int | None
        The number in all, or None where the error looks too high at every threshold, or more than
        `MAX_LABELS` would be needed. A rough estimate, as the error rate is that of a few wrong answers.
    """
    p, right = check_scored(confidence, correct)
    counts = _Counts(p, right)
    fewest, least = math.inf, math.inf
    for part in COVERAGES:
        accepted, wrong = counts.count(float(counts.falling[max(1, round(part * len(p))) - 1]))
        coverage = accepted / len(p)
        # One more error than was counted, since the best of many thresholds is partly luck.
        rate = (wrong + 1.0) / (accepted + 1.0)
        if rate < max_error:
            most = min(fewest, MAX_LABELS) * coverage
            fewest = min(fewest, _find_sample_size(rate, max_error, delta, most) / coverage)
        if wrong == 0:  # too few to estimate a rate: what a bound without an error takes
            least = min(least, _count_needed(max_error, delta) / coverage)
    found = fewest if fewest < math.inf else least
    return math.ceil(found) if found <= MAX_LABELS else None


def _find_sample_size(rate: float, max_error: float, delta: float, most: float) -> float:
    """Find the fewest accepted answers, `rate` of them wrong, that prove the bound; or infinity."""

    def passes(n: int) -> bool:
        return binomial_tail(math.ceil(rate * n), n, max_error) <= delta

    n = _count_needed(max_error, delta)
    while n <= most and not passes(n):
        n *= 2
    if n > most:
        return math.inf
    low = n // 2
    while n - low > max(1, n // 100):
        middle = (low + n) // 2
        low, n = (low, middle) if passes(middle) else (middle, n)
    return float(n)


def _make_error(
    p: NDArray[np.float64],
    right: NDArray[np.float64],
    max_error: float,
    confidence_level: float,
    delta: float,
) -> ThresholdError:
    needed = estimate_labels(p, right, max_error, delta)
    what = (
        f"{len(p):,} labels do not show at any threshold that at most {100 * max_error:.4g} % of the "
        f"accepted answers are wrong, with {100 * confidence_level:.4g} % confidence"
    )
    if needed is None:
        half = _Counts(p, right).count(float(np.sort(p)[::-1][max(1, len(p) // 2) - 1]))
        remedy = (
            f"these do not tell how many would do; of the surest half {format_percent(half[1] / half[0])} "
            "are wrong: ask for a larger error, or train a better model"
        )
    else:
        missing = max(needed - len(p), len(p) // 10, 1)
        remedy = f"about {missing:,} labels are missing; label more, or ask for a larger error"
    return ThresholdError(what, where="max error", remedy=remedy)


def _check(
    confidence: ArrayLike, correct: ArrayLike, max_error: float, confidence_level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not 0.0 < max_error < 1.0:
        raise ThresholdError(
            f"{max_error} is no share of errors",
            where="max error",
            remedy="give one above 0 and below 1, like 0.01",
        )
    if not 0.0 < confidence_level < 1.0:
        raise ThresholdError(
            f"{confidence_level} is no probability",
            where="confidence",
            remedy="give one above 0 and below 1, like 0.95",
        )
    p, right = np.asarray(confidence, np.float64), np.asarray(correct)
    if p.ndim == 1 and not p.size:
        raise ThresholdError("there are no answers to count", where="labels", remedy="give some labels")
    return check_scored(p, right)
