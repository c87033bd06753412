"""Cases from life: what a number says besides its digits."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from sutja.reading import Reader

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def read():
    reader = Reader()

    def read_number(name):
        numbers = reader.read(CASES / name, crop=True).numbers
        return numbers[0] if numbers else None

    return read_number


@pytest.mark.parametrize(
    ("name", "text", "value", "sign", "unit", "relation"),
    [
        ("seg-light-178p5.png", "178.5", "178.5", None, None, None),
        ("seg-mod-14p09.png", "14.09", "14.09", None, None, None),
        ("sep-18-serif.png", "3/4", None, None, None, None),
        ("sep-60-sans.png", "1/2", None, None, None, None),
        ("sep-10-sans.png", "45°C", "45", None, "°C", None),
        ("sep-10-serif.png", "45°C", "45", None, "°C", None),
        ("sep-00-sans.png", "-264.27", "-264.27", "-", None, None),
        ("sep-01-sans.png", "-70", "-70", "-", None, None),
        ("sep-08-sans.png", "7.42%", "7.42", None, "%", None),
        ("sep-47-sans.png", "<0.01", "0.01", None, None, "<"),
        ("sep-48-sans.png", ">3000", "3000", None, None, ">"),
        ("sep-24-sans.png", "1st", "1", None, None, None),
        ("sep-26-sans.png", "3rd", "3", None, None, None),
        ("sep-56-dv.png", "5M", "5", None, "M", None),
    ],
)
def test_what_stands_beside_the_digits(read, name, text, value, sign, unit, relation):
    number = read(name)
    assert (number.text, number.value) == (text, value)
    assert (number.sign, number.unit, number.relation) == (sign, unit, relation)
    assert "".join(character.text for character in number.characters) == number.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sep-32-sans.png", "AB12 3CD"),
        ("sep-33-sans.png", "MSKU 123456 7"),
        ("sep-35-sans.png", "FROPS0595C"),
    ],
)
def test_a_serial_is_read_whole_and_not_accepted_without_a_check_digit_that_holds(read, name, text):
    number = read(name)
    assert number.text == text
    assert not number.accepted
    assert number.value is None


def test_what_is_struck_out_is_read_and_not_accepted(read):
    number = read("strike-1284.06.png")
    assert number.digits == "128406"
    assert not number.accepted


def test_a_whole_number_with_a_fraction(read):
    number = read("sep-19-sans.png")
    assert (number.text, number.value) == ("1 1/2", "1.5")
    (alone,) = Reader(effort="fast").read(CASES / "sep-19-sans.png", crop=True).numbers
    assert (alone.text, alone.value) == ("1 1/2", "1.5")


def test_a_point_that_may_group_thousands_gives_no_value(read):
    number = read("seg-lcd-1p111.png")
    assert (number.digits, number.value) == ("1111", None)


EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("cheque-amount-in-rupees.png", "2,75,000/-", "275000"),  # the stroke looks like a 1
        ("cheque-amount.png", "**1.234,50", "1234.50"),
        ("receipt-total.png", "47,11", "47.11"),
        ("date.png", "22.11.2026", "2026-11-22"),  # one reader leaves out a point
    ],
)
def test_examples_are_accepted_with_their_value(name, text, value):
    number = Reader().read(EXAMPLES / name, crop=True).numbers[0]
    assert (number.text, number.value, number.accepted) == (text, value, True)


@pytest.mark.parametrize("text", ["8,68,2821", "7,80,59,7361"])
def test_groups_with_a_one_too_many_are_not_accepted(text):
    """The last 1 may be the stroke of "8,68,282/": nobody can say."""
    crop = np.full((64, 320), 255, np.uint8)
    cv2.putText(crop, text, (12, 44), cv2.FONT_HERSHEY_DUPLEX, 1.2, 0, 2, cv2.LINE_AA)
    number = Reader().read(crop, crop=True).numbers[0]
    assert (number.text, number.value, number.accepted) == (text, None, False)
