"""What a number may look like, and what it is worth when there is no doubt.

One string rule each: `digits_of` what is compared, `trim` what is shown, `core` what decides, `is_number`
whether it is a number at all, `value_of` what it is worth, `kind_of` what sort of number it is.
"""

from __future__ import annotations

import re

from sutja.charset import DIGITS, LETTER, SPACE

_SIGNS = re.compile(rf"[^{DIGITS}{LETTER}]+")
_PARTED_DIGITS = re.compile(rf"(?<=[{DIGITS}]){SPACE}(?=[{DIGITS}])")

CURRENCY = "$€£₹¥"

# Fillers and signs that stand around an amount without changing it: stars and hashes against forgery, the
# currency.
_AROUND = CURRENCY + "#*" + SPACE
_NO_CENTS = re.compile(r"(?:/-|\.-|,-)=?$")  # "500/-" in India, "500.-" in Switzerland, "500,-" in Germany

# Words beside a number, with the marks that part them from it: "No. 5", "Total: 23", "89 kWh".
_MARKS = re.escape(".,:/-")
_WORDS_BEFORE = re.compile(rf"[{LETTER}{SPACE}{_MARKS}]*{LETTER}[{_MARKS}]*")
_WORDS_BEHIND = re.compile(rf"{LETTER}[{LETTER}{SPACE}{_MARKS}]*$")
# A single digit may be a letter of the words beside it: it counts beside one short word ("kg 7", "4 EUR").
_BESIDE_WORDS = re.compile(rf"(?:{LETTER}+ )*\d\d+(?: {LETTER}+)*|{LETTER}{{1,3}} \d|\d {LETTER}{{1,3}}")

_PLAIN = re.compile(r"\d+")
_WITH_CENTS = re.compile(r"(\d+)[.,](\d\d)")
# By threes (1,234,567) or in the Indian way (12,34,567); \1 keeps the mark the same throughout.
_BY_THREES = r"[1-9]\d{0,2}(?:(?P<three>[.,' ])\d{3})(?:(?P=three)\d{3})*"
_INDIAN = r"[1-9]\d?(?:(?P<two>[,])\d\d)(?:(?P=two)\d\d)*(?P=two)\d{3}"
_GROUPED = re.compile(rf"(?P<whole>{_BY_THREES}|{_INDIAN})(?:(?P<mark>[.,])(?P<cents>\d\d))?")


def digits_of(text: str) -> str:
    """The digits of `text` alone, leading zeros kept.

    >>> digits_of("$ 01,234.50")
    '0123450'
    """
    return "".join(filter(DIGITS.__contains__, text))


def own_part(text: str) -> slice:
    """Where the number is in `text`: not the words beside it, their marks, nor the spaces around it."""
    before, behind = _WORDS_BEFORE.match(text), _WORDS_BEHIND.search(text)
    start, stop = before.end() if before else 0, behind.start() if behind else len(text)
    if start >= stop:
        return slice(0, 0)
    inner = text[start:stop]
    return slice(start + len(inner) - len(inner.lstrip(SPACE)), stop - len(inner) + len(inner.rstrip(SPACE)))


def trim(text: str) -> str:
    """`text` without the words and spaces around the number.

    >>> trim("□□. 12.50 □"), trim("□□: -7"), trim("500/-□□□□")
    ('12.50', '-7', '500/-')
    """
    return text[own_part(text)]


def core(text: str) -> str:
    """What decides which number `text` is, and whether it is one: digits, letters, and what parts the two.

    >>> core("$ 1,2□3.-"), core("□□□: 1.234")
    (' 12□3 ', '□□□ 1234')
    """
    return _PARTED_DIGITS.sub("", _SIGNS.sub(SPACE, text))


def is_number(text: str) -> bool:
    """Whether `text`, as the network wrote it, is a number.

    It has a digit, and no more letters than digits, or its letters stand apart in words beside one number. A
    single digit beside long words might be one of their letters.

    >>> is_number("□□□□□ 23"), is_number("□□□ 1 □□□"), is_number("□□1□")
    (True, False, False)
    """
    digits = len(digits_of(text))
    if not digits or text.count(LETTER) <= digits:
        return digits > 0
    return _BESIDE_WORDS.fullmatch(core(text).strip(SPACE)) is not None


def kind_of(text: str) -> str:
    """The sort of number: "amount" with a currency sign, cents or a sign for no cents, else "number"."""
    if any(sign in text for sign in CURRENCY) or _NO_CENTS.search(text.strip(_AROUND)):
        return "amount"
    value = value_of(text)
    return "amount" if value is not None and "." in value else "number"


def value_of(text: str) -> str | None:
    """The value of `text` as a decimal string where only one reading is sensible, else None.

    Taken as plain: digits alone ("007" stays "007": it may be a code); one decimal mark with exactly two
    decimals; groups of three, or Indian groups, with one and the same mark throughout, with or without two
    decimals after the other mark. A single mark with three digits behind it ("1.234") is one thousand to some
    and one and a bit to others: None, unless a sign for "no cents" ("1,234/-") settles it. So is everything
    with other signs in it.

    >>> value_of("$ 1.234,50"), value_of("1,00,000/-"), value_of("1,234"), value_of("12-3")
    ('1234.50', '100000', None, None)
    """
    core = text.strip(_AROUND)
    whole = _NO_CENTS.sub("", core)
    no_cents = whole != core
    if _PLAIN.fullmatch(whole):
        return whole
    if match := _WITH_CENTS.fullmatch(whole):
        return None if no_cents else f"{match[1]}.{match[2]}"
    if match := _GROUPED.fullmatch(whole):
        return _grouped_value(match, no_cents)
    return None


def _grouped_value(match: re.Match[str], no_cents: bool) -> str | None:
    """The value of a grouped number, or None where its marks leave a doubt."""
    group_mark = match["three"] or match["two"]
    digits = digits_of(match["whole"])
    if match["cents"] is not None:
        clear = match["mark"] != group_mark and not no_cents
        return f"{digits}.{match['cents']}" if clear else None
    one_mark = match["whole"].count(group_mark) == 1
    if one_mark and group_mark in ".," and not no_cents:
        return None
    return digits
