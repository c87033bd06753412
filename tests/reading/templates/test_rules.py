"""Rules of forms: what they take, what they say, and how they are refused."""

from decimal import Decimal

import pytest

from sutja.errors import SutjaError
from sutja.reading.templates.rules import FieldValue, make_value, parse_rule

NAMES = ["a", "b", "total", "votes1", "votes2", "votes_3", "issued", "due", "number"]


def check(text, **values):
    given = {
        name: FieldValue(str(value), None if value is None else Decimal(value))
        for name, value in values.items()
    }
    return parse_rule(text, NAMES).holds(given)


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("total = a + b", {"total": 5, "a": 2, "b": 3}, True),
        ("total == a + b", {"total": 6, "a": 2, "b": 3}, False),
        ("total = 2 * a - b", {"total": 1, "a": 2, "b": 3}, True),
        ("a ≤ b", {"a": 3, "b": 3}, True),
        ("a < b <= total", {"a": 1, "b": 2, "total": 2}, True),
        ("a != b", {"a": 3, "b": 3}, False),
        ("total = -a", {"total": -4, "a": 4}, True),
        ("total = max(a, b, 7)", {"total": 7, "a": 2, "b": 3}, True),
        ("sum(votes) <= total", {"votes1": 1, "votes2": 2, "votes_3": 4, "total": 7}, True),
        ("sum(votes) <= total", {"votes1": 1, "votes2": 2, "votes_3": 4, "total": 6}, False),
        ("total = a + b", {"total": 5, "a": None, "b": 3}, None),
        ("date(a, b, total)", {"a": 29, "b": 2, "total": 2024}, True),
        ("date(a, b, total)", {"a": 29, "b": 2, "total": 2023}, False),
        ("date(a, b, total)", {"a": 1, "b": 2, "total": 201}, False),
    ],
)
def test_rules_hold_or_do_not(text, values, holds):
    assert check(text, **values) is holds


def test_check_digits():
    rule = parse_rule("luhn(number)", NAMES)
    assert rule.holds({"number": FieldValue("4111111111111111", None)})
    assert rule.holds({"number": FieldValue("4111111111111112", None)}) is False
    assert rule.holds({"number": FieldValue("", None)}) is None


def test_dates_in_order():
    rule = parse_rule("issued <= due", NAMES)
    early, late = make_value("", "2024-02-28", "date"), make_value("", "2024-03-01", "date")
    assert rule.holds({"issued": early, "due": late})
    assert rule.holds({"issued": late, "due": early}) is False
    assert rule.holds({"issued": early, "due": make_value("", None, "date")}) is None
    later = parse_rule("due = issued + 2", NAMES)
    assert later.holds({"issued": early, "due": late})


def test_an_empty_number_counts_nothing():
    assert make_value("", None, "number").number == 0
    assert make_value("12", "1.2", "amount").number == Decimal("1.2")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("total = a + c", "'c', which is no field"),
        ("total", "compares nothing"),
        ("1 = 1", "names no field"),
        ("total = a +", "cannot be understood"),
        ("total = a / b", "more than sums"),
        ("total = open(a)", "more than sums"),
        ("total = a.real", "more than sums"),
        ("__import__('os')", "more than sums"),
        ("total = date(a, b)", "gives date 2 values"),
        ("total = sum(rows)", "'rows', which is no field"),
        ("total = a and b", "more than sums"),
    ],
)
def test_what_is_no_rule_is_refused(text, problem):
    with pytest.raises(SutjaError, match=problem):
        parse_rule(text, NAMES)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("total = " + "+".join(["a"] * 1500), "operations within one another"),
        ("total = " + "-" * 5000 + "a", "understood|operations within one another"),
        ("total = " + "sum(" * 250 + "a" + ")" * 250, "understood|operations within one another"),
        ("total = a + 0x" + "f" * 9000, "number beyond"),
        ("total = a + 1e999", "number beyond"),
        ("total = a + 1e16", "number beyond"),
    ],
)
def test_rules_without_bounds_are_refused(text, complaint):
    with pytest.raises(SutjaError, match=complaint):
        parse_rule(text, NAMES)


def test_a_rule_whose_numbers_grow_out_of_bounds_is_undecided():
    assert check("total = " + "*".join(["a"] * 100), total=1, a="1e99999") is None
