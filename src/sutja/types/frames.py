"""Tables of pandas or polars made of results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sutja.errors import SutjaError

LIBRARIES = ("pandas", "polars")


def make_frame(rows: Iterable[Mapping[str, Any]], columns: Iterable[str], library: str | None = None) -> Any:
    """Make a DataFrame of rows.

    Parameters
    ----------
    rows : Iterable[Mapping[str, Any]]
        Values by column.
    columns : Iterable[str]
        Columns, in their order; all are there even without rows.
    library : str | None
        "pandas" or "polars"; None takes the first that is installed.

    Raises
    ------
    SutjaError
        If there is no such library, or it is not installed.
    """
    if library not in (None, *LIBRARIES):
        raise SutjaError(f"there is no {library!r}", where="library", remedy="use pandas or polars")
    wanted = LIBRARIES if library is None else (library,)
    found = next((name for name in wanted if find_spec(name) is not None), None)
    if found is None:
        raise SutjaError(
            f"{' or '.join(wanted)} is not installed",
            where="to_df",
            remedy=f"pip install {wanted[0]}, or take to_dict or to_json",
        )
    listed = list(rows)
    values = {name: [row.get(name) for row in listed] for name in columns}
    return import_module(found).DataFrame(values)
