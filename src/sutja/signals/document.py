"""Documents to pages: a PDF drawn page by page, a TIFF of several pages, or a picture, which is one page.

Pages come out as `sutja.signals.image.Picture`, one at a time: no more than one page of a PDF is in memory.
Whatever is wrong with a page, an error stands in its place and the next page is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from sutja.errors import PictureError
from sutja.regular_files import open_regular
from sutja.signals.image import Picture, Source, explain, iter_pictures, name_source
from sutja.signals.untrusted import DRAWING_BUDGET, iter_untrusted

_MAGIC, _MAGIC_WITHIN = b"%PDF-", 1024  # bytes; what viewers accept before the header


def iter_pages(source: Source) -> Iterator[Picture | PictureError]:
    """Yield the pages of a document, and an error in the place of each that cannot be read.

    Parameters
    ----------
    source : Source
        A path to a PDF or to a picture, the bytes of either, a Pillow image, or an array.
    """
    name = name_source(source)
    try:
        if not _is_pdf(source):
            yield from iter_pictures(source)
            return
        data = source if isinstance(source, bytes) else None
        arguments = {} if data is not None else {"path": os.path.abspath(name)}  # noqa: PTH100 - as image.py
        yield from iter_untrusted("sutja.signals.pdf:draw_pages", arguments, data, name, DRAWING_BUDGET)
    except Exception as error:  # a reader of PDFs may raise anything on a hostile file
        yield explain(error, name)


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
