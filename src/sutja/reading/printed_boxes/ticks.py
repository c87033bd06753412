"""Combs whose teeth are short: a line to write on, with evenly spaced ticks upon it that part the digits.

Their boxes have no sides that a frame could be fitted to, often no upper line either. The ticks of one comb
are as high as one another, and lower than a digit.

Letters: H, W rows and columns of the page; R rows above a line, L its columns; n ticks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.printed_boxes.boxes import FEW, is_box_shaped
from sutja.types import Box

MAX_CELLS = 26  # of a comb: an account number has 22
_LEAN = 0.04  # of a line's length, that it may rise
_STRAIGHT, _BENT = 0.92, 0.02  # of a line's columns that lie on a curve, and of the least length, off it
_SHORT = 8  # shortest lines: no paper bends so quickly
_THICK = 7  # pixels of a line
_LEAST_TICK, _MOST_TICK = 0.12, 0.75  # of a step, the height of a tick
_TICK_WIDTH = 0.16  # of its step
_ALIKE = 0.5  # of its height, by which a tick may differ from another
_EVEN = 0.07  # of a step, by which a tick may be off
_END = 0.2  # of a step, by which a comb may end before its line does
_FOUND = 0.7  # of the ticks of a comb that have to stand alone; others are hidden by strokes
_FEWEST = 3  # ticks
_NARROW = 0.8  # of the least height of a box, its width: letters that are joined stand closer
_UPPER = 0.85  # of an upper line that is inked
_HEIGHTS = 0.75, 1.9  # heights of a box, in steps, at which its upper line may be
_OPEN = 1.3  # height of a box without one, in steps


@dataclass(frozen=True, slots=True)
class _Strip:
    """The ink above a line, bool (R, L), made straight: its last row is the one upon the line."""

    ink: NDArray[np.bool_]
    left: int
    tops: NDArray[np.int_]  # (L,) rows of the line on the page


def find_ticked(ink: NDArray[np.uint8], low: float, high: float) -> list[list[Box]]:
    """Find the combs with short teeth.

    Parameters
    ----------
    ink : NDArray[uint8]
        (H, W), 255 on ink.
    low, high : float
        Least and largest height of a box, in pixels.
    """
    combs = []
    for strip in _list_strips(ink, round(FEW * _NARROW * low), round(high)):
        found = _find_teeth(strip, low, high)
        if found is not None:
            combs.append(_make_cells(strip, *found))
    return combs


def _list_strips(ink: NDArray[np.uint8], length: int, rows: int) -> list[_Strip]:
    """List what stands above each level line that is so long."""
    near = cv2.dilate(ink, np.ones((3, 1), np.uint8))  # a line may lean a little
    level = np.asarray(cv2.morphologyEx(near, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(level, connectivity=8)
    strips = []
    for label, (x, y, w, h, _) in enumerate(stats.tolist()):
        if label == 0 or h > _THICK + _LEAN * w or w < length or y < length // 2:
            continue
        own = labels[y : y + h, x : x + w] == label
        tops = y + own.argmax(axis=0) + 1  # the line was made thicker by a row
        if not _is_straight(tops, 1 if w < _SHORT * length else 2, max(1.0, _BENT * length)):
            continue
        places = tops[None, :] - np.arange(rows, 0, -1)[:, None]
        above = np.where(places >= 0, ink[np.clip(places, 0, None), x + np.arange(w)[None, :]], 0) > 0
        strips.append(_Strip(above, x, tops))
    return strips


def _is_straight(tops: NDArray[np.int_], degree: int, off: float) -> bool:
    """Tell whether the upper edge of a line is a curve of a degree, or nearly, where no tick or stroke is."""
    columns = np.arange(len(tops))
    curve = np.polyval(np.polyfit(columns, tops, degree), columns)
    return float((np.abs(tops - curve) <= off).mean()) >= _STRAIGHT


def _find_teeth(strip: _Strip, low: float, high: float) -> tuple[NDArray[np.float64], float] | None:
    """Find the places of evenly spaced ticks along a line, and the height of the boxes between them."""
    heights = np.cumprod(strip.ink[::-1], axis=0, dtype=np.int32).sum(axis=0)
    best: tuple[NDArray[np.float64], float] | None = None
    ticks = _list_ticks(heights, _LEAST_TICK * low, _TICK_WIDTH * high)
    for (first, height), (second, other) in _list_pairs(ticks, low, high):
        if abs(height - other) > _ALIKE * max(height, other):
            continue
        teeth = _follow(ticks, first, second - first, (height + other) / 2, strip.ink.shape[1])
        if teeth is None or (best is not None and len(teeth) <= len(best[0])):
            continue
        step = float(np.diff(teeth).mean())
        rows = _find_height(strip, teeth, step)
        if rows is not None and low <= rows <= high and is_box_shaped(step, rows):
            best = teeth, rows
    return best


def _list_ticks(heights: NDArray[np.int32], least: float, wide: float) -> list[tuple[float, float]]:
    """List the places and heights of thin upright ink upon a line."""
    columns = np.flatnonzero(heights >= max(3.0, least))
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(columns) else []
    return [(float(group.mean()), float(np.median(heights[group]))) for group in groups if len(group) <= wide]


def _list_pairs(
    ticks: list[tuple[float, float]], low: float, high: float
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """List pairs of ticks that may be neighbours."""
    return [
        (one, other)
        for i, one in enumerate(ticks)
        for other in ticks[i + 1 : i + 5]
        if _NARROW * low <= other[0] - one[0] <= high / _HEIGHTS[0]
        and _LEAST_TICK <= max(one[1], other[1]) / (other[0] - one[0]) <= _MOST_TICK
    ]


def _follow(
    ticks: list[tuple[float, float]], first: float, step: float, height: float, length: int
) -> NDArray[np.float64] | None:
    """Follow ticks at a step from end to end of their line; None where they are no comb."""
    off = max(1.5, _EVEN * step)
    alike = np.array([place for place, h in ticks if abs(h - height) <= _ALIKE * height])
    index = np.round((alike - first) / step)
    fits = np.abs(alike - first - index * step) <= off
    if fits.sum() < _FEWEST:
        return None
    slope, start = np.polyfit(index[fits], alike[fits], 1)
    # From the first tick to the last, and a step further where the line goes on: some have no outer ticks.
    low, high = int(index[fits].min()), int(index[fits].max())
    low -= start + (low - 1) * slope >= -_END * slope
    high += start + (high + 1) * slope <= length - 1 + _END * slope
    teeth = start + np.arange(low, high + 1) * slope
    ends = abs(teeth[0]), abs(teeth[-1] - (length - 1))
    if max(ends) > _END * slope or fits.sum() < _FOUND * (len(teeth) - 2) or len(teeth) > MAX_CELLS + 1:
        return None
    return np.asarray(np.clip(teeth, 0, length - 1), np.float64)


def _find_height(strip: _Strip, teeth: NDArray[np.float64], step: float) -> float | None:
    """Find the height of boxes by the next line above; None where it is too near, or the teeth reach it."""
    x0, x1 = round(teeth[0]), round(teeth[-1]) + 1
    near = cv2.dilate(strip.ink[:, x0:x1].astype(np.uint8), np.ones((3, 1), np.uint8))
    upper = np.flatnonzero(near.mean(axis=1)[::-1] >= _UPPER)  # rows above the line
    upper = upper[upper >= _THICK]
    if not len(upper) or upper[0] > _HEIGHTS[1] * step:
        return min(_OPEN * step, float(len(strip.ink)))
    rows = int(upper[0])
    if rows < _HEIGHTS[0] * step:  # the row of a table
        return None
    inner = [
        strip.ink[len(strip.ink) - rows : len(strip.ink), max(0, round(x) - 1) : round(x) + 2].any(axis=1)
        for x in teeth[1:-1]
    ]
    return None if inner and np.median([column.mean() for column in inner]) > _MOST_TICK else float(rows)


def _make_cells(strip: _Strip, teeth: NDArray[np.float64], height: float) -> list[Box]:
    """Make the boxes between the teeth of a comb."""
    cells = []
    for a, b in pairwise(teeth.tolist()):
        bottom = float(np.median(strip.tops[round(a) : max(round(a) + 1, round(b))])) + 1
        cells.append(Box(strip.left + a, max(0.0, bottom - height), strip.left + b, bottom))
    return cells
