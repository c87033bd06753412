"""Forms annotated with their fields: what was read on a page, or where a template has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sutja.cli.output.annotate import Annotator, fit_side
from sutja.types import Form

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_GREEN, _AMBER, _BLUE, _PAPER = (22, 128, 60), (190, 95, 0), (20, 80, 190), (255, 255, 255)
_LEAST_LABEL, _MOST_LABEL = 10, 28  # points
Corners = Sequence[tuple[float, float]]


class FormAnnotator(Annotator[Form]):
    """Draws a box around each field of a page, with its name and what was read above it.

    Accepted fields are green, others amber.
    """

    def annotate(self, pixels: NDArray[Any], result: Form) -> Image:
        labels = []
        for field in result.fields:
            box = field.box
            corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
            text = "empty" if field.empty else field.text
            colour = _GREEN if field.accepted else _AMBER
            labels.append((corners, f"{field.name}: {text}" + ("" if field.accepted else "?"), colour))
        return _draw(pixels, labels)


def draw_fields(pixels: NDArray[Any], fields: Sequence[tuple[str, Corners]]) -> Image:
    """Draw the outlines of fields, each with its name, into a copy of a picture.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture, (H, W) or (H, W, 3) RGB.
    fields : Sequence[tuple[str, Corners]]
        Name and four corners of each, in the picture's pixels.
    """
    return _draw(pixels, [(corners, name, _BLUE) for name, corners in fields])


def _draw(pixels: NDArray[Any], labels: Sequence[tuple[Corners, str, tuple[int, int, int]]]) -> Image:
    from PIL import ImageDraw, ImageFont

    picture, scale = fit_side(pixels)
    draw = ImageDraw.Draw(picture)
    for corners, text, colour in labels:
        outline = [(x * scale, y * scale) for x, y in corners]
        draw.polygon(outline, outline=colour, width=2)
        top, left = min(y for _, y in outline), min(x for x, _ in outline)
        height = max(y for _, y in outline) - top
        points = round(min(max(height * 0.45, _LEAST_LABEL), _MOST_LABEL))
        font = ImageFont.load_default(points)
        corner = (left, max(0.0, top - points * 1.25))
        draw.rectangle(draw.textbbox(corner, text, font=font), fill=_PAPER)
        draw.text(corner, text, fill=colour, font=font)
    return picture
