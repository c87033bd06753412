"""Output formats of pages: a table for people, CSV for programs.

hOCR, PAGE-XML and spreadsheets have modules of their own; JSON lines are those of every result.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from sutja.cli.output.writer import ENDINGS, Table, Writer, shorten_confidence
from sutja.csv_rows import to_csv_row
from sutja.types import Number, Page
from sutja.types.page import NUMBER_COLUMNS

FORMATS = ("table", "jsonl", "json", "csv", "tsv", "xlsx", "hocr", "page-xml", "parquet")
PAGE_ENDINGS = ENDINGS | {"hocr": "hocr", "html": "hocr", "xml": "page-xml"}
_AFTER_BOX = NUMBER_COLUMNS.index("y1") + 1
CSV_COLUMNS = ("source", "page", *NUMBER_COLUMNS[:_AFTER_BOX], "error", *NUMBER_COLUMNS[_AFTER_BOX:])
_TEXT_WIDTH = 22  # twenty characters and a little


class FieldRows(Writer[Page]):
    """One row a page, with a column for the value of each named number and one for its confidence.

    Of several numbers with one name the surest is written. `to_check` lists the names of those that are not
    accepted, and of those that the page lacks.

    Parameters
    ----------
    names : Sequence[str]
        Names of the numbers, in the order of the columns.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def begin(self) -> str:
        pairs = [column for name in self._names for column in (name, f"{name}_confidence")]
        return to_csv_row(["source", "page", "to_check", "error", *pairs])

    def write(self, result: Page) -> str:
        from sutja.reading.page.naming.names import pick_named

        found = pick_named(result.numbers, self._names)
        to_check = [name for name in self._names if name not in found or not found[name].accepted]
        cells: list[str] = []
        for name in self._names:
            if name in found:
                cells += [found[name].value or found[name].text, f"{found[name].confidence:.6f}"]
            else:
                cells += ["", ""]
        row = [result.source, result.page, "; ".join(to_check), result.error or "", *cells]
        return to_csv_row(row)


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
        return self.fit(click.style(heading, bold=True))

    def rows(self, result: Page) -> list[str]:
        return [self._row(number) for number in result.numbers]

    def _row(self, number: Number) -> str:
        verdict = (
            click.style("accepted", fg="green") if number.accepted else click.style("check", fg="yellow")
        )
        confidence = shorten_confidence(number.confidence)
        return f"{number.text:<{_TEXT_WIDTH}}  {number.value or '':>14}  {confidence:>10}  {verdict}"
