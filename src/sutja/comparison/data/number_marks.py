"""Numbers of tables with decimal commas, or with marks between thousands, become plain ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sutja.comparison.data.columns import is_missing

_COMMA_DECIMAL = re.compile(r"[+-]?([0-9]{1,3}([.\s][0-9]{3})+|[0-9]+)(,[0-9]+)?")  # 1.234,50
_POINT_DECIMAL = re.compile(r"[+-]?([0-9]{1,3}([,\s][0-9]{3})+|[0-9]+)([.][0-9]+)?")  # 1,234.50


def write_plainly(cells: Sequence[str], delimiter: str) -> list[str] | None:
    """Write the numbers of a column plainly, where each has a comma in the same sense.

    Where the comma parts the columns of the table, `1,234` in quotes is a thousand and more; elsewhere it is
    a little more than one.

    Parameters
    ----------
    cells : Sequence[str]
        The cells of a column; empty ones stay.
    delimiter : str
        What parts the columns.

    Returns
    -------
    list[str] | None
        The cells, or None where none has a comma, or where some are no such numbers.

    Examples
    --------
    >>> write_plainly(["1,5", "", "1.234,75"], ";")
    ['1.5', '', '1234.75']
    >>> write_plainly(["1,500", "20"], ",")
    ['1500', '20']
    """
    filled = [cell.strip() for cell in cells if not is_missing(cell)]
    if not any("," in cell for cell in filled):
        return None
    senses = [(_COMMA_DECIMAL, ".", ","), (_POINT_DECIMAL, ",", ".")]
    for pattern, thousands, decimal in senses if delimiter != "," else reversed(senses):
        if all(pattern.fullmatch(cell) for cell in filled):
            parted = str.maketrans({thousands: "", decimal: "."})
            return ["".join(cell.split()).translate(parted) for cell in cells]
    return None
