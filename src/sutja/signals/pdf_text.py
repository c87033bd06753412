"""Text that a page of a PDF carries: its characters, and where they stand in the page as it is drawn.

Text that is not drawn (the layer that text recognition puts under a scan) and characters whose font does not
say what they are stay out: neither is exact.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sutja.boxes.rectangle import Box

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MAX_CHARACTERS = 200_000  # of a page
_FINE = 16  # steps to a pixel, since the library maps places to whole numbers


@dataclass(frozen=True, slots=True)
class TextCharacter:
    """A character of a page's text, and its box in the pixels of the page as drawn; None for a space."""

    text: str
    box: Box | None


def make_characters(entries: Sequence[Sequence[Any]]) -> tuple[TextCharacter, ...]:
    """Make the characters of a page from entries as `list_characters` lists them."""
    return tuple(
        TextCharacter(str(text), Box(*map(float, edges)) if edges else None) for text, *edges in entries
    )


def list_characters(page: PdfPage, width: int, height: int) -> list[list[Any]]:
    """List the characters of a page that are drawn on it, in their order.

    Parameters
    ----------
    page : PdfPage
        Open page.
    width, height : int
        Size in pixels that it is drawn with.

    Returns
    -------
    list[list[Any]]
        The text and the four edges of each character, as JSON can have them; of a space the text alone.
    """
    from pypdfium2 import raw

    text_page = page.get_textpage()
    try:
        found: list[list[Any]] = []
        for index in range(min(text_page.count_chars(), MAX_CHARACTERS)):
            text = chr(raw.FPDFText_GetUnicode(text_page, index))
            if text.isspace() or raw.FPDFText_IsGenerated(text_page, index) == 1:
                found.append([" "])
                continue
            if raw.FPDFText_HasUnicodeMapError(text_page, index) == 1 or not text.isprintable():
                continue
            mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(text_page, index))
            if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                continue
            box = _map_box(page, text_page.get_charbox(index), width, height)
            if box is not None:
                found.append([text, *box.to_list()])
        return found
    finally:
        text_page.close()


def _map_box(page: PdfPage, edges: tuple[float, float, float, float], width: int, height: int) -> Box | None:
    """Map left, bottom, right and top edge in points to a box on the page as drawn; None outside of it."""
    left, bottom, right, top = edges
    corners = [_map_point(page, x, y, width, height) for x, y in ((left, bottom), (right, top))]
    (xs, ys) = zip(*corners, strict=True)
    x0, x1 = max(min(xs), 0.0), min(max(xs), float(width))
    y0, y1 = max(min(ys), 0.0), min(max(ys), float(height))
    return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _map_point(page: PdfPage, x: float, y: float, width: int, height: int) -> tuple[float, float]:
    from pypdfium2 import raw

    column, row = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, width * _FINE, height * _FINE, 0, x, y, column, row)
    return column.value / _FINE, row.value / _FINE
