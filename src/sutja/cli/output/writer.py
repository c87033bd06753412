"""The parts that all output formats share: writers, JSON lines, and tables for people."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import click

from sutja.types.summaries import printable as printable
from sutja.types.summaries import shorten_confidence as shorten_confidence

ENDINGS = {
    "csv": "csv",
    "tsv": "tsv",
    "txt": "table",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "xlsx": "xlsx",
    "parquet": "parquet",
}  # formats that every kind of result has
DELIMITERS = {"csv": ",", "tsv": "\t"}
_STYLES = re.compile("(\x1b\\[[0-9;]*m)")
_NARROWEST_NAME, _WIDEST_NAME = 16, 48  # characters


class Result(Protocol):
    """Anything that one input gives: a page, a recording or a scene."""

    @property
    def source(self) -> str:
        """Name of the file."""

    @property
    def error(self) -> str | None:
        """Reason why it could not be processed."""

    def to_dict(self) -> dict[str, Any]:
        """Content of its line of JSON."""


R_contra = TypeVar("R_contra", bound=Result, contravariant=True)


def choose_format(name: str | None, out: str | None, endings: Mapping[str, str]) -> str:
    """Choose the output format: `name`, or the one that the ending of the output file stands for, or "table".

    A file without an ending, a folder, and "-" leave the choice to `name`.

    Parameters
    ----------
    name : str | None
        Format that the person asked for.
    out : str | None
        Name of the output file.
    endings : Mapping[str, str]
        Formats by ending, without the dot.

    Raises
    ------
    click.UsageError
        If no format has that ending, the one that has it is not `name`, or Parquet has no file.
    """
    if name == "parquet" and out in (None, "-"):
        raise click.UsageError("--format parquet needs --out FILE.parquet")
    ending = Path(out or "").suffix.lower().removeprefix(".")
    if not ending or Path(str(out)).is_dir():
        return name or "table"
    meant = endings.get(ending)
    if name is not None and meant in (None, name):
        return name
    if meant is None:
        known = ", ".join(f".{one}" for one in endings)
        raise click.UsageError(f"no format ends in .{ending}; name a file in {known}, or give --format")
    if name is not None:
        raise click.UsageError(f"--format {name} does not go with a file in .{ending}, which is {meant}")
    return meant


def to_json(value: Any) -> str:
    """Write JSON in one line; everything but ASCII is escaped where a file name is not UTF-8."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value)
    return text


class Writer(Generic[R_contra]):
    """Turns results into text, or bytes, one after the other; this one writes nothing."""

    def begin(self) -> str | bytes:
        """Write what comes before the first result."""
        return ""

    def write(self, result: R_contra) -> str | bytes:
        """Write one result."""
        return ""

    def end(self) -> str | bytes:
        """Write what comes after the last result."""
        return ""


class JsonLines(Writer[Result]):
    """One JSON object a result, as its `to_dict` gives it."""

    def write(self, result: Result) -> str:
        return to_json(result.to_dict()) + "\n"


def find_columns() -> int | None:
    """Find the width that tables must fit into: that of the terminal, or COLUMNS; None for any."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS"):
        return None
    return shutil.get_terminal_size().columns


def fit_line(line: str, columns: int | None) -> str:
    r"""Cut a line that is longer than so many columns; its colours are no characters.

    >>> fit_line("one hundred and six\n", 12)
    'one hundred…\n'
    """
    text = line.rstrip("\n")
    if columns is None or len(click.unstyle(text)) <= columns:
        return line
    kept, room = [], columns - 1
    for part in _STYLES.split(text):
        if _STYLES.fullmatch(part):
            kept.append(part)
        else:
            kept.append(part[:room])
            room -= len(kept[-1])
    last_text = max(i for i, part in enumerate(kept) if part and not _STYLES.fullmatch(part))
    kept[last_text] += "…"
    return "".join(kept) + "\n"


class Table(ABC, Writer[R_contra]):
    """Aligned columns for people; the first is the name of the input.

    Parameters
    ----------
    names : Sequence[str]
        Names of all inputs to come, for the width of their column.
    """

    empty = "no number"  # written where there is nothing to show
    others = 62  # characters that the other columns take at least

    def __init__(self, names: Sequence[str]) -> None:
        self._columns = find_columns()
        room = _WIDEST_NAME if self._columns is None else min(_WIDEST_NAME, self._columns - self.others)
        longest = max([_NARROWEST_NAME, *(len(printable(name)) for name in names)])
        self._width = max(_NARROWEST_NAME, min(room, longest))

    def first_column(self, source: str, page: int = 1) -> str:
        """Write the name of an input; a long one keeps its end."""
        name = printable(source) + (f" [{page}]" if page > 1 else "")
        if len(name) > self._width:
            name = "…" + name[1 - self._width :]
        return f"{name:<{self._width}}  "

    def write(self, result: R_contra) -> str:
        start = self.first_column(result.source, getattr(result, "page", 1))
        lines = [f"{start}{row}\n" for row in self.rows(result)]
        if result.error is not None:
            reason = printable(result.error.removeprefix(f"{result.source}: "))
            lines.append(start + click.style(f"not read: {reason}", fg="red") + "\n")
        lines = lines or [start + click.style(self.empty, dim=True) + "\n"]
        return "".join(map(self.fit, lines))

    def fit(self, line: str) -> str:
        """Cut a line to the width of the terminal."""
        return fit_line(line, self._columns)

    @abstractmethod
    def rows(self, result: R_contra) -> list[str]:
        """Write a row for each number or detection, without the first column."""
