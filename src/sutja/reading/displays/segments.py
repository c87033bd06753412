"""`measure_segments`: tells digits of a seven-segment display from print and writing.

Each digit is compared, by normalised correlation, with drawings of its segments (upright and slanted, thin
and thick, with whole and with cut corners) and with the same digit as OpenCV's built-in fonts print it. On a
display the segments fit, and they fit better than print. A 1 is a bar in both and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from statistics import fmean, median

import cv2
import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.float32]
Span = tuple[int, int]
_Box = tuple[int, int, int, int]  # top, bottom, left, right

LEAST_FIT = 0.65  # mean correlation of digits with their segments
LEAST_LEAD = 0.18  # by which that is higher than their correlation with print
_FIRST_FIT, _FIRST_LEAD = 0.45, 0.05  # the same of boxes as they are, from which they are fitted closer
_INK = 0.35  # of full ink
_LEAST_ROWS, _LEAST_COLUMNS = 6, 4  # of a digit that can be compared

_SEGMENTS = {
    "0": ("abcdef",),
    "2": ("abged",),
    "3": ("abgcd",),
    "4": ("fgbc",),
    "5": ("afgcd",),
    "6": ("afgedc", "fgedc"),
    "7": ("abc", "abcf"),
    "8": ("abcdefg",),
    "9": ("abcdfg", "abcfg"),
}
_ROWS, _COLUMNS = 30, 20  # of a digit when it is compared
_HEIGHT, _WIDTH, _GAP = 120.0, 68.0, 3.6  # of a drawn digit, and between its segments
_THICK = 0.08, 0.13, 0.19  # of the height
_SLANTS = 0.0, 0.07, 0.14  # columns a row
_BLUR = 1.1
_PRINT = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_PLAIN
_PENS = 8, 14, 22  # pixels, of print about 110 high
_PRINT_SLANTS = 0.0, 0.1, 0.2
_PRINT_SIZE, _PRINT_SCALE, _PLAIN_SCALE = 220, 5, 10
_JITTER = 0.07  # share of a box by which an edge may lie further in or out
# The box as it is, and with one or two of its edges (top, bottom, left, right) moved.
_MOVES = sorted(
    (m for m in product((0.0, -_JITTER, _JITTER), repeat=4) if sum(map(bool, m)) <= 2),
    key=lambda m: sum(map(bool, m)),
)


@dataclass(frozen=True, slots=True)
class SegmentFit:
    """Evidence that digits are those of a display.

    Attributes
    ----------
    fit : float
        Mean correlation of the digits with their segments, in [-1, 1].
    lead : float
        Mean difference from their correlation with print.
    slant : float
        Columns by which a digit leans to the right in each row, in square pixels.
    """

    fit: float
    lead: float
    slant: float

    @property
    def is_display(self) -> bool:
        """True if the digits look like segments, and more so than like print."""
        return self.fit >= LEAST_FIT and self.lead >= LEAST_LEAD


def measure_segments(digits: Sequence[str], spans: Sequence[Span], ink: Ink) -> SegmentFit | None:
    """Measure how much digits look like segments; None where nothing can be measured.

    Parameters
    ----------
    digits : Sequence[str]
        Digits, left to right.
    spans : Sequence[tuple[int, int]]
        Columns [left, right) of each.
    ink : NDArray[float32]
        (h, w), 0 for background, 1 for full ink.
    """
    boxes = [
        (digit, _find_box(ink, span)) for digit, span in zip(digits, spans, strict=True) if digit in _SEGMENTS
    ]
    if not boxes:
        return None
    found = _average(_compare(ink, boxes, _MOVES[:1]))
    if found.fit < _FIRST_FIT or found.lead < _FIRST_LEAD:
        return found
    return _average(_compare(ink, boxes, _MOVES))


def _average(compared: Sequence[tuple[float, float, float | None]]) -> SegmentFit:
    slants = [slant for _, _, slant in compared if slant is not None]
    return SegmentFit(
        fmean(fit for fit, _, _ in compared),
        fmean(fit - other for fit, other, _ in compared),
        median(slants) if slants else 0.0,
    )


def _find_box(ink: Ink, span: Span) -> _Box | None:
    """Find (top, bottom, left, right) of the ink in some columns; None where it is too small."""
    marked = ink[:, span[0] : span[1]] > _INK
    left, top, width, height = cv2.boundingRect(marked.view(np.uint8))
    if height < _LEAST_ROWS or width < _LEAST_COLUMNS:
        return None
    return top, top + height, span[0] + left, span[0] + left + width


def _compare(
    ink: Ink, boxes: Sequence[tuple[str, _Box | None]], moves: Sequence[tuple[float, ...]]
) -> list[tuple[float, float, float | None]]:
    """Return each digit's best correlations with segments and with print, and the slant of the segments."""
    cut = [_cut(ink, box, move) for _, box in boxes if box is not None for move in moves]
    patches = _to_unit(np.array(cut, np.float32).reshape(-1, len(moves), _ROWS * _COLUMNS))
    place, found = 0, list[tuple[float, float, float | None]]()
    for digit, box in boxes:
        if box is None:
            found.append((0.0, 0.0, None))
            continue
        segments, slants = _draw_segments(digit)
        fits = (patches[place] @ segments.T).max(axis=0)
        best = int(fits.argmax())
        found.append((float(fits[best]), float((patches[place] @ _draw_print(digit).T).max()), slants[best]))
        place += 1
    return found


def _cut(ink: Ink, box: _Box, move: tuple[float, ...]) -> Ink:
    """Cut a box with its edges moved, in the size at which digits are compared."""
    top, bottom, left, right = box
    height, width = bottom - top, right - left
    scale_x = width * (1 + move[3] - move[2]) / _COLUMNS
    scale_y = height * (1 + move[1] - move[0]) / _ROWS
    x0 = left + move[2] * width + (scale_x - 1) / 2
    y0 = top + move[0] * height + (scale_y - 1) / 2
    matrix = np.array([[scale_x, 0.0, x0], [0.0, scale_y, y0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(ink, matrix, (_COLUMNS, _ROWS), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(patch, np.float32)


def _to_unit(patches: Ink) -> Ink:
    """Subtract the mean of each vector (..., pixels), and scale it to length 1."""
    centred = patches - patches.mean(axis=-1, keepdims=True)
    lengths = np.sqrt(np.square(centred).sum(axis=-1, keepdims=True))
    return np.asarray(centred / np.where(lengths > 0.0, lengths, 1.0), np.float32)


@lru_cache
def _draw_segments(digit: str) -> tuple[Ink, tuple[float, ...]]:
    """Draw a digit in segments of all shapes: vectors (n, rows x columns), and the slant of each."""
    drawn, slants = [], []
    for lit, thick, slant in product(_SEGMENTS[digit], _THICK, _SLANTS):
        for outlines in _outline_segments(thick * _HEIGHT):
            canvas = np.zeros((int(_HEIGHT), int(_WIDTH) + 40), np.uint8)
            for name in lit:
                points = [(x + slant * (_HEIGHT - y), y) for x, y in outlines[name]]
                cv2.fillPoly(canvas, [np.array(points).round().astype(np.int32)], 255)
            drawn.append(_shrink(canvas))
            slants.append(slant)
    return np.array(drawn), tuple(slants)


def _outline_segments(t: float) -> Iterator[dict[str, list[tuple[float, float]]]]:
    """Outline the segments of thickness `t`: as bars, with mitred corners, and with corners cut off."""
    w, h, m, g = _WIDTH, _HEIGHT, _HEIGHT / 2, _GAP
    bar = [(0.0, g), (t, g), (t, m - g), (0.0, m - g)]
    mitred = [(0.0, g), (t, g + t), (t, m - t / 2 - g), (0.0, m - g)]
    cut = [(0.0, t), (t, 2 * t), (t, m - t), (0.0, m - g)]
    middle = [
        (t / 2, m),
        (t, m - t / 2),
        (w - t, m - t / 2),
        (w - t / 2, m),
        (w - t, m + t / 2),
        (t, m + t / 2),
    ]
    tops = (
        [(0.0, 0.0), (w, 0.0), (w, t), (0.0, t)],
        [(g, 0.0), (w - g, 0.0), (w - g - t, t), (g + t, t)],
        [(t, 0.0), (w - t, 0.0), (w - 2 * t, t), (2 * t, t)],
    )
    for side, top in zip((bar, mitred, cut), tops, strict=True):
        yield {
            "a": top,
            "d": [(x, h - y) for x, y in top],
            "g": middle,
            "f": side,
            "e": [(x, h - y) for x, y in side],
            "b": [(w - x, y) for x, y in side],
            "c": [(w - x, h - y) for x, y in side],
        }


@lru_cache
def _draw_print(digit: str) -> Ink:
    """Draw a digit in the built-in fonts, upright and slanted: vectors (n, rows x columns)."""
    size, drawn = _PRINT_SIZE, []
    for font, pen, slant in product(_PRINT, _PENS, _PRINT_SLANTS):
        canvas = np.zeros((size, size), np.uint8)
        scale = _PLAIN_SCALE if font == cv2.FONT_HERSHEY_PLAIN else _PRINT_SCALE
        cv2.putText(canvas, digit, (40, 170), font, scale, 255, pen, cv2.LINE_AA)
        lean = np.array([[1.0, -slant, slant * size / 2], [0.0, 1.0, 0.0]])
        drawn.append(_shrink(np.asarray(cv2.warpAffine(canvas, lean, (size, size)), np.uint8)))
    return np.array(drawn)


def _shrink(canvas: NDArray[np.uint8]) -> Ink:
    """Shrink what is drawn to the size at which digits are compared."""
    left, top, width, height = cv2.boundingRect((canvas > 127).astype(np.uint8))
    ink = canvas[top : top + height, left : left + width].astype(np.float32) / 255
    small = cv2.resize(ink, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    return _to_unit(np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), np.float32).ravel())
