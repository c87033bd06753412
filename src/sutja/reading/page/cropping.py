"""Crop fields from the picture's own pixels, and paint over what does not belong to them.

A field on a form stands in a box, on a rule, between the teeth of a comb, beside other fields. The
transcriber reads a crop of one number; ink of neighbours and lines at the edge would be read as more digits.

Letters: H, W rows and columns of the crop.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.transform import PageTransform
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box

MAX_ROWS = 56  # pixels of a field's box in a crop; the transcriber takes no more
CONTEXT = 0.45  # of the field's height: margin in which lines and neighbours are searched
_MIN_CONTRAST = 20  # grey levels: in paler fields nothing is painted over
_OUTSIDE = 0.6  # of a component's width or height beyond the field: it belongs to a neighbour
_BEYOND = 0.12  # of the field's height: a line runs at least this far past the ink on either side
_MIN_LENGTH = 7  # pixels of a line
_MAX_THICKNESS = 0.22  # of a line, as a part of the field's height


@dataclass(frozen=True, slots=True)
class FieldCrop:
    """Pixels of a field, uint8 (H, W); column x lies at x0 + x / scale on the page, rows alike."""

    pixels: NDArray[np.uint8]
    x0: float
    y0: float
    scale: float

    def map_box(self, box: Box) -> Box:
        """Map a box of the crop to the page."""
        return Box(
            self.x0 + box.x0 / self.scale,
            self.y0 + box.y0 / self.scale,
            self.x0 + box.x1 / self.scale,
            self.y0 + box.y1 / self.scale,
        )


@dataclass(frozen=True, slots=True)
class CropMethod:
    """Margin of a crop, as a part of the field's height, and whether foreign ink is removed."""

    margin: float
    clean: bool


# First tight and cleaned, since lines often stand close by; in doubt as it is, with air, which suits print.
CROP_METHODS = (CropMethod(0.08, True), CropMethod(0.3, False))


def crop_field(transform: PageTransform, field: Box, method: CropMethod = CROP_METHODS[0]) -> FieldCrop:
    """Crop a field from a page, with some paper about it.

    Parameters
    ----------
    transform : PageTransform
        Page, upright and straight.
    field : Box
        Box about the field's ink, on the page.
    method : CropMethod
        Margin, and whether lines and the ink of neighbours are painted over.
    """
    height = max(field.height, 1.0)
    scale = min(transform.measure_scale(field), MAX_ROWS / height)
    reach = (CONTEXT if method.clean else method.margin) * height
    around = Box(field.x0 - reach, field.y0 - reach, field.x1 + reach, field.y1 + reach)
    pixels = to_grey(transform.render(scale, around))
    made = pixels.shape[1] / around.width
    if not method.clean:
        return FieldCrop(pixels, around.x0, around.y0, made)
    own = Box(reach * made, reach * made, (reach + field.width) * made, (reach + field.height) * made)
    pixels = remove_foreign_ink(pixels, own)
    away = int((CONTEXT - method.margin) * height * made)
    kept = pixels[away : pixels.shape[0] - away, away : pixels.shape[1] - away]
    return FieldCrop(np.ascontiguousarray(kept), around.x0 + away / made, around.y0 + away / made, made)


def remove_foreign_ink(pixels: NDArray[np.uint8], own: Box) -> NDArray[np.uint8]:
    """Paint over lines and the ink of neighbours as paper.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Crop, uint8 (H, W), ink darker than paper; light ink is left as it is.
    own : Box
        Box of the field's own ink, in the crop.
    """
    _, black = cv2.threshold(pixels, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    dark = pixels[black > 0]
    if not len(dark) or len(dark) > 0.6 * pixels.size:  # light ink, or no contrast
        return pixels
    light = pixels[black == 0]
    if not len(light) or float(np.median(light)) - float(np.median(dark)) < _MIN_CONTRAST:
        return pixels
    ink = np.asarray(black, np.uint8)
    foreign = _find_lines(ink, own)
    rest = np.asarray(cv2.subtract(ink, foreign), np.uint8)
    foreign |= _find_neighbours(rest, own)
    if not foreign.any():
        return pixels
    wide = cv2.dilate(foreign, np.ones((3, 3), np.uint8))  # the soft edge of what is painted over
    kept = cv2.subtract(rest, foreign)
    cleaned = pixels.copy()
    cleaned[(wide > 0) & (kept == 0)] = np.uint8(np.median(light))
    return cleaned


def _find_lines(ink: NDArray[np.uint8], own: Box) -> NDArray[np.uint8]:
    """Find thin lines that run past the field's ink on both sides: uint8 (H, W), 1 on them."""
    beyond = _BEYOND * own.height
    thin = max(2, round(_MAX_THICKNESS * own.height))
    mask = np.zeros_like(ink)
    for level, start, end in ((False, own.y0, own.y1), (True, own.x0, own.x1)):
        length = int(end - start + 2 * beyond)
        if length < _MIN_LENGTH or length > ink.shape[level]:
            continue
        side, along = ((3, 1), (1, length)) if level else ((1, 3), (length, 1))
        wide = cv2.dilate(ink, np.ones(side, np.uint8))  # tolerates a lean of a pixel or two
        runs = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(along, np.uint8))
        lines = _drop_thick(np.asarray(cv2.bitwise_and(runs, ink), np.uint8), thin, level)
        if lines.any():
            mask |= _select_passing(lines, start - beyond, end + beyond, level)
    return mask


def _select_passing(lines: NDArray[np.uint8], start: float, end: float, level: bool) -> NDArray[np.uint8]:
    """Select the lines that begin before `start` and end behind `end`."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8, ltype=cv2.CV_32S)
    first = stats[:, cv2.CC_STAT_LEFT if level else cv2.CC_STAT_TOP]
    last = first + stats[:, cv2.CC_STAT_WIDTH if level else cv2.CC_STAT_HEIGHT]
    passes = (first <= start + 1) & (last >= end - 1)
    passes[0] = False
    return np.asarray(passes.astype(np.uint8)[labels], np.uint8)


def _drop_thick(lines: NDArray[np.uint8], max_thickness: int, level: bool) -> NDArray[np.uint8]:
    """Drop what is thicker than a line."""
    if not lines.any():
        return lines
    shape = (max_thickness + 1, 1) if level else (1, max_thickness + 1)
    thick = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
    return np.asarray(cv2.subtract(lines, thick), np.uint8)


def _find_neighbours(ink: NDArray[np.uint8], own: Box) -> NDArray[np.uint8]:
    """Find ink mostly beyond the field that reaches the edge of the crop: uint8 (H, W), 1 on it."""
    rows, columns = ink.shape
    mask = np.zeros_like(ink)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    for label in range(1, count):
        x, y, w, h, _ = (int(value) for value in stats[label])
        if x > 0 and y > 0 and x + w < columns and y + h < rows:
            continue
        across = max(0.0, min(x + w, own.x1) - max(x, own.x0)) / w
        down = max(0.0, min(y + h, own.y1) - max(y, own.y0)) / h
        if min(across, down) < 1.0 - _OUTSIDE:
            mask |= (labels == label).astype(np.uint8)
    return mask
