"""Postcodes of the countries that write them in digits: their formats, and where known their first digits.

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
from sutja.grammar.automata.automaton import WithMarks, WithPrefix
from sutja.grammar.automata.patterns import Machine, Pattern
from sutja.grammar.strings import keep_digits

MARKS = " -"  # may stand between the digits, for a repair each; "45.000" is rather an amount
SLIPS = ".,'"  # what the mark of a postcode may be misread as
MAX_REPAIRS = 3
_SLIP = re.compile(f"[{SLIPS}]")
_MARK = re.compile(r"\[ \\-\]\??|[ -]\??(?![^\[]*\])")  # a mark in a format, and not in a class of digits


@dataclass(frozen=True, slots=True)
class PostcodeFormat:
    """The format of a country's postcodes.

    Attributes
    ----------
    country : str
        The country, ISO 3166 in two letters.
    format : str
        Pattern of the whole.
    begins : str
        Pattern of its first digits; empty where the table has none.
    written : Mapping[int, str]
        Template by number of digits, with a d for each digit.
    examples : tuple[str, ...]
        Examples given by the source.
    """

    country: str
    format: str
    begins: str
    written: Mapping[int, str]
    examples: tuple[str, ...]

    @property
    def bare(self) -> str:
        """Pattern of the digits alone."""
        return _MARK.sub("", self.format)

    def write(self, digits: str) -> str:
        """Write digits with the marks that the country puts among them."""
        return _fill(self.written.get(len(digits)), digits)


def _fill(template: str | None, digits: str) -> str:
    if template is None:
        return digits
    rest = iter(digits)
    return "".join(next(rest) if symbol == "d" else symbol for symbol in template)


@dataclass(frozen=True, slots=True)
class _FormatGroup:
    """Countries with the same format and first digits."""

    whole: re.Pattern[str]
    digits: re.Pattern[str]
    forms: tuple[PostcodeFormat, ...]

    @property
    def templates_with_marks(self) -> set[str]:
        """The templates that have a mark."""
        return {
            template for form in self.forms for template in form.written.values() if set(template) != {"d"}
        }

    def fits(self, text: str, digits: str) -> bool:
        """Tell whether a text, which has these digits, is such a postcode, marks included."""
        return bool(self.digits.fullmatch(digits) and self.whole.fullmatch(text))


@cache
def _group_formats(country: str | None) -> tuple[_FormatGroup, ...]:
    grouped: dict[tuple[str, str], list[PostcodeFormat]] = {}
    for form in find_formats(country):
        grouped.setdefault((form.format, form.begins), []).append(form)
    return tuple(
        _FormatGroup(re.compile(form), re.compile(f"(?={begins})(?:{same[0].bare})"), tuple(same))
        for (form, begins), same in grouped.items()
    )


@cache
def load_table() -> dict[str, PostcodeFormat]:
    """Load the format of each country, by its code."""
    content = json.loads((resources.files("sutja.grammar") / "postcodes.json").read_text(encoding="utf-8"))
    return {code: _make_format(code, entry) for code, entry in content["countries"].items()}


def _make_format(code: str, entry: dict[str, Any]) -> PostcodeFormat:
    written = {template.count("d"): template for template in entry["written"]}
    begins = f"(?:{entry['begins']})" if "begins" in entry else ""
    return PostcodeFormat(code, entry["format"], begins, written, tuple(entry["examples"]))


def find_formats(country: str | None) -> list[PostcodeFormat]:
    """Find the formats of one country, or of all.

    Raises
    ------
    SutjaError
        If the country has none, or one with letters.
    """
    if country is None:
        return list(load_table().values())
    if country not in load_table():
        raise SutjaError(
            f"{country} has no postcodes of digits alone",
            where="country",
            remedy="leave it out, or read the numbers as another kind",
        )
    return [load_table()[country]]


def make_machines(country: str | None) -> list[Machine]:
    """Make the machines of a postcode, as written and with misplaced marks."""
    found: list[Machine] = []
    for group in _group_formats(country):
        form = group.forms[0]
        variants: list[Machine] = [Pattern(form.format), WithMarks(Pattern(form.bare), MARKS)]
        variants += [Pattern(_make_slip_pattern(template)) for template in group.templates_with_marks]
        if form.begins:
            variants = [WithPrefix(machine, Pattern(form.begins)) for machine in variants]
        found += variants
    return found


def _make_slip_pattern(template: str) -> str:
    """Make the pattern of a postcode with a misread mark instead of its own."""
    return "".join(r"\d" if symbol == "d" else f"¤[{SLIPS}]" for symbol in template)


@dataclass(frozen=True, slots=True)
class ParsedPostcode:
    """A postcode as its country writes it, its country, and the repairs it took; None where ambiguous."""

    value: str | None
    country: str | None
    repairs: int = 0


def parse_postcode(text: str, country: str | None = None) -> ParsedPostcode | None:
    """Parse a text as a postcode; None where it is none.

    Parameters
    ----------
    text : str
        Text without the words around it.
    country : str | None
        Country of the postcode; None for any.

    Raises
    ------
    SutjaError
        If the country has none, or one with letters.

    >>> parse_postcode("94103-1742")
    ParsedPostcode(value='94103-1742', country='US', repairs=0)
    >>> parse_postcode("1540023", "JP").value, parse_postcode("15 40023", "JP").repairs
    ('154-0023', 1)
    >>> parse_postcode("00123", "DE")
    """
    known, digits = _group_formats(country), keep_digits(text)
    found, repairs = [form for group in known if group.fits(text, digits) for form in group.forms], 0
    if not found and text[:1].isdigit():
        fit = [group for group in known if group.digits.fullmatch(digits)]
        repairs = max(1, len(text) - len(digits))
        if set(text) <= set(DIGITS + MARKS) and repairs <= MAX_REPAIRS:
            found = [form for group in fit for form in group.forms]
        elif (repaired := _SLIP.sub("-", text)) != text:
            layout = re.sub(r"\d", "d", repaired)
            found = [
                form
                for group in fit
                for form in group.forms
                if layout in {template.replace(" ", "-") for template in form.written.values()}
            ]
    if not found:
        return None
    values = {_fill(template, digits) for template in {form.written.get(len(digits)) for form in found}}
    whose = found[0].country if len(found) == 1 else None
    as_written = text if not repairs else None
    return ParsedPostcode(values.pop() if len(values) == 1 else as_written, whose, repairs)
