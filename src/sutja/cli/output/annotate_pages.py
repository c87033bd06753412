"""Pages and crops annotated with the numbers that were read, for people to check at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sutja.cli.output.annotate import Annotator
from sutja.types import Page

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from sutja.errors import PictureError
    from sutja.signals.image import Picture


class CropAnnotator(Annotator[Page]):
    """Draws boxes around the characters of crops and writes the number below."""

    def open_pages(self, source: str) -> Iterator[Picture | PictureError]:
        from sutja.signals.image import iter_pictures

        return iter_pictures(source)

    def annotate(self, pixels: NDArray[Any], result: Page) -> Image:
        return result.draw_crop(pixels)


class PageAnnotator(Annotator[Page]):
    """Draws a box around each number of a page and writes the number beside it.

    Accepted numbers are green, others amber; printed ones are underlined.
    """

    def annotate(self, pixels: NDArray[Any], result: Page) -> Image:
        return result.draw(pixels)
