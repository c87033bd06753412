"""Curves and crossovers: known ones are recovered, and doubt is reported."""

import math

import numpy as np
import pytest
from simulated_fits import SIZES, measure, power_law

from sutja.comparison.analysis.crossover import find_crossover
from sutja.comparison.analysis.curves import find_best, fit_curves, fit_power_laws, predict_gain

CHANCE = 0.9
EARLY, LATE = power_law(0.04, 0.9, 0.35), power_law(0.003, 8.0, 0.75)  # they cross at about 420 labels


def curves_of(*pairs, seed=0, **how):
    some = [measure(name, curve, seed=seed + i, **how) for i, (name, curve) in enumerate(pairs)]
    return fit_curves(some, CHANCE, draws=200)


def find_crossing(one, two):
    n = np.geomspace(10, 1e6, 20_000)
    return float(n[np.flatnonzero(np.diff(np.sign(one(n) - two(n))))[0]])


def test_a_curve_without_noise_is_recovered():
    sizes = np.array(SIZES)
    truth = power_law(0.02, 1.5, 0.6)
    law = fit_power_laws(sizes, truth(sizes)[None], np.full(len(sizes), 1e-8), np.ones((1, len(sizes)), bool))
    assert law.evaluate(np.array([32_000.0]))[0, 0] == pytest.approx(float(truth(32_000)), rel=0.02)


def test_a_curve_that_falls_to_nothing_has_no_floor_below_zero():
    sizes = np.array(SIZES)
    law = fit_power_laws(
        sizes, (3.0 / sizes)[None], np.full(len(sizes), 1e-6), np.ones((1, len(sizes)), bool)
    )
    assert law.a[0] >= 0
    assert 0 <= law.evaluate(np.array([1e6]))[0, 0] < 0.001


def test_the_error_to_expect_lies_within_its_interval():
    hits = 0
    for seed in range(20):
        truth = power_law(0.01 + 0.001 * seed, 1.2, 0.4 + 0.015 * seed)
        curve = curves_of(("one", truth), seed=seed)["one"]
        low, high = curve.predict_interval(10 * SIZES[-1])
        assert low <= curve.predict_error(10 * SIZES[-1]) <= high
        hits += low <= truth(10 * SIZES[-1]) <= high
    assert hits >= 17


def test_a_known_crossover_is_recovered():
    truth, hits = find_crossing(EARLY, LATE), 0
    for seed in range(20):
        curves = curves_of(("early", EARLY), ("late", LATE), seed=10 * seed)
        crossover = find_crossover(curves["late"], curves["early"])
        assert (crossover.first, crossover.second) == ("early", "late")
        assert crossover.kind == "at"
        hits += crossover.low <= truth <= crossover.high
        assert crossover.labels == pytest.approx(truth, rel=0.5)
    assert hits >= 18


def test_a_learner_that_never_leads_is_known():
    curves = curves_of(("good", power_law(0.01, 0.5, 0.5)), ("bad", power_law(0.1, 2.0, 0.5)))
    crossover = find_crossover(curves["bad"], curves["good"])
    assert (crossover.kind, crossover.first) == ("never", "good")
    assert "never within the measured range" in str(crossover)


def test_two_equal_learners_have_no_clear_crossover():
    curves = curves_of(("one", EARLY), ("two", EARLY))
    crossover = find_crossover(curves["one"], curves["two"])
    assert crossover.kind == "unclear"
    assert "cannot tell" in str(crossover)


def test_curves_that_cross_twice_are_known():
    def wavy(n):
        return EARLY(n) * np.where((np.asarray(n) > 150) & (np.asarray(n) < 1200), 0.6, 1.5)

    curves = curves_of(("plain", EARLY), ("wavy", wavy), spread=0.02)
    assert find_crossover(curves["plain"], curves["wavy"]).kind == "several"


def test_a_crossover_beyond_what_was_measured_is_expected_not_claimed():
    early, late = power_law(0.03, 0.9, 0.35), power_law(0.003, 14.0, 0.62)
    truth = find_crossing(early, late)
    assert truth > SIZES[-1]
    curves = curves_of(("early", early), ("late", late), spread=0.02, n_test=10_000)
    crossover = find_crossover(curves["early"], curves["late"])
    assert crossover.kind in ("never", "unclear")
    assert crossover.is_beyond
    assert crossover.low <= truth <= crossover.high
    assert "if the curves continue" in str(crossover)


def test_curves_that_are_not_power_laws_are_marked():
    def rising(n):
        return np.where(np.asarray(n) > 600, 0.3, 0.1)

    def stuck(n):
        return np.full(np.shape(n), 0.89)

    curves = curves_of(("rising", rising), ("stuck", stuck), ("plain", EARLY))
    assert "rises" in curves["rising"].faults[0]
    assert "chance" in " ".join(curves["stuck"].faults)
    assert curves["plain"].is_power_law


def test_gains_are_of_labels_to_come():
    curve = curves_of(("one", EARLY))["one"]
    gain, low, high = predict_gain(curve, 3200, 1000)
    assert 0 <= low <= gain <= high
    assert gain == pytest.approx(float(EARLY(3200) - EARLY(4200)), abs=0.004)


def test_the_best_depends_on_the_labels():
    curves = curves_of(("early", EARLY), ("late", LATE))
    assert (find_best(curves, 60), find_best(curves, 30_000)) == ("early", "late")


def test_too_few_sizes_make_no_curve():
    some = measure("one", EARLY, sizes=(50, 100))
    assert fit_curves([some], CHANCE) == {}


def test_an_interval_may_have_no_end():
    curves = curves_of(("one", EARLY), ("two", power_law(0.041, 0.9, 0.35)))
    crossover = find_crossover(curves["one"], curves["two"])
    assert not math.isfinite(crossover.high) or crossover.low == 0
