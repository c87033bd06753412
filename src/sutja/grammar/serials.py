"""Serials: numbers that letters belong to, and the check digits of those that have one.

ISO 6346 for freight containers, ISO 3779 with the check digit of 49 CFR 565.15 for vehicles (VIN), and ISO
13616 with ISO/IEC 7064 MOD 97-10 for bank accounts (IBAN).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CONTAINER = re.compile(r"[A-Z]{3}[UJZ]\d{7}")
_VIN = re.compile(r"[A-HJ-NPR-Z\d]{8}[\dX][A-HJ-NPR-Z\d]{8}")
_IBAN = re.compile(r"[A-Z]{2}\d\d[A-Z\d]{11,30}")
_MARKS = re.compile(r"[ .\-/]")
_CONTAINER_VALUES = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (int(n) for n in "12345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Serial:
    """A serial without its gaps; `standard` is that whose check digit holds, None where none does."""

    value: str
    standard: str | None = None
    country: str | None = None


def parse_serial(text: str) -> Serial:
    """Test the check digit of a serial.

    Parameters
    ----------
    text : str
        Serial in capitals and digits, with its gaps.

    >>> parse_serial("CSQU 305438 3"), parse_serial("1M8GDM9AXKP042788").standard
    (Serial(value='CSQU3054383', standard='iso6346', country=None), 'vin')
    >>> parse_serial("GB82 WEST 1234 5698 7654 32").country, parse_serial("CSQU 305438 4").standard
    ('GB', None)
    """
    bare = _MARKS.sub("", text)
    if _CONTAINER.fullmatch(bare) and _holds_container(bare):
        return Serial(bare, "iso6346")
    if _VIN.fullmatch(bare) and _holds_vin(bare):
        return Serial(bare, "vin")
    if _IBAN.fullmatch(bare) and _holds_iban(bare):
        return Serial(bare, "iban", bare[:2])
    return Serial(bare)


def is_checked_shape(text: str) -> bool:
    """Tell whether a text is written as a standard wants that has a check digit, whether it holds or not."""
    bare = _MARKS.sub("", text)
    return any(shape.fullmatch(bare) for shape in (_CONTAINER, _IBAN)) or _is_vin_shape(bare)


def _is_vin_shape(bare: str) -> bool:
    return _VIN.fullmatch(bare) is not None and any(symbol.isalpha() for symbol in bare)


def _holds_container(bare: str) -> bool:
    """Weigh the characters by powers of two; the remainder modulo 11, ten as zero, is the last digit."""
    total = sum(
        (_CONTAINER_VALUES.get(symbol) or int(symbol)) << position
        for position, symbol in enumerate(bare[:10])
    )
    return total % 11 % 10 == int(bare[10])


def _holds_vin(bare: str) -> bool:
    """Weigh the characters; the remainder modulo 11, ten written X, is the ninth character."""
    if not _is_vin_shape(bare):
        return False
    values = (_VIN_VALUES.get(symbol) or int(symbol) for symbol in bare)
    rest = sum(weight * value for weight, value in zip(_VIN_WEIGHTS, values, strict=True)) % 11
    return bare[8] == ("X" if rest == 10 else str(rest))


def _holds_iban(bare: str) -> bool:
    """Move the first four characters to the end; letters count 10 to 35, the whole is 1 modulo 97."""
    return int("".join(str(int(symbol, 36)) for symbol in bare[4:] + bare[:4])) % 97 == 1
