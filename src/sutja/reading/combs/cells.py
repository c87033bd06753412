"""Boxes for single digits on a page, found by their lines, and the combs that they make.

Where nothing is written across its lines, a box is a hole in the ink that is as rectangular as a box. Strokes
break such holes, so each size of box that is found in this way is then looked for everywhere: a box is where
all four sides are inked.

Letters: H, W rows and columns of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.types import Box

MAX_CELLS = 16  # of a comb
_WINDOW = 25  # pixels of the neighbourhood that lines are darker than
_OFFSETS = 8, 6, 4  # grey levels by which they are, dark lines and pale ones
_MIN_SIDE = 18  # pixels of a box; digits in smaller ones cannot be read
_MIN_HEIGHT, _MAX_HEIGHT = 0.7, 9.0  # of a box, in usual heights of characters on the page
_ASPECT = 0.35, 1.7  # width to height of a box
_SOLID = 0.75  # of its enclosing box that a hole fills
_SAME = 0.1  # sizes that differ by less are one
_FEW = 2  # boxes of one size, at least
_MOST_SIZES = 12
_SIDE, _WEAK_SIDE = 0.85, 0.72  # of a side that is inked: of most boxes of a comb, and of the others
_FAINT_SIDE = 0.45  # the same, of boxes that stand in a column of others
_REACH = 0.12  # of a box's height, by which its neighbour may be off
_MOST_BOXES = 400  # of one size
_LARGER, _CONCENTRIC = 1.25, 0.12  # times as large as a box within, and heights between the middles of both
_DOTTED = 0.25  # of an upright side that may be missing: teeth are often dotted
_LARGE = 24  # pixels of a side, from which lines may lean a little more
_FULL = 0.45  # of a box that is inked: fuller ones are print
_OVERLAP = 0.2  # of a box by another
_TOUCH = 0.12  # of a box's width: boxes so near share their lines
_INNER, _RULED = (
    (0.06, 0.18),
    0.95,
)  # margins of a box's inside across and down, and share of a rule through it that is inked
_GAP = 0.6  # of a box's width: the most between two boxes of a comb
_LEVEL = 0.18  # of a box's height, by which two of a comb may be off
_EVEN = 0.12  # of the pitch, by which one step may differ from another
_RULE = 1.6  # heights of a box: an upright line so long parts two combs
_GOES_ON, _LINE = 0.7, 0.7  # heights of a box that teeth of a table go on, and share of a line that is inked
_LATTICE = 4  # rows and columns of touching boxes that make a table or a puzzle


@dataclass(frozen=True, slots=True)
class Comb:
    """Boxes side by side, of one number, on the page; `touching` where neighbours share their lines."""

    cells: tuple[Box, ...]
    touching: bool

    @property
    def box(self) -> Box:
        """Box about all of them."""
        first, last = self.cells[0], self.cells[-1]
        return Box(first.x0, min(c.y0 for c in self.cells), last.x1, max(c.y1 for c in self.cells))


@dataclass(frozen=True, slots=True)
class _Cell:
    """A box, and the score of its least inked side."""

    side: float
    box: Box


def find_combs(grey: NDArray[np.uint8], character_height: float) -> list[Comb]:
    """Find the combs on a page.

    Parameters
    ----------
    grey : NDArray[uint8]
        Upright page, (H, W), ink dark.
    character_height : float
        Usual height of its characters, in pixels.

    Returns
    -------
    list[Comb]
        Combs of two boxes and more. Tables and puzzles, whose boxes touch in rows and columns, are none.
    """
    low, high = max(_MIN_SIDE, _MIN_HEIGHT * character_height), _MAX_HEIGHT * character_height
    inks = [_find_ink(grey, offset) for offset in _OFFSETS]
    sizes = _list_sizes([_find_holes(ink, low, high) for ink in inks])
    found = [run for ink in inks for run in _find_runs(ink, sizes)]
    kept: list[list[Box]] = []
    for run in sorted(found, key=lambda run: -sum(cell.side for cell in run)):
        boxes = [cell.box for cell in run]
        if not any(_overlap(box, other) for box in boxes for others in kept for other in others):
            kept.append(boxes)
    return [Comb(tuple(boxes), _is_touching(boxes)) for boxes in _drop_lattices(kept)]


def _find_runs(ink: NDArray[np.uint8], sizes: Sequence[tuple[int, int]]) -> list[list[_Cell]]:
    """Find boxes of some sizes side by side in ink, (H, W)."""
    maps = [_score_boxes(ink, width, height) for width, height in sizes]
    found = [cell for scores in maps for cell in scores.list_boxes()]
    kept = _drop_overlapping([cell for cell in found if not _is_crossed(ink, cell.box)])
    upright = _bridge_breaks(ink)
    runs = [part for run in _chain(kept) for part in _split(run, upright)]
    longer = _align(_lengthen(runs, maps, upright), maps)
    return [run for run in longer if 2 <= len(run) <= MAX_CELLS and not _is_of_table(run, upright)]


def _find_ink(grey: NDArray[np.uint8], offset: int) -> NDArray[np.uint8]:
    """Find what is darker than its neighbourhood: (H, W), 255 on it."""
    blurred = cv2.GaussianBlur(grey, (3, 3), 0)
    ink = cv2.adaptiveThreshold(
        blurred, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _WINDOW, offset
    )
    return np.asarray(ink, np.uint8)


def _find_holes(ink: NDArray[np.uint8], low: float, high: float) -> list[Box]:
    """Find the holes of a digit's size that straight lines enclose."""
    length = max(9, round(_SIDE * low))
    across, down = np.ones((1, length), np.uint8), np.ones((length, 1), np.uint8)
    level = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_OPEN, across), cv2.MORPH_CLOSE, across)
    upright = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_OPEN, down), cv2.MORPH_CLOSE, down)
    lines = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(255 - lines, np.uint8), connectivity=4)
    return [
        Box(float(x - 1), float(y - 1), float(x + w + 1), float(y + h + 1))
        for x, y, w, h, area in stats[1:].tolist()
        if low <= h <= high and _ASPECT[0] * h <= w <= _ASPECT[1] * h and area >= _SOLID * w * h
    ]


def _list_sizes(holes: Sequence[Sequence[Box]]) -> list[tuple[int, int]]:
    """List the sizes (w, h) that several holes share, those of each list in turn, the most frequent first."""
    sizes: list[tuple[int, int]] = []
    for some in holes:
        left = [hole for hole in some if not any(_is_same_size(Box(0, 0, *size), hole) for size in sizes)]
        for _ in range(_MOST_SIZES // len(holes)):
            groups = [[other for other in left if _is_same_size(hole, other)] for hole in left]
            most = max(groups, key=len, default=[])
            if len(most) < _FEW:
                break
            sizes.append(
                (round(np.median([b.width for b in most])), round(np.median([b.height for b in most])))
            )
            left = [hole for hole in left if hole not in most]
    return sizes


def _is_same_size(a: Box, b: Box) -> bool:
    return abs(a.width - b.width) <= _SAME * a.width and abs(a.height - b.height) <= _SAME * a.height


@dataclass(frozen=True, slots=True)
class _ScoreMap:
    """Scores of boxes of one size, of 255, (H - h, W - w), each at the place of the first pixel."""

    scores: NDArray[np.uint8]
    width: int
    height: int

    def list_boxes(self) -> list[_Cell]:
        """List the boxes all of whose sides are inked, the darkest first."""
        around = cv2.dilate(self.scores, np.ones((self.height // 2, self.width // 2), np.uint8))
        best = ((self.scores >= 255 * _SIDE) & (self.scores == around)).astype(np.uint8)
        _, _, _, middles = cv2.connectedComponentsWithStats(best, connectivity=8)
        cells = [self.make_cell(round(top), round(left)) for left, top in middles[1:].tolist()]
        return sorted(cells, key=lambda cell: -cell.side)[:_MOST_BOXES]

    def find_near(self, box: Box, shift: float, least: float) -> _Cell | None:
        """Find the box with a score that stands so many pixels beside another one."""
        top, left = round(box.y0), round(box.x0 + shift)
        reach = max(1, round(_REACH * box.height))
        y, x = max(0, top - reach), max(0, left - reach)
        part = self.scores[y : top + reach + 1, x : left + reach + 1]
        if not part.size or part.max() < 255 * least:
            return None
        down, across = np.unravel_index(int(part.argmax()), part.shape)
        return self.make_cell(y + int(down), x + int(across))

    def make_cell(self, top: int, left: int) -> _Cell:
        """Make the box at a place."""
        box = Box(float(left), float(top), float(left + self.width), float(top + self.height))
        return _Cell(float(self.scores[top, left]) / 255, box)


def _score_boxes(ink: NDArray[np.uint8], width: int, height: int) -> _ScoreMap:
    """Score each place of a box of a size by its sides."""
    y, x = ink.shape[0] - height, ink.shape[1] - width
    if min(y, x) < 1:
        return _ScoreMap(np.zeros((1, 1), np.uint8), width, height)
    soft = 3 if min(width, height) < _LARGE else 5  # pixels within which a side may lie
    along = _average(cv2.dilate(ink, np.ones((soft, 1), np.uint8)), width, 1)
    down = _average(cv2.dilate(ink, np.ones((1, soft), np.uint8)), 1, height)
    level = cv2.min(along[:y, :x], along[height:, :x])
    upright = cv2.min(down[:y, :x], down[:y, width:])
    scores = cv2.min(level, cv2.add(upright, np.full_like(upright, round(255 * _DOTTED))))
    scores[_average(ink, width, height)[:y, :x] > 255 * _FULL] = 0
    return _ScoreMap(np.asarray(scores, np.uint8), width, height)


def _average(plane: cv2.typing.MatLike, width: int, height: int) -> NDArray[np.uint8]:
    """Average windows, each at the place of its first pixel."""
    averages = cv2.boxFilter(plane, -1, (width, height), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    return np.ascontiguousarray(averages, np.uint8)


def _is_crossed(ink: NDArray[np.uint8], box: Box) -> bool:
    """Tell whether a rule runs through a box from side to side."""
    dx, dy = _INNER[0] * box.width, _INNER[1] * box.height
    part = ink[round(box.y0 + dy) : round(box.y1 - dy), round(box.x0 + dx) : round(box.x1 - dx)]
    if not part.size:
        return False
    rows = cv2.dilate(part, np.ones((3, 1), np.uint8)).mean(axis=1)
    return bool(rows.max() >= 255 * _RULED)


def _drop_overlapping(found: Sequence[_Cell]) -> list[_Cell]:
    """Keep of boxes that overlap the one with the darkest lines, or the outer one of two with one middle."""
    kept: list[_Cell] = []
    for cell in sorted(found, key=lambda cell: -cell.side):
        rivals = [other for other in kept if _overlap(cell.box, other.box)]
        if not rivals or (len(rivals) == 1 and _is_around(cell.box, rivals[0].box)):
            kept = [other for other in kept if other not in rivals]
            kept.append(cell)
    return kept


def _is_around(outer: Box, inner: Box) -> bool:
    """Tell whether a box stands around another one, with the same middle, as guides for writing do."""
    off = _CONCENTRIC * outer.height
    return (
        abs((outer.x0 + outer.x1) - (inner.x0 + inner.x1)) <= 2 * off
        and abs((outer.y0 + outer.y1) - (inner.y0 + inner.y1)) <= 2 * off
        and outer.width >= _LARGER * inner.width
        and outer.height >= _LARGER * inner.height
    )


def _overlap(a: Box, b: Box) -> bool:
    return _measure_shared(a, b) > _OVERLAP * min(a.width * a.height, b.width * b.height)


def _measure_shared(a: Box, b: Box) -> float:
    width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(0.0, width) * max(0.0, height)


def _chain(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    """Chain boxes of one size that stand side by side."""
    left = sorted(cells, key=lambda cell: cell.box.x0)
    runs = []
    while left:
        run = [left.pop(0)]
        while (following := _find_following(run[-1], left)) is not None:
            run.append(following)
            left.remove(following)
        runs.append(run)
    return runs


def _find_following(cell: _Cell, others: Sequence[_Cell]) -> _Cell | None:
    """Find the next box of a comb."""
    box = cell.box
    behind = [
        other
        for other in others
        if abs(box.y0 - other.box.y0) <= _LEVEL * box.height
        and _is_same_size(box, other.box)
        and -_LEVEL * box.width <= other.box.x0 - box.x1 <= _GAP * box.width
    ]
    return min(behind, key=lambda other: other.box.x0, default=None)


def _bridge_breaks(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bridge small breaks of upright strokes: (H, W), 255 on ink and in such breaks."""
    return np.asarray(cv2.dilate(ink, np.ones((5, 5), np.uint8)), np.uint8)


def _lengthen(
    runs: Sequence[list[_Cell]], maps: Sequence[_ScoreMap], upright: NDArray[np.uint8]
) -> list[list[_Cell]]:
    """Lengthen runs by boxes whose lines are pale or broken, at the step of the run or of others like it."""
    out: list[list[_Cell]] = []
    taken = [cell.box for run in runs for cell in run]
    for run in runs:
        pitch = _find_pitch(run[0], run, runs)
        alike = [m for m in maps if _is_same_size(run[0].box, Box(0.0, 0.0, m.width, m.height))]
        longer = list(run)
        while pitch is not None and len(longer) <= MAX_CELLS:
            ahead = _find_best(alike, longer[-1].box, pitch)
            behind = _find_best(alike, longer[0].box, -pitch)
            added = [
                cell
                for cell, one, other in ((ahead, longer[-1], ahead), (behind, behind, longer[0]))
                if cell is not None
                and one is not None
                and other is not None
                and not any(_overlap(cell.box, box) for box in taken)
                and not _is_parted(one.box, other.box, upright)
            ]
            if not added:
                break
            taken += [cell.box for cell in added]
            longer = sorted([*longer, *added], key=lambda cell: cell.box.x0)
        out.append(longer)
    return out


def _find_best(maps: Sequence[_ScoreMap], box: Box, shift: float, least: float = _WEAK_SIDE) -> _Cell | None:
    """Find the darkest box of some sizes that stands so many pixels beside another one."""
    found = [cell for scores in maps if (cell := scores.find_near(box, shift, least)) is not None]
    return max(found, key=lambda cell: cell.side, default=None)


def _align(runs: Sequence[list[_Cell]], maps: Sequence[_ScoreMap]) -> list[list[_Cell]]:
    """Lengthen runs by boxes that those above or below have at the same places, however broken they are."""
    out = []
    taken = [cell.box for run in runs for cell in run]
    for run in runs:
        first = run[0].box
        alike = [m for m in maps if _is_same_size(first, Box(0.0, 0.0, m.width, m.height))]
        longer = [
            other
            for other in runs
            if len(other) > len(run)
            and _is_same_size(first, other[0].box)
            and all(any(_share_column(cell.box, its.box) for its in other) for cell in run)
        ]
        added = []
        for its in longer[0] if len(longer) >= _FEW else ():
            if any(_share_column(its.box, cell.box) for cell in run):
                continue
            place = Box(its.box.x0, first.y0, its.box.x1, first.y1)
            found = _find_best(alike, place, 0.0, _FAINT_SIDE)
            if found is not None and not any(_overlap(found.box, box) for box in taken):
                added.append(found)
                taken.append(found.box)
        out.append(sorted([*run, *added], key=lambda cell: cell.box.x0))
    return out


def _share_column(a: Box, b: Box) -> bool:
    return abs(a.x0 - b.x0) <= _LEVEL * a.width


def _find_pitch(cell: _Cell, run: Sequence[_Cell], runs: Sequence[Sequence[_Cell]]) -> float | None:
    """Find the step from a box to the next: in its run, or in others of boxes as large."""
    alike = [other for other in runs if len(other) > 1 and _is_same_size(cell.box, other[0].box)]
    steps = [b.box.x0 - a.box.x0 for other in ([run] if len(run) > 1 else alike) for a, b in pairwise(other)]
    return float(np.median(steps)) if steps else None


def _split(run: Sequence[_Cell], upright: NDArray[np.uint8]) -> list[list[_Cell]]:
    """Split a run of boxes where the step is longer than the usual one, or where a long rule parts two."""
    if len(run) < 2:
        return [list(run)]
    steps = [b.box.x0 - a.box.x0 for a, b in pairwise(run)]
    usual = min(steps)
    parts = [[run[0]]]
    for step, (one, other) in zip(steps, pairwise(run), strict=True):
        if step > (1 + _EVEN) * usual or _is_parted(one.box, other.box, upright):
            parts.append([])
        parts[-1].append(other)
    return parts


def _is_parted(one: Box, other: Box, upright: NDArray[np.uint8]) -> bool:
    """Tell whether a rule that is longer than the boxes stands between two."""
    if other.x0 - one.x1 < 3:
        return False
    middle, height = (one.y0 + one.y1) / 2, one.height
    y0, y1 = max(0, round(middle - _RULE * height / 2)), round(middle + _RULE * height / 2)
    strip = upright[y0:y1, round(one.x1) + 1 : max(round(one.x1) + 2, round(other.x0) - 1)]
    return bool(strip.size and strip.all(axis=0).any())


def _is_of_table(run: Sequence[_Cell], upright: NDArray[np.uint8]) -> bool:
    """Tell whether a run is of a table or a puzzle: its teeth go on above or below, and boxes beside it."""
    boxes = [cell.box for cell in run]
    if not _is_touching(boxes):
        return False
    first, last = boxes[0], boxes[-1]
    height, pitch = first.height, (last.x0 - first.x0) / (len(boxes) - 1)
    teeth = [(a.x1 + b.x0) / 2 for a, b in pairwise(boxes)]
    above = [_has_line(upright, x, first.y0 - _GOES_ON * height, first.y0) for x in teeth]
    below = [_has_line(upright, x, last.y1, last.y1 + _GOES_ON * height) for x in teeth]
    if not (all(above) or all(below)):
        return False
    beside = [
        _has_line(upright, x, box.y0, box.y1)
        for x, box in ((first.x0 - pitch, first), (last.x1 + pitch, last))
    ]
    return len(boxes) >= _LATTICE or any(beside)


def _has_line(upright: NDArray[np.uint8], x: float, y0: float, y1: float) -> bool:
    """Tell whether an upright line runs from one row to another."""
    strip = upright[max(0, round(y0)) : max(0, round(y1)), max(0, round(x) - 3) : round(x) + 4]
    return bool(strip.size and strip.mean(axis=0).max() >= 255 * _LINE)


def _drop_lattices(runs: Sequence[list[Box]]) -> list[list[Box]]:
    """Drop runs that touch as many others above and below as a table or a puzzle has rows."""

    def is_below(upper: Sequence[Box], lower: Sequence[Box]) -> bool:
        a, b = upper[0], lower[0]
        gap = b.y0 - a.y1
        return (
            abs(gap) <= _LEVEL * a.height
            and abs(a.x0 - b.x0) <= _LEVEL * a.width
            and abs(len(upper) - len(lower)) <= 1
        )

    stacks = list(range(len(runs)))
    for i, upper in enumerate(runs):
        for j, lower in enumerate(runs):
            if is_below(upper, lower):
                old, new = stacks[j], stacks[i]
                stacks = [new if stack == old else stack for stack in stacks]
    return [
        run
        for run, stack in zip(runs, stacks, strict=True)
        if len(run) < _LATTICE or stacks.count(stack) < _LATTICE
    ]


def _is_touching(run: Sequence[Box]) -> bool:
    return max(b.x0 - a.x1 for a, b in pairwise(run)) < _TOUCH * run[0].width
