"""Cheques filled in anew: the old ink is gone, lines stay, the new box is tight."""

import cv2
import numpy as np
import pytest
from drawn_hands import sources

from sutja.data.boxes.boxed_pictures import make_boxed_picture
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages.layouts.cheques.refilled import erase_ink, find_box, refill_cheque, tighten_box


@pytest.fixture
def page():
    """A cheque of plain grey paper: a frame, an amount in it with a loose label, a number elsewhere."""
    pixels = np.full((220, 500), 210, np.uint8)
    cv2.rectangle(pixels, (300, 80), (480, 120), 90, 1)
    for x in range(330, 400, 14):
        cv2.rectangle(pixels, (x, 90), (x + 6, 110), 30, 2)
    cv2.putText(pixels, "4711", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 40, 1)
    return make_boxed_picture(pixels, [(18, 24, 70, 44), (322, 84, 414, 117)], [1, 0])


def test_the_amount_is_known_again(page):
    assert find_box(page, (321, 83, 415, 118)) == 1
    assert find_box(page, (100, 100, 120, 120)) is None


def test_a_label_is_drawn_close_about_the_ink(page):
    x0, y0, x1, y1 = tighten_box(page, 1).boxes[1]
    assert abs(x0 - 329) < 3
    assert abs(x1 - 394) < 5
    assert abs(y0 - 89) < 3
    assert abs(y1 - 112) < 3
    bare = make_boxed_picture(np.full((220, 500), 210, np.uint8), page.boxes, page.labels)
    assert np.array_equal(tighten_box(bare, 1).boxes, page.boxes)


def test_ink_goes_and_lines_stay(page):
    clean = erase_ink(page.pixels, (320, 70, 430, 130))
    assert clean[88:113, 326:400].min() > 180
    assert (clean[80, 300:480] < 150).all()
    assert np.array_equal(clean[:60], page.pixels[:60])


def test_another_amount_stands_there(page):
    for seed in range(6):
        new = refill_cheque(page, 1, RenderContext(sources(), np.random.default_rng(seed)))
        assert new.boxes[0].tolist() == page.boxes[0].tolist()
        assert new.labels.tolist() == [1, 0]
        x0, y0, x1, y1 = (int(v) for v in new.boxes[1])
        assert 300 <= x0 < 400
        assert 60 < y0 < y1 < 140
        changed = np.abs(new.pixels.astype(int) - erase_ink(page.pixels, (0, 60, 500, 140)).astype(int)) > 25
        ys, xs = np.nonzero(changed[60:140, 330:])
        assert len(ys)
        assert xs.max() + 330 <= x1 + 1
