"""Sentences about what a test part can tell by its size, and what it cannot."""

from __future__ import annotations

import math

from sutja.comparison.analysis.findings import Findings
from sutja.comparison.analysis.significance import is_better_than_chance
from sutja.comparison.formatting import format_interval, format_points
from sutja.metrics import format_percent

_FAR_BELOW_CHANCE = 0.8  # of the error of chance
_MOST_TESTS = 100_000  # more are not asked for
_SMALL_TEST = 400  # items: with fewer the least difference that can show is told


def can_be_chance_or_good(findings: Findings) -> bool:
    """Return True if the best learner may be no better than chance, or far better: few items were asked."""
    return findings.standings[0].low < _FAR_BELOW_CHANCE * findings.chance


def count_needed_tests(findings: Findings) -> int | None:
    """Count the test items with which the best learner, wrong as often as here, would beat chance.

    Returns
    -------
    int | None
        None where more than `_MOST_TESTS` would be needed.
    """
    error, n = findings.standings[0].error, findings.data.n_test
    while n <= _MOST_TESTS:
        if is_better_than_chance(error, n, findings.chance, len(findings.standings)):
            return n
        n += max(1, n // 20)
    return None


def explain_few_tests(findings: Findings) -> list[str]:
    """Say that the test part is too small to tell learners from chance."""
    best, n = findings.standings[0], findings.data.n_test
    needed = count_needed_tests(findings)
    remedy = f"about {needed:,} test items would" if needed else "more test items would"
    return [
        (
            f"Too few to tell: on {n:,} test items always answering the commonest class gets "
            f"{format_percent(findings.chance)} wrong, and the best learner, {best.learner}, "
            f"{format_percent(best.error)} (95 % interval {format_interval(best.low, best.high)}), which may "
            "be luck."
        ),
        (
            "That no learner is shown to beat chance does not mean that these data hold nothing: "
            f"{remedy} tell. Label more, or give more of the labels to the test part."
        ),
    ]


def describe_resolution(findings: Findings) -> list[str]:
    """Describe the least difference that a small test part can show."""
    best, n = findings.standings[0], findings.data.n_test
    if n >= _SMALL_TEST:
        return []
    least = 1.96 * math.sqrt(max(best.error * (1 - best.error), 1 / n) / n)
    return [
        f"The test part has {n:,} items: differences below about {format_points(least)} points cannot show."
    ]
