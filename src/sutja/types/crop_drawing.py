"""Pictures of one number, with boxes around its characters and the number below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sutja.boxes.rectangle import Box
from sutja.types.drawing import AMBER, GREEN, GREY, INK, PAPER, Colour, draw_caption, resize
from sutja.types.result import Alternative
from sutja.types.summaries import describe_confidence

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_LEAST_HEIGHT = 120  # pixels; smaller crops are enlarged to about this
_MOST_WIDTH = 1600  # pixels; wider crops are made smaller
_CAPTION_HEIGHT = 64  # pixels
_MARGIN = 10
_SURE = 0.95  # confidence of a character from which its box is green
_LEAST_ALTERNATIVE = 0.01


@dataclass(frozen=True, slots=True)
class CropNumber:
    """A number of a crop: how it was read, its box, those of its characters, and what else it may be."""

    text: str
    confidence: float
    accepted: bool
    box: Box
    characters: tuple[tuple[Box, float], ...]
    alternative: Alternative | None


def draw_crop(pixels: NDArray[Any], numbers: Sequence[CropNumber]) -> Image:
    """Draw a crop, enlarged if it is small, with its number below.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture, (H, W) or (H, W, 3) RGB.
    numbers : Sequence[CropNumber]
        Its number, or none.
    """
    from PIL import Image, ImageDraw

    crop = Image.fromarray(pixels).convert("RGB")
    scale = max(1.0, _LEAST_HEIGHT / crop.height)
    scale = min(scale, max(1.0, _MOST_WIDTH / 2 / crop.width), _MOST_WIDTH / crop.width)
    crop = resize(crop, scale)
    canvas = Image.new("RGB", (crop.width + 2 * _MARGIN, crop.height + 2 * _MARGIN), PAPER)
    canvas.paste(crop, (_MARGIN, _MARGIN))
    draw = ImageDraw.Draw(canvas)
    for number in numbers:
        for box, confidence in number.characters:
            colour = GREEN if confidence >= _SURE else AMBER
            draw.rectangle(_scale_box(box, scale, 0), outline=colour, width=1)
        colour = GREEN if number.accepted else AMBER
        draw.rectangle(_scale_box(number.box, scale, 3), outline=colour, width=2)
    return draw_caption(canvas, _make_caption(numbers[0] if numbers else None), _CAPTION_HEIGHT)


def _make_caption(number: CropNumber | None) -> list[tuple[str, int, Colour]]:
    """Make the lines below a crop: text, size in points, colour."""
    if number is None:
        return [("no number", 28, GREY)]
    verdict = describe_confidence(number)
    if number.alternative is not None and number.alternative.confidence >= _LEAST_ALTERNATIVE:
        verdict += f" · or {number.alternative.text} ({number.alternative.confidence:.0%})"
    return [(number.text, 28, INK), (verdict, 16, GREEN if number.accepted else AMBER)]


def _scale_box(box: Box, scale: float, grow: int) -> tuple[float, float, float, float]:
    """Place a box of the picture on the canvas, `grow` pixels larger on each side."""
    x0, y0, x1, y1 = (_MARGIN + edge * scale for edge in (box.x0, box.y0, box.x1, box.y1))
    return x0 - grow, y0 - grow, x1 + grow, y1 + grow
