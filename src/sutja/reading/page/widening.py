"""Fields of which only a part was detected: ink as high as their digits stands beside them, at their own gap.

Digits that are written one by one, between faint teeth or far apart, are not always detected as one number,
nor are all of those in print: "42" of 142 reads as surely as a whole number does. Such a field is read once
more with what stands beside it.

Letters: n fields, c components of ink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.charset import LETTER
from sutja.reading.page.cropping import CROP_METHODS, FieldCrop, crop_field
from sutja.reading.page.field import Field
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.text.joining import measure_shared
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box, Number

_SCALE_ROWS = 40.0  # pixels of a field's height in which ink beside it is looked for
_WIDTH = 0.05, 1.2  # of a field's height, the width of a digit
_LEVEL = 0.3  # of a field's height, by which the middles may be off
_COVERED = 0.3  # of a component, by another field
_CUT = 0.06  # of a field's height: ink that its edge cuts goes on so far at least
_TALL = 0.5  # of a field's height: ink of its digits
_TOLD = 0.9  # probability by the words of the page, of a number that they saw whole


@dataclass(frozen=True, slots=True)
class _Look:
    """Look of digits beside a field, in its heights: how far they stand, how high they are.

    `gap` is times the largest gap between the number's own digits, `near` that beside one that stands alone,
    `step` times the usual step from middle to middle, by which a narrow 1 stands where its neighbours do, and
    `least` the confidence of a longer number that takes the place of its part.
    """

    near: float
    gap: float
    most_gap: float
    height: tuple[float, float]
    step: float
    least: float


_BY_HAND = _Look(0.3, 1.35, 1.2, (0.6, 1.3), 0.0, 0.5)
_IN_PRINT = _Look(0.25, 1.25, 0.7, (0.8, 1.15), 1.2, 0.9)

ReadCrops = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Number | None]]


def read_wider(
    transform: PageTransform,
    fields: Sequence[Field],
    combs: Sequence[Field],
    reread: ReadCrops | None,
    transcribe: ReadCrops,
) -> list[Field]:
    """Read fields again that have a digit's ink beside them.

    Parameters
    ----------
    transform : PageTransform
        Page, upright and straight.
    fields : Sequence[Field]
        (n,) its fields, joined with its words.
    combs : Sequence[Field]
        Fields of its combs, which are whole.
    reread : ReadCrops | None
        Reads crops of one number each with two readers; where there is one, it is asked about printed fields,
        too, unless the words of the page saw these whole.
    transcribe : ReadCrops
        Reads them with one reader.

    Returns
    -------
    list[Field]
        (n,) the same fields, longer where what stands beside them is surely read as more digits of theirs.
    """
    boxes = [field.ink_box for field in (*fields, *combs)]
    wider = {}
    for i, field in enumerate(fields):
        by_hand = field.detection.label == "handwritten"
        if by_hand or (reread is not None and field.found and not _is_told(field)):
            box = find_wider_box(transform, field, [*boxes[:i], *boxes[i + 1 :]])
            if box is not None:
                wider[i] = box
    read = reread or transcribe
    crops = {i: crop_field(transform, box, CROP_METHODS[0]) for i, box in wider.items()}
    crops = _drop_letters(fields, crops, transcribe)
    out = list(fields)
    for (i, crop), number in zip(crops.items(), read([c.pixels for c in crops.values()]), strict=True):
        field = fields[i]
        if number is not None and _goes_on(number, field):
            detection = replace(field.detection, box=wider[i])
            out[i] = replace(field, number=number, crop=crop, detection=detection, text=None, joined=True)
    return out


def _drop_letters(
    fields: Sequence[Field], crops: Mapping[int, FieldCrop], transcribe: ReadCrops
) -> dict[int, FieldCrop]:
    """Drop the crops of printed fields beside which one reader sees no further digit, but letters mostly."""
    printed = [i for i in crops if _look(fields[i]) is _IN_PRINT]
    numbers = transcribe([crops[i].pixels for i in printed]) if printed else []
    longer = {
        i
        for i, number in zip(printed, numbers, strict=True)
        if number is not None and len(number.digits) > len(fields[i].number.digits)
    }
    return {i: crop for i, crop in crops.items() if i in longer or i not in printed}


def _is_told(field: Field) -> bool:
    """Tell whether the words of the page saw a number whole."""
    return field.text is not None and field.text >= _TOLD


def _look(field: Field) -> _Look:
    return _BY_HAND if field.detection.label == "handwritten" else _IN_PRINT


def _goes_on(number: Number, field: Field) -> bool:
    """Tell whether a longer number takes the place of its part, in print with more at its ends alone."""
    own, look = field.number.digits, _look(field)
    if number.confidence < look.least or len(number.digits) <= len(own):
        return False
    if look is _IN_PRINT:
        return LETTER not in number.text and (number.digits.startswith(own) or number.digits.endswith(own))
    return own in number.digits


def find_wider_box(transform: PageTransform, field: Field, others: Sequence[Box]) -> Box | None:
    """Find the box of a field and of the ink of digits beside it; None where there is none.

    Parameters
    ----------
    transform : PageTransform
        Page, upright and straight.
    field : Field
        A field.
    others : Sequence[Box]
        Boxes of the other fields, whose ink is theirs.
    """
    box = field.ink_box
    height = max(box.height, 1.0)
    look = _look(field)
    digits = [field.crop.map_box(c.box) for c in field.number.characters if c.text.isdigit()]
    pairs = _pair_neighbours(field) if look is _IN_PRINT else list(pairwise(digits))
    gap, step = _find_gap(pairs, height, look), look.step * _find_step(pairs)
    reach = max(gap, step) + _WIDTH[1] * height
    around = Box(box.x0 - reach, box.y0 - _LEVEL * height, box.x1 + reach, box.y1 + _LEVEL * height)
    scale = min(transform.measure_scale(box), _SCALE_ROWS / height)
    ink = [
        Box(around.x0 + x0, around.y0 + y0, around.x0 + x1, around.y0 + y1)
        for x0, y0, x1, y1 in _list_components(to_grey(transform.render(scale, around)), around)
    ]
    line = _tighten(box, ink) if look is _IN_PRINT else box
    parts = [part for part in ink if _may_be_digit(part, line, look) and not _is_covered(part, others)]
    beside = [part for part in parts if _stands_next(part, box, digits, gap, step)]
    if not beside:
        return None
    return Box(
        min(box.x0, *(part.x0 for part in beside)),
        min(box.y0, *(part.y0 for part in beside)),
        max(box.x1, *(part.x1 for part in beside)),
        max(box.y1, *(part.y1 for part in beside)),
    )


def _stands_next(part: Box, box: Box, digits: Sequence[Box], gap: float, step: float) -> bool:
    """Tell whether ink stands beside a number: no further than a gap, or a step from one of its ends."""
    if max(box.x0 - part.x0, part.x1 - box.x1) > _CUT * box.height and _is_outside(part, box):
        return True
    off = max(box.x0 - part.x1, part.x0 - box.x1)
    ends = [abs(part.x0 + part.x1 - digit.x0 - digit.x1) / 2 for digit in (*digits[:1], *digits[-1:])]
    return off >= 0 and (off <= gap or min(ends, default=gap + step) <= step)


def _is_outside(part: Box, box: Box) -> bool:
    """Tell whether the middle of ink lies beyond a box that cuts it."""
    middle = (part.x0 + part.x1) / 2
    return (part.x0 < box.x0 < part.x1 and middle < box.x0) or (
        part.x0 < box.x1 < part.x1 and middle > box.x1
    )


def _tighten(box: Box, ink: Sequence[Box]) -> Box:
    """Tighten a box to the height of the digits in it, as far as they stand alone."""
    inside = [
        part
        for part in ink
        if box.x0 <= part.x0
        and part.x1 <= box.x1
        and part.height >= _TALL * box.height
        and box.y0 <= (part.y0 + part.y1) / 2 <= box.y1
    ]
    if not inside:
        return box
    return replace(
        box,
        y0=float(np.median([part.y0 for part in inside])),
        y1=float(np.median([part.y1 for part in inside])),
    )


def _pair_neighbours(field: Field) -> list[tuple[Box, Box]]:
    """Pair the digits of a number that stand side by side: marks and spaces make wider gaps."""
    return [
        (field.crop.map_box(a.box), field.crop.map_box(b.box))
        for a, b in pairwise(field.number.characters)
        if a.text.isdigit() and b.text.isdigit()
    ]


def _find_gap(pairs: Sequence[tuple[Box, Box]], height: float, look: _Look) -> float:
    """Find the largest gap at which the next digit of a number would stand, in pixels of the page."""
    gaps = [b.x0 - a.x1 for a, b in pairs]
    return min(max([look.near * height, *(look.gap * gap for gap in gaps)]), look.most_gap * height)


def _find_step(pairs: Sequence[tuple[Box, Box]]) -> float:
    """Find the usual step from the middle of a digit to that of the next, in pixels; 0 for a lone digit."""
    return float(np.median([(b.x0 + b.x1 - a.x0 - a.x1) / 2 for a, b in pairs])) if pairs else 0.0


def _list_components(grey: NDArray[np.uint8], around: Box) -> NDArray[np.float64]:
    """List the components of ink of a part of the page: (c, 4) edges, in its pixels from the corner."""
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(ink, np.uint8), connectivity=8)
    edges = np.column_stack([stats[1:, :2], stats[1:, :2] + stats[1:, 2:4]]).astype(np.float64)
    return np.asarray(edges * (around.width / grey.shape[1]), np.float64)


def _may_be_digit(part: Box, field: Box, look: _Look) -> bool:
    """Tell whether ink beside a field is as large as its digits, and on its line."""
    height = field.height
    return (
        look.height[0] * height <= part.height <= look.height[1] * height
        and _WIDTH[0] * height <= part.width <= _WIDTH[1] * height
        and abs((part.y0 + part.y1) - (field.y0 + field.y1)) <= 2 * _LEVEL * height
    )


def _is_covered(part: Box, others: Sequence[Box]) -> bool:
    """Tell whether ink belongs to another field."""
    area = max(part.width * part.height, 1e-6)
    return any(measure_shared(part, other) > _COVERED * area for other in others)
