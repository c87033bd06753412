"""`are_guides`: tells the eights that forms print into their boxes, to show how to write, from an answer.

Guides are paler than the lines of their boxes; what somebody writes there is about as dark as these.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.grammar import keep_digits
from sutja.signals.preprocessing.normalisation import Normalised

_GUIDE = "8"
_INK = 0.5  # of full ink: the lines of a box have more
_ACROSS = 0.75  # share of a row or column that a line of a box covers
_PALE = 0.68  # of the lines' ink: guides have less
_NEAR = np.ones((5, 5), np.uint8)  # about the lines: their edges are paler, too
_DARKEST = 98  # percentile that stands for the ink of strokes
_LINE = 90  # percentile that stands for the ink of lines, which may be thinner than a pixel here


def are_guides(text: str, normalised: Normalised) -> bool:
    """Tell whether a number of nothing but eights is printed in boxes, and paler than these.

    Parameters
    ----------
    text : str
        Text of the number.
    normalised : Normalised
        Picture that it was read from, with the boxes.
    """
    if set(keep_digits(text)) != {_GUIDE}:
        return False
    ink = _crop_to_ink(normalised.array)
    marked = ink > _INK
    rows, columns = marked.mean(axis=1) > _ACROSS, marked.mean(axis=0) > _ACROSS
    if columns.sum() < 2 or not rows.any():
        return False
    lines = rows[:, None] | columns[None]
    near = cv2.dilate(lines.view(np.uint8), _NEAR) > 0
    box = np.flatnonzero(columns)
    inside = ink[:, box[0] : box[-1]][~near[:, box[0] : box[-1]]]
    if not inside.size:
        return False
    return bool(np.percentile(inside, _DARKEST) < _PALE * np.percentile(ink[lines], _LINE))


def _crop_to_ink(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Crop a normalised picture (h, w) to its ink, or leave it where it has none."""
    x, y, width, height = cv2.boundingRect((array > _INK).astype(np.uint8))
    return array[y : y + height, x : x + width] if width else array
