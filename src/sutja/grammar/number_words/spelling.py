"""Digits to English words: as a whole number, digit by digit, or in pairs."""

from __future__ import annotations

import re

from sutja.grammar.number_words.vocabulary import (
    DIGIT_VALUES,
    ORDINAL_HUNDRED,
    ORDINAL_TEENS,
    ORDINAL_TENS,
    ORDINAL_UNITS,
    SCALES,
    TEENS,
    TENS,
    UNITS,
)

MAX_CARDINAL = 999_999_999_999_999


def spell_cardinal(number: int, conjunction: str = "and") -> str:
    """Spell a whole number.

    Parameters
    ----------
    number : int
        From 0 to `MAX_CARDINAL`.
    conjunction : str
        The word between hundreds and the rest: "and", or "" as in America.

    Raises
    ------
    ValueError
        If the number is too large, or negative.

    >>> spell_cardinal(121_506), spell_cardinal(2021, conjunction="")
    ('one hundred and twenty-one thousand five hundred and six', 'two thousand twenty-one')
    >>> spell_cardinal(2_000_300_001)
    'two billion three hundred thousand and one'
    """
    if not 0 <= number <= MAX_CARDINAL:
        raise ValueError(f"{number} is not from 0 to {MAX_CARDINAL}")
    if number < 1000:
        return _spell_below_1000(number, conjunction)
    words = []
    for power, scale in reversed(list(enumerate(SCALES, start=1))):
        count, number = divmod(number, 1000**power)
        if count:
            words += [_spell_below_1000(count, conjunction), scale]
    if number:
        words += [conjunction] if number < 100 and conjunction else []
        words.append(_spell_below_1000(number, conjunction))
    return " ".join(words)


def spell_ordinal(number: int, conjunction: str = "and") -> str:
    """Spell a rank.

    Parameters
    ----------
    number : int
        From 1 to 100, or a larger one that does not end in 00.
    conjunction : str
        As for `spell_cardinal`.

    Raises
    ------
    ValueError
        If there is no word for it here.

    >>> spell_ordinal(21), spell_ordinal(1912, conjunction=""), spell_ordinal(100)
    ('twenty-first', 'one thousand nine hundred twelfth', 'hundredth')
    """
    head, rest = divmod(number, 100)
    if number < 1 or (not rest and number != 100):
        raise ValueError(f"there is no word here for number {number} in a row")
    if number == 100:
        return ORDINAL_HUNDRED
    tens, unit = divmod(rest, 10)
    if rest < 10:
        last = ORDINAL_UNITS[rest - 1]
    elif rest < 20:
        last = ORDINAL_TEENS[rest - 10]
    else:
        last = f"{TENS[tens - 2]}-{ORDINAL_UNITS[unit - 1]}" if unit else ORDINAL_TENS[tens - 2]
    if not head:
        return last
    return " ".join([spell_cardinal(100 * head, conjunction), *([conjunction] if conjunction else []), last])


def _spell_below_1000(number: int, conjunction: str) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _spell_below_100(rest)
    words = [UNITS[hundreds], "hundred"]
    if rest:
        words += [conjunction] if conjunction else []
        words.append(_spell_below_100(rest))
    return " ".join(words)


def _spell_below_100(number: int) -> str:
    if number < 10:
        return UNITS[number]
    if number < 20:
        return TEENS[number - 10]
    ten = TENS[number // 10 - 2]
    return f"{ten}-{UNITS[number % 10]}" if number % 10 else ten


def spell_digits(digits: str, zero: str = "oh", repeats: bool = True) -> str:
    """Spell digits one by one.

    Parameters
    ----------
    digits : str
        At least one digit.
    zero : str
        The word for 0: "oh", "zero", "o", "nought".
    repeats : bool
        Say "double five" for 55 and "triple five" for 555.

    Raises
    ------
    ValueError
        If there is anything but digits, or the word is no word for 0.

    >>> spell_digits("0551"), spell_digits("00", zero="zero", repeats=False)
    ('oh double five one', 'zero zero')
    """
    _check_digits(digits)
    if DIGIT_VALUES.get(zero) != 0:
        raise ValueError(f"{zero!r} is no word for 0")
    words = []
    for run in re.finditer(r"(\d)\1{0,2}" if repeats else r"(\d)", digits):
        word = zero if run[1] == "0" else UNITS[int(run[1])]
        words.append({1: word, 2: f"double {word}", 3: f"triple {word}"}[len(run[0])])
    return " ".join(words)


def spell_pairs(digits: str) -> str:
    """Spell digits two by two, as years and long numbers are said; an odd one out comes first.

    Raises
    ------
    ValueError
        If there is anything but digits.

    >>> spell_pairs("1984"), spell_pairs("12005")
    ('nineteen eighty-four', 'one twenty oh five')
    """
    _check_digits(digits)
    first = len(digits) % 2
    words = [spell_digits(digits[:first])] if first else []
    for i in range(first, len(digits), 2):
        pair = digits[i : i + 2]
        words.append(spell_digits(pair, repeats=False) if pair[0] == "0" else _spell_below_100(int(pair)))
    return " ".join(words)


def _check_digits(digits: str) -> None:
    if not re.fullmatch("[0-9]+", digits):
        raise ValueError(f"{digits!r:.40} is not a string of digits")
