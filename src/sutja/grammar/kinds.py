"""The kinds of number: parsers of texts, and the automata that accept the same texts during decoding."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from sutja.errors import SutjaError
from sutja.grammar import amounts, checks, dates, fractions, numbers, postcodes
from sutja.grammar.automata.automaton import Automaton, allow_words
from sutja.grammar.automata.patterns import Machine, Pattern
from sutja.grammar.conventions import COMMA, POINT, check_country, find_decimal_mark
from sutja.grammar.month_names import parse_written_date
from sutja.grammar.serials import parse_serial
from sutja.grammar.signs import CURRENCIES, find_signs, strip_signs
from sutja.grammar.strings import keep_digits, trim

Kind: TypeAlias = Literal["auto", "number", "amount", "postcode", "date", "check"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Factor on a probability for each repair: a misplaced mark says a little against the kind, and nothing
# against the digits.
REPAIR = 0.97
MAX_REPAIRS = 3
_MAX_STATES = 20_000  # of an automaton; one that has grown larger is built anew


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number of one of the kinds.

    Attributes
    ----------
    kind : str
        One of `KINDS` except "auto".
    value : str | None
        A decimal string of a number or an amount, ISO 8601 of a date, the postcode as its country writes it,
        the bare number of one with a check digit; None where it is ambiguous.
    country : str | None
        Country of a postcode or IBAN, ISO 3166 in two letters, where only one fits.
    standard : str | None
        Standard whose check digit holds.
    repairs : int
        Number of marks that are missing, superfluous or wrong. Digits are never repaired.
    """

    kind: str
    value: str | None
    country: str | None = None
    standard: str | None = None
    repairs: int = 0


class Grammar:
    """The grammar of one kind in one country or anywhere; made by `make_grammar`."""

    def __init__(
        self,
        kind: str,
        country: str | None,
        machines: list[Machine],
        parse: Callable[[str], TypedNumber | None],
    ) -> None:
        self.kind, self.country = kind, country
        self._machines = [allow_words(machine) for machine in machines]
        self._parse = parse
        self._automaton = Automaton(self._machines, MAX_REPAIRS)

    @property
    def automaton(self) -> Automaton:
        """The automaton of the texts that `parse` accepts, words around them included, and few others."""
        if len(self._automaton) > _MAX_STATES:
            self._automaton = Automaton(self._machines, MAX_REPAIRS)
        return self._automaton

    def parse(self, text: str) -> TypedNumber | None:
        """Parse a text, with the words around the number, as this kind; None where it is none."""
        typed = self._parse(text)
        return typed if typed is not None and typed.repairs <= MAX_REPAIRS else None


def _parse_number(text: str, country: str | None) -> TypedNumber | None:
    found = numbers.parse_number(trim(text), country)
    return TypedNumber("number", found.value, repairs=found.repairs) if found else None


def _parse_amount(text: str, country: str | None) -> TypedNumber | None:
    found = amounts.parse_amount(trim(text), country)
    return TypedNumber("amount", found.value, repairs=found.repairs) if found else None


def _parse_postcode(text: str, country: str | None) -> TypedNumber | None:
    found = postcodes.parse_postcode(trim(text), country)
    return TypedNumber("postcode", found.value, found.country, repairs=found.repairs) if found else None


def _parse_date(text: str, country: str | None) -> TypedNumber | None:
    found = dates.parse_date(trim(text), country)
    return TypedNumber("date", found.value, repairs=found.repairs) if found else None


# A number with letters next to it that may belong to it: the country of an IBAN, the X of an ISBN.
_BESIDE = r"(?:[□ .,:/\-]*□[.,:/\-]*)? *", r" *(?:□[□ .,:/\-]*)?"
_IBAN = re.compile(r"(□□[ -]?\d[\d -]*\d)".join(_BESIDE))
_ISBN = re.compile(r"(\d[\d -]*□)".join(_BESIDE))


def _parse_checked(text: str, country: str | None) -> TypedNumber | None:
    for shape in (_IBAN, _ISBN):
        match = shape.fullmatch(text)
        found = checks.parse_checked(match[1], country) if match else None
        if found is not None:
            return TypedNumber("check", found.value, found.country, found.standard)
    found = checks.parse_checked(trim(text), country)
    return TypedNumber("check", found.value, found.country, found.standard) if found else None


_PARSERS: dict[str, Callable[[str, str | None], TypedNumber | None]] = {
    "number": _parse_number,
    "amount": _parse_amount,
    "postcode": _parse_postcode,
    "date": _parse_date,
    "check": _parse_checked,
}


def _make_machines(kind: str, country: str | None) -> list[Machine]:
    if kind == "number":
        return [Pattern(pattern) for pattern in numbers.make_patterns()]
    if kind == "amount":
        return [Pattern(amounts.make_pattern())]
    if kind == "postcode":
        return postcodes.make_machines(country)
    if kind == "date":
        return [Pattern(pattern) for pattern in dates.make_patterns(country)]
    return [checks.CheckMachine(rule) for _, _, rule in checks.list_rules(country)]


def make_grammar(kind: str, country: str | None = None) -> Grammar | None:
    """Make the grammar of a kind; None for "auto", which accepts every number as it is written.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    country : str | None
        Country of postcodes and IBANs, order of dates and decimal mark, as ISO 3166 in two letters.

    Raises
    ------
    SutjaError
        If there is no such kind or country, or the country's postcodes have letters.
    """
    if kind not in KINDS:
        raise SutjaError(
            f"{kind!r:.40} is no kind of number", where="kind", remedy=f"choose one of {', '.join(KINDS)}"
        )
    country = check_country(country)
    return None if kind == "auto" else _make_cached_grammar(kind, country)


@lru_cache(maxsize=64)
def _make_cached_grammar(kind: str, country: str | None) -> Grammar:
    parser = _PARSERS[kind]
    return Grammar(kind, country, _make_machines(kind, country), lambda text: parser(text, country))


@lru_cache(maxsize=64)
def make_digit_grammar(least: int, most: int) -> Grammar:
    """Make the grammar of digits alone, a given number of them, with at most a gap between two.

    Parameters
    ----------
    least, most : int
        Number of digits, 1 or more.

    >>> make_digit_grammar(3, 3).parse("1 23").value, make_digit_grammar(2, 4).parse("7")
    ('123', None)
    """

    def parse(text: str) -> TypedNumber | None:
        digits = keep_digits(text)
        fits = least <= len(digits) <= most and re.fullmatch(r"\d(?: ?\d)*", trim(text))
        return TypedNumber("number", digits) if fits else None

    pattern = r"\d" + r" ?\d" * (least - 1) + r"(?: ?\d)?" * (most - least)
    return Grammar("number", None, [Pattern(pattern)], parse)


def infer_kind(text: str, country: str | None = None) -> TypedNumber:
    """Infer the kind of a number: one that alone fits, else a plain number.

    Parameters
    ----------
    text : str
        The text as it was read, with the words around the number.
    country : str | None
        Country whose way of writing resolves what is ambiguous.

    >>> infer_kind("12/03/2024", "DE").value, infer_kind("94103-1742").country
    ('2024-03-12', 'US')
    >>> infer_kind("-12.5").value, infer_kind("7.42 %").value, infer_kind("<0.01").value
    ('-12.5', '7.42', '0.01')
    >>> infer_kind("5. März 2024").value, infer_kind("GB82 WEST 1234 5698 7654 32").standard
    ('2024-03-05', 'iban')
    >>> infer_kind("12345").kind, infer_kind("12.50").kind, infer_kind("978-3-16-148410-0").standard
    ('number', 'amount', 'isbn')
    """
    if len(text) >= _MIN_LENGTH and any(map(str.isalpha, text)):
        named = _parse_lettered(text)
        if named is not None:
            return named
    return _infer_kind(trim(text), country)


@lru_cache(maxsize=4096)  # one number is asked about several times, in the same few texts
def _infer_kind(own: str, country: str | None) -> TypedNumber:
    """Infer the kind of a number without words around it."""
    if len(own) >= _MIN_LENGTH:  # most numbers are shorter
        if dates.is_plainly_a_date(own):
            found = dates.parse_date(own, country)
            if found is not None and found.repairs == 0:
                return TypedNumber("date", found.value)
        checked = checks.parse_plainly_checked(own) if len(own) >= _MIN_CHECKED else None
        if checked is not None:
            return TypedNumber("check", checked.value, checked.country, checked.standard)
        code = _parse_plain_postcode(own, country)
        if code is not None:
            return code
    signs, body = find_signs(own), strip_signs(own)
    value = amounts.parse_value(body, country)
    if value is None:
        value = fractions.parse_mixed(body)
    if value is None and _LAKHS.fullmatch(body) and find_decimal_mark(country) != COMMA:
        # A comma was forgotten, or it is the decimal mark: only a country tells.
        amount = amounts.parse_amount(own, country) if find_decimal_mark(country) == POINT else None
        value = amount.value if amount is not None else None
    elif value is None and _DECIMALS.fullmatch(body):
        decimal = numbers.parse_number(body, country)
        value = decimal.value if decimal is not None and decimal.repairs == 0 else None
    if value is None and own.rstrip("-=").endswith("/"):  # a stroke for "no cents": an amount, if odd groups
        amount = amounts.parse_amount(own, country)
        value = amount.value if amount is not None else None
    money = amounts.is_plainly_an_amount(body) and (signs.unit is None or signs.unit in CURRENCIES)
    minus = "-" if signs.sign == "-" and value is not None else ""
    return TypedNumber("amount" if money else "number", None if value is None else minus + value)


_LAKHS = re.compile(r"[1-9]\d?,\d{5}")
_DECIMALS = re.compile(r"\d{1,3}[.,]\d{3,}")  # longer ones may be a date that lost a mark
_MIN_LENGTH, _MIN_CHECKED = 6, 8  # characters of a date ("1.1.24") and of a number with a check digit


def _parse_lettered(text: str) -> TypedNumber | None:
    """Parse a number that letters belong to: a date with a month's name, a serial with its check digit."""
    day = parse_written_date(text)
    if day is not None:
        return TypedNumber("date", day)
    serial = parse_serial(text)
    if serial.standard is None:
        return None
    return TypedNumber("check", serial.value, serial.country, serial.standard)


def _parse_plain_postcode(text: str, country: str | None) -> TypedNumber | None:
    """Parse a postcode that its mark tells from a plain number: of eight digits, or of a known country."""
    digits, mark, behind = text.partition("-")
    if not (mark and digits.isdigit() and behind.isdigit()):
        return None
    if country is None and len(digits) + len(behind) < 8:
        return None
    if country is not None and country not in postcodes.load_table():
        return None
    found = postcodes.parse_postcode(text, country)
    if found is None or found.repairs or found.country is None:
        return None
    return TypedNumber("postcode", found.value, found.country)
