"""Pictures from many sources, a bounded number of them in memory at a time: crops many, pages one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import cv2

from sutja.errors import PictureError
from sutja.signals.document import iter_pages
from sutja.signals.image import Picture, Source, iter_pictures, source_name
from sutja.types import Page

WINDOW = 256  # pictures looked at together, so that those of one width can share a run
WINDOW_PIXELS = 16_000_000  # fewer pictures where they are large


def windows(sources: Iterable[Source]) -> Iterator[list[Picture | PictureError]]:
    """The pictures of all sources in order, in lists; an error in the place of each that cannot be read.

    Sources are asked for as they are needed.
    """
    window: list[Picture | PictureError] = []
    pixels = 0
    for source in sources:
        for picture in iter_pictures(source):
            window.append(picture)
            pixels += picture.pixels.size if isinstance(picture, Picture) else 0
            if len(window) >= WINDOW or pixels >= WINDOW_PIXELS:
                yield window
                window, pixels = [], 0
    if window:
        yield window


def one_picture(source: Source) -> Picture:
    """The picture of a source that holds one.

    Raises
    ------
    PictureError
        If it cannot be read, or there are several.
    """
    found = list(islice(iter_pictures(source), 2))
    if len(found) > 1:
        raise _several(source)
    if isinstance(found[0], PictureError):
        raise found[0]
    return found[0]


def failed(error: PictureError) -> Page:
    """The page in the place of a picture that cannot be read."""
    return Page(error.source, error.page, None, None, error=str(error))


def page_by_page(sources: Iterable[Source], read: Callable[[Picture], Page]) -> Iterator[Page]:
    """Read the pages of documents one after the other; each is let go before the next is opened.

    Parameters
    ----------
    sources : Iterable[Source]
        Asked for as they are needed.
    read : Callable[[Picture], Page]
        What reads a page.
    """
    for source in sources:
        for picture in iter_pages(source):
            yield failed(picture) if isinstance(picture, PictureError) else _read(picture, read)


def _read(picture: Picture, read: Callable[[Picture], Page]) -> Page:
    """A page, or why it could not be read; the next page must still be."""
    try:
        return read(picture)
    except (MemoryError, cv2.error) as error:
        what = "does not fit in memory" if isinstance(error, MemoryError) else "cannot be looked at"
        return failed(
            PictureError(what, remedy="make it smaller first", source=picture.source, page=picture.page)
        )


def only_one(pages: Iterable[Page], source: Source) -> Page:
    """The page of a document that has one.

    Raises
    ------
    PictureError
        If it cannot be read, or there are several.
    """
    found = list(islice(pages, 2))
    if len(found) > 1:
        raise _several(source)
    if found[0].error is not None:
        raise PictureError(found[0].error)
    return found[0]


def _several(source: Source) -> PictureError:
    return PictureError("holds several pages", remedy="read them with read_many", source=source_name(source))
