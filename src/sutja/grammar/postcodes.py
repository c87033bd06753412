"""Postcodes of the countries that write them in figures: their formats, and where known their first digits.

The table is made by recipes/postcodes.py from Google's Address Data Service. Letters before a postcode, as in
D-12345, are words beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sutja.charset import DIGITS
from sutja.errors import SutjaError
from sutja.grammar.automaton import Beginning, Parted
from sutja.grammar.patterns import Machine, Pattern
from sutja.grammar.strings import digits_of

MARKS = " -"  # what may have been read among the digits, for a repair each: "45.000" is rather an amount
SLIPS = ".,'"  # what the mark of a postcode may have been read as, in its place
MOST_REPAIRS = 3
_SLIP = re.compile(f"[{SLIPS}]")
_MARK = re.compile(r"\[ \\-\]\??|[ -]\??(?![^\[]*\])")  # a mark in a format, and not in a class of digits


@dataclass(frozen=True, slots=True)
class Form:
    """A country's postcode.

    Attributes
    ----------
    country : str
        ISO 3166 in two letters.
    format : str
        The pattern of the whole.
    begins : str
        The pattern of its first digits; empty where the table knows none.
    written : Mapping[int, str]
        How it is written, a d for each digit, for each number of digits.
    examples : tuple[str, ...]
        As the source gives them.
    """

    country: str
    format: str
    begins: str
    written: Mapping[int, str]
    examples: tuple[str, ...]

    @property
    def bare(self) -> str:
        """The pattern of the digits alone."""
        return _MARK.sub("", self.format)

    def write(self, digits: str) -> str:
        """The digits, with the marks that the country puts among them."""
        return _filled(self.written.get(len(digits)), digits)


def _filled(template: str | None, digits: str) -> str:
    if template is None:
        return digits
    rest = iter(digits)
    return "".join(next(rest) if symbol == "d" else symbol for symbol in template)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What several countries' postcodes have in common: how they are written, and how they begin."""

    whole: re.Pattern[str]
    digits: re.Pattern[str]
    forms: tuple[Form, ...]

    @property
    def parted(self) -> set[str]:
        """The ways of writing it that have a mark."""
        return {
            template for form in self.forms for template in form.written.values() if set(template) != {"d"}
        }

    def fits(self, text: str, digits: str) -> bool:
        """Whether `text`, which has these digits, is such a postcode, marks and all."""
        return bool(self.digits.fullmatch(digits) and self.whole.fullmatch(text))


@cache
def _shapes(country: str | None) -> tuple[_Shape, ...]:
    grouped: dict[tuple[str, str], list[Form]] = {}
    for form in forms(country):
        grouped.setdefault((form.format, form.begins), []).append(form)
    return tuple(
        _Shape(re.compile(form), re.compile(f"(?={begins})(?:{same[0].bare})"), tuple(same))
        for (form, begins), same in grouped.items()
    )


@cache
def table() -> dict[str, Form]:
    """Each country's postcode, by its code."""
    content = json.loads((resources.files("sutja.grammar") / "postcodes.json").read_text(encoding="utf-8"))
    return {code: _form(code, entry) for code, entry in content["countries"].items()}


def _form(code: str, entry: dict[str, Any]) -> Form:
    written = {template.count("d"): template for template in entry["written"]}
    begins = f"(?:{entry['begins']})" if "begins" in entry else ""
    return Form(code, entry["format"], begins, written, tuple(entry["examples"]))


def forms(country: str | None) -> list[Form]:
    """The postcodes to be thought of: of one country, or of all.

    Raises
    ------
    SutjaError
        If the country has none, or one with letters.
    """
    if country is None:
        return list(table().values())
    if country not in table():
        raise SutjaError(
            f"{country} has no postcodes of figures alone",
            where="country",
            remedy="leave it out, or read the numbers as another kind",
        )
    return [table()[country]]


def machines(country: str | None) -> list[Machine]:
    """The ways of writing a postcode, in order and with marks out of place."""
    found: list[Machine] = []
    for shape in _shapes(country):
        form = shape.forms[0]
        ways: list[Machine] = [Pattern(form.format), Parted(Pattern(form.bare), MARKS)]
        ways += [Pattern(_slipped(template)) for template in shape.parted]
        if form.begins:
            ways = [Beginning(machine, Pattern(form.begins)) for machine in ways]
        found += ways
    return found


def _slipped(template: str) -> str:
    """The pattern of a postcode with another mark in the place of its own."""
    return "".join(r"\d" if symbol == "d" else f"¤[{SLIPS}]" for symbol in template)


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode as its country writes it, and whose it is; None where several countries' would do."""

    value: str | None
    country: str | None
    repairs: int = 0


def postcode(text: str, country: str | None = None) -> Postcode | None:
    """Which postcode `text` is; None where it is none.

    Parameters
    ----------
    text : str
        Without the words around it.
    country : str | None
        Whose; None for any.

    Raises
    ------
    SutjaError
        If the country has none, or one with letters.

    >>> postcode("94103-1742")
    Postcode(value='94103-1742', country='US', repairs=0)
    >>> postcode("1540023", "JP").value, postcode("15 40023", "JP").repairs, postcode("00123", "DE")
    ('154-0023', 1, None)
    """
    known, digits = _shapes(country), digits_of(text)
    found, repairs = [form for shape in known if shape.fits(text, digits) for form in shape.forms], 0
    if not found and text[:1].isdigit():
        fit = [shape for shape in known if shape.digits.fullmatch(digits)]
        repairs = max(1, len(text) - len(digits))
        if set(text) <= set(DIGITS + MARKS) and repairs <= MOST_REPAIRS:
            found = [form for shape in fit for form in shape.forms]
        elif (template := _SLIP.sub("-", text)) != text:
            looks = re.sub(r"\d", "d", template)
            found = [
                form
                for shape in fit
                for form in shape.forms
                if looks in {way.replace(" ", "-") for way in form.written.values()}
            ]
    if not found:
        return None
    values = {_filled(template, digits) for template in {form.written.get(len(digits)) for form in found}}
    whose = found[0].country if len(found) == 1 else None
    as_written = text if not repairs else None
    return Postcode(values.pop() if len(values) == 1 else as_written, whose, repairs)
