"""Single printed boxes, each for a whole number: holes in the ink that straight lines enclose.

Letters: H, W rows and columns of the page.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.printed_boxes.boxes import find_ink
from sutja.types import Box

_OFFSET = 8  # grey levels by which lines are darker than their neighbourhood
_MIN_HEIGHT, _MAX_HEIGHT = 0.012, 0.08  # of the longer side: a box for a number
_MAX_WIDTH = 0.35  # of the width of the page: a longer box is for words
_SOLID = 0.72  # of its enclosing box that a hole fills, digits and all
_MIN_ASPECT = 0.9  # width to height
_LINE = 0.012  # of the longer side: a line is at least so long


def find_single_boxes(grey: NDArray[np.uint8]) -> list[Box]:
    """Find the printed boxes of a form that may hold a number each.

    Parameters
    ----------
    grey : NDArray[uint8]
        Page, (H, W), ink dark.
    """
    side = max(grey.shape)
    lines = keep_lines(find_ink(grey, _OFFSET), max(9, round(_LINE * side)))
    return find_enclosed(lines, _MIN_HEIGHT * side, _MAX_HEIGHT * side)


def find_enclosed(lines: NDArray[np.uint8], low: float, high: float) -> list[Box]:
    """Find the boxes that lines, (H, W) with 255 on them, enclose, from `low` to `high` pixels high."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(255 - lines, np.uint8), connectivity=4)
    return [
        Box(float(x), float(y), float(x + w), float(y + h))
        for x, y, w, h, area in stats[1:].tolist()
        if low <= h <= high and area >= _SOLID * w * h and _MIN_ASPECT * h <= w <= _MAX_WIDTH * lines.shape[1]
    ]


def keep_lines(ink: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Keep straight lines of ink, (H, W) with 255 on it, that are so long, and close their small breaks."""
    across, down = np.ones((1, length), np.uint8), np.ones((length, 1), np.uint8)
    level = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_OPEN, across), cv2.MORPH_CLOSE, across)
    upright = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_OPEN, down), cv2.MORPH_CLOSE, down)
    return np.asarray(cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8)), np.uint8)
