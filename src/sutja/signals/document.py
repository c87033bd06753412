"""Documents to pages: a PDF drawn page by page, a TIFF of several pages, or a picture, which is one page.

Pages come out as `sutja.signals.image.Picture`, one at a time: no more than one page of a PDF is in memory.
Whatever is wrong with a page, an error stands in its place and the next page is read.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError
from sutja.signals.image import BYTE_LIMIT, Picture, Source, explain, iter_pictures, name_source

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

DPI = 200.0  # as office scanners have it: a digit of 10 points is 20 pixels high
SMALL_DPI, SMALL_SIDE = 300.0, 4.0  # inches of the shorter side: tickets, cards and stubs have small print
MIN_DPI, MAX_DPI = 50.0, 400.0  # of a page that is one scan, drawn at its own resolution
PAGE_PIXELS = 30_000_000  # a page is drawn with at most so many
_POINTS = 72.0  # an inch
_SCAN_COVERS = 0.7  # of the page: then the page is that scan
_MAGIC, _MAGIC_WITHIN = b"%PDF-", 1024  # bytes; what viewers accept before the header
_MAX_OBJECTS = 20_000  # of a page among which a scan is looked for
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY in fpdfview.h


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
        yield from _iter_pdf_pages(source, name)
    except Exception as error:  # a reader of PDFs may raise anything on a hostile file
        yield explain(error, name)


def _is_pdf(source: Source) -> bool:
    """Tell by its first bytes whether a source is a PDF; a file that cannot be opened is explained later."""
    if isinstance(source, bytes):
        return _MAGIC in source[:_MAGIC_WITHIN]
    if not isinstance(source, str | os.PathLike) or not os.path.isfile(source):  # noqa: PTH113 - as image.py
        return False
    try:
        with open(source, "rb") as file:  # noqa: PTH123
            return _MAGIC in file.read(_MAGIC_WITHIN)
    except OSError:
        return False


def _iter_pdf_pages(source: Any, name: str) -> Iterator[Picture | PictureError]:
    document = _open(source)
    try:
        count = len(document)
        if count == 0:
            raise PictureError("is a PDF without pages", remedy="save it again from where it came")
        for index in range(count):
            try:
                pixels, dpi = _draw(document, index)
            except Exception as error:  # the pages behind a damaged one are still read
                yield explain(error, name, index + 1)
            else:
                yield Picture(pixels, name, index + 1, dpi)
                del pixels  # not kept while the next is drawn
    finally:
        document.close()


def _open(source: Any) -> PdfDocument:
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
        document = pypdfium2.PdfDocument(source if isinstance(source, bytes) else os.fspath(source))
        len(document)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (_PASSWORD, _SECURITY):
            raise PictureError(
                "is a PDF that is encrypted", remedy="save a copy without a password first"
            ) from error
        raise PictureError("is a damaged PDF", remedy="copy or save the file again") from error
    document.init_forms()  # what was filled in is drawn too
    return document


def _draw(document: PdfDocument, index: int) -> tuple[NDArray[np.uint8], float]:
    """Draw a page, uint8 (H, W, 3) RGB, or (H, W) where it has no colour; return its resolution as well."""
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
            return _copy_pixels(bitmap.to_numpy()), dpi
        finally:
            bitmap.close()
    finally:
        page.close()


def _copy_pixels(drawn: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Copy what was drawn, since the buffer belongs to the library."""
    if drawn.ndim == 2:
        return drawn.copy()
    if drawn.shape[2] == 1:
        return drawn[:, :, 0].copy()
    return np.ascontiguousarray(drawn[:, :, :3])


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
