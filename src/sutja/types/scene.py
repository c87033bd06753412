"""Classes of pictures, and objects detected in them."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sutja.boxes.rectangle import Box
from sutja.types.frames import make_frame
from sutja.types.picture_result import PictureResult
from sutja.types.result import Alternative, Result
from sutja.types.summaries import describe_confidence, describe_items, make_table, printable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_EDGES = ("x0", "y0", "x1", "y1")
_GOLDEN = 0.618034  # of the circle of hues, from one class to the next


@dataclass(frozen=True, slots=True, repr=False)
class Classification(Result):
    """The class of one picture, of those that a model knows.

    Attributes
    ----------
    label : str
        Name of the likeliest class.
    confidence : float
        Calibrated probability, in [0, 1], that it is right.
    accepted : bool
        True if the confidence clears the threshold.
    alternatives : tuple[Alternative, ...]
        Other classes it may be, best first.
    """

    label: str
    confidence: float
    accepted: bool
    alternatives: tuple[Alternative, ...] = ()

    def __repr__(self) -> str:
        return f"<Classification {self.label!r}, {describe_confidence(self)}>"

    def _repr_html_(self) -> str:
        others = ", ".join(f"{one.text} {one.confidence:.2f}" for one in self.alternatives)
        row = {"label": self.label, "confidence": self.confidence, "accepted": self.accepted, "or": others}
        return make_table([row], tuple(row))


@dataclass(frozen=True, slots=True)
class Detection(Result):
    """One object detected in a picture: its class, the confidence, its box."""

    label: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, repr=False)
class Scene(PictureResult):
    """One picture and the objects in it; `page` counts from 1 within a file of several.

    `error` says why a picture could not be searched; width and height are None where they are not known.
    `picture` is what it was read from where that is no file, for `annotate`; it is no part of the JSON.
    """

    source: str
    page: int
    width: int | None
    height: int | None
    detections: tuple[Detection, ...] = ()
    error: str | None = None
    picture: Any = field(default=None, compare=False, metadata={"json": False})

    def __repr__(self) -> str:
        return describe_items(
            self, "object", [f"{one.label} {one.confidence:.2f}" for one in self.detections]
        )

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a detection, with `source` and `page`; values are plain."""
        return [
            {"source": self.source, "page": self.page, "label": one.label, "confidence": one.confidence}
            | dict(zip(_EDGES, one.box.to_list(), strict=True))
            for one in self.detections
        ]

    def to_df(self, library: str | None = None) -> Any:
        """Make a DataFrame, one row a detection, as `Page.to_df` does."""
        return make_frame(self.to_rows(), ("source", "page", "label", "confidence", *_EDGES), library)

    def draw(self, pixels: NDArray[Any]) -> Image:
        return self.draw_classes(pixels, sorted({one.label for one in self.detections}))

    def draw_classes(self, pixels: NDArray[Any], classes: Sequence[str]) -> Image:
        """Draw the detections into a copy of the picture, in a colour for each class.

        Parameters
        ----------
        pixels : NDArray[uint8]
            The picture, (H, W) or (H, W, 3) RGB.
        classes : Sequence[str]
            All classes, so that each has the same colour in every picture.
        """
        from sutja.types.drawing import Label, draw_labels

        colours = {label: choose_colour(index) for index, label in enumerate(classes)}
        labels = [
            Label.at_box(one.box, f"{printable(one.label)} {one.confidence:.2f}", colours[one.label])
            for one in self.detections
        ]
        seen = {one.label for one in self.detections}
        legend = [(printable(name), colour) for name, colour in colours.items() if name in seen]
        return draw_labels(pixels, labels, legend)

    def make_html_rows(self) -> tuple[list[dict[str, Any]], Sequence[str]]:
        return self.to_rows(), ("label", "confidence", *_EDGES)


def choose_colour(index: int) -> tuple[int, int, int]:
    """Choose the RGB colour of the class at `index`, unlike those of its neighbours."""
    red, green, blue = colorsys.hls_to_rgb((0.36 + index * _GOLDEN) % 1.0, 0.38, 0.75)
    return round(255 * red), round(255 * green), round(255 * blue)
