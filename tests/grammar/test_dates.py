"""Dates: every day comes back from every way of writing it, and none is made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.charset import CHARSET
from sutja.grammar import keep_digits, make_grammar
from sutja.grammar.dates import is_plainly_a_date, parse_date

DAYS = st.dates(date(1500, 1, 1), date(2199, 12, 31))
LATELY = st.dates(date(1970, 1, 1), date(2039, 12, 31))
MARKS = st.sampled_from(["/", ".", "-", " ", ". ", "/ ", "- "])


@pytest.mark.parametrize(
    ("text", "country", "value", "repairs"),
    [
        ("22.11.2026", None, "2026-11-22", 0),
        ("2026-11-22", None, "2026-11-22", 0),
        ("22/11/26", "DE", "2026-11-22", 0),
        ("11/22/2026", None, "2026-11-22", 0),
        ("11/22/2026", "US", "2026-11-22", 0),
        ("2024. 3. 12.", "KR", "2024-03-12", 0),
        ("12032024", "IN", "2024-03-12", 0),
        ("12032024", "US", "2024-12-03", 0),
        ("12032024", None, None, 0),
        ("20240312", None, "2024-03-12", 0),
        ("120324", "GB", "2024-03-12", 0),
        ("240312", "JP", None, 0),
        ("25122024", None, "2024-12-25", 0),
        ("1.2.'24", "DE", "2024-02-01", 0),
        ("1.2.99", "DE", "1999-02-01", 0),
        ("1.2.45", "DE", None, 0),
        ("05/05/2024", None, "2024-05-05", 0),
        ("29.02.2024", None, "2024-02-29", 0),
        ("12.3.2024", "CA", None, 0),
        ("12.3.2024", "XX", "2024-03-12", 0),
        # marks repaired, digits never
        ("2211.2026", None, "2026-11-22", 1),
        ("22.112026", None, "2026-11-22", 1),
        ("22.11/2026", None, "2026-11-22", 1),
        ("22,11.2026", None, "2026-11-22", 1),
        ("2 2.11.2026", None, "2026-11-22", 1),
        ("1 2 0 3 2 0 2 4", "IN", "2024-03-12", 1),
        ("22:11,2026", None, "2026-11-22", 2),
    ],
)
def test_a_date(text, country, value, repairs):
    found = parse_date(text, country)
    assert (found.value, found.repairs) == (value, repairs)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("31.02.2024", None),
        ("29.02.2023", None),
        ("00.01.2024", None),
        ("13/13/2024", None),
        ("22.11.2026", "US"),
        ("2024-03", None),
        ("12", None),
        ("", None),
        ("17,2003", None),
        ("47,11", None),
        ("30471", None),
        ("111.2026", None),
        ("2 ,2.11.2026", None),
        ("1.1.1.2024", None),
        ("12...3...2024", None),
        ("22.11.1226", None),
        ("12/03/2024/", None),
        ("□2.03.2024", None),
        ("1.2.2024 5", None),
    ],
)
def test_no_date(text, country):
    assert parse_date(text, country) is None


@given(DAYS, MARKS, st.booleans())
def test_a_day_comes_back_where_the_order_is_known(when, mark, padded):
    d, m = (f"{when.day:02d}", f"{when.month:02d}") if padded else (str(when.day), str(when.month))
    ways = {"DE": (d, m, when.year), "US": (m, d, when.year), "KR": (when.year, m, d)}
    for country, parts in ways.items():
        found = parse_date(mark.join(map(str, parts)), country)
        assert (found.value, found.repairs) == (when.isoformat(), 0)


@given(LATELY)
def test_short_years_and_combs_come_back(when):
    for text, country in (
        (when.strftime("%d%m%Y"), "DE"),
        (when.strftime("%m%d%Y"), "US"),
        (when.strftime("%d.%m.%y"), "FR"),
        (when.strftime("%m/%d/%y"), "US"),
        (when.strftime("%d%m%y"), "IN"),
    ):
        assert parse_date(text, country).value == when.isoformat()


@given(DAYS, st.sampled_from([None, "DE", "US", "JP", "CA"]))
def test_a_date_never_changes_without_a_doubt(when, country):
    """Where a value is given it is the day, or one with day and month changed about."""
    found = parse_date(when.strftime("%d/%m/%Y"), country)
    if found is not None and found.value is not None:
        assert sorted(keep_digits(found.value)) == sorted(f"{when:%d%m%Y}")


@given(st.text(alphabet=CHARSET, max_size=14), st.sampled_from([None, "US"]))
def test_what_is_a_date_is_one_of_the_calendar(text, country):
    found = parse_date(text, country)
    if found is not None and found.value is not None:
        assert date.fromisoformat(found.value).isoformat() == found.value
        assert make_grammar("date", country).automaton.accepts(text) is not None


def test_only_what_can_hardly_be_else_is_plainly_a_date():
    assert is_plainly_a_date("1/2/2024")
    assert not any(
        map(is_plainly_a_date, ["12.50", "1.234.567", "12 03 2024", "120324", "99.99.2024", "12-34"])
    )
