"""Advice follows from the numbers; it does not judge what there was no time to measure."""

from dataclasses import replace

import numpy as np
import pytest
from simulated_fits import SIZES, make_comparison, power_law

from sutja.comparison.analysis import coverage
from sutja.comparison.analysis.advice import advise, write_sentences
from sutja.comparison.execution.table import Row, Status
from sutja.comparison.formatting import format_microseconds, format_minutes, format_points, format_seconds
from sutja.comparison.report.terminal import format_result

GOOD, FAIR, BAD = power_law(0.01, 1.0, 0.5), power_law(0.03, 1.6, 0.5), power_law(0.15, 1.5, 0.4)
KINDS = {"net": "network", "net-l": "network", "forest": "baseline", "tree": "baseline"}


def of(curves, **furthest):
    """A comparison in which some learners came no further than so many labels; 0 for not at all."""
    found = make_comparison(curves, {name: KINDS[name] for name in curves})
    rows = tuple(row for row in found.rows if row.labels <= furthest.get(row.learner.replace("-", "_"), 1e9))
    answers = {row.key: found.answers[row.key] for row in rows}
    return replace(found, rows=rows, answers=answers)


def test_a_network_without_time_is_not_judged():
    found = of({"net": FAIR, "forest": FAIR, "tree": BAD}, net=100)
    said = advise(found)
    assert said.startswith(
        "It cannot be said yet if a deep network pays off: no network was fitted on more than 100 "
    )
    assert "forest was fitted on 3,200 labels" in said
    assert "More time would answer it: roughly" in said
    assert "does not need" not in said
    assert "but net on 100 at most" in said


def test_a_network_that_leads_where_it_got_keeps_the_question_open():
    found = of({"net": BAD, "net-l": GOOD, "forest": FAIR}, net_l=400)
    said = advise(found)
    assert said.startswith(
        "It cannot be said yet if a deep network pays off: with 3,200 labels net is behind"
    )
    assert "but net-l, which was fitted on no more than 400 labels, leads forest there" in said


def test_who_is_better_with_fewer_labels_is_named():
    curves = {"net": FAIR, "net-l": power_law(0.005, 0.4, 0.5), "forest": BAD}
    said = advise(of(curves, net_l=800))
    assert said.startswith("A deep network pays off here: with 3,200 labels net gets")
    assert "net-l does better still with 800 labels: " in said
    assert "does better still" not in advise(of(curves | {"net-l": BAD}, net_l=800))


def test_a_slow_network_that_lags_is_named_as_what_might_change_it():
    found = of({"net": BAD, "net-l": BAD, "forest": GOOD}, net_l=100)
    said = advise(found)
    assert said.startswith("As far as was tried: this does not need a deep network: with 3,200 labels")
    assert "More time for net-l might change that" in said


def test_little_time_for_anyone_is_said_first():
    found = of({"net": BAD, "forest": GOOD}, net=200, forest=200)
    said = advise(found)
    assert said.startswith(
        "It cannot be said yet if a deep network pays off with 3,200 labels: there was time "
    )
    assert "for 200 only. With 200 labels net gets" in said
    assert "More time would answer it: roughly" in said
    assert "No number of labels" not in said


def test_costs_are_those_of_the_same_labels():
    found = of({"net": GOOD, "forest": FAIR}, net=1600)
    said = advise(found)  # net takes 1 ms a label, forest 2 ms, both on 1,600
    assert "Learning took net 1.6 s, forest 3.2 s" in said


def test_who_was_left_out_and_why():
    found = of({"net": GOOD, "net-l": GOOD, "forest": FAIR, "tree": BAD}, net_l=0, tree=0)
    failed = Row("tree", 50, 0, Status.FAILED, note="too little memory")
    found = replace(found, rows=(*found.rows, failed))
    said = advise(found)
    assert "Left out: net-l, not tried for lack of time." in said
    assert "Left out: tree, failed (too little memory)." in said


def test_no_network_took_part_or_none_was_fitted():
    assert "No network took part" in advise(of({"forest": FAIR, "tree": BAD}))
    none = advise(of({"net": GOOD, "forest": FAIR}, net=0))
    assert "No network was fitted, so it cannot be said if a deep network pays off." in none


def test_nothing_fitted_gives_the_reasons():
    found = of({"net": GOOD, "forest": FAIR}, net=0, forest=0)
    found = replace(found, rows=(Row("net", 50, 0, Status.FAILED, note="no room"),))
    assert "net: failed (no room)" in advise(found)


def test_a_law_that_does_not_hold_is_not_continued():
    said = advise(of({"net": lambda n: np.where(np.asarray(n) > 400, 0.5, 0.35), "forest": FAIR}))
    assert "It cannot be said if more labels would change that: the curve of net follows no power law" in said


def test_the_verdict_comes_first_and_stands_alone():
    verdict = write_sentences(of({"net": GOOD, "forest": FAIR}))[0]
    assert verdict.startswith("A deep network pays off here")
    assert verdict.endswith(".")


def test_what_was_not_begun_is_counted():
    found = of({"net": GOOD, "forest": FAIR}, net=100)
    assert coverage.find_planned_sizes(found) == SIZES
    assert coverage.count_planned_fits(found) == 2 * len(SIZES) * 2
    assert coverage.count_unstarted(found) == {"net": dict.fromkeys(SIZES[2:], 2)}
    assert coverage.predict_seconds_left(found) > 0
    whole = of({"net": GOOD, "forest": FAIR})
    assert coverage.count_unstarted(whole) == {}
    assert coverage.predict_seconds_left(whole) == 0


def test_the_terminal_shows_the_advice_in_lines_and_where_the_report_is(tmp_path):
    text = format_result(of({"net": GOOD, "forest": FAIR}), tmp_path)
    assert str(tmp_path / "report.html") in text
    assert max(len(line) for line in text.splitlines() if str(tmp_path) not in line) <= 100
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
