"""Layout of a page: its ink, the height of its writing, its skew.

All of it is measured on one small black-and-white picture of the page, made once. Letters: H, W its rows and
columns, n components (specks, strokes, characters, rules).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WORK_PIXELS = 4_000_000  # of the page, shrunk if need be
_WINDOW = 1 / 28  # of the longer side: neighbourhood that an ink pixel is darker than
_MIN_WINDOW = 15  # pixels
_DARKER = (
    0.12  # of full contrast, by which ink is darker than its neighbourhood; at least so many grey levels:
)
_MIN_DARKER = 10.0
_MIN_HEIGHT, _MAX_PART = 3, 0.25  # of a character: pixels, and part of the page's height
_LARGE = 160  # pixels; on a small picture a character may be as high as that
_MAX_ASPECT = 5.0  # width by height of a character: wider components are rules or joined words
# What is no higher than this many pixels is dust where a tenth of all is higher, and that not only a few.
_DUST, _DUSTLESS, _FEWEST_DUSTLESS = 5, 0.1, 8
_BINS = 12  # of heights, to a doubling
_POINTS = 24_000  # of ink that the angle is measured with
_NEIGHBOURS = 400  # characters whose neighbours tell the direction of lines
MAX_SKEW = 15.0  # degrees
_COARSE, _FINE = 0.5, 0.05  # degrees
_MIN_GAIN, _MIN_GAIN_OF_FEW = 1.04, 1.8  # in sharpness: less is noise; few characters make more of it
_FEW, _FEWEST = 60, 8  # characters; with fewer than the fewest no angle is measured
_LARGER = 1.9  # times the usual height: such characters get a scale of their own
_FEWEST_LARGE = 3  # characters


@dataclass(frozen=True, slots=True)
class Layout:
    """Layout of a page.

    Attributes
    ----------
    ink : NDArray[uint8]
        uint8 (H, W): 1 where there is ink.
    shrink : float
        Pixels of the picture to one of ``ink``.
    character_height : float | None
        Usual height of characters, in pixels of the picture; None for a page without any.
    large_height : float | None
        Height of much larger characters, where there are some.
    skew : float
        Degrees clockwise by which the page must be rotated to be straight, -15 to 15.
    n_characters : int
        Number of components that may be characters.
    across : float
        Share of characters whose nearest neighbour stands beside them, not above or below: near 1 where lines
        run across the picture, near 0 where they run down it.
    """

    ink: NDArray[np.uint8]
    shrink: float
    character_height: float | None
    large_height: float | None
    skew: float
    n_characters: int
    across: float = 0.5


def measure_layout(grey: NDArray[np.uint8]) -> Layout:
    """Measure the layout of a page.

    Parameters
    ----------
    grey : NDArray[uint8]
        uint8 (h, w), ink darker than paper.
    """
    shrink = max(1.0, math.sqrt(grey.size / WORK_PIXELS))
    if shrink > 1.0:
        size = (max(1, round(grey.shape[1] / shrink)), max(1, round(grey.shape[0] / shrink)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    ink = binarise(grey)
    heights, boxes = _find_characters(ink)
    usual, large = _measure_heights(heights)
    skew = _measure_skew(ink, boxes)
    return Layout(
        ink,
        shrink,
        usual * shrink if usual else None,
        large * shrink if large else None,
        skew,
        len(heights),
        measure_line_direction(boxes),
    )


def binarise(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Binarise a page: uint8 (H, W), 1 where a pixel is clearly darker than its neighbourhood.

    This is the local mean of Bradley and Roth (2007), with a margin that follows the contrast of the page; it
    bears uneven light.
    """
    side = max(_MIN_WINDOW, round(max(grey.shape) * _WINDOW)) | 1
    around = cv2.blur(grey, (side, side), borderType=cv2.BORDER_REPLICATE)
    darker = cv2.subtract(around, grey)
    sample = darker[:: max(1, grey.shape[0] // 256), :: max(1, grey.shape[1] // 256)]
    full = float(np.percentile(sample, 99.5))
    level = max(_MIN_DARKER, 0.35 * full, _DARKER * 255 if full > 150 else 0.0)
    return np.asarray(cv2.threshold(darker, level, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _find_characters(ink: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find what may be characters: heights (n,) and boxes (n, 4) x, y, w, h."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    stats = np.asarray(stats[1:], np.int32)
    w, h, area = stats[:, 2], stats[:, 3], stats[:, 4]
    highest = max(_LARGE, int(ink.shape[0] * _MAX_PART))
    fits = (h >= _MIN_HEIGHT) & (h <= highest) & (w <= _MAX_ASPECT * h) & (h <= 12 * w) & (area * 25 > w * h)
    return np.asarray(h[fits], np.int32), np.asarray(stats[fits, :4], np.int32)


def _measure_heights(heights: NDArray[np.int32]) -> tuple[float | None, float | None]:
    """Measure the usual height of characters, and that of much larger ones, if there are any."""
    if not len(heights):
        return None, None
    higher = heights[heights > _DUST]
    if len(higher) >= max(_FEWEST_DUSTLESS, _DUSTLESS * len(heights)):
        heights = higher
    logs = np.log2(heights.astype(np.float64))
    counts = np.bincount(np.round(logs * _BINS).astype(int), weights=heights)  # specks are many but small
    smooth = np.convolve(counts, [1, 2, 3, 2, 1], "same")
    usual = 2.0 ** (int(smooth.argmax()) / _BINS)
    large = heights[heights > _LARGER * usual]
    return usual, float(np.median(large)) if len(large) >= _FEWEST_LARGE else None


def measure_line_direction(boxes: NDArray[np.int32]) -> float:
    """Measure the share of characters whose nearest neighbour stands beside them: 0.5 for fewer than two.

    Parameters
    ----------
    boxes : NDArray[int32]
        (n, 4) x, y, w, h of characters.
    """
    some = boxes[:: max(1, len(boxes) // _NEIGHBOURS)].astype(np.float64)
    if len(boxes) < 2:
        return 0.5
    everything = boxes.astype(np.float64)
    gaps = [
        np.maximum(
            everything[None, :, axis] - (some[:, axis] + some[:, axis + 2])[:, None],
            some[:, None, axis] - (everything[:, axis] + everything[:, axis + 2])[None, :],
        ).clip(0)
        for axis in (0, 1)
    ]
    distance = np.hypot(*gaps)
    distance[distance == 0] = np.inf  # itself, and what overlaps
    nearest = distance.argmin(axis=1)
    rows = np.arange(len(some))
    known = np.isfinite(distance[rows, nearest])
    beside = gaps[0][rows, nearest] > gaps[1][rows, nearest]
    return float(beside[known].mean()) if known.any() else 0.5


def _measure_skew(ink: NDArray[np.uint8], boxes: NDArray[np.int32]) -> float:
    """Measure the skew in degrees: there a projection of the ink changes most (Postl 1986)."""
    ys, xs = np.nonzero(ink)
    if len(ys) < 50 or len(boxes) < _FEWEST:
        return 0.0
    step = max(1, len(ys) // _POINTS)
    points = np.column_stack([xs[::step], ys[::step]]).astype(np.float64)
    points -= points.mean(axis=0)
    bin_size = max(1.0, float(np.median(boxes[:, 3])) / 4 if len(boxes) else max(ink.shape) / 600)
    min_gain = _MIN_GAIN if len(boxes) >= _FEW else _MIN_GAIN_OF_FEW
    best: list[tuple[float, float]] = []
    for axis in (1, 0):
        coarse = np.arange(-MAX_SKEW, MAX_SKEW + _COARSE / 2, _COARSE)
        sharp = [_measure_sharpness(points, angle, axis, bin_size) for angle in coarse]
        top = float(coarse[int(np.argmax(sharp))])
        fine = np.arange(top - _COARSE, top + _COARSE + _FINE / 2, _FINE)
        finer = [_measure_sharpness(points, angle, axis, bin_size) for angle in fine]
        angle, value = float(fine[int(np.argmax(finer))]), max(finer)
        straight = _measure_sharpness(points, 0.0, axis, bin_size)
        best.append((value, angle if value > min_gain * straight and abs(top) < MAX_SKEW else 0.0))
    return max(best)[1]


def _measure_sharpness(points: NDArray[np.float64], degrees: float, axis: int, bin_size: float) -> float:
    """Measure how much the projection of points onto an axis changes, once they are rotated clockwise."""
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    along = points[:, 0] * s + points[:, 1] * c if axis else points[:, 0] * c - points[:, 1] * s
    bins = ((along - along.min()) / bin_size).astype(np.int64)
    counts = np.bincount(bins).astype(np.float64)
    return float((np.diff(counts) ** 2).sum())
