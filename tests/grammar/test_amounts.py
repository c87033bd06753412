"""Amounts: golden cases by hand, and round trips by property."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.charset import CHARSET
from sutja.grammar import infer_kind, is_number, keep_digits, make_grammar, parse_value
from sutja.grammar.amounts import ParsedValue, parse_amount

TEXT = st.text(alphabet=CHARSET, max_size=24)
WHOLE = st.integers(min_value=0, max_value=10**15)
CENTS = st.integers(min_value=0, max_value=99)
CONVENTIONS = [(",", "."), (".", ","), ("'", "."), (" ", ","), ("'", ","), (" ", "."), ("", "."), ("", ",")]
LEADS = ["", "$", "$ ", "**", "*", "#", "€ ", "£", "₹ ", "=", "**$"]
TAILS = ["", "/-", "=", "*", "**", " €", "#", "/="]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("007", "007"),
        ("12.50", "12.50"),
        ("12,50", "12.50"),
        ("0.05", "0.05"),
        ("12.5", "12.5"),
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
        ("12.50/-", "12.50"),
        ("1,234.50/-", "1234.50"),
        ("£1,234", "1234"),
        ("¥1,234", "1234"),
        ("$1,234", "1234"),
        # doubtful, so no value
        ("", None),
        ("1,234", None),
        ("1.234", None),
        ("12.345", None),
        ("1,234.567", None),
        ("1,234,50", None),
        ("$1.234", None),
        ("€1.234", None),
        ("€1,234", None),
        ("£1.234", None),
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
        ("12.50.-", None),
        ("12□4", None),
        ("+41 79", None),
    ],
)
def test_the_value_when_nobody_said_what_it_is(text, value):
    assert parse_value(text) == value


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("1,234", "US", "1234"),
        ("1,234", "IN", "1234"),
        ("1,234", "DE", None),
        ("1.234", "DE", "1234"),
        ("1.234", "US", None),
        ("1.234", "CH", None),
        ("1.234", "BR", "1234"),
        ("1,234", "KW", None),
    ],
)
def test_the_country_settles_a_lone_mark(text, country, value):
    assert parse_value(text, country) == value


@pytest.mark.parametrize(
    ("text", "value", "repairs"),
    [
        ("**1.234,50", "1234.50", 0),
        ("$ **1,234.50/-", "1234.50", 0),
        ("125 50/100", "125.50", 0),
        ("125-50/100", "125.50", 0),
        ("1,250 00/100", "1250.00", 0),
        ("125 □□/100", "125.00", 0),
        ("125 --/100", "125.00", 0),
        ("125 □ 50/100", "125.50", 0),
        ("500.--", "500", 0),
        ("500,--", "500", 0),
        ("500=", "500", 0),
        ("30,200/", "30200", 0),
        ("30,200", "30200", 0),
        ("3,200", None, 0),
        ("-12.50", "-12.50", 0),
        ("12.50-", None, 0),
        ("(12.50)", None, 0),
        ("-12-", None, 0),
        ("12-", "12", 0),
        ("1 234,50 €", "1234.50", 0),
        ("5962 00", None, 0),
        # marks that pens and readers leave out of their place
        ("1,90,90000/-", "19090000", 1),
        ("55,60000", "5560000", 1),
        ("1, 234.50", "1234.50", 1),
        ("1,2345.00", "12345.00", 1),
        ("35,000,", "35000", 1),
        (".50", "0.50", 1),
        ("12.5", "12.5", 1),
        ("23/50/000", "2350000", 1),
        ("1.234.50", "1234.50", 1),
        ("1,234,50", None, 1),
        ("1.2345", None, 1),
    ],
)
def test_an_amount(text, value, repairs):
    found = parse_amount(text)
    assert (found.value, found.repairs) == (value, repairs)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "**",
        "12-34",
        "12:30",
        "1/2",
        "12/03/2024",
        "5%",
        "12□4",
        "1.234,567",
        "+41 79 123",
        "94103-1742",
        "1.2,3.4",
    ],
)
def test_no_amount(text):
    assert parse_amount(text) is None


@given(WHOLE, CENTS, st.sampled_from(CONVENTIONS), st.sampled_from(LEADS), st.sampled_from(TAILS))
def test_an_amount_in_any_convention_comes_back(whole, cents, marks, lead, tail):
    group, decimal = marks
    text = lead + f"{whole:,}".replace(",", group) + f"{decimal}{cents:02d}" + tail
    expected = Decimal(whole) + Decimal(cents) / 100
    assert Decimal(parse_amount(text).value) == expected
    assert parse_amount(text).repairs == 0
    assert make_grammar("amount").automaton.accepts(text) == 0


@given(WHOLE, CENTS, st.sampled_from(CONVENTIONS))
def test_a_grouped_amount_comes_back_when_nobody_said_what_it_is(whole, cents, marks):
    group, decimal = marks
    text = f"{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"
    assert Decimal(parse_value(text)) == whole + Decimal(cents) / 100


def indian(whole: int) -> str:
    """With the groups of lakhs and crores."""
    digits = str(whole)
    head, tail = digits[:-3], digits[-3:]
    first = len(head) % 2
    pairs = [head[:first]] * bool(first) + [head[i : i + 2] for i in range(first, len(head), 2)]
    return ",".join([*pairs, tail])


@given(st.integers(min_value=100_000, max_value=10**15), st.sampled_from(["", "/-", "/", ".00", "="]))
def test_an_indian_amount_comes_back(whole, tail):
    assert Decimal(parse_amount(indian(whole) + tail).value) == whole
    assert parse_value(indian(whole)) == str(whole)


@given(WHOLE, st.integers(0, 99))
def test_hundredths_come_back(whole, cents):
    assert parse_amount(f"{whole} {cents:02d}/100").value == f"{whole}.{cents:02d}"


@given(TEXT)
def test_a_value_has_the_digits_of_its_text(text):
    value = parse_value(text)
    if value is not None:
        assert keep_digits(value) == keep_digits(text)
        assert Decimal(value) >= 0


@given(TEXT, st.sampled_from([None, "US", "DE", "IN", "KW"]))
def test_an_amount_has_the_digits_of_its_text(text, country):
    found = parse_amount(text, country)
    if found is not None and found.value is not None and "/" not in text:
        assert keep_digits(found.value).lstrip("0") == keep_digits(text).lstrip("0")
        assert Decimal(found.value).is_finite()


@given(st.text(alphabet="0123456789", min_size=1, max_size=30))
def test_digits_alone_are_their_own_value(digits):
    assert parse_value(digits) == parse_amount(digits).value == digits
    assert keep_digits(digits) == digits
    assert is_number(digits)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("12345", "number"),
        ("$5", "amount"),
        ("12.50", "amount"),
        ("500/-", "amount"),
        ("12-34", "number"),
        ("12.5", "number"),
    ],
)
def test_kind(text, kind):
    assert infer_kind(text).kind == kind


@pytest.mark.parametrize(
    ("text", "value"),
    [("25,20/000/-", "2520000"), ("1 25,000/", "125000"), ("2,35000", "235000"), ("1/25,000/-", "125000")],
)
def test_groups_parted_by_several_marks_have_the_only_value_that_is_possible(text, value):
    assert parse_amount(text) == ParsedValue(value, 1)
    assert make_grammar("amount").automaton.accepts(text) == 1


def test_a_mark_that_may_be_decimal_stays_in_doubt():
    assert parse_amount("6,617,15").value is None
    assert parse_amount("6,617,15", "US").value == "6617.15"
