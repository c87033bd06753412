"""Fields of which only a part was detected are read with the digits that stand beside them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from sutja.reading.page.combs import NO_CROP
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.widening import find_wider_box, read_wider
from sutja.types import Box, Character, Number

STEP, X, BASE = 46, 100, 120  # pixels from digit to digit, and the place of the first


def draw(text, step=STEP):
    """A page with digits one by one, and the box of each."""
    page = np.full((240, 420), 240, np.uint8)
    boxes = []
    for i, sign in enumerate(text):
        x = X + i * step
        (width, height), _ = cv2.getTextSize(sign, cv2.FONT_HERSHEY_SIMPLEX, 1.4, 3)
        cv2.putText(page, sign, (x, BASE), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 3, cv2.LINE_AA)
        boxes.append(Box(float(x), float(BASE - height), float(x + width), float(BASE)))
    return PageTransform.identity(page), boxes


def make_field(text, boxes, written="handwritten", confidence=0.9):
    whole = Box(boxes[0].x0, boxes[0].y0, boxes[-1].x1, boxes[-1].y1)
    signs = tuple(Character(sign, 0.9, box) for sign, box in zip(text, boxes, strict=True))
    number = Number(text, text, None, "number", confidence, True, whole, signs)
    return Field(number, DetectedField(written, 0.8, whole), NO_CROP, text=0.99)


def read_as(text, confidence=0.95):
    """A reader that says the same of every crop."""
    return lambda crops: [
        Number(text, text, None, "number", confidence, True, Box(0, 0, 1, 1), ()) for _ in crops
    ]


@pytest.mark.parametrize(("first", "last"), [(1, 3), (0, 2)])
def test_a_digit_before_or_behind_is_read_as_well(first, last):
    transform, boxes = draw("142")
    field = make_field("142"[first:last], boxes[first:last])
    [wider] = read_wider(transform, [field], [], read_as("142"), read_as("142"))
    assert wider.number.digits == "142"
    assert wider.text is None  # the words told of a part
    assert wider.joined
    assert wider.detection.box.x0 <= boxes[0].x0 + 4
    assert wider.detection.box.x1 >= boxes[-1].x1 - 6


@pytest.mark.parametrize("said", ["42", "9", "137"])
def test_a_reading_without_these_digits_or_no_more_changes_nothing(said):
    transform, boxes = draw("142")
    field = make_field("42", boxes[1:])
    assert read_wider(transform, [field], [], read_as(said), read_as(said)) == [field]


def test_an_unsure_reading_changes_nothing():
    transform, boxes = draw("142")
    field = make_field("42", boxes[1:])
    assert read_wider(transform, [field], [], read_as("142", 0.3), read_as("142", 0.3)) == [field]


@pytest.mark.parametrize(
    ("text", "said", "digits"),
    [
        (None, "142", "142"),
        (0.5, "142", "142"),
        (0.99, "142", "42"),  # the words saw it whole
        (0.5, "1420", "42"),  # more than what stands beside it
        (0.5, "□142", "42"),
    ],
)
def test_print_is_read_wider_where_words_do_not_tell(text, said, digits):
    transform, boxes = draw("142", step=34)
    boxes = [replace(box, y0=box.y0 + 9) for box in boxes]  # as tight as the ink is
    printed = replace(make_field("42", boxes[1:], written="printed"), text=text)
    read = read_as(said)
    [field] = read_wider(transform, [printed], [], read, read)
    assert field.number.digits == digits
    assert read_wider(transform, [printed], [], None, read) == [printed]


def test_in_print_the_gap_beside_a_mark_is_no_gap_between_digits():
    transform, boxes = draw("8 18:21", step=30)
    boxes = [replace(box, y0=box.y0 + 9) for box in boxes]
    printed = replace(make_field("18:21", boxes[2:], written="printed"), text=None)
    assert find_wider_box(transform, printed, []) is None


def test_what_stands_further_away_is_left_alone():
    transform, boxes = draw("1 42", step=60)
    assert find_wider_box(transform, make_field("42", boxes[2:]), []) is None


def test_digits_of_other_fields_and_lines_are_not_taken():
    transform, boxes = draw("142")
    field = make_field("42", boxes[1:])
    assert find_wider_box(transform, field, boxes[:1]) is None
    page = np.full((240, 420), 240, np.uint8)
    cv2.rectangle(page, (90, 60), (300, 150), 20, 2)
    assert find_wider_box(PageTransform.identity(page), field, []) is None
