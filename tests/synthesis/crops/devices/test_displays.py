"""Displays and rollers: what is drawn is what is said, dark or light."""

import numpy as np
import pytest

from sutja.synthesis.crops.composer import Composer
from sutja.synthesis.crops.devices.displays import draw_dots, draw_segments
from sutja.synthesis.crops.sample import LabelMask
from sutja.synthesis.crops.sources import Sources


def ink(text, draw=draw_segments):
    lit, unlit = draw(np.random.default_rng(3), text, 40.0)
    assert lit.shape == unlit.shape
    assert lit.dtype == np.float32
    assert 0 <= lit.min() <= lit.max() <= 1
    return float(lit.sum()), float(unlit.sum())


def test_an_eight_lights_every_segment():
    lit, unlit = ink("8")
    assert unlit < 0.05 * lit


def test_more_segments_are_more_ink():
    order = [ink(digit)[0] for digit in "128"]
    assert order == sorted(order)


def test_lit_and_unlit_segments_make_an_eight():
    assert sum(ink("32")) == pytest.approx(sum(ink("88")), rel=0.1)


@pytest.mark.parametrize("draw", [draw_segments, draw_dots])
@pytest.mark.parametrize("sign", [".", ",", ":"])
def test_a_point_is_drawn(draw, sign):
    assert ink(f"1{sign}1", draw)[0] > ink("11", draw)[0]


@pytest.mark.parametrize("text", ["0", "-5.6", "12:30", "1,23", "4567890"])
def test_dots_of_every_sign(text):
    lit, unlit = ink(text, draw_dots)
    assert lit > 0
    assert unlit > 0


def test_a_roller_between_two_digits_has_no_number():
    composer = Composer(Sources(), 2, {"roller": 1.0})
    samples = [composer.sample() for _ in range(150)]
    empty = [sample for sample in samples if not sample.text]
    assert 0 < len(empty) < 40
    assert all(sample.mask is LabelMask.NON_DIGITS for sample in empty)
    assert all(sample.text.isdigit() for sample in samples if sample.text)
