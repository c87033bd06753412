"""Struck-out numbers: a stroke across all digits, and what is none."""

import cv2
import numpy as np
import pytest

from sutja.reading.decode import Glyph
from sutja.reading.strokes import _count_along, _shear, ends_in_tick, is_struck_out
from sutja.signals.preprocessing.normalisation import Normalised
from sutja.types import Box

DIGITS = ((20, 32), (44, 56), (68, 80))  # columns of three boxes that stand for digits
GLYPHS = [Glyph("0", 1.0, (left + 2) // 2, (right - 2) // 2) for left, right in DIGITS]


def draw(*lines):
    """Draw three boxes, rows 6 to 26, and lines (row, column) to (row, column)."""
    array = np.zeros((32, 100), np.float32)
    for left, right in DIGITS:
        array[6:26, left:right] = 1
        array[8:24, left + 2 : right - 2] = 0
    for (row, column), (last_row, last_column) in lines:
        for x in range(column, last_column):
            y = round(row + (last_row - row) * (x - column) / (last_column - column))
            array[y : y + 2, x] = 1
    return Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True)


@pytest.mark.parametrize(
    "lines", [[((15, 8), (15, 92))], [((22, 8), (9, 92))], [((10, 8), (20, 92)), ((20, 8), (10, 92))]]
)
def test_a_stroke_from_end_to_end(lines):
    assert is_struck_out(GLYPHS, draw(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [((29, 0), (29, 100))],  # a rule below
        [((2, 0), (2, 100))],  # a rule above
        [((25, 0), (25, 100))],  # a rule that the digits stand on
        [((15, 0), (15, 14))],  # a minus
        [((15, 0), (15, 14)), ((15, 86), (15, 100))],  # dashes that fill the field
        [((15, 40), (15, 100))],  # two of three digits
    ],
)
def test_other_lines(lines):
    assert not is_struck_out(GLYPHS, draw(*lines))


def test_without_digits_nothing_is_struck_out():
    assert not is_struck_out([], draw())


def test_a_stroke_with_small_holes_goes_on_and_one_with_large_ones_does_not():
    whole = draw(((15, 8), (15, 92)))
    for width, struck in ((1, True), (6, False)):
        array = whole.array.copy()
        array[14:18, 37 : 37 + width] = 0  # between two digits
        assert is_struck_out(GLYPHS, Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True)) is struck


@pytest.mark.parametrize("cross", [True, False])
def test_a_steep_cross_strikes_out_and_one_of_its_strokes_does_not(cross):
    array = np.zeros((32, 28), np.float32)
    for left in (5, 15):
        array[8:24, left : left + 8] = 1
        array[10:22, left + 2 : left + 6] = 0
    for x in range(1, 27):
        y = round(3 + 26 * (x - 1) / 25)
        array[y : y + 2, x] = 1
        if cross:
            array[30 - y : 32 - y, x] = 1
    glyphs = [Glyph("0", 1.0, 4, 5), Glyph("0", 1.0, 9, 10)]
    assert is_struck_out(glyphs, Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True)) is cross


@pytest.mark.parametrize(("height", "width", "slopes"), [(32, 100, 25), (1, 7, 3), (12, 40, 0), (20, 1, 5)])
def test_ink_along_a_slope_is_that_of_the_sheared_picture(height, width, slopes):
    rng = np.random.default_rng(height)
    ink = rng.random((height, width)) < 0.3
    lean = np.multiply.outer(np.linspace(-1.6, 1.6, slopes), np.arange(width) - width / 2)
    offsets = np.round(lean).astype(np.int64)
    wanted = _shear(ink, offsets).sum(axis=2).max(axis=1, initial=0)
    assert _count_along(ink, offsets).tolist() == wanted.tolist()


def end_in(*points, text="5"):
    """Tell whether a number of two digits, the second of which is a line through points, ends in a tick."""
    array = np.zeros((32, 100), np.float32)
    cv2.polylines(array, [np.array(points, np.int32)], False, 1.0, 3)
    x, y = np.array(points).T
    boxes = [Box(20, 6, 32, 26), Box(x.min() - 1, y.min() - 1, x.max() + 2, y.max() + 2)]
    glyphs = [GLYPHS[0], Glyph(text, 1.0, int(x.min()) // 2, int(x.max()) // 2)]
    return ends_in_tick(glyphs, boxes, Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True))


def test_a_tick_behind_a_number_is_no_digit():
    assert end_in((60, 20), (66, 26), (80, 4))
    assert not end_in((60, 20), (66, 26), (80, 4), text="/")


@pytest.mark.parametrize(
    "points",
    [
        ((72, 6), (62, 6), (62, 14), (72, 18), (62, 26)),  # a 5
        ((60, 14), (68, 4), (68, 26)),  # a 1
        ((60, 4), (74, 4), (64, 26)),  # a 7
        ((66, 4), (60, 18), (76, 18)),  # a 4 without its stem
        ((68, 4), (68, 26)),
    ],
)
def test_a_digit_is_no_tick(points):
    assert not end_in(*points)
