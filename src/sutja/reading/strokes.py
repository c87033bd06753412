"""`is_struck_out`: tells a number that a stroke crosses, or two; `ends_in_tick`: one that ends in a tick.

Among all lines that are not too steep the one is sought whose ink goes on for longest. A number is struck out
where that line begins before its first digit, ends behind its last, is thin between the digits, and runs
through their middle: not below them as a rule of a form does, nor beside them as a dash. A cross is two such
lines, one that rises and one that falls, which may be steep. Letters: h, w rows and columns of the normalised
picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.charset import DIGITS
from sutja.reading.decode import Glyph
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, Normalised
from sutja.types import Box

_INK = 0.35  # of full ink
_SLOPES = 25  # lines of so many slopes are tried
_STEEPEST = 0.6  # rows a column of the picture as it is, not as it was stretched
_FLATTEST_OF_CROSS, _STEEPEST_OF_CROSS = 0.2, 1.6  # the same, of a stroke of a cross
_HOLE = 0.06  # of the height: the longest gap of a stroke, as a share of the rows
_COVER = 0.75  # share of the columns between the outer digits in which a stroke has ink at least
_BEYOND = (
    0.3  # of the digits' height: from the middle of the first and of the last digit to the stroke's ends
)
_LEAST_HEIGHT = 0.3  # of the picture's: digits are as high at least
_MIDDLE = 0.2, 0.8  # shares of the digits' height between which the stroke's own middle lies
_THICKEST = 0.22  # of the height: a stroke is thinner in most columns
_THIN_COLUMNS = 0.3  # least share of the stroke's columns in which nothing but the stroke is near

# Of a tick: the share of its columns that have one run of ink; where its lowest point is, as a share of its
# width; the drop before that point and the rise behind it, in heights; the share of the columns behind it
# that rise; the share of the ink in its place that is connected.
_TICK_SINGLE, _TICK_LOWEST = 0.9, (0.1, 0.5)
_TICK_DROP, _TICK_RISE, _TICK_RISING, _TICK_CONNECTED = (0.1, 0.6), 0.5, 0.95, 0.8
_TICK_ABOVE = 0.2  # of the height: its right end is so much higher than its left one
_TICK_NARROWEST = 5  # columns

_Line = tuple[NDArray[np.int64], int, int]  # its row in each column, its first column, its end


def is_struck_out(glyphs: Sequence[Glyph], normalised: Normalised) -> bool:
    """Tell whether a stroke crosses a number of several digits from end to end.

    Parameters
    ----------
    glyphs : Sequence[Glyph]
        Characters of the number, with their frames.
    normalised : Normalised
        Picture that they were read from.
    """
    centres = [(glyph.first + glyph.last) / 2 * COLUMNS_PER_FRAME for glyph in glyphs if glyph.text in DIGITS]
    if len(centres) < 2:  # a 4 and a crossed 7 have strokes of their own
        return False
    ink = normalised.array > _INK
    first, last = round(min(centres)), round(max(centres))
    least = round(_BEYOND * _LEAST_HEIGHT * len(ink) * normalised.scale_y / normalised.scale_x)
    if first < least or _has_gap(ink[:, first - least : last + least + 1], _count_hole(len(ink))):
        return False
    stretch = normalised.scale_x / normalised.scale_y
    level = np.linspace(-_STEEPEST, _STEEPEST, _SLOPES) * stretch
    if _is_crossed(ink, _find_longest_line(ink, level, first, last), stretch, first, last):
        return True
    steep = np.linspace(_FLATTEST_OF_CROSS, _STEEPEST_OF_CROSS, _SLOPES) * stretch
    return all(
        _is_crossed(ink, _find_longest_line(ink, slopes, first, last), stretch, first, last)
        for slopes in (steep, -steep)
    )


def _is_crossed(ink: NDArray[np.bool_], line: _Line | None, stretch: float, first: int, last: int) -> bool:
    """Tell whether a line crosses the digits, whose outer middles are the first and the last column."""
    if line is None:
        return False
    rows, start, stop = line
    without, thin = _erase(ink, rows, start, stop)
    digits = np.flatnonzero(without[:, max(0, first - 4) : last + 5].any(axis=1))
    if not len(digits):
        return False
    top, height = int(digits[0]), int(digits[-1]) + 1 - int(digits[0])
    beyond = _BEYOND * height / stretch  # in columns
    middle = (rows[min((first + last) // 2, len(rows) - 1)] - top) / height
    return bool(
        start <= first - beyond
        and stop >= last + beyond
        and _MIDDLE[0] <= middle <= _MIDDLE[1]
        and thin >= _THIN_COLUMNS
    )


def _count_hole(height: int) -> int:
    """Columns that a stroke may be interrupted for."""
    return max(1, round(_HOLE * height))


def _has_gap(ink: NDArray[np.bool_], hole: int) -> bool:
    """Tell whether some columns side by side, more than a hole, have no ink: no line goes on across them."""
    inked = np.flatnonzero(ink.any(axis=0))
    return bool((np.diff(inked, prepend=-1, append=ink.shape[1]) - 1 > hole).any())


def _find_longest_line(
    ink: NDArray[np.bool_], slopes: NDArray[np.float64], first: int, last: int
) -> _Line | None:
    """Find the line with the longest unbroken ink: its row in each column, its first column, its end.

    Parameters
    ----------
    ink : NDArray[bool]
        (h, w)
    slopes : NDArray[float64]
        Slopes to try, rows a column.
    first, last : int
        Columns between which the line has ink nearly everywhere.
    """
    height, width = ink.shape
    near = ink.copy()  # a stroke of the pen is not quite straight
    near[1:] |= ink[:-1]
    near[:-1] |= ink[1:]
    columns = np.arange(width)
    level_enough = slopes[np.abs(slopes) * width <= 1.5 * height]
    offsets = np.round(np.multiply.outer(level_enough, columns - width / 2)).astype(np.int64)  # (slopes, w)
    inked = _count_along(near[:, first : last + 1], offsets[:, first : last + 1])
    offsets = offsets[inked >= _COVER * (last + 1 - first)]
    if not len(offsets):
        return None
    along = _shear(near, offsets)
    lengths, ends = _find_longest_runs(along.reshape(-1, width), _count_hole(height))
    best = int(lengths.argmax())
    start, stop = int(ends[best] - lengths[best]), int(ends[best])
    return (offsets[best // height] + best % height, start, stop) if stop - start >= 2 else None


def _count_along(ink: NDArray[np.bool_], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the ink (h, w) on the fullest line of each of n slopes; `offsets` (n, w) are as in `_shear`."""
    n, height = len(offsets), len(ink)
    beyond = int(np.abs(offsets).max(initial=0))
    every = height + 2 * beyond  # rows at which a line may start, to have some ink
    rows, columns = np.nonzero(ink)
    starts = rows + beyond - offsets[:, columns] + (np.arange(n) * every)[:, None]
    counts = np.bincount(starts.ravel(), minlength=n * every).reshape(n, every)
    return np.asarray(counts[:, beyond : beyond + height].max(axis=1, initial=0), np.int64)


def _shear(ink: NDArray[np.bool_], offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Shift the columns of a picture (h, w) up by some rows, in n ways (n, w): bool (n, h, w)."""
    height, width = ink.shape
    beyond = int(np.abs(offsets).max(initial=0))
    wider = np.zeros((height + 2 * beyond, width), np.bool_)
    wider[beyond : beyond + height] = ink
    first = (offsets + beyond) * width + np.arange(width)  # place of row 0 in the wider picture
    places = first[:, None] + (np.arange(height) * width)[:, None]
    return np.asarray(wider.ravel()[places], np.bool_)


def _find_longest_runs(along: NDArray[np.bool_], hole: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Find for each row the length of its longest run, which may have holes, and the end of it."""
    n, width = along.shape
    columns = np.arange(width, dtype=np.int32)
    last = np.maximum.accumulate(np.where(along, columns, np.int32(-hole - 2)), axis=1)
    open_ = columns - last <= hole
    breaks = np.maximum.accumulate(np.where(open_, np.int32(-1), columns), axis=1)
    lengths = np.where(along, columns - breaks, np.int32(0))
    ends = lengths.argmax(axis=1)
    return lengths[np.arange(n), ends], ends + 1


def _erase(
    ink: NDArray[np.bool_], rows: NDArray[np.int64], start: int, stop: int
) -> tuple[NDArray[np.bool_], float]:
    """Erase a line where it is thin; return the rest, and the share of its columns where it is."""
    height = len(ink)
    reach = max(1, round(_THICKEST * height / 2))
    columns = np.arange(start, stop)
    above = np.maximum(0, rows[start:stop] - reach - 1)
    below = np.minimum(height, rows[start:stop] + reach + 2)
    thin = ~(ink[above, columns] | ink[below - 1, columns])
    every = np.arange(height)[:, None]
    rest = ink.copy()
    rest[:, start:stop] &= ~((every >= above) & (every < below) & thin)
    return rest, float(thin.mean()) if len(thin) else 0.0


def ends_in_tick(glyphs: Sequence[Glyph], boxes: Sequence[Box], normalised: Normalised) -> bool:
    """Tell whether the last digit of a number of several looks like a tick.

    A tick is one stroke that goes down a little and up a long way; the digits that readers take it for, 1 and
    5, have their lowest point elsewhere, or strokes one above the other.

    Parameters
    ----------
    glyphs : Sequence[Glyph]
        (n,) characters of the number.
    boxes : Sequence[Box]
        (n,) box of each character's ink, in pixels of the crop.
    normalised : Normalised
        Picture that they were read from.
    """
    if sum(glyph.text in DIGITS for glyph in glyphs) < 2 or glyphs[-1].text not in DIGITS:
        return False
    box, ink = boxes[-1], normalised.array > _INK
    left, right = (max(0, round((x - normalised.x0) / normalised.scale_x)) for x in (box.x0, box.x1))
    top, bottom = (max(0, round((y - normalised.y0) / normalised.scale_y)) for y in (box.y0, box.y1))
    part = ink[top : bottom + 1, left : right + 1].astype(np.uint8)
    count, labels, parts, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    if count < 2:
        return False
    stroke = labels == 1 + int(parts[1:, cv2.CC_STAT_AREA].argmax())
    if stroke.sum() < _TICK_CONNECTED * part.sum():
        return False
    return _is_tick(stroke[:, stroke.any(axis=0)][stroke.any(axis=1)])


def _is_tick(stroke: NDArray[np.bool_]) -> bool:
    """Tell whether a connected stroke (h, w), all of whose rows and columns have ink, is a tick."""
    height, width = stroke.shape
    runs = stroke[0].astype(np.int64) + (stroke[1:] & ~stroke[:-1]).sum(axis=0)
    if width < _TICK_NARROWEST or (runs == 1).mean() < _TICK_SINGLE:
        return False
    middle = (stroke.argmax(axis=0) + height - 1 - stroke[::-1].argmax(axis=0)) / 2
    lowest, end = int(middle.argmax()), max(1, width // 8)
    drop = (middle[lowest] - middle[:end].mean()) / height
    rise = (middle[lowest] - middle[-end:].mean()) / height
    return bool(
        _TICK_LOWEST[0] <= lowest / width <= _TICK_LOWEST[1]
        and _TICK_DROP[0] <= drop <= _TICK_DROP[1]
        and rise >= max(_TICK_RISE, drop + _TICK_ABOVE)
        and (np.diff(middle[lowest:]) <= 0.5).mean() >= _TICK_RISING
    )
