"""Fields that hold parts of one number are read as one, or neither is accepted."""

import numpy as np
import pytest

from sutja.reading.judge import MISFIT_CONFIDENCE
from sutja.reading.page.combs import NO_CROP
from sutja.reading.page.cut_numbers import find_cut, join_cut_numbers
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.transform import PageTransform
from sutja.types import Box, Character, Number

PAGE = PageTransform.identity(np.full((200, 400), 240, np.uint8))
LEFT, RIGHT = Box(100, 50, 205, 65), Box(195, 51, 220, 64)  # "2211202" and "26" of 22112026


def make_field(text, box, confidence=0.95):
    step = box.width / len(text)
    signs = tuple(
        Character(sign, 0.9, Box(box.x0 + i * step, box.y0, box.x0 + (i + 1) * step, box.y1))
        for i, sign in enumerate(text)
    )
    number = Number(text, text, None, "number", confidence, True, box, signs)
    return Field(number, DetectedField("printed", 0.9, box), NO_CROP, text=0.9)


def read_as(text, confidence=0.95):
    return lambda crops: [
        Number(text, text, None, "number", confidence, True, Box(0, 0, 1, 1), ()) for _ in crops
    ]


PARTS = [make_field("2211202", LEFT), make_field("26", RIGHT)]


@pytest.mark.parametrize("order", [1, -1])
def test_two_parts_become_the_whole(order):
    [whole] = join_cut_numbers(PAGE, PARTS[::order], read_as("22112026"))
    assert whole.number.digits == "22112026"
    assert whole.text is None  # the words told of a part
    box = whole.detection.box
    assert (box.x0, box.x1) == (LEFT.x0, RIGHT.x1)


@pytest.mark.parametrize(
    ("said", "confidence"), [("2211202", 0.9), ("99112026", 0.9), ("22112099", 0.9), ("22112026", 0.3)]
)
def test_neither_part_is_accepted_where_the_whole_is_not_read(said, confidence):
    left, right = join_cut_numbers(PAGE, PARTS, read_as(said, confidence))
    assert (left.number.digits, right.number.digits) == ("2211202", "26")
    assert max(left.number.confidence, right.number.confidence) <= MISFIT_CONFIDENCE


@pytest.mark.parametrize(
    "box",
    [
        Box(206, 51, 230, 64),  # beside it
        Box(203, 51, 227, 64),  # that touches it
        Box(190, 51, 204, 64),  # within it
        Box(195, 62, 220, 75),  # of the next line
        Box(195, 30, 300, 110),  # much higher
    ],
)
def test_other_fields_stay(box):
    fields = [make_field("2211202", LEFT), make_field("26", box)]
    assert find_cut(fields) == []
    assert join_cut_numbers(PAGE, fields, read_as("22112026")) == fields


def test_what_is_hardly_a_number_is_no_part():
    fields = [make_field("2211202", LEFT), make_field("26", RIGHT, confidence=0.2)]
    assert find_cut(fields) == []


def test_a_page_without_fields_has_none():
    assert join_cut_numbers(PAGE, [], read_as("1")) == []
