"""Mixed numbers: a whole number and a common fraction, "1 1/2".

A fraction alone may as well be a day and a month, and gets no value.
"""

from __future__ import annotations

import re
from decimal import Decimal

_MIXED = re.compile(r"(\d{1,6}) (\d{1,2})/(\d{1,2})")
_EXACT = (2, 4, 5, 8, 10, 16, 20, 32, 64)  # denominators of fractions that decimals write exactly


def parse_mixed(text: str) -> str | None:
    """Parse a mixed number to its value, a decimal string; None where it is none, or has no exact one.

    Parameters
    ----------
    text : str
        Text of a number without sign and unit.

    >>> parse_mixed("1 1/2"), parse_mixed("12 3/16"), parse_mixed("1 1/3"), parse_mixed("3/4")
    ('1.5', '12.1875', None, None)
    """
    found = _MIXED.fullmatch(text)
    return None if found is None else _compute(*map(int, found.groups()))


def parse_fraction(text: str) -> str | None:
    """Parse a proper fraction that is no date, alone or behind a whole number; None where it is none.

    Parameters
    ----------
    text : str
        Text of a number without sign and unit.

    >>> parse_fraction("3/4"), parse_fraction("1 1/2"), parse_fraction("4/3")
    ('0.75', '1.5', None)
    """
    return parse_mixed(text if " " in text else f"0 {text}")


def _compute(whole: int, above: int, below: int) -> str | None:
    if below not in _EXACT or not 0 < above < below:
        return None
    return str(whole + Decimal(above) / Decimal(below))
