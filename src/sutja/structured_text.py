"""Parse JSON, XML and CSV from anyone: their entries are counted before memory is taken for them.

A byte of such a text can become sixty of memory: a file of nothing but empty lists, elements or rows. Data of
something are not like that, so a file with many more entries than its size lets one expect is refused.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

MANY = 1_000_000  # entries that any file may have
_JSON_BYTES, _XML_BYTES, _ROW_BYTES, _CELL_BYTES = 24, 24, 8, 3  # bytes of an entry, beyond so many of them
_DEEPEST = 200  # elements within one another


def parse_json(data: bytes) -> Any:
    """Parse JSON.

    Parameters
    ----------
    data : bytes
        Text in UTF-8, UTF-16 or UTF-32.

    Raises
    ------
    ValueError
        If it is no JSON, nests too deep, or has too many entries for its size.
    """
    _check_density(data.count(b"[") + data.count(b"{"), len(data), _JSON_BYTES, "lists and objects")
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("its lists are nested too deep") from error


def parse_xml(data: bytes) -> ElementTree.Element:
    """Parse XML, without declarations of types or entities.

    Parameters
    ----------
    data : bytes
        The document.

    Raises
    ------
    ValueError
        If it is no XML, declares a type or an entity, nests too deep, or has too many elements for its size.
    """
    plain = data.replace(b"\0", b"")  # UTF-16
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise ValueError("it declares a type or an entity")
    _check_density(plain.count(b"<") + plain.count(b"="), len(data), _XML_BYTES // 2, "elements")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError) as error:
        raise ValueError(str(error)) from error
    level, depth = [root], 0
    while level := [inner for element in level for inner in element]:
        depth += 1
        if depth > _DEEPEST:
            raise ValueError("its elements are nested too deep")
    return root


def parse_csv(text: str, delimiter: str = ",", quotechar: str = '"') -> list[list[str]]:
    """Parse CSV; empty rows stay.

    Parameters
    ----------
    text : str
        The table, its line ends as they are.
    delimiter, quotechar : str
        As `csv.reader` takes them.

    Raises
    ------
    ValueError
        If it is no CSV, or has too many rows or cells for its size.
    """
    check_table(text)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter, quotechar=quotechar))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def check_table(text: str) -> None:
    """Refuse a table that is mostly empty.

    Raises
    ------
    ValueError
        If it has too many rows or cells for its size.
    """
    _check_density(text.count("\n") + text.count("\r"), len(text), _ROW_BYTES, "rows")
    _check_density(sum(map(text.count, ",;\t")), len(text), _CELL_BYTES, "cells")


def _check_density(n_entries: int, size: int, least: int, noun: str) -> None:
    if n_entries > MANY and n_entries * least > size:
        raise ValueError(f"it has {n_entries:,} {noun} in {size:,} bytes")
