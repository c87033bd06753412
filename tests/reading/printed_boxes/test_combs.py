"""Boxes of combs are found by their lines; tables, puzzles and plain writing have none."""

import cv2
import numpy as np
import pytest

from sutja.reading.printed_boxes import find_combs

USUAL = 16.0, 20  # height and number of characters


def draw_boxes(page, x, y, n, side=36, gap=0, grey=60):
    """Draw a comb, and return the box about it."""
    for i in range(n):
        left = x + i * (side + gap)
        cv2.rectangle(page, (left, y), (left + side, y + side), grey, 1)
    return x, y, x + n * side + (n - 1) * gap, y + side


def write(page, text, x, y, step=36, scale=0.8):
    for i, digit in enumerate(text):
        cv2.putText(page, digit, (x + i * step, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 30, 2, cv2.LINE_AA)


def make_page():
    return np.full((400, 600), 235, np.uint8)


@pytest.mark.parametrize("gap", [0, 14])
def test_combs_of_touching_and_of_single_boxes(gap):
    page = make_page()
    wanted = [draw_boxes(page, 60, y, 4, gap=gap) for y in (60, 160, 260)]
    write(page, "1957", 68, 88, 36 + gap)
    write(page, "24", 68 + 2 * (36 + gap), 188, 36 + gap)
    combs = sorted(find_combs(page, *USUAL), key=lambda comb: comb.box.y0)
    assert [len(comb.cells) for comb in combs] == [4, 4, 4]
    assert [comb.touching for comb in combs] == [gap == 0] * 3
    for comb, box in zip(combs, wanted, strict=True):
        assert np.allclose(comb.box.to_list(), box, atol=4)


def test_strokes_across_the_lines():
    page = make_page()
    draw_boxes(page, 60, 60, 3)
    draw_boxes(page, 60, 160, 3)
    for i in range(3):
        cv2.line(page, (64 + 36 * i, 150), (92 + 36 * i, 205), 30, 2)
        cv2.line(page, (92 + 36 * i, 150), (64 + 36 * i, 205), 30, 2)
    assert [len(comb.cells) for comb in find_combs(page, *USUAL)] == [3, 3]


def test_a_rule_parts_two_combs():
    page = make_page()
    for y in (60, 160):
        draw_boxes(page, 60, y, 3, gap=14)
        draw_boxes(page, 60 + 3 * 50, y, 3, gap=14)
    cv2.line(page, (203, 20), (203, 380), 30, 2)
    assert [len(comb.cells) for comb in find_combs(page, *USUAL)] == [3, 3, 3, 3]


def test_puzzles_are_no_combs():
    page = make_page()
    for y in range(9):
        draw_boxes(page, 60, 20 + 36 * y, 9)
        write(page, "536821794", 70, 46 + 36 * y)
    assert find_combs(page, *USUAL) == []


def test_writing_has_no_combs():
    page = make_page()
    for y in range(60, 380, 40):
        cv2.putText(page, "HELLO 80608 BOOK", (30, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 2, cv2.LINE_AA)
    assert find_combs(page, *USUAL) == []


def test_empty_and_tiny_pages():
    assert find_combs(make_page(), *USUAL) == []
    assert find_combs(np.full((3, 3), 200, np.uint8), *USUAL) == []
