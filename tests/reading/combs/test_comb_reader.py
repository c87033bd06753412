"""Combs on pages are read box by box, in place of what was detected in them."""

import cv2
import numpy as np
import pytest

from sutja import Reader
from sutja.reading.combs.comb_reader import CombReader
from sutja.reading.page.combs import NO_CROP
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.templates.field_reader import Answer
from sutja.types import Box, Number

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


class AnswersAlike:
    """A reader of fields that gives every comb the same answer."""

    def read(self, fields, images):
        """Answer each field."""
        return [[Answer("1957", "1957", "1957", "number", 0.95)] for _ in fields]


def make_number(text, confidence, characters):
    """A number of some text."""
    return Number(text, text, text, "number", confidence, True, Box(0, 0, 1, 1), tuple(characters))


def make_field(text, box, confidence=0.9):
    """A field that was detected on a page."""
    number = make_number(text, 1.0, ())
    return Field(number, DetectedField("handwritten", confidence, Box(*box)), NO_CROP)


def read_combs(extra):
    """Read three combs, in each of which two digits were detected, and one field more."""
    page = draw_form()
    page[280:] = 235
    for i in range(4):
        cv2.rectangle(page, (80 + 60 * i, 280), (128 + 60 * i, 328), (90,) * 3, 1)
    digits = [
        make_field("9", (150 + 60 * i, 68 + 110 * row, 172 + 60 * i, 100 + 110 * row))
        for row in range(3)
        for i in range(2)
    ]
    layout = Layout(np.zeros((2, 2), np.uint8), 1.0, 30.0, None, 0.0, 12, 1.0)
    combs, _ = CombReader(AnswersAlike(), make_number).read(
        PageTransform.identity(page), [*digits, extra], layout
    )
    return [comb.number.confidence for comb in sorted(combs, key=lambda comb: comb.detection.box.y0)]


def test_what_is_doubted_beside_one_comb_of_a_column_counts_little():
    assert read_combs(make_field("7", (40, 62, 62, 84), 0.3)) == [0.95] * 3
    assert len(read_combs(make_field("7", (40, 62, 62, 84), 0.9))) == 2


def test_two_digits_that_a_guide_passes_for_make_no_table():
    guide = make_field("11", (95, 290, 112, 318), 0.3)
    assert read_combs(guide) == [0.95] * 3
    assert len(read_combs(make_field("11", (95, 290, 112, 318), 0.9))) == 2


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
