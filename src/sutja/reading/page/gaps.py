"""Cells of a table in which no number was found: where one would stand, its neighbours say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from sutja.reading.page.tables import Place
from sutja.types import Box

LEAST_FILLED = 0.75  # of a table's cells: in a table with more gaps a gap is nothing odd
LEAST_IN_LINE = 3  # numbers of its row, and of its column, that tell where a cell is
MOST_GAPS = 200  # of one page that are looked at
_NEAREST = 4  # cells of a row or a column that a gap's place is told from
_SHARED = 0.2  # of a gap that another number may cover


def gaps(boxes: Sequence[Box], where: Sequence[Place | None]) -> list[Box]:
    """Where the missing cells of well-filled tables are.

    Parameters
    ----------
    boxes, where : Sequence[Box] or Sequence[Place | None]
        The numbers of a page, and their places as `sutja.reading.page.tables.places` gives them.
    """
    tables: dict[int, dict[tuple[int, int], Box]] = defaultdict(dict)
    for box, place in zip(boxes, where, strict=True):
        if place is not None:
            tables[place.table].setdefault((place.row, place.column), box)
    found = [gap for cells in tables.values() for gap in _of_table(cells)]
    free = [gap for gap in found if not any(_covered(gap, box) for box in boxes)]
    return free[:MOST_GAPS]


def _of_table(cells: dict[tuple[int, int], Box]) -> list[Box]:
    rows, columns = max(row for row, _ in cells), max(column for _, column in cells)
    if len(cells) < LEAST_FILLED * rows * columns:
        return []
    in_row: dict[int, list[int]] = defaultdict(list)
    in_column: dict[int, list[int]] = defaultdict(list)
    for row, column in cells:
        in_row[row].append(column)
        in_column[column].append(row)
    found = []
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            few = min(len(in_row[row]), len(in_column[column])) < LEAST_IN_LINE
            if (row, column) in cells or few:
                continue
            beside = sorted(in_row[row], key=lambda c: abs(c - column))[:_NEAREST]
            above = sorted(in_column[column], key=lambda r: abs(r - row))[:_NEAREST]
            found.append(_between([cells[row, c] for c in beside], [cells[r, column] for r in above]))
    return found


def _between(beside: Sequence[Box], above: Sequence[Box]) -> Box:
    """As wide as the cells above and below it, as high as those beside it."""
    x0, x1 = min(box.x0 for box in above), max(box.x1 for box in above)
    y0 = float(np.median([box.y0 for box in beside]))
    y1 = float(np.median([box.y1 for box in beside]))
    return Box(x0, y0, x1, max(y0, y1))


def _covered(gap: Box, box: Box) -> bool:
    width = min(gap.x1, box.x1) - max(gap.x0, box.x0)
    height = min(gap.y1, box.y1) - max(gap.y0, box.y0)
    return (
        width > 0
        and height > 0
        and width * height > _SHARED * min(gap.width * gap.height, box.width * box.height)
    )
