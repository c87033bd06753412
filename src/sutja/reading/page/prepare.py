"""Preparation of a page for the detector: dark ink, straight lines, no perspective, the right scale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.fields import choose_scales, to_luminance
from sutja.reading.page.geometry.layout import Layout, measure_layout
from sutja.reading.page.geometry.perspective import Quad, find_frame, remove_perspective
from sutja.reading.page.geometry.transform import PageTransform

MIN_SKEW = 0.35  # degrees; less is left as it is
_DARK = 110.0  # median grey level below which the page may be light on dark
_MIN_WINDOW = 15  # pixels
_MIN_SKEWNESS = 0.5  # of the grey levels against their neighbourhood
_MARGIN = 1.0  # usual heights of paper, added about a page that is all writing
_TIGHT = 0.12  # of the shorter side: a page whose writing is higher gets that margin


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page prepared for the detector.

    Attributes
    ----------
    transform : PageTransform
        Straight page, of any orientation.
    layout : Layout
        Layout of the picture as given.
    scales : tuple[float, ...]
        Scales for the detector; none where there are no characters.
    notes : tuple[str, ...]
        Remarks for people on what was done.
    frame : Quad | None
        Corners of a frame or a grid, (4, 2) in the picture's pixels, where there is one.
    """

    transform: PageTransform
    layout: Layout
    scales: tuple[float, ...]
    notes: tuple[str, ...]
    frame: Quad | None = None


def _is_light_on_dark(grey: NDArray[np.uint8]) -> bool:
    """Tell whether what stands out from its neighbourhood is lighter: light ink on dark paper.

    On a dim photo of a page it is darker.
    """
    side = max(_MIN_WINDOW, round(max(grey.shape) / 28)) | 1
    off = grey.astype(np.float32) - cv2.blur(grey, (side, side))
    sample = off[:: max(1, grey.shape[0] // 512), :: max(1, grey.shape[1] // 512)]
    spread = float(sample.std())
    return spread > 1.0 and float((sample**3).mean()) > _MIN_SKEWNESS * spread**3


def prepare_page(pixels: NDArray[np.uint8]) -> PreparedPage:
    """Measure the layout of a picture, and straighten it.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture, uint8 (H, W) or (H, W, 3).
    """
    notes = []
    grey = to_luminance(pixels)
    layout = measure_layout(grey)
    if float(np.median(grey[::8, ::8])) < _DARK and _is_light_on_dark(grey):
        pixels, grey = 255 - pixels, 255 - grey
        layout = measure_layout(grey)
        notes.append("light on dark")
    transform = PageTransform.identity(pixels)
    if layout.character_height is None:
        return PreparedPage(transform, layout, (), tuple(notes))
    frame = find_frame(grey)
    flat = remove_perspective(transform, frame, grey)
    if flat is not None:
        transform = flat
        notes.append("perspective taken out")
    elif abs(layout.skew) >= MIN_SKEW:
        transform = transform.rotate(layout.skew)
        notes.append(f"straightened by {layout.skew:.1f} degrees")
    if layout.character_height > _TIGHT * min(transform.width, transform.height):
        transform = transform.pad(_MARGIN * layout.character_height)
    return PreparedPage(transform, layout, tuple(choose_scales(layout)), tuple(notes), frame)
