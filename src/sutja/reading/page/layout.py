"""What a page looks like before anything on it is read: its ink, how high its writing is, how it lies.

All of it is told from one small black-and-white picture of the page, made once. Letters: H, W its rows and
columns, n components (specks, strokes, characters, rules).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WORK_PIXELS = 4_000_000  # ink is looked for on a page made as small as this
_WINDOW = 1 / 28  # of the longer side: what a pixel is compared with to be ink
_LEAST_WINDOW = 15  # pixels
_DARKER = 0.12  # of full contrast about it, and at least so many grey levels:
_LEAST_DARKER = 10.0
_LEAST_SIDE, _MOST_PART = 3, 0.25  # pixels; part of the page's height: a character is between
_LARGE = 160  # pixels; on a small picture a character may be as high as that
_LONGEST = 5.0  # times its height: wider than that is a rule or a word that runs together
# What is no higher than this many pixels is dust where a tenth of all is higher, and that not only a few.
_DUST, _DUSTLESS, _FEWEST_DUSTLESS = 5, 0.1, 8
_BINS = 12  # of heights, to a doubling
_POINTS = 24_000  # of ink that the angle is told from
MOST_SKEW = 15.0  # degrees
_COARSE, _FINE = 0.5, 0.05  # degrees
_SHARPER, _MUCH_SHARPER = 1.04, 1.8  # times: less gain is no skew but noise; with few characters much is
_FEW, _FEWEST = 60, 8  # characters; with the fewest none is told
_TALL = 1.9  # times the usual height: large enough to be looked for apart
_FEW_TALL = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page looks like.

    Attributes
    ----------
    ink : NDArray[uint8]
        uint8 (H, W): 1 where there is ink.
    shrink : float
        Pixels of the picture to one of ``ink``.
    height : float | None
        How high the usual character is, in pixels of the picture; None for a page without any.
    tall : float | None
        How high the large characters are, where there are some that the usual height does not speak for.
    skew : float
        Degrees clockwise by which the page must be turned to lie straight, -15 to 15.
    characters : int
        How many components may be characters.
    """

    ink: NDArray[np.uint8]
    shrink: float
    height: float | None
    tall: float | None
    skew: float
    characters: int


def measure(grey: NDArray[np.uint8]) -> Layout:
    """Look a page over.

    Parameters
    ----------
    grey : NDArray[uint8]
        uint8 (h, w), ink darker than what is about it.
    """
    shrink = max(1.0, math.sqrt(grey.size / WORK_PIXELS))
    if shrink > 1.0:
        size = (max(1, round(grey.shape[1] / shrink)), max(1, round(grey.shape[0] / shrink)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    ink = find_ink(grey)
    heights, boxes = _characters(ink)
    usual, tall = _heights(heights)
    skew = _skew(ink, boxes)
    return Layout(
        ink, shrink, usual * shrink if usual else None, tall * shrink if tall else None, skew, len(heights)
    )


def find_ink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W): 1 where a pixel is clearly darker than what lies about it, uneven light or not.

    The local mean of Bradley and Roth (2007), with a margin that follows the page's contrast.
    """
    side = max(_LEAST_WINDOW, round(max(grey.shape) * _WINDOW)) | 1
    around = cv2.blur(grey, (side, side), borderType=cv2.BORDER_REPLICATE)
    darker = cv2.subtract(around, grey)
    sample = darker[:: max(1, grey.shape[0] // 256), :: max(1, grey.shape[1] // 256)]
    full = float(np.percentile(sample, 99.5))
    level = max(_LEAST_DARKER, 0.35 * full, _DARKER * 255 if full > 150 else 0.0)
    return np.asarray(cv2.threshold(darker, level, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _characters(ink: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Heights (n,) and boxes (n, 4) x, y, w, h of what may be characters."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    stats = np.asarray(stats[1:], np.int32)
    w, h, area = stats[:, 2], stats[:, 3], stats[:, 4]
    most = max(_LARGE, int(ink.shape[0] * _MOST_PART))
    fits = (h >= _LEAST_SIDE) & (h <= most) & (w <= _LONGEST * h) & (h <= 12 * w) & (area * 25 > w * h)
    return np.asarray(h[fits], np.int32), np.asarray(stats[fits, :4], np.int32)


def _heights(heights: NDArray[np.int32]) -> tuple[float | None, float | None]:
    """The usual height, and that of what is much larger, if there is any."""
    if not len(heights):
        return None, None
    higher = heights[heights > _DUST]
    if len(higher) >= max(_FEWEST_DUSTLESS, _DUSTLESS * len(heights)):
        heights = higher
    logs = np.log2(heights.astype(np.float64))
    counts = np.bincount(np.round(logs * _BINS).astype(int), weights=heights)  # specks are many but small
    smooth = np.convolve(counts, [1, 2, 3, 2, 1], "same")
    usual = 2.0 ** (int(smooth.argmax()) / _BINS)
    large = heights[heights > _TALL * usual]
    return usual, float(np.median(large)) if len(large) >= _FEW_TALL else None


def _skew(ink: NDArray[np.uint8], boxes: NDArray[np.int32]) -> float:
    """Degrees: where a projection of the ink, across or down, changes most from line to line (Postl 1986)."""
    ys, xs = np.nonzero(ink)
    if len(ys) < 50 or len(boxes) < _FEWEST:
        return 0.0
    step = max(1, len(ys) // _POINTS)
    points = np.column_stack([xs[::step], ys[::step]]).astype(np.float64)
    points -= points.mean(axis=0)
    bin_size = max(1.0, float(np.median(boxes[:, 3])) / 4 if len(boxes) else max(ink.shape) / 600)
    sharper = _SHARPER if len(boxes) >= _FEW else _MUCH_SHARPER
    best: list[tuple[float, float]] = []
    for axis in (1, 0):
        coarse = np.arange(-MOST_SKEW, MOST_SKEW + _COARSE / 2, _COARSE)
        sharp = [_sharpness(points, angle, axis, bin_size) for angle in coarse]
        top = float(coarse[int(np.argmax(sharp))])
        fine = np.arange(top - _COARSE, top + _COARSE + _FINE / 2, _FINE)
        found = [_sharpness(points, angle, axis, bin_size) for angle in fine]
        angle, value = float(fine[int(np.argmax(found))]), max(found)
        straight = _sharpness(points, 0.0, axis, bin_size)
        best.append((value, angle if value > sharper * straight and abs(top) < MOST_SKEW else 0.0))
    return max(best)[1]


def _sharpness(points: NDArray[np.float64], degrees: float, axis: int, bin_size: float) -> float:
    """How much the projection of points onto an axis changes, once they are turned clockwise."""
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    along = points[:, 0] * s + points[:, 1] * c if axis else points[:, 0] * c - points[:, 1] * s
    places = ((along - along.min()) / bin_size).astype(np.int64)
    counts = np.bincount(places).astype(np.float64)
    return float((np.diff(counts) ** 2).sum())
