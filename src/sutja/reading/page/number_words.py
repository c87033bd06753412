"""Numbers among the words of a page: which words hold one, and where.

"No. 12," holds 12 and "RM9.00" 9.00; "H2O" and "A4B7" hold none. Digits that stand one by one, as in the
boxes of a form, are one number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sutja.charset import DIGITS, SEPARATORS
from sutja.reading.page.text import Word
from sutja.types import Box

_BEFORE = re.compile(r"^[^\W\d_]+[.:#]?(?=\d)|^[^\w\s+\-#$€£₹¥.]+|^[:.](?=\D)")
_BEHIND = re.compile(r"(?<=\d)[^\W\d_]{1,3}$|[^\w\s%)/\-]+$")
_NUMBER = re.compile(rf"[{re.escape(SEPARATORS)}]*[{DIGITS}][{DIGITS}{re.escape(SEPARATORS)}]*")
_MAX_GAP = 2.2  # times its height: digits that stand one by one are no further apart
_GROUP = re.compile(r"[.,']?\d{3}([.,]\d+)?")
_WIDE = str.maketrans({"，": ",", "．": ".", "：": ":", "－": "-", "—": "-", "–": "-", "（": "(", "）": ")"})


@dataclass(frozen=True, slots=True)
class NumberWord:
    """A number that a word, or several, hold: its text, the probability of its least sure digit, its box."""

    text: str
    confidence: float
    box: Box
    region: int

    @property
    def digits(self) -> str:
        """Digits of the text."""
        return "".join(filter(DIGITS.__contains__, self.text))


def find_numbers(words: Sequence[Word]) -> list[NumberWord]:
    """Find the numbers among words, in the order of these.

    Parameters
    ----------
    words : Sequence[Word]
        Words of a page, those of a line one after the other.
    """
    found: list[NumberWord] = []
    for word in words:
        number = _find_in_word(word)
        if number is None:
            continue
        if found and _belongs(found[-1], number):
            number = _join(found.pop(), number)
        found.append(number)
    return found


def _find_in_word(word: Word) -> NumberWord | None:
    """Find the number in a word: what is left once the letters and marks on one side are taken off."""
    text = unicodedata.normalize("NFKC", word.text).translate(_WIDE)
    if len(text) != len(word.text):  # a character that stands for several
        text = word.text
    start, end = 0, len(text)
    before = _BEFORE.match(text)
    if before:
        start = before.end()
    behind = _BEHIND.search(text, start)
    if behind and not (before and behind.group().isalpha() and before.group()[:1].isalpha()):
        end = behind.start()
    if end <= start or not _NUMBER.fullmatch(text[start:end]):
        return None
    sure = min(c for t, c in zip(text[start:end], word.confidences[start:end], strict=True) if t in DIGITS)
    width = word.box.width / len(text)
    box = Box(word.box.x0 + start * width, word.box.y0, word.box.x0 + end * width, word.box.y1)
    return NumberWord(text[start:end], sure, box, word.region)


def _belongs(last: NumberWord, number: NumberWord) -> bool:
    """Tell whether a number goes on with the next: digits one by one, or groups of three."""
    if last.region != number.region:
        return False
    height = max(last.box.height, number.box.height, 1.0)
    gap = number.box.x0 - last.box.x1
    one_by_one = len(number.text) == 1 and all(len(part) == 1 for part in last.text.split(" "))
    if one_by_one:
        return gap <= _MAX_GAP * height
    grouped = re.fullmatch(r"\D?\d{1,3}( \d{3})*", last.text) and _GROUP.fullmatch(number.text)
    return bool(grouped) and gap <= 0.6 * height


def _join(last: NumberWord, number: NumberWord) -> NumberWord:
    a, b = last.box, number.box
    box = Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))
    return NumberWord(
        f"{last.text} {number.text}", min(last.confidence, number.confidence), box, last.region
    )
