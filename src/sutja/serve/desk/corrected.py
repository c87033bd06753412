"""The corrected results of the desk as tables: CSV as it comes, XLSX as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sutja.csv_rows import to_csv_row

if TYPE_CHECKING:
    from sutja.serve.desk.desk import Desk

COLUMNS = ("source", "page", "text", "value", "kind", "confidence", "accepted", "checked")
SHEET_ROWS = 1_048_576  # of a sheet, its head included; what comes after goes into the next one
_AMBER = "#FFE3A8"


def iter_rows(desk: Desk) -> Iterator[list[Any]]:
    """Iterate over the rows of the table, one a number."""
    for page in desk.iter_corrected():
        for number in page["numbers"]:
            row = {**number, "source": page["source"], "page": page["page"]}
            yield [row.get(column) for column in COLUMNS]


def format_csv(desk: Desk) -> Iterator[str]:
    """Format the table as CSV, piece by piece."""
    yield to_csv_row(COLUMNS)
    for row in iter_rows(desk):
        yield to_csv_row(row)


def write_xlsx(desk: Desk) -> Path:
    """Write the table as a workbook, and give its file, which who takes it removes.

    Texts stay texts, so that no leading zero is lost and nothing is calculated; what is neither accepted nor
    checked is amber.
    """
    from xlsxwriter import Workbook

    with tempfile.NamedTemporaryFile(prefix="sutja-", suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(path, options) as workbook:
        bold, amber = workbook.add_format({"bold": True}), workbook.add_format({"bg_color": _AMBER})
        place, sheet = SHEET_ROWS, None
        for row in iter_rows(desk):
            if sheet is None or place >= SHEET_ROWS:
                sheet = workbook.add_worksheet()
                sheet.write_row(0, 0, COLUMNS, bold)
                sheet.freeze_panes(1, 0)
                place = 1
            is_open = not (row[COLUMNS.index("accepted")] or row[COLUMNS.index("checked")])
            sheet.write_row(place, 0, row, amber if is_open else None)
            place += 1
        if sheet is None:
            workbook.add_worksheet().write_row(0, 0, COLUMNS, bold)
    return path
