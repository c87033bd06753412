"""A small test part is said to be one: no evidence is not evidence of nothing."""

from dataclasses import replace

import numpy as np
from simulated_fits import make_comparison, power_law

from sutja.comparison.analysis.advice import advise
from sutja.comparison.analysis.findings import estimate_difference
from sutja.comparison.analysis.small_tests import count_needed_tests, describe_resolution

GOOD = power_law(0.0, 0.0, 0.5)


def ask_few(n_test=12, rare=2, wrong=0):
    """Learners of which none errs on a test part where the commonest class gets `rare` wrong."""
    findings = make_comparison({"net": GOOD, "forest": GOOD}, {"net": "network", "forest": "baseline"})
    truth = np.array([1] * rare + [0] * (n_test - rare))
    answer = np.where(np.arange(n_test) < n_test - wrong, truth, 1 - truth)
    rows = tuple(replace(row, error=wrong / n_test) for row in findings.rows)
    data = replace(findings.data, truth=truth, classes=("usual", "rare"))
    return replace(findings, data=data, rows=rows, answers={row.key: answer for row in rows})


def test_what_twelve_items_cannot_tell():
    findings = ask_few()
    assert not findings.better_than_chance
    advice = advise(findings)
    assert advice.startswith("Too few to tell: on 12 test items")
    assert "gets 16.67 % wrong" in advice
    assert "95 % interval 0" in advice
    assert "does not mean that these data hold nothing" in advice
    needed = count_needed_tests(findings)
    assert f"about {needed} test items" in advice
    assert 20 < needed < 60
    assert ask_few(needed, round(needed / 6)).better_than_chance


def test_many_items_show_that_there_is_nothing():
    findings = ask_few(1200, 200, 200)
    assert advise(findings).startswith("No learner beats chance")


def test_the_least_difference_of_a_small_test_part_is_told():
    assert "12 items" in describe_resolution(ask_few())[0]
    assert describe_resolution(ask_few(1200, 200)) == []


def test_two_learners_that_agree_on_few_items_are_not_called_equal():
    difference, low, high = estimate_difference(ask_few(), "net", "forest", 3200)
    assert difference == 0
    assert low == -0.25
    assert high == 0.25
