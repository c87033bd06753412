"""Documents to pages: a PDF drawn page by page, a TIFF of several pages, or a picture, which is one page.

Pages come out as `sutja.signals.image.Picture`, one at a time: no more than one page of a PDF is in memory.
Whatever is wrong with a page, an error stands in its place and the next page is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from sutja.errors import PictureError
from sutja.regular_files import open_regular
from sutja.signals.image import Picture, Source, explain, iter_pictures
from sutja.signals.sources import name_source, resolve_source
from sutja.signals.untrusted import DRAWING_BUDGET, iter_untrusted

Iterate: TypeAlias = Callable[[Any, str | None], Iterator[Picture | PictureError]]
_MAGIC, _MAGIC_WITHIN = b"%PDF-", 1024  # bytes; what viewers accept before the header


def iter_pages(source: Source, name: str | None = None) -> Iterator[Picture | PictureError]:
    """Yield the pages of a document, and an error in the place of each that cannot be read.

    Parameters
    ----------
    source : Source
        A path or an address of a PDF or of a picture, the bytes of either, an open file, a Pillow image, an
        array or a tensor.
    name : str | None
        Name of the source in results; None takes that of the source.
    """
    path = source if isinstance(source, str | os.PathLike) else ""
    name = name or name_source(source)
    try:
        source = resolve_source(source, PictureError)
        if not _is_pdf(source):
            yield from iter_pictures(source, name)
            return
        data = source if isinstance(source, bytes) else None
        arguments = {} if data is not None else {"path": os.path.abspath(path)}  # noqa: PTH100 - as image.py
        yield from iter_untrusted("sutja.signals.pdf:draw_pages", arguments, data, name, DRAWING_BUDGET)
    except Exception as error:  # a reader of PDFs may raise anything on a hostile file
        yield explain(error, name)


def load_single(
    source: Source, iterate: Iterate = iter_pages, remedy: str = "read them with read_many"
) -> tuple[Picture, Any]:
    """Load the picture of a source that holds one, and return what it can be loaded from again.

    Parameters
    ----------
    source : Source
        As for `iter_pages`.
    iterate : Iterate
        Loads the pictures of a source: `iter_pages`, or `sutja.signals.image.iter_pictures`.
    remedy : str
        What to do where there are several.

    Returns
    -------
    tuple[Picture, Any]
        The picture; and bytes, an image or an array, or None where the name of the source is a path.

    Raises
    ------
    PictureError
        If it cannot be read, or there are several.
    """
    name = name_source(source)
    kept = resolve_source(source, partial(PictureError, source=name))
    pictures = list(islice(iterate(kept, name), 2))
    if len(pictures) > 1:
        raise PictureError("holds several pages", remedy=remedy, source=name)
    if isinstance(pictures[0], PictureError):
        raise pictures[0]
    return pictures[0], None if isinstance(kept, str | os.PathLike) else kept


def _is_pdf(source: Source) -> bool:
    """Tell by its first bytes whether a source is a PDF; a file that cannot be opened is explained later."""
    if isinstance(source, bytes):
        return _MAGIC in source[:_MAGIC_WITHIN]
    if not isinstance(source, str | os.PathLike):
        return False
    try:
        with open_regular(source) as file:
            return _MAGIC in file.read(_MAGIC_WITHIN)
    except OSError:
        return False
