"""Rows and columns of tables, by the boxes of the numbers alone; and the reading order of a page.

Each box is linked to its neighbour on the right and to the one below, where each is the other's nearest.
Links to the right make rows, links down make columns, and a connected component is a table. Lines need no
rules, may be skewed or bent a little, and may lack cells: chains that lie upon one another are one line, and
so is a short one that fills a place which an evenly spaced line lacks, near by the distance of the lines.
Empty cells break a table into components, and so do columns far apart: what shares its rows or its columns
is put together again (`table_parts`).

Letters: n boxes, c their centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.tables.parts import group_parts
from sutja.types import Box

Boxes = NDArray[np.float64]  # (n, 4) xyxy

MIN_ROWS, MIN_COLUMNS, MIN_CELLS = 2, 2, 6
MIN_FILLED = 0.4  # of the cells of a table: emptier ones only happen to be aligned
_MAX_GAP_RIGHT, _MAX_GAP_BELOW = 14.0, 5.0  # heights to the next cell on the right, to the next below
_COLUMN_TOLERANCE = 0.6  # heights by which the edges of two cells of a column may be off
_ROW_TOLERANCE = 0.5  # heights by which the centres of two cells of a row may be off
_FAR, _FEW = 1.7, 0.25  # usual steps to the next row, and part of the columns, of a heading
_ALIKE = 0.5  # of the higher one's height: numbers of one table are at least as high
_SLOPE_CELLS = 4  # cells that a slope is measured with
_PITCH = 0.3  # of the usual distance of the lines, by which a cell may be off the line that lacks it
_PITCH_LINES = 4  # long lines that tell their usual distance
_FREE = 0.6  # usual steps from cell to cell of a line, beside a place that is free


@dataclass(frozen=True, slots=True)
class CellPosition:
    """Position of a number in a table: table of the page, row and column, each counted from 1."""

    table: int
    row: int
    column: int


def locate_cells(boxes: Sequence[Box], framed: Sequence[bool] | None = None) -> list[CellPosition | None]:
    """Locate each box in the tables of a page; None where it stands in none.

    Parameters
    ----------
    boxes : Sequence[Box]
        Boxes of the numbers on an upright page, in any order. Two parts of one cell get the same position.
    framed : Sequence[bool] | None
        For each box, if it stands within a frame; no table reaches across one.
    """
    positions: list[CellPosition | None] = [None] * len(boxes)
    if len(boxes) < MIN_CELLS:
        return positions
    all_boxes = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], np.float64)
    height = _measure_height(all_boxes)
    inside = np.zeros(len(boxes), np.bool_) if framed is None else np.asarray(framed, np.bool_)
    right, below = (
        _link_neighbours(all_boxes, height, 0, inside),
        _link_neighbours(all_boxes, height, 1, inside),
    )
    parts = _find_components(len(boxes), [*right, *below])
    tables: list[dict[int, tuple[int, int]]] = []
    for block in group_parts(parts, all_boxes, height, inside):
        whole = [i for part in block for i in part]
        table = _make_table(whole, all_boxes, height, right, below) if len(block) > 1 else {}
        split = [] if table else block
        tables += [table, *(_make_table(members, all_boxes, height, right, below) for members in split)]
    tables = [table for table in tables if table]
    tables.sort(key=lambda table: min(all_boxes[i, 1] for i in table))
    for number, table in enumerate(tables, start=1):
        for i, (row, column) in table.items():
            positions[i] = CellPosition(number, row + 1, column + 1)
    return positions


def find_reading_order(boxes: Sequence[Box], positions: Sequence[CellPosition | None]) -> list[int]:
    """Find the reading order of boxes, as indices: line by line, each table as a whole, row by row.

    Parameters
    ----------
    boxes : Sequence[Box]
        Boxes of an upright page.
    positions : Sequence[CellPosition | None]
        Their positions, by `locate_cells`.
    """
    order: list[int] = []
    tables: dict[int, list[int]] = {}
    loose = []
    for i, position in enumerate(positions):
        if position is None:
            loose.append(i)
        else:
            tables.setdefault(position.table, []).append(i)
    blocks = [[i] for i in loose]
    for members in tables.values():
        members.sort(key=lambda i: (_get_row_and_column(positions[i]), boxes[i].x0))
        blocks.append(members)
    for line in _sort_text_lines(blocks, boxes):
        for block in line:
            order += block
    return order


def _get_row_and_column(position: CellPosition | None) -> tuple[int, int]:
    assert position is not None
    return position.row, position.column


def _sort_text_lines(blocks: list[list[int]], boxes: Sequence[Box]) -> list[list[list[int]]]:
    """Sort blocks into lines from top to bottom, each from left to right."""
    tops = [min(boxes[i].y0 for i in block) for block in blocks]
    starts = [min(boxes[i].x0 for i in block) for block in blocks]
    # A table belongs to the line of its first row.
    heights = [float(np.median([boxes[i].height for i in block])) for block in blocks]
    ranked = sorted(range(len(blocks)), key=lambda b: tops[b] + heights[b] / 2)
    lines: list[list[int]] = []
    centre, height = 0.0, 0.0
    for b in ranked:
        middle = tops[b] + heights[b] / 2
        if lines and middle - centre <= 0.5 * min(max(height, 1.0), max(heights[b], 1.0)):
            lines[-1].append(b)
            continue
        lines.append([b])
        centre, height = middle, heights[b]
    return [[blocks[b] for b in sorted(line, key=lambda b: starts[b])] for line in lines]


def _measure_height(boxes: Boxes) -> float:
    return max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1e-3)


def _link_neighbours(
    boxes: Boxes, height: float, axis: int, inside: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Link pairs (i, j): j is nearest to i on the right (axis 0) or below (axis 1), and i is nearest to j."""
    low, high = boxes[:, axis], boxes[:, axis + 2]
    other = 1 - axis
    a0, a1 = boxes[:, other], boxes[:, other + 2]
    centre = (a0 + a1) / 2
    gap = low[None, :] - high[:, None]  # from i's end to j's start
    ahead = (low + high)[None, :] > (low + high)[:, None]
    if axis == 0:
        sizes = np.minimum((a1 - a0)[:, None], (a1 - a0)[None, :])
        off = np.abs(centre[None, :] - centre[:, None])
        fits = (off <= _ROW_TOLERANCE * np.maximum(sizes, 0.6 * height)) & (gap <= _MAX_GAP_RIGHT * height)
        fits &= gap > -0.3 * height
    else:
        off = np.minimum(
            np.minimum(np.abs(a0[None, :] - a0[:, None]), np.abs(a1[None, :] - a1[:, None])),
            np.abs(centre[None, :] - centre[:, None]),
        )
        shared = np.minimum(a1[:, None], a1[None, :]) - np.maximum(a0[:, None], a0[None, :])
        narrow = np.minimum((a1 - a0)[:, None], (a1 - a0)[None, :])
        fits = ((off <= _COLUMN_TOLERANCE * height) | (shared >= 0.5 * narrow)) & (
            gap <= _MAX_GAP_BELOW * height
        )
        fits &= gap > -0.4 * height
    high_as = np.maximum(boxes[:, 3] - boxes[:, 1], 1e-3)
    alike = np.minimum(high_as[:, None], high_as[None, :]) >= _ALIKE * np.maximum(high_as[:, None], high_as)
    fits &= alike & (inside[:, None] == inside[None, :])
    cost = np.where(fits & ahead, np.maximum(gap, 0.0) + off, np.inf)
    np.fill_diagonal(cost, np.inf)
    forward, backward = cost.argmin(axis=1), cost.argmin(axis=0)
    return [(i, int(j)) for i, j in enumerate(forward) if np.isfinite(cost[i, j]) and int(backward[j]) == i]


def _find_components(n: int, links: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Find the connected components of links, as lists of indices."""
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in links:
        parent[root(i)] = root(j)
    groups: dict[int, list[int]] = {}
    for i in range(n):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def _make_table(
    members: list[int],
    boxes: Boxes,
    height: float,
    right: list[tuple[int, int]],
    below: list[tuple[int, int]],
) -> dict[int, tuple[int, int]]:
    """Find row and column, from 0, of each member of a component; none where they make no table."""
    if len(members) < MIN_CELLS:
        return {}
    local = {i: k for k, i in enumerate(members)}
    mine = boxes[members]
    rows = _number_lines(
        mine, [(local[i], local[j]) for i, j in right if i in local and j in local], height, 0
    )
    columns = _number_lines(
        mine, [(local[i], local[j]) for i, j in below if i in local and j in local], height, 1
    )
    kept = _drop_headings(mine, rows, columns)
    if len(kept) < len(members):  # the rest may be no table, or several
        return _make_table([members[k] for k in kept], boxes, height, right, below)
    n_rows, n_columns = max(rows) + 1, max(columns) + 1
    cells = len(set(zip(rows, columns, strict=True)))
    full = cells >= MIN_FILLED * n_rows * n_columns
    if n_rows < MIN_ROWS or n_columns < MIN_COLUMNS or cells < MIN_CELLS or not full:
        return {}
    return {i: (rows[k], columns[k]) for i, k in local.items()}


def _drop_headings(boxes: Boxes, rows: list[int], columns: list[int]) -> list[int]:
    """Drop a first or last row of few cells that stands off: a title, a page number."""
    of_row: dict[int, list[int]] = {}
    for k, row in enumerate(rows):
        of_row.setdefault(row, []).append(k)
    middles = [float(np.median((boxes[of_row[r], 1] + boxes[of_row[r], 3]) / 2)) for r in sorted(of_row)]
    if len(middles) < MIN_ROWS + 1:
        return list(range(len(rows)))
    steps = np.diff(middles)
    far = _FAR * float(np.median(steps))
    few = max(1, int(_FEW * (max(columns) + 1)))
    gone = set()
    if steps[0] > far and len(of_row[0]) <= few:
        gone |= set(of_row[0])
    if steps[-1] > far and len(of_row[len(middles) - 1]) <= few:
        gone |= set(of_row[len(middles) - 1])
    return [k for k in range(len(rows)) if k not in gone]


def _number_lines(boxes: Boxes, links: list[tuple[int, int]], height: float, axis: int) -> list[int]:
    """Number the rows (axis 0) or columns (axis 1) from 0 at the top left; one number for each box."""
    chains = _find_components(len(boxes), links)
    along = (boxes[:, axis] + boxes[:, axis + 2]) / 2
    other = 1 - axis
    across = (boxes[:, other] + boxes[:, other + 2]) / 2
    slope = _measure_slope(chains, along, across)
    middle = float(np.median(along))
    level = across - slope * (along - middle)  # position of each box without the common slope
    spread = (boxes[:, other + 2] - boxes[:, other]) / 2
    lines = [_Line(chain, along, level, spread) for chain in chains]
    merged = _merge_lines(lines, height, axis)
    numbers = [0] * len(boxes)
    for index, line in enumerate(sorted(merged, key=lambda line: line.centre)):
        for i in line.members:
            numbers[i] = index
    return numbers


class _Line:
    """A row or a column: its members, and its extent across its direction."""

    def __init__(
        self,
        members: list[int],
        along: NDArray[np.float64],
        level: NDArray[np.float64],
        spread: NDArray[np.float64],
    ) -> None:
        self.members = members
        self.low = float(np.median(level[members] - spread[members]))
        self.high = float(np.median(level[members] + spread[members]))
        self.centre = float(np.median(level[members]))
        self._along = along

    def lacks(self, other: _Line) -> bool:
        """Tell whether a line lacks cells where a shorter one has its own."""
        if len(self.members) <= len(other.members) or len(self.members) < _SLOPE_CELLS:
            return False
        mine = np.sort(self._along[self.members])
        gap = np.abs(self._along[other.members][:, None] - mine[None, :]).min()
        return bool(gap > _FREE * np.median(np.diff(mine)))


def _measure_pitch(lines: list[_Line]) -> float:
    """Measure the usual distance of the longer lines; 0 where there are not several."""
    longest = max(len(line.members) for line in lines)
    centres = sorted(line.centre for line in lines if len(line.members) > longest / 2)
    return float(np.median(np.diff(centres))) if len(centres) >= _PITCH_LINES else 0.0


def _merge_lines(lines: list[_Line], height: float, axis: int) -> list[_Line]:
    """Merge lines that lie upon one another, the longest first."""
    kept: list[_Line] = []
    near_by_pitch = _PITCH * _measure_pitch(lines)
    for line in sorted(lines, key=lambda line: -len(line.members)):
        best, best_share = None, 0.0
        for other in kept:
            off = abs(line.centre - other.centre)
            shared = min(line.high, other.high) - max(line.low, other.low)
            part = shared / max(min(line.high - line.low, other.high - other.low), 1e-6)
            near = off <= (_ROW_TOLERANCE if axis == 0 else _COLUMN_TOLERANCE) * height
            near |= off <= near_by_pitch and other.lacks(line)
            if (part > 0.5 or near) and part + near > best_share:
                best, best_share = other, part + near
        if best is None:
            kept.append(line)
        else:
            best.members = [*best.members, *line.members]
    return kept


def _measure_slope(chains: list[list[int]], along: NDArray[np.float64], across: NDArray[np.float64]) -> float:
    """Measure the slope of the lines, in pixels to a pixel of their length: the median of the longer ones."""
    slopes, weights = [], []
    for chain in chains:
        if len(chain) < _SLOPE_CELLS:
            continue
        x = along[chain] - along[chain].mean()
        if float(np.ptp(x)) <= 0:
            continue
        slopes.append(float((x * across[chain]).sum() / (x * x).sum()))
        weights.append(len(chain))
    if not slopes:
        return 0.0
    order = np.argsort(slopes)
    total = np.cumsum(np.array(weights)[order])
    return slopes[int(order[int(np.searchsorted(total, total[-1] / 2))])]
