"""Cells of a table in which no number was detected, located by their neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from sutja.reading.page.tables.structure import CellPosition
from sutja.types import Box

MIN_FILLED = 0.75  # of a table's cells: in an emptier table an empty cell is nothing odd
MIN_NEIGHBOURS = 3  # numbers of its row, and of its column, that locate a cell
MAX_MISSING = 200  # cells of one page that are read
_NEAREST = 4  # cells of a row or a column that locate a missing one
_MAX_COVERED = 0.2  # of a cell, by another number


def find_missing_cells(boxes: Sequence[Box], positions: Sequence[CellPosition | None]) -> list[Box]:
    """Find the missing cells of well-filled tables.

    Parameters
    ----------
    boxes, positions : Sequence[Box] or Sequence[CellPosition | None]
        Boxes of the numbers on a page, and their positions as `locate_cells` gives them.
    """
    return [cell for _, cell in locate_missing_cells(boxes, positions)]


def locate_missing_cells(
    boxes: Sequence[Box], positions: Sequence[CellPosition | None]
) -> list[tuple[CellPosition, Box]]:
    """Locate the missing cells of well-filled tables, each with its box, as `find_missing_cells` does."""
    tables: dict[int, dict[tuple[int, int], Box]] = defaultdict(dict)
    for box, position in zip(boxes, positions, strict=True):
        if position is not None:
            tables[position.table].setdefault((position.row, position.column), box)
    missing = [
        (CellPosition(table, *place), cell)
        for table, cells in tables.items()
        for place, cell in _find_in_table(cells).items()
    ]
    free = [(place, cell) for place, cell in missing if not any(_is_covered(cell, box) for box in boxes)]
    return free[:MAX_MISSING]


def _find_in_table(cells: dict[tuple[int, int], Box]) -> dict[tuple[int, int], Box]:
    rows, columns = max(row for row, _ in cells), max(column for _, column in cells)
    if len(cells) < MIN_FILLED * rows * columns:
        return {}
    in_row: dict[int, list[int]] = defaultdict(list)
    in_column: dict[int, list[int]] = defaultdict(list)
    for row, column in cells:
        in_row[row].append(column)
        in_column[column].append(row)
    missing = {}
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            few = min(len(in_row[row]), len(in_column[column])) < MIN_NEIGHBOURS
            if (row, column) in cells or few:
                continue
            beside = sorted(in_row[row], key=lambda c: abs(c - column))[:_NEAREST]
            above = sorted(in_column[column], key=lambda r: abs(r - row))[:_NEAREST]
            missing[row, column] = _make_cell(
                [cells[row, c] for c in beside], [cells[r, column] for r in above]
            )
    return missing


def _make_cell(beside: Sequence[Box], above: Sequence[Box]) -> Box:
    """Make a cell as wide as those above and below it, and as high as those beside it."""
    x0, x1 = min(box.x0 for box in above), max(box.x1 for box in above)
    y0 = float(np.median([box.y0 for box in beside]))
    y1 = float(np.median([box.y1 for box in beside]))
    return Box(x0, y0, x1, max(y0, y1))


def _is_covered(cell: Box, box: Box) -> bool:
    width = min(cell.x1, box.x1) - max(cell.x0, box.x0)
    height = min(cell.y1, box.y1) - max(cell.y0, box.y0)
    return (
        width > 0
        and height > 0
        and width * height > _MAX_COVERED * min(cell.width * cell.height, box.width * box.height)
    )
