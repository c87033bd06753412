"""How pages are printed: a table for people, JSON lines and CSV for programs.

hOCR, PAGE-XML and spreadsheets are in files of their own.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Protocol

import click

from sutja.types import Number, Page

FORMATS = ("table", "jsonl", "csv", "hocr", "page-xml")
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
)
_ERROR = CSV_COLUMNS.index("error")
_NARROWEST_NAME, _WIDEST_NAME = 16, 48
_TEXT_WIDTH = 22  # twenty characters and a little


def format_for(name: str | None, out: str | None) -> str:
    """The format asked for, or the one the name of the output file says, or the table."""
    if name:
        return name
    suffix = (out or "").lower().rpartition(".")[2]
    return {
        "csv": "csv",
        "json": "jsonl",
        "jsonl": "jsonl",
        "ndjson": "jsonl",
        "hocr": "hocr",
        "html": "hocr",
        "xml": "page-xml",
    }.get(suffix, "table")


def printable(text: str) -> str:
    """`text` without anything a terminal would obey: file names may hold any character."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class Writer(Protocol):
    """What turns pages into text, one after the other."""

    def header(self) -> str:
        """What stands before the first page."""
        ...

    def page(self, page: Page) -> str:
        """What stands for a page."""
        ...

    def footer(self) -> str:
        """What stands behind the last page."""
        ...


class Plain:
    """A writer with nothing before the first page and nothing behind the last."""

    def header(self) -> str:
        """Nothing."""
        return ""

    def footer(self) -> str:
        """Nothing."""
        return ""


class JsonLines(Plain):
    """One JSON object a page, as `Page.to_dict` gives it."""

    def page(self, page: Page) -> str:
        """The line of one page."""
        line = json.dumps(page.to_dict(), ensure_ascii=False)
        try:
            line.encode()
        except UnicodeEncodeError:  # a file name that is no UTF-8
            line = json.dumps(page.to_dict())
        return line + "\n"


class Csv(Plain):
    """One row a number; a page without one still has its row (RFC 4180, with plain line ends)."""

    def header(self) -> str:
        """The names of the columns."""
        return self._row(CSV_COLUMNS)

    def page(self, page: Page) -> str:
        """The rows of one page."""
        rows = [self._number(page, number) for number in page.numbers]
        if not rows:
            row = [page.source, page.page, *[""] * (len(CSV_COLUMNS) - 2)]
            row[_ERROR] = page.error or ""
            rows = [self._row(row)]
        return "".join(rows)

    def _number(self, page: Page, number: Number) -> str:
        return self._row(
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
            ]
        )

    def _row(self, cells: Sequence[object]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        return text.getvalue()


class Table(Plain):
    """Aligned columns: picture, number, value, confidence, and whether to trust it.

    Parameters
    ----------
    names : Sequence[str]
        The pictures to come, for the width of their column.
    what : str
        What is read from them: the name of its column.
    """

    def __init__(self, names: Sequence[str], what: str = "number") -> None:
        self._what = what
        self._width = min(_WIDEST_NAME, max([_NARROWEST_NAME, *(len(printable(name)) for name in names)]))

    def header(self) -> str:
        """The names of the columns."""
        text = f"{'picture':<{self._width}}  {self._what:<{_TEXT_WIDTH}}  {'value':>14}  confidence\n"
        return click.style(text, bold=True)

    def page(self, page: Page) -> str:
        """The line of one page."""
        name = printable(page.source) + (f" [{page.page}]" if page.page > 1 else "")
        if len(name) > self._width:
            name = "…" + name[1 - self._width :]
        start = f"{name:<{self._width}}  "
        if page.error is not None:
            reason = printable(page.error.removeprefix(f"{page.source}: "))
            return start + click.style(f"not read: {reason}", fg="red") + "\n"
        if not page.numbers:
            return start + click.style("no number", dim=True) + "\n"
        return "".join(start + self._number(number) for number in page.numbers)

    def _number(self, number: Number) -> str:
        verdict = (
            click.style("accepted", fg="green") if number.accepted else click.style("check", fg="yellow")
        )
        # Rounded down, so that only certainty shows as 1.000.
        confidence = f"{int(number.confidence * 1000) / 1000:.3f}"
        return f"{number.text:<{_TEXT_WIDTH}}  {number.value or '':>14}  {confidence:>10}  {verdict}\n"
