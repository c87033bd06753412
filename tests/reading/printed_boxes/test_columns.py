"""Combs in the columns of others: teeth that are dotted, and rows that are higher."""

import cv2
import numpy as np

from sutja.reading.printed_boxes import find_combs

USUAL = 16.0, 20  # height and number of characters
X, SIDE, BOXES = 60, 36, 3


def make_page():
    """A page with one clear comb."""
    page = np.full((420, 400), 235, np.uint8)
    for i in range(BOXES):
        cv2.rectangle(page, (X + i * SIDE, 40), (X + (i + 1) * SIDE, 40 + SIDE), 60, 2)
    return page


def draw_row(page, y, height, shown):
    """Draw a row between two level lines, whose teeth are inked in `shown` of every eight pixels."""
    right = X + BOXES * SIDE
    cv2.rectangle(page, (X, y), (right, y + height), 60, 2)
    for x in range(X + SIDE, right, SIDE):
        for start in range(y, y + height, 8):
            page[start : start + shown, x : x + 2] = 60


def write(page, text, y):
    for i, digit in enumerate(text):
        place = X + i * SIDE + 8, y
        cv2.putText(page, digit, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 30, 2, cv2.LINE_AA)


def list_rows(page):
    return sorted((round(comb.box.y0), len(comb.cells)) for comb in find_combs(page, *USUAL))


def test_a_row_with_dotted_teeth_and_a_higher_one():
    page = make_page()
    draw_row(page, 140, SIDE, 4)
    draw_row(page, 250, 2 * SIDE, 4)
    write(page, "142", 168)
    write(page, "321", 300)
    rows = list_rows(page)
    assert [n for _, n in rows] == [BOXES] * 3
    assert np.allclose([y for y, _ in rows], [40, 140, 250], atol=4)


def test_a_row_without_teeth_is_no_comb():
    page = make_page()
    draw_row(page, 250, 2 * SIDE, 0)
    write(page, "142", 300)
    assert len(list_rows(page)) == 1


def test_writing_between_two_lines_is_no_comb():
    page = make_page()
    for y in (160, 200):
        cv2.line(page, (20, y), (380, y), 60, 2)
    write(page, "888", 192)
    assert len(list_rows(page)) == 1


def test_a_column_without_a_clear_comb_between_two_rules():
    page = np.full((520, 400), 235, np.uint8)
    for i in range(BOXES + 1):
        cv2.rectangle(page, (200 + i * SIDE, 440), (200 + (i + 1) * SIDE, 440 + SIDE), 60, 2)
    for y, height in ((60, 72), (180, SIDE), (280, SIDE)):
        draw_row(page, y, height, 8)
        page[y + 4 : y + height - 2, X + 2 * SIDE : X + 2 * SIDE + 2] = 235  # one of the teeth is lost
        write(page, "142", y + height - 8)
    cv2.line(page, (X, 40), (X, 400), 60, 2)
    cv2.line(page, (X + BOXES * SIDE, 40), (X + BOXES * SIDE, 400), 60, 2)
    combs = [comb for comb in find_combs(page, *USUAL) if comb.box.y0 < 400]
    assert [(round(comb.box.y0, -1), len(comb.cells)) for comb in sorted(combs, key=lambda c: c.box.y0)] == [
        (60, BOXES),
        (180, BOXES),
        (280, BOXES),
    ]
    assert all(abs(comb.box.x0 - X) < 4 and abs(comb.box.width - BOXES * SIDE) < 6 for comb in combs)
