"""Rows of CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

# What begins a formula in one spreadsheet or another (OWASP, CSV injection)
_FORMULA = ("=", "@", "+", "-", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff20", "\uff0b", "\uff0d")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,'\u202f\xa0][0-9]{3})*([.,][0-9]+)?%?")  # nothing to be computed in it


def to_csv_row(cells: Sequence[object], delimiter: str = ",") -> str:
    """Write a row of CSV (RFC 4180, plain line ends), no cell of which a spreadsheet takes for a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", delimiter=delimiter).writerow([guard_cell(cell) for cell in cells])
    return text.getvalue()


def guard_cell(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula; a number stays as it is.

    >>> guard_cell("=1+2"), guard_cell("-12.50"), guard_cell("scan.png")
    ("'=1+2", '-12.50', 'scan.png')
    """
    if not isinstance(cell, str) or not cell.lstrip(" \0").startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"
