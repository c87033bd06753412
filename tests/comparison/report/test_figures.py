"""The figures name their curves, mark the crossovers, and are distinct without colour."""

import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from matplotlib.colors import to_rgb
from simulated_fits import make_comparison, power_law

from sutja.comparison.learners.eras import ERAS
from sutja.comparison.report import axes, figures

LATE, EARLY = power_law(0.003, 8.0, 0.75), power_law(0.04, 0.9, 0.35)


@pytest.fixture(scope="module")
def findings():
    """Three networks and seven others, and two eras."""
    names = [f"net-{i}" for i in range(3)] + [f"other-{i}" for i in range(7)]
    kinds = {name: "network" if name.startswith("net") else "baseline" for name in names}
    curves = {name: LATE if name.startswith("net") else EARLY for name in names}
    eras = {"1989-zip-code": power_law(0.03, 2.0, 0.5), "1998-lenet-5": power_law(0.02, 2.0, 0.5)}
    return make_comparison(curves | eras, kinds | dict.fromkeys(eras, "era"))


def contrast(colour):
    """With white, as WCAG 2 has it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 1.05 / (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True)) + 0.05)


def test_curves_are_distinct_without_colour(findings):
    style = figures.make_styles(findings)
    shown = [name for name, kind in findings.kinds.items() if kind != "era"]
    assert all(style[a]["marker"] != style[b]["marker"] for a, b in combinations(shown, 2))
    assert {style[name]["linestyle"] for name in shown if findings.kinds[name] == "network"} == {"-"}
    assert "-" not in {style[name]["linestyle"] for name in shown if findings.kinds[name] == "baseline"}


def test_every_line_contrasts_with_the_paper():
    for colour in (*figures._NETWORK, *figures._OTHER, *figures._ERA):
        assert contrast(colour) >= 3.0, colour


def test_the_names_stand_where_the_curves_end_and_do_not_overlap(findings):
    drawing = figures.plot_learning_curves(findings)
    drawing.draw_without_rendering()
    (area,) = drawing.axes
    named = {text.get_text().replace("\n", ""): text.get_window_extent() for text in area.texts}
    boxes = [named[name] for name in findings.measurements if findings.kinds[name] != "era"]
    assert all(one.x1 <= drawing.bbox.x1 for one in boxes)
    assert all(one.x0 > area.get_window_extent().x1 for one in boxes)
    boxes.sort(key=lambda one: one.y0)
    assert all(below.y1 <= above.y0 + 1 for below, above in pairwise(boxes))


def test_crossovers_are_marked_by_number_and_listed_in_that_order(findings):
    marked = figures.find_marked_crossovers(findings)
    assert 1 <= len(marked) <= 5
    assert all(one.kind == "at" and not one.is_beyond for one in marked)
    texts = [text.get_text() for text in figures.plot_learning_curves(findings).axes[0].texts]
    assert {str(number) for number in range(1, len(marked) + 1)} <= set(texts)


def test_ticks_are_plain_numbers(findings):
    assert axes.make_count_formatter()(60_000) == "60,000"
    assert axes.make_count_formatter()(0.01) == "0.01"
    assert axes.make_count_formatter(short=True)(1e6) == "1 M"
    assert axes.make_count_formatter(sparse=True)(30) == ""
    assert axes.make_percent_formatter()(0.005) == "0.5 %"
    text = figures.to_svg(figures.plot_cost(findings, "fit_operations", "operations", "Cost"), "cost")
    assert not re.search(r"\d+e[+-]?\d+<", text)


def test_published_figures_stand_beside_the_measured_ones(findings):
    texts = [text.get_text() for text in figures.plot_eras_by_year(findings).axes[0].texts]
    assert "5.0 %" in texts  # LeCun et al. 1989
    assert "5.1 %" in texts
    assert "people 2.5 %" in texts
    assert {"1989-zip-code", "1998-lenet-5"} <= set(ERAS)


def test_eras_are_compared_on_equal_labels(findings):
    def read(findings):
        drawing = figures.plot_eras_by_year(findings).axes[0]
        words = [text.get_text() for text in drawing.get_xticklabels()]
        return words, drawing.lines[0].get_linestyle(), drawing.get_title(loc="left")

    def keep(labels):  # so many of the zip-code network's fits
        rows = tuple(row for row in findings.rows if row.learner != "1989-zip-code" or labels(row.labels))
        return replace(findings, rows=rows)

    most = max(row.labels for row in findings.rows)
    for some, labels in ((findings, most), (keep(lambda n: n <= 200), 200)):
        words, line, title = read(some)
        assert not any("labels" in word for word in words)
        assert line == "-"
        assert title.endswith(f"{labels:,} labels")
        assert {one.labels for one in some.era_standings} == {labels}
        assert [one.learner for one in some.era_standings] == [era for era in ERAS if era in findings.kinds]


def test_eras_without_a_common_number_of_labels_show_theirs(findings):
    sizes = sorted({row.labels for row in findings.rows})
    rows = tuple(row for row in findings.rows if (row.labels == sizes[0]) == (row.learner == "1989-zip-code"))
    drawing = figures.plot_eras_by_year(replace(findings, rows=rows)).axes[0]
    words = [text.get_text() for text in drawing.get_xticklabels()]
    at = [word.startswith("1989") for word in words].index(True)
    assert words[at].endswith(f"\n{sizes[0]:,}\nlabels")
    assert drawing.lines[0].get_linestyle() == "None"


def test_learners_on_a_gpu_are_marked(findings):
    rows = tuple(
        replace(row, cost=replace(row.cost, device="cuda")) if row.learner == "net-0" else row
        for row in findings.rows
    )
    drawing = figures.plot_cost(replace(findings, rows=rows), "fit_seconds", "seconds", "Cost")
    texts = [text.get_text().replace("\n", " ") for text in drawing.axes[0].texts]
    assert "net-0 (GPU)" in texts
    assert "net-1" in texts


@pytest.mark.parametrize("wanted", [[0.5] * 4, [0.0, 0.0, 1.0, 1.0], [0.1, 0.12, 0.8, 0.99], [0.97] * 4])
def test_labels_are_spread_within_the_axes(wanted):
    places = axes.spread(wanted, [0.1] * 4)
    assert all(after - before >= 0.0999 for before, after in pairwise(places))
    assert places[0] >= 0.05 - 1e-6
    assert places[-1] <= 0.95 + 1e-6


def test_long_names_take_two_lines():
    assert axes.wrap_name("hist-gradient-boosting") == "hist-gradient-\nboosting"
    assert axes.wrap_name("k-nn") == "k-nn"
    assert axes.wrap_name("averyveryverylongname") == "averyveryverylongname"
