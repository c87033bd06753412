"""Combs of a form that stand above or below another one, at the same columns.

Forms print the combs of a column with one ruler: what one of them shows clearly, where its boxes begin and
end, tells where to look for the teeth of the others, whose lines may be dotted, pale, or as high as another
row. Such a comb stands between two level lines, and all of its uprights are inked, dotted or not. Where no
comb of a column is clear, two rules tell, as far apart as some boxes of a clear comb elsewhere.

Letters: H, W rows and columns of the page; n level lines, e upright edges of the boxes of a comb.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.printed_boxes.boxes import FEW, FULL, SIDE, Cell, is_box_shaped
from sutja.types import Box

_SOFT = 3  # pixels within which a line may lie
_LEVEL = 0.85  # of a level line that is inked
# Of an upright that is inked, at the ends, within, in the mean: where both level lines are clear, and one.
_DOTTED, _CLEAR = (0.6, 0.35, 0.62), (0.7, 0.7, 0.85)
_HALF = 0.9  # factor on the score of a comb with one level line
_REACH, _DRIFT = 0.08, 0.012  # of a box's width, and of the distance, by which a comb may be off to the side
_RULED = (0.7, 0.0, 0.62)  # the same, between two rules
_BETWEEN = 3, 5  # boxes between two rules
_WIDER = 0.12  # of a box's width, by which these may be off
_LONG, _BREAK, _THICK = (
    1.5,
    7,
    10,
)  # heights of a box that rules run on, pixels of their breaks, of their width
_SAME_ROW = 0.5  # of a box's height: combs so near are one


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows between which a comb may stand; `half` where only one of them is a line."""

    top: int
    bottom: int
    half: bool = False


class ColumnSearch:
    """Looks for combs in the columns of others.

    Parameters
    ----------
    ink : NDArray[uint8]
        (H, W), 255 on ink.
    low, high : float
        Least and largest height of a box, in pixels.
    """

    def __init__(self, ink: NDArray[np.uint8], low: float, high: float) -> None:
        self._low, self._high = low, high
        self._ink = _sum_up(ink, 1)
        self._along = _sum_up(cv2.dilate(ink, np.ones((_SOFT, 1), np.uint8)), 1)
        self._upright = np.asarray(cv2.dilate(ink, np.ones((1, _SOFT), np.uint8)), np.uint8)
        self._down = _sum_up(self._upright, 0)

    def repeat(self, run: Sequence[Cell]) -> list[list[Cell]]:
        """Find the combs above and below another one.

        Parameters
        ----------
        run : Sequence[Cell]
            Its boxes, all of whose sides are clear.

        Returns
        -------
        list[list[Cell]]
            Combs of as many boxes, at the same columns or nearly, without the one given.
        """
        edges = np.array([(cell.box.x0, cell.box.x1) for cell in run]).round().astype(int)
        own = run[0].box
        return [
            found
            for rows in self._list_rows(edges, own.height)
            if abs((rows.top + rows.bottom) / 2 - (own.y0 + own.y1) / 2) >= _SAME_ROW * own.height
            for found in self._fit(edges, rows, _DRIFT * abs(rows.top - own.y0))
        ]

    def find_between_rules(self, run: Sequence[Cell]) -> list[list[Cell]]:
        """Find the combs between two long rules, as far apart as some boxes of a clear comb are wide.

        Parameters
        ----------
        run : Sequence[Cell]
            Boxes of the clear comb, which touch.
        """
        height, step = run[0].box.height, (run[-1].box.x1 - run[0].box.x0) / len(run)
        found = []
        for left, right in combinations(self._list_rules(round(_LONG * height)), 2):
            n = round((right - left) / step)
            if not _BETWEEN[0] <= n <= _BETWEEN[1] or abs(right - left - n * step) > _WIDER * step:
                continue
            teeth = np.linspace(left, right, n + 1).round().astype(int)
            edges = np.stack([teeth[:-1], teeth[1:]], axis=1)
            between = [rows for rows in self._list_rows(edges, height) if not rows.half]
            column = [comb for rows in between for comb in self._fit(edges, rows, 0.0, _RULED)]
            if len(column) >= FEW:
                found += column
        return found

    def _list_rules(self, length: int) -> list[int]:
        """List the columns of upright rules that are so long, a few breaks aside."""
        whole = cv2.morphologyEx(self._upright, cv2.MORPH_CLOSE, np.ones((_BREAK, 1), np.uint8))
        rules = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
        columns = np.flatnonzero(np.asarray(rules).any(axis=0))
        groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(columns) else []
        return [int(group.mean()) for group in groups if len(group) <= _THICK]

    def _list_rows(self, edges: NDArray[np.int_], height: float) -> list[_Rows]:
        """List where combs of these columns may stand: between two level lines, or beside one."""
        width, high = float(np.diff(edges, axis=1).mean()), round(height)
        lines = self._list_lines(edges)
        between = [(int(a[-1]), int(b[0])) for a, b in pairwise(lines)]
        rows = [_Rows(top, bottom) for top, bottom in between if is_box_shaped(width, bottom - top)]
        rows += [_Rows(int(line[0]) - high, int(line[0]), half=True) for line in lines]
        rows += [_Rows(int(line[-1]), int(line[-1]) + high, half=True) for line in lines]
        return [
            place
            for place in rows
            if self._low <= place.bottom - place.top <= self._high
            and place.top >= 0
            and place.bottom < len(self._down)
        ]

    def _list_lines(self, edges: NDArray[np.int_]) -> list[NDArray[np.int_]]:
        """List the level lines over all boxes, each by its rows."""
        inked = sum(self._along[:, end] - self._along[:, start] for start, end in edges)
        total = int(np.diff(edges, axis=1).sum())
        rows = np.flatnonzero(inked >= _LEVEL * total)
        if not len(rows):
            return []
        return np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)

    def _fit(
        self, edges: NDArray[np.int_], rows: _Rows, drift: float, least: tuple[float, float, float] = _DOTTED
    ) -> list[list[Cell]]:
        """Fit a comb between two rows, to the left or to the right of where it should be.

        Where only one of its level lines is known, all uprights have to be clear.
        """
        top, bottom = rows.top, rows.bottom
        height = bottom - top
        reach = round(_REACH * float(np.diff(edges, axis=1).mean()) + drift)
        shifts = np.arange(-reach, reach + 1)
        shifts = shifts[(edges.min() + shifts >= 0) & (edges.max() + shifts < self._down.shape[1])]
        if not len(shifts):
            return []
        columns = edges.reshape(-1)[None, :] + shifts[:, None]
        sides = (self._down[bottom, columns] - self._down[top, columns]) / height
        best = int(sides.mean(axis=1).argmax())
        inked = sides[best]
        outer, inner, mean = _CLEAR if rows.half else least
        if min(inked[0], inked[-1]) < outer or inked.min() < inner or inked.mean() < mean:
            return []
        placed = edges + shifts[best]
        inside = self._ink[top + 1 : bottom]
        ink = [int((inside[:, end] - inside[:, start]).sum()) for start, end in placed]
        if any(n > FULL * height * (end - start) for n, (start, end) in zip(ink, placed, strict=True)):
            return []
        side = (_HALF if rows.half else 1.0) * min(SIDE, float(inked.mean()))
        return [[Cell(side, Box(float(a), float(top), float(b), float(bottom))) for a, b in placed.tolist()]]


def _sum_up(plane: cv2.typing.MatLike, axis: int) -> NDArray[np.int32]:
    """Sum up the ink of a plane, (H, W), along an axis, from 0 on: (H + 1, W) or (H, W + 1)."""
    counts = np.cumsum(np.asarray(plane) > 0, axis=axis, dtype=np.int32)
    return np.asarray(np.pad(counts, [(1, 0), (0, 0)] if axis == 0 else [(0, 0), (1, 0)]), np.int32)
