"""Promises: kept as often as they say, missed by name when the labels do not carry them."""

import re

import numpy as np
import pytest

from sutja.confidence import certified
from sutja.confidence.certified import METHODS, estimate_labels, learn_then_test, select_with_guaranteed_risk
from sutja.errors import ThresholdError

BOTH = pytest.mark.parametrize("certify", METHODS.values(), ids=METHODS)
# A population of answers: confidence u, right with a probability that rises with it; 12 % are wrong.
U = (np.arange(100_000) + 0.5) / 100_000
RIGHT = 1.0 - 0.24 * (1.0 - U)


def risk_above(threshold):
    """The true share of wrong answers among those with u >= threshold, by the integral."""
    return 0.12 * (1.0 - threshold)


def drawn(n, seed, rates=RIGHT):
    rng = np.random.default_rng(seed)
    place = rng.integers(0, len(U), n)
    return U[place], rng.random(n) < rates[place]


@BOTH
def test_the_promise_fails_no_more_often_than_it_says(certify):
    failed = coverage = 0.0
    for seed in range(1000):
        try:
            found = certify(*drawn(1500, seed), 0.05, 0.9)
        except ThresholdError:  # promises nothing
            continue
        failed += risk_above(found.threshold) > 0.05
        coverage += 1.0 - found.threshold
    assert failed <= 130  # 100 are allowed; 130 of 1,000 would be three deviations more
    assert coverage / 1000 > 0.08  # of 0.417 that an oracle would keep


def test_a_risk_that_falls_does_not_break_learn_then_test():
    # The surest tenth is the worst: no order of thresholds by confidence suits it.
    rates = np.where(U > 0.9, 0.90, 0.99)
    wrong = 0
    for seed in range(200):
        try:
            found = learn_then_test(*drawn(600, seed, rates), 0.03, 0.9)
        except ThresholdError:
            continue
        above = found.threshold <= U
        wrong += (1.0 - rates[above]).mean() > 0.03
    assert wrong <= 30


@BOTH
def test_fewer_errors_are_promised_for_fewer_answers(certify):
    p, right = drawn(8000, 7)
    loose, strict = certify(p, right, 0.08), certify(p, right, 0.03)
    assert strict.threshold > loose.threshold
    for found in (loose, strict):
        g = found.guarantee
        assert g.wrong / g.accepted < g.max_error
        assert f"{g.accepted:,} were accepted" in found.describe()


def test_counts_are_those_of_the_threshold():
    p, right = drawn(4000, 3)
    g = (found := select_with_guaranteed_risk(p, right, 0.05)).guarantee
    kept = p >= found.threshold
    assert (g.cases, g.accepted, g.wrong) == (4000, kept.sum(), (~right[kept]).sum())
    assert g.method == "selection with guaranteed risk"


def test_a_perfect_model_accepts_everything():
    p = np.linspace(0.4, 1.0, 2000)
    found = learn_then_test(p, np.ones(2000), 0.01)
    assert found.threshold == 0.0
    assert (found.guarantee.accepted, found.guarantee.cases) == (2000, 2000)


@BOTH
def test_ties_are_kept_or_dropped_together(certify):
    p = np.repeat([0.9, 0.5], 1000)
    right = np.concatenate([np.ones(1000), np.zeros(1000)])
    found = certify(p, right, 0.02)
    assert 0.5 < found.threshold <= 0.9
    assert (found.guarantee.accepted, found.guarantee.wrong) == (1000, 0)


def test_the_same_labels_give_the_same_threshold():
    p, right = drawn(2000, 1)
    assert learn_then_test(p, right, 0.06) == learn_then_test(p, right, 0.06)


@BOTH
def test_missing_labels_are_counted_and_then_enough(certify):
    with pytest.raises(ThresholdError, match=r"about [\d,]+ labels are missing") as caught:
        certify(*drawn(300, 3), 0.05)
    missing = int(re.search(r"about ([\d,]+)", str(caught.value))[1].replace(",", ""))
    held = 0
    for seed in range(20):
        try:
            certify(*drawn(300 + 2 * missing, 100 + seed), 0.05)
        except ThresholdError:
            continue
        held += 1
    assert held >= 10
    assert missing < 5000


def test_no_error_in_too_few_cases_needs_the_well_known_299():
    # log 0.05 / log 0.99 = 298.07
    assert estimate_labels([0.9] * 10, [True] * 10, 0.01, 0.05) >= 299
    with pytest.raises(ThresholdError, match="labels are missing"):
        select_with_guaranteed_risk(np.linspace(0.5, 1, 298), np.ones(298), 0.01)
    assert certified._count_needed(0.01, 0.05) == 299
    assert learn_then_test(np.linspace(0.5, 1, 299), np.ones(299), 0.01).guarantee.accepted == 299
    with pytest.raises(ThresholdError, match="labels are missing"):
        learn_then_test(np.linspace(0.5, 1, 298), np.ones(298), 0.01)


@BOTH
def test_what_no_labels_can_bring_is_said(certify):
    rng = np.random.default_rng(0)
    with pytest.raises(ThresholdError, match=r"do not tell how many would do; of the surest half 49\.60 %"):
        certify(rng.random(2000), rng.random(2000) < 0.5, 0.01)


@BOTH
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (([], [], 0.01), "no answers"),
        (([0.5], [1], 0.0), "no share"),
        (([0.5], [1], 1.0), "no share"),
        (([0.5], [1], float("nan")), "no share"),
        (([0.5], [1], 0.01, 1.0), "no probability"),
        (([0.5], [1], 0.01), "1 labels do not show"),
    ],
)
def test_what_cannot_be_asked(certify, arguments, what):
    with pytest.raises(ThresholdError, match=what):
        certify(*arguments)


@pytest.mark.parametrize(
    ("n", "max_error"), [(59, 0.05), (299, 0.01), (300, 0.01), (450, 0.01), (1000, 0.01)]
)
@BOTH
def test_enough_right_labels_are_never_refused(certify, n, max_error):
    for seed in range(20):
        confidence = 1 - np.random.default_rng(seed).beta(0.3, 6, n)
        found = certify(confidence, np.ones(n), max_error)
        assert (found.guarantee.cases, found.guarantee.accepted) == (n, n)


def test_thresholds_that_could_never_pass_are_passed_over():
    confidence = np.concatenate([np.full(40, 0.999), np.full(260, 0.9)])
    right = np.concatenate([[0], np.ones(299)])
    found = learn_then_test(confidence, right, 0.05)
    assert found.guarantee.accepted == 300


@pytest.mark.parametrize("max_error", [0.01, 0.02, 0.1])
@pytest.mark.parametrize("delta", [0.05, 0.2])
def test_the_search_makes_no_more_steps_than_share_the_level(max_error, delta):
    """By the exact binomial: the fewest answers pass without an error, one fewer would not."""
    for n in (1, 28, 29, 298, 299, 300, 477, 500, 1000, 4000):
        fewest, steps = certified._choose_search(n, max_error, delta)
        alone = (1 - max_error) ** n <= delta  # all answers, tested once
        assert (fewest <= n) == alone
        if not alone:
            continue
        assert (1 - max_error) ** fewest <= delta / steps * (1 + 1e-12)
        assert np.ceil(np.log2(n - fewest + 2)) <= steps
        is_whole = (1 - max_error) ** (fewest - 1) > delta / steps
        assert is_whole or (1 - max_error) ** n > delta / (steps + 1) or n - fewest == 2**steps - 2


def test_half_of_the_cases_may_be_too_few_to_pass_and_more_are_tried():
    p = np.linspace(0.5, 1, 500)  # the surest 250 do not show 2 %: 0.98 ** 250 > 0.05 / 8
    found = select_with_guaranteed_risk(p, np.ones(500), 0.02)
    assert found.guarantee.accepted == 500
