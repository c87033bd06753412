"""Pictures from many sources, a bounded number of them in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sutja.errors import PictureError
from sutja.signals.image import Picture, Source, iter_pictures, source_name

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
        raise PictureError(
            "holds several pages", remedy="read them with read_many", source=source_name(source)
        )
    if isinstance(found[0], PictureError):
        raise found[0]
    return found[0]
