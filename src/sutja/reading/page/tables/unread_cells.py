"""Cells of filled grids that hold writing but no number: the rule of the puzzle may tell their digits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sutja.reading.page.field import Field, add_margin
from sutja.reading.page.geometry.perspective import Quad
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.tables.framed import find_framed
from sutja.reading.page.tables.missing_cells import locate_missing_cells
from sutja.reading.page.tables.ruled_cells import RuledCells
from sutja.reading.page.tables.structure import CellPosition, locate_cells
from sutja.reading.page.tables.sudoku import MAX_UNREAD, SIDE
from sutja.types import Box, Number

_AROUND = 0.3  # of a digit's box on each side, where the writing of its cell is looked for


def make_unread_numbers(
    fields: Sequence[Field], transform: PageTransform, frame: Quad | None, cells: RuledCells
) -> list[Number]:
    """Make a number without digits for each such cell of a page, with its box on the picture.

    Parameters
    ----------
    fields : Sequence[Field]
        Fields of the page that hold numbers.
    transform : PageTransform
        The page, upright and straight.
    frame : Quad | None
        As for `find_framed`.
    cells : RuledCells
        The page, in which writing is told from lines.
    """
    boxes = [field.ink_box for field in fields]
    positions = locate_cells(boxes, find_framed(transform, frame, boxes))
    return [
        Number(
            *("", "", None, "number", 0.0, False),
            transform.map_box(add_margin(box)),
            written="handwritten",
            table=position.table,
            row=position.row,
            column=position.column,
        )
        for position, box in find_unread(boxes, positions, cells)
    ]


def find_unread(
    boxes: Sequence[Box], positions: Sequence[CellPosition | None], cells: RuledCells
) -> list[tuple[CellPosition, Box]]:
    """Find these cells: position and box of the writing.

    Parameters
    ----------
    boxes, positions : Sequence[Box] or Sequence[CellPosition | None]
        Boxes of the numbers on a page, and their positions as `locate_cells` gives them.
    cells : RuledCells
        The page, in which writing is told from lines.
    """
    count = Counter(position.table for position in positions if position is not None)
    grids = {table for table, n in count.items() if SIDE**2 - MAX_UNREAD <= n < SIDE**2}
    if not grids:
        return []
    missing = [
        (position, cells.find_writing(_widen(box)))
        for position, box in locate_missing_cells(boxes, positions)
        if position.table in grids
    ]
    return [(position, ink) for position, ink in missing if ink is not None]


def _widen(box: Box) -> Box:
    """Widen the usual box of a digit to most of its cell."""
    x, y = _AROUND * box.width, _AROUND * box.height
    return Box(box.x0 - x, box.y0 - y, box.x1 + x, box.y1 + y)
