"""Copies of the pictures with what was found drawn into them."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sutja.atomic import open_atomic
from sutja.cli.output.file import Names, make_folder
from sutja.cli.output.pages import printable
from sutja.errors import PictureError
from sutja.types import Detection, Page

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from sutja.detection import Scene
    from sutja.signals.image import Picture

MOST_SIDE = 2400  # pixels; larger pictures are made smaller
_GOLDEN = 0.618034  # of the circle of colours, from one class to the next
_LEAST_POINTS, _MOST_POINTS = 10, 22


class SceneAnnotator:
    """Draws scenes into PNG files in a folder, each under the name of its picture.

    Parameters
    ----------
    folder : str
        Is made where it is not there.
    classes : Sequence[str]
        A colour each.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str, classes: Sequence[str]) -> None:
        self._folder, self._names = Path(folder), Names(".png")
        self._colours = {label: colour(place) for place, label in enumerate(classes)}
        self._source: str | None = None
        self._coming: Iterator[Picture | PictureError] = iter(())
        make_folder(self._folder, "--annotate")

    def draw(self, scene: Scene) -> Path | None:
        """Write the annotated copy of a scene; None where its picture cannot be loaded any more."""
        picture = self._picture(scene)
        if picture is None:
            return None
        path = self._folder / self._names.of(Page(scene.source, scene.page, None, None))
        drawn = annotate_scene(picture.pixels, scene.detections, self._colours)
        with open_atomic(path) as file:
            drawn.save(file, format="PNG")
        return path

    def _picture(self, scene: Scene) -> Picture | None:
        """The picture of a scene; a document is gone through once, since its pages come in order."""
        from sutja.signals.document import iter_pages

        if self._source != scene.source or scene.page == 1:
            self._source, self._coming = scene.source, iter_pages(scene.source)
        for picture in self._coming:
            if picture.page >= scene.page:
                return None if isinstance(picture, PictureError) else picture
        return None


def colour(place: int) -> tuple[int, int, int]:
    """A colour for the class at this place, unlike those of its neighbours."""
    red, green, blue = colorsys.hls_to_rgb((0.36 + place * _GOLDEN) % 1.0, 0.38, 0.75)
    return round(255 * red), round(255 * green), round(255 * blue)


def annotate_scene(
    pixels: NDArray[Any], detections: Sequence[Detection], colours: dict[str, tuple[int, int, int]]
) -> Image:
    """A copy of a picture, uint8 (H, W) or (H, W, 3) RGB, with a box and a label about each thing."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.fromarray(pixels).convert("RGB")
    scale = min(1.0, MOST_SIDE / max(picture.size))
    if scale < 1.0:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    points = min(max(picture.height // 40, _LEAST_POINTS), _MOST_POINTS)
    font = ImageFont.load_default(points)
    for found in reversed(detections):  # the surest on top
        ink, box = colours[found.label], found.box
        edges = (box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale)
        draw.rectangle(edges, outline=ink, width=2)
        text = f"{printable(found.label)} {int(found.confidence * 100) / 100:.2f}"
        top = edges[1] - points * 1.3
        place = (edges[0] + 2, top if top >= 0 else edges[1] + 2)
        draw.rectangle(draw.textbbox(place, text, font=font), fill=ink)
        draw.text(place, text, fill=(255, 255, 255), font=font)
    return picture
