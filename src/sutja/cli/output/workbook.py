"""Spreadsheets: XLSX that appears whole or not at all, whose texts are never formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.atomic import open_atomic

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

AMBER = "#FFE3A8"
_NUMBERS = ("number", "amount")  # kinds that a spreadsheet calculates with
_MOST_DIGITS = 15  # that a spreadsheet's numbers keep
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def require_file(out: str | None) -> Path:
    """Return the path of the spreadsheet.

    Raises
    ------
    click.UsageError
        If it is to be written to the standard output.
    """
    if out in (None, "-"):
        raise click.UsageError("--format xlsx needs --out FILE")
    return Path(str(out))


def save_workbook(path: Path, fill: Callable[[Workbook], None]) -> None:
    """Make a workbook, let it be filled, and put it in place.

    Raises
    ------
    click.UsageError
        If it cannot be written.
    """
    from xlsxwriter import Workbook

    try:
        with open_atomic(path) as file, Workbook(file, _PLAIN) as workbook:
            fill(workbook)
    except OSError as error:
        raise click.UsageError(
            f"cannot write {path} ({error.strerror}); choose another place for --out"
        ) from error


def is_calculable(kind: str, value: str | None) -> bool:
    """Tell if the value of a number of some kind is a number to a spreadsheet, too, with all its digits."""
    digits = (value or "").lstrip("-").replace(".", "", 1)
    return kind in _NUMBERS and digits.isdigit() and len(digits) <= _MOST_DIGITS


def write_cell(
    workbook: Workbook,
    sheet: Worksheet,
    place: tuple[int, int],
    value: Any,
    style: Mapping[str, Any],
    shown_as: str = "",
) -> None:
    """Write a value into a cell: numbers as such, with the zeros of `shown_as`; everything else as text.

    Parameters
    ----------
    workbook, sheet : Workbook or Worksheet
        Where the cell is.
    place : tuple[int, int]
        Its row and column, from 0.
    value : Any
        What it holds.
    style : Mapping[str, Any]
        Properties of the format, as XlsxWriter names them.
    shown_as : str
        Digits of a number as they are to be shown, leading zeros and decimals.
    """
    properties = dict(style)
    if shown_as:
        whole, point, decimals = shown_as.lstrip("-").partition(".")
        properties["num_format"] = "0" * len(whole) + point + "0" * len(decimals)
    cell_format = workbook.add_format(properties) if properties else None
    if isinstance(value, bool):
        sheet.write_boolean(*place, value, cell_format)
    elif isinstance(value, int | float):
        sheet.write_number(*place, value, cell_format)
    else:
        sheet.write_string(*place, str(value), cell_format)
