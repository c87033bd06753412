"""Numbers that two fields hold a part of each: fields of one line that share a digit are read as one.

Letters: n fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sutja.reading.judge import MISFIT_CONFIDENCE
from sutja.reading.page.cropping import CROP_METHODS, crop_field
from sutja.reading.page.field import Field
from sutja.reading.page.geometry.transform import PageTransform
from sutja.types import Box, Number

_SHARED = 0.25, 0.6  # of the lower field's height, and of the shorter one's width: what parts share
_LEVEL = 0.6  # of the lower field's height that both stand in
_LEAST = 0.5  # confidence of either part, and of the whole

ReadCrops = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Number | None]]


def join_cut_numbers(transform: PageTransform, fields: Sequence[Field], read: ReadCrops) -> list[Field]:
    """Read two fields that share a part of their line as one number, or accept neither.

    Parameters
    ----------
    transform : PageTransform
        Page, upright and straight.
    fields : Sequence[Field]
        (n,) its fields.
    read : ReadCrops
        Reads crops of one number each.

    Returns
    -------
    list[Field]
        At most n: instead of two parts the whole, where it begins as the one does and ends as the other.
    """
    pairs = find_cut(fields)
    wholes = [_enclose(fields[i].ink_box, fields[j].ink_box) for i, j in pairs]
    crops = [crop_field(transform, box, CROP_METHODS[0]) for box in wholes]
    numbers = read([crop.pixels for crop in crops])
    out: list[Field | None] = list(fields)
    for (i, j), box, crop, number in zip(pairs, wholes, crops, numbers, strict=True):
        left, right = out[i], out[j]
        if left is None or right is None:
            continue
        if number is not None and number.confidence >= _LEAST and _is_whole(number, left, right):
            detection = replace(left.detection, box=box)
            out[i] = replace(left, number=number, crop=crop, detection=detection, text=None, joined=True)
            out[j] = None
        else:
            out[i], out[j] = _doubt(left), _doubt(right)
    return [field for field in out if field is not None]


def find_cut(fields: Sequence[Field]) -> list[tuple[int, int]]:
    """Find pairs of fields, both likely to be numbers, that hold parts of one; the left one first.

    Parameters
    ----------
    fields : Sequence[Field]
        (n,) the fields of a page.
    """
    sure = np.array([field.number.confidence >= _LEAST for field in fields], bool)
    boxes = [field.ink_box for field in fields]
    x0, y0, x1, y1 = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes]).reshape(-1, 4).T
    width, height = x1 - x0, y1 - y0

    def pair(choose: np.ufunc, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(choose.outer(values, values), np.float64)  # (n, n): left, right

    shared = x1[:, None] - x0[None, :]
    beside = (x0[:, None] < x0[None, :]) & (x1[:, None] < x1[None, :])
    level = pair(np.minimum, y1) - pair(np.maximum, y0) > _LEVEL * pair(np.maximum, height)
    least, most = _SHARED[0] * pair(np.minimum, height), _SHARED[1] * pair(np.minimum, width)
    found = np.argwhere(sure[:, None] & sure[None, :] & beside & level & (least < shared) & (shared < most))
    return [(int(left), int(right)) for left, right in found]


def _enclose(a: Box, b: Box) -> Box:
    return Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))


def _is_whole(number: Number, left: Field, right: Field) -> bool:
    """Tell whether a number begins as its left part does, ends as the right one, and is longer than either.

    The digit where it is cut may be misread in both.
    """
    begin, end = left.number.digits[:-1], right.number.digits[1:]
    longest = max(len(left.number.digits), len(right.number.digits))
    return number.digits.startswith(begin) and number.digits.endswith(end) and len(number.digits) > longest


def _doubt(field: Field) -> Field:
    number = field.number
    return replace(field, number=replace(number, confidence=min(MISFIT_CONFIDENCE, number.confidence)))
