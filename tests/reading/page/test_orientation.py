"""The orientation of a page: the evidence for each."""

import numpy as np
import pytest
from finding import draw_page

from sutja.reading.page.geometry.layout import measure_layout
from sutja.reading.page.orientation import (
    SIDEWAYS,
    UPRIGHT,
    UPSIDE_DOWN,
    FieldReading,
    find_orientation,
    is_orientation_doubtful,
    list_candidates,
)
from sutja.reading.page.prepare import prepare_page
from sutja.types import Box


def lines(rows=12):
    """A page of ragged lines of numbers."""
    text = "10 584 77632 2091 885 4417 203 991 76"
    return draw_page([(60 + 7 * (i % 3), 60 + 70 * i, text[i % 7 :]) for i in range(rows)], (900, 950), 30)


def fields(digits, raw=0.9):
    """Twelve fields that stand apart, each of so many different digits."""
    return [FieldReading(raw, "12345"[:digits], Box(80 * i, 0, 80 * i + 60, 20)) for i in range(12)]


def chosen(page, digits_of):
    """The orientation that is found where the fields of each show so many different digits."""
    prepared = prepare_page(page)
    orientations = iter([UPRIGHT, *list_candidates(prepared.layout)])

    def sample(view, part, scales, most):
        return fields(digits_of(next(orientations)))

    return find_orientation(prepared, sample)


def test_lines_tell_which_orientations_are_possible():
    def candidates(page):
        return list_candidates(measure_layout(np.ascontiguousarray(page)))

    assert candidates(lines()) == (UPSIDE_DOWN,)
    assert candidates(np.rot90(lines())) == SIDEWAYS
    rows = [(60 * i, 140 * j, "7") for i in range(1, 6) for j in range(1, 6)]
    columns = [(360 + 110 * i, 60 * j, "7") for i in range(1, 6) for j in range(1, 6)]
    assert candidates(draw_page(rows + columns)) == (UPSIDE_DOWN, *SIDEWAYS)


@pytest.mark.parametrize("right", [UPSIDE_DOWN, *SIDEWAYS])
def test_the_orientation_that_reads_clearly_better_is_taken(right):
    page = lines() if right == UPSIDE_DOWN else np.ascontiguousarray(np.rot90(lines()))
    assert chosen(page, lambda orientation: 4 if orientation == right else 1) == right


def test_many_equal_digits_say_nothing():
    page = np.ascontiguousarray(np.rot90(lines()))
    assert chosen(page, lambda orientation: 1 if orientation != UPRIGHT else 2) == UPRIGHT


def test_digits_that_all_could_stand_on_their_heads_are_doubtful():
    layout = measure_layout(lines())

    def of(*texts):
        return [FieldReading(0.9, text, Box(80 * i, 0, 80 * i + 60, 20)) for i, text in enumerate(texts)]

    assert is_orientation_doubtful(of("9086", "60691", "19919"), layout)
    assert not is_orientation_doubtful(of("9086", "60691", "19219"), layout)
    assert not is_orientation_doubtful(of("100", "600"), layout)


def test_boxes_are_not_rounded_before_they_are_compared():
    layout = measure_layout(lines())
    height = 10.0
    gap = 0.65 * height - 0.001  # just close enough to stand upon one another; rounded to 0.01 it is not
    column = [
        FieldReading(0.9, "7", Box(0.0, i * (height + gap), 5.0, i * (height + gap) + height))
        for i in range(12)
    ]
    assert is_orientation_doubtful(column, layout)
