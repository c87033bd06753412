"""Tables that people keep labels in: CSV with commas, semicolons or tabs, with or without names on top."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from sutja.data.labelled.labels import show_some
from sutja.errors import DataError
from sutja.regular_files import exists, is_file, read_text
from sutja.signals.picture_headers import SUFFIXES
from sutja.structured_text import check_table

_LARGEST = 500_000_000  # bytes of a table
TABLE_SUFFIXES = (".csv", ".tsv")
PATH_NAMES = ("path", "file", "filename", "file_name", "image", "picture")
GROUP_NAMES = ("group", "writer", "document", "speaker")
PART_NAMES = ("part", "split")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text with named columns; `lines` is the line of the file that each row ends on, from 1."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, names: tuple[str, ...]) -> list[str] | None:
        """The first column that has one of these names, or None."""
        for name in names:
            if name in self.columns:
                place = self.columns.index(name)
                return [row[place] for row in self.rows]
        return None


def read_table(path: Path, value_names: tuple[str, ...]) -> Table:
    """A table with a column of paths and a column of values.

    Parameters
    ----------
    path : Path
    value_names : tuple of str
        Names that the column of values may have. A table without names on top has the paths first and the
        values second; its first cell names a file that is there.

    Raises
    ------
    DataError
        It cannot be read, is empty, has rows of other lengths, or lacks one of the two columns.
    """
    rows, lines = _read_rows(path)
    if not rows:
        raise DataError("the table is empty", where=str(path), remedy="give it rows of a path and a label")
    header = tuple(name.strip().lower() for name in rows[0])
    if set(header) & set(PATH_NAMES) and set(header) & set(value_names):
        body, numbers = rows[1:], lines[1:]
    elif len(header) >= 2 and is_file(find_named(path.parent, rows[0][0].strip())):
        header = ("path", value_names[0], *(f"column {i}" for i in range(3, len(header) + 1)))
        body, numbers = rows, lines
    else:
        raise DataError(
            f"lacks the columns path and {value_names[0]}; its first line is {show_some(rows[0])}",
            where=str(path),
            remedy=f"write path,{value_names[0]} as its first line, and a file with its own below",
        )
    for row, number in zip(body, numbers, strict=True):
        if len(row) != len(header):
            raise DataError(
                f"line {number} has {len(row)} values, the first line {len(header)}",
                where=str(path),
                remedy="correct that line; put values with a comma in quotes",
            )
    if not body:
        raise DataError("the table has no rows", where=str(path), remedy="add a row for each picture")
    return Table(path, header, tuple(map(tuple, body)), tuple(numbers))


def find_named(folder: Path, name: str) -> Path:
    """The file of a name that stands in a table or list.

    A name written on Windows has backslashes. One that is absolute, and not there, is from another machine:
    its longest ending that is here is taken.
    """
    path = folder / name
    if exists(path):
        return path
    if not is_absolute(name):
        return folder / name.replace("\\", "/")
    ends = (folder / end for end in list_endings(name))
    return next((end for end in ends if is_file(end)), path)


def is_absolute(name: str) -> bool:
    """Return True for the name of a file from a root or a drive, on any system."""
    return bool(PureWindowsPath(name).anchor)


def list_endings(name: str) -> list[str]:
    r"""The endings of a path that may lie in another folder, the longest first.

    >>> list_endings(r"C:\scans\img\1.png")
    ['scans/img/1.png', 'img/1.png', '1.png']
    """
    path = PureWindowsPath(name)
    parts = [part for part in path.parts if part not in (path.anchor, "..")]
    return ["/".join(parts[start:]) for start in range(len(parts))]


def find_files(table: Table) -> list[Path]:
    """The file of each row, beside the table unless its path is absolute.

    Raises
    ------
    DataError
        Some are not there, or are named twice.
    """
    named = table.column(PATH_NAMES) or []
    paths = [find_named(table.path.parent, name.strip()) for name in named]
    missing = [name for name, path in zip(named, paths, strict=True) if not is_file(path)]
    if missing:
        raise DataError(
            f"{len(missing):,} of its {len(named):,} files are not there: {show_some(missing)}",
            where=str(table.path),
            remedy=f"they are looked for from {table.path.parent.resolve()}; correct them or take them out",
        )
    first: dict[Path, int] = {}
    for path, line in zip(paths, table.lines, strict=True):
        if first.setdefault(path, line) != line:
            raise DataError(
                f"lines {first[path]} and {line} name the same file, {path.name}",
                where=str(table.path),
                remedy="keep one of them",
            )
    return paths


def find_unnamed_pictures(files: Sequence[Path]) -> list[str]:
    """A line for each folder of these files that holds pictures which are not among them."""
    named = set(files)
    lines = []
    for folder in sorted({path.parent for path in files}):
        beside = sum(path.name.lower().endswith(SUFFIXES) and path not in named for path in folder.iterdir())
        if beside:
            lines.append(f"not used: {beside:,} pictures in {folder} that the table does not name")
    return lines


def select_rows(table: Table, part: str) -> tuple[list[int], bool]:
    """Select the rows of a part; the second value says whether the table has parts.

    "test" are the rows marked so, "train" all others.

    Raises
    ------
    DataError
        The table tells, and none does.
    """
    marks = table.column(PART_NAMES)
    if marks is None:
        return list(range(len(table.rows))), False
    chosen = [i for i, mark in enumerate(marks) if (mark.strip().lower() == "test") == (part == "test")]
    if not chosen:
        raise DataError(
            f"none of its {len(marks):,} rows is for {part}",
            where=str(table.path),
            remedy="see its column part",
        )
    return chosen, True


def _read_rows(path: Path) -> tuple[list[list[str]], list[int]]:
    """Rows that are not empty, and the line of each. Spreadsheets write a byte order mark, and semicolons."""
    try:
        text = read_text(path, _LARGEST)
        check_table(text)
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows, lines = [], []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
        return rows, lines
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(
            f"cannot be read as a table ({error})", where=str(path), remedy="save it as CSV in UTF-8"
        ) from error
