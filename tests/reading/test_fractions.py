"""Mixed numbers that were read without their gap."""

import cv2
import numpy as np
import pytest

from sutja.reading.decode import Glyph
from sutja.reading.fractions import part_mixed, read_stacked
from sutja.reading.written import Written
from sutja.signals.preprocessing.normalisation import Normalised


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


def draw_stacked(whole, *, stroke=True):
    """Draw bars for the digits before a fraction, and a fraction with its stroke or without."""
    array = np.zeros((32, 110), np.uint8)
    for i in range(len(whole)):
        array[4:28, 8 + 16 * i : 16 + 16 * i] = 255
    left = 8 + 16 * len(whole)
    array[4:14, left : left + 6] = array[18:28, left + 18 : left + 24] = 255
    if stroke:
        cv2.line(array, (left + 5, 27), (left + 17, 4), 255, 1)
    return Normalised(array.astype(np.float32) / 255, 1.0, 1.0, 0.0, 0.0, ink=True)


def read_glyphs(text, *, places):
    return Written(tuple(Glyph(c, 0.9, x // 2, x // 2 + 1) for c, x in zip(text, places, strict=True)))


@pytest.mark.parametrize(
    ("text", "places", "wanted", "value"),
    [
        ("14", (10, 28), "1/4", "0.25"),
        ("234", (12, 26, 44), "2 3/4", "2.75"),
        ("23/4", (12, 26, 36, 44), "2 3/4", "2.75"),
    ],
)
def test_a_fraction_of_one_character_is_told_by_its_shape(text, places, wanted, value):
    whole = text[: len(text.replace("/", "")) - 2]
    stacked = read_stacked(read_glyphs(text, places=places), draw_stacked(whole))
    assert (stacked.written.text, stacked.value, stacked.sure) == (wanted, value, True)


def test_digits_that_do_not_fit_the_fraction_are_not_sure():
    assert not read_stacked(read_glyphs("314", places=(10, 20, 28)), draw_stacked("")).sure
    assert not read_stacked(read_glyphs("2.34", places=(12, 20, 26, 44)), draw_stacked("2")).sure


def test_small_digits_without_a_stroke_are_no_fraction():
    assert read_stacked(read_glyphs("234", places=(12, 26, 44)), draw_stacked("2", stroke=False)) is None
