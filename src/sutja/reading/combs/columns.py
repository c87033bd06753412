"""Combs of a form that stand above or below another one, at the same columns.

Forms print the combs of a column with one ruler: what one of them shows clearly, where its boxes begin and
end, tells where to look for the teeth of the others, whose lines may be dotted, pale, or as high as another
row. Such a comb stands between two level lines, and all of its uprights are inked, dotted or not.

Letters: H, W rows and columns of the page; n level lines, e upright edges of the boxes of a comb.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.combs.boxes import FULL, SIDE, Cell, is_box_shaped
from sutja.types import Box

_SOFT = 3  # pixels within which a line may lie
_LEVEL = 0.85  # of a level line that is inked
_OUTER, _INNER, _MEAN = 0.6, 0.35, 0.62  # of an upright that is inked: at the ends, within, and in the mean
_REACH, _DRIFT = 0.08, 0.012  # of a box's width, and of the distance, by which a comb may be off to the side
_SAME_ROW = 0.5  # of a box's height: combs so near are one


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
        self._down = _sum_up(cv2.dilate(ink, np.ones((1, _SOFT), np.uint8)), 0)

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
        width, own = float(np.diff(edges, axis=1).mean()), run[0].box
        found = []
        for top, bottom in self._list_rows(edges):
            if abs((top + bottom) / 2 - (own.y0 + own.y1) / 2) < _SAME_ROW * own.height:
                continue
            if not is_box_shaped(width, bottom - top):
                continue
            reach = round(_REACH * width + _DRIFT * abs(top - own.y0))
            cells = self._fit(edges, top, bottom, reach)
            if cells is not None:
                found.append(cells)
        return found

    def _list_rows(self, edges: NDArray[np.int_]) -> list[tuple[int, int]]:
        """List the rows (top, bottom) between neighbouring level lines over all boxes, as high as a box."""
        inked = sum(self._along[:, end] - self._along[:, start] for start, end in edges)
        total = int(np.diff(edges, axis=1).sum())
        rows = np.flatnonzero(inked >= _LEVEL * total)
        if not len(rows):
            return []
        lines = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
        pairs = [(int(a[-1]), int(b[0])) for a, b in pairwise(lines)]
        return [(top, bottom) for top, bottom in pairs if self._low <= bottom - top <= self._high]

    def _fit(self, edges: NDArray[np.int_], top: int, bottom: int, reach: int) -> list[Cell] | None:
        """Fit a comb between two lines, to the left or to the right of where the other one is."""
        height = bottom - top
        shifts = np.arange(-reach, reach + 1)
        shifts = shifts[(edges.min() + shifts >= 0) & (edges.max() + shifts < self._down.shape[1])]
        if not len(shifts):
            return None
        columns = edges.reshape(-1)[None, :] + shifts[:, None]
        sides = (self._down[bottom, columns] - self._down[top, columns]) / height
        best = int(sides.mean(axis=1).argmax())
        inked = sides[best]
        if min(inked[0], inked[-1]) < _OUTER or inked.min() < _INNER or inked.mean() < _MEAN:
            return None
        placed = edges + shifts[best]
        rows = self._ink[top + 1 : bottom]
        if any(
            (rows[:, end] - rows[:, start]).sum() > FULL * height * (end - start) for start, end in placed
        ):
            return None
        side = min(SIDE, float(inked.mean()))
        return [Cell(side, Box(float(a), float(top), float(b), float(bottom))) for a, b in placed.tolist()]


def _sum_up(plane: cv2.typing.MatLike, axis: int) -> NDArray[np.int32]:
    """Sum up the ink of a plane, (H, W), along an axis, from 0 on: (H + 1, W) or (H, W + 1)."""
    counts = np.cumsum(np.asarray(plane) > 0, axis=axis, dtype=np.int32)
    return np.asarray(np.pad(counts, [(1, 0), (0, 0)] if axis == 0 else [(0, 0), (1, 0)]), np.int32)
