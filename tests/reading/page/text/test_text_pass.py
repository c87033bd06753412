"""Pages of words, read by the bundled networks and those of the second reader."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

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


@pytest.fixture(scope="module")
def fast_reader():
    """The bundled reader that asks nobody about numbers."""
    return Reader(effort="fast")


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_effort_fast_turns_a_page_of_words_as_well(fast_reader, turned):
    pixels = np.ascontiguousarray(np.rot90(load("words-and-digits.png"), turned // 90))
    page = fast_reader.read(pixels)
    assert (page.turned, page.mirrored) == (turned, False)
    assert {number.digits for number in page.numbers if number.accepted} <= set("12345")


def draw_prose():
    """A page of prose with one number, uint8 (H, W)."""
    page = Image.new("L", (1000, 700), 250)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(22)
    lines = [
        "Those who live along the river speak of little else,",
        "of soap and oil, of ink and of the old bridge",
    ]
    for i in range(16):
        draw.text(
            (60, 40 + 38 * i),
            lines[i % 2] if i != 5 else "that was built in 1911 and is still there",
            20,
            font,
        )
    return np.asarray(page)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_prose_on_its_side_gives_no_number_but_its_own(fast_reader, turned):
    page = fast_reader.read(np.ascontiguousarray(np.rot90(draw_prose(), turned // 90)))
    assert page.turned == turned
    assert "1911" in [number.digits for number in page.numbers]
    assert {number.digits for number in page.numbers if number.accepted} <= {"1911"}
    assert len(page.numbers) < 12


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


def test_numbers_in_several_words_are_one(reader):
    page = Image.new("L", (800, 420), 245)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(26)
    lines = (
        "Telephone 0113 496 0123",
        "Rechnungsdatum: 5. März 2024",
        "IBAN DE89 3704 0044 0532 0130 00",
        "Total 62.00",
    )
    for row, line in enumerate(lines):
        draw.text((40, 50 + 90 * row), line, 20, font)
    named = {number.name: number for number in reader.read(np.asarray(page)).numbers if number.name}
    assert named["telephone"].digits == "01134960123"
    assert (named["date"].value, named["date"].kind) == ("2024-03-05", "date")
    assert named["iban"].value == "DE89370400440532013000"
    assert named["total"].value == "62.00"
