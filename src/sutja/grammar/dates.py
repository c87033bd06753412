"""Dates: day, month and year in any of the usual orders, with marks or in comb fields without.

A date with two equal marks, or with none in a comb field, is taken as written. For a repair a mark may differ
from the other, stand inside a number, or be missing between two numbers that have all their digits:
"2211.2026" is a date, "111.2026" could be two, and "17,2003" has lost a month. Digits are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sutja.charset import DIGITS
from sutja.grammar.conventions import find_date_orders

FIRST_YEAR, LAST_YEAR = 1500, 2199
# Years of two digits, with a window as in POSIX; those in between may be of either century.
_THIS_CENTURY, _LAST_CENTURY = range(40), range(70, 100)

_MARKS = "/.- "
_STRICT = (*_MARKS, "/ ", ". ", "- ")  # between two numbers, as written
_SLIPS = ",:'"  # what a mark may be misread as
_ANY = _MARKS + _SLIPS
_WIDTHS = {"d": (1, 2), "m": (1, 2), "y": (4,), "s": (2,)}
_END = r"[. ]?"
MAX_REPAIRS = 3

_STRAY = " ,'"  # inside a number
_J = rf"(?:¤[{_STRAY}])?"
_PARTS = {
    "d": rf"(?:0?[1-9]|0{_J}[1-9]|[12]{_J}\d|3{_J}[01])",
    "m": rf"(?:0?[1-9]|0{_J}[1-9]|1{_J}[0-2])",
    "y": rf"(?:1{_J}[5-9]{_J}\d{_J}\d|2{_J}[01]{_J}\d{_J}\d)",
    "s": rf"\d{_J}\d",
}
_COMB = {
    "d": r"(?:0[1-9]|[12]\d|3[01])",
    "m": r"(?:0[1-9]|1[0-2])",
    "y": r"(?:1[5-9]\d\d|2[01]\d\d)",
    "s": r"\d\d",
}
_SPACED_COMB = {
    "d": r"(?:0 [1-9]|[12] \d|3 [01])",
    "m": r"(?:0 [1-9]|1 [0-2])",
    "y": r"(?:1 [5-9] \d \d|2 [01] \d \d)",
    "s": r"\d \d",
}
_BARE = {part: pattern.replace(_J, "") for part, pattern in _PARTS.items()}
_USUAL = r"(?:[/.\- ]|[/.\-] )"
_ODD = rf"¤(?:[{_SLIPS}] ?|[{re.escape(_ANY)}]{{2}})"


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date as ISO 8601, or None where it is ambiguous; and the repairs it took."""

    value: str | None
    repairs: int = 0


def list_orders(country: str | None) -> list[str]:
    """List the orders of day, month and year (y of four digits, s of two) that are read in a country."""
    allowed = find_date_orders(country)
    long = [order for order in allowed if order != "ymd"] or ["dmy", "mdy"]
    return ["ymd", *long, *(order.replace("y", "s") for order in allowed)]


def make_patterns(country: str | None) -> list[str]:
    """Make the patterns of a date, in the language of `sutja.grammar.automata.patterns`.

    They accept the 31st of any month, and the 29th of February in any year; `parse_date` does not.
    """
    found = []
    for order in list_orders(country):
        last = "'?" if order.endswith("s") else ""
        one, two, three = (_PARTS[part] for part in order)
        three = last + three
        found += [f"{one}{mark}{two}{mark}{three}{_END}" for mark in map(_escape, _STRICT)]
        found.append(f"¤{one}{_USUAL}{two}{_USUAL}{three}{_END}")
        found.append(f"{one}{_ODD}{two}(?:{_USUAL}|{_ODD}){three}{_END}")
        found.append(f"{one}{_USUAL}{two}{_ODD}{three}{_END}")
        if "y" in order:
            one, three = _BARE[order[0]], _BARE[order[2]]
            full = [_COMB[part] for part in order]
            found.append(f"{full[0]}¤{full[1]}{_USUAL}{three}{_END}")
            found.append(f"{one}{_USUAL}{full[1]}¤{full[2]}{_END}")
        found.append("".join(_COMB[part] for part in order) + _END)
        found.append("¤" + " ".join(_SPACED_COMB[part] for part in order) + _END)
    return found


def _escape(mark: str) -> str:
    return re.escape(mark[0]) + mark[1:] if mark[0] != " " else mark


def parse_date(text: str, country: str | None = None) -> ParsedDate | None:
    """Parse a text as a date; None where it is none.

    Parameters
    ----------
    text : str
        Text without the words around it.
    country : str | None
        Country whose order of day, month and year counts.

    >>> parse_date("22.11.2026"), parse_date("31.02.2024")
    (ParsedDate(value='2026-11-22', repairs=0), None)
    >>> [parse_date("03/04/2024", country).value for country in (None, "US", "IN")]
    [None, '2024-03-04', '2024-04-03']
    """
    if text[-1:] in (".", " "):
        text = text[:-1]
    positions = [i for i, symbol in enumerate(text) if symbol in DIGITS]
    if not 4 <= len(positions) <= 8 or positions[0] != 0 or positions[-1] != len(text) - 1:
        return None
    gaps = [text[a + 1 : b] for a, b in pairwise(positions)]
    if any(len(gap) > 3 or not set(gap) <= set(_ANY) for gap in gaps):
        return None
    digits = "".join(text[i] for i in positions)
    found = [split for order in list_orders(country) for split in _split_digits(digits, gaps, order)]
    least = min((repairs for _, repairs in found), default=MAX_REPAIRS + 1)
    if least > MAX_REPAIRS:
        return None
    values = {value for value, repairs in found if repairs == least}
    return ParsedDate(values.pop() if len(values) == 1 else None, least)


def _split_digits(digits: str, gaps: list[str], order: str) -> Iterator[tuple[str | None, int]]:
    """Split the digits into day, month and year in every possible way, with the repairs each takes."""
    n = len(digits)
    for first in _WIDTHS[order[0]]:
        for second in _WIDTHS[order[1]]:
            if n - first - second not in _WIDTHS[order[2]]:
                continue
            parts = digits[:first], digits[first : first + second], digits[first + second :]
            repairs = _count_repairs(gaps, first - 1, first + second - 1, order)
            if repairs is None:
                continue
            for value in _list_dates(dict(zip(order, parts, strict=True))):
                yield value, repairs


def _count_repairs(gaps: list[str], one: int, two: int, order: str) -> int | None:
    """Count the repairs of the marks, if the date is split behind the digits `one` and `two`."""
    full = len(gaps) == (7 if "y" in order else 5)
    if full and not any(gaps):
        return 0
    if full and set(gaps) == {" "}:
        return 1
    inside = [gap for i, gap in enumerate(gaps) if gap and i not in (one, two)]
    if any(len(gap) > 1 or gap not in _STRAY or gap in (gaps[one], gaps[two]) for gap in inside):
        return None
    first, second = gaps[one], gaps[two]
    if not (first and second):
        return 1 if not inside and _lacks_one_mark(gaps, one, two, order) else None
    if order.endswith("s") and second.endswith("'"):
        second = second[:-1]
    if any(len(gap) == 2 and gap.endswith("'") for gap in (first, second)):
        return None  # what follows is a year
    if len(first) > 2 or len(second) > 2:
        return None
    if first == second and first in _STRICT:
        return len(inside)
    odd = (first not in _STRICT) + (second not in _STRICT)
    return len(inside) + max(1, odd)


def _lacks_one_mark(gaps: list[str], one: int, two: int, order: str) -> bool:
    """Tell whether one mark is missing and nothing else: the numbers beside it are as long as can be."""
    widths = one + 1, two - one, len(gaps) - two
    joined = (0, 1) if not gaps[one] else (1, 2)
    full = all(widths[i] == _WIDTHS[order[i]][-1] for i in joined)
    return full and "y" in order and (gaps[one] in _STRICT or gaps[two] in _STRICT)


def _list_dates(parts: dict[str, str]) -> Iterator[str | None]:
    """List the date as ISO 8601, nothing where the calendar has none, None where the century is open."""
    if "y" in parts:
        year = int(parts["y"])
        years = [year] if FIRST_YEAR <= year <= LAST_YEAR else []
        sure = True
    else:
        short = int(parts["s"])
        known = find_century(short)
        sure = known is not None
        years = [1900 + short, 2000 + short] if known is None else [known]
    found = [iso for year in years if (iso := _format_iso(year, parts["m"], parts["d"]))]
    if found:
        yield found[0] if sure else None


def find_century(short: int) -> int | None:
    """Find the year that two digits stand for; None where it may be of this century or of the last.

    Parameters
    ----------
    short : int
        Year from 0 to 99.

    >>> find_century(24), find_century(99), find_century(55)
    (2024, 1999, None)
    """
    if short in _THIS_CENTURY:
        return 2000 + short
    return 1900 + short if short in _LAST_CENTURY else None


def _format_iso(year: int, month: str, day_of_month: str) -> str | None:
    try:
        return date(year, int(month), int(day_of_month)).isoformat()
    except ValueError:
        return None


def is_plainly_a_date(text: str) -> bool:
    """Tell whether a text can hardly be anything but a date: with two equal marks that are no spaces.

    >>> is_plainly_a_date("12/03/2024"), is_plainly_a_date("12.3.24"), is_plainly_a_date("12032024")
    (True, True, False)
    """
    found = re.fullmatch(r"\d{1,4}(?P<mark>[/.\-] ?)\d{1,2}(?P=mark)(?:\d{4}|\d{1,2})\.?", text)
    parsed = parse_date(text) if found else None
    return parsed is not None and parsed.repairs == 0
