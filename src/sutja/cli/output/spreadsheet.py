"""Tables of pages as a spreadsheet opens them: a line a row, a cell a column."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence

from sutja.cli.output.pages import Plain
from sutja.types import Number, Page

_FORMULA = ("=", "@", "+", "\t")  # a cell that begins so would be computed, not shown


class Spreadsheet(Plain):
    """CSV of rows and columns.

    A single table is its cells and nothing else. Where more tables come, of the page or of other pages, each
    but the first has an empty line before it and a line that says where it is from. A number that was not
    accepted has a question mark behind it, so that no sum takes it in; cells without a number are empty.

    Attributes
    ----------
    outside
        How many numbers were not written, since they stand in no table.
    """

    def __init__(self) -> None:
        self._tables = 0
        self.outside = 0

    def page(self, page: Page) -> str:
        """The tables of one page."""
        tables: dict[int, list[Number]] = defaultdict(list)
        for number in page.numbers:
            if number.table is None:
                self.outside += 1
            else:
                tables[number.table].append(number)
        return "".join(self._table(page, name, tables[name]) for name in sorted(tables))

    def _table(self, page: Page, name: int, numbers: Sequence[Number]) -> str:
        rows = cells(numbers)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if self._tables:
            writer.writerow([])
            writer.writerow([page.source, f"page {page.page}", f"table {name}"])
        self._tables += 1
        writer.writerows(rows)
        return text.getvalue()


def cells(numbers: Sequence[Number]) -> list[list[str]]:
    """The numbers of a table as rows of text, "" where there is none.

    Parameters
    ----------
    numbers : Sequence[Number]
        Each with its row and column; several of one cell stand side by side in it.
    """
    last_row = max((number.row or 0 for number in numbers), default=0)
    last_column = max((number.column or 0 for number in numbers), default=0)
    found = [[""] * last_column for _ in range(last_row)]
    for number in numbers:
        if number.row is None or number.column is None:
            continue
        before = found[number.row - 1][number.column - 1]
        found[number.row - 1][number.column - 1] = f"{before} {shown(number)}".strip()
    return found


def shown(number: Number) -> str:
    """A number in a cell: its value where that is plain, else its text; marked where it is to be checked."""
    text = number.text if number.value is None else number.value
    if text.startswith(_FORMULA):
        text = f"'{text}"
    return text if number.accepted else f"{text}?"
