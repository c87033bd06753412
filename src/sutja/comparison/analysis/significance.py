"""Tests of errors against chance."""

from __future__ import annotations

from sutja.metrics import binomial_tail

_SIGNIFICANCE = 0.01  # chance that any of all learners passes as better than chance and is not


def is_better_than_chance(error: float, n: int, chance: float, learners: int) -> bool:
    """Return True if the error of one of several learners on n items is significantly below chance."""
    return binomial_tail(round(error * n), n, chance) < _SIGNIFICANCE / learners
