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

_ABOVE, _BELOW = (
    0.3,
    0.4,
)  # of the height of a box drawn by hand: its edges may lie so far outside, and inside
_MOVED, _UNFOUND = (
    0.5,
    0.5,
)  # weight of how far both are moved against how much higher they make the box; of none
_LEAST_WIDTH = 1 / 3  # of the box's width that its lines enclose
_TOOTH = 0.16  # of a cell's width: a tooth may lie so far from its place
_LEVEL_SHARE, _UPRIGHT_SHARE = 0.6, 0.85  # of the box's width or height: a line is inked at least there
_MAX_LINE = 0.1  # of the box's height: lines are no thicker
_NEAR_TOOTH = 0.6  # thicknesses: ink so near to the place of a tooth, and as thin, is a part of it
_DASH = 0.5  # of the box's height: ink of a tooth that is broken, or short


@dataclass(frozen=True, slots=True)
class Placing:
    """Certainty about the place of a box.

    Attributes
    ----------
    off : float
        Its upper and its lower edge may lie so far off, in heights of the box.
    beside : float
        Its left and its right edge may lie so far off, in widths of a cell.
    margin : float
        So much is looked at around it, in heights of the box.
    by_hand : bool
        True if somebody drew it, so that its height is a guess.
    """

    off: float
    beside: float
    margin: float
    by_hand: bool = False


DRAWN = Placing(off=0.6, beside=0.3, margin=0.7, by_hand=True)
REGISTERED = Placing(off=0.6, beside=0.2, margin=0.7)  # a template's box on a page, which may be bent
ON_PAGE = Placing(off=0.15, beside=0.2, margin=0.7)  # by its lines on the page itself


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


def find_printed_lines(
    ink: NDArray[np.uint8], box: Box, n_cells: int, placing: Placing = REGISTERED
) -> PrintedLines:
    """Find the edges of a box and the teeth of its comb.

    Parameters
    ----------
    ink : NDArray[uint8]
        (H, W), 1 on ink.
    box : Box
        The box, where it should be.
    n_cells : int
        Cells of the comb.
    placing : Placing
        How well that is known.
    """
    mask = np.zeros_like(ink)
    thick = max(2, round(_MAX_LINE * box.height))
    level = _find_lines(ink, (box.x0, box.x1), _LEVEL_SHARE)
    inner = _find_inner_edges(level, box) if placing.by_hand else None
    y0, y1 = inner or _find_edges(level, box, placing.off)
    for line in level:
        _mark(ink, mask, line, thick)
    teeth = _find_teeth(ink, mask, Box(box.x0, y0, box.x1, y1), n_cells, thick, placing.beside)
    return PrintedLines(mask, y0, y1, teeth)


def _find_inner_edges(level: list[_Line], box: Box) -> tuple[float, float] | None:
    """Find the innermost lines around the middle of a box; None where one of them is missing."""
    middle = (box.y0 + box.y1) / 2
    outside, inside = _ABOVE * box.height, _BELOW * box.height
    above = [x for x in level if box.y0 - outside <= x.middle <= box.y0 + inside and x.stop <= middle]
    below = [x for x in level if box.y1 - inside <= x.middle <= box.y1 + outside and x.start >= middle]
    if not above or not below:
        return None
    return float(max(line.stop for line in above)), float(min(line.start for line in below))


def _find_edges(level: list[_Line], box: Box, off: float) -> tuple[float, float]:
    """Find the inner edges of a box: of two lines that are as far apart as its edges, near their places.

    A crease or a shadow may cross a field as well, and the box next to it has lines like its own.
    """
    reach = off * box.height
    above: list[_Line | None] = [line for line in level if abs(line.stop - box.y0) <= reach]
    below: list[_Line | None] = [line for line in level if abs(line.start - box.y1) <= reach]
    best, least = (box.y0, box.y1), 2 * _UNFOUND
    for top in (None, *above):
        for bottom in (None, *below):
            if top is None and bottom is None:
                continue
            y0 = float(top.stop) if top else bottom.start - box.height if bottom else box.y0
            y1 = float(bottom.start) if bottom else y0 + box.height
            taller = abs((y1 - y0) / box.height - 1.0)
            moved = (abs(y0 - box.y0) + abs(y1 - box.y1)) / 2 / box.height
            cost = taller + _MOVED * moved + _UNFOUND * (top is None or bottom is None)
            if y1 - y0 > box.height / 3 and cost < least:
                best, least = (y0, y1), cost
    return best


def _find_teeth(
    ink: NDArray[np.uint8], mask: NDArray[np.uint8], box: Box, n_cells: int, thick: int, beside: float
) -> tuple[float, ...]:
    """Find the left edge, the teeth and the right edge of a comb, and mark them."""
    upright = _find_lines(ink.T, (box.y0, box.y1), _UPRIGHT_SHARE)
    width = box.width / n_cells
    left = _nearest(upright, box.x0, beside * width)
    right = _nearest(upright, box.x1, beside * width)
    x0 = box.x0 if left is None else left.stop
    x1 = box.x1 if right is None else right.start
    if x1 - x0 < _LEAST_WIDTH * box.width:  # a block of ink, whose edges are not those of the box
        left = right = None
        x0, x1 = box.x0, box.x1
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
    reach = _NEAR_TOOTH * thick
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
