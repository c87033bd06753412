"""Tables of pages as CSV for a spreadsheet: a line a row, a cell a column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sutja.cli.output.writer import Writer
from sutja.csv_rows import to_csv_row
from sutja.types import Number, Page


class Spreadsheet(Writer[Page]):
    """CSV of rows and columns.

    A single table is written as its cells and nothing else. Each further table, of the same page or of
    another, has an empty line before it and a line that names its place. A number that was not accepted ends
    in a question mark, so that no sum includes it; cells without a number are empty.

    Attributes
    ----------
    outside : int
        Count of numbers that were left out because they belong to no table.
    """

    def __init__(self) -> None:
        self._tables = 0
        self.outside = 0

    def write(self, result: Page) -> str:
        tables: dict[int, list[Number]] = defaultdict(list)
        for number in result.numbers:
            if number.table is None:
                self.outside += 1
            else:
                tables[number.table].append(number)
        return "".join(self._table(result, name, tables[name]) for name in sorted(tables))

    def _table(self, page: Page, name: int, numbers: Sequence[Number]) -> str:
        title = [[], [page.source, f"page {page.page}", f"table {name}"]] if self._tables else []
        self._tables += 1
        return "".join(map(to_csv_row, [*title, *fill_cells(numbers)]))


def fill_cells(numbers: Sequence[Number]) -> list[list[str]]:
    """Put the numbers of a table into rows of text, "" where there is none.

    Parameters
    ----------
    numbers : Sequence[Number]
        Each with its row and column; those of one cell stand side by side in it.
    """
    last_row = max((number.row or 0 for number in numbers), default=0)
    last_column = max((number.column or 0 for number in numbers), default=0)
    rows = [[""] * last_column for _ in range(last_row)]
    for number in numbers:
        if number.row is None or number.column is None:
            continue
        before = rows[number.row - 1][number.column - 1]
        rows[number.row - 1][number.column - 1] = f"{before} {format_cell(number)}".strip()
    return rows


def format_cell(number: Number) -> str:
    """Write a number in a cell: its value, or its text where that has none; with "?" unless accepted."""
    text = number.text if number.value is None else number.value
    return text if number.accepted else f"{text}?"
