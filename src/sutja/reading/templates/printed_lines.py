"""Printed lines of a field: the edges of its box and the teeth of its comb, found near where they should be.

Boxes of templates are drawn by hand, and a form's lines are where its printer left them: a field's box is
what its lines enclose, around the middle of the box that the template has.

Letters: H, W rows and columns of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.types import Box

_OUTSIDE = 0.3  # of the box's height, or of a cell's width: an edge may lie so far outside of its place
_INSIDE = 0.4  # of the box's height: or so far inside
_TOOTH = 0.16  # of a cell's width: a tooth may lie so far from its place
_LEVEL_SHARE, _UPRIGHT_SHARE = 0.6, 0.85  # of the box's width or height: a line is inked at least there
_MAX_LINE = 0.1  # of the box's height: lines are no thicker
_BESIDE = 0.6  # thicknesses: ink so near to the place of a tooth, and as thin, is a part of it
_DASH = 0.35  # of the box's height: ink of a tooth that is broken


@dataclass(frozen=True, slots=True)
class PrintedLines:
    """Lines of a field's box.

    Attributes
    ----------
    mask : NDArray[uint8]
        (H, W), 1 on the lines.
    top, bottom : float
        Inner edges of the box.
    teeth : tuple[float, ...]
        Its left edge, the teeth between cells, its right edge.
    """

    mask: NDArray[np.uint8]
    top: float
    bottom: float
    teeth: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line across the rows [start, stop)."""

    start: int
    stop: int

    @property
    def middle(self) -> float:
        return (self.start + self.stop) / 2


def find_printed_lines(ink: NDArray[np.uint8], box: Box, n_cells: int) -> PrintedLines:
    """Find the edges of a box and the teeth of its comb.

    Parameters
    ----------
    ink : NDArray[uint8]
        (H, W), 1 on ink.
    box : Box
        The box, where the template has it.
    n_cells : int
        Cells of the comb.
    """
    mask = np.zeros_like(ink)
    thick = max(2, round(_MAX_LINE * box.height))
    level = _find_lines(ink, (box.x0, box.x1), _LEVEL_SHARE)
    middle = (box.y0 + box.y1) / 2
    lowest, highest = box.y0 - _OUTSIDE * box.height, box.y1 + _OUTSIDE * box.height
    inside = _INSIDE * box.height
    above = [line for line in level if lowest <= line.middle <= box.y0 + inside and line.stop <= middle]
    below = [line for line in level if box.y1 - inside <= line.middle <= highest and line.start >= middle]
    top = max(above, key=lambda line: line.middle, default=None)
    bottom = min(below, key=lambda line: line.middle, default=None)
    for line in level:
        _mark(ink, mask, line, thick)
    y0 = box.y0 if top is None else top.stop
    y1 = box.y1 if bottom is None else bottom.start
    teeth = _find_teeth(ink, mask, Box(box.x0, float(y0), box.x1, float(y1)), n_cells, thick)
    return PrintedLines(mask, float(y0), float(y1), teeth)


def _find_teeth(
    ink: NDArray[np.uint8], mask: NDArray[np.uint8], box: Box, n_cells: int, thick: int
) -> tuple[float, ...]:
    """Find the left edge, the teeth and the right edge of a comb, and mark them."""
    upright = _find_lines(ink.T, (box.y0, box.y1), _UPRIGHT_SHARE)
    width = box.width / n_cells
    left = _nearest(upright, box.x0, _OUTSIDE * width)
    right = _nearest(upright, box.x1, _OUTSIDE * width)
    x0 = box.x0 if left is None else left.stop
    x1 = box.x1 if right is None else right.start
    places = [x0 + (x1 - x0) * i / n_cells for i in range(1, n_cells)]
    inner = [_nearest(upright, place, _TOOTH * width) for place in places]
    for line in (left, *inner, right):
        if line is not None:
            _mark(ink.T, mask.T, line, thick)
    teeth = [place if line is None else line.middle for place, line in zip(places, inner, strict=True)]
    for place in (box.x0, *teeth, box.x1):
        _mark_dashes(ink, mask, place, box, thick)
    return (float(x0), *teeth, float(x1))


def _nearest(lines: list[_Line], place: float, reach: float) -> _Line | None:
    near = [line for line in lines if abs(line.middle - place) <= reach]
    return min(near, key=lambda line: abs(line.middle - place), default=None)


def _find_lines(ink: NDArray[np.uint8], span: tuple[float, float], least: float) -> list[_Line]:
    """Find the rows in which `least` of a span of columns is ink, next to one another as one line."""
    first, last = max(0, round(span[0])), min(ink.shape[1], round(span[1]))
    band = np.ascontiguousarray(ink[:, first:last])
    if band.size == 0:
        return []
    near = cv2.dilate(band, np.ones((3, 1), np.uint8))  # a line may lean a little
    rows = np.flatnonzero(near.mean(axis=1) >= least)
    if not len(rows):
        return []
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return [_Line(int(group[0]), int(group[-1]) + 1) for group in groups]


def _mark(ink: NDArray[np.uint8], mask: NDArray[np.uint8], line: _Line, thick: int) -> None:
    """Mark the ink of a line in `mask`, but for the strokes that go through it."""
    start, stop = max(0, line.start - 1), line.stop + 1
    if stop - start > thick + 2:  # a block of ink, not a line
        mask[start:stop, :] |= ink[start:stop, :]
        return
    low, high = max(0, start - thick), stop + thick
    around = np.ascontiguousarray(ink[low:high, :])
    through = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((thick + stop - start, 1), np.uint8))
    strip = slice(start - low, stop - low)
    mask[start:stop, :] |= around[strip, :] & (1 - np.asarray(through, np.uint8)[strip, :])


def _mark_dashes(ink: NDArray[np.uint8], mask: NDArray[np.uint8], place: float, box: Box, thick: int) -> None:
    """Mark what is left of a broken tooth: thin upright ink at its place."""
    rest = np.asarray(ink & (1 - mask), np.uint8)
    reach = _BESIDE * thick
    x0, x1 = max(0, round(place - 2 * reach)), round(place + 2 * reach) + 1
    part = np.ascontiguousarray(rest[:, x0:x1])
    if part.size == 0:
        return
    count, labels, stats, centres = cv2.connectedComponentsWithStats(part, connectivity=8)
    for label in range(1, count):
        _, _, w, h, _ = (int(value) for value in stats[label])
        near = abs(x0 + centres[label][0] - place) <= reach
        if near and w <= thick and h <= _DASH * box.height:
            mask[:, x0:x1] |= (labels == label).astype(np.uint8)
