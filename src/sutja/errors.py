"""What can go wrong. Every message says what was wrong, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path


class SutjaError(Exception):
    """Base of every error that sutja raises on purpose.

    Parameters
    ----------
    what : str
        What was wrong, in one clause.
    where : str | None
        The file, picture or option it was wrong with.
    remedy : str | None
        What the person can do now.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        message = f"{where}: {what}" if where else what
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.where = where
        self.remedy = remedy


class PictureError(SutjaError):
    """A picture that cannot be read.

    Attributes
    ----------
    source : str | None
        What the picture was read from, as results name it.
    page : int
        Which picture of a file of several it is, counted from 1.
    """

    def __init__(
        self, what: str, *, remedy: str | None = None, source: str | None = None, page: int = 1
    ) -> None:
        where = source if page == 1 or source is None else f"{source}, page {page}"
        super().__init__(what, where=where, remedy=remedy)
        self.source = source or ""
        self.page = page


class SoundError(SutjaError):
    """A recording that cannot be listened to.

    Attributes
    ----------
    source : str | None
        What the sound was read from, as results name it.
    """

    def __init__(self, what: str, *, remedy: str | None = None, source: str | None = None) -> None:
        super().__init__(what, where=source, remedy=remedy)
        self.source = source or ""


class ModelFileError(SutjaError):
    """A model file that is broken, unsafe, or not made for this job."""


class InferenceError(SutjaError):
    """The inference engine is missing, or it failed on a model."""


class ThresholdError(SutjaError):
    """No confidence threshold keeps the error that was asked for."""


class NotYetError(SutjaError):
    """Something a later version will do."""


class DataError(SutjaError):
    """A data set that is missing, damaged, or not what the catalogue says it is."""


class TrainingError(SutjaError):
    """Data that a network cannot be trained on, a run that cannot go on, or one that went astray."""


class ComparisonError(SutjaError, ValueError):
    """Data that nothing can be compared on, or a comparison that cannot go on."""


def unreadable(path: Path, error: Exception, what: str = "cannot be read") -> DataError:
    """Make the error for a file of a data set that is not there or not what it should be."""
    if isinstance(error, FileNotFoundError):
        return DataError(
            "this file of the data set is not there",
            where=str(path),
            remedy="`sutja data get` fetches a set; SUTJA_DATA names the folder that holds the sets",
        )
    return DataError(f"{what} ({error})", where=str(path), remedy="`sutja data verify` finds damaged files")
