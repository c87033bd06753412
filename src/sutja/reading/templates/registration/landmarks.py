"""Landmarks of a form: its corner marks, or the frame around it, as four corners clockwise from the top left.

Letters: H, W rows and columns of the picture.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.perspective import Quad, find_frame

_MIN_SIDE, _MAX_SIDE = 0.008, 0.06  # of the longer side: a mark's own side
_SOLID = 0.75  # of its box that a mark fills
_SQUARE = 1.6  # most times that a mark is as long one way as the other
_ALIKE = 2.2  # most times that one mark's area is another's
_CORNER = 0.28  # of the picture's sides: a mark lies so near to a corner


def find_frame_corners(grey: NDArray[np.uint8]) -> Quad | None:
    """Find the corners of the largest frame, (4, 2); None where there is none.

    Parameters
    ----------
    grey : NDArray[uint8]
        Picture, (H, W).
    """
    return find_frame(grey)


def find_corner_marks(grey: NDArray[np.uint8]) -> Quad | None:
    """Find solid marks near the four corners, (4, 2); None unless each corner has one like the others.

    Parameters
    ----------
    grey : NDArray[uint8]
        Picture, (H, W).
    """
    rows, columns = grey.shape
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, centres = cv2.connectedComponentsWithStats(np.asarray(ink, np.uint8), connectivity=4)
    w, h, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    least, most = _MIN_SIDE * max(rows, columns), _MAX_SIDE * max(rows, columns)
    is_mark = (np.minimum(w, h) >= least) & (np.maximum(w, h) <= most)
    is_mark &= (area >= _SOLID * w * h) & (np.maximum(w, h) <= _SQUARE * np.minimum(w, h))
    is_mark[0] = False
    chosen = []
    for corner in np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float64):
        away = np.abs(centres - corner) / (columns, rows)
        near = np.flatnonzero(is_mark & (away.max(axis=1) < _CORNER))
        if not len(near):
            return None
        chosen.append(int(near[np.argmin(away[near].sum(axis=1))]))
    areas = area[chosen]
    if areas.max() > _ALIKE * areas.min():
        return None
    return np.asarray(centres[chosen], np.float64)
