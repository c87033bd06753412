"""`read_display`: the number of a seven-segment display, with its decimal point and its value.

Readers that have learnt from print and writing seldom see the points of displays. Where the digits are those
of a display, the picture tells where the point is. A display shows no groups of thousands by points: "1.234"
has one value there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sutja.charset import DIGITS
from sutja.reading.character_boxes import split_columns
from sutja.reading.decode import Glyph, Hypothesis
from sutja.reading.displays.points import POINT, clear_frame, weigh_points
from sutja.reading.displays.segments import SegmentFit, measure_segments
from sutja.reading.written import Written
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, Normalised

MINUS = "-"
_INK = 0.35  # of full ink
_SHOWN = re.compile(r"(?:- ?)?\d[\d ]*(?:\.[\d ]*\d)?")


@dataclass(frozen=True, slots=True)
class Display:
    """The number of a display.

    Attributes
    ----------
    written : Written
        Its characters.
    value : str | None
        Its value, where it has a point.
    agreement : float
        Probability that the point stands where it is written, or that there is none.
    """

    written: Written
    value: str | None
    agreement: float


def read_display(own: Written, hypotheses: Sequence[Hypothesis], normalised: Normalised) -> Display | None:
    """Read the number of a display; None where it looks like print or writing.

    Parameters
    ----------
    own : Written
        A number as it was read.
    hypotheses : Sequence[Hypothesis]
        Those of the first reader.
    normalised : Normalised
        Picture that they were read from.
    """
    digits = [glyph for glyph in own.glyphs if glyph.text in DIGITS]
    if len(digits) < 2 or not _SHOWN.fullmatch(own.text):
        return None
    centres = [(glyph.first + glyph.last) * COLUMNS_PER_FRAME // 2 for glyph in digits]
    found = _find_segments(digits, centres, np.clip(normalised.array, 0.0, 1.0))
    if found is None:
        return None
    ink, fit = found
    slant = fit.slant * normalised.scale_y / normalised.scale_x
    weights = weigh_points(hypotheses, own.digits, centres, ink, slant)
    place = int(weights.argmax())
    sign = [glyph for glyph in own.glyphs if glyph.text == MINUS]
    shown = replace(own, glyphs=(*sign, *_write_point(digits, place)))
    value = shown.text if POINT in shown.text else None
    return Display(shown, value, float(weights[place]))


def _find_segments(
    digits: Sequence[Glyph], centres: Sequence[int], ink: NDArray[np.float32]
) -> tuple[NDArray[np.float32], SegmentFit] | None:
    """Find the ink of digits that look like segments, without a frame, and how well they fit.

    Where a dark panel on lighter ground was taken for ink, its digits are what is not.
    """
    is_panel = _has_median_above(ink[:, min(centres) : max(centres) + 1], _INK)
    for own in (ink, 1.0 - ink) if is_panel else (ink,):
        cleared = clear_frame(own, centres)
        marked = cleared > _INK
        spans = split_columns(digits, marked.sum(axis=0).tolist(), len(marked))
        fit = measure_segments([glyph.text for glyph in digits], spans, cleared)
        if fit is not None and fit.is_display:
            return cleared, fit
    return None


def _has_median_above(values: NDArray[np.float32], level: float) -> bool:
    """Tell whether the median is above a level, which a count tells unless just half of the values are."""
    above = 2 * int(np.count_nonzero(values > level))
    return above > values.size or (above == values.size > 0 and bool(np.median(values) > level))


def _write_point(digits: list[Glyph], place: int) -> list[Glyph]:
    """Write a point behind the digit at a place; none behind the last."""
    if place == len(digits) - 1:
        return digits
    left, right = digits[place : place + 2]
    mark = Glyph(POINT, min(left.probability, right.probability), left.last, max(left.last, right.first))
    return [*digits[: place + 1], mark, *digits[place + 1 :]]
