"""What can go wrong with a data set."""

from pathlib import Path

from sutja.errors import SutjaError


class DataError(SutjaError):
    """A data set is missing, damaged, or not what the catalogue says it is."""


def unreadable(path: Path, error: Exception, what: str = "cannot be read") -> DataError:
    """The error for a file of a set that is not there or not what it should be."""
    if isinstance(error, FileNotFoundError):
        return DataError(
            "this file of the data set is not there",
            where=str(path),
            remedy="`sutja data get` fetches a set; SUTJA_DATA names the folder that holds the sets",
        )
    return DataError(f"{what} ({error})", where=str(path), remedy="`sutja data verify` finds damaged files")
