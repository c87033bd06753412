"""Results as rows of a table, one a number or a detection: CSV, TSV and XLSX; and as one JSON list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sutja import types
from sutja.cli.output.workbook import AMBER, is_calculable, require_file, save_workbook, write_cell
from sutja.cli.output.writer import DELIMITERS, JsonLines, Result, Writer, to_json
from sutja.csv_rows import to_csv_row

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_DECIMALS = {"confidence": 6, "seconds": 3, "start": 3, "end": 3}
_DOUBTED = ("text", "digits", "value", "confidence", "accepted")  # columns that are coloured
_OF_INPUT = ("source", "page", "seconds", "error")


class Tabular(Result, Protocol):
    """A result that becomes rows."""

    def to_rows(self) -> list[dict[str, Any]]:
        """One row an item, with plain values."""


def make_plain_writer(
    format_name: str, columns: Sequence[str], out: str | None, kind: type[types.Result]
) -> Writer[Tabular]:
    """Make the writer of a format that every kind of result has: JSON, CSV, TSV, XLSX or Parquet.

    Parameters
    ----------
    format_name : str
        "jsonl", "json", "csv", "tsv", "xlsx" or "parquet".
    columns : Sequence[str]
        Columns of the tables.
    out : str | None
        Name of the output file.
    kind : type[types.Result]
        Kind of the results, whose fields are the columns of Parquet.

    Raises
    ------
    click.UsageError
        If XLSX is to be written to the standard output.
    SutjaError
        If Parquet is asked for and pyarrow is not installed.
    """
    if format_name == "jsonl":
        return JsonLines()
    if format_name == "json":
        return JsonList()
    if format_name == "xlsx":
        return RowsWorkbook(require_file(out), columns)
    if format_name == "parquet":
        from sutja.cli.output.parquet import Parquet

        return Parquet(kind)
    return RowsCsv(columns, DELIMITERS[format_name])


def list_rows(result: Tabular) -> list[dict[str, Any]]:
    """List the rows of a result, each with its input's name and error; one without items has a row too."""
    of_input = {name: getattr(result, name, None) for name in _OF_INPUT}
    return [of_input | row for row in result.to_rows() or [{}]]


class RowsCsv(Writer[Tabular]):
    """CSV: one row an item; an input without one still has its row.

    Parameters
    ----------
    columns : Sequence[str]
        Columns, in their order.
    delimiter : str
        Character between two cells.
    """

    def __init__(self, columns: Sequence[str], delimiter: str = ",") -> None:
        self._columns, self._delimiter = columns, delimiter

    def begin(self) -> str:
        return to_csv_row(self._columns, self._delimiter)

    def write(self, result: Tabular) -> str:
        return "".join(self._row(row) for row in list_rows(result))

    def _row(self, row: Mapping[str, Any]) -> str:
        return to_csv_row([_format_cell(name, row.get(name)) for name in self._columns], self._delimiter)


class RowsWorkbook(Writer[Tabular]):
    """A spreadsheet with one row an item; what is to be checked is amber. It appears once it is complete.

    Parameters
    ----------
    path : Path
        File of the spreadsheet.
    columns : Sequence[str]
        Columns, in their order.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns
        self._rows: list[dict[str, Any]] = []

    def write(self, result: Tabular) -> str:
        self._rows += list_rows(result)
        return ""

    def end(self) -> str:
        save_workbook(self._path, self._fill)
        return ""

    def _fill(self, workbook: Workbook) -> None:
        sheet = workbook.add_worksheet("numbers")
        bold = workbook.add_format({"bold": True})
        for column, name in enumerate(self._columns):
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(self._rows, start=1):
            in_doubt = row.get("accepted") is False
            for column, name in enumerate(self._columns):
                value = row.get(name)
                style = {"bg_color": AMBER} if in_doubt and name in _DOUBTED else {}
                if name == "value" and is_calculable(row.get("kind", "number"), value):
                    text = str(value)
                    write_cell(workbook, sheet, (place, column), float(text), style, shown_as=text)
                elif value is not None:
                    shown = round(value, _DECIMALS[name]) if name in _DECIMALS else value
                    write_cell(workbook, sheet, (place, column), shown, style)
        sheet.autofit()


class JsonList(Writer[Result]):
    """One JSON list, with an object a result, as its `to_dict` gives it."""

    def __init__(self) -> None:
        self._empty = True

    def begin(self) -> str:
        return "["

    def write(self, result: Result) -> str:
        start = "\n" if self._empty else ",\n"
        self._empty = False
        return start + to_json(result.to_dict())

    def end(self) -> str:
        return "]\n" if self._empty else "\n]\n"


def _format_cell(name: str, value: Any) -> str:
    """Write a value in a cell of CSV: truth as "true" and "false", nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.{_DECIMALS[name]}f}" if name in _DECIMALS else str(value)
