"""Thresholds chosen by counts: never promising more than the cases show."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.confidence import RiskTable, choose_threshold, resolve_threshold
from sutja.errors import ThresholdError
from sutja.model_file import RiskCounts

PROBABILITY = st.floats(0, 1)


def overconfident(n, seed):
    """Raw confidences that claim more than comes true, and which answers were right."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(4, 3, n)
    return 1 / (1 + np.exp(-odds)), rng.random(n) < 1 / (1 + np.exp(-0.6 * odds))


def test_the_threshold_keeps_what_was_asked():
    p = np.linspace(0, 1, 1000, endpoint=False)
    right = p >= 0.1  # everything below is wrong
    choice = choose_threshold(p, right, max_error=0.01)
    assert choice.wrong / choice.accepted <= 0.01
    assert choice.accepted == 900  # the next point, 910, has ten wrong: 1.1 %
    assert choice.cases == 1000
    assert "900 were accepted and 0 of those were wrong" in choice.describe()


def test_a_guarantee_costs_coverage():
    raw, right = overconfident(3000, seed=3)
    measured = choose_threshold(raw, right, max_error=0.05)
    sure = choose_threshold(raw, right, max_error=0.05, guarantee=True)
    assert sure.threshold > measured.threshold
    assert sure.guaranteed
    assert sure.upper_bound <= 0.05


def test_the_bound_holds_as_often_as_it_says():
    held = 0
    for seed in range(200):
        raw, right = overconfident(400, seed)
        choice = choose_threshold(raw, right, max_error=0.1)
        fresh, fresh_right = overconfident(20_000, 10_000 + seed)
        kept = fresh >= choice.threshold
        held += (~fresh_right[kept]).mean() <= choice.upper_bound
    assert held >= 190


def test_what_cannot_be_kept_is_said():
    with pytest.raises(
        ThresholdError, match=r"no threshold kept 1 % on the 4 .* least they can show is 50\.000 %"
    ):
        choose_threshold([0.9, 0.9, 0.2, 0.2], [True, False, False, False], max_error=0.01)


def test_few_cases_guarantee_nothing():
    with pytest.raises(ThresholdError):
        choose_threshold(np.linspace(0.5, 1, 50), np.ones(50), max_error=0.01, guarantee=True)


def test_a_card_without_counts_is_said():
    with pytest.raises(ThresholdError, match="no validation counts"):
        RiskTable(RiskCounts()).choose(0.01)


@pytest.mark.parametrize("bad", [-0.1, 1.0, math.nan])
def test_a_share_is_a_share(bad):
    with pytest.raises(ThresholdError, match="no share"):
        RiskTable(RiskCounts(1, ((0.5, 1, 0),))).choose(bad)


@given(st.lists(st.tuples(PROBABILITY, st.booleans()), min_size=1, max_size=80))
def test_counts_are_consistent(cases):
    p, right = np.array([c for c, _ in cases]), np.array([r for _, r in cases])
    counts = RiskTable.measure(p, right).counts
    assert counts.cases == len(cases)
    assert counts.points[-1][1] == len(cases)  # the last threshold keeps everything
    for threshold, accepted, wrong in counts.points:
        assert accepted == (p >= threshold).sum()
        assert wrong == (~right[p >= threshold]).sum()


def test_the_models_own_threshold_counts_where_no_error_is_asked_for():
    counts = RiskCounts(10, ((0.9, 5, 0), (0.5, 10, 2)))
    assert resolve_threshold(0.7, counts, None) == (0.7, None)
    threshold, choice = resolve_threshold(0.7, counts, 0.1)
    assert (threshold, choice.threshold, choice.accepted) == (0.9, 0.9, 5)
    with pytest.raises(ThresholdError):
        resolve_threshold(0.7, RiskCounts(), 0.1)
