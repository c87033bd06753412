"""Serials with letters: the check digits of containers, vehicles and bank accounts."""

import pytest

from sutja.grammar import Serial, parse_serial
from sutja.grammar.serials import is_checked_shape

GOLDEN = {
    "iso6346": ["CSQU3054383", "CSQU 305438 3", "TOLU 473478 7"],
    "vin": ["1M8GDM9AXKP042788", "1HGCM82633A004352"],
    "iban": [
        "GB82 WEST 1234 5698 7654 32",
        "NL91ABNA0417164300",
        "FR1420041010050500013M02606",
        "DE89370400440532013000",
    ],
}


@pytest.mark.parametrize(
    ("standard", "text"), [(name, text) for name, some in GOLDEN.items() for text in some]
)
def test_published_examples_hold(standard, text):
    assert parse_serial(text).standard == standard
    assert is_checked_shape(text)


@pytest.mark.parametrize("text", [text for some in GOLDEN.values() for text in some])
def test_another_digit_does_not(text):
    place = max(i for i, symbol in enumerate(text) if symbol.isdigit())
    other = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    assert parse_serial(other).standard is None


def test_a_serial_without_a_check_digit():
    assert parse_serial("AB12 3CD") == Serial("AB123CD")
    assert not is_checked_shape("AB12 3CD")
    assert not is_checked_shape("12345678901234567")


def test_the_country_of_an_iban():
    assert parse_serial("GB82 WEST 1234 5698 7654 32").country == "GB"
