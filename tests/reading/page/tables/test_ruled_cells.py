"""Cells that lines enclose part numbers, and show writing that was not detected."""

import cv2
import numpy as np
import pytest

from sutja.reading.page.combs import NO_CROP
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.tables.ruled_cells import RuledCells
from sutja.types import Box, Number

X, Y, WIDTH, HEIGHT = 60, 40, 110, 60  # of the first cell
ROWS = ("48", "5", ""), ("7", "", "12"), ("31", "66", "9")
LAYOUT = Layout(np.zeros((2, 2), np.uint8), 1.0, 26.0, None, 0.0, 12, 1.0)


def place(row, column, text):
    """Box of the writing in a cell."""
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 3)
    x, y = X + column * WIDTH + 20, Y + row * HEIGHT + 44
    return Box(x, y - high, x + wide, y)


@pytest.fixture(scope="module")
def cells():
    """Cells of a table with numbers in some."""
    page = np.full((280, 460), 235, np.uint8)
    for i in range(4):
        cv2.line(page, (X, Y + i * HEIGHT), (X + 3 * WIDTH, Y + i * HEIGHT), 120, 2)
        cv2.line(page, (X + i * WIDTH, Y), (X + i * WIDTH, Y + 3 * HEIGHT), 120, 2)
    for row, texts in enumerate(ROWS):
        for column, text in enumerate(texts):
            box = place(row, column, text)
            where = round(box.x0), round(box.y1)
            cv2.putText(page, text, where, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 30, 3, cv2.LINE_AA)
    return RuledCells(PageTransform.identity(page), LAYOUT)


def list_boxes():
    return {text: place(i, j, text) for i, row in enumerate(ROWS) for j, text in enumerate(row) if text}


def enclose(a, b):
    return Box(a.x0, min(a.y0, b.y0), b.x1, max(a.y1, b.y1))


def make_field(text, box):
    number = Number(text, text, text, "number", 0.9, True, box)
    return Field(number, DetectedField("handwritten", 0.9, box), NO_CROP)


def test_a_detection_over_two_cells_is_parted_at_their_rule(cells):
    boxes = list_boxes()
    whole = DetectedField("handwritten", 0.9, enclose(boxes["31"], boxes["66"]))
    left, right = cells.part([whole])
    assert abs(left.box.x1 - X - WIDTH) < 6
    assert abs(right.box.x0 - X - WIDTH) < 6
    assert (left.box.x0, right.box.x1) == (whole.box.x0, whole.box.x1)
    alone = DetectedField("handwritten", 0.9, boxes["48"])
    assert cells.part([alone]) == [alone]
    beyond = DetectedField("handwritten", 0.9, Box(X - 10, Y + 10, X + WIDTH - 12, Y + 50))
    assert cells.part([beyond]) == [beyond]


def test_a_crease_through_a_number_does_not_part_it(cells):
    boxes = list_boxes()
    crossed = DetectedField("handwritten", 0.9, Box(X + WIDTH - 60, Y + 15, X + WIDTH + 60, Y + 47))
    kept = cells._ink.copy()
    cells._ink[:, round((X + WIDTH - 8) / cells._across) : round((X + WIDTH + 8) / cells._across)] = 255
    parted = cells.part([crossed])
    cells._ink[:] = kept
    assert parted == [crossed]
    assert len(cells.part([DetectedField("handwritten", 0.9, enclose(boxes["31"], boxes["66"]))])) == 2


def test_numbers_joined_over_a_rule_are_taken_apart(cells):
    boxes = list_boxes()
    before = [make_field("31", boxes["31"]), make_field("66", boxes["66"]), make_field("7", boxes["7"])]
    joined = make_field("31 66", enclose(boxes["31"], boxes["66"]))
    after = cells.keep_apart(before, [before[2], joined])
    assert [field.number.text for field in after] == ["7", "31", "66"]


def test_writing_in_a_cell_among_cells_with_numbers_is_found(cells):
    boxes = list_boxes()
    missing = boxes.pop("9")
    [found] = cells.find_unread(list(boxes.values()))
    assert np.allclose(found.to_list(), missing.to_list(), atol=9)  # OpenCV makes digits too high
    assert cells.find_unread(list(list_boxes().values())) == []
    assert cells.find_unread([boxes["48"]]) == []


def test_boxes_for_single_digits_part_nothing():
    page = np.full((120, 460), 235, np.uint8)
    for i in range(6):
        cv2.rectangle(page, (60 + 40 * i, 40), (100 + 40 * i, 88), 90, 2)
    cells = RuledCells(PageTransform.identity(page), LAYOUT)
    number = DetectedField("handwritten", 0.9, Box(66, 46, 290, 80))
    assert cells.part([number]) == [number]
    assert RuledCells(PageTransform.identity(np.full((90, 90), 200, np.uint8)), LAYOUT).find_unread([]) == []
