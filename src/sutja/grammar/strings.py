"""The string rules of the transcriber's answers: where the number is, what is shown of it, and what decides.

`digits_of` what is compared, `trim` what is shown, `core` what decides, `is_number` whether it is a number at
all.
"""

from __future__ import annotations

import re

from sutja.charset import DIGITS, LETTER, SPACE

_SIGNS = re.compile(rf"[^{DIGITS}{LETTER}]+")
_PARTED_DIGITS = re.compile(rf"(?<=[{DIGITS}]){SPACE}(?=[{DIGITS}])")

# Words beside a number, with the marks that part them from it: "No. 5", "Total: 23", "89 kWh".
_MARKS = re.escape(".,:/-")
_WORDS_BEFORE = re.compile(rf"[{LETTER}{SPACE}{_MARKS}]*{LETTER}[{_MARKS}]*")
_WORDS_BEHIND = re.compile(rf"{LETTER}[{LETTER}{SPACE}{_MARKS}]*$")
# A single digit may be a letter of the words beside it: it counts beside one short word ("kg 7", "4 EUR").
_BESIDE_WORDS = re.compile(rf"(?:{LETTER}+ )*\d\d+(?: {LETTER}+)*|{LETTER}{{1,3}} \d|\d {LETTER}{{1,3}}")


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
