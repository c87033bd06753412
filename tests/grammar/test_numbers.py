"""Plain numbers: what they are worth, and what is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.charset import CHARSET
from sutja.grammar.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "country", "value", "repairs"),
    [
        ("007", None, "007", 0),
        ("-12,5", None, "-12.5", 0),
        ("+ 7", None, "7", 0),
        ("12.3456", None, "12.3456", 0),
        ("1 234 567", None, "1234567", 0),
        ("12,34,567", None, "1234567", 0),
        ("1,234.567", None, "1234.567", 0),
        ("0.125", None, "0.125", 0),
        ("1234.567", None, "1234.567", 0),
        ("1,234", None, None, 0),
        ("1,234", "DE", "1.234", 0),
        ("1,234", "US", "1234", 0),
        ("12 %", None, "12", 0),
        ("#17", None, "17", 0),
        ("5.", None, "5", 0),
        ("1.234.56", None, None, 0),
        ("3 0 4 7", None, "3047", 3),
        ("12 34", None, "1234", 1),
        ("1,23,4", None, None, 2),
    ],
)
def test_a_number(text, country, value, repairs):
    found = parse_number(text, country)
    assert (found.value, found.repairs) == (value, repairs)


@pytest.mark.parametrize(
    "text", ["", ".", "12-34", "12/34", "$5", "1□2", "12:30", "5  6", "--5", "12..5", "+"]
)
def test_no_number(text):
    assert parse_number(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_number_with_decimals_comes_back(value):
    for text in (f"{value:f}", f"{value:f}".replace(".", ",")):
        assert Decimal(parse_number(text).value) == value


@given(st.text(alphabet=CHARSET, max_size=20))
def test_any_text_is_a_decimal_string_or_none(text):
    found = parse_number(text)
    if found is not None and found.value is not None:
        assert Decimal(found.value).is_finite()
