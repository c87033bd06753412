"""Errors. Every message says what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

ErrorKind = TypeVar("ErrorKind", bound="SutjaError")


class SutjaError(Exception):
    """Base of every error that sutja raises on purpose.

    Parameters
    ----------
    what : str
        Problem, in one clause.
    where : str | None
        File, picture or option that has it.
    remedy : str | None
        Remedy for the person.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        message = f"{where}: {what}" if where else what
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.where = where
        self.remedy = remedy


class PictureError(SutjaError):
    """A picture cannot be read.

    Attributes
    ----------
    source : str | None
        Source of the picture, as results name it.
    page : int
        Number of the picture in a file of several, from 1.
    """

    def __init__(
        self, what: str, *, remedy: str | None = None, source: str | None = None, page: int = 1
    ) -> None:
        where = source if page == 1 or source is None else f"{source}, page {page}"
        super().__init__(what, where=where, remedy=remedy)
        self.source = source or ""
        self.page = page


class SoundError(SutjaError):
    """A recording cannot be listened to.

    Attributes
    ----------
    source : str | None
        Source of the sound, as results name it.
    """

    def __init__(self, what: str, *, remedy: str | None = None, source: str | None = None) -> None:
        super().__init__(what, where=source, remedy=remedy)
        self.source = source or ""


class ModelFileError(SutjaError):
    """A model file is broken, unsafe, or made for another task."""


class InferenceError(SutjaError):
    """The inference engine is missing, or failed on a model."""


class ThresholdError(SutjaError):
    """No confidence threshold keeps the error that was asked for."""


class TemplateError(SutjaError):
    """A template of a form is wrong, or its file or picture cannot be read."""


class NotYetError(SutjaError):
    """A feature does not exist yet."""


class DataError(SutjaError):
    """A data set is missing, damaged, or not what the catalogue says it is."""


class TrainingError(SutjaError):
    """A network cannot be trained on the data, or a run cannot go on, or it diverged."""


class ComparisonError(SutjaError, ValueError):
    """Learners cannot be compared on the data, or a comparison cannot go on."""


def make_unwritable_error(kind: type[ErrorKind], path: Path, error: OSError, remedy: str) -> ErrorKind:
    """Make the error, of this kind, for a file or a folder that cannot be written."""
    return kind(f"cannot be written ({error.strerror or error})", where=str(path), remedy=remedy)


def check_own_data(path: Path, names: Iterable[str]) -> None:
    """Refuse a path that does not exist.

    Parameters
    ----------
    path : Path
        Path of a person's own data, or a misspelt name of a data set.
    names : Iterable[str]
        Names of the data sets that fit.

    Raises
    ------
    DataError
        There is no such file or folder.
    """
    if not path.exists():
        raise DataError(
            "there is no such file or folder, and no data set of this name",
            where=str(path),
            remedy=f"check the path, or name one of {', '.join(names)}",
        )


def make_unreadable_error(path: Path, error: Exception, what: str = "cannot be read") -> DataError:
    """Make the error for a file of a data set that is missing or malformed."""
    if isinstance(error, FileNotFoundError):
        return DataError(
            "this file of the data set is not there",
            where=str(path),
            remedy="`sutja data get` fetches a set; SUTJA_DATA names the folder that holds the sets",
        )
    return DataError(f"{what} ({error})", where=str(path), remedy="`sutja data verify` finds damaged files")
