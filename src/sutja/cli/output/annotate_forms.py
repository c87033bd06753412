"""Forms annotated with their fields: what was read on a page, or where a template has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sutja.cli.output.annotate import Annotator
from sutja.types import Form

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

Corners = Sequence[tuple[float, float]]


class FormAnnotator(Annotator[Form]):
    """Draws a box around each field of a page, with its name and what was read beside it.

    Accepted fields are green, others amber.
    """

    def annotate(self, pixels: NDArray[Any], result: Form) -> Image:
        return result.draw(pixels)


def draw_fields(pixels: NDArray[Any], fields: Sequence[tuple[str, Corners]]) -> Image:
    """Draw the outlines of fields, each with its name, into a copy of a picture.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture, (H, W) or (H, W, 3) RGB.
    fields : Sequence[tuple[str, Corners]]
        Name and four corners of each, in the picture's pixels.
    """
    from sutja.types.drawing import BLUE, Label, draw_labels

    return draw_labels(pixels, [Label(tuple(corners), name, BLUE) for name, corners in fields])
