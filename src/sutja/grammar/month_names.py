"""Dates with words for the month, in five languages: "5. März 2024", "2024년 3월 5일".

The languages are English, German, French, Spanish and Korean.

Such a date says by itself which of its numbers is the day, so that no country is needed to know its value.
Years of two digits are those of a window, as in `sutja.grammar.dates`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from types import MappingProxyType

from sutja.grammar.dates import FIRST_YEAR, LAST_YEAR, find_century

_NAMES = (
    "january jan januar janner janvier janv enero ene",
    "february feb februar febr fevrier fevr fev febrero",
    "march mar marz maerz mrz mars marzo",
    "april apr avril avr abril abr",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet juil julio",
    "august aug aout agosto ago",
    "september sept sep septembre septiembre setiembre",
    "october oct oktober okt octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember dez decembre diciembre dic",
)
MONTHS: MappingProxyType[str, int] = MappingProxyType(
    {name: month for month, names in enumerate(_NAMES, start=1) for name in names.split()}
)
_LEAST_LETTERS = 4  # of a name with a misread one
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|o)?"
_YEAR = r"(?P<y>\d{4}|'?\d\d)"
_MONTH = r"(?P<m>[^\W\d_]{3,10})"
_FORMS = (
    re.compile(rf"{_DAY}[.]?[ \-/]?(?:(?:de|of) )?{_MONTH}[.,]?[ \-/,]{{0,2}}(?:del? )?{_YEAR}"),
    re.compile(rf"{_MONTH}[.]?[ \-/]?{_DAY}[ \-/.,]{{1,3}}{_YEAR}"),
    re.compile(rf"(?P<y>\d{{4}})[ \-/.,]{{0,2}}{_MONTH}[ \-/.]{{0,2}}{_DAY}"),
    re.compile(r"(?P<y>\d{4}|\d\d) ?[년年] ?(?P<m>\d{1,2}) ?[월月] ?(?P<d>\d{1,2}) ?[일日]"),
)


def parse_written_date(text: str) -> str | None:
    """Parse a date whose month, or whose parts, are named by words: ISO 8601, or None where it is none.

    Parameters
    ----------
    text : str
        Text of the date alone.

    >>> parse_written_date("5. März 2024"), parse_written_date("Dec 31st, 1999")
    ('2024-03-05', '1999-12-31')
    >>> parse_written_date("2024년 3월 5일"), parse_written_date("31 June 2024")
    ('2024-03-05', None)
    """
    plain = fold_letters(text)
    for form in _FORMS:
        match = form.fullmatch(plain)
        if match is None:
            continue
        month = int(match["m"]) if match["m"].isdigit() else _find_month(match["m"])
        year = _complete_year(match["y"].lstrip("'"))
        if month is not None and year is not None:
            return _format_iso(year, month, int(match["d"]))
    return None


def _find_month(name: str) -> int | None:
    """Find a month by its name, of which one letter may be misread, as an accented one often is: "Mørz"."""
    if name in MONTHS or len(name) < _LEAST_LETTERS:
        return MONTHS.get(name)
    near = {
        month
        for other, month in MONTHS.items()
        if len(other) == len(name) and sum(a != b for a, b in zip(name, other, strict=True)) == 1
    }
    return near.pop() if len(near) == 1 else None


def fold_letters(text: str) -> str:
    """Fold Latin letters to lower case without accents; Hangul stays whole.

    Parameters
    ----------
    text : str
        Any text.
    """
    parts = (
        "".join(c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c))
        if ord(sign) < 0x0300
        else sign
        for sign in text.lower()
    )
    return "".join(parts)


def _complete_year(digits: str) -> int | None:
    """Complete a year: of two digits by the window of years, None where it may be of either century."""
    year = int(digits) if len(digits) == 4 else find_century(int(digits))
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None


def _format_iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
