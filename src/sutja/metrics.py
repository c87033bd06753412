"""Metrics of answers: error rates, calibration, risk and coverage, and confidence intervals of counts.

Letters: n cases, k of them wrong (or right), p a rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

_BISECTIONS = 60  # halve an interval of length 1 down to the resolution of float64


def exact_match(predicted: Sequence[str], true: Sequence[str]) -> float:
    """Share of the strings that are right from end to end.

    >>> exact_match(["12", "3"], ["12", "8"])
    0.5
    """
    _check_pairs(predicted, true)
    return sum(a == b for a, b in zip(predicted, true, strict=True)) / len(true)


def character_error_rate(predicted: Sequence[str], true: Sequence[str]) -> float:
    """CER: edits that turn the predicted strings into the true ones, per true character. It can exceed 1.

    >>> character_error_rate(["123", "77"], ["1234", "7"])
    0.4
    """
    _check_pairs(predicted, true)
    length = sum(map(len, true))
    if not length:
        raise ValueError("the true strings are all empty, so there is no rate per character")
    return sum(edit_distance(a, b) for a, b in zip(predicted, true, strict=True)) / length


def edit_distance(a: str, b: str) -> int:
    """Fewest single characters to insert, delete or change to turn `a` into `b` (Levenshtein 1966).

    >>> edit_distance("1234", "1134")
    1
    """
    previous = list(range(len(b) + 1))
    for i, ca in enumerate(a, start=1):
        current = [i]
        for j, cb in enumerate(b, start=1):
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (ca != cb)))
        previous = current
    return previous[-1]


def expected_calibration_error(confidence: ArrayLike, correct: ArrayLike, bins: int = 15) -> float:
    """Mean distance of confidence from the share of right answers, over equal bins (Guo et al. 2017).

    Parameters
    ----------
    confidence : ArrayLike
        (n,) probabilities in [0, 1].
    correct : ArrayLike
        (n,) True for right answers.
    bins : int
        Number of bins, each 1 / bins wide.
    """
    p, right = check_scored(confidence, correct)
    which = np.minimum((p * bins).astype(int), bins - 1)
    gap = np.bincount(which, weights=p - right, minlength=bins)
    return float(np.abs(gap).sum() / len(p))


def risk_coverage(
    confidence: ArrayLike, correct: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Compute the risk-coverage curve: coverage, and risk among what is accepted, as the threshold falls.

    Returns
    -------
    threshold, coverage, risk
        (m,) each, one entry a distinct confidence, highest first: with `confidence >= threshold` a part
        `coverage` of the n answers is accepted, and a part `risk` of those is wrong.
    """
    p, right = check_scored(confidence, correct)
    order = np.argsort(-p, kind="stable")
    p, wrong = p[order], 1.0 - right[order]
    last = np.append(np.flatnonzero(np.diff(p)), len(p) - 1)  # ties are accepted or rejected together
    accepted = last + 1.0
    return p[last], accepted / len(p), np.cumsum(wrong)[last] / accepted


def area_under_risk_coverage(confidence: ArrayLike, correct: ArrayLike) -> float:
    """AURC: mean risk over all coverages (Geifman, Uziel and El-Yaniv 2019); 0 is best.

    Answers of one confidence are accepted or rejected together, at the risk of the last of them.

    >>> area_under_risk_coverage([0.9, 0.8, 0.7, 0.6], [True, True, False, True])
    0.14583333333333331
    """
    _, coverage, risk = risk_coverage(confidence, correct)
    return float((np.diff(coverage, prepend=0.0) * risk).sum())


def binomial_upper_bound(k: int, n: int, confidence_level: float = 0.95) -> float:
    """Highest rate that k wrong of n do not refute: the one-sided bound of Clopper and Pearson (1934).

    The true rate is at most this with probability `confidence_level`. No cases refute nothing: n = 0 gives 1.

    >>> round(binomial_upper_bound(0, 300), 4)
    0.0099
    """
    if not 0 <= k <= n:
        raise ValueError(f"k wrong of n cases needs 0 <= k <= n, not {k} of {n}")
    if not 0.0 < confidence_level < 1.0:
        raise ValueError(f"the confidence level must lie between 0 and 1, not {confidence_level}")
    if k == n:
        return 1.0
    i, log_choose = _compute_log_binomials(k, n)
    low, high = k / n, 1.0
    for _ in range(_BISECTIONS):
        p = (low + high) / 2
        if p <= 0.0 or p >= 1.0:
            break
        tail = _sum_tail(i, log_choose, n, p)
        low, high = (p, high) if tail > 1.0 - confidence_level else (low, p)
    return high


def binomial_tail(k: int, n: int, p: float) -> float:
    """P(X <= k) of n cases that each go wrong with probability p, 0 < p < 1.

    >>> round(binomial_tail(0, 299, 0.01), 4)
    0.0495
    """
    if not 0 <= k <= n:
        raise ValueError(f"k wrong of n cases needs 0 <= k <= n, not {k} of {n}")
    if not 0.0 < p < 1.0:
        raise ValueError(f"the rate must lie between 0 and 1, not {p}")
    return min(1.0, _sum_tail(*_compute_log_binomials(k, n), n, p))


def _sum_tail(i: NDArray[np.int64], log_choose: NDArray[np.float64], n: int, p: float) -> float:
    return float(np.exp(log_choose + i * math.log(p) + (n - i) * math.log1p(-p)).sum())


def _compute_log_binomials(k: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Compute i = 0 to k, and the logarithm of the binomial coefficient "n over i" for each."""
    log_factorial = _compute_log_factorials(1 << n.bit_length())
    i = np.arange(k + 1)
    return i, log_factorial[n] - log_factorial[i] - log_factorial[n - i]


@lru_cache(maxsize=32)
def _compute_log_factorials(largest: int) -> NDArray[np.float64]:
    """Compute log i! for i from 0 to `largest`."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])


def clopper_pearson(k: int, n: int, confidence_level: float = 0.95) -> tuple[float, float]:
    """Two-sided exact interval for the rate behind k of n (Clopper and Pearson 1934)."""
    side = 1.0 - (1.0 - confidence_level) / 2
    return 1.0 - binomial_upper_bound(n - k, n, side), binomial_upper_bound(k, n, side)


def wilson(k: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Two-sided interval for the rate behind k of n by Wilson's score (1927); z = 1.96 is 95 %.

    >>> [round(edge, 3) for edge in wilson(97, 100)]
    [0.915, 0.99]
    """
    if n <= 0 or not 0 <= k <= n:
        raise ValueError(f"k of n cases needs 0 <= k <= n and n > 0, not {k} of {n}")
    rate, z2 = k / n, z * z
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def format_percent(share: float, decimals: int = 2) -> str:
    """Format a share for people.

    >>> format_percent(0.0107)
    '1.07 %'
    """
    return f"{100 * share:.{decimals}f} %"


def _check_pairs(predicted: Sequence[str], true: Sequence[str]) -> None:
    if len(predicted) != len(true) or not len(true):
        raise ValueError(
            f"needs equally many predictions and truths, at least one: {len(predicted)}, {len(true)}"
        )


def check_scored(
    confidence: ArrayLike, correct: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Check confidences, and which answers were right, and return both as float64 arrays (n,)."""
    p, right = np.asarray(confidence, np.float64), np.asarray(correct, np.float64)
    if p.ndim != 1 or p.shape != right.shape or not p.size:
        raise ValueError(f"needs two arrays of the same length, not {p.shape} and {right.shape}")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("confidences must lie in [0, 1]")
    return p, right
