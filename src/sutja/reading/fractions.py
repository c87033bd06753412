"""`part_mixed`: the gap between a whole number and its fraction, where it was read without one.

"1 1/2" without its space is "11/2". A gap between digits is wider before a fraction than within a number.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sutja.charset import SPACE
from sutja.reading.decode import Glyph
from sutja.reading.written import Written
from sutja.signals.normalisation import COLUMNS_PER_FRAME, Normalised

_IMPROPER = re.compile(r"(\d{2,6})/(\d{1,2})")
_INK = 0.35  # of full ink
_WIDE = 0.45  # of the height of the ink, from which a gap parts a whole number from a fraction
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


def _measure_gap(left: Glyph, right: Glyph, normalised: Normalised) -> float:
    """Measure the widest gap without ink between the middles of two characters, as a share of the height."""
    ink = normalised.array > _INK
    rows = np.flatnonzero(ink.any(axis=1))
    first, last = ((glyph.first + glyph.last) * COLUMNS_PER_FRAME // 2 for glyph in (left, right))
    inked = np.flatnonzero(np.concatenate([[True], ink[:, first:last].any(axis=0), [True]]))
    widest = int(np.diff(inked).max()) - 1
    height = (rows[-1] + 1 - rows[0]) * normalised.scale_y if len(rows) else 1.0
    return float(widest * normalised.scale_x / height)
