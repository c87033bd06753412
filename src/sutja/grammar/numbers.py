"""Plain numbers: whole or with decimals, grouped or not, with a sign or a percent."""

from __future__ import annotations

import re

from sutja.grammar.amounts import Setting, Worth
from sutja.grammar.conventions import COMMA, POINT, decimal_mark
from sutja.grammar.strings import digits_of

MARKS = " ,.'"  # between digits, where none belongs: for a repair each
_SIGN = r"[#+\-]? ?"
_UNIT = r" ?%?"
_GROUPS = "[1-9]\\d{0,2}(?:M\\d{3})+"
_INDIAN = r"[1-9]\d?(?:,\d\d)+,\d{3}"
_END = r"[.)]?"  # of a list's number

_NUMBER = re.compile(
    rf"(?P<sign>{_SIGN})"
    rf"(?P<whole>\d+|[1-9]\d{{0,2}}(?:(?P<mark>[.,' ])\d{{3}})(?:(?P=mark)\d{{3}})*|{_INDIAN})"
    rf"(?:(?P<point>[.,])(?P<decimals>\d+))?(?P<unit>{_UNIT})(?P<end>{_END})"
)
_PARTED = re.compile(rf"(?P<sign>{_SIGN})\d[\d{MARKS}]*\d")


def patterns() -> list[str]:
    """The ways of writing a number, as `sutja.grammar.patterns` has them."""
    whole = [r"\d+", _INDIAN, *(_GROUPS.replace("M", re.escape(m)) for m in ",.'"), _GROUPS.replace("M", " ")]
    ways = "|".join(whole)
    parted = rf"{_SIGN}\d+(?:¤[{MARKS}]\d+)+"
    return [rf"{_SIGN}(?:{ways})(?:[.,]\d+)?{_UNIT}{_END}", parted]


def number(text: str, country: str | None = None) -> Worth | None:
    """What `text` is worth as a plain number; None where it is none.

    Digits alone stay as they are ("007"). A lone mark before three digits may part thousands or decimals, and
    nothing but the country's way of writing, or a head that is no group, settles it.

    Parameters
    ----------
    text : str
        Without the words around it.
    country : str | None
        Whose way of writing that is.

    >>> number("-12,5").value, number("1 234 567").value, number("0.125").value, number("1,234").value
    ('-12.5', '1234567', '0.125', None)
    >>> number("1,234", "DE").value, number("1,234", "US").value, number("12-34")
    ('1.234', '1234', None)
    """
    match = _NUMBER.fullmatch(text)
    if match:
        value = _value(match, country)
        negative = "-" in match["sign"]
        return Worth(f"-{value}" if value is not None and negative else value)
    parted = _PARTED.fullmatch(text)
    if not parted:
        return None
    marks = sum(symbol in MARKS for symbol in text[len(parted["sign"]) :])
    if re.search(rf"[{MARKS}]{{2}}", text[len(parted["sign"]) :]):
        return None
    spaces_alone = set(text[len(parted["sign"]) :]) <= set("0123456789 ")
    return Worth(digits_of(text) if spaces_alone and "-" not in parted["sign"] else None, marks)


def _value(match: re.Match[str], country: str | None) -> str | None:
    digits, mark = digits_of(match["whole"]), match["mark"] or ("," if "," in match["whole"] else None)
    decimals, point = match["decimals"], match["point"]
    if decimals is None:
        if mark is None or match["whole"].count(mark) > 1 or mark not in (POINT, COMMA):
            return digits
        return _lone(match["whole"].replace(mark, ""), mark, match["whole"].partition(mark)[0], country)
    if mark == point:
        return None
    if mark is None and len(decimals) == 3 and 1 <= len(digits) <= 3 and digits[0] != "0":
        return _lone(digits + decimals, point, digits, country)
    return f"{digits}.{decimals}"


def _lone(digits: str, mark: str, head: str, country: str | None) -> str | None:
    """Thousands or decimals: as the country has it."""
    if mark == decimal_mark(country):
        return f"{head}.{digits[len(head) :]}"
    return digits if Setting(country, money=False).groups(mark, head) else None
