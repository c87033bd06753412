"""Proposals of templates: the fields that a scan of a form seems to have.

Boxes are found by their lines: a hole in the ink that is as rectangular as a printed box. Boxes of one height
side by side are a comb. Where no box is, a handwritten number that is read on the page is taken for a field.

Letters: H, W rows and columns of the scan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError, TemplateError
from sutja.reading.templates.template import Template
from sutja.reading.templates.template_field import MAX_DIGITS, TemplateField
from sutja.signals.document import iter_pages
from sutja.signals.image import Picture
from sutja.signals.normalisation import to_grey
from sutja.types import Box, Page

_WINDOW = 25  # pixels of the neighbourhood that lines are darker than
_OFFSET = 8  # grey levels by which they are
_MIN_HEIGHT, _MAX_HEIGHT = 0.012, 0.08  # of the longer side: a box for a number
_MAX_WIDTH = 0.35  # of the width of the page: a longer box is for words
_SOLID = 0.72  # of its enclosing box that a hole fills, digits and all
_ASPECT = 0.35, 1.7  # width to height of a comb's box
_ALIKE = 0.18  # of a box's height: boxes of a comb differ by less
_GAP = 0.35  # of a box's width: the most between two boxes of a comb
_SINGLE = 0.9  # times as wide as high, at least, that a single box is
_MARGIN = 0.35  # of a number's height, around it where no box is


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A box that seems to be a field, and the boxes of its comb; 1 for none."""

    box: Box
    n_cells: int


def propose_template(
    source: str | bytes,
    name: str,
    read_page: Callable[[NDArray[np.uint8]], Page] | None = None,
    page: int = 1,
) -> Template:
    """Propose a template from a scan.

    Parameters
    ----------
    source : str | bytes
        Path of the scan, or its file.
    name : str
        Name of the form.
    read_page : Callable[[NDArray[uint8]], Page] | None
        Reads the numbers of a page, for fields without a box: `Reader.read`. None looks for boxes alone.
    page : int
        Page of the scan's file, from 1.

    Raises
    ------
    TemplateError
        If the scan cannot be read, or shows no field.
    """
    picture = _open_page(source, page)
    proposed = find_boxes(to_grey(picture.pixels))
    if read_page is not None:
        numbers = read_page(picture.pixels).numbers
        proposed += [
            ProposedField(_clip(_widen(number.box), picture), 1)
            for number in numbers
            if number.written == "handwritten" and not _is_covered(number.box, proposed)
        ]
    if not proposed:
        raise TemplateError(
            "shows no boxes and no numbers", where=picture.source, remedy="write the template by hand"
        )
    ordered = sorted(proposed, key=lambda field: (round(field.box.y0 / 10), field.box.x0))
    fields = tuple(
        TemplateField(
            f"field{number}",
            field.box,
            digits=(1, field.n_cells) if field.n_cells > 1 else None,
            comb=field.n_cells > 1,
        )
        for number, field in enumerate(ordered, start=1)
    )
    return Template(name, str(picture.source), picture.pixels, fields, page=page)


def _open_page(source: str | bytes, page: int) -> Picture:
    for picture in iter_pages(source if isinstance(source, bytes) else Path(source)):
        if isinstance(picture, PictureError):
            raise TemplateError(f"the scan cannot be read: {picture}")
        if picture.page == page:
            return picture
    where = source if isinstance(source, str) else "scan"
    raise TemplateError(f"has no page {page}", where=where)


def find_boxes(grey: NDArray[np.uint8]) -> list[ProposedField]:
    """Find the printed boxes and combs of a form that may hold numbers.

    Parameters
    ----------
    grey : NDArray[uint8]
        Scan, (H, W).
    """
    cells = _find_cells(grey)
    fields = []
    for run in _chain(cells):
        box = Box(run[0].x0, min(c.y0 for c in run), run[-1].x1, max(c.y1 for c in run))
        if box.width > _MAX_WIDTH * grey.shape[1] or len(run) > MAX_DIGITS:
            continue
        if len(run) > 1 or box.width >= _SINGLE * box.height:
            fields.append(ProposedField(box, len(run)))
    return fields


def _find_cells(grey: NDArray[np.uint8]) -> list[Box]:
    """Find the holes that lines enclose, as boxes."""
    blurred = cv2.GaussianBlur(grey, (3, 3), 0)
    ink = cv2.adaptiveThreshold(
        blurred, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _WINDOW, _OFFSET
    )
    paper = np.asarray(1 - keep_lines(np.asarray(ink, np.uint8)), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    side = max(grey.shape)
    cells = []
    for x, y, w, h, area in stats[1:].tolist():
        if _MIN_HEIGHT * side <= h <= _MAX_HEIGHT * side and area >= _SOLID * w * h and w >= _ASPECT[0] * h:
            cells.append(Box(float(x), float(y), float(x + w), float(y + h)))
    return cells


def keep_lines(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Keep the long straight lines of ink, (H, W) with 1 on it, and close their small breaks."""
    length = max(9, round(0.012 * max(ink.shape)))
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    level = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(upright, cv2.MORPH_CLOSE, np.ones((length, 1), np.uint8))
    return np.asarray(cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8)), np.uint8)


def _chain(cells: list[Box]) -> list[list[Box]]:
    """Chain boxes of one height that stand side by side; a box that is no digit's stands alone."""
    left = sorted(cells, key=lambda cell: (cell.y0, cell.x0))
    runs = []
    while left:
        run = [left.pop(0)]
        while (following := _find_neighbour(run[-1], left)) is not None:
            run.append(following)
            left.remove(following)
        while (before := _find_neighbour(run[0], left, before=True)) is not None:
            run.insert(0, before)
            left.remove(before)
        runs.append(run)
    return runs


def _find_neighbour(cell: Box, others: list[Box], before: bool = False) -> Box | None:
    """Find the box of a comb beside another."""
    if not _is_digit_box(cell):
        return None
    for other in others:
        first, second = (other, cell) if before else (cell, other)
        gap = second.x0 - first.x1
        alike = max(abs(cell.y0 - other.y0), abs(cell.y1 - other.y1)) <= _ALIKE * cell.height
        same = abs(cell.width - other.width) <= 2 * _ALIKE * cell.width
        if alike and same and -1 <= gap <= _GAP * cell.width and _is_digit_box(other):
            return other
    return None


def _is_digit_box(cell: Box) -> bool:
    return _ASPECT[0] <= cell.width / cell.height <= _ASPECT[1]


def _is_covered(box: Box, fields: list[ProposedField]) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return any(f.box.x0 <= x <= f.box.x1 and f.box.y0 <= y <= f.box.y1 for f in fields)


def _widen(box: Box) -> Box:
    margin = _MARGIN * box.height
    return Box(box.x0 - 2 * margin, box.y0 - margin, box.x1 + 2 * margin, box.y1 + margin)


def _clip(box: Box, picture: Picture) -> Box:
    return Box(max(box.x0, 0.0), max(box.y0, 0.0), min(box.x1, picture.width), min(box.y1, picture.height))
