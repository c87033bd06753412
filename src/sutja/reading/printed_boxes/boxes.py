"""Boxes for single digits on a page: their sizes, and where boxes of a size stand.

Where nothing is written across its lines, a box is a hole in the ink that is as rectangular as a box. Strokes
break such holes, so each size of box that is found in this way is then looked for everywhere: a box is where
all four sides are inked.

Letters: H, W rows and columns of the page, h, w those of a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.types import Box

SIDE = 0.85  # of a side that is inked, in most boxes of a comb
_WINDOW = 25  # pixels of the neighbourhood that lines are darker than
_ASPECT = 0.35, 1.7  # width to height of a box
_SOLID = 0.75  # of its enclosing box that a hole fills
_SAME = 0.1  # sizes that differ by less are one
FEW = 2  # boxes of one size, at least
_MOST_SIZES = 12
_REACH = 0.12  # of a box's height, by which its neighbour may be off
_MOST_BOXES = 120  # of one size
_LARGER, _CONCENTRIC = 1.25, 0.12  # times as large as a box within, and heights between the middles of both
_DOTTED = 0.25  # of an upright side that may be missing: teeth are often dotted
_LARGE = 24  # pixels of a side, from which lines may lean a little more
FULL = 0.45  # of a box that is inked: fuller ones are print
_OVERLAP = 0.2  # of a box by another
_INNER = 0.06, 0.18  # margins of a box's inside, across and down
_RULED = 0.95  # of a rule through a box that is inked


@dataclass(frozen=True, slots=True)
class Cell:
    """A box, and the score of its least inked side."""

    side: float
    box: Box


def find_ink(grey: NDArray[np.uint8], offset: int) -> NDArray[np.uint8]:
    """Find what is darker than its neighbourhood: (H, W), 255 on it."""
    blurred = cv2.GaussianBlur(grey, (3, 3), 0)
    ink = cv2.adaptiveThreshold(
        blurred, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _WINDOW, offset
    )
    return np.asarray(ink, np.uint8)


def find_holes(ink: NDArray[np.uint8], low: float, high: float) -> list[Box]:
    """Find the holes of a digit's size that straight lines enclose."""
    length = max(9, round(SIDE * low))
    across, down = np.ones((1, length), np.uint8), np.ones((length, 1), np.uint8)
    level = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_OPEN, across), cv2.MORPH_CLOSE, across)
    upright = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_OPEN, down), cv2.MORPH_CLOSE, down)
    lines = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(255 - lines, np.uint8), connectivity=4)
    return [
        Box(float(x - 1), float(y - 1), float(x + w + 1), float(y + h + 1))
        for x, y, w, h, area in stats[1:].tolist()
        if low <= h <= high and is_box_shaped(w, h) and area >= _SOLID * w * h
    ]


def is_box_shaped(width: float, height: float) -> bool:
    """Tell whether something is as wide for its height as a box for a digit may be."""
    return _ASPECT[0] * height <= width <= _ASPECT[1] * height


def list_sizes(holes: Sequence[Sequence[Box]]) -> list[tuple[int, int]]:
    """List the sizes (w, h) that several holes share, those of each list in turn, the most frequent first."""
    sizes: list[tuple[int, int]] = []
    for some in holes:
        left = [hole for hole in some if not any(is_same_size(Box(0, 0, *size), hole) for size in sizes)]
        for _ in range(_MOST_SIZES // len(holes)):
            groups = [[other for other in left if is_same_size(hole, other)] for hole in left]
            most = max(groups, key=len, default=[])
            if len(most) < FEW:
                break
            sizes.append(
                (round(np.median([b.width for b in most])), round(np.median([b.height for b in most])))
            )
            left = [hole for hole in left if hole not in most]
    return sizes


def is_same_size(a: Box, b: Box) -> bool:
    """Tell whether two boxes are as large as each other, or nearly."""
    return abs(a.width - b.width) <= _SAME * a.width and abs(a.height - b.height) <= _SAME * a.height


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """Scores of boxes of one size, of 255, (H - h, W - w), each at the place of the first pixel."""

    scores: NDArray[np.uint8]
    width: int
    height: int

    def list_boxes(self) -> list[Cell]:
        """List the boxes all of whose sides are inked, the darkest first."""
        around = cv2.dilate(self.scores, np.ones((self.height // 2, self.width // 2), np.uint8))
        best = ((self.scores >= 255 * SIDE) & (self.scores == around)).astype(np.uint8)
        _, _, _, middles = cv2.connectedComponentsWithStats(best, connectivity=8)
        cells = [self.make_cell(round(top), round(left)) for left, top in middles[1:].tolist()]
        return sorted(cells, key=lambda cell: -cell.side)[:_MOST_BOXES]

    def find_near(self, box: Box, shift: float, least: float) -> Cell | None:
        """Find the box with a score that stands so many pixels beside another one."""
        top, left = round(box.y0), round(box.x0 + shift)
        reach = max(1, round(_REACH * box.height))
        y, x = max(0, top - reach), max(0, left - reach)
        part = self.scores[y : top + reach + 1, x : left + reach + 1]
        if not part.size or part.max() < 255 * least:
            return None
        down, across = np.unravel_index(int(part.argmax()), part.shape)
        return self.make_cell(y + int(down), x + int(across))

    def make_cell(self, top: int, left: int) -> Cell:
        """Make the box at a place."""
        box = Box(float(left), float(top), float(left + self.width), float(top + self.height))
        return Cell(float(self.scores[top, left]) / 255, box)


def score_boxes(ink: NDArray[np.uint8], width: int, height: int) -> ScoreMap:
    """Score each place of a box of a size by its sides."""
    y, x = ink.shape[0] - height, ink.shape[1] - width
    if min(y, x) < 1:
        return ScoreMap(np.zeros((1, 1), np.uint8), width, height)
    soft = 3 if min(width, height) < _LARGE else 5  # pixels within which a side may lie
    along = _average(cv2.dilate(ink, np.ones((soft, 1), np.uint8)), width, 1)
    down = _average(cv2.dilate(ink, np.ones((1, soft), np.uint8)), 1, height)
    level = cv2.min(along[:y, :x], along[height:, :x])
    upright = cv2.min(down[:y, :x], down[:y, width:])
    scores = cv2.min(level, cv2.add(upright, np.full_like(upright, round(255 * _DOTTED))))
    scores[_average(ink, width, height)[:y, :x] > 255 * FULL] = 0
    return ScoreMap(np.asarray(scores, np.uint8), width, height)


def _average(plane: cv2.typing.MatLike, width: int, height: int) -> NDArray[np.uint8]:
    """Average windows, each at the place of its first pixel."""
    averages = cv2.boxFilter(plane, -1, (width, height), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    return np.ascontiguousarray(averages, np.uint8)


def is_crossed(ink: NDArray[np.uint8], box: Box) -> bool:
    """Tell whether a rule runs through a box from side to side."""
    dx, dy = _INNER[0] * box.width, _INNER[1] * box.height
    part = ink[round(box.y0 + dy) : round(box.y1 - dy), round(box.x0 + dx) : round(box.x1 - dx)]
    if not part.size:
        return False
    rows = cv2.dilate(part, np.ones((3, 1), np.uint8)).mean(axis=1)
    return bool(rows.max() >= 255 * _RULED)


def drop_overlapping(found: Sequence[Cell]) -> list[Cell]:
    """Keep of boxes that overlap the one with the darkest lines, or the outer one of two with one middle."""
    ranked = sorted(found, key=lambda cell: -cell.side)
    edges = list_edges([cell.box for cell in ranked])
    kept = np.zeros(len(ranked), np.bool_)
    for i, cell in enumerate(ranked):
        rivals = np.flatnonzero(kept[:i] & find_overlapping(cell.box, edges[:i]))
        if not len(rivals) or (len(rivals) == 1 and _is_around(cell.box, ranked[rivals[0]].box)):
            kept[rivals] = False
            kept[i] = True
    return [cell for cell, is_kept in zip(ranked, kept, strict=True) if is_kept]


def list_edges(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """List the edges x0, y0, x1, y1 of boxes: (n, 4)."""
    return np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], np.float64).reshape(-1, 4)


def find_overlapping(box: Box, edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Find the boxes, by their edges (n, 4), that share more with a box than their lines: (n,)."""
    width = np.minimum(box.x1, edges[:, 2]) - np.maximum(box.x0, edges[:, 0])
    height = np.minimum(box.y1, edges[:, 3]) - np.maximum(box.y0, edges[:, 1])
    areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
    shared = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    return np.asarray(shared > _OVERLAP * np.minimum(box.width * box.height, areas), np.bool_)


def _is_around(outer: Box, inner: Box) -> bool:
    """Tell whether a box stands around another one, with the same middle, as guides for writing do."""
    off = _CONCENTRIC * outer.height
    return (
        abs((outer.x0 + outer.x1) - (inner.x0 + inner.x1)) <= 2 * off
        and abs((outer.y0 + outer.y1) - (inner.y0 + inner.y1)) <= 2 * off
        and outer.width >= _LARGER * inner.width
        and outer.height >= _LARGER * inner.height
    )
