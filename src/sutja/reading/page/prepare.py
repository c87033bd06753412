"""A page made fit to be looked for numbers: dark ink, straight lines, no perspective, the right scale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.fields import scales, to_grey
from sutja.reading.page.layout import Layout, measure
from sutja.reading.page.perspective import Quad, flat_view, frame
from sutja.reading.page.view import View

LEAST_SKEW = 0.35  # degrees; less is straight
_DARK = 110.0  # median grey level below which the page may be light on dark
_AROUND = 15  # pixels at least
_SKEWED = 0.5  # of the cube of the spread
_ROOM = 1.0  # usual heights of paper about a page that is all writing
_TIGHT = 0.12  # of the shorter side: a page whose writing is higher has no margin to speak of


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page ready for the detector.

    Attributes
    ----------
    view : View
        Straight, but perhaps the wrong way round.
    layout : Layout
        Of the picture as given.
    scales : tuple[float, ...]
        At which it is to be drawn; none where there is nothing to find.
    notes : tuple[str, ...]
        What was done, for people.
    framed : Quad | None
        The corners of a frame or a grid, (4, 2) in the picture's pixels, where there is one.
    """

    view: View
    layout: Layout
    scales: tuple[float, ...]
    notes: tuple[str, ...]
    framed: Quad | None = None


def _lights_up(grey: NDArray[np.uint8]) -> bool:
    """Whether what stands out from its surroundings is lighter than they are: light ink on dark paper.

    On a dim photo of a page it is darker.
    """
    side = max(_AROUND, round(max(grey.shape) / 28)) | 1
    off = grey.astype(np.float32) - cv2.blur(grey, (side, side))
    sample = off[:: max(1, grey.shape[0] // 512), :: max(1, grey.shape[1] // 512)]
    spread = float(sample.std())
    return spread > 1.0 and float((sample**3).mean()) > _SKEWED * spread**3


def prepare(pixels: NDArray[np.uint8]) -> Prepared:
    """Look a picture over and lay it straight.

    Parameters
    ----------
    pixels : NDArray[uint8]
        uint8 (H, W) or (H, W, 3).
    """
    notes = []
    grey = to_grey(pixels)
    layout = measure(grey)
    if float(np.median(grey[::8, ::8])) < _DARK and _lights_up(grey):
        pixels, grey = 255 - pixels, 255 - grey
        layout = measure(grey)
        notes.append("light on dark")
    view = View.whole(pixels)
    if layout.height is None:
        return Prepared(view, layout, (), tuple(notes))
    framed = frame(grey)
    flat = flat_view(view, framed, grey)
    if flat is not None:
        view = flat
        notes.append("perspective taken out")
    elif abs(layout.skew) >= LEAST_SKEW:
        view = view.rotated(layout.skew)
        notes.append(f"straightened by {layout.skew:.1f} degrees")
    if layout.height > _TIGHT * min(view.width, view.height):
        view = view.padded(_ROOM * layout.height)
    return Prepared(view, layout, tuple(scales(layout)), tuple(notes), framed)
