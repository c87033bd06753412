"""Boxes: about the ink, in the picture's pixels, in order, and never over its edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.reading.character_boxes import enclose, locate_characters
from sutja.reading.decode import Glyph
from sutja.signals.preprocessing.normalisation import Normalised


def normalised(array, scale_x=1.0, scale_y=1.0, x0=0.0, y0=0.0):
    """A normalised picture as `normalise` makes it."""
    return Normalised(array.astype(np.float32), scale_x, scale_y, x0, y0, ink=True)


def test_two_characters_by_hand():
    array = np.zeros((32, 60))
    array[4:20, 10:18] = 1.0
    array[8:28, 30:45] = 1.0
    glyphs = [Glyph("1", 1.0, 6, 8), Glyph("2", 1.0, 18, 19)]
    boxes = locate_characters(glyphs, normalised(array), 60, 32)
    assert [box.to_list() for box in boxes] == [[10, 4, 18, 20], [30, 8, 45, 28]]
    assert enclose(boxes).to_list() == [10, 4, 45, 28]


def test_the_way_back_to_the_picture():
    array = np.zeros((32, 60))
    array[4:20, 10:18] = 1.0
    [box] = locate_characters([Glyph("1", 1.0, 6, 8)], normalised(array, 2.0, 3.0, 100.0, 7.0), 500, 500)
    assert box.to_list() == [120, 19, 136, 67]


def test_touching_characters_are_cut_where_least_ink_is():
    array = np.zeros((32, 60))
    array[4:28, 10:40] = 1.0
    array[4:26, 22] = 0.0  # a thin bridge
    left, right = locate_characters(
        [Glyph("3", 1.0, 7, 9), Glyph("5", 1.0, 15, 16)], normalised(array), 60, 32
    )
    assert (left.x1, right.x0) == (22, 22)


def test_a_gap_keeps_its_room():
    array = np.zeros((32, 90))
    array[4:28, 10:20] = array[4:28, 60:70] = 1.0
    glyphs = [Glyph("1", 1.0, 7, 8), Glyph(" ", 1.0, 19, 20), Glyph("2", 1.0, 32, 33)]
    _, gap, _ = locate_characters(glyphs, normalised(array), 90, 32)
    assert 15 <= gap.x0 < gap.x1 <= 65
    assert gap.width > 20


@given(st.data())
def test_any_glyphs_give_boxes_inside_the_picture(data):
    w = data.draw(st.integers(8, 120))
    seed = data.draw(st.integers(0, 999))
    array = np.random.default_rng(seed).random((32, w)) * data.draw(st.sampled_from([0.2, 1.0]))
    cuts = sorted(data.draw(st.lists(st.integers(0, w), min_size=1, max_size=20)))
    glyphs = [
        Glyph(data.draw(st.sampled_from("1. ")), 1.0, cut, cut + 1) for cut in cuts
    ]  # some in the padding
    width, height = data.draw(st.integers(1, 400)), data.draw(st.integers(1, 400))
    boxes = locate_characters(glyphs, normalised(array, width / w, height / 32), width, height)
    assert len(boxes) == len(glyphs)
    whole = enclose(boxes)
    for box in [whole, *boxes]:
        assert 0 <= box.x0 <= box.x1 <= width
        assert 0 <= box.y0 <= box.y1 <= height
    assert whole.x0 == min(box.x0 for box in boxes)
    assert whole.y1 == max(box.y1 for box in boxes)
    assert [box.x0 for box in boxes] == pytest.approx(sorted(box.x0 for box in boxes), abs=1e-6)
