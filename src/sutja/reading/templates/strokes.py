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
_LEAST_SIDE = 5  # pixels of ink, high and wide
_INKED = 0.4  # of a pixel
_RISING, _FALLING = np.radians(np.arange(25.0, 70.0, 5.0)), np.radians(np.arange(115.0, 160.0, 5.0))
_ARM, _SHARE = 10.0, 0.2  # pixels of an arm, and share of the ink of a stroke by itself
_LOOP, _LOOPED = 4, 0.7  # pixels of paper in a loop, and factor where there is one
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


def measure_crossing(ink: NDArray[np.uint8]) -> float:
    """Measure how much ink looks like two strokes that cross, one rising and one falling, from 0 to 1.

    Unlike `measure_cross` it knows crosses that lean, or whose strokes are of unlike length: the band about
    each direction that holds most ink is a stroke, all ink lies on the two, and goes on in four arms.

    Parameters
    ----------
    ink : NDArray[uint8]
        (H, W), 1 on ink.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if min(len(rows), len(columns)) < _LEAST_SIDE:
        return 0.0
    part = np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = _SIDE / max(part.shape)
    resized = cv2.resize(part.astype(np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shape = (np.asarray(resized) > _INKED).astype(np.uint8)
    down, x = (axis.astype(np.float64) for axis in np.nonzero(shape))
    if len(x) < _SIDE or shape.all():  # nothing but ink has no distance from paper
        return 0.0
    inside = cv2.distanceTransform(shape, cv2.DIST_L2, 3)
    width = max(3, round(3.0 * float(inside[shape > 0].mean())))
    strokes = [_find_stroke(x, -down, angles, width) for angles in (_RISING, _FALLING)]
    on = [np.abs(_measure_off(x, -down, angle) - offset) <= width / 2 + 0.5 for angle, offset in strokes]
    beside = float((on[0] | on[1]).mean())
    matrix = np.array([[np.sin(angle), -np.cos(angle)] for angle, _ in strokes])
    middle = np.linalg.solve(matrix, np.array([offset for _, offset in strokes]))
    arms = [1.0]
    for (angle, _), own, other in zip(strokes, on, on[::-1], strict=True):
        along = (x - middle[0]) * np.cos(angle) + (-down - middle[1]) * np.sin(angle)
        alone = along[own & ~other]
        arms += [alone.max(initial=0.0) / _ARM, -alone.min(initial=0.0) / _ARM, len(alone) / len(x) / _SHARE]
    return beside**2 * float(min(arms)) * (_LOOPED if _has_loop(shape) else 1.0)


def _measure_off(x: NDArray[np.float64], y: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """Return how far points lie off a line through the origin, (n,)."""
    return np.asarray(x * np.sin(angle) - y * np.cos(angle), np.float64)


def _find_stroke(
    x: NDArray[np.float64], y: NDArray[np.float64], angles: NDArray[np.float64], width: int
) -> tuple[float, float]:
    """Find the angle and the offset of the band of some width that holds most points."""
    best, found = -1, (float(angles[0]), 0.0)
    for angle in angles.tolist():
        off = np.round(_measure_off(x, y, angle)).astype(int)
        counts = np.convolve(np.bincount(off - off.min()), np.ones(width, int), "same")
        place = int(counts.argmax())
        if counts[place] > best:
            best, found = int(counts[place]), (angle, float(place + off.min()))
    return found


def _has_loop(shape: NDArray[np.uint8]) -> bool:
    """Tell whether ink encloses paper, as a loop of a digit does."""
    outside = np.pad(1 - shape, 1, constant_values=1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    return bool((stats[2:, cv2.CC_STAT_AREA] >= _LOOP).any())


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
