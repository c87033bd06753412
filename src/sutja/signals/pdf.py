"""Draw the pages of a PDF.

This runs on files from strangers, and what draws them need not end: it is done in a child process
(`sutja.signals.untrusted`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError
from sutja.sandbox.shared_pixels import allocate
from sutja.signals.pdf_text import list_characters
from sutja.signals.picture import BYTE_LIMIT, explain

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

    from sutja.sandbox.child import Item

DPI = 200.0  # as office scanners have it: a digit of 10 points is 20 pixels high
SMALL_DPI, SMALL_SIDE = 300.0, 4.0  # inches of the shorter side: tickets, cards and stubs have small print
MIN_DPI, MAX_DPI = 50.0, 400.0  # of a page that is one scan, drawn at its own resolution
PAGE_PIXELS = 30_000_000  # a page is drawn with at most so many
_POINTS = 72.0  # an inch
_SCAN_COVERS = 0.7  # of the page: then the page is that scan
_MAX_OBJECTS = 20_000  # of a page among which a scan is looked for
_PAGE_LIMIT, _PAGE_BYTES = 20_000, 16  # pages of a file; bytes of one at least, however well compressed
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY in fpdfview.h


def draw_pages(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """Draw a PDF page by page, as a task of `sutja.signals.untrusted.iter_untrusted`.

    Parameters
    ----------
    arguments : dict[str, Any]
        `first`: the page to begin with, from 1; `path`: the file, unless its bytes are given.
    data : bytes | None
        The file.
    """
    try:
        document, size = _open(data if data is not None else str(arguments["path"]))
    except Exception as error:  # a reader of PDFs may raise anything on a hostile file
        raise explain(error, "") from error
    try:
        count = len(document)
        _check_count(count, size)
        yield {"count": count}, None
        for index in range(int(arguments["first"]) - 1, count):
            try:
                pixels, dpi, characters = draw_page(document, index)
            except Exception as error:  # the pages behind a damaged one are still read
                yield {"page": index + 1, "error": str(explain(error, ""))}, None
            else:
                yield {"page": index + 1, "dpi": dpi, "characters": characters}, pixels
                del pixels  # not kept while the next is drawn
    finally:
        document.close()


def _check_count(count: int, size: int) -> None:
    """Refuse a document without pages, or that claims more pages than its bytes can hold."""
    if count == 0:
        raise PictureError("is a PDF without pages", remedy="save it again from where it came")
    if count > _PAGE_LIMIT:
        raise PictureError(f"is a PDF of {count:,} pages, more than {_PAGE_LIMIT:,}", remedy="split it first")
    if count * _PAGE_BYTES > size:
        raise PictureError(
            f"is a damaged PDF: it claims {count:,} pages in {size:,} bytes",
            remedy="copy or save the file again",
        )


def _open(source: str | bytes) -> tuple[PdfDocument, int]:
    """Open a document; the second value is the size of its file."""
    try:
        import pypdfium2
    except Exception as error:  # a wheel of another system shows as ImportError or OSError
        raise PictureError(
            f"is a PDF, and what draws PDFs does not load ({error})", remedy="pip install pypdfium2"
        ) from error
    size = len(source) if isinstance(source, bytes) else os.stat(source).st_size  # noqa: PTH116
    if size > BYTE_LIMIT:
        raise PictureError(f"has more than {BYTE_LIMIT:,} bytes", remedy="split it first")
    try:
        document = pypdfium2.PdfDocument(source)
        len(document)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (_PASSWORD, _SECURITY):
            raise PictureError(
                "is a PDF that is encrypted", remedy="save a copy without a password first"
            ) from error
        raise PictureError("is a damaged PDF", remedy="copy or save the file again") from error
    document.init_forms()  # what was filled in is drawn too
    return document, size


def draw_page(document: PdfDocument, index: int) -> tuple[NDArray[np.uint8], float, list[list[Any]]]:
    """Draw a page.

    Parameters
    ----------
    document : PdfDocument
        Open document.
    index : int
        Place of the page, from 0.

    Returns
    -------
    tuple[NDArray[uint8], float, list[list[Any]]]
        uint8 (H, W, 3) RGB, or (H, W) where the page has no colour; its resolution in dots per inch; and the
        characters of its text (`sutja.signals.pdf_text.list_characters`).
    """
    page = document[index]
    try:
        width, height = page.get_size()
        if not (0 < width < np.inf and 0 < height < np.inf):
            raise PictureError(f"has no size ({width} × {height} points)", remedy="save it again")
        dpi = choose_resolution(width, height, _measure_scan_dpi(page, width, height))
        if round(width * dpi / _POINTS) < 1 or round(height * dpi / _POINTS) < 1:
            raise PictureError("is a page too narrow to draw", remedy="save it with another size of page")
        # The library rounds up, and a scan must not be stretched by a pixel.
        bitmap = page.render(scale=dpi / _POINTS * (1 - 1e-5), rev_byteorder=True, may_draw_forms=True)
        try:
            pixels = _copy_pixels(bitmap.to_numpy())
        finally:
            bitmap.close()
        return pixels, dpi, list_characters(page, pixels.shape[1], pixels.shape[0])
    finally:
        page.close()


def _copy_pixels(drawn: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Copy what was drawn, since the buffer belongs to the library."""
    if drawn.ndim == 3 and drawn.shape[2] == 1:
        drawn = drawn[:, :, 0]
    pixels = allocate((*drawn.shape[:2], 3) if drawn.ndim == 3 else drawn.shape)
    if drawn.ndim == 3 and drawn.shape[2] == 4:
        cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB, dst=pixels)
    else:
        np.copyto(pixels, drawn)
    return pixels


def choose_resolution(width: float, height: float, scan: float | None = None) -> float:
    """Choose the dots per inch to draw a page with.

    Parameters
    ----------
    width, height : float
        Size of the page in points (1/72 inch).
    scan : float | None
        Resolution of the picture that covers the page, if one does.

    Returns
    -------
    float
        The resolution of the scan; else `DPI`, more for small pages; less wherever the page would have more
        than `PAGE_PIXELS`.

    >>> choose_resolution(595, 842), choose_resolution(200, 300), round(choose_resolution(2384, 3370))
    (200.0, 300.0, 139)
    """
    dpi = SMALL_DPI if min(width, height) < SMALL_SIDE * _POINTS else DPI
    if scan is not None:
        dpi = min(max(scan, MIN_DPI), MAX_DPI)
    return min(dpi, _POINTS * math.sqrt(PAGE_PIXELS / (width * height)))


def _measure_scan_dpi(page: PdfPage, width: float, height: float) -> float | None:
    """Measure the resolution of a picture that covers the page: a scan is best drawn pixel by pixel."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    for count, item in enumerate(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        if count > _MAX_OBJECTS:
            break
        try:
            left, bottom, right, top = item.get_bounds()
            columns, rows = item.get_px_size()
        except Exception:  # a picture that is itself damaged: the page may have more to show
            continue
        if (right - left) * (top - bottom) < _SCAN_COVERS * width * height:
            continue
        across, along = sorted((right - left, top - bottom)), sorted((columns, rows))
        return float(min(along[0] / across[0], along[1] / across[1])) * _POINTS
    return None
