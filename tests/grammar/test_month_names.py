"""Dates with a month in words."""

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.grammar import infer_kind, parse_written_date


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5. März 2024", "2024-03-05"),
        ("5 Maerz 2024", "2024-03-05"),
        ("05-Mar-2024", "2024-03-05"),
        ("March 5, 2024", "2024-03-05"),
        ("Sept. 1st 1999", "1999-09-01"),
        ("1er février 2023", "2023-02-01"),
        ("3 de agosto de 2021", "2021-08-03"),
        ("24/DEC/19", "2019-12-24"),
        ("2024-Feb-29", "2024-02-29"),
        ("2024년 3월 5일", "2024-03-05"),
        ("5. Mørz 2024", "2024-03-05"),  # a misread letter
        ("2024年3月5日", "2024-03-05"),
    ],
)
def test_a_month_in_words(text, value):
    assert parse_written_date(text) == value
    typed = infer_kind(text)
    assert (typed.kind, typed.value) == ("date", value)


@pytest.mark.parametrize(
    "text",
    [
        "30 Feb 2024",
        "5 apples 2024",
        "5 Jum 2024",  # too short to tell
        "May 2024",
        "5 May",
        "5 May 55",
        "2024년 13월 5일",
        "5 May 9999",
        "12:30",
    ],
)
def test_what_is_no_such_date(text):
    assert parse_written_date(text) is None


@given(st.dates(date(1500, 1, 1), date(2199, 12, 31)))
def test_every_day_comes_back(day):
    month = calendar.month_name[day.month]
    for text in (f"{day.day} {month} {day.year}", f"{month[:3]}. {day.day}, {day.year}"):
        assert parse_written_date(text) == day.isoformat()


def test_an_account_is_told_by_its_check_digits():
    typed = infer_kind("DE89 3704 0044 0532 0130 00")
    assert (typed.kind, typed.value, typed.standard) == ("check", "DE89370400440532013000", "iban")
    assert infer_kind("DE88 3704 0044 0532 0130 00").standard is None
