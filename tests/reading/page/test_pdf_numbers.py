"""Numbers of PDF pages that carry their text."""

from dataclasses import replace

import numpy as np
import pytest

from sutja.errors import SutjaError
from sutja.reading import Reader
from sutja.reading.page.pdf_numbers import find_text_numbers, list_words, paint_over, read_with_text
from sutja.signals.image import Picture
from sutja.signals.pdf_text import TextCharacter
from sutja.types import Box, Number, Page

WIDTH, HEIGHT = 10.0, 16.0  # pixels of a character


def lay_out(text, x=20.0, y=30.0):
    """The characters of a line, side by side."""
    return [
        TextCharacter(sign, None if sign == " " else Box(x + WIDTH * i, y, x + WIDTH * (i + 1), y + HEIGHT))
        for i, sign in enumerate(text)
    ]


def make_number(text, confidence, characters):
    """A number with the box of its characters."""
    box = Box(
        characters[0].box.x0, characters[0].box.y0, characters[-1].box.x1, max(c.box.y1 for c in characters)
    )
    digits = "".join(c for c in text if c.isdigit())
    return Number(text, digits, None, "number", confidence, True, box, tuple(characters))


def test_numbers_of_a_text_are_exact():
    line = lay_out("Invoice 4711, total 1,234.50 EUR")
    numbers = find_text_numbers(line, make_number)
    assert [number.text for number in numbers] == ["4711", "1,234.50"]
    assert {(number.written, number.confidence) for number in numbers} == {("text", 1.0)}
    assert numbers[0].box == Box(100.0, 30.0, 140.0, 46.0)
    assert all(c.confidence == 1.0 for c in numbers[1].characters)


def test_words_end_at_gaps_and_at_lines():
    far = [*lay_out("12"), *lay_out("34", x=200.0), *lay_out("56", y=80.0)]
    assert [word.text for word in list_words(far)] == ["12", "34", "56"]
    assert [word.region for word in list_words(far)] == [0, 0, 1]


def test_what_the_text_says_is_painted_over():
    pixels = np.full((100, 200), 250, np.uint8)
    pixels[32:44, 20:40] = 0
    pixels[70:90, 20:40] = 0  # a drawing below
    painted = paint_over(pixels, lay_out("12"))
    assert (painted[30:46, 20:40] == 250).all()
    assert (painted[70:90, 20:40] == 0).all()


@pytest.mark.parametrize("text_alone", [False, True])
def test_what_is_drawn_is_read_as_well_unless_it_is_left_alone(text_alone):
    picture = Picture(np.full((100, 200), 250, np.uint8), "a.pdf", characters=tuple(lay_out("12")))
    drawn = Number("9", "9", "9", "number", 0.8, True, Box(20, 70, 30, 86))

    def read(given):
        assert given.characters == picture.characters
        return Page("a.pdf", 1, 200, 100, (drawn,), notes=("drawn at 200 dpi",))

    page = read_with_text(picture, read, make_number, text_alone=text_alone)
    assert [n.text for n in page.numbers] == (["12"] if text_alone else ["12", "9"])
    assert page.numbers[0].written == "text"


def test_the_reader_says_which_ways_of_text_there_are():
    with pytest.raises(SutjaError, match="there is no 'sometimes'"):
        Reader(ocr="sometimes")


def test_the_reader_takes_the_text_where_there_is_some(monkeypatch):
    reader = Reader(effort="fast", ocr="never")
    picture = Picture(np.full((100, 200), 250, np.uint8), "a.pdf", characters=tuple(lay_out("No. 1,250.75")))
    page = reader._read_page(picture)
    [number] = page.numbers
    assert (number.value, number.kind, number.written, number.accepted) == ("1250.75", "amount", "text", True)
    assert reader._read_page(replace(picture, characters=())).numbers == ()
