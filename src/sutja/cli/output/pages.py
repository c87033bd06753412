"""Output formats of pages: a table for people, CSV for programs.

hOCR, PAGE-XML and spreadsheets have modules of their own; JSON lines are those of every result.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from sutja.cli.output.writer import Table, Writer, shorten_confidence, to_csv_row
from sutja.types import Number, Page

FORMATS = ("table", "jsonl", "csv", "hocr", "page-xml")
ENDINGS = {
    "csv": "csv",
    "json": "jsonl",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "hocr": "hocr",
    "html": "hocr",
    "xml": "page-xml",
}
CSV_COLUMNS = (
    "source",
    "page",
    "text",
    "digits",
    "value",
    "kind",
    "confidence",
    "accepted",
    "x0",
    "y0",
    "x1",
    "y1",
    "error",
    "written",
    "table",
    "row",
    "column",
    "country",
    "standard",
    "sign",
    "unit",
    "relation",
)
_ERROR = CSV_COLUMNS.index("error")
_TEXT_WIDTH = 22  # twenty characters and a little


class Csv(Writer[Page]):
    """One row a number; a page without one still has its row."""

    def begin(self) -> str:
        return to_csv_row(CSV_COLUMNS)

    def write(self, result: Page) -> str:
        if result.numbers:
            return "".join(self._row(result, number) for number in result.numbers)
        row = [result.source, result.page, *[""] * (len(CSV_COLUMNS) - 2)]
        row[_ERROR] = result.error or ""
        return to_csv_row(row)

    def _row(self, page: Page, number: Number) -> str:
        return to_csv_row(
            [
                page.source,
                page.page,
                number.text,
                number.digits,
                number.value or "",
                number.kind,
                f"{number.confidence:.6f}",
                str(number.accepted).lower(),
                *number.box.to_list(),
                "",
                number.written or "",
                number.table or "",
                number.row or "",
                number.column or "",
                number.country or "",
                number.standard or "",
                number.sign or "",
                number.unit or "",
                number.relation or "",
            ]
        )


class PageTable(Table[Page]):
    """Aligned columns: picture, number, value, confidence, and whether the number is accepted.

    Parameters
    ----------
    names : Sequence[str]
        Names of the pictures to come, for the width of their column.
    heading : str
        Heading of the column of numbers: "number" or "class".
    """

    def __init__(self, names: Sequence[str], heading: str = "number") -> None:
        super().__init__(names)
        self._heading = heading

    def begin(self) -> str:
        heading = f"{self.first_column('picture')}{self._heading:<{_TEXT_WIDTH}}  {'value':>14}  confidence\n"
        return click.style(heading, bold=True)

    def rows(self, result: Page) -> list[str]:
        return [self._row(number) for number in result.numbers]

    def _row(self, number: Number) -> str:
        verdict = (
            click.style("accepted", fg="green") if number.accepted else click.style("check", fg="yellow")
        )
        confidence = shorten_confidence(number.confidence)
        return f"{number.text:<{_TEXT_WIDTH}}  {number.value or '':>14}  {confidence:>10}  {verdict}"
