"""Pages of words, read by the bundled networks and those of the second reader."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sutja.reading import Reader

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def reader():
    """The bundled reader, as it comes."""
    return Reader(effort="normal")


def load(name):
    """A case as pixels, uint8 (H, W, 3)."""
    return np.asarray(Image.open(CASES / name).convert("RGB"))


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_words_tell_which_way_up_a_page_is(reader, turned):
    pixels = np.ascontiguousarray(np.rot90(load("words-and-digits.png"), turned // 90))
    page = reader.read(pixels)
    assert (page.turned, page.mirrored) == (turned, False)
    assert set("".join(number.digits for number in page.numbers)) == set("12345")
    assert not [n for n in page.numbers if n.accepted and len(n.digits) > 1]


def test_a_lone_digit_behind_a_word_is_found(reader):
    page = reader.read(load("mostly-words.png"))
    assert [number.digits for number in page.numbers] == list("32142143")
    assert all(number.accepted for number in page.numbers)


def test_a_display_is_read(reader):
    page = reader.read(load("seg-lcd-12p34.png"))
    assert [number.text for number in page.numbers] == ["12.34"]


def test_a_word_that_goes_on_beyond_its_field(reader):
    [number] = reader.read(load("seg-light-12c30.png")).numbers
    assert number.text == "12:30"  # the field that was detected ends before the 0
