"""Combs of a page read box by box, in place of what the detector of fields made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from sutja.reading.page.combs import NO_CROP, stand_in_grid
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.text.joining import measure_shared
from sutja.reading.printed_boxes import Comb, find_combs
from sutja.reading.templates.field_image import FieldImage, cut_field
from sutja.reading.templates.field_reader import Answer, FieldReader
from sutja.reading.templates.printed_lines import ON_PAGE
from sutja.reading.templates.template_field import TemplateField
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box, Character, Number

MAX_PIXELS = 8_000_000  # of a page on which combs are looked for; larger ones are made smaller
MAX_COMBS = 48  # of a page; more are the rules of a table
LEAST = 0.3  # probability of an answer that stands for what was detected in its comb
LEAST_QUICK = 0.1  # the same, of one that is worth a second reading
EMPTY = 0.9  # the same, of an empty comb: what was detected in it is crossed out
FORM = 2  # combs with numbers that make a page a form: lone digits outside are of combs that were not found
CUT = 0.4  # factor on the probability of a comb beside which more of its number was detected
LEAST_BEYOND, SURE_BEYOND = 0.2, 0.6  # confidence of that field from which it counts, and stands for the comb
SURE_OF_TABLE = 0.5  # confidence of a number in one box, from which the boxes are those of a table
FOUND = 0.95  # confidence that a comb with digits is a field
_HELD = 0.5  # of a detected field that lies in a comb
_BESIDE, _BEYOND = 0.5, 0.3  # of a box's width: so near to a comb, and so far beyond it
_FEW_OTHERS = 2  # combs of a column, at least, that tell where it ends
_ALIKE = 0.12  # of a box's width and height: boxes of one form are as large
_DARKEST = 10  # percentile of the grey levels of ink
_FEW = 3  # boxes with guides alone, and with strokes, at least
_PALE = 0.6  # of the contrast of strokes, that of guides at most

MakeNumber = Callable[[str, float, Sequence[Character]], Number]


class CombReader:
    """Reads the combs that are printed on a page.

    Parameters
    ----------
    field_reader : FieldReader
        Reads the boxes of a comb.
    make_number : Callable[[str, float, Sequence[Character]], Number]
        Makes a number of a text, its confidence and its characters.
    quick : FieldReader | None
        Reads all combs first, so that `field_reader` is asked only about those that may hold digits.
    """

    def __init__(
        self, field_reader: FieldReader, make_number: MakeNumber, quick: FieldReader | None = None
    ) -> None:
        self._field_reader, self._quick = field_reader, quick
        self._make_number = make_number

    def read(
        self, transform: PageTransform, fields: Sequence[Field], layout: Layout
    ) -> tuple[list[Field], list[Field]]:
        """Read the combs of a page that hold detected fields, and those with boxes as large.

        Parameters
        ----------
        transform : PageTransform
            Page, upright and straight.
        fields : Sequence[Field]
            Fields that were detected and read.
        layout : Layout
            Layout of its picture.

        Returns
        -------
        combs, others : list[Field]
            A field for each comb with a number, and the fields that lie in none.
        """
        if not fields or stand_in_grid(fields):
            return [], list(fields)
        combs = _choose(_find(transform, layout), fields)
        asked = [
            TemplateField(f"comb{i}", comb.box, digits=(1, len(comb.cells)), comb=True)
            for i, comb in enumerate(combs)
        ]
        images = _cut_combs(transform, combs)
        if self._quick is not None:
            told = [i for i, answers in enumerate(self._quick.read(asked, images)) if _has_digits(answers)]
            combs, asked = [combs[i] for i in told], [asked[i] for i in told]
            images = [images[i] for i in told]
        left, read = list(fields), list[Field]()
        for comb, answers in zip(combs, self._field_reader.read(asked, images), strict=True):
            best = answers[0] if answers else None
            if best is None or best.probability < (LEAST if best.digits else EMPTY):
                continue
            if any(_lies_within(comb, field) for field in fields):
                continue
            beyond = _measure_beyond(comb, fields)
            if beyond >= SURE_BEYOND:
                continue
            if beyond >= LEAST_BEYOND and not _is_usual(comb, combs, fields):
                best = replace(best, probability=best.probability * CUT)
                if best.probability < LEAST:
                    continue
            left = [field for field in left if not _holds(comb, field)]
            if best.digits:
                read.append(self._make_field(comb, best))
        if len(read) >= FORM:
            left = [_doubt_lone_digit(field) for field in left]
        return read, left

    def _make_field(self, comb: Comb, answer: Answer) -> Field:
        """Make the field of a comb, whose box is that of the comb."""
        boxes = comb.cells[len(comb.cells) - len(answer.digits) :]
        characters = [
            Character(digit, answer.probability, box) for digit, box in zip(answer.digits, boxes, strict=True)
        ]
        number = self._make_number(answer.digits, 1.0, characters)
        number = replace(number, confidence=answer.probability, box=comb.box)
        return Field(number, DetectedField("handwritten", FOUND, comb.box), NO_CROP, comb=True)


def _has_digits(answers: Sequence[Answer]) -> bool:
    """Tell whether a comb may hold digits, or is crossed out."""
    return bool(answers) and answers[0].probability >= (LEAST_QUICK if answers[0].digits else EMPTY)


def _doubt_lone_digit(field: Field) -> Field:
    """Make a handwritten lone digit less sure."""
    detection = field.detection
    if len(field.number.digits) != 1 or detection.label != "handwritten":
        return field
    return replace(field, detection=replace(detection, confidence=CUT * detection.confidence))


def _find(transform: PageTransform, layout: Layout) -> list[Comb]:
    """Find the combs of a page, in its coordinates."""
    if layout.character_height is None:
        return []
    scale = min(1.0, math.sqrt(MAX_PIXELS / max(1.0, transform.width * transform.height)))
    grey = to_grey(transform.render(scale))
    across, down = transform.width / grey.shape[1], transform.height / grey.shape[0]

    def enlarge(box: Box) -> Box:
        return Box(box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down)

    return [
        replace(comb, cells=tuple(map(enlarge, comb.cells)))
        for comb in find_combs(grey, layout.character_height * scale, layout.n_characters)
    ]


def _choose(combs: Sequence[Comb], fields: Sequence[Field]) -> list[Comb]:
    """Choose the combs that hold detected fields, and those whose boxes are as large."""
    held = [[field for field in fields if _holds(comb, field)] for comb in combs]
    combs = [comb for comb, some in zip(combs, held, strict=True) if not _is_of_table(comb, some)]
    sure = [comb for comb in combs if any(_holds(comb, field) for field in fields)]
    sizes = [(comb.cells[0].width, comb.cells[0].height) for comb in sure]

    def is_alike(comb: Comb) -> bool:
        width, height = comb.cells[0].width, comb.cells[0].height
        return any(abs(width - w) <= _ALIKE * w and abs(height - h) <= _ALIKE * h for w, h in sizes)

    return [*sure, *(comb for comb in combs if comb not in sure and is_alike(comb))][:MAX_COMBS]


def _holds(comb: Comb, field: Field) -> bool:
    box = field.ink_box
    return measure_shared(comb.box, box) > _HELD * box.width * box.height


def _is_of_table(comb: Comb, held: Sequence[Field]) -> bool:
    """Tell whether boxes hold numbers of several digits, as cells of a table do; guides are no sure ones."""
    width = comb.cells[0].width
    return any(
        len(field.number.digits) > 1 and field.ink_box.width <= width and field.confidence >= SURE_OF_TABLE
        for field in held
    )


def _lies_within(comb: Comb, field: Field) -> bool:
    """Tell whether a comb is a part of a longer field: loops of its digits pass for boxes."""
    return measure_shared(comb.box, field.ink_box) > _HELD * comb.box.width * comb.box.height and not _holds(
        comb, field
    )


def _measure_beyond(comb: Comb, fields: Sequence[Field]) -> float:
    """Return the confidence of the surest field that goes on beside a comb; 0 where there is none."""
    return max((field.confidence for field in fields if _reaches_beyond(comb, field)), default=0.0)


def _is_usual(comb: Comb, combs: Sequence[Comb], fields: Sequence[Field]) -> bool:
    """Tell whether most other combs of a column, which end where this one ends, go on no further."""
    off = _ALIKE * comb.cells[0].width
    others = [
        other
        for other in combs
        if other is not comb
        and abs(other.box.x0 - comb.box.x0) <= off
        and abs(other.box.x1 - comb.box.x1) <= off
    ]
    alone = sum(_measure_beyond(other, fields) < LEAST_BEYOND for other in others)
    return alone >= max(_FEW_OTHERS, len(others) / 2)


def _reaches_beyond(comb: Comb, field: Field) -> bool:
    """Tell whether a field begins or goes on where the next box of a comb would be."""
    box, own, width = field.ink_box, comb.box, comb.cells[0].width
    if min(box.y1, own.y1) - max(box.y0, own.y0) < _HELD * box.height:
        return False
    before, behind = own.x0 - max(box.x0, own.x0 - width), min(box.x1, own.x1 + width) - own.x1
    near = box.x0 < own.x1 + _BESIDE * width and box.x1 > own.x0 - _BESIDE * width
    return near and max(before, behind) > _BEYOND * width


def _cut_combs(transform: PageTransform, combs: Sequence[Comb]) -> list[FieldImage]:
    """Cut combs out of their page, without the pale guides that are printed in the boxes of some."""
    images = [_cut(transform, comb) for comb in combs]
    faintest = _find_guides(images)
    return images if faintest is None else [_cut(transform, comb, faintest) for comb in combs]


def _find_guides(images: Sequence[FieldImage]) -> float | None:
    """Find a contrast between guides, in boxes left empty, and strokes; None without guides."""
    contrasts = np.array(
        [
            1.0 - float(np.percentile(pixels[ink > 0], _DARKEST)) / max(image.paper, 1)
            for image in images
            for cell in image.cells
            if (ink := image.crop_ink(cell)).any() and (pixels := image.crop(cell)).size
        ]
    )
    if len(contrasts) < 2 * _FEW:
        return None
    levels = np.clip(contrasts * 255, 0, 255).astype(np.uint8).reshape(1, -1)
    split, _ = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    pale, dark = contrasts[levels[0] <= split], contrasts[levels[0] > split]
    if min(len(pale), len(dark)) < _FEW or np.median(pale) > _PALE * np.median(dark):
        return None
    return float(np.median(pale) + np.median(dark)) / 2


def _cut(transform: PageTransform, comb: Comb, faintest: float = 0.0) -> FieldImage:
    """Cut a comb out of its page: whole where its boxes touch, else box by box."""
    if comb.touching:
        return cut_field(transform, comb.box, len(comb.cells), faintest, ON_PAGE)
    parts = [cut_field(transform, cell, 1, faintest, ON_PAGE) for cell in comb.cells]
    rows = min(part.pixels.shape[0] for part in parts)
    ends = np.cumsum([part.pixels.shape[1] for part in parts]).tolist()
    cells = tuple(
        Box(float(end - part.pixels.shape[1]), 0.0, float(end), float(rows))
        for end, part in zip(ends, parts, strict=True)
    )
    return FieldImage(
        np.hstack([part.pixels[:rows] for part in parts]),
        np.hstack([part.ink[:rows] for part in parts]),
        cells,
        round(float(np.median([part.paper for part in parts]))),
    )
