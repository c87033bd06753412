"""Lists of inputs as Parquet: a column of paths or addresses."""

from __future__ import annotations

from sutja.batch.parquet import run_parquet_task
from sutja.errors import SutjaError
from sutja.storage.addresses import to_local

SUFFIX = ".parquet"
COLUMNS = ("path", "file", "address", "url", "source")
MOST_CHARACTERS = 200_000_000  # of all names


def read_list(name: str) -> list[str]:
    """Read the names in a Parquet file, from the first of its columns that `COLUMNS` has.

    Parameters
    ----------
    name : str
        Path or address of the file.

    Raises
    ------
    SutjaError
        If it cannot be read, has no such column of text, or names too much.
    """
    names: list[str] = []
    n_characters = 0
    for item in run_parquet_task("iter_names", name, to_local(name), columns=COLUMNS):
        names += item["names"]
        n_characters += sum(map(len, item["names"]))
        if n_characters > MOST_CHARACTERS:
            raise SutjaError(
                f"its names have more than {MOST_CHARACTERS:,} characters", where=name, remedy="split it"
            )
    return names
