"""Read Parquet from anyone, as tasks of `sutja.sandbox.run_in_child`.

A kilobyte of it can name one value a billion times, or unpack to gigabytes. This module imports pyarrow when
it is imported, since a child's memory is limited from then on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow
from pyarrow import parquet

from sutja.errors import SutjaError
from sutja.regular_files import open_regular
from sutja.storage.addresses import open_address

if TYPE_CHECKING:
    from sutja.sandbox.child import Item

MOST_ROWS = 2_000_000  # of a list
_AT_A_TIME = 1000  # rows
_TIMES = 200  # characters of JSON for each byte of a file

pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # others reserve more address space than they use


def iter_names(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """Yield the texts of a column, some at a time.

    Parameters
    ----------
    arguments : dict[str, Any]
        `name`: path or address of the file; `path`: its path, None for an address elsewhere; `columns`:
        names, the first of which that the file has is read.
    data : bytes | None
        None.
    """
    with _open(arguments) as table:
        columns = [column for column in arguments["columns"] if column in table.schema_arrow.names]
        if not columns:
            raise SutjaError(f"has no column {', '.join(arguments['columns'])}")
        if table.metadata.num_rows > MOST_ROWS:
            raise SutjaError(f"has more than {MOST_ROWS:,} rows")
        for batch in table.iter_batches(_AT_A_TIME, columns=columns[:1], use_threads=False):
            values = batch.column(0).to_pylist()
            yield {"names": [value for value in values if isinstance(value, str) and value]}, None


def iter_lines(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """Yield the rows of a file as JSON, some at a time.

    Parameters
    ----------
    arguments : dict[str, Any]
        `path`: path of the file; `most`: characters of JSON that it may hold however small it is.
    data : bytes | None
        None.
    """
    with _open(arguments) as table:
        left = max(arguments["most"], _TIMES * Path(arguments["path"]).stat().st_size)
        for batch in table.iter_batches(_AT_A_TIME, use_threads=False):
            lines = [json.dumps(row, default=str) for row in batch.to_pylist()]
            left -= sum(map(len, lines))
            if left < 0:
                raise SutjaError("its rows are much more than its size lets one expect")
            yield {"lines": lines}, None


@contextmanager
def _open(arguments: dict[str, Any]) -> Iterator[parquet.ParquetFile]:
    path = arguments["path"]
    try:
        with open_address(arguments["name"]) if path is None else open_regular(path) as file:
            yield parquet.ParquetFile(file)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        first_line = (str(error).strip().splitlines() or [""])[0][:200]
        raise SutjaError(f"cannot be read as Parquet ({first_line})") from error
