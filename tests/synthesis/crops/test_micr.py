"""Magnetic ink: digits that differ as the standards have them, and symbols that are no digits."""

import itertools

import numpy as np
import pytest

from sutja.charset import LETTER
from sutja.synthesis.crops.composer import Composer
from sutja.synthesis.crops.micr import draw_cmc7, draw_e13b
from sutja.synthesis.crops.sources import Sources


def test_e13b_digits_differ():
    drawn = [draw_e13b(digit, 36.0) for digit in "0123456789"]
    assert [picture.shape[0] for picture in drawn] == [36] * 10
    assert [picture.shape[1] for picture in drawn] == [28, 16, 16, 20, 20, 20, 24, 20, 24, 24]
    for one, other in itertools.combinations(drawn, 2):
        assert one.shape != other.shape or np.abs(one - other).mean() > 0.05


def test_e13b_keeps_the_pitch():
    step = draw_e13b("00", 90.0).shape[1] - draw_e13b("0", 90.0).shape[1]
    assert step == pytest.approx(96, abs=1)  # 0.125 inch, where a digit is 0.117 inch high


def test_cmc7_has_seven_bars_a_digit():
    for digit in "0123456789":
        alpha = draw_cmc7(np.random.default_rng(0), digit, 54.0)
        inked = np.concatenate([[False], alpha.max(axis=0) > 0.5])
        assert np.count_nonzero(inked[1:] & ~inked[:-1]) == 7


def test_symbols_are_no_digits():
    composer = Composer(Sources(), 4, {"micr": 1.0})
    texts = [composer.sample().text for _ in range(60)]
    assert any(LETTER in text for text in texts)
    assert all(set(text) <= set("0123456789 " + LETTER) for text in texts)
