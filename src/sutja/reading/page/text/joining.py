"""Join what the words of a page say with the numbers that our own networks found on it.

Each claim, that a number with these digits stands here, gets a probability from either side: from our reading
of the field, and from the second reader's letters at its place. Where the two differ the likelier claim is
taken. Three things then decide how sure it is: the detection, our reading, and the words
(`sutja.confidence.weigh_text`).

Letters: n words, m characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sutja.charset import DIGITS
from sutja.grammar import parse_serial
from sutja.reading.page.text.lines import PageText, Word
from sutja.reading.page.text.numbers import NumberWord, find_number, find_numbers
from sutja.types import Box, Number

FLOOR = 0.02  # probability that a claim has at least by a side that says something else
MIN_COVERED = 0.5  # of a number word, or of a field, by the other: they are about one number
LOOK_ALIKE = "01568"  # digits that letters of print are taken for: o, l and i, s, b, B
_SURE_LETTERS = 0.9  # mean probability of letters that cannot be digits
_MIN_WORDS = 3  # of letters alone, in a line of prose
_CUT = 0.2  # of a number's box, by a number of another region
_GLUED = re.compile(r"\D*\d+[.,]\d{4,}[.,]\d+\D*")  # "0.3840.386": two numbers of a table
_SUM = re.compile(r"^\D{0,3}\d[\d.,]*[.,]\d\d\D?$")  # with its decimals
_CHECKED = 1.0 - 1 / 97  # probability of an account whose check digits hold
_REACH = 0.25  # heights beyond a field that a character's middle may lie


@dataclass(frozen=True, slots=True)
class Claim:
    """Verdict of the words about a field.

    Attributes
    ----------
    ours : float
        Probability of the claim by our own reading.
    text : float | None
        Probability of the claim by the words; None where none was read there.
    replacement : NumberWord | None
        Number that the words say instead, where that is likelier, or where they know its letters.
    whole : NumberWord | None
        Number that the claim's is a part of, by the words.
    of_letters : bool
        True if the words surely say letters there that look like the claim's digits: "ill", "so".
    of_several : bool
        True if the words say several sums there, each with its decimals: "12.50 50.00".
    """

    ours: float
    text: float | None
    replacement: NumberWord | None = None
    whole: NumberWord | None = None
    of_letters: bool = False
    of_several: bool = False


class WordMap:
    """Words of a page, to be asked what stands in a box.

    Parameters
    ----------
    text : PageText
        Regions, of which some were read.
    """

    def __init__(self, text: PageText) -> None:
        self._text = text
        self.words = text.words
        self.numbers = [n for n in find_numbers(self.words) if _GLUED.fullmatch(n.text) is None]
        self._holders = [word for word in self.words for _ in word.text]
        self._characters = "".join(word.text for word in self.words)
        self._confidences = np.array([sure for word in self.words for sure in word.confidences])
        boxes = [box for word in self.words for box in word.boxes]
        self._boxes = np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes]).reshape(-1, 4)
        self._number_boxes = np.array(
            [(n.box.x0, n.box.y0, n.box.x1, n.box.y1) for n in self.numbers]
        ).reshape(-1, 4)

    def judge(self, box: Box, number: Number) -> Claim:
        """Judge a number that was read in a box by the characters that stand there.

        Parameters
        ----------
        box : Box
            Box of the number's ink on the page.
        number : Number
            Number as our own network reads it, with its alternatives.
        """
        inside = self._find_inside(box)
        if not len(inside):
            return Claim(number.confidence, None)
        said = "".join(self._characters[i] for i in inside)
        digits = "".join(filter(DIGITS.__contains__, said))
        sure = self._confidences[inside]
        if not digits or self._is_in_word(inside, number):
            of_letters = sure.mean() >= _SURE_LETTERS and self._is_prose(inside, number)
            return Claim(number.confidence, FLOOR * (1.0 - float(sure.mean())), of_letters=of_letters)
        of_digits = float(min(s for s, c in zip(sure, said, strict=True) if c in DIGITS))
        word = self._find_number(box)
        cut = word is not None and number.digits != word.digits and number.digits in word.digits
        whole = word if cut else None
        if digits == number.digits and not cut:
            if word is not None and word.digits == digits:
                return Claim(number.confidence, of_digits, word if word.is_lettered else None)
            return Claim(number.confidence, of_digits, of_several=self._holds_several(box))
        if word is None or word.digits == number.digits:
            agreed = word.confidence if word is not None else max(FLOOR, 1.0 - of_digits)
            return Claim(number.confidence, agreed)
        own = _find_own(number, word)
        theirs = max(FLOOR, own) * min(word.confidence, 1.0 - FLOOR)
        ours = min(number.confidence, 1.0 - FLOOR) * max(FLOOR, 1.0 - word.confidence)
        if theirs > ours:  # where both sides are certain, it stays as it was read alone
            return Claim(own, word.confidence, word)
        return Claim(number.confidence, max(FLOOR, 1.0 - word.confidence), whole=whole)

    def list_unfound(self, boxes: Sequence[Box]) -> list[NumberWord]:
        """List the numbers among the words that none of some boxes is about."""
        return [number for number in self.numbers if not any(is_about(box, number.box) for box in boxes)]

    def is_cut(self, number: NumberWord) -> bool:
        """Tell whether regions that overlap cut a number in two, and both have a part: "12:3" and "30"."""
        return any(
            other.region != number.region
            and not is_about(other.box, number.box)
            and measure_shared(other.box, number.box) > _CUT * number.box.width * number.box.height
            for other in self.numbers
        )

    def _find_inside(self, box: Box) -> list[int]:
        """Find the characters whose middles lie in a box, or nearly."""
        reach = _REACH * box.height
        x, y = (self._boxes[:, 0] + self._boxes[:, 2]) / 2, (self._boxes[:, 1] + self._boxes[:, 3]) / 2
        inside = (x >= box.x0 - reach / 2) & (x <= box.x1 + reach / 2)
        inside &= (y >= box.y0 - reach) & (y <= box.y1 + reach)
        return [int(i) for i in np.flatnonzero(inside)]

    def _is_in_word(self, inside: Sequence[int], number: Number) -> bool:
        """Tell whether a lone digit is a character of a word that holds no number."""
        if len(number.digits) != 1:
            return False
        word: Word = self._holders[inside[0]]
        return len(word.text) > 1 and find_number(word) is None and any(map(str.isalpha, word.text))

    def _is_prose(self, inside: Sequence[int], number: Number) -> bool:
        """Tell whether characters are letters of prose that may look like the digits of a number."""
        if not set(number.digits) <= set(LOOK_ALIKE):
            return False
        regions = {self._holders[i].region for i in inside}
        return all(self._characters[i].isalpha() for i in inside) and all(
            sum(word.text.isalpha() for word in self.words if word.region == region) >= _MIN_WORDS
            for region in regions
        )

    def _holds_several(self, box: Box) -> bool:
        """Tell whether a box holds several sums side by side."""
        shared = (measure_shared(box, n.box) > MIN_COVERED * n.box.width * n.box.height for n in self.numbers)
        inside = [number for number, lies in zip(self.numbers, shared, strict=True) if lies]
        return sum(_SUM.search(number.text) is not None for number in inside) > 1

    def _find_number(self, box: Box) -> NumberWord | None:
        """Find the number word that covers a box best, if one is about it."""
        best, most = None, 0.0
        for number in self.numbers:
            shared = measure_shared(box, number.box)
            if shared > most and is_about(box, number.box):
                best, most = number, shared
        return best


def find_probability(number: Number, digits: str) -> float:
    """Find the probability that our own reading gives to digits: to the best answer, or to an alternative."""
    if number.digits == digits:
        return number.confidence
    of = {"".join(filter(DIGITS.__contains__, other.text)): other.confidence for other in number.alternatives}
    return of.get(digits, 0.0)


def _find_own(number: Number, word: NumberWord) -> float:
    """Find the probability that our own reading gives to what the words say.

    Where it saw some groups of a number alone, it speaks for these. Check digits speak for all others.
    """
    if word.is_lettered and parse_serial(word.text).standard is not None:
        return _CHECKED
    own = find_probability(number, word.digits)
    if word.is_grouped and number.digits in word.digits:
        return max(own, number.confidence * len(number.digits) / len(word.digits))
    return own


def measure_shared(a: Box, b: Box) -> float:
    """Measure the area that two boxes share, in square pixels."""
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(width, 0.0) * max(height, 0.0)


def is_about(a: Box, b: Box) -> bool:
    """Tell whether two boxes are about one number: each covers much of the other."""
    shared = measure_shared(a, b)
    areas = max(a.width * a.height, 1e-6), max(b.width * b.height, 1e-6)
    return shared > MIN_COVERED * min(areas) and shared > MIN_COVERED**2 * max(areas)
