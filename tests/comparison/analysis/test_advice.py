"""Advice follows from the numbers; it does not judge what there was no time to measure."""

from dataclasses import replace

import numpy as np
import pytest
from simulated_fits import SIZES, make_comparison, power_law

from sutja.comparison.analysis import coverage
from sutja.comparison.analysis.advice import advise, write_sentences
from sutja.comparison.execution.table import Row, Status
from sutja.comparison.formatting import format_microseconds, format_minutes, format_points, format_seconds

GOOD, FAIR, BAD = power_law(0.01, 1.0, 0.5), power_law(0.03, 1.6, 0.5), power_law(0.15, 1.5, 0.4)
KINDS = {"net": "network", "net-l": "network", "forest": "baseline", "tree": "baseline"}


def simulate(curves, **furthest):
    """Simulate a comparison in which some learners were fitted on at most so many labels, or not at all."""
    findings = make_comparison(curves, {name: KINDS[name] for name in curves})
    rows = tuple(
        row for row in findings.rows if row.labels <= furthest.get(row.learner.replace("-", "_"), 1e9)
    )
    answers = {row.key: findings.answers[row.key] for row in rows}
    return replace(findings, rows=rows, answers=answers)


def test_a_network_without_time_is_not_judged():
    findings = simulate({"net": FAIR, "forest": FAIR, "tree": BAD}, net=100)
    advice = advise(findings)
    assert advice.startswith(
        "It cannot be said yet if a deep network pays off: no network was fitted on more than 100 "
    )
    assert "forest was fitted on 3,200 labels" in advice
    assert "More time would answer it: roughly" in advice
    assert "does not need" not in advice
    assert "but net on 100 at most" in advice


def test_a_network_that_leads_on_few_labels_keeps_the_question_open():
    findings = simulate({"net": BAD, "net-l": GOOD, "forest": FAIR}, net_l=400)
    advice = advise(findings)
    assert advice.startswith(
        "It cannot be said yet if a deep network pays off: with 3,200 labels net is behind"
    )
    assert "but net-l, which was fitted on no more than 400 labels, leads forest there" in advice


def test_a_better_learner_with_fewer_labels_is_named():
    curves = {"net": FAIR, "net-l": power_law(0.005, 0.4, 0.5), "forest": BAD}
    advice = advise(simulate(curves, net_l=800))
    assert advice.startswith("A deep network pays off here: with 3,200 labels net gets")
    assert "net-l does better still with 800 labels: " in advice
    assert "does better still" not in advise(simulate(curves | {"net-l": BAD}, net_l=800))


def test_a_slow_network_that_lags_is_named_as_what_might_change_it():
    findings = simulate({"net": BAD, "net-l": BAD, "forest": GOOD}, net_l=100)
    advice = advise(findings)
    assert advice.startswith("As far as was tried: this does not need a deep network: with 3,200 labels")
    assert "More time for net-l might change that" in advice


def test_too_little_time_for_all_is_said_first():
    findings = simulate({"net": BAD, "forest": GOOD}, net=200, forest=200)
    advice = advise(findings)
    assert advice.startswith(
        "It cannot be said yet if a deep network pays off with 3,200 labels: there was time "
    )
    assert "for 200 only. With 200 labels net gets" in advice
    assert "More time would answer it: roughly" in advice
    assert "No number of labels" not in advice


def test_sizes_that_end_early_by_choice_are_not_called_a_lack_of_time():
    findings = simulate({"net": BAD, "forest": GOOD}, net=200, forest=200)
    chosen = {**findings.facts, "terms": {**findings.facts["terms"], "sizes": (50, 100, 200)}}
    advice = advise(replace(findings, facts=chosen))
    assert "with 3,200 labels: the sizes given end at 200. With 200 labels net gets" in advice
    assert "More labels would answer it" in advice
    assert "there was time" not in advice


def test_costs_are_those_of_the_same_labels():
    findings = simulate({"net": GOOD, "forest": FAIR}, net=1600)
    advice = advise(findings)  # net takes 1 ms a label, forest 2 ms, both on 1,600
    assert "Learning took net 1.6 s, forest 3.2 s" in advice


def test_learners_left_out_are_named_with_the_reason():
    findings = simulate({"net": GOOD, "net-l": GOOD, "forest": FAIR, "tree": BAD}, net_l=0, tree=0)
    failed = Row("tree", 50, 0, Status.FAILED, note="too little memory")
    findings = replace(findings, rows=(*findings.rows, failed))
    advice = advise(findings)
    assert "Left out: net-l, not tried for lack of time." in advice
    assert "Left out: tree, failed (too little memory)." in advice


def test_no_network_took_part_or_none_was_fitted():
    assert "No network took part" in advise(simulate({"forest": FAIR, "tree": BAD}))
    none = advise(simulate({"net": GOOD, "forest": FAIR}, net=0))
    assert "No network was fitted, so it cannot be said if a deep network pays off." in none


def test_nothing_fitted_gives_the_reasons():
    findings = simulate({"net": GOOD, "forest": FAIR}, net=0, forest=0)
    findings = replace(findings, rows=(Row("net", 50, 0, Status.FAILED, note="no room"),))
    assert "net: failed (no room)" in advise(findings)


def test_a_law_that_does_not_hold_is_not_continued():
    advice = advise(simulate({"net": lambda n: np.where(np.asarray(n) > 400, 0.5, 0.35), "forest": FAIR}))
    assert (
        "It cannot be said if more labels would change that: the curve of net follows no power law" in advice
    )


def test_the_verdict_comes_first_and_stands_alone():
    verdict = write_sentences(simulate({"net": GOOD, "forest": FAIR}))[0]
    assert verdict.startswith("A deep network pays off here")
    assert verdict.endswith(".")


def test_fits_that_were_not_started_are_counted():
    findings = simulate({"net": GOOD, "forest": FAIR}, net=100)
    assert coverage.find_planned_sizes(findings) == SIZES
    assert coverage.count_planned_fits(findings) == 2 * len(SIZES) * 2
    assert coverage.count_unstarted(findings) == {"net": dict.fromkeys(SIZES[2:], 2)}
    assert coverage.predict_seconds_left(findings) > 0
    whole = simulate({"net": GOOD, "forest": FAIR})
    assert coverage.count_unstarted(whole) == {}
    assert coverage.predict_seconds_left(whole) == 0


def test_a_comparison_prints_as_standings_and_advice_in_lines():
    text = str(simulate({"net": GOOD, "forest": FAIR}))
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "95 % interval" in text.splitlines()[0]
    assert "e+" not in text


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (format_microseconds(158.3), "160 µs"),
        (format_microseconds(0.876), "0.88 µs"),
        (format_microseconds(9.97), "10 µs"),
        (format_seconds(99.7), "100 s"),
        (format_seconds(0.0996), "100 ms"),
        (format_points(-0.0017, signed=True), "−0.17"),
        (format_minutes(3599), "59 min"),
        (format_minutes(3600), "1 h 0 min"),
    ],
)
def test_numbers_are_written_without_powers_of_ten(written, wanted):
    assert written == wanted
