"""Output formats of forms, one row a page: CSV and XLSX, a column a field; and a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sutja.cli.output.rows import JsonList
from sutja.cli.output.workbook import AMBER, is_calculable, require_file, save_workbook
from sutja.cli.output.workbook import write_cell as write_sheet_cell
from sutja.cli.output.writer import DELIMITERS, ENDINGS, JsonLines, Table, Writer, shorten_confidence
from sutja.csv_rows import to_csv_row
from sutja.types import Form, FormField

if TYPE_CHECKING:
    from xlsxwriter import Workbook

FORM_FORMATS = ("table", "jsonl", "json", "csv", "tsv", "xlsx")
FORM_ENDINGS = ENDINGS
_HEAD = ("source", "page", "template", "fit", "to_check", "broken_rules", "error")
_SEPARATOR = "; "


def make_form_writer(
    format_name: str, names: Sequence[str], columns: Sequence[str], out: str | None
) -> Writer[Form]:
    """Make the writer of a format, for pages of these names and fields of these names.

    Raises
    ------
    click.UsageError
        If XLSX is to be written to the standard output.
    """
    if format_name == "jsonl":
        return JsonLines()
    if format_name == "table":
        return FormTable(names)
    if format_name == "json":
        return JsonList()
    if format_name in DELIMITERS:
        return FormCsv(columns, DELIMITERS[format_name])
    return FormWorkbook(require_file(out), columns)


def list_form_columns(columns: Sequence[str]) -> list[str]:
    """List the columns of a row: those of every page, then each field with its confidence."""
    return [*_HEAD, *(name for field in columns for name in (field, f"{field}_confidence"))]


def _make_head(form: Form) -> list[str | int]:
    to_check = _SEPARATOR.join(field.name for field in form.fields if not field.accepted)
    rules = _SEPARATOR.join(form.broken_rules)
    return [form.source, form.page, form.template or "", f"{form.fit:.2f}", to_check, rules, form.error or ""]


def write_cell(field: FormField) -> str:
    """Write a field in a cell: its value, or its text where that has none."""
    return field.text if field.value is None else field.value


class FormCsv(Writer[Form]):
    """One row a page; a page that fits no template has its row with the reason."""

    def __init__(self, columns: Sequence[str], delimiter: str = ",") -> None:
        self._columns, self._delimiter = columns, delimiter

    def begin(self) -> str:
        return to_csv_row(list_form_columns(self._columns), self._delimiter)

    def write(self, result: Form) -> str:
        fields = {field.name: field for field in result.fields}
        cells: list[str] = []
        for name in self._columns:
            field = fields.get(name)
            cells += ["", ""] if field is None else [write_cell(field), f"{field.confidence:.6f}"]
        return to_csv_row([*_make_head(result), *cells], self._delimiter)


class FormWorkbook(Writer[Form]):
    """A spreadsheet with a row a page; fields to check are amber. It appears once it is complete.

    Numbers and amounts are numbers, whose leading zeros are shown; everything else is text.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns
        self._forms: list[Form] = []

    def write(self, result: Form) -> str:
        self._forms.append(result)
        return ""

    def end(self) -> str:
        save_workbook(self._path, self._fill)
        return ""

    def _fill(self, workbook: Workbook) -> None:
        sheet = workbook.add_worksheet("forms")
        bold = workbook.add_format({"bold": True})
        for column, name in enumerate(list_form_columns(self._columns)):
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 1)
        for row, form in enumerate(self._forms, start=1):
            for column, cell in enumerate(_make_head(form)):
                sheet.write_string(row, column, str(cell))
            fields = {field.name: field for field in form.fields}
            for i, name in enumerate(self._columns):
                if name not in fields:
                    continue
                field, column = fields[name], len(_HEAD) + 2 * i
                style = {} if field.accepted else {"bg_color": AMBER}
                if is_calculable(field.kind, field.value):
                    value = str(field.value)
                    write_sheet_cell(workbook, sheet, (row, column), float(value), style, shown_as=value)
                else:
                    write_sheet_cell(workbook, sheet, (row, column), write_cell(field), style)
                sheet.write_number(row, column + 1, round(field.confidence, 4))
        sheet.autofit()


class FormTable(Table[Form]):
    """Aligned columns: page, field, value, confidence, and whether the field is accepted."""

    empty = "no field"

    def begin(self) -> str:
        heading = f"{self.first_column('page')}{'field':<16}  {'value':>14}  confidence\n"
        return self.fit(click.style(heading, bold=True))

    def rows(self, result: Form) -> list[str]:
        rows = [self._row(field) for field in result.fields]
        return rows + [click.style(f"broken: {rule}", fg="red") for rule in result.broken_rules]

    def _row(self, field: FormField) -> str:
        accepted = field.accepted
        verdict = click.style("accepted", fg="green") if accepted else click.style("check", fg="yellow")
        shown = "empty" if field.empty else write_cell(field)
        return f"{field.name:<16}  {shown:>14}  {shorten_confidence(field.confidence):>10}  {verdict}"
