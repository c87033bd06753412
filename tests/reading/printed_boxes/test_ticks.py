"""Combs whose teeth are short ticks upon a line are found; underlined words, scales and tables have none."""

import cv2
import numpy as np
import pytest

from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.printed_boxes import find_combs
from sutja.reading.templates.field_image import cut_field
from sutja.reading.templates.printed_lines import ON_PAGE

USUAL = 16.0, 20  # height and number of characters
X, Y, STEP, ROWS = 60, 120, 36, 44  # of the first box


def draw_comb(text, *, upper=False, outer=True, lean=0.0, tick=13):
    """Draw a comb of as many boxes as the text has characters, on a line that rises or falls by `lean`."""
    page = np.full((300, 420), 235, np.uint8)
    end = X + len(text) * STEP

    def place(x, y):
        return round(x), round(y + lean * (x - X))

    cv2.line(page, place(X, Y + ROWS), place(end, Y + ROWS), 80, 2)
    if upper:
        cv2.line(page, place(X, Y), place(end, Y), 80, 1)
    for i in range(len(text) + 1):
        x, is_outer = X + i * STEP, i in (0, len(text))
        if outer or not is_outer:
            top = Y + ROWS - (ROWS if upper and is_outer else tick)
            cv2.line(page, place(x, Y + ROWS), place(x, top), 80, 1)
    for i, digit in enumerate(text):
        where = place(X + 8 + i * STEP, Y + ROWS - 6)
        cv2.putText(page, digit, where, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 2, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("lean", [0.0, 0.02])
@pytest.mark.parametrize(("upper", "outer"), [(False, True), (True, True), (False, False)])
def test_ticks_part_the_boxes_of_a_comb(upper, outer, lean):
    [comb] = find_combs(draw_comb("904182", upper=upper, outer=outer, lean=lean), *USUAL)
    assert len(comb.cells) == 6
    assert comb.touching
    for i, cell in enumerate(comb.cells):
        assert abs(cell.x0 - X - i * STEP) < 4
        assert abs(cell.y1 - Y - ROWS - lean * (i + 0.5) * STEP) < 5
        assert 0.8 * ROWS < cell.height < 1.2 * ROWS


def test_no_tick_is_left_in_an_empty_box():
    page = draw_comb("9041  ", upper=True, tick=20)
    [comb] = find_combs(page, *USUAL)
    image = cut_field(PageTransform.identity(page), comb.box, len(comb.cells), placing=ON_PAGE)
    assert [image.has_ink(cell) for cell in image.cells] == [True] * 4 + [False] * 2


def test_a_stroke_may_hide_a_tick():
    page = draw_comb("904182")
    cv2.line(page, (X + 3 * STEP - 9, Y + 8), (X + 3 * STEP + 9, Y + ROWS), 30, 5)
    assert [len(comb.cells) for comb in find_combs(page, *USUAL)] == [6]


def test_underlined_words_and_uneven_ticks_are_no_combs():
    page = np.full((400, 600), 235, np.uint8)
    for y in range(60, 380, 40):
        words = "HILL ILIILL 80608 1111 BOOK"
        cv2.putText(page, words, (30, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 2, cv2.LINE_AA)
        cv2.line(page, (30, y + 1), (560, y + 1), 50, 1)
    assert find_combs(page, *USUAL) == []
    page = draw_comb("904182", outer=False)
    cv2.rectangle(page, (X + 2 * STEP - 5, Y + 20), (X + 4 * STEP + 5, Y + ROWS - 3), 235, -1)
    cv2.line(page, (X + 2 * STEP + 14, Y + ROWS), (X + 2 * STEP + 14, Y + 30), 80, 1)
    assert find_combs(page, *USUAL) == []
