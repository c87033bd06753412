"""Drawn displays: digits of seven bars, with a point or without."""

import numpy as np
import pytest

from sutja.reading.decode import Glyph
from sutja.reading.written import Written
from sutja.signals.preprocessing.normalisation import Normalised

LIT = {"0": "abcdef", "2": "abged", "3": "abgcd", "5": "afgcd", "7": "abc", "8": "abcdefg"}
BARS = {  # rows and columns of each segment in a digit of 24 rows and 15 columns
    "a": (slice(0, 3), slice(0, 15)),
    "g": (slice(11, 14), slice(1, 14)),
    "d": (slice(21, 24), slice(0, 15)),
    "f": (slice(1, 11), slice(0, 3)),
    "b": (slice(1, 11), slice(12, 15)),
    "e": (slice(13, 23), slice(0, 3)),
    "c": (slice(13, 23), slice(12, 15)),
}
TOP, PITCH = 4, 24


def draw(digits, point=None):
    """Draw digits, with a point behind the one at a place: the picture, and what a reader of digits sees."""
    array = np.zeros((32, PITCH * len(digits) + 10), np.float32)
    for i, digit in enumerate(digits):
        left = 6 + PITCH * i
        for name in LIT[digit]:
            rows, columns = BARS[name]
            array[TOP + rows.start : TOP + rows.stop, left + columns.start : left + columns.stop] = 1
        if point == i:
            array[TOP + 21 : TOP + 24, left + 18 : left + 21] = 1
    glyphs = [Glyph(d, 1.0, (6 + PITCH * i) // 2, (21 + PITCH * i) // 2) for i, d in enumerate(digits)]
    return Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True), Written(tuple(glyphs))


@pytest.fixture
def draw_display():
    return draw
