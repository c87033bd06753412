"""Parquet: a row for each result, with the keys of its line of JSON as columns."""

from __future__ import annotations

from sutja import types
from sutja.batch.parquet import ParquetText
from sutja.cli.output.writer import Result, Writer


class Parquet(Writer[Result]):
    """One row a result.

    Parameters
    ----------
    kind : type[types.Result]
        Kind of the results.

    Raises
    ------
    SutjaError
        If pyarrow is not installed.
    """

    def __init__(self, kind: type[types.Result]) -> None:
        self._text = ParquetText(kind)

    def write(self, result: Result) -> bytes:
        return self._text.add([result.to_dict()])

    def end(self) -> bytes:
        return self._text.end()
