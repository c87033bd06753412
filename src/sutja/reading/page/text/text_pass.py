"""The words of a page beside its numbers: which lines are read, and what they change.

At effort normal a few lines are read, those where our own networks are in doubt and those where they found
nothing; at effort best all of them are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from sutja.reading.character_boxes import enclose
from sutja.reading.page.combs import NO_CROP
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.text.joining import (
    FLOOR,
    LOOK_ALIKE,
    Claim,
    WordMap,
    find_probability,
    is_about,
    measure_shared,
)
from sutja.reading.page.text.lines import PageText, find_text
from sutja.reading.page.text.numbers import NumberWord, mend_stroke
from sutja.reading.second.second_reader import SecondReader
from sutja.reading.text_detector import TextDetector
from sutja.types import Character, Number

# Columns of lines that are read at effort normal, in pixels of the recogniser's picture: a share of all, and
# at least so many.
SHARE, LEAST_COLUMNS = 0.35, 5_000
_SHORT = 8.0  # length by thickness of a line that may be one field
_LONE_Z = "2"  # that a Z in a column of codes is taken for
_ENDS_IN_LETTER = re.compile(r"\d{1,3}/\d?[0568]")  # "15/4B"
_SURE_WHOLE = 0.9  # probability of a number that a field holds a part of
_MAX_SHARED = 0.5  # of the smaller of two numbers, by the other: they are one

ReadBoxes = Callable[[PageTransform, Sequence[DetectedField]], list[Field | None]]
MakeNumber = Callable[[str, float, Sequence[Character]], Number]


class TextPass:
    """Reads words of pages, and joins them with the fields that were found.

    Parameters
    ----------
    open_reader : Callable[[], SecondReader]
        Opens the reader of lines, when it is first needed.
    make_number : MakeNumber
        Makes a number of a known text, its confidence and its characters.
    thorough : bool
        True to read every line.
    threads : int
        Threads of the text detector.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.
    """

    def __init__(
        self,
        open_reader: Callable[[], SecondReader],
        make_number: MakeNumber,
        *,
        thorough: bool = False,
        threads: int = 1,
        providers: Sequence[str] | None = None,
    ) -> None:
        self._open_reader = open_reader
        self._make_number = make_number
        self.thorough = thorough
        self._threads, self._providers = threads, providers
        self._detector: TextDetector | None = None

    def open(self, transform: PageTransform, character_height: float) -> PageText:
        """Find the lines of text of a page."""
        if self._detector is None:
            self._detector = TextDetector(self._threads, self._providers)
        return find_text(transform, character_height, self._detector, self._open_reader())

    def join(
        self, text: PageText, fields: Sequence[Field], read_boxes: ReadBoxes, accepts: Callable[[Field], bool]
    ) -> list[Field]:
        """Join the fields of a page with what its words say.

        Parameters
        ----------
        text : PageText
            Lines of the page.
        fields : Sequence[Field]
            Fields that our own detector found.
        read_boxes : ReadBoxes
            Reads fields at given places.
        accepts : Callable[[Field], bool]
            Tells whether a field is sure enough without the words.
        """
        text.read(self._choose_regions(text, fields, accepts))
        words = WordMap(text)
        mended = map(self._mend, fields)
        claims = [(field, words.judge(field.ink_box, field.number)) for field in mended]
        claims = [(field, claim) for field, claim in claims if not _is_no_number(field, claim)]
        claims = _drop_parts(claims)
        joined = [self._take(field, claim) for field, claim in claims]
        joined += self._add_unfound(text.transform, words, joined, read_boxes)
        return drop_repeated(joined)

    def _choose_regions(
        self, text: PageText, fields: Sequence[Field], accepts: Callable[[Field], bool]
    ) -> list[int]:
        """Choose the regions to read, the most useful first, as many as the effort allows."""
        everything = list(range(len(text.regions)))
        if self.thorough:
            return everything
        holds = [_find_held(text, index, fields) for index in everything]
        doubtful = [any(not accepts(field) or _may_be_letters(field) for field in held) for held in holds]

        def rank(index: int) -> tuple[int, float]:
            region = text.regions[index]
            aspect = region.length / region.thickness
            if doubtful[index] or (not holds[index] and aspect <= _SHORT):
                return 0, aspect
            return (1 if holds[index] and aspect > _SHORT else 2), aspect

        limit = max(LEAST_COLUMNS, SHARE * text.read_columns(everything))
        chosen: list[int] = []
        for index in sorted(everything, key=rank):
            limit -= text.read_columns([index])
            if limit < 0:
                break
            chosen.append(index)
        return chosen

    def _mend(self, field: Field) -> Field:
        """Mend the stroke behind an amount by hand, where it was read as a 1."""
        number, text = field.number, mend_stroke(field.number.text)
        if text == number.text or len(text) != len(number.characters):
            return field
        characters = [replace(c, text=sign) for c, sign in zip(number.characters, text, strict=True)]
        made = self._make_number(text, 1.0, characters)
        return replace(
            field, number=replace(made, confidence=number.confidence, box=number.box, country=number.country)
        )

    def _take(self, field: Field, claim: Claim) -> Field:
        """Give a field the probability that the words give it, or the number that they say instead."""
        if claim.replacement is None:
            return replace(field, text=claim.text)
        number = self._make_word_number(claim.replacement, max(FLOOR, claim.ours))
        detection = field.detection
        if claim.replacement.is_grouped:  # our own detector may have found one of its groups
            detection = replace(detection, box=enclose([detection.box, claim.replacement.box]))
        return replace(field, number=number, detection=detection, crop=NO_CROP, text=claim.text)

    def _add_unfound(
        self, transform: PageTransform, words: WordMap, fields: Sequence[Field], read_boxes: ReadBoxes
    ) -> list[Field]:
        """Make fields of the numbers that the words alone tell of, each read by our own network as well."""
        unfound = words.list_unfound([field.ink_box for field in fields])
        places = [DetectedField(None, 1.0, number.box) for number in unfound]
        added = []
        for word, place, field in zip(unfound, places, read_boxes(transform, places), strict=True):
            ours = FLOOR if field is None else max(FLOOR, find_probability(field.number, word.digits))
            if words.is_cut(word):
                ours = FLOOR
            elif field is not None and field.number.digits == word.digits and not word.is_lettered:
                added.append(replace(field, text=word.confidence, found=False))
            else:
                number = self._make_word_number(word, ours)
                added.append(Field(number, place, NO_CROP, word.confidence, found=False))
        return added

    def _make_word_number(self, word: NumberWord, ours: float) -> Number:
        """Make the number of a word; its confidence is that of our own reading, which is joined later."""
        characters = [
            Character(sign, sure, box)
            for sign, sure, box in zip(word.text, word.confidences, word.boxes, strict=True)
        ]
        return replace(self._make_number(word.text, 1.0, characters), confidence=ours)


def _is_no_number(field: Field, claim: Claim) -> bool:
    """Tell whether letters of print were taken for a number, or several sums for one."""
    return claim.of_several or (claim.of_letters and field.detection.label == "printed")


def _may_be_letters(field: Field) -> bool:
    """Tell whether all characters of a printed number, or the last of a house's, may be letters."""
    text = field.number.text
    may_be = set(text) <= set(LOOK_ALIKE) or text == _LONE_Z or _ENDS_IN_LETTER.fullmatch(text) is not None
    return field.detection.label == "printed" and may_be


def _drop_parts(claims: Sequence[tuple[Field, Claim]]) -> list[tuple[Field, Claim]]:
    """Drop fields that hold a part of a number whose rest no field holds: its whole place is to be read."""

    def is_alone(field: Field, whole: NumberWord) -> bool:
        return not any(
            measure_shared(other.ink_box, whole.box) > 0.0 for other, _ in claims if other is not field
        )

    return [
        (field, claim)
        for field, claim in claims
        if claim.whole is None or claim.whole.confidence < _SURE_WHOLE or not is_alone(field, claim.whole)
    ]


def drop_repeated(fields: Sequence[Field]) -> list[Field]:
    """Drop fields that overlap a surer one."""
    ranked = sorted(fields, key=lambda field: -measure_support(field))
    kept: list[Field] = []
    for field in ranked:
        if not any(overlap(field, other) for other in kept):
            kept.append(field)
    return kept


def measure_support(field: Field) -> float:
    """Measure how much speaks for a field, to choose between two that overlap."""
    text = 0.5 if field.text is None else field.text
    detection = field.detection.confidence if field.found else 0.5
    return detection * field.number.confidence + text + 0.1 * len(field.number.digits)


def overlap(one: Field, other: Field) -> bool:
    """Tell whether two fields are one, or one is a part of the other."""
    a, b = one.ink_box, other.ink_box
    smaller = max(min(a.width * a.height, b.width * b.height), 1e-6)
    return measure_shared(a, b) > _MAX_SHARED * smaller or is_about(a, b)


def _find_held(text: PageText, index: int, fields: Sequence[Field]) -> list[Field]:
    """Find the fields whose middles lie in a region."""
    region = text.regions[index]
    angle = np.radians(region.angle)
    held = []
    for field in fields:
        box = field.ink_box
        dx, dy = (box.x0 + box.x1) / 2 - region.centre[0], (box.y0 + box.y1) / 2 - region.centre[1]
        along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
        if abs(along) <= region.length / 2 and abs(across) <= region.thickness / 2:
            held.append(field)
    return held
