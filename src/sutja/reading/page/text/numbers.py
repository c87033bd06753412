"""Numbers among the words of a page: which words hold one, and where.

"No. 12," holds 12 and "RM9.00" 9.00; "H2O" and "A4B7" hold none. Digits that stand one by one, as in the
boxes of a form, are one number, and so are groups of a telephone number or an account, and a day, a month's
name and a year (`sutja.reading.page.text.groups`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from sutja.charset import DIGITS, SEPARATORS
from sutja.grammar import keep_digits
from sutja.reading.character_boxes import enclose
from sutja.reading.page.text.groups import find_core, find_group
from sutja.reading.page.text.lines import Word
from sutja.types import Box

# Letters and marks before a number and behind it, which do not belong to it.
_BEFORE = re.compile(r"[^\W\d_]+[.:#]?(?=[\d$€£₹¥+-])|[^\w\s+\-#$€£₹¥.(]+|[:.](?=\D)")
_BEHIND = re.compile(r"(?<=[\d%])-?[^\W\d_]{1,3}[.,:;]?$|(?:(?<=\d)|(?<=[%)/-]))[^\w\s%)/\-]+$")
_HYPHEN = re.compile(r"[^\W\d_]-(?![\d,]*[.,]\d\d\b)\d{2,}\S*")  # between letters and a serial number
_NUMBER = re.compile(rf"[{re.escape(SEPARATORS)}]*[{DIGITS}][{DIGITS}{re.escape(SEPARATORS)}]*")
_LOOK_ALIKE = ("l", "I", "O", "o", "S", "B", "Z")  # that may be a digit of the number behind
_MAX_GAP, _MAX_GAP_GROUPS = 2.2, 0.6  # times the height: between digits one by one, and groups of three
_GROUPS, _NEXT_GROUP = re.compile(r"\D?\d{1,3}( \d{3})*"), re.compile(r"\d{3}([.,]\d+)?")
_STROKE = re.compile(
    r"([^\w\s]?\d{1,3}(?:[,/ ]\d{2,3})*[,/]\d{3})1([-=]{0,2})"
)  # a last group of four, ending in 1
_HUNDREDTHS = re.compile(r"(\D{0,3}\d[\d,.]* \d\d)1(100)")  # cents behind a gap, as cheques have them
_LIKE = str.maketrans({"—": "-", "–": "-", "−": "-", "·": ".", "×": "*", "’": "'", "‘": "'"})


@dataclass(frozen=True, slots=True)
class NumberWord:
    """A number that a word, or several, hold.

    Attributes
    ----------
    text : str
        Text of the number, in characters of `sutja.charset`, and letters of an account or a month's name.
    confidences : tuple[float, ...]
        Probability of each character.
    boxes : tuple[Box, ...]
        Box of each character on the page.
    region : int
        Region of text that it stands in.
    """

    text: str
    confidences: tuple[float, ...]
    boxes: tuple[Box, ...]
    region: int

    @property
    def digits(self) -> str:
        """Digits of the text."""
        return keep_digits(self.text)

    @property
    def is_lettered(self) -> bool:
        """True if letters belong to it: those of a month or of an account."""
        return any(map(str.isalpha, self.text))

    @property
    def is_grouped(self) -> bool:
        """True if it is written in groups with gaps between them."""
        return " " in self.text

    @property
    def confidence(self) -> float:
        """Probability of the least sure digit."""
        return min(sure for sign, sure in zip(self.text, self.confidences, strict=True) if sign in DIGITS)

    @property
    def box(self) -> Box:
        """Box of the number on the page."""
        return enclose(self.boxes)


def find_numbers(words: Sequence[Word]) -> list[NumberWord]:
    """Find the numbers among words, in the order of these.

    Parameters
    ----------
    words : Sequence[Word]
        Words of a page, those of a line one after the other.
    """
    found: list[NumberWord] = []
    start = 0
    while start < len(words):
        stop = find_group(words, start)
        number = find_number(words[start]) if stop is None else _join_group(words[start:stop])
        start = start + 1 if stop is None else stop
        if number is None:
            continue
        if stop is None and found and _belongs(found[-1], number):
            number = _join(found.pop(), number)
        found.append(number)
    return found


def find_number(word: Word) -> NumberWord | None:
    """Find the number in a word: what is left once the letters and marks on one side are taken off."""
    text = unicodedata.normalize("NFKC", word.text).translate(_LIKE)
    if len(text) != len(word.text):  # a character that stands for several
        text = word.text
    start, end = 0, len(text)
    before = _BEFORE.match(text)
    if before:
        if before.group() in _LOOK_ALIKE:
            return None
        start = before.end()
        if _HYPHEN.fullmatch(text, before.end() - 1):  # of "INV-20481", which is no negative number
            start += 1
    behind = _BEHIND.search(text, start)
    if behind:
        if before and before.group()[0].isalpha() and any(map(str.isalpha, behind.group())):
            return None
        end = behind.start()
    if not _NUMBER.fullmatch(text[start:end]):
        return None
    return NumberWord(
        mend_stroke(text[start:end]), word.confidences[start:end], word.boxes[start:end], word.region
    )


def mend_stroke(text: str) -> str:
    """Mend the stroke of an amount, which is read as a 1 where it stands close: "2,70,000/-", "374 39/100".

    Parameters
    ----------
    text : str
        Text of a number.

    Examples
    --------
    >>> mend_stroke("2,70,0001-"), mend_stroke("21,13,0001"), mend_stroke("1,234"), mend_stroke("12,3451,00")
    ('2,70,000/-', '21,13,000/', '1,234', '12,3451,00')
    >>> mend_stroke("5,146,374 391100"), mend_stroke("1234 391100"), mend_stroke("391100")
    ('5,146,374 39/100', '1234 39/100', '391100')
    """
    hundredths = _HUNDREDTHS.fullmatch(text)
    if hundredths is not None:
        return f"{hundredths[1]}/{hundredths[2]}"
    match = _STROKE.fullmatch(text)
    return text if match is None else f"{match[1]}/{match[2]}"


def _belongs(last: NumberWord, number: NumberWord) -> bool:
    """Tell whether a number goes on with the next: digits one by one, or groups of three."""
    if last.region != number.region:
        return False
    height = max(last.box.height, number.box.height, 1.0)
    gap = number.box.x0 - last.box.x1
    if len(number.text) == 1 and all(len(part) == 1 for part in last.text.split(" ")):
        return gap <= _MAX_GAP * height
    grouped = _GROUPS.fullmatch(last.text) and _NEXT_GROUP.fullmatch(number.text)
    return bool(grouped) and gap <= _MAX_GAP_GROUPS * height


def _join_group(words: Sequence[Word]) -> NumberWord:
    """Join the words of a number that is written in groups, with a gap between any two."""
    parts = []
    for index, word in enumerate(words):
        start, end = find_core(word.text, first=index == 0)
        parts.append(
            NumberWord(
                word.text[start:end].translate(_LIKE),
                word.confidences[start:end],
                word.boxes[start:end],
                word.region,
            )
        )
    return reduce(_join, parts)


def _join(last: NumberWord, number: NumberWord) -> NumberWord:
    """Join two numbers with a gap between them."""
    a, b = last.box, number.box
    space = Box(a.x1, min(a.y0, b.y0), max(a.x1, b.x0), max(a.y1, b.y1))
    return NumberWord(
        f"{last.text} {number.text}",
        (*last.confidences, 1.0, *number.confidences),
        (*last.boxes, space, *number.boxes),
        last.region,
    )
