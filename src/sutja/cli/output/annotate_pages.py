"""Copies of the pictures with what was read drawn into them, for people to check at a glance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sutja.atomic import open_atomic
from sutja.cli.output.file import Names, make_folder
from sutja.errors import PictureError
from sutja.types import Box, Number, Page

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    from sutja.signals.image import Picture

LEAST_HEIGHT = 120  # pixels; smaller crops are enlarged to about this
MOST_WIDTH = 1600  # pixels; larger pictures are made smaller
_GREEN, _AMBER, _GREY = (22, 128, 60), (190, 95, 0), (110, 110, 110)
_PAPER, _INK = (255, 255, 255), (25, 25, 25)
_BAND = 64  # pixels under the picture for what was read
_MARGIN = 10
PAGE_WIDTH = 2400  # pixels; larger pages are made smaller
_LABEL_PART, _LEAST_LABEL, _MOST_LABEL = 0.75, 10, 40  # of the number's height; points


class Annotator:
    """Draws pages into PNG files in `folder`, each under the name of its picture.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str, crop: bool = True) -> None:
        self._folder = Path(folder)
        self._names = Names(".png")
        self._crop = crop
        self._source: str | None = None
        self._coming: Iterator[Picture | PictureError] = iter(())
        make_folder(self._folder, "--annotate")

    def draw(self, page: Page) -> Path | None:
        """Write the annotated copy of a page; None where its picture cannot be loaded any more."""
        picture = self._picture(page)
        if picture is None:
            return None
        path = self._folder / self._names.of(page)
        drawn = annotate(picture.pixels, page) if self._crop else annotate_page(picture.pixels, page)
        with open_atomic(path) as file:
            drawn.save(file, format="PNG")
        return path

    def _picture(self, page: Page) -> Picture | None:
        """The picture of a page; a document is gone through once, since its pages come in order."""
        from sutja.signals.document import iter_pages
        from sutja.signals.image import iter_pictures

        if self._source != page.source or page.page == 1:
            self._source = page.source
            self._coming = (iter_pictures if self._crop else iter_pages)(page.source)
        for picture in self._coming:
            if picture.page >= page.page:
                return None if isinstance(picture, PictureError) else picture
        return None


def annotate(pixels: NDArray[Any], page: Page) -> Image:
    """A copy of the picture with boxes about the characters, and what was read written under it.

    Parameters
    ----------
    pixels : NDArray[Any]
        uint8 (H, W) or (H, W, 3) RGB.
    page : Page
        What was read on it.
    """
    from PIL import Image, ImageDraw

    picture = Image.fromarray(pixels).convert("RGB")
    scale = max(1.0, LEAST_HEIGHT / picture.height)
    scale = min(scale, max(1.0, MOST_WIDTH / 2 / picture.width), MOST_WIDTH / picture.width)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    number = page.numbers[0] if page.numbers else None
    lines = _lines(number)
    width = (
        max(size[0], *(math.ceil(_font(points).getlength(text)) for text, points, _ in lines)) + 2 * _MARGIN
    )
    canvas = Image.new("RGB", (width, size[1] + 2 * _MARGIN + _BAND), _PAPER)
    canvas.paste(picture, (_MARGIN, _MARGIN))
    draw = ImageDraw.Draw(canvas)
    for found in page.numbers:
        _draw_boxes(draw, found, scale)
    top = size[1] + 2 * _MARGIN
    for text, points, colour in lines:
        draw.text((_MARGIN, top), text, fill=colour, font=_font(points))
        top += round(points * 1.25)
    return canvas


def annotate_page(pixels: NDArray[Any], page: Page) -> Image:
    """A copy of a page with a box about each number and what was read above it.

    Accepted numbers are green, others amber; below each box of print there is a line.

    Parameters
    ----------
    pixels : NDArray[Any]
        uint8 (H, W) or (H, W, 3) RGB.
    page : Page
        What was read on it.
    """
    from PIL import Image, ImageDraw

    picture = Image.fromarray(pixels).convert("RGB")
    scale = min(1.0, PAGE_WIDTH / max(picture.size))
    if scale < 1.0:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    for number in page.numbers:
        _label(draw, number, scale)
    return picture


def _label(draw: ImageDraw, number: Number, scale: float) -> None:
    """A number's box and its text above it, or below it at the upper edge of the page."""
    colour = _GREEN if number.accepted else _AMBER
    box = number.box
    edges = (box.x0 * scale - 2, box.y0 * scale - 2, box.x1 * scale + 2, box.y1 * scale + 2)
    draw.rectangle(edges, outline=colour, width=2)
    if number.written == "printed":
        draw.line((edges[0], edges[3] + 3, edges[2], edges[3] + 3), fill=colour, width=1)
    points = round(min(max(box.height * scale * _LABEL_PART, _LEAST_LABEL), _MOST_LABEL))
    font = _font(points)
    text = number.text if number.accepted else f"{number.text}?"
    top = edges[1] - points * 1.25
    place = (edges[0], top if top >= 0 else edges[3] + 4)
    draw.rectangle(draw.textbbox(place, text, font=font), fill=_PAPER)
    draw.text(place, text, fill=colour, font=font)


def _lines(number: Number | None) -> list[tuple[str, int, tuple[int, int, int]]]:
    """What stands under a picture: text, size in points, colour."""
    if number is None:
        return [("no number", 28, _GREY)]
    verdict = "accepted" if number.accepted else "check"
    if number.alternatives and number.alternatives[0].confidence >= 0.01:
        other = number.alternatives[0]
        verdict += f" · or {other.text} ({other.confidence:.0%})"
    colour = _GREEN if number.accepted else _AMBER
    return [
        (number.text, 28, _INK),
        (f"{math.floor(number.confidence * 1000) / 1000:.3f} {verdict}", 16, colour),
    ]


def _draw_boxes(draw: ImageDraw, number: Number, scale: float) -> None:
    for character in number.characters:
        colour = _GREEN if character.confidence >= 0.95 else _AMBER
        draw.rectangle(_scaled(character.box, scale, 0), outline=colour, width=1)
    draw.rectangle(_scaled(number.box, scale, 3), outline=_GREEN if number.accepted else _AMBER, width=2)


def _scaled(box: Box, scale: float, grow: int) -> tuple[float, float, float, float]:
    """A box of the picture on the canvas, `grow` pixels larger on each side."""
    return (
        _MARGIN + box.x0 * scale - grow,
        _MARGIN + box.y0 * scale - grow,
        _MARGIN + box.x1 * scale + grow,
        _MARGIN + box.y1 * scale + grow,
    )


def _font(points: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(points)
