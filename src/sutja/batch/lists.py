"""Lists of inputs as Parquet: a column of paths or addresses."""

from __future__ import annotations

from sutja.batch.addresses import open_address, to_local
from sutja.errors import SutjaError
from sutja.regular_files import open_regular

SUFFIX = ".parquet"
COLUMNS = ("path", "file", "address", "url", "source")


def read_list(name: str) -> list[str]:
    """Read the names in a Parquet file, from the first of its columns that `COLUMNS` has.

    Parameters
    ----------
    name : str
        Path or address of the file.

    Raises
    ------
    SutjaError
        If it cannot be read, or has no such column of text.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise SutjaError(
            f"this needs {error.name}, which is not installed",
            where=name,
            remedy="pip install 'sutja[batch]'",
        ) from error
    path = to_local(name)
    try:
        with open_address(name) if path is None else open_regular(path) as file:
            table = parquet.ParquetFile(file)
            columns = [column for column in COLUMNS if column in table.schema_arrow.names]
            if not columns:
                raise SutjaError(
                    f"has no column {', '.join(COLUMNS)}", where=name, remedy="name the column of paths so"
                )
            names: list[str] = []
            for batch in table.iter_batches(columns=columns[:1]):
                names += [value for value in batch.column(0).to_pylist() if isinstance(value, str) and value]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        first_line = (str(error).strip().splitlines() or [""])[0][:200]
        raise SutjaError(
            f"cannot be read as a list of inputs ({first_line})", where=name, remedy="give a Parquet file"
        ) from error
    return names
