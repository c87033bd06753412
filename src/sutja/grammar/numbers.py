"""Plain numbers: whole or with decimals, grouped or not, with a sign or a percent."""

from __future__ import annotations

import re

from sutja.grammar.amounts import Context, ParsedValue
from sutja.grammar.conventions import COMMA, POINT, find_decimal_mark
from sutja.grammar.strings import keep_digits

MARKS = " ,.'"  # where none belongs, for a repair each
_SIGN = r"[#+\-]? ?"
_UNIT = r" ?%?"
_GROUPS = "[1-9]\\d{0,2}(?:M\\d{3})+"
_INDIAN = r"[1-9]\d?(?:,\d\d)+,\d{3}"
_END = r"[.)]?"  # behind the number of a list item

_NUMBER = re.compile(
    rf"(?P<sign>{_SIGN})"
    rf"(?P<whole>\d+|[1-9]\d{{0,2}}(?:(?P<mark>[.,' ])\d{{3}})(?:(?P=mark)\d{{3}})*|{_INDIAN})"
    rf"(?:(?P<point>[.,])(?P<decimals>\d+))?(?P<unit>{_UNIT})(?P<end>{_END})"
)
_PARTED = re.compile(rf"(?P<sign>{_SIGN})\d[\d{MARKS}]*\d")


def make_patterns() -> list[str]:
    """Make the patterns of a number, in the language of `sutja.grammar.automata.patterns`."""
    whole = [r"\d+", _INDIAN, *(_GROUPS.replace("M", re.escape(m)) for m in ",.'"), _GROUPS.replace("M", " ")]
    forms = "|".join(whole)
    parted = rf"{_SIGN}\d+(?:¤[{MARKS}]\d+)+"
    return [rf"{_SIGN}(?:{forms})(?:[.,]\d+)?{_UNIT}{_END}", parted]


def parse_number(text: str, country: str | None = None) -> ParsedValue | None:
    """Parse a text as a plain number; None where it is none.

    Digits alone stay as they are ("007"). A single mark before three digits may be for thousands or decimals;
    only the country's way of writing, or digits before it that are no group, tell.

    Parameters
    ----------
    text : str
        Text without the words around it.
    country : str | None
        Country whose way of writing counts.

    >>> [parse_number(text).value for text in ("-12,5", "1 234 567", "0.125", "1,234")]
    ['-12.5', '1234567', '0.125', None]
    >>> parse_number("1,234", "DE").value, parse_number("1,234", "US").value, parse_number("12-34")
    ('1.234', '1234', None)
    """
    match = _NUMBER.fullmatch(text)
    if match:
        value = _find_value(match, country)
        negative = "-" in match["sign"]
        return ParsedValue(f"-{value}" if value is not None and negative else value)
    parted = _PARTED.fullmatch(text)
    if not parted:
        return None
    marks = sum(symbol in MARKS for symbol in text[len(parted["sign"]) :])
    if re.search(rf"[{MARKS}]{{2}}", text[len(parted["sign"]) :]):
        return None
    spaces_alone = set(text[len(parted["sign"]) :]) <= set("0123456789 ")
    return ParsedValue(keep_digits(text) if spaces_alone and "-" not in parted["sign"] else None, marks)


def _find_value(match: re.Match[str], country: str | None) -> str | None:
    digits, mark = keep_digits(match["whole"]), match["mark"] or ("," if "," in match["whole"] else None)
    decimals, point = match["decimals"], match["point"]
    if decimals is None:
        if mark is None or match["whole"].count(mark) > 1 or mark not in (POINT, COMMA):
            return digits
        return _resolve_single_mark(
            match["whole"].replace(mark, ""), mark, match["whole"].partition(mark)[0], country
        )
    if mark == point:
        return None
    if mark is None and len(decimals) == 3 and 1 <= len(digits) <= 3 and digits[0] != "0":
        return _resolve_single_mark(digits + decimals, point, digits, country)
    return f"{digits}.{decimals}"


def _resolve_single_mark(digits: str, mark: str, head: str, country: str | None) -> str | None:
    """Take a single mark for thousands or decimals, as the country writes."""
    if mark == find_decimal_mark(country):
        return f"{head}.{digits[len(head) :]}"
    return digits if Context(country, money=False).groups(mark, head) else None
