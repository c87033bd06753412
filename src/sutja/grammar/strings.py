"""The string rules of the transcriber's answers.

`trim` gives what is shown of a text, `keep_digits` what is compared, `canonicalise` what distinguishes one
number from another; `is_number` tells whether it is a number at all.
"""

from __future__ import annotations

import re

from sutja.charset import DIGITS, LETTER, SPACE

_SIGNS = re.compile(rf"[^{DIGITS}{LETTER}]+")
_PARTED_DIGITS = re.compile(rf"(?<=[{DIGITS}]){SPACE}(?=[{DIGITS}])")

# Words beside a number, with the marks that separate them from it: "No. 5", "Total: 23", "89 kWh".
_MARKS = re.escape(".,:/-")
_WORDS_BEFORE = re.compile(rf"[{LETTER}{SPACE}{_MARKS}]*{LETTER}[{_MARKS}]*")
_WORDS_BEHIND = re.compile(rf"{LETTER}[{LETTER}{SPACE}{_MARKS}]*$")
# A single digit may be a letter of the words beside it: it counts beside one short word ("kg 7", "4 EUR").
_BESIDE_WORDS = re.compile(rf"(?:{LETTER}+ )*\d\d+(?: {LETTER}+)*|{LETTER}{{1,3}} \d|\d {LETTER}{{1,3}}")


def keep_digits(text: str) -> str:
    """Keep the digits of a text alone, leading zeros included.

    >>> keep_digits("$ 01,234.50")
    '0123450'
    """
    return "".join(filter(DIGITS.__contains__, text))


def locate_number(text: str) -> slice:
    """Locate the number in a text, without the words beside it, their marks, and the spaces around it."""
    before, behind = _WORDS_BEFORE.match(text), _WORDS_BEHIND.search(text)
    start, stop = before.end() if before else 0, behind.start() if behind else len(text)
    if start >= stop:
        return slice(0, 0)
    inner = text[start:stop]
    return slice(start + len(inner) - len(inner.lstrip(SPACE)), stop - len(inner) + len(inner.rstrip(SPACE)))


def trim(text: str) -> str:
    """Remove the words and spaces around the number.

    >>> trim("□□. 12.50 □"), trim("□□: -7"), trim("500/-□□□□")
    ('12.50', '-7', '500/-')
    """
    return text[locate_number(text)] if LETTER in text else text.strip(SPACE)


def canonicalise(text: str) -> str:
    """Reduce a text to what decides which number it is, and whether it is one: digits, letters, and gaps.

    >>> canonicalise("$ 1,2□3.-"), canonicalise("□□□: 1.234")
    (' 12□3 ', '□□□ 1234')
    """
    return _PARTED_DIGITS.sub("", _SIGNS.sub(SPACE, text))


def is_number(text: str) -> bool:
    """Tell whether a text, as the network wrote it, is a number.

    It has a digit, and no more letters than digits, or its letters stand apart in words beside one number. A
    single digit beside long words might be one of their letters.

    >>> is_number("□□□□□ 23"), is_number("□□□ 1 □□□"), is_number("□□1□")
    (True, False, False)
    """
    digits = len(keep_digits(text))
    if not digits or text.count(LETTER) <= digits:
        return digits > 0
    return _BESIDE_WORDS.fullmatch(canonicalise(text).strip(SPACE)) is not None
