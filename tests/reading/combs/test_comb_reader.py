"""Combs on pages are read box by box, in place of what was detected in them."""

import cv2
import numpy as np
import pytest

from sutja import Reader

ROWS = ("1957", "  24", "x803")


def draw_form(guides=False):
    """Draw three combs of four boxes: a whole one, two digits behind empty boxes, and one crossed out."""
    page = np.full((420, 620, 3), 235, np.uint8)
    for row, text in enumerate(ROWS):
        for i, sign in enumerate(text):
            x, y = 80 + 60 * i, 60 + 110 * row
            cv2.rectangle(page, (x, y), (x + 48, y + 48), (90,) * 3, 1)
            if guides:
                cv2.rectangle(page, (x + 14, y + 6), (x + 34, y + 24), (200,) * 3, 1)
                cv2.rectangle(page, (x + 14, y + 24), (x + 34, y + 42), (200,) * 3, 1)
            if sign == "x":
                cv2.line(page, (x + 6, y + 6), (x + 42, y + 42), (20,) * 3, 2, cv2.LINE_AA)
                cv2.line(page, (x + 42, y + 6), (x + 6, y + 42), (20,) * 3, 2, cv2.LINE_AA)
            elif sign != " ":
                place = (x + 12, y + 38)
                cv2.putText(page, sign, place, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (20,) * 3, 2, cv2.LINE_AA)
    return page


@pytest.fixture(scope="module")
def reader():
    return Reader(effort="fast")


@pytest.mark.parametrize("guides", [False, True])
def test_boxes_are_read_one_by_one(reader, guides):
    page = reader.read(draw_form(guides))
    found = {number.digits: number for number in page.numbers}
    assert set(found) == {"1957", "24", "803"}
    for row, digits in enumerate(("1957", "24", "803")):
        wanted = (80, 60 + 110 * row, 80 + 3 * 60 + 48, 108 + 110 * row)
        assert np.allclose(found[digits].box.to_list(), wanted, atol=8)
        assert found[digits].written == "handwritten"


def test_a_comb_that_is_crossed_out_has_no_number(reader):
    page = draw_form()
    page[300:] = 235
    for i in range(4):
        x, y = 80 + 60 * i, 320
        cv2.rectangle(page, (x, y), (x + 48, y + 48), (90,) * 3, 1)
        cv2.line(page, (x + 6, y + 6), (x + 42, y + 42), (20,) * 3, 2, cv2.LINE_AA)
        cv2.line(page, (x + 42, y + 6), (x + 6, y + 42), (20,) * 3, 2, cv2.LINE_AA)
    below = [number for number in reader.read(page).numbers if number.box.y0 > 300]
    assert not any(number.accepted for number in below)
