"""`is_crossed_out`: tells a number that a stroke of another ink runs through from end to end, wavy or not.

The readers see through such strokes, since each ink is read alone as well. A stamp's frame has two lines in
each column, and its letters do not hang together.

Letters: H, W the crop's rows and columns in pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.crops.ink_colours import mark_inks
from sutja.types import Box

_JOIN = np.ones((3, 3), np.uint8)  # holes of a stroke that are closed
_REACH = 0.08  # of the width of the number: so near its ends a stroke begins and stops
_BEYOND = 0.2  # of its height: a stroke goes no further above or below it
_MIDDLE = 0.2, 0.8  # of its height, between which the mean of the stroke lies
_THICKEST = 0.4  # of its height: less of a column is covered by the stroke
_ALONE = 0.75  # share of the columns in which the stroke is one run of pixels
_COVER = 0.7  # share of the number's width and height that its own ink covers


def is_crossed_out(pixels: NDArray[np.uint8], box: Box) -> bool:
    """Tell whether a stroke of another ink than the number's crosses it from end to end.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Crop, uint8 (H, W) or (H, W, 3) RGB.
    box : Box
        Box of the number, in pixels of the crop.
    """
    inks = mark_inks(pixels)
    if inks is None:
        return False
    return any(_covers(own, box) and _has_stroke(other, box) for own, other in (inks, inks[::-1]))


def _covers(mask: NDArray[np.bool_], box: Box) -> bool:
    """Tell whether an ink covers a number's box from side to side and from top to bottom."""
    inside = mask[max(0, int(box.y0)) : int(box.y1) + 1, max(0, int(box.x0)) : int(box.x1) + 1]
    _, _, width, height = cv2.boundingRect(inside.astype(np.uint8))
    return width >= _COVER * box.width and height >= _COVER * box.height


def _has_stroke(mask: NDArray[np.bool_], box: Box) -> bool:
    """Tell whether a connected stroke of an ink, seldom more than one line in a column, crosses a box."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, _JOIN)
    n, labels, parts, centres = cv2.connectedComponentsWithStats(closed, connectivity=8)
    room = _REACH * box.width
    for label in range(1, n):
        left, top, width, height, _ = parts[label].tolist()
        middle = (centres[label][1] - box.y0) / box.height
        if (
            left <= box.x0 + room
            and left + width >= box.x1 - room
            and top >= box.y0 - _BEYOND * box.height
            and top + height <= box.y1 + _BEYOND * box.height
            and _MIDDLE[0] <= middle <= _MIDDLE[1]
            and _is_line(labels[:, max(0, int(box.x0)) : int(box.x1) + 1] == label, box.height)
        ):
            return True
    return False


def _is_line(part: NDArray[np.bool_], height: float) -> bool:
    """Tell whether a part of the ink is one thin run of pixels in most columns."""
    runs = part[0].astype(np.int64) + (part[1:] & ~part[:-1]).sum(axis=0)
    thin = part.sum(axis=0) <= _THICKEST * height
    return bool(((runs == 1) & thin).mean() >= _ALONE)
