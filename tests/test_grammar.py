"""What a number may look like: golden cases by hand, and round trips by property."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.charset import CHARSET
from sutja.grammar import digits_of, is_number, kind_of, own_part, trim, value_of

TEXT = st.text(alphabet=CHARSET, max_size=24)
WHOLE = st.integers(min_value=0, max_value=10**15)
CENTS = st.integers(min_value=0, max_value=99)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("007", "007"),
        ("12.50", "12.50"),
        ("12,50", "12.50"),
        ("0.05", "0.05"),
        ("$ 1,234.50", "1234.50"),
        ("€1.234,50", "1234.50"),
        ("#**1,234,567.00**#", "1234567.00"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1 234", "1234"),
        ("1'234.50", "1234.50"),
        ("₹ 1,00,000", "100000"),
        ("12,34,567.89", "1234567.89"),
        ("1,234/-", "1234"),
        ("500/-", "500"),
        ("500.-", "500"),
        ("1.500,-", "1500"),
        # doubtful, so no value
        ("", None),
        ("1,234", None),
        ("1.234", None),
        ("12.5", None),
        ("12.345", None),
        ("1,234.567", None),
        ("1,234,50", None),
        ("1,23,4", None),
        ("0,123,456", None),
        ("1.234,567.00", None),
        (",50", None),
        ("12 34", None),
        ("-5", None),
        ("5%", None),
        ("(12)", None),
        ("12:30", None),
        ("1/2", None),
        ("12.50/-", None),
        ("1,234.50/-", None),
        ("12□4", None),
        ("+41 79", None),
    ],
)
def test_value(text, value):
    assert value_of(text) == value


@given(WHOLE, CENTS, st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ",")]))
def test_a_grouped_amount_comes_back(whole, cents, marks):
    group, decimal = marks
    text = f"{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"
    assert Decimal(value_of(text)) == whole + Decimal(cents) / 100


@given(st.integers(min_value=100_000, max_value=10**15))
def test_an_indian_amount_comes_back(whole):
    digits = str(whole)
    head, tail = digits[:-3], digits[-3:]
    first = len(head) % 2
    pairs = [head[:first]] * bool(first) + [head[i : i + 2] for i in range(first, len(head), 2)]
    assert value_of(",".join([*pairs, tail])) == digits


@given(TEXT)
def test_a_value_has_the_digits_of_its_text(text):
    value = value_of(text)
    if value is not None:
        assert digits_of(value) == digits_of(text)
        assert Decimal(value) >= 0


@given(st.text(alphabet="0123456789", min_size=1, max_size=30))
def test_digits_alone_are_their_own_value(digits):
    assert value_of(digits) == digits
    assert digits_of(digits) == digits
    assert is_number(digits)


@given(TEXT)
def test_trimming_takes_nothing_from_the_number(text):
    trimmed = trim(text)
    assert trim(trimmed) == trimmed
    assert digits_of(trimmed) == digits_of(text)
    assert not trimmed or (trimmed[0] not in "□ " and trimmed[-1] not in "□ ")
    assert own_part(text) == slice(0, 0) or text[own_part(text)] == trimmed


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", True), ("□1", True), ("1□2", True), ("", False), ("□□1", False), ("□", False), (".-", False)],
)
def test_letters_may_not_outnumber_digits(text, number):
    assert is_number(text) is number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("□□□□□ 23", True), ("□□.7", True), ("□□□: 1.234", True), ("4 □□□", True), ("4 □□□□", False),
        ("□□□ 7.04 □□□□", True),
        ("□□□ 1 □□□□", False), ("□□□1", False), ("1□□□ 2", False), ("2 □□□ 3", False), ("□□ □□1 □□", False),
    ],
)  # fmt: skip
def test_words_may_stand_beside_a_number(text, number):
    assert is_number(text) is number


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("□□.7", "7"), ("□□ .7", ".7"), ("□□□-46", "46"), ("□□□ -46", "-46"), ("□$ 18", "$ 18"),
        ("500/- □□□□.", "500/-"), (" 1 ", "1"), ("1□2", "1□2"), ("□□", ""), (".-", ".-"), ("", ""),
    ],
)  # fmt: skip
def test_what_is_shown_of_a_number_beside_words(text, own):
    assert trim(text) == own


@pytest.mark.parametrize(
    ("text", "kind"),
    [("12345", "number"), ("$5", "amount"), ("12.50", "amount"), ("500/-", "amount"), ("12-34", "number")],
)
def test_kind(text, kind):
    assert kind_of(text) == kind
