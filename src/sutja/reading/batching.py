"""Pictures from many sources, a bounded number in memory at a time: a batch of crops, or one page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import cv2

from sutja.errors import InferenceError, PictureError
from sutja.signals.document import Iterate, iter_pages, load_single
from sutja.signals.image import Picture, Source, iter_pictures
from sutja.signals.sources import list_sources
from sutja.types import Form, Number, Page

Result = TypeVar("Result")

BATCH_PICTURES = 256  # pictures read together, so that those of one width can share a run
BATCH_PIXELS = 16_000_000  # of a batch: fewer pictures where they are large


def batch_pictures(sources: Source | Iterable[Source]) -> Iterator[list[Picture | PictureError]]:
    """Batch the pictures of all sources in order, with an error in the place of each that cannot be read.

    Sources are asked for as they are needed.
    """
    batch: list[Picture | PictureError] = []
    pixels = 0
    for source in list_sources(sources):
        for picture in iter_pictures(source):
            batch.append(picture)
            pixels += picture.pixels.size if isinstance(picture, Picture) else 0
            if len(batch) >= BATCH_PICTURES or pixels >= BATCH_PIXELS:
                yield batch
                batch, pixels = [], 0
    if batch:
        yield batch


def load_single_picture(source: Source, iterate: Iterate = iter_pictures) -> Picture:
    """Load the picture of a source that holds one.

    Parameters
    ----------
    source : Source
        Anything that `iter_pictures` takes.
    iterate : Iterate
        Loads the pictures of a source: `iter_pictures`, or `iter_pages` for documents.

    Raises
    ------
    PictureError
        If it cannot be read, or there are several.
    """
    return load_single(source, iterate)[0]


def make_crop_page(picture: Picture, number: Number | PictureError | None) -> Page:
    """Make the page of a crop, with its number or with its error."""
    if isinstance(number, PictureError):
        return make_error_page(number)
    numbers = (number,) if number else ()
    return Page(picture.source, picture.page, picture.width, picture.height, numbers)


def make_error_page(error: PictureError) -> Page:
    """Make the page in the place of a picture that cannot be read."""
    return Page(error.source, error.page, None, None, error=str(error))


def make_error_form(error: PictureError) -> Form:
    """Make the form in the place of a page that cannot be read."""
    return Form(error.source, error.page, None, 0.0, None, None, error=str(error))


def answer_each(
    pictures: Sequence[Picture],
    answer: Callable[[Sequence[Picture]], Sequence[Result]],
    check_network: Callable[[], None],
) -> list[Result | PictureError]:
    """Answer pictures together; where the network fails on them, one by one.

    Parameters
    ----------
    pictures : Sequence[Picture]
        Pictures of one batch.
    answer : Callable[[Sequence[Picture]], Sequence[Result]]
        Gives a result for each of several pictures.
    check_network : Callable[[], None]
        Raises `InferenceError` where the network runs on no picture at all.

    Returns
    -------
    list[Result | PictureError]
        In the order of the pictures; an error in the place of each that the network fails on.

    Raises
    ------
    InferenceError
        If the network cannot be run at all.
    """
    try:
        return list(answer(pictures))
    except InferenceError:
        check_network()
    results: list[Result | PictureError] = []
    for picture in pictures:
        try:
            results += answer([picture])
        except InferenceError as error:
            results.append(PictureError(str(error), source=picture.source, page=picture.page))
    return results


def read_pages(
    sources: Source | Iterable[Source],
    read: Callable[[Picture], Result],
    check_network: Callable[[], None],
    make_error: Callable[[PictureError], Result],
) -> Iterator[Result]:
    """Read the pages of documents one after the other; each is let go before the next is opened.

    Parameters
    ----------
    sources : Source | Iterable[Source]
        Asked for as they are needed; one alone will do.
    read : Callable[[Picture], Result]
        Reads one page.
    check_network : Callable[[], None]
        Raises `InferenceError` where a network runs on no page at all.
    make_error : Callable[[PictureError], Result]
        Makes the result of a page that cannot be read.

    Raises
    ------
    InferenceError
        If a network cannot be run at all. One that fails on a page gives a page with an error.
    """
    for source in list_sources(sources):
        for picture in iter_pages(source):
            if isinstance(picture, PictureError):
                yield make_error(picture)
                continue
            try:
                yield read_page(picture, read)
            except InferenceError as error:
                check_network()
                yield make_error(PictureError(str(error), source=picture.source, page=picture.page))
            except PictureError as error:
                yield make_error(error)


def read_page(picture: Picture, read: Callable[[Picture], Result]) -> Result:
    """Read one page.

    Raises
    ------
    PictureError
        If the page does not fit in memory, or OpenCV cannot take it.
    """
    try:
        return read(picture)
    except (MemoryError, cv2.error) as error:
        what = "does not fit in memory" if isinstance(error, MemoryError) else "cannot be processed"
        raise PictureError(
            what, remedy="make it smaller first", source=picture.source, page=picture.page
        ) from error
