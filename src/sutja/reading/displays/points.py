"""`weigh_points`: where the decimal point of a display stands, by its ink and by what the first reader saw.

A point stands on the base line in the gap between two digits, where no other row has ink. The picture is
sheared upright; what the rows at the base have more than all rows above them, added up over the columns from
the middle of a digit to that of the next, is the evidence for a point between the two. The first reader has
learnt displays; the share that it gives to a point is the other evidence. Both are joined by a conditional
logit over the gaps and "no point", fitted on drawn displays with points and without, which count alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.decoding.ctc import combine
from sutja.grammar import keep_digits
from sutja.reading.decode import Hypothesis

Ink = NDArray[np.float32]

POINT = "."
_SEEN, _INKED, _OFFSET = 1.2, 60.0, 2.5  # weights of the reader's log share, of the ink, and of any point
_FLOOR = 0.002  # share that a reader leaves for what it does not see
_INK = 0.35  # of full ink
_BASE, _ABOVE = 0.2, 0.3  # of the height: rows at the base, and those above begin so far from the base
_LEAST_ROWS = 8
_FRAME = 0.8  # share of the columns between the outer digits that a line of a frame covers
_ABOUT = 0.6  # share of the columns that ink at the edge covers, where it is a frame that leans
_OUTER = 0.4  # of the height, above and below, where lines of a frame lie


def weigh_points(
    hypotheses: Sequence[Hypothesis], digits: str, centres: Sequence[int], ink: Ink, slant: float
) -> NDArray[np.float64]:
    """Weigh the places of a decimal point: its probability behind each digit but the last, then of none.

    Parameters
    ----------
    hypotheses : Sequence[Hypothesis]
        Those of the first reader.
    digits : str
        n digits, at least two.
    centres : Sequence[int]
        Column of the middle of each, left to right.
    ink : NDArray[float32]
        (h, w), 0 for background, 1 for full ink, without a frame.
    slant : float
        Columns by which digits lean to the right in each row.

    Returns
    -------
    NDArray[float64]
        (n,)
    """
    shares = _share_points(hypotheses, digits)
    odds = _SEEN * np.log(np.maximum(shares, _FLOOR))
    odds[:-1] += _INKED * _measure_points(centres, ink, slant) + _OFFSET
    weights = np.exp(odds - odds.max())
    if odds.argmax() == len(digits) - 1 and shares[-1] >= 1.0 - _FLOOR:
        return shares  # the reader sees no point, and there is no ink that says more
    return np.asarray(weights / weights.sum(), np.float64)


def _share_points(hypotheses: Sequence[Hypothesis], digits: str) -> NDArray[np.float64]:
    """Share the probability of the texts with these digits among the places of their point, (n,)."""
    shares = np.zeros(len(digits))
    for hypothesis in hypotheses:
        if hypothesis.digits != digits:
            continue
        for candidate in combine(hypothesis.segments):
            if keep_digits(candidate.key) == digits:
                before, point, _ = candidate.key.partition(POINT)
                place = len(keep_digits(before)) - 1 if point else -1
                shares[place if place < len(digits) - 1 else -1] += candidate.probability
    if not shares.any():
        shares[-1] = 1.0
    return np.asarray(shares / shares.sum(), np.float64)


def _measure_points(centres: Sequence[int], ink: Ink, slant: float) -> NDArray[np.float64]:
    """Measure the ink that stands alone on the base line of each gap, as a share of the digits' height."""
    none = np.zeros(len(centres) - 1)
    rows = np.flatnonzero((ink[:, max(0, min(centres) - 4) : max(centres) + 5] > _INK).any(axis=1))
    if len(rows) < _LEAST_ROWS:
        return none
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    height = bottom - top
    lean = np.array([[1.0, -slant, slant * bottom], [0.0, 1.0, 0.0]])
    upright = cv2.warpAffine(ink, lean, ink.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    base = np.sort(upright[max(0, int(bottom - _BASE * height)) : bottom + 1], axis=0)[-2:].mean(axis=0)
    above = upright[top : int(bottom - _ABOVE * height)].max(axis=0)
    alone = np.clip(base - above, 0.0, 1.0) / height
    return np.array([float(alone[left:right].sum()) for left, right in pairwise(centres)])


def clear_frame(ink: Ink, centres: Sequence[int]) -> Ink:
    """Clear the frame about a display: lines above and below the digits, and what stands beside them.

    Parameters
    ----------
    ink : NDArray[float32]
        (h, w), 0 for background, 1 for full ink.
    centres : Sequence[int]
        Column of the middle of each character.
    """
    height, width = ink.shape
    marked = ink > _INK
    cover = marked[:, max(0, min(centres) - 2) : max(centres) + 3].mean(axis=1)
    lines = np.flatnonzero(cover > _FRAME)
    above, below = lines[lines < _OUTER * height], lines[lines > (1 - _OUTER) * height]
    top = int(above[-1]) + 1 if len(above) else 0
    bottom = int(below[0]) if len(below) else height
    edges = marked[0], marked[-1], marked[:, 0], marked[:, -1]
    if (top, bottom) == (0, height) and not any(edge.any() for edge in edges):  # as in most pictures
        return ink
    cleared = ink.copy()
    cleared[:top], cleared[bottom:] = 0.0, 0.0
    n, labels, boxes, _ = cv2.connectedComponentsWithStats((cleared > _INK).astype(np.uint8), connectivity=8)
    for label, (left, upper, columns, rows, _) in enumerate(boxes.tolist()[:n]):
        beside = left == 0 or left + columns == width
        about = columns > _ABOUT * width and (beside or upper <= top or upper + rows >= bottom)
        if label and (about or (beside and not any(left <= x < left + columns for x in centres))):
            cleared[labels == label] = 0.0
    return cleared if (cleared > _INK).any() else ink
