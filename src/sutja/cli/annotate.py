"""Copies of the pictures with what was read drawn into them, for people to check at a glance."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.errors import PictureError
from sutja.types import Box, Number, Page

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

LEAST_HEIGHT = 120  # pixels; smaller crops are enlarged to about this
MOST_WIDTH = 1600  # pixels; larger pictures are made smaller
_GREEN, _AMBER, _GREY = (22, 128, 60), (190, 95, 0), (110, 110, 110)
_PAPER, _INK = (255, 255, 255), (25, 25, 25)
_BAND = 64  # pixels under the picture for what was read
_MARGIN = 10


class Annotator:
    """Draws pages into PNG files in `folder`, each under the name of its picture.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._taken: set[str] = set()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.UsageError(
                f"cannot make the folder {folder} ({error.strerror}); choose another for --annotate"
            ) from error

    def draw(self, page: Page) -> Path | None:
        """Write the annotated copy of a page; None where its picture cannot be loaded any more."""
        from sutja.signals.image import Picture, iter_pictures

        for picture in iter_pictures(page.source):
            if isinstance(picture, PictureError) or picture.page != page.page:
                continue
            assert isinstance(picture, Picture)
            path = self._folder / self._name(page)
            temporary = path.with_name(f".{path.name}.part")
            annotate(picture.pixels, page).save(temporary, format="PNG")
            temporary.replace(path)
            return path
        return None

    def _name(self, page: Page) -> str:
        """The picture's name with .png, and a number where two pictures share a name."""
        stem = Path(page.source).stem + (f"-page{page.page}" if page.page > 1 else "")
        name, count = stem, 1
        while name.lower() in self._taken:  # many file systems do not tell case apart
            count += 1
            name = f"{stem}-{count}"
        self._taken.add(name.lower())
        return f"{name}.png"


def annotate(pixels: NDArray[Any], page: Page) -> Image:
    """A copy of the picture with boxes about the characters, and what was read written under it.

    Parameters
    ----------
    pixels
        uint8 (H, W) or (H, W, 3) RGB.
    page
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
