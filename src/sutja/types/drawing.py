"""Labelled boxes, drawn into a copy of a picture.

No label covers a box or another label: where there is no room beside its box, its text stands in a margin at
the right, at the height of the box, in the order of the boxes from left to right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.rectangle import Box

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

Colour: TypeAlias = tuple[int, int, int]
Rectangle: TypeAlias = tuple[float, float, float, float]
Legend: TypeAlias = Sequence[tuple[str, Colour]]

GREEN, AMBER, GREY, BLUE = (22, 128, 60), (190, 95, 0), (110, 110, 110), (20, 80, 190)
PAPER, INK = (255, 255, 255), (25, 25, 25)
ACCEPTED_LEGEND: Legend = (("accepted", GREEN), ("to check", AMBER))
MOST_SIDE = 2400  # pixels; larger pictures are made smaller
_LABEL_PART, _LEAST_POINTS, _MOST_POINTS = 0.75, 10, 40  # of the height of a box; points
_LINE = 1.3  # height of a line of text, in its points
_GAP = 6  # pixels between the texts of a margin, and about it
_LEGEND_POINTS = 12


@dataclass(frozen=True, slots=True)
class Label:
    """A text to be drawn beside an outline.

    Attributes
    ----------
    corners : tuple[tuple[float, float], ...]
        Corners of the outline, in the picture's pixels.
    text : str
        Text in one line.
    colour : Colour
        RGB.
    underlined : bool
        Draw a line below the outline.
    """

    corners: tuple[tuple[float, float], ...]
    text: str
    colour: Colour
    underlined: bool = False

    @classmethod
    def at_box(cls, box: Box, text: str, colour: Colour, underlined: bool = False) -> Label:
        """Make the label of a box."""
        corners = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
        return cls(corners, text, colour, underlined)

    def scale(self, scale: float) -> Rectangle:
        """Rectangle around the outline, two pixels larger, in a picture of another scale."""
        xs, ys = zip(*self.corners, strict=True)
        return min(xs) * scale - 2, min(ys) * scale - 2, max(xs) * scale + 2, max(ys) * scale + 2


def draw_labels(pixels: NDArray[Any], labels: Sequence[Label], legend: Legend = ()) -> Image:
    """Draw labelled outlines into a copy of a picture.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture, (H, W) or (H, W, 3) RGB; sides over `MOST_SIDE` are made smaller.
    labels : Sequence[Label]
        Outlines and their texts.
    legend : Legend
        Meaning of the colours, written below the picture.
    """
    from PIL import ImageDraw

    picture, scale = fit_side(pixels)
    draw = ImageDraw.Draw(picture)
    for label in labels:
        _draw_outline(draw, label, scale)
    taken = np.zeros((2 * len(labels), 4))  # boxes, and the texts that are placed
    taken[: len(labels)] = [label.scale(scale) for label in labels] if labels else taken
    crowded = []
    for index, label in enumerate(labels, start=len(labels)):
        place = _find_place(label, scale, picture.size, taken[:index])
        if place is None:
            crowded.append(label)
            continue
        corner, font, rectangle = place
        taken[index] = rectangle
        draw.rectangle(rectangle, fill=PAPER)
        draw.text(corner, label.text, fill=label.colour, font=font)
    return _add_legend(_add_margin(picture, crowded, scale), legend if labels else ())


def draw_caption(picture: Image, lines: Sequence[tuple[str, int, Colour]], least_height: int = 0) -> Image:
    """Put lines of text, each with its size in points and its colour, below a picture."""
    from PIL import Image, ImageDraw

    width = max(
        [picture.width, *(math.ceil(find_font(points).getlength(text)) + _GAP for text, points, _ in lines)]
    )
    height = max(least_height, round(sum(points * _LINE for _, points, _ in lines)))
    canvas = Image.new("RGB", (width, picture.height + height), PAPER)
    canvas.paste(picture, (0, 0))
    top = float(picture.height)
    for text, points, colour in lines:
        ImageDraw.Draw(canvas).text((_GAP, top), text, fill=colour, font=find_font(points))
        top += points * _LINE
    return canvas


def fit_side(pixels: NDArray[Any]) -> tuple[Image, float]:
    """Make an RGB picture of at most `MOST_SIDE` pixels a side, and the scale that this took."""
    from PIL import Image

    picture = Image.fromarray(pixels).convert("RGB")
    scale = min(1.0, MOST_SIDE / max(picture.size))
    return (resize(picture, scale), scale) if scale < 1.0 else (picture, scale)


def resize(picture: Image, scale: float) -> Image:
    """Resize a picture to `scale` of its sides."""
    from PIL import Image

    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def find_font(points: int) -> FreeTypeFont | ImageFont:
    """Font of Pillow's own in so many points."""
    from PIL import ImageFont

    return ImageFont.load_default(points)


def _draw_outline(draw: ImageDraw, label: Label, scale: float) -> None:
    """Draw an outline just outside of its box."""
    x0, y0, x1, y1 = label.scale(scale)
    if len({x for x, _ in label.corners}) == 2:
        draw.rectangle((x0, y0, x1, y1), outline=label.colour, width=2)
    else:
        draw.polygon([(x * scale, y * scale) for x, y in label.corners], outline=label.colour, width=2)
    if label.underlined:
        draw.line((x0, y1 + 3, x1, y1 + 3), fill=label.colour, width=1)


def _find_place(
    label: Label, scale: float, size: tuple[int, int], taken: NDArray[np.float64]
) -> tuple[tuple[float, float], FreeTypeFont | ImageFont, Rectangle] | None:
    """Find the corner, the font and the rectangle of a text that covers nothing; None if there is no room."""
    x0, y0, x1, y1 = label.scale(scale)
    natural = round(min(max((y1 - y0 - 4) * _LABEL_PART, _LEAST_POINTS), _MOST_POINTS))
    for points in dict.fromkeys((natural, max(_LEAST_POINTS, natural * 2 // 3), _LEAST_POINTS)):
        font = find_font(points)
        left, top, right, bottom = font.getbbox(label.text)
        width, height = right - left, bottom - top
        below = y1 + (5 if label.underlined else 1)
        for x, y in (
            (x0, y0 - height - 1),
            (x0, below),
            (x1 - width, y0 - height - 1),
            (x1 - width, below),
            (x1 + 2, (y0 + y1 - height) / 2),
            (x0 - width - 2, (y0 + y1 - height) / 2),
        ):
            rectangle = (x, y, x + width, y + height)
            inside = x >= 0 and y >= 0 and rectangle[2] <= size[0] and rectangle[3] <= size[1]
            if inside and not _overlaps(rectangle, taken):
                return (x - left, y - top), font, rectangle
    return None


def _overlaps(one: Rectangle, others: NDArray[np.float64]) -> bool:
    x0, y0, x1, y1 = others.T
    return bool(((one[0] < x1) & (x0 < one[2]) & (one[1] < y1) & (y0 < one[3])).any())


def _add_margin(picture: Image, labels: Sequence[Label], scale: float) -> Image:
    """Put the texts that have no room in a margin at the right, each at the height of its outline."""
    if not labels:
        return picture
    from PIL import Image, ImageDraw

    font = find_font(_LEAST_POINTS)
    rows = _group_rows(labels, scale)
    space = font.getlength("  ")
    width = max(sum(font.getlength(label.text) + space for label in row) for _, row in rows)
    tops, top = [], 0.0
    for middle, _ in rows:
        top = max(top, middle - _LEAST_POINTS * _LINE / 2)
        tops.append(top)
        top += _LEAST_POINTS * _LINE
    size = (picture.width + math.ceil(width) + 2 * _GAP, max(picture.height, math.ceil(top)))
    canvas = Image.new("RGB", size, PAPER)
    canvas.paste(picture, (0, 0))
    draw = ImageDraw.Draw(canvas)
    for y, (_, row) in zip(tops, rows, strict=True):
        x = float(picture.width + _GAP)
        for label in row:
            draw.text((x, y), label.text, fill=label.colour, font=font)
            x += font.getlength(label.text) + space
    return canvas


def _group_rows(labels: Sequence[Label], scale: float) -> list[tuple[float, list[Label]]]:
    """Group labels into lines of text: the height of each, and its labels from left to right."""
    rows: list[tuple[float, list[Label]]] = []
    for label in sorted(labels, key=lambda label: sum(label.scale(scale)[1::2])):
        middle = sum(label.scale(scale)[1::2]) / 2
        if not rows or middle - rows[-1][0] > _LEAST_POINTS:
            rows.append((middle, []))
        rows[-1][1].append(label)
    return [(middle, sorted(row, key=lambda label: label.scale(scale)[0])) for middle, row in rows]


def _add_legend(picture: Image, legend: Legend) -> Image:
    """Write the meaning of the colours below a picture, in as many lines as it takes."""
    if not legend:
        return picture
    from PIL import Image, ImageDraw

    font = find_font(_LEGEND_POINTS)
    side, line = _LEGEND_POINTS, round(_LEGEND_POINTS * 1.6)
    places: list[tuple[float, int]] = []
    x, y = float(_GAP), 0
    for text, _ in legend:
        width = side + _GAP + font.getlength(text) + 2 * _GAP
        if x > _GAP and x + width > picture.width:
            x, y = float(_GAP), y + line
        places.append((x, y))
        x += width
    canvas = Image.new("RGB", (picture.width, picture.height + y + line + _GAP), PAPER)
    canvas.paste(picture, (0, 0))
    draw = ImageDraw.Draw(canvas)
    for (left, top), (text, colour) in zip(places, legend, strict=True):
        y0 = picture.height + _GAP // 2 + top
        draw.rectangle((left, y0, left + side, y0 + side), fill=colour)
        draw.text((left + side + _GAP, y0 - 1), text, fill=INK, font=font)
    return canvas
