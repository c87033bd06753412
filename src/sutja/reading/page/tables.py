"""Rows and columns, told from nothing but where the numbers stand; and the order in which a page is read.

Each box is linked to its neighbour on the right and to the one below, where each is the other's nearest.
Links to the side make rows, links down make columns, and what hangs together is a table. Lines need no rules,
may lie askew or bend a little, and may lack cells: chains that lie upon one another are one line.

Letters: n boxes, c their centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.types import Box

Boxes = NDArray[np.float64]  # (n, 4) xyxy

LEAST_ROWS, LEAST_COLUMNS, LEAST_CELLS = 2, 2, 6
LEAST_FILLED = 0.4  # of the cells of a table: what is emptier only happens to stand in line
_SIDE_GAP, _DOWN_GAP = 14.0, 5.0  # heights to the next cell on the right, to the next below
_ALIGNED = 0.6  # heights by which the edges of two cells of a column may be off
_LEVEL = 0.5  # heights by which the centres of two cells of a row may be off
_FAR, _FEW = 1.7, 0.25  # usual steps to the next row; of the columns: a row so far off with so few is no row
_ALIKE = 0.5  # of the higher one's height: numbers of one table are as high at least
_SLOPE_CELLS = 4  # cells that a line's own slope is told from


@dataclass(frozen=True, slots=True)
class Place:
    """Which table of the page, which row of it and which column, each counted from 1."""

    table: int
    row: int
    column: int


def places(boxes: Sequence[Box], framed: Sequence[bool] | None = None) -> list[Place | None]:
    """For each box its place in a table, None where it stands in none.

    Parameters
    ----------
    boxes : Sequence[Box]
        Of the numbers of an upright page, in any order. Two pieces of one cell get the same place.
    framed : Sequence[bool] | None
        Whether each stands within a frame; no table reaches across one.
    """
    found: list[Place | None] = [None] * len(boxes)
    if len(boxes) < LEAST_CELLS:
        return found
    all_boxes = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], np.float64)
    height = _height(all_boxes)
    inside = np.zeros(len(boxes), np.bool_) if framed is None else np.asarray(framed, np.bool_)
    right, below = _links(all_boxes, height, 0, inside), _links(all_boxes, height, 1, inside)
    tables = []
    for members in _groups(len(boxes), [*right, *below]):
        table = _table(members, all_boxes, height, right, below)
        if table:
            tables.append(table)
    tables.sort(key=lambda table: min(all_boxes[i, 1] for i in table))
    for number, table in enumerate(tables, start=1):
        for i, (row, column) in table.items():
            found[i] = Place(number, row + 1, column + 1)
    return found


def in_order(boxes: Sequence[Box], where: Sequence[Place | None]) -> list[int]:
    """The places of boxes in reading order: line by line, each table in one piece, row by row.

    Parameters
    ----------
    boxes : Sequence[Box]
        Of an upright page.
    where : Sequence[Place | None]
        As `places` gives it.
    """
    order: list[int] = []
    tables: dict[int, list[int]] = {}
    loose = []
    for i, place in enumerate(where):
        if place is None:
            loose.append(i)
        else:
            tables.setdefault(place.table, []).append(i)
    blocks = [[i] for i in loose]
    for members in tables.values():
        members.sort(key=lambda i: (_at(where[i]), boxes[i].x0))
        blocks.append(members)
    for line in _text_lines(blocks, boxes):
        for block in line:
            order += block
    return order


def _at(place: Place | None) -> tuple[int, int]:
    assert place is not None
    return place.row, place.column


def _text_lines(blocks: list[list[int]], boxes: Sequence[Box]) -> list[list[list[int]]]:
    """Blocks in lines from top to bottom, each from left to right; a table is a line of its own start."""
    tops = [min(boxes[i].y0 for i in block) for block in blocks]
    starts = [min(boxes[i].x0 for i in block) for block in blocks]
    # A table stands in line with what is beside its first row.
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


def _height(boxes: Boxes) -> float:
    return max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1e-3)


def _links(boxes: Boxes, height: float, axis: int, inside: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Pairs (i, j): j is i's nearest to the right (axis 0) or below (axis 1), and i is j's nearest back."""
    low, high = boxes[:, axis], boxes[:, axis + 2]
    other = 1 - axis
    a0, a1 = boxes[:, other], boxes[:, other + 2]
    centre = (a0 + a1) / 2
    gap = low[None, :] - high[:, None]  # from i's end to j's start
    ahead = (low + high)[None, :] > (low + high)[:, None]
    if axis == 0:
        sizes = np.minimum((a1 - a0)[:, None], (a1 - a0)[None, :])
        off = np.abs(centre[None, :] - centre[:, None])
        fits = (off <= _LEVEL * np.maximum(sizes, 0.6 * height)) & (gap <= _SIDE_GAP * height)
        fits &= gap > -0.3 * height
    else:
        off = np.minimum(
            np.minimum(np.abs(a0[None, :] - a0[:, None]), np.abs(a1[None, :] - a1[:, None])),
            np.abs(centre[None, :] - centre[:, None]),
        )
        shared = np.minimum(a1[:, None], a1[None, :]) - np.maximum(a0[:, None], a0[None, :])
        narrow = np.minimum((a1 - a0)[:, None], (a1 - a0)[None, :])
        fits = ((off <= _ALIGNED * height) | (shared >= 0.5 * narrow)) & (gap <= _DOWN_GAP * height)
        fits &= gap > -0.4 * height
    high_as = np.maximum(boxes[:, 3] - boxes[:, 1], 1e-3)
    alike = np.minimum(high_as[:, None], high_as[None, :]) >= _ALIKE * np.maximum(high_as[:, None], high_as)
    fits &= alike & (inside[:, None] == inside[None, :])
    cost = np.where(fits & ahead, np.maximum(gap, 0.0) + off, np.inf)
    np.fill_diagonal(cost, np.inf)
    forward, backward = cost.argmin(axis=1), cost.argmin(axis=0)
    return [(i, int(j)) for i, j in enumerate(forward) if np.isfinite(cost[i, j]) and int(backward[j]) == i]


def _groups(n: int, links: Sequence[tuple[int, int]]) -> list[list[int]]:
    """What hangs together by links, as lists of places."""
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


def _table(
    members: list[int],
    boxes: Boxes,
    height: float,
    right: list[tuple[int, int]],
    below: list[tuple[int, int]],
) -> dict[int, tuple[int, int]]:
    """Row and column, from 0, of each member; nothing where they make no table."""
    if len(members) < LEAST_CELLS:
        return {}
    local = {i: k for k, i in enumerate(members)}
    mine = boxes[members]
    rows = _lines(mine, [(local[i], local[j]) for i, j in right if i in local and j in local], height, 0)
    columns = _lines(mine, [(local[i], local[j]) for i, j in below if i in local and j in local], height, 1)
    kept = _without_headings(mine, rows, columns)
    if len(kept) < len(members):  # what is left may hang together by less, or not at all
        return _table([members[k] for k in kept], boxes, height, right, below)
    n_rows, n_columns = max(rows) + 1, max(columns) + 1
    cells = len(set(zip(rows, columns, strict=True)))
    full = cells >= LEAST_FILLED * n_rows * n_columns
    if n_rows < LEAST_ROWS or n_columns < LEAST_COLUMNS or cells < LEAST_CELLS or not full:
        return {}
    return {i: (rows[k], columns[k]) for i, k in local.items()}


def _without_headings(boxes: Boxes, rows: list[int], columns: list[int]) -> list[int]:
    """Without a first or last row that holds next to nothing and stands off: a title, a page's number."""
    of_row: dict[int, list[int]] = {}
    for k, row in enumerate(rows):
        of_row.setdefault(row, []).append(k)
    middles = [float(np.median((boxes[of_row[r], 1] + boxes[of_row[r], 3]) / 2)) for r in sorted(of_row)]
    if len(middles) < LEAST_ROWS + 1:
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


def _lines(boxes: Boxes, links: list[tuple[int, int]], height: float, axis: int) -> list[int]:
    """For each box the number of its row (axis 0) or its column (axis 1), from 0 at the top left."""
    chains = _groups(len(boxes), links)
    along = (boxes[:, axis] + boxes[:, axis + 2]) / 2
    other = 1 - axis
    across = (boxes[:, other] + boxes[:, other + 2]) / 2
    slope = _common_slope(chains, along, across)
    middle = float(np.median(along))
    level = across - slope * (along - middle)  # where each box stands, once the common slope is taken out
    spread = (boxes[:, other + 2] - boxes[:, other]) / 2
    found = [_Line(chain, level, spread) for chain in chains]
    merged = _merged(found, height, axis)
    number = [0] * len(boxes)
    for place, line in enumerate(sorted(merged, key=lambda line: line.centre)):
        for i in line.members:
            number[i] = place
    return number


class _Line:
    """A row or a column: its members, and where it lies across its direction."""

    def __init__(self, members: list[int], level: NDArray[np.float64], spread: NDArray[np.float64]) -> None:
        self.members = members
        self.low = float(np.median(level[members] - spread[members]))
        self.high = float(np.median(level[members] + spread[members]))
        self.centre = float(np.median(level[members]))


def _merged(lines: list[_Line], height: float, axis: int) -> list[_Line]:
    """Lines that lie upon one another are one; the longest say where the lines are."""
    kept: list[_Line] = []
    for line in sorted(lines, key=lambda line: -len(line.members)):
        best, most = None, 0.0
        for other in kept:
            shared = min(line.high, other.high) - max(line.low, other.low)
            part = shared / max(min(line.high - line.low, other.high - other.low), 1e-6)
            near = abs(line.centre - other.centre) <= (_LEVEL if axis == 0 else _ALIGNED) * height
            if (part > 0.5 or near) and part + near > most:
                best, most = other, part + near
        if best is None:
            kept.append(line)
        else:
            best.members = [*best.members, *line.members]
    return kept


def _common_slope(chains: list[list[int]], along: NDArray[np.float64], across: NDArray[np.float64]) -> float:
    """How much the lines rise to a pixel of their length: the median over the longer ones."""
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
