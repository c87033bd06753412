"""Pages and crops annotated with the numbers that were read, for people to check at a glance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sutja.cli.output.annotate import Annotator, fit_side, resize
from sutja.cli.output.writer import shorten_confidence
from sutja.types import Box, Number, Page

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    from sutja.errors import PictureError
    from sutja.signals.image import Picture

LEAST_HEIGHT = 120  # pixels; smaller crops are enlarged to about this
MOST_WIDTH = 1600  # pixels; wider crops are made smaller
_GREEN, _AMBER, _GREY = (22, 128, 60), (190, 95, 0), (110, 110, 110)
_PAPER, _INK = (255, 255, 255), (25, 25, 25)
_CAPTION_HEIGHT = 64  # pixels below a crop
_MARGIN = 10
_LABEL_PART, _LEAST_LABEL, _MOST_LABEL = 0.75, 10, 40  # of the number's height; points


class CropAnnotator(Annotator[Page]):
    """Draws boxes around the characters of crops and writes the number below."""

    def open_pages(self, source: str) -> Iterator[Picture | PictureError]:
        from sutja.signals.image import iter_pictures

        return iter_pictures(source)

    def annotate(self, pixels: NDArray[Any], result: Page) -> Image:
        from PIL import Image, ImageDraw

        picture = Image.fromarray(pixels).convert("RGB")
        scale = max(1.0, LEAST_HEIGHT / picture.height)
        scale = min(scale, max(1.0, MOST_WIDTH / 2 / picture.width), MOST_WIDTH / picture.width)
        picture = resize(picture, scale)
        lines = _caption(result.numbers[0] if result.numbers else None)
        widths = (math.ceil(_font(points).getlength(text)) for text, points, _ in lines)
        width = max(picture.width, *widths) + 2 * _MARGIN
        height = picture.height + 2 * _MARGIN + _CAPTION_HEIGHT
        canvas = Image.new("RGB", (width, height), _PAPER)
        canvas.paste(picture, (_MARGIN, _MARGIN))
        draw = ImageDraw.Draw(canvas)
        for number in result.numbers:
            _draw_boxes(draw, number, scale)
        top = picture.height + 2 * _MARGIN
        for text, points, colour in lines:
            draw.text((_MARGIN, top), text, fill=colour, font=_font(points))
            top += round(points * 1.25)
        return canvas


class PageAnnotator(Annotator[Page]):
    """Draws a box around each number of a page and writes the number above it.

    Accepted numbers are green, others amber; printed ones are underlined.
    """

    def annotate(self, pixels: NDArray[Any], result: Page) -> Image:
        from PIL import ImageDraw

        picture, scale = fit_side(pixels)
        draw = ImageDraw.Draw(picture)
        for number in result.numbers:
            _draw_label(draw, number, scale)
        return picture


def _draw_label(draw: ImageDraw, number: Number, scale: float) -> None:
    """Draw a number's box with its text above, or below where the page ends."""
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
    corner = (edges[0], top if top >= 0 else edges[3] + 4)
    draw.rectangle(draw.textbbox(corner, text, font=font), fill=_PAPER)
    draw.text(corner, text, fill=colour, font=font)


def _caption(number: Number | None) -> list[tuple[str, int, tuple[int, int, int]]]:
    """Write the lines below a crop: text, size in points, colour."""
    if number is None:
        return [("no number", 28, _GREY)]
    verdict = "accepted" if number.accepted else "check"
    if number.alternatives and number.alternatives[0].confidence >= 0.01:
        other = number.alternatives[0]
        verdict += f" · or {other.text} ({other.confidence:.0%})"
    colour = _GREEN if number.accepted else _AMBER
    return [(number.text, 28, _INK), (f"{shorten_confidence(number.confidence)} {verdict}", 16, colour)]


def _draw_boxes(draw: ImageDraw, number: Number, scale: float) -> None:
    for character in number.characters:
        colour = _GREEN if character.confidence >= 0.95 else _AMBER
        draw.rectangle(_scaled(character.box, scale, 0), outline=colour, width=1)
    draw.rectangle(_scaled(number.box, scale, 3), outline=_GREEN if number.accepted else _AMBER, width=2)


def _scaled(box: Box, scale: float, grow: int) -> tuple[float, float, float, float]:
    """Place a box of the picture on the canvas, `grow` pixels larger on each side."""
    return (
        _MARGIN + box.x0 * scale - grow,
        _MARGIN + box.y0 * scale - grow,
        _MARGIN + box.x1 * scale + grow,
        _MARGIN + box.y1 * scale + grow,
    )


def _font(points: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(points)
