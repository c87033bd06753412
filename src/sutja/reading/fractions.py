"""`part_mixed` and `read_stacked`: a whole number and its fraction, where they were read without a gap.

"1 1/2" without its space is "11/2". A gap between digits is wider before a fraction than within a number. A
fraction of one character, "1½", is told by its shape: a small digit above, a stroke that rises, a small digit
below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.charset import DIGITS, SPACE
from sutja.grammar.fractions import parse_fraction
from sutja.reading.decode import Glyph
from sutja.reading.written import Written
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, Normalised

_Span = tuple[int, int]

_MIXED = re.compile(r"\d{1,5} \d{1,2}/\d{1,2}")
_IMPROPER = re.compile(r"(\d{2,6})/(\d{1,2})")
_INK, _PART = 0.35, 0.5  # of full ink: what counts, and what keeps parts of it together
_WIDE = 0.45  # of the height of the ink, from which a gap parts a whole number from a fraction
_STROKE = "/"
_SMALL = 0.3, 0.68  # of the height of the ink: least and greatest height of a small digit
_NEAR, _FAR = 0.2, 0.25  # of the height: most between it and its own edge, least between it and the other
_APART = 0.15  # of the height: least step from the middle of the upper digit to that of the lower
_TALL, _WIDE_STROKE = 0.8, 0.15  # of the height: least height and width of the stroke
_RISES = -0.75  # correlation of rows and columns of a stroke that rises to the right
_BLOCK, _BLOCK_WIDTH = 0.6, 0.3  # of what is no stroke: share of its box that is ink, width of the height
_LEAST_ROWS = 10
_OTHERS = 0.7  # of that gap, which no other gap between the digits before the stroke reaches


def part_mixed(own: Written, normalised: Normalised) -> Written:
    """Part a mixed number at its gap, where what was read is a fraction greater than 1.

    Parameters
    ----------
    own : Written
        A number as it was read.
    normalised : Normalised
        Picture that it was read from.
    """
    found = _IMPROPER.fullmatch(own.text)
    if found is None or int(found[1]) < int(found[2]):
        return own
    gaps = [_measure_gap(left, right, normalised) for left, right in pairwise(own.glyphs[: len(found[1])])]
    place = int(np.argmax(gaps))
    others = [gap for i, gap in enumerate(gaps) if i != place]
    if gaps[place] < _WIDE or max(others, default=0.0) > _OTHERS * gaps[place]:
        return own
    before, behind = own.glyphs[: place + 1], own.glyphs[place + 1 :]
    space = Glyph(SPACE, min(before[-1].probability, behind[0].probability), before[-1].last, behind[0].first)
    return replace(own, glyphs=(*before, space, *behind))


def has_wide_gap(own: Written, normalised: Normalised) -> bool:
    """Tell whether a mixed number has a gap before its fraction that is clear in the picture.

    Parameters
    ----------
    own : Written
        A number as it was read.
    normalised : Normalised
        Picture that it was read from.
    """
    if _MIXED.fullmatch(own.text) is None:
        return False
    closed = replace(own, glyphs=tuple(glyph for glyph in own.glyphs if glyph.text != SPACE))
    return part_mixed(closed, normalised).text == own.text


@dataclass(frozen=True, slots=True)
class Stacked:
    """A number that ends in a fraction of one character.

    Attributes
    ----------
    written : Written
        Its characters, with a stroke in the fraction and a gap before it where it was read so.
    value : str | None
        Its value, None where it is not sure.
    sure : bool
        False where what was read there is not just the two digits.
    """

    written: Written
    value: str | None
    sure: bool


def read_stacked(own: Written, normalised: Normalised) -> Stacked | None:
    """Read a number that ends in a small digit above a stroke and one below; None for any other.

    Parameters
    ----------
    own : Written
        A number as it was read.
    normalised : Normalised
        Picture that it was read from.
    """
    digits = [glyph for glyph in own.glyphs if glyph.text in DIGITS]
    if len(digits) < 2 or own.glyphs[-1] is not digits[-1]:
        return None
    columns = _find_stacked(digits, normalised.array)
    if columns is None:
        return None
    above, _ = columns
    centres = [_find_centre(glyph) for glyph in digits]
    whole = [glyph for glyph, centre in zip(digits, centres, strict=True) if centre < above[0]]
    upper = [glyph for glyph, centre in zip(digits, centres, strict=True) if above[0] <= centre < above[1]]
    others = {glyph.text for glyph in own.glyphs} - {*DIGITS, SPACE, _STROKE}
    if others or len(upper) != 1 or len(whole) + 2 != len(digits):
        return Stacked(own, None, sure=False)
    one, other = upper[0], digits[-1]
    stroke = Glyph(_STROKE, min(one.probability, other.probability), one.last, max(one.last, other.first))
    space = [Glyph(SPACE, one.probability, whole[-1].last, one.first)] if whole else []
    written = replace(own, glyphs=(*whole, *space, one, stroke, other))
    value = parse_fraction(written.text)
    return Stacked(written, value, sure=value is not None)


def _find_stacked(digits: Sequence[Glyph], array: NDArray[np.float32]) -> tuple[_Span, _Span] | None:
    """Find the columns of the upper and of the lower digit of a fraction behind all digits but two."""
    rows = np.flatnonzero((array > _INK).any(axis=1))
    if len(rows) < _LEAST_ROWS:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    height = bottom - top
    first = _find_centre(digits[-3]) if len(digits) > 2 else _find_centre(digits[-2]) - height // 2
    n, labels, boxes, _ = cv2.connectedComponentsWithStats((array > _PART).astype(np.uint8), connectivity=8)
    upper, lower, tall = [], [], []
    for label, (x, y, columns, own, size) in enumerate(boxes.tolist()[:n]):
        if not label or x + columns <= first:
            continue
        over, under = y - top, bottom - y - own
        if _SMALL[0] * height <= own <= _SMALL[1] * height:
            if over < _NEAR * height and under >= _FAR * height:
                upper.append((x, x + columns))
            elif under < _NEAR * height and over >= _FAR * height:
                lower.append((x, x + columns))
        elif own >= _TALL * height and columns >= _WIDE_STROKE * height:
            is_block = size > _BLOCK * columns * own and columns > _BLOCK_WIDTH * height
            if not is_block:
                tall.append((label, (x, x + columns)))
    if not (upper and lower):  # as in most numbers
        return None
    strokes = [span for label, span in tall if _rises(labels == label)]
    for one in upper:
        for other in lower:
            if sum(other) - sum(one) > 2 * _APART * height and any(
                sum(one) < sum(stroke) < sum(other) for stroke in strokes
            ):
                return one, other
    return None


def _rises(part: NDArray[np.bool_]) -> bool:
    """Tell whether a part of the ink rises to the right as a line does."""
    rows, columns = np.nonzero(part)
    return bool(np.corrcoef(rows, columns)[0, 1] < _RISES)


def _find_centre(glyph: Glyph) -> int:
    """Find the column of the middle of a character."""
    return (glyph.first + glyph.last) * COLUMNS_PER_FRAME // 2


def _measure_gap(left: Glyph, right: Glyph, normalised: Normalised) -> float:
    """Measure the widest gap without ink between the middles of two characters, as a share of the height."""
    ink = normalised.array > _INK
    rows = np.flatnonzero(ink.any(axis=1))
    first, last = _find_centre(left), _find_centre(right)
    inked = np.flatnonzero(np.concatenate([[True], ink[:, first:last].any(axis=0), [True]]))
    widest = int(np.diff(inked).max()) - 1
    height = (rows[-1] + 1 - rows[0]) * normalised.scale_y if len(rows) else 1.0
    return float(widest * normalised.scale_x / height)
