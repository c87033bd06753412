"""Numbers with a check digit: Luhn, EAN, ISBN and IBAN, as machines that carry a running sum.

The rules are those of the standards: ISO/IEC 7812-1 annex B (Luhn), GS1 General Specifications section 7.9
(EAN-8, UPC-A, EAN-13, GTIN-14: weights 3 and 1 from the right), ISO 2108 (ISBN-10: weights 10 to 1 modulo 11;
ISBN-13 is an EAN that begins with 978 or 979) and ISO 13616 with ISO/IEC 7064 MOD 97-10 (IBAN). They are a
few lines each, and were compared once with python-stdnum, which has them too (docs/kinds.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sutja.charset import DIGITS, LETTER
from sutja.grammar.automata.patterns import Costs, Machine, State

MARKS = " -"  # one of them may stand between two digits
LUHN_LENGTHS = frozenset(range(9, 20))
EAN_LENGTHS = frozenset((8, 12, 13, 14))
# Countries whose IBAN has no letters but the country code: digits behind the two check digits (SWIFT IBAN
# Registry, release 101). Other IBANs cannot be checked, since the reader does not tell letters apart.
IBAN_DIGITS = {
    "AE": 19,
    "AT": 16,
    "BA": 16,
    "BE": 12,
    "BI": 23,
    "CR": 18,
    "CZ": 20,
    "DE": 18,
    "DJ": 23,
    "DK": 14,
    "EE": 16,
    "EG": 25,
    "ES": 20,
    "FI": 14,
    "FO": 14,
    "GL": 14,
    "HR": 17,
    "HU": 24,
    "IL": 19,
    "IS": 22,
    "LT": 16,
    "LY": 21,
    "ME": 18,
    "MN": 16,
    "MR": 23,
    "NO": 11,
    "PL": 24,
    "PT": 21,
    "RS": 18,
    "SD": 14,
    "SE": 20,
    "SI": 15,
    "SK": 20,
    "SO": 19,
    "ST": 21,
    "TL": 19,
    "TN": 20,
    "VA": 18,
    "XK": 16,
}
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # sum of the digits of twice a digit


@dataclass(frozen=True, slots=True)
class Rule:
    """A check digit as a sum that is updated digit by digit.

    Attributes
    ----------
    lengths : frozenset[int]
        Number of digits that such a number may have.
    add : Callable[[State, int, int], State]
        Takes (sums so far, position of the digit, the digit), returns the sums with it.
    holds : Callable[[State, int], bool]
        Takes (sums, number of digits), tells whether the sums of all digits are right.
    initial : State
        The sums before the first digit.
    letter_last : bool
        True where the last position may be a letter, which counts ten.
    letters_first : int
        Number of letters before the digits.
    letters_optional : bool
        True where they may be left out.
    """

    lengths: frozenset[int]
    add: Callable[[State, int, int], State]
    holds: Callable[[State, int], bool]
    initial: State = 0
    letter_last: bool = False
    letters_first: int = 0
    letters_optional: bool = False


def _add_luhn(sums: State, position: int, digit: int) -> State:
    """Update both sums: with the digits at even positions doubled, and with those at odd positions."""
    even, odd = sums
    if position % 2:
        return (even + digit) % 10, (odd + _DOUBLED[digit]) % 10
    return (even + _DOUBLED[digit]) % 10, (odd + digit) % 10


def _add_ean(sums: State, position: int, digit: int) -> State:
    """Update both sums: with the digits at even positions tripled, and with those at odd positions."""
    even, odd = sums
    if position % 2:
        return (even + digit) % 10, (odd + 3 * digit) % 10
    return (even + 3 * digit) % 10, (odd + digit) % 10


def _holds_from_the_right(sums: State, count: int) -> bool:
    """Check the one of the two sums in which the last digit counts once."""
    return bool(sums[0 if count % 2 == 0 else 1] == 0)


def _make_iban_rule(country: str, digits: int) -> Rule:
    """Make the rule of a country's IBAN: rearranged as BBAN, country, check digits it is 1 modulo 97."""
    letters = int("".join(str(ord(letter) - ord("A") + 10) for letter in country))
    weights = [10, 1, *(pow(10, 6 + digits - 1 - i, 97) for i in range(digits))]
    return Rule(
        frozenset([digits + 2]),
        lambda rest, position, digit: (rest + weights[position] * digit) % 97,
        lambda rest, count: rest == 1,
        initial=letters * 100 % 97,
        letters_first=2,
    )


LUHN = Rule(LUHN_LENGTHS, _add_luhn, _holds_from_the_right, initial=(0, 0))
EAN = Rule(EAN_LENGTHS, _add_ean, _holds_from_the_right, initial=(0, 0))
ISBN_10 = Rule(
    frozenset([10]),
    lambda rest, position, digit: (rest + (10 - position) * digit) % 11,
    lambda rest, count: rest == 0,
    letter_last=True,
)
IBANS = {country: _make_iban_rule(country, digits) for country, digits in IBAN_DIGITS.items()}


@dataclass(frozen=True, slots=True)
class CheckMachine:
    """The machine of a rule: digits, single marks between them, and the right sum at the end."""

    rule: Rule

    def begin(self) -> Costs:
        """Start before the letters, or behind them where they are optional."""
        rule = self.rule
        starts = {rule.letters_first, *([0] if rule.letters_optional else [])}
        return [((-letters, rule.initial, False), 0) for letters in starts]

    def step(self, state: State, symbol: str) -> Costs:
        """Follow a character from a state, which is (digits so far, sums, True behind a mark)."""
        count, sums, marked = state
        rule = self.rule
        if count < 0:
            return [((count + 1, sums, False), 0)] if symbol == LETTER else []
        if symbol in MARKS:
            return [((count, sums, True), 0)] if (count or rule.letters_first) and not marked else []
        if symbol == LETTER and rule.letter_last and count + 1 in rule.lengths:
            digit = 10
        elif symbol in DIGITS and count < max(rule.lengths):
            digit = int(symbol)
        else:
            return []
        return [((count + 1, rule.add(sums, count, digit), False), 0)]

    def end(self, state: State) -> int | None:
        """Accept without a repair where the sum is right."""
        count, sums, marked = state
        right = not marked and count in self.rule.lengths and self.rule.holds(sums, count)
        return 0 if right else None


def _accepts(rule: Rule, text: str) -> bool:
    machine: Machine = CheckMachine(rule)
    states = [state for state, _ in machine.begin()]
    for symbol in text:
        states = [there for state in states for there, _ in machine.step(state, symbol)]
    return any(machine.end(state) is not None for state in states)


def list_rules(country: str | None) -> list[tuple[str, str | None, Rule]]:
    """List the rules: the name of the standard, the country of an IBAN, and the rule."""
    ibans = {country: IBANS[country]} if country in IBANS else IBANS
    found = [("luhn", None, LUHN), ("ean", None, EAN), ("isbn", None, ISBN_10)]
    return [*found, *(("iban", code, rule) for code, rule in ibans.items())]


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """A number whose check digit holds; `standard` or `country` is None where it is ambiguous."""

    value: str
    standard: str | None
    country: str | None = None


def parse_checked(text: str, country: str | None = None) -> CheckedNumber | None:
    """Parse a text as a number with a check digit; None where none holds.

    Parameters
    ----------
    text : str
        Text with the letters that belong to it: two before an IBAN, one at the end of an ISBN for its X.
    country : str | None
        Country of the IBAN.

    >>> [parse_checked(text).standard for text in ("4111 1111 1111 1111", "978-3-16-148410-0", "96385074")]
    ['luhn', 'isbn', 'ean']
    >>> parse_checked("□□89 3704 0044 0532 0130 00", "DE")
    CheckedNumber(value='DE89370400440532013000', standard='iban', country='DE')
    >>> parse_checked("4111 1111 1111 1112") is None
    True
    """
    plain = re.sub(f"[{MARKS}]", "", text)
    holding = [(name, code) for name, code, rule in list_rules(country) if _accepts(rule, text)]
    if not holding:
        return None
    names = {name for name, _ in holding}
    if names <= {"ean", "luhn"} and "ean" in names and re.match("97[89]", plain) and len(plain) == 13:
        return CheckedNumber(plain, "isbn")
    if names == {"iban"}:
        if len(holding) > 1:
            return CheckedNumber(plain.lstrip(LETTER), "iban")
        [(_, code)] = holding
        return CheckedNumber(f"{code}{plain.lstrip(LETTER)}", "iban", code)
    value = plain.replace(LETTER, "X")
    return CheckedNumber(value, names.pop() if len(names) == 1 else None)


# Groupings in which hardly anything else is printed.
_BY_FOURS = re.compile(r"[2-6]\d{3}( |-)\d{4}\1\d{4}\1\d{4}|3[47]\d\d( |-)\d{6}\2\d{5}")  # cards
_BAR_CODE = re.compile(r"\d ?\d{6} ?\d{6}|\d{4} \d{4}")
_BOOK = re.compile(r"97[89]-?(?:\d+-?){2,9}\d|\d{1,5}-\d{1,7}-\d{1,7}-\d")


def parse_plainly_checked(text: str) -> CheckedNumber | None:
    """Parse a number with a check digit that is also grouped like one: one in ten numbers passes by chance.

    >>> parse_plainly_checked("4111 1111 1111 1111").standard, parse_plainly_checked("4111111111111111")
    ('luhn', None)
    """
    plain = re.sub(f"[{MARKS}]", "", text)
    if (
        _BOOK.fullmatch(text)
        and len(plain) in (10, 13)
        and _accepts(EAN if len(plain) == 13 else ISBN_10, text)
    ):
        return CheckedNumber(plain, "isbn")
    if _BY_FOURS.fullmatch(text) and _accepts(LUHN, text):
        return CheckedNumber(plain, "luhn")
    if _BAR_CODE.fullmatch(text) and " " in text and _accepts(EAN, text):
        return CheckedNumber(plain, "ean")
    return None
