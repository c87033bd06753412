"""The kinds of number: what a text is as one of them, and the automaton that says so while it is decoded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from sutja.errors import SutjaError
from sutja.grammar import amounts, checks, dates, numbers, postcodes
from sutja.grammar.automaton import Automaton, beside_words
from sutja.grammar.conventions import check_country
from sutja.grammar.patterns import Machine, Pattern
from sutja.grammar.strings import trim

Kind: TypeAlias = Literal["auto", "number", "amount", "postcode", "date", "check"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# What a repair leaves of a probability: a mark that is out of place says a little against the kind, and
# nothing against the digits.
REPAIR = 0.97
MOST_REPAIRS = 3
_MOST_STATES = 20_000  # of an automaton; one that has grown beyond is built anew


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text is as one of the kinds.

    Attributes
    ----------
    kind : str
        One of `KINDS`, but not "auto".
    value : str | None
        A decimal string of a number or an amount, ISO 8601 of a date, the postcode as its country writes it,
        the bare number of one with a check digit; None where two readings are sensible.
    country : str | None
        Whose postcode or IBAN it is, ISO 3166 in two letters, where only one country's will do.
    standard : str | None
        Whose check digit holds.
    repairs : int
        Marks that are missing, superfluous or not the right ones. Digits are never repaired.
    """

    kind: str
    value: str | None
    country: str | None = None
    standard: str | None = None
    repairs: int = 0


class Grammar:
    """One kind, as written in one country or anywhere: made by `grammar_for`."""

    def __init__(
        self, kind: str, country: str | None, machines: list[Machine], parse: Callable[[str], Typed | None]
    ) -> None:
        self.kind, self.country = kind, country
        self._machines = [beside_words(machine) for machine in machines]
        self._parse = parse
        self._automaton = Automaton(self._machines, MOST_REPAIRS)

    @property
    def automaton(self) -> Automaton:
        """What accepts every text that `parse` knows, words around it and all, and hardly any other."""
        if len(self._automaton) > _MOST_STATES:
            self._automaton = Automaton(self._machines, MOST_REPAIRS)
        return self._automaton

    def parse(self, text: str) -> Typed | None:
        """What `text`, with the words around it, is as this kind; None where it is none."""
        typed = self._parse(text)
        return typed if typed is not None and typed.repairs <= MOST_REPAIRS else None


def _number(text: str, country: str | None) -> Typed | None:
    found = numbers.number(trim(text), country)
    return Typed("number", found.value, repairs=found.repairs) if found else None


def _amount(text: str, country: str | None) -> Typed | None:
    found = amounts.amount(trim(text), country)
    return Typed("amount", found.value, repairs=found.repairs) if found else None


def _postcode(text: str, country: str | None) -> Typed | None:
    found = postcodes.postcode(trim(text), country)
    return Typed("postcode", found.value, found.country, repairs=found.repairs) if found else None


def _date(text: str, country: str | None) -> Typed | None:
    found = dates.day(trim(text), country)
    return Typed("date", found.value, repairs=found.repairs) if found else None


# A number with the letters next to it that may be its own: an IBAN's country, the X of an ISBN.
_BESIDE = r"(?:[□ .,:/\-]*□[.,:/\-]*)? *", r" *(?:□[□ .,:/\-]*)?"
_IBAN = re.compile(r"(□□[ -]?\d[\d -]*\d)".join(_BESIDE))
_ISBN = re.compile(r"(\d[\d -]*□)".join(_BESIDE))


def _check(text: str, country: str | None) -> Typed | None:
    for shape in (_IBAN, _ISBN):
        match = shape.fullmatch(text)
        found = checks.check(match[1], country) if match else None
        if found is not None:
            return Typed("check", found.value, found.country, found.standard)
    found = checks.check(trim(text), country)
    return Typed("check", found.value, found.country, found.standard) if found else None


_PARSERS: dict[str, Callable[[str, str | None], Typed | None]] = {
    "number": _number,
    "amount": _amount,
    "postcode": _postcode,
    "date": _date,
    "check": _check,
}


def _machines(kind: str, country: str | None) -> list[Machine]:
    if kind == "number":
        return [Pattern(pattern) for pattern in numbers.patterns()]
    if kind == "amount":
        return [Pattern(amounts.pattern())]
    if kind == "postcode":
        return postcodes.machines(country)
    if kind == "date":
        return [Pattern(pattern) for pattern in dates.patterns(country)]
    return [checks.Checked(rule) for _, _, rule in checks.rules(country)]


def grammar_for(kind: str, country: str | None = None) -> Grammar | None:
    """The grammar of a kind; None for "auto", which takes every number as it is written.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    country : str | None
        ISO 3166 in two letters: whose postcodes, whose order of dates, whose decimal mark, whose IBAN.

    Raises
    ------
    SutjaError
        If there is no such kind, no such country, or the country's postcodes cannot be read.
    """
    if kind not in KINDS:
        raise SutjaError(
            f"{kind!r:.40} is no kind of number", where="kind", remedy=f"choose one of {', '.join(KINDS)}"
        )
    country = check_country(country)
    return None if kind == "auto" else _grammar(kind, country)


@lru_cache(maxsize=64)
def _grammar(kind: str, country: str | None) -> Grammar:
    parser = _PARSERS[kind]
    return Grammar(kind, country, _machines(kind, country), lambda text: parser(text, country))


def typed(text: str, country: str | None = None) -> Typed:
    """What a number is when nobody said: a kind where it fits that one only, else a plain number.

    Parameters
    ----------
    text : str
        As it was read, words around it and all.
    country : str | None
        Whose ways of writing settle what is open.

    >>> typed("12/03/2024", "DE").value, typed("94103-1742").country
    ('2024-03-12', 'US')
    >>> typed("12345").kind, typed("12.50").kind, typed("978-3-16-148410-0").standard
    ('number', 'amount', 'isbn')
    """
    own = trim(text)
    if len(own) >= _SHORTEST:  # most numbers are neither
        if dates.is_plainly_a_date(own):
            found = dates.day(own, country)
            if found is not None and found.repairs == 0:
                return Typed("date", found.value)
        checked = checks.plainly_checked(own) if len(own) >= _SHORTEST_CHECKED else None
        if checked is not None:
            return Typed("check", checked.value, checked.country, checked.standard)
        code = _plain_postcode(own, country)
        if code is not None:
            return code
    value = amounts.value_of(own, country)
    return Typed("amount" if amounts.looks_like_an_amount(own) else "number", value)


_SHORTEST, _SHORTEST_CHECKED = 6, 8  # "1.1.24", "4006 381": what is shorter is no date, and has no check


def _plain_postcode(text: str, country: str | None) -> Typed | None:
    """A postcode that its mark tells from a plain number: of eight digits, or of a known country."""
    digits, mark, behind = text.partition("-")
    if not (mark and digits.isdigit() and behind.isdigit()):
        return None
    if country is None and len(digits) + len(behind) < 8:
        return None
    if country is not None and country not in postcodes.table():
        return None
    found = postcodes.postcode(text, country)
    if found is None or found.repairs or found.country is None:
        return None
    return Typed("postcode", found.value, found.country)


def kind_of(text: str) -> str:
    """The kind of a number when nobody said: see `typed`."""
    return typed(text).kind
