"""Crosses of pens, told from digits by their shape."""

import cv2
import numpy as np
import pytest

from sutja.reading.templates.strokes import measure_crossing


def draw(*strokes, width=3):
    """Ink of strokes, each its points from 0 to 1, right and down, in a box."""
    plane = np.zeros((60, 40), np.uint8)
    for points in strokes:
        path = np.round(np.array(points) * (32, 48) + (4, 6)).astype(np.int32)
        cv2.polylines(plane, [path], False, 1, width)
    return plane


@pytest.mark.parametrize(
    "strokes",
    [
        (((0.1, 0.2), (0.9, 0.8)), ((0.9, 0.2), (0.1, 0.8))),
        (((0.2, 0.4), (0.9, 0.7)), ((0.7, 0.2), (0.2, 0.9))),  # it leans
        (((0.3, 0.4), (0.7, 0.65)), ((0.8, 0.25), (0.2, 0.75))),  # of unlike length
    ],
)
def test_two_strokes_that_cross(strokes):
    assert measure_crossing(draw(*strokes)) > 0.5


@pytest.mark.parametrize(
    "strokes",
    [
        (((0.5, 0.1), (0.5, 0.9)),),  # 1
        (((0.8, 0.1), (0.2, 0.9)),),  # a slanting one
        (((0.1, 0.1), (0.9, 0.1), (0.4, 0.9)),),  # 7
        (((0.1, 0.1), (0.9, 0.1), (0.4, 0.9)), ((0.3, 0.5), (0.8, 0.5))),  # a crossed one
        (((0.4, 0.1), (0.1, 0.6), (0.9, 0.6)), ((0.7, 0.3), (0.7, 0.9))),  # 4
        (((0.2, 0.3), (0.3, 0.15), (0.5, 0.1), (0.7, 0.15), (0.8, 0.3), (0.7, 0.5), (0.2, 0.9), (0.9, 0.9)),),
        (((0.5, 0.1), (0.1, 0.3), (0.9, 0.7), (0.5, 0.9), (0.1, 0.7), (0.9, 0.3), (0.5, 0.1)),),  # 8
        (((0.2, 0.5), (0.8, 0.5)), ((0.5, 0.2), (0.5, 0.8))),  # a plus
        (),
    ],
)
def test_digits_are_no_crosses(strokes):
    assert measure_crossing(draw(*strokes)) < 0.5


def test_a_box_full_of_ink_is_no_cross():
    assert measure_crossing(np.ones((20, 14), np.uint8)) == 0.0
