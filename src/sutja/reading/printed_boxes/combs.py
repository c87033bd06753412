"""Combs on a page: boxes for single digits that stand side by side.

Boxes of one size at one step make a comb (`boxes` finds them). A rule, or a longer step, parts two; boxes
whose lines are pale or broken are found by their neighbours, and by other combs of their column (`columns`).
Tables and puzzles, whose lines go on above or below, are no combs.

Letters: H, W rows and columns of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.printed_boxes.boxes import (
    FEW,
    SIDE,
    Cell,
    ScoreMap,
    drop_overlapping,
    find_holes,
    find_ink,
    find_overlapping,
    is_crossed,
    is_same_size,
    list_edges,
    list_sizes,
    score_boxes,
)
from sutja.reading.printed_boxes.columns import ColumnSearch
from sutja.reading.printed_boxes.ticks import find_ticked
from sutja.types import Box

MAX_CELLS = 16  # of a comb
_OFFSETS = 8, 6, 4  # grey levels by which they are, dark lines and pale ones
_MIN_SIDE = 18  # pixels of a box; digits in smaller ones cannot be read
_MIN_HEIGHT, _MAX_HEIGHT = 1.3, 9.0  # of a box, in usual heights of characters on the page
_DENSE, _MIN_HEIGHT_FEW = 60, 0.7  # characters on a page; the least height on one with fewer
_WEAK_SIDE = 0.72  # of a side that is inked, in boxes beside others
_FAINT_SIDE = 0.45  # the same, of boxes that stand in a column of others
_TOUCH = 0.12  # of a box's width: boxes so near share their lines
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


def find_combs(
    grey: NDArray[np.uint8], character_height: float, n_characters: int, *, with_ticks: bool = True
) -> list[Comb]:
    """Find the combs on a page.

    Parameters
    ----------
    grey : NDArray[uint8]
        Upright page, (H, W), ink dark.
    character_height : float
        Usual height of its characters, in pixels.
    n_characters : int
        Number of them; where there are few, the boxes themselves may have passed for characters.
    with_ticks : bool
        Find combs with short ticks for teeth as well, for which some printed words pass.

    Returns
    -------
    list[Comb]
        Combs of two boxes and more. Tables and puzzles, whose boxes touch in rows and columns, are none.
    """
    least = _MIN_HEIGHT if n_characters > _DENSE else _MIN_HEIGHT_FEW
    low, high = max(_MIN_SIDE, least * character_height), _MAX_HEIGHT * character_height
    inks = [find_ink(grey, offset) for offset in _OFFSETS]
    sizes = list_sizes([find_holes(ink, low, high) for ink in inks])
    found = [run for ink in inks for run in _find_runs(ink, sizes, low, high)]
    ranked = sorted(found, key=lambda run: -sum(cell.side for cell in run))
    framed = _keep_apart([], [[cell.box for cell in run] for run in ranked])
    ticked = find_ticked(inks[len(inks) // 2], low, high) if with_ticks else []
    kept = [*_drop_lattices(framed), *_keep_apart(framed, ticked)[len(framed) :]]
    return [Comb(tuple(boxes), _is_touching(boxes)) for boxes in kept]


def _keep_apart(kept: Sequence[list[Box]], others: Sequence[list[Box]]) -> list[list[Box]]:
    """Keep some runs of boxes, and of others those that overlap none that was kept before."""
    together = list(kept)
    for boxes in others:
        edges = list_edges([box for run in together for box in run])
        if not any(find_overlapping(box, edges).any() for box in boxes):
            together.append(boxes)
    return together


def _find_runs(
    ink: NDArray[np.uint8], sizes: Sequence[tuple[int, int]], low: float, high: float
) -> list[list[Cell]]:
    """Find boxes of some sizes side by side in ink, (H, W), and others in their columns."""
    maps = [score_boxes(ink, width, height) for width, height in sizes]
    found = [cell for scores in maps for cell in scores.list_boxes()]
    kept = drop_overlapping([cell for cell in found if not is_crossed(ink, cell.box)])
    upright = _bridge_breaks(ink)
    runs = [part for run in _chain(kept) for part in _split(run, upright)]
    longer = _align(_lengthen(runs, maps, upright), maps)
    kept_runs = [run for run in longer if 2 <= len(run) <= MAX_CELLS and not _is_of_table(run, upright)]
    columns = ColumnSearch(ink, low, high)
    clear = [run for run in kept_runs if min(cell.side for cell in run) >= SIDE]
    more = [other for run in clear for other in columns.repeat(run) if not _is_of_table(other, upright)]
    ruler = max(clear, key=len, default=[])
    if ruler and _is_touching([cell.box for cell in ruler]):
        more += [other for other in columns.find_between_rules(ruler) if not _is_of_table(other, ink)]
    return [*kept_runs, *more]


def _chain(cells: Sequence[Cell]) -> list[list[Cell]]:
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


def _find_following(cell: Cell, others: Sequence[Cell]) -> Cell | None:
    """Find the next box of a comb."""
    box = cell.box
    behind = [
        other
        for other in others
        if abs(box.y0 - other.box.y0) <= _LEVEL * box.height
        and is_same_size(box, other.box)
        and -_LEVEL * box.width <= other.box.x0 - box.x1 <= _GAP * box.width
    ]
    return min(behind, key=lambda other: other.box.x0, default=None)


def _bridge_breaks(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bridge small breaks of upright strokes: (H, W), 255 on ink and in such breaks."""
    return np.asarray(cv2.dilate(ink, np.ones((5, 5), np.uint8)), np.uint8)


def _lengthen(
    runs: Sequence[list[Cell]], maps: Sequence[ScoreMap], upright: NDArray[np.uint8]
) -> list[list[Cell]]:
    """Lengthen runs by boxes whose lines are pale or broken, at the step of the run or of others like it."""
    out: list[list[Cell]] = []
    taken = [cell.box for run in runs for cell in run]
    for run in runs:
        pitch = _find_pitch(run[0], run, runs)
        alike = [m for m in maps if is_same_size(run[0].box, Box(0.0, 0.0, m.width, m.height))]
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
                and not find_overlapping(cell.box, list_edges(taken)).any()
                and not _is_parted(one.box, other.box, upright)
            ]
            if not added:
                break
            taken += [cell.box for cell in added]
            longer = sorted([*longer, *added], key=lambda cell: cell.box.x0)
        out.append(longer)
    return out


def _find_best(maps: Sequence[ScoreMap], box: Box, shift: float, least: float = _WEAK_SIDE) -> Cell | None:
    """Find the darkest box of some sizes that stands so many pixels beside another one."""
    found = [cell for scores in maps if (cell := scores.find_near(box, shift, least)) is not None]
    return max(found, key=lambda cell: cell.side, default=None)


def _align(runs: Sequence[list[Cell]], maps: Sequence[ScoreMap]) -> list[list[Cell]]:
    """Lengthen runs by boxes that those above or below have at the same places, however broken they are."""
    out = []
    taken = [cell.box for run in runs for cell in run]
    for run in runs:
        first = run[0].box
        alike = [m for m in maps if is_same_size(first, Box(0.0, 0.0, m.width, m.height))]
        longer = [
            other
            for other in runs
            if len(other) > len(run)
            and is_same_size(first, other[0].box)
            and all(any(_share_column(cell.box, its.box) for its in other) for cell in run)
        ]
        added = []
        for its in longer[0] if len(longer) >= FEW else ():
            if any(_share_column(its.box, cell.box) for cell in run):
                continue
            place = Box(its.box.x0, first.y0, its.box.x1, first.y1)
            found = _find_best(alike, place, 0.0, _FAINT_SIDE)
            if found is not None and not find_overlapping(found.box, list_edges(taken)).any():
                added.append(found)
                taken.append(found.box)
        out.append(sorted([*run, *added], key=lambda cell: cell.box.x0))
    return out


def _share_column(a: Box, b: Box) -> bool:
    return abs(a.x0 - b.x0) <= _LEVEL * a.width


def _find_pitch(cell: Cell, run: Sequence[Cell], runs: Sequence[Sequence[Cell]]) -> float | None:
    """Find the step from a box to the next: in its run, or in others of boxes as large."""
    alike = [other for other in runs if len(other) > 1 and is_same_size(cell.box, other[0].box)]
    steps = [b.box.x0 - a.box.x0 for other in ([run] if len(run) > 1 else alike) for a, b in pairwise(other)]
    return float(np.median(steps)) if steps else None


def _split(run: Sequence[Cell], upright: NDArray[np.uint8]) -> list[list[Cell]]:
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


def _is_of_table(run: Sequence[Cell], upright: NDArray[np.uint8]) -> bool:
    """Tell whether a run is of a table or a puzzle: all its teeth go on above it, or below."""
    boxes = [cell.box for cell in run]
    if not _is_touching(boxes):
        return False
    first, last = boxes[0], boxes[-1]
    height = first.height
    teeth = [(a.x1 + b.x0) / 2 for a, b in pairwise(boxes)]
    middles = [(box.x0 + box.x1) / 2 for box in boxes]

    def goes_on(y0: float, y1: float) -> bool:
        """Tell whether there are lines at all teeth, and more than a shaded band."""
        return all(_has_line(upright, x, y0, y1) for x in teeth) and not all(
            _has_line(upright, x, y0, y1) for x in middles
        )

    return goes_on(first.y0 - _GOES_ON * height, first.y0) or goes_on(last.y1, last.y1 + _GOES_ON * height)


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
