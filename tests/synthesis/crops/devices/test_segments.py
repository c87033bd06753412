"""Readings in seven segments: what is lit is what is said, wherever a display has its points."""

from dataclasses import replace

import numpy as np
import pytest

from sutja.synthesis.crops.devices.segments import HIGH, choose_style, draw_reading


def make_style(**changes):
    return replace(choose_style(np.random.default_rng(1)), slant=0.0, soft=0.0, **changes)


def draw(text, **changes):
    return draw_reading(np.random.default_rng(3), text, make_style(**changes))


@pytest.mark.parametrize("place", ["inside", "between", "cell"])
@pytest.mark.parametrize("mark", [".", ",", ":"])
def test_a_mark_adds_light(place, mark):
    assert draw(f"2{mark}2", place=place)[0].sum() > draw("22", place=place)[0].sum()


@pytest.mark.parametrize("place", ["inside", "between", "cell"])
def test_a_point_stands_at_the_foot_between_its_digits(place):
    more = draw("2.2", place=place, drop=0.0)[0].max(axis=1) > 0
    assert more.any()
    lit = draw("8.8", place=place, drop=0.0, form="blunt")[0]
    plain = draw("88", place=place, drop=0.0, form="blunt")[0]
    if lit.shape == plain.shape:  # a point without a cell of its own moves nothing
        rows, columns = np.nonzero(lit - plain > 0.5)
        assert rows.min() > 0.6 * HIGH
        assert 0.2 * lit.shape[1] < columns.mean() < 0.8 * lit.shape[1]


def test_an_eight_leaves_no_segment_dark():
    lit, dark = draw("8", place="cell")
    assert dark.sum() < 0.05 * lit.sum()


def test_a_dark_place_is_not_lit():
    lit, _ = draw("_1", place="cell")
    assert lit.sum() == pytest.approx(draw("1", place="cell")[0].sum(), rel=0.01)


@pytest.mark.parametrize("form", ["pointed", "mitred", "blunt", "round"])
def test_segments_of_all_forms_make_the_same_digits(form):
    order = [draw(digit, form=form, place="cell")[0].sum() for digit in "148"]
    assert order == sorted(order)
