"""A field is cut out of the picture's own pixels, and what is not its own is painted over.

A field on a form stands in a box, on a rule, between the teeth of a comb, beside other fields. The
transcriber reads a crop of one number; ink of neighbours and lines at the edge would be read as more digits.

Letters: H, W rows and columns of the cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.view import View
from sutja.signals.normalisation import to_grey
from sutja.types import Box

MOST_ROWS = 56  # pixels that a field's box is cut with: more is more than the transcriber looks at
CONTEXT = 0.45  # of the field's height: how far about it lines and neighbours are looked for
_LEAST_CONTRAST = 20  # grey levels: paler than that nothing is painted over
_OUTSIDE = 0.6  # of a component's width or height beyond the field: it is a neighbour's
_BEYOND = 0.12  # of the field's height: a line runs at least so far past the ink on either side
_SHORTEST = 7  # pixels of a line
_THIN = 0.22  # of the field's height: lines are thinner


@dataclass(frozen=True, slots=True)
class Cut:
    """A field's pixels, uint8 (H, W), and the way back: column x of it lies at x0 + x / scale in the view."""

    pixels: NDArray[np.uint8]
    x0: float
    y0: float
    scale: float

    def box(self, box: Box) -> Box:
        """A box of the cut in the view."""
        return Box(
            self.x0 + box.x0 / self.scale,
            self.y0 + box.y0 / self.scale,
            self.x0 + box.x1 / self.scale,
            self.y0 + box.y1 / self.scale,
        )


@dataclass(frozen=True, slots=True)
class Way:
    """How a field is cut: with what margin, as a part of its height, and whether it is cleaned."""

    margin: float
    clean: bool


# Closely, since lines often stand close by; and for a doubt as it is, with air: print reads better so.
WAYS = (Way(0.08, True), Way(0.3, False))


def cut(view: View, field: Box, way: Way = WAYS[0]) -> Cut:
    """Cut a field out of a view, with some paper about it.

    Parameters
    ----------
    view : View
        Upright and straight.
    field : Box
        About its ink, in the view's pixels.
    way : Way
        How; a cleaned cut has lines, and what belongs to neighbours, painted over.
    """
    height = max(field.height, 1.0)
    scale = min(view.scale_at(field), MOST_ROWS / height)
    reach = (CONTEXT if way.clean else way.margin) * height
    around = Box(field.x0 - reach, field.y0 - reach, field.x1 + reach, field.y1 + reach)
    pixels = to_grey(view.draw(scale, around))
    made = pixels.shape[1] / around.width
    if not way.clean:
        return Cut(pixels, around.x0, around.y0, made)
    own = Box(reach * made, reach * made, (reach + field.width) * made, (reach + field.height) * made)
    pixels = without_others(pixels, own)
    away = int((CONTEXT - way.margin) * height * made)
    kept = pixels[away : pixels.shape[0] - away, away : pixels.shape[1] - away]
    return Cut(np.ascontiguousarray(kept), around.x0 + away / made, around.y0 + away / made, made)


def without_others(pixels: NDArray[np.uint8], own: Box) -> NDArray[np.uint8]:
    """A field's pixels with lines and the ink of neighbours painted over as paper.

    Parameters
    ----------
    pixels : NDArray[uint8]
        uint8 (H, W), ink darker than paper; light ink is left as it is.
    own : Box
        Where the field's own ink is.
    """
    _, black = cv2.threshold(pixels, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    dark = pixels[black > 0]
    if not len(dark) or len(dark) > 0.6 * pixels.size:  # light ink, or nothing told apart
        return pixels
    light = pixels[black == 0]
    if not len(light) or float(np.median(light)) - float(np.median(dark)) < _LEAST_CONTRAST:
        return pixels
    ink = np.asarray(black, np.uint8)
    strange = _lines(ink, own)
    rest = np.asarray(cv2.subtract(ink, strange), np.uint8)
    strange |= _neighbours(rest, own)
    if not strange.any():
        return pixels
    wide = cv2.dilate(strange, np.ones((3, 3), np.uint8))  # the soft edge of what is painted over
    kept = cv2.subtract(rest, strange)
    cleaned = pixels.copy()
    cleaned[(wide > 0) & (kept == 0)] = np.uint8(np.median(light))
    return cleaned


def _lines(ink: NDArray[np.uint8], own: Box) -> NDArray[np.uint8]:
    """uint8 (H, W): 1 where thin lines run past the field's ink on both sides, upright or level."""
    beyond = _BEYOND * own.height
    thin = max(2, round(_THIN * own.height))
    found = np.zeros_like(ink)
    for level, start, end in ((False, own.y0, own.y1), (True, own.x0, own.x1)):
        length = int(end - start + 2 * beyond)
        if length < _SHORTEST or length > ink.shape[level]:
            continue
        side, along = ((3, 1), (1, length)) if level else ((1, 3), (length, 1))
        wide = cv2.dilate(ink, np.ones(side, np.uint8))  # a line that leans by a pixel or two is one still
        runs = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(along, np.uint8))
        lines = _thin(np.asarray(cv2.bitwise_and(runs, ink), np.uint8), thin, level)
        if lines.any():
            found |= _passing(lines, start - beyond, end + beyond, level)
    return found


def _passing(lines: NDArray[np.uint8], start: float, end: float, level: bool) -> NDArray[np.uint8]:
    """Those lines that begin before a place and end behind another."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8, ltype=cv2.CV_32S)
    first = stats[:, cv2.CC_STAT_LEFT if level else cv2.CC_STAT_TOP]
    last = first + stats[:, cv2.CC_STAT_WIDTH if level else cv2.CC_STAT_HEIGHT]
    passes = (first <= start + 1) & (last >= end - 1)
    passes[0] = False
    return np.asarray(passes.astype(np.uint8)[labels], np.uint8)


def _thin(lines: NDArray[np.uint8], most: int, level: bool) -> NDArray[np.uint8]:
    """Lines without those that are thicker than a line is."""
    if not lines.any():
        return lines
    shape = (most + 1, 1) if level else (1, most + 1)
    thick = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
    return np.asarray(cv2.subtract(lines, thick), np.uint8)


def _neighbours(ink: NDArray[np.uint8], own: Box) -> NDArray[np.uint8]:
    """uint8 (H, W): 1 where the ink lies mostly beyond the field and reaches the edge of the cut."""
    rows, columns = ink.shape
    found = np.zeros_like(ink)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    for label in range(1, count):
        x, y, w, h, _ = (int(value) for value in stats[label])
        if x > 0 and y > 0 and x + w < columns and y + h < rows:
            continue
        across = max(0.0, min(x + w, own.x1) - max(x, own.x0)) / w
        down = max(0.0, min(y + h, own.y1) - max(y, own.y0)) / h
        if min(across, down) < 1.0 - _OUTSIDE:
            found |= (labels == label).astype(np.uint8)
    return found
