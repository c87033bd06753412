"""Days of the calendar: day, month and year in any of the usual orders, with marks or in a comb without.

A date with two like marks, or with none in a comb, is taken as written. For a repair a mark may be another
than its fellow, or stand in the midst of a number, or lack between two numbers that have all their digits:
"2211.2026" is a day, "111.2026" would be two, and "17,2003" has lost a month. The digits are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sutja.charset import DIGITS
from sutja.grammar.conventions import date_orders

FIRST_YEAR, LAST_YEAR = 1500, 2199
# Years of two digits: a window as of POSIX, but for those in between, which may be of either century.
_THIS_CENTURY, _LAST_CENTURY = range(40), range(70, 100)

_MARKS = "/.- "
_STRICT = (*_MARKS, "/ ", ". ", "- ")  # between two numbers, as people write
_SLIPS = ",:'"  # what a mark is read as
_ANY = _MARKS + _SLIPS
_WIDTHS = {"d": (1, 2), "m": (1, 2), "y": (4,), "s": (2,)}
_END = r"[. ]?"
MOST_REPAIRS = 3

_STRAY = " ,'"  # in the midst of a number
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
class Day:
    """A date: ISO 8601, or None where several days are sensible; and the repairs it took to see it."""

    value: str | None
    repairs: int = 0


def orders(country: str | None) -> list[str]:
    """Orders of day, month and year (y of four digits, s of two) that are read in a country."""
    allowed = date_orders(country)
    long = [order for order in allowed if order != "ymd"] or ["dmy", "mdy"]
    return ["ymd", *long, *(order.replace("y", "s") for order in allowed)]


def patterns(country: str | None) -> list[str]:
    """The ways of writing a date, as `sutja.grammar.patterns` has them.

    They let the 31st of any month pass, and the 29th of February in any year: `day` does not.
    """
    found = []
    for order in orders(country):
        last = "'?" if order.endswith("s") else ""
        one, two, three = (_PARTS[part] for part in order)
        three = last + three
        found += [f"{one}{mark}{two}{mark}{three}{_END}" for mark in map(_escaped, _STRICT)]
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


def _escaped(mark: str) -> str:
    return re.escape(mark[0]) + mark[1:] if mark[0] != " " else mark


def day(text: str, country: str | None = None) -> Day | None:
    """Which day `text` names; None where it names none.

    Parameters
    ----------
    text : str
        Without the words around it.
    country : str | None
        Whose order of day, month and year is meant.

    >>> day("22.11.2026"), day("2211.2026"), day("31.02.2024")
    (Day(value='2026-11-22', repairs=0), Day(value='2026-11-22', repairs=1), None)
    >>> day("03/04/2024"), day("03/04/2024", "US"), day("03/04/2024", "IN")
    (Day(value=None, repairs=0), Day(value='2024-03-04', repairs=0), Day(value='2024-04-03', repairs=0))
    """
    if text[-1:] in (".", " "):
        text = text[:-1]
    places = [i for i, symbol in enumerate(text) if symbol in DIGITS]
    if not 4 <= len(places) <= 8 or places[0] != 0 or places[-1] != len(text) - 1:
        return None
    gaps = [text[a + 1 : b] for a, b in pairwise(places)]
    if any(len(gap) > 3 or not set(gap) <= set(_ANY) for gap in gaps):
        return None
    digits = "".join(text[i] for i in places)
    found = [way for order in orders(country) for way in _ways(digits, gaps, order)]
    least = min((repairs for _, repairs in found), default=MOST_REPAIRS + 1)
    if least > MOST_REPAIRS:
        return None
    values = {value for value, repairs in found if repairs == least}
    return Day(values.pop() if len(values) == 1 else None, least)


def _ways(digits: str, gaps: list[str], order: str) -> Iterator[tuple[str | None, int]]:
    """Each way to cut the digits into a day, a month and a year that are one, with the repairs it takes."""
    n = len(digits)
    for first in _WIDTHS[order[0]]:
        for second in _WIDTHS[order[1]]:
            if n - first - second not in _WIDTHS[order[2]]:
                continue
            parts = digits[:first], digits[first : first + second], digits[first + second :]
            repairs = _repairs(gaps, first - 1, first + second - 1, order)
            if repairs is None:
                continue
            for value in _days(dict(zip(order, parts, strict=True))):
                yield value, repairs


def _repairs(gaps: list[str], one: int, two: int, order: str) -> int | None:
    """The repairs that the marks take, if the date is cut behind the digits `one` and `two`."""
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
        return 1 if not inside and _only_a_mark_lacks(gaps, one, two, order) else None
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


def _only_a_mark_lacks(gaps: list[str], one: int, two: int, order: str) -> bool:
    """Whether one mark is missing and all else is plain: the numbers it should part are as long as can be."""
    widths = one + 1, two - one, len(gaps) - two
    joined = (0, 1) if not gaps[one] else (1, 2)
    full = all(widths[i] == _WIDTHS[order[i]][-1] for i in joined)
    return full and "y" in order and (gaps[one] in _STRICT or gaps[two] in _STRICT)


def _days(parts: dict[str, str]) -> Iterator[str | None]:
    """The day as ISO 8601, nothing where the calendar has none, None where the century is open."""
    if "y" in parts:
        year = int(parts["y"])
        years = [year] if FIRST_YEAR <= year <= LAST_YEAR else []
        sure = True
    else:
        short = int(parts["s"])
        sure = short in _THIS_CENTURY or short in _LAST_CENTURY
        years = [2000 + short] if short in _THIS_CENTURY else [1900 + short]
        if not sure:
            years.append(2000 + short)
    found = [iso for year in years if (iso := _iso(year, parts["m"], parts["d"]))]
    if found:
        yield found[0] if sure else None


def _iso(year: int, month: str, day_of_month: str) -> str | None:
    try:
        return date(year, int(month), int(day_of_month)).isoformat()
    except ValueError:
        return None


def is_plainly_a_date(text: str) -> bool:
    """Whether `text` can hardly be anything else: a day, with two like marks that are no spaces.

    >>> is_plainly_a_date("12/03/2024"), is_plainly_a_date("12.3.24"), is_plainly_a_date("12032024")
    (True, True, False)
    """
    found = re.fullmatch(r"\d{1,4}(?P<mark>[/.\-] ?)\d{1,2}(?P=mark)(?:\d{4}|\d{1,2})\.?", text)
    parsed = day(text) if found else None
    return parsed is not None and parsed.repairs == 0
