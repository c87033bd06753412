"""Guides: pale eights in printed boxes are no number; what is written there is."""

import numpy as np
import pytest

from sutja.reading.guides import are_guides
from sutja.signals.preprocessing.normalisation import Normalised


def draw(ink, *, boxed=True):
    """Draw two eights in boxes, the lines of full ink."""
    array = np.zeros((32, 64), np.float32)
    if boxed:
        array[[1, 2, 29, 30]] = 1
        array[:, [0, 1, 31, 32, 62, 63]] = 1
    for left in (10, 42):
        array[7:25, left : left + 12] = ink
        array[10:15, left + 3 : left + 9] = array[18:22, left + 3 : left + 9] = 0
    return Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True)


@pytest.mark.parametrize("ink", [0.15, 0.3, 0.5])
def test_pale_eights_in_boxes_are_guides(ink):
    assert are_guides("88", draw(ink))


def test_eights_as_dark_as_their_boxes_are_written():
    assert not are_guides("88", draw(0.9))


def test_pale_eights_without_boxes_are_written():
    assert not are_guides("88", draw(0.3, boxed=False))


def test_other_digits_are_no_guides():
    assert not are_guides("83", draw(0.3))


def test_no_digits_are_no_guides():
    assert not are_guides("", draw(0.3))


def test_a_lone_box_with_paper_around_it():
    array = np.zeros((40, 44), np.float32)
    array[6:34, 8:36] = 1
    array[8:32, 10:34] = 0
    array[12:28, 16:28] = 0.4
    array[15:18, 19:25] = array[21:25, 19:25] = 0
    assert are_guides("8", Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True))


def test_lines_thinner_than_a_pixel():
    picture = draw(0.45)
    array = picture.array.copy()
    array[[1, 30]] = array[:, [0, 31, 63]] = 0.55  # each line covers a part of its outer row or column
    assert are_guides("88", Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True))
    assert not are_guides("88", Normalised(np.where(array == 0.45, 0.8, array), 1.0, 1.0, 0.0, 0.0, ink=True))
