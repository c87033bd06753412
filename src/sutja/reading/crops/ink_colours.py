"""Inks of different colours on one crop, parted: a red stamp over black print, blue ink on black lines.

Letters: H, W the crop's rows and columns in pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.crops.crop_regions import Region

_Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]

_WEIGHT = 0.9  # of one ink, where all of the crop has 1
_COLOURED = 60  # grey levels between the channels of a pixel of coloured ink
_INK = 60  # grey levels by which ink differs from paper
_SHARE = 0.15  # of the ink in doubt that each of two inks has at least


def part_inks(pixels: NDArray[np.uint8]) -> list[Region]:
    """Part coloured ink from black ink.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Crop, uint8 (H, W) or (H, W, 3) RGB, on light paper.

    Returns
    -------
    list[Region]
        All of the crop without the coloured ink, and without the black ink; none where it has but one of
        the two.
    """
    planes = _split_inks(pixels)
    if planes is None:
        return []
    lightest, spread, _, _ = planes
    # Where coloured ink lies over black ink, both stay dark in every channel but the ink's own.
    without_black = np.asarray(255 - spread, np.uint8)
    return [Region(layer, 0, 0, _WEIGHT) for layer in (lightest, without_black)]


def mark_inks(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Mark the pixels (H, W) of coloured and of black ink; None where a crop has but one of the two.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Crop, uint8 (H, W) or (H, W, 3) RGB, on light paper.
    """
    planes = _split_inks(pixels)
    return None if planes is None else planes[2:]


def _split_inks(pixels: NDArray[np.uint8]) -> _Planes | None:
    """Find the lightest channel and the spread of the channels, and mark coloured and black ink."""
    if pixels.ndim != 3 or min(pixels.shape[:2]) < 2:
        return None
    r, g, b = cv2.split(pixels)
    lightest = np.asarray(cv2.max(cv2.max(r, g), b), np.uint8)
    spread = np.asarray(cv2.subtract(lightest, cv2.min(cv2.min(r, g), b)), np.uint8)
    coloured = spread > _COLOURED
    n_coloured = int(np.count_nonzero(coloured))
    if not n_coloured:
        return None
    paper = int(np.median(lightest))
    black = (lightest < paper - _INK) & ~coloured
    inks = n_coloured, int(np.count_nonzero(black))
    return None if min(inks) <= _SHARE * sum(inks) else (lightest, spread, coloured, black)
