"""Fields of which only a part was detected: ink as high as their digits stands beside them, at their own gap.

Digits that are written one by one, between faint teeth or far apart, are not always detected as one number:
"42" of 142 reads as surely as a whole number does. Such a field is read once more with what stands beside it.

Letters: n fields, c components of ink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.cropping import CROP_METHODS, crop_field
from sutja.reading.page.field import Field
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.text.joining import measure_shared
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box, Number

_SCALE_ROWS = 40.0  # pixels of a field's height in which ink beside it is looked for
_NEAR = 0.3  # of a field's height: the gap to a digit beside one that stands alone
_GAP = 1.35  # times the largest gap between a number's digits
_MOST_GAP = 1.2  # of a field's height
_HEIGHT = 0.6, 1.3  # of a field's height: ink of a digit
_WIDTH = 0.05, 1.2  # the same, its width
_LEVEL = 0.3  # of a field's height, by which the middles may be off
_COVERED = 0.3  # of a component, by another field
_LEAST = 0.5  # confidence of a longer number that takes the place of its part

ReadCrops = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Number | None]]


def read_wider(
    transform: PageTransform, fields: Sequence[Field], combs: Sequence[Field], read: ReadCrops
) -> list[Field]:
    """Read handwritten fields again that have a digit's ink beside them.

    Parameters
    ----------
    transform : PageTransform
        Page, upright and straight.
    fields : Sequence[Field]
        (n,) its fields, joined with its words.
    combs : Sequence[Field]
        Fields of its combs, which are whole.
    read : ReadCrops
        Reads crops of one number each.

    Returns
    -------
    list[Field]
        (n,) the same fields, longer where what stands beside them is surely read as more digits of theirs.
    """
    boxes = [field.ink_box for field in (*fields, *combs)]
    wider = {}
    for i, field in enumerate(fields):
        if field.detection.label == "handwritten":
            box = find_wider_box(transform, field, [*boxes[:i], *boxes[i + 1 :]])
            if box is not None:
                wider[i] = box
    crops = {i: crop_field(transform, box, CROP_METHODS[0]) for i, box in wider.items()}
    out = list(fields)
    for (i, crop), number in zip(crops.items(), read([c.pixels for c in crops.values()]), strict=True):
        field = fields[i]
        if number is None or number.confidence < _LEAST or len(number.digits) <= len(field.number.digits):
            continue
        if field.number.digits in number.digits:
            detection = replace(field.detection, box=wider[i])
            out[i] = replace(field, number=number, crop=crop, detection=detection, text=None, joined=True)
    return out


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
    gap = _find_gap(field, height)
    reach = gap + _WIDTH[1] * height
    around = Box(box.x0 - reach, box.y0 - _LEVEL * height, box.x1 + reach, box.y1 + _LEVEL * height)
    scale = min(transform.measure_scale(box), _SCALE_ROWS / height)
    ink = [
        Box(around.x0 + x0, around.y0 + y0, around.x0 + x1, around.y0 + y1)
        for x0, y0, x1, y1 in _list_components(to_grey(transform.render(scale, around)), around)
    ]
    digits = [part for part in ink if _may_be_digit(part, box) and not _is_covered(part, others)]
    left = [part for part in digits if 0 <= box.x0 - part.x1 <= gap]
    right = [part for part in digits if 0 <= part.x0 - box.x1 <= gap]
    if not (left or right):
        return None
    beside = [*left, *right]
    return Box(
        min(box.x0, *(part.x0 for part in beside)),
        min(box.y0, *(part.y0 for part in beside)),
        max(box.x1, *(part.x1 for part in beside)),
        max(box.y1, *(part.y1 for part in beside)),
    )


def _find_gap(field: Field, height: float) -> float:
    """Find the largest gap at which the next digit of a number would stand, in pixels of the page."""
    digits = [field.crop.map_box(c.box) for c in field.number.characters if c.text.isdigit()]
    gaps = [b.x0 - a.x1 for a, b in pairwise(digits)]
    return min(max([_NEAR * height, *(_GAP * gap for gap in gaps)]), _MOST_GAP * height)


def _list_components(grey: NDArray[np.uint8], around: Box) -> NDArray[np.float64]:
    """List the components of ink of a part of the page: (c, 4) edges, in its pixels from the corner."""
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(ink, np.uint8), connectivity=8)
    edges = np.column_stack([stats[1:, :2], stats[1:, :2] + stats[1:, 2:4]]).astype(np.float64)
    return np.asarray(edges * (around.width / grey.shape[1]), np.float64)


def _may_be_digit(part: Box, field: Box) -> bool:
    """Tell whether ink beside a field is as large as its digits, and on its line."""
    height = field.height
    return (
        _HEIGHT[0] * height <= part.height <= _HEIGHT[1] * height
        and _WIDTH[0] * height <= part.width <= _WIDTH[1] * height
        and abs((part.y0 + part.y1) - (field.y0 + field.y1)) <= 2 * _LEVEL * height
    )


def _is_covered(part: Box, others: Sequence[Box]) -> bool:
    """Tell whether ink belongs to another field."""
    area = max(part.width * part.height, 1e-6)
    return any(measure_shared(part, other) > _COVERED * area for other in others)
