"""Mixed numbers that were read without their gap."""

import numpy as np

from sutja.reading.decode import Glyph
from sutja.reading.fractions import part_mixed
from sutja.reading.written import Written
from sutja.signals.normalisation import Normalised


def draw(*columns):
    """A picture with bars at columns, and what was read there: a bar at frame c / 2 for each character."""
    array = np.zeros((32, 128), np.float32)
    for column in columns:
        array[4:28, column : column + 4] = 1.0
    return Normalised(array, 1.0, 1.0, 0.0, 0.0, ink=True)


def read(text, *columns):
    glyphs = tuple(Glyph(c, 0.9, x // 2, x // 2 + 2) for c, x in zip(text, columns, strict=True))
    return part_mixed(Written(glyphs), draw(*columns)).text


def test_a_wide_gap_parts_a_whole_number_from_its_fraction():
    assert read("11/2", 10, 40, 50, 60) == "1 1/2"
    assert read("123/4", 10, 18, 48, 58, 68) == "12 3/4"


def test_even_gaps_and_proper_fractions_part_nothing():
    assert read("11/2", 10, 20, 30, 40) == "11/2"
    assert read("12/25", 10, 40, 50, 60, 70) == "12/25"
    assert read("111/2", 10, 40, 70, 80, 90) == "111/2"
