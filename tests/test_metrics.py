"""Metrics: golden values worked by hand, and bounds checked against the binomial distribution itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja import metrics


def tail(k, n, p):
    """P(X <= k) for X binomial (n, p), summed term by term."""
    return sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("1", "", 1), ("", "12", 2), ("1234", "1134", 1), ("kitten", "sitting", 3)],
)
def test_edit_distance(a, b, distance):
    assert metrics.edit_distance(a, b) == distance
    assert metrics.edit_distance(b, a) == distance


def test_rates():
    assert metrics.exact_match(["12", "3", "4"], ["12", "8", "4"]) == pytest.approx(2 / 3)
    assert metrics.character_error_rate(["123", "77"], ["1234", "7"]) == pytest.approx(0.4)


@pytest.mark.parametrize("function", [metrics.exact_match, metrics.character_error_rate])
def test_rates_refuse_what_does_not_fit(function):
    with pytest.raises(ValueError, match="predictions"):
        function(["1"], ["1", "2"])
    with pytest.raises(ValueError, match="predictions"):
        function([], [])


def test_character_error_rate_needs_characters():
    with pytest.raises(ValueError, match="empty"):
        metrics.character_error_rate(["1"], [""])


def test_calibration_error_by_hand():
    # bin [0.8, 0.9): mean confidence 0.85, half right; bin [0.2, 0.3): 0.25, none right
    error = metrics.expected_calibration_error([0.84, 0.86, 0.25], [True, False, False], bins=10)
    assert error == pytest.approx((2 * 0.35 + 0.25) / 3)
    assert metrics.expected_calibration_error([1.0, 1.0], [True, True]) == 0.0


def test_risk_coverage_by_hand():
    threshold, coverage, risk = metrics.risk_coverage([0.9, 0.9, 0.5, 0.1], [True, False, True, False])
    assert threshold.tolist() == [0.9, 0.5, 0.1]
    assert coverage.tolist() == [0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0.5, 1 / 3, 0.5])


@pytest.mark.parametrize("bad", [([0.5], [True, False]), ([], []), ([1.5], [True]), ([math.nan], [True])])
def test_scored_answers_are_checked(bad):
    with pytest.raises(ValueError, match=r"needs two arrays|must lie"):
        metrics.expected_calibration_error(*bad)


@given(st.integers(1, 60), st.data())
def test_the_upper_bound_is_where_the_tail_is_the_risk(n, data):
    k = data.draw(st.integers(0, n - 1))
    level = data.draw(st.sampled_from([0.5, 0.9, 0.95, 0.99]))
    bound = metrics.binomial_upper_bound(k, n, level)
    assert k / n < bound < 1
    assert tail(k, n, bound) == pytest.approx(1 - level, rel=1e-6)


def test_bounds_of_published_cases():
    assert metrics.binomial_upper_bound(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))  # the "rule of three"
    assert metrics.clopper_pearson(3, 10) == pytest.approx((0.0667395, 0.6524529), abs=1e-6)
    assert metrics.clopper_pearson(0, 1) == pytest.approx((0.0, 0.975))
    assert metrics.clopper_pearson(900, 900) == pytest.approx((0.9959096, 1.0), abs=1e-6)
    assert metrics.wilson(97, 100) == pytest.approx((0.9154806, 0.9897451), abs=1e-5)
    assert metrics.binomial_upper_bound(0, 0) == 1.0


@pytest.mark.parametrize("bad", [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0), (1, 5, 0.0)])
def test_bounds_refuse_nonsense(bad):
    with pytest.raises(ValueError, match=r"needs|must lie"):
        metrics.binomial_upper_bound(*bad)


def test_wilson_refuses_no_cases():
    with pytest.raises(ValueError, match="n > 0"):
        metrics.wilson(0, 0)


def test_a_large_count_does_not_overflow():
    low, high = metrics.clopper_pearson(5_000, 10_000)
    assert (low, high) == pytest.approx((0.4901514, 0.5098486), abs=1e-6)
    assert np.isfinite(high)
