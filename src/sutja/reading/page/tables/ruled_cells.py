"""Cells that lines enclose, on forms and in tables: they part numbers, and tell where one was not detected.

What was written into two cells side by side is two numbers, however near they stand. A cell that holds ink
but no detected number, while others like it hold numbers, is read as well.

Letters: H, W rows and columns of the page as it is looked at; n cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.text.joining import measure_shared
from sutja.reading.printed_boxes.boxes import find_ink, list_edges
from sutja.reading.printed_boxes.single import find_enclosed, keep_lines
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box

_ROWS = 22.0  # pixels of usual characters where cells are looked for
_LINE = 2.0  # of these, the length of a line: strokes of digits are shorter
_HEIGHTS = 0.9, 6.0  # of these, the height of a cell
_WIDE = 1.8  # heights of a number, the width of a cell: narrower ones are boxes for single digits
_COVERED = 0.8  # of a number's width, by the cells that it reaches into
_GAP = 0.4  # of a number's height, between two numbers at least
_PART = 0.22  # of a number's width that lies in either of two cells
_HELD = 0.5  # of a number that lies in a cell
_ALIKE = 0.2  # of its size, by which a cell may differ from others of its row or column
_FEWEST = 2  # cells like it that hold numbers
_INSET = 0.06  # of a cell's height: lines are so thick
_TALL, _FULL = 0.25, 0.45  # heights of a cell that writing has at least, and share of it that is ink at most
_LONGEST = 6.0  # heights of a number, its length
_OFFSET = 6  # grey levels by which ink is darker than its neighbourhood
MAX_CELLS = 200  # of a page that are read


class RuledCells:
    """Cells of a page that lines enclose.

    Parameters
    ----------
    transform : PageTransform
        Page, upright and straight.
    layout : Layout
        Layout of its picture.
    """

    def __init__(self, transform: PageTransform, layout: Layout) -> None:
        usual = layout.character_height or _ROWS
        grey = to_grey(transform.render(min(1.0, _ROWS / usual)))
        self._across, self._down = transform.width / grey.shape[1], transform.height / grey.shape[0]
        ink = find_ink(grey, _OFFSET)
        lines = keep_lines(ink, round(_LINE * _ROWS))
        self._ink = np.asarray(cv2.subtract(ink, lines), np.uint8)
        self.cells = [
            self._enlarge(box) for box in find_enclosed(lines, *(_ROWS * part for part in _HEIGHTS))
        ]
        self._edges = list_edges(self.cells)

    def part(self, fields: Sequence[DetectedField]) -> list[DetectedField]:
        """Part the detected fields that reach over two cells side by side."""
        return [part for field in fields for part in self._part(field)]

    def keep_apart(self, before: Sequence[Field], after: Sequence[Field]) -> list[Field]:
        """Keep numbers in cells side by side apart that were joined.

        Parameters
        ----------
        before, after : Sequence[Field]
            Fields of the page, before and after some were joined.
        """
        out = []
        for field in after:
            parts = [other for other in before if _is_held(other.ink_box, field.ink_box)]
            parted = len(parts) > 1 and len(self._find_reached(field.ink_box)) > 1
            out += parts if parted and _are_apart([part.ink_box for part in parts]) else [field]
        return out

    def find_unread(self, boxes: Sequence[Box]) -> list[Box]:
        """Find writing in cells without a number, where others in the same row or column hold numbers.

        Parameters
        ----------
        boxes : Sequence[Box]
            Boxes of the numbers on the page.
        """
        shares = np.array([self._measure_shares(box) for box in boxes]).reshape(len(boxes), len(self.cells))
        holds = (shares > _HELD).any(axis=0)
        touched = (shares > 0.0).any(axis=0)
        width, height = (self._edges[:, 2:] - self._edges[:, :2]).T
        found = []
        for i in np.flatnonzero(~touched):
            off = _ALIKE * min(width[i], height[i])
            row = np.abs(self._edges[:, [1, 3]] - self._edges[i, [1, 3]]).max(axis=1) <= off
            column = np.abs(self._edges[:, [0, 2]] - self._edges[i, [0, 2]]).max(axis=1) <= off
            alike = column | (row & (np.abs(width - width[i]) <= _ALIKE * width[i]))
            ink = self.find_writing(self.cells[i]) if (holds & alike).sum() >= _FEWEST else None
            if ink is not None:
                found.append(ink)
        return found[:MAX_CELLS]

    def find_writing(self, cell: Box) -> Box | None:
        """Find the box of the writing in a cell; None where it is empty, or holds more than a number."""
        inset = _INSET * cell.height
        x0, x1 = (round(x / self._across) for x in (cell.x0 + inset, cell.x1 - inset))
        y0, y1 = (round(y / self._down) for y in (cell.y0 + inset, cell.y1 - inset))
        part = np.ascontiguousarray(self._ink[y0:y1, x0:x1])
        if not part.size:
            return None
        _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
        tall = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] >= _TALL * len(part)]
        if not len(tall) or tall[:, cv2.CC_STAT_AREA].sum() > _FULL * part.size:
            return None
        ends = tall[:, :2] + tall[:, 2:4]
        free = (tall[:, 0] > 0) & (ends[:, 0] < part.shape[1])  # stamps and strokes go on in the next cell
        if free.any():
            tall, ends = tall[free], ends[free]
        (left, top), (right, bottom) = tall[:, :2].min(axis=0), ends.max(axis=0)
        if right - left > _LONGEST * (bottom - top):
            return None
        return self._enlarge(Box(float(x0 + left), float(y0 + top), float(x0 + right), float(y0 + bottom)))

    def _part(self, field: DetectedField) -> list[DetectedField]:
        box = field.box
        cells = self._find_reached(box)
        gaps = [self._measure_gap(box, a, b) for a, b in pairwise(cells)]
        if not gaps or min(gaps) < _GAP * box.height:
            return [field]
        return [
            replace(field, box=Box(max(box.x0, cell.x0), box.y0, min(box.x1, cell.x1), box.y1))
            for cell in cells
        ]

    def _find_reached(self, box: Box) -> list[Box]:
        """Find the cells side by side that a number reaches into; none where they are those of a comb."""
        if box.width < _WIDE * box.height or not self.cells:
            return []
        shared = np.minimum(box.x1, self._edges[:, 2]) - np.maximum(box.x0, self._edges[:, 0])
        middle = (box.y0 + box.y1) / 2
        inside = (self._edges[:, 1] < middle) & (middle < self._edges[:, 3]) & (shared > _PART * box.width)
        cells = sorted((self.cells[i] for i in np.flatnonzero(inside)), key=lambda cell: cell.x0)
        if shared[inside].sum() < _COVERED * box.width:  # the rest of it lies in no cell
            return []
        return cells if cells and min(cell.width for cell in cells) >= _WIDE * box.height else []

    def _measure_gap(self, box: Box, left: Box, right: Box) -> float:
        """Measure the gap in a number's ink at the rule between two cells: creases run there too."""
        y0, y1 = (max(0, round(y / self._down)) for y in (box.y0, box.y1))
        inked = np.flatnonzero(self._ink[y0:y1].any(axis=0)) * self._across
        rule = (left.x1 + right.x0) / 2
        return float(inked[inked >= rule].min(initial=box.x1) - inked[inked < rule].max(initial=box.x0))

    def _measure_shares(self, box: Box) -> NDArray[np.float64]:
        """Measure the shares of a number, (n,), that lie in each cell."""
        across = np.minimum(box.x1, self._edges[:, 2]) - np.maximum(box.x0, self._edges[:, 0])
        down = np.minimum(box.y1, self._edges[:, 3]) - np.maximum(box.y0, self._edges[:, 1])
        shared = np.maximum(across, 0.0) * np.maximum(down, 0.0)
        return np.asarray(shared / max(box.width * box.height, 1e-6), np.float64)

    def _enlarge(self, box: Box) -> Box:
        """Map a box of the page as it is looked at to the page."""
        return Box(box.x0 * self._across, box.y0 * self._down, box.x1 * self._across, box.y1 * self._down)


def _are_apart(boxes: Sequence[Box]) -> bool:
    """Tell whether numbers have a gap between any two."""
    ranked = sorted(boxes, key=lambda box: box.x0)
    return all(b.x0 - a.x1 >= _GAP * min(a.height, b.height) for a, b in pairwise(ranked))


def _is_held(part: Box, whole: Box) -> bool:
    """Tell whether most of a box lies within another one."""
    return measure_shared(part, whole) > _HELD * part.width * part.height
