"""Pictures annotated with the objects that were detected."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sutja.cli.output.annotate import Annotator, fit_side
from sutja.cli.output.writer import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from sutja.detection import Scene

_GOLDEN = 0.618034  # of the circle of hues, from one class to the next
_LEAST_POINTS, _MOST_POINTS = 10, 22


class SceneAnnotator(Annotator["Scene"]):
    """Draws a box and a label around each detection, in a colour for each class.

    Parameters
    ----------
    folder : str
        Folder of the copies; made if needed.
    classes : Sequence[str]
        Names of the classes.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str, classes: Sequence[str]) -> None:
        super().__init__(folder)
        self._colours = {label: choose_colour(index) for index, label in enumerate(classes)}

    def annotate(self, pixels: NDArray[Any], result: Scene) -> Image:
        from PIL import ImageDraw, ImageFont

        picture, scale = fit_side(pixels)
        draw = ImageDraw.Draw(picture)
        points = min(max(picture.height // 40, _LEAST_POINTS), _MOST_POINTS)
        font = ImageFont.load_default(points)
        for detection in reversed(result.detections):  # the most confident on top
            colour, box = self._colours[detection.label], detection.box
            edges = (box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale)
            draw.rectangle(edges, outline=colour, width=2)
            text = f"{printable(detection.label)} {int(detection.confidence * 100) / 100:.2f}"
            top = edges[1] - points * 1.3
            corner = (edges[0] + 2, top if top >= 0 else edges[1] + 2)
            draw.rectangle(draw.textbbox(corner, text, font=font), fill=colour)
            draw.text(corner, text, fill=(255, 255, 255), font=font)
        return picture


def choose_colour(index: int) -> tuple[int, int, int]:
    """Choose the RGB colour of the class at `index`, unlike those of its neighbours."""
    red, green, blue = colorsys.hls_to_rgb((0.36 + index * _GOLDEN) % 1.0, 0.38, 0.75)
    return round(255 * red), round(255 * green), round(255 * blue)
