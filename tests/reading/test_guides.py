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
