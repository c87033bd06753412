"""Crossed out and dashed out boxes: strokes that say "nothing here", told from digits by their shape.

Letters: H, W rows and columns of a box's ink.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 32  # pixels of a side, to which ink is brought
_WIDE = 0.16  # of the side: ink lies on a diagonal that is no farther away
_STEPS = 12  # parts of each diagonal that must be inked
_FLAT = 0.35  # of the width: a dash is no higher
_MIN_DASH = 0.3  # of the box's width that a dash takes
_MAX_DASH = 0.3  # of the box's height that it takes


def measure_cross(ink: NDArray[np.uint8]) -> float:
    """Measure how much ink looks like an X, from 0 to 1.

    Both diagonals of what encloses it are inked from end to end, and little is inked elsewhere.

    Parameters
    ----------
    ink : NDArray[uint8]
        (H, W), 1 on ink.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) < 3 or len(columns) < 3:
        return 0.0
    part = np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    resized = cv2.resize(part.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    shape = np.asarray(resized, np.float32)
    y, x = (np.mgrid[0:_SIDE, 0:_SIDE] + 0.5) / _SIDE
    falling, rising = np.abs(x - y) / np.sqrt(2), np.abs(x + y - 1) / np.sqrt(2)
    near = np.minimum(falling, rising) <= _WIDE / np.sqrt(2)
    beside = float(shape[near].sum() / max(shape.sum(), 1e-6))
    along = [_cover(shape, distance, x) for distance in (falling, rising)]
    return min(along) * beside


def _cover(shape: NDArray[np.float32], distance: NDArray[np.float64], along: NDArray[np.float64]) -> float:
    """Return the share of a diagonal's parts that have ink."""
    on = distance <= _WIDE / np.sqrt(2)
    parts = [on & (along >= i / _STEPS) & (along < (i + 1) / _STEPS) for i in range(_STEPS)]
    return float(np.mean([shape[part].max() > 0.3 for part in parts]))


def is_dash(ink: NDArray[np.uint8]) -> bool:
    """Tell whether ink is a dash: flat, and as wide as a digit at least.

    Parameters
    ----------
    ink : NDArray[uint8]
        (H, W), 1 on ink, of the whole box.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return False
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    flat = height <= _FLAT * width and height <= _MAX_DASH * ink.shape[0]
    return bool(flat and width >= _MIN_DASH * ink.shape[1])
