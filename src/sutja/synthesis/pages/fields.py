"""A composed page: its pixels, and a box for each number on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Written = Literal["handwritten", "printed"]
XYXY = tuple[float, float, float, float]
WHOLE = 0.97  # part of a field's box that must be seen for the field to count as whole
_SLIVER = 2.0  # pixels; less of a field is not seen at all


@dataclass(frozen=True, slots=True)
class Field:
    """One number on a page.

    Attributes
    ----------
    text : str
        As it is written; of an ignored field it may be "".
    box : XYXY
        (x0, y0, x1, y1) in pixels, tight to the ink, right and lower edges excluded.
    written : Written
        "handwritten" or "printed".
    kind : str
        Number, amount, postcode, date, phone, account, micr, cell, digit …
    ignore : bool
        Neither a number nor background: a code with letters, a date with a month's name, a cut field.
    """

    text: str
    box: XYXY
    written: Written
    kind: str
    ignore: bool = False


@dataclass(frozen=True, slots=True)
class PageSample:
    """A page or a part of one: uint8 (H, W), and its fields in the order they were drawn."""

    pixels: NDArray[np.uint8]
    fields: tuple[Field, ...]


def crop_page(sample: PageSample, top: int, left: int, size: tuple[int, int]) -> PageSample:
    """A window of a page; where it reaches beyond the page, the page's median grey goes on.

    Parameters
    ----------
    sample : PageSample
        The page.
    top, left : int
        Corner of the window in the page's pixels; may be negative.
    size : tuple[int, int]
        (H, W) of the window.

    Returns
    -------
    PageSample of exactly this size. A field that is cut is kept, clipped, and marked to be ignored; one that
    is cut by less than 3 % of its area counts as whole.
    """
    height, width = size
    rows, columns = sample.pixels.shape
    y0, y1 = max(0, top), min(rows, top + height)
    x0, x1 = max(0, left), min(columns, left + width)
    if (y0, y1, x0, x1) == (top, top + height, left, left + width):
        pixels = np.ascontiguousarray(sample.pixels[y0:y1, x0:x1])
    else:
        pixels = np.full(size, np.median(sample.pixels[::7, ::7]), np.uint8)
        if y1 > y0 and x1 > x0:
            pixels[y0 - top : y1 - top, x0 - left : x1 - left] = sample.pixels[y0:y1, x0:x1]
    return PageSample(pixels, clip_fields(sample.fields, (left, top, left + width, top + height)))


def clip_fields(fields: tuple[Field, ...], window: XYXY) -> tuple[Field, ...]:
    """Clip fields to a window (x0, y0, x1, y1); boxes are in the window's own pixels."""
    left, top, right, bottom = window
    out = []
    for field in fields:
        x0, y0, x1, y1 = field.box
        seen = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
        wide, tall = seen[2] - seen[0], seen[3] - seen[1]
        if wide <= 0 or tall <= 0:
            continue
        whole = wide * tall >= WHOLE * (x1 - x0) * (y1 - y0)
        if not whole and min(wide, tall) < _SLIVER:
            continue
        box = (seen[0] - left, seen[1] - top, seen[2] - left, seen[3] - top)
        out.append(replace(field, box=box, ignore=field.ignore or not whole))
    return tuple(out)
