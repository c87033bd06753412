"""Results as Parquet: a row for each line of JSON, with the same keys as columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from sutja.errors import SutjaError
from sutja.sandbox import MB, Budget, run_in_child
from sutja.types import Box, Page, Recording, Result, Scene

if TYPE_CHECKING:
    import pyarrow

RESULTS = {"read": Page, "listen": Recording, "detect": Scene}  # of each verb
_GROUP = 10_000  # rows that are kept until they are written
MOST_TEXT = 200_000_000  # characters of JSON that a small file may hold
_EDGES = 4  # of a box
_BUDGET = Budget(seconds=10.0, wall=300.0, memory=1000 * MB)  # for some rows


def make_schema(kind: type[Result]) -> pyarrow.Schema:
    """Make the columns of a kind of result, by the types of its fields.

    Raises
    ------
    SutjaError
        If pyarrow is not installed.
    """
    _require_pyarrow()
    import pyarrow

    return pyarrow.schema(_make_struct(kind))


def _make_struct(kind: type[Result]) -> pyarrow.StructType:
    import pyarrow

    hints = get_type_hints(kind)
    kept = [item.name for item in fields(kind) if item.metadata.get("json", True)]
    return pyarrow.struct([(name, _choose_type(hints[name])) for name in kept])


def _choose_type(kind: Any) -> pyarrow.DataType:
    import pyarrow

    if get_origin(kind) is UnionType:
        return _choose_type(next(one for one in get_args(kind) if one is not NoneType))
    if kind is Box:
        return pyarrow.list_(pyarrow.float64(), _EDGES)
    if get_origin(kind) is tuple:
        return pyarrow.list_(_choose_type(get_args(kind)[0]))
    if issubclass(kind, Result):
        return _make_struct(kind)
    return {str: pyarrow.string(), bool: pyarrow.bool_(), int: pyarrow.int64(), float: pyarrow.float64()}[
        kind
    ]


class ParquetText:
    """Writes rows, and gives the bytes of the file piece by piece.

    Parameters
    ----------
    kind : type[Result]
        Kind of the results.

    Raises
    ------
    SutjaError
        If pyarrow is not installed.
    """

    def __init__(self, kind: type[Result]) -> None:
        self._schema = make_schema(kind)
        from pyarrow import parquet

        self._pieces = _Pieces()
        self._file = parquet.ParquetWriter(self._pieces, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, rows: Iterable[dict[str, Any]]) -> bytes:
        """Add rows, and return the bytes that can be written by now."""
        self._rows += rows
        if len(self._rows) >= _GROUP:
            self._write()
        return self._pieces.take()

    def end(self) -> bytes:
        """Return the rest of the file."""
        self._write()
        self._file.close()
        return self._pieces.take()

    def _write(self) -> None:
        import pyarrow

        rows = [_escape(row) for row in self._rows]
        self._file.write_table(pyarrow.Table.from_pylist(rows, self._schema))
        self._rows = []


class _Pieces(io.RawIOBase):
    """A file that is only appended to, whose bytes are taken out as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._length

    def take(self) -> bytes:
        """Take what was written since."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _escape(row: dict[str, Any]) -> dict[str, Any]:
    """Escape the bytes of names that are not UTF-8, which Parquet's text must be."""
    return {
        key: value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for key, value in row.items()
    }


def parse_lines(lines: str) -> list[dict[str, Any]]:
    """Parse JSON lines of our own."""
    return [json.loads(line) for line in lines.splitlines()]


def iter_rows(path: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of results, as lines of JSON would have them.

    Raises
    ------
    SutjaError
        If it cannot be read, or pyarrow is not installed.
    """
    for item in run_parquet_task("iter_lines", path, path, most=MOST_TEXT):
        yield from map(json.loads, item["lines"])


def run_parquet_task(task: str, name: str, path: str | None, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Run a task of `sutja.batch.parquet_child` in a child process, and yield what it yields.

    Parameters
    ----------
    task : str
        Name of the function.
    name : str
        Path or address of the file, for errors.
    path : str | None
        Path of the file; None for an address elsewhere.
    **arguments : Any
        Its other arguments.

    Raises
    ------
    SutjaError
        If the file cannot be read within the limits, or pyarrow is not installed.
    """
    _require_pyarrow()
    full = None if path is None else str(Path(path).resolve())  # the child may have begun in another folder
    given = {"name": name, "path": full, **arguments}
    try:
        for values, _ in run_in_child(f"sutja.batch.parquet_child:{task}", given, None, _BUDGET):
            yield values
    except SutjaError as error:
        raise SutjaError(
            str(error).removeprefix(f"{name}: "), where=name, remedy="give another Parquet file"
        ) from error


def _require_pyarrow() -> None:
    if find_spec("pyarrow") is None:
        raise SutjaError("Parquet needs pyarrow, which is not installed", remedy="pip install 'sutja[batch]'")
