"""Boxes of characters on the picture, from the frames of each.

CTC says in which frames a character was recognised, not where its ink begins and ends. So each character gets
the columns about its frames, cut from its neighbours' where there is least ink, and then shrinks to the ink
it has. Letters: h, w rows and columns of the normalised picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sutja.charset import SPACE
from sutja.reading.decode import Glyph
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, Normalised
from sutja.types import Box

_INK = 0.35  # of full ink; less is paper and noise
_USUAL_WIDTH = 0.7  # of the height, for a character that stands alone


def locate_characters(glyphs: Sequence[Glyph], normalised: Normalised, width: int, height: int) -> list[Box]:
    """Locate each character.

    Parameters
    ----------
    glyphs : Sequence[Glyph]
        At least one character, left to right, with its frames.
    normalised : Normalised
        Normalised picture, and the map back from it.
    width, height : int
        Size of the picture in pixels; no box reaches over its edge.

    """
    ink = normalised.array > _INK
    counts = ink.sum(axis=0)
    profile, inked = counts.tolist(), counts.astype(np.bool_).tobytes()
    spans = [
        span if glyph.text == SPACE else _trim(*span, inked)
        for glyph, span in zip(glyphs, split_columns(glyphs, profile, ink.shape[0]), strict=True)
    ]
    rows = _find_rows(ink, spans)
    x0, y0, scale_x, scale_y = normalised.x0, normalised.y0, normalised.scale_x, normalised.scale_y
    boxes = []
    for (left, right), (top, bottom) in zip(spans, rows, strict=True):
        left_edge = min(max(x0 + left * scale_x, 0.0), width)
        top_edge = min(max(y0 + top * scale_y, 0.0), height)
        right_edge = min(max(x0 + right * scale_x, left_edge), width)
        bottom_edge = min(max(y0 + bottom * scale_y, top_edge), height)
        boxes.append(Box(left_edge, top_edge, right_edge, bottom_edge))
    return boxes


def enclose(boxes: Sequence[Box]) -> Box:
    """Return the smallest box about at least one other."""
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )


def split_columns(glyphs: Sequence[Glyph], profile: list[int], rows: int) -> list[tuple[int, int]]:
    """Split columns into spans [left, right), one a character: neighbours meet where there is least ink.

    Parameters
    ----------
    glyphs : Sequence[Glyph]
        At least one character, left to right, with its frames.
    profile : list[int]
        Pixels with ink in each of w columns.
    rows : int
        Rows of the picture.
    """
    w = len(profile)
    centres = [min(max(0, (glyph.first + glyph.last) * COLUMNS_PER_FRAME // 2), w - 1) for glyph in glyphs]
    reach = max(1, round(rows * _USUAL_WIDTH))
    if len(centres) > 1:
        reach = min(reach, max(2, (centres[-1] - centres[0]) // (len(centres) - 1)))
    edges = [max(0, centres[0] - reach)]
    for left, right in pairwise(centres):
        between = profile[left : max(right, left) + 1]
        middle, least = len(between) // 2, min(between)
        edges.append(left + (middle if between[middle] == least else between.index(least)))
    edges.append(min(w, centres[-1] + reach))
    return [(left, max(right, left + 1)) for left, right in pairwise(edges)]


def _trim(left: int, right: int, inked: bytes) -> tuple[int, int]:
    """Trim columns without ink (a zero byte each) on both sides; a span without any ink stays."""
    first = inked.find(1, left, right)
    return (left, right) if first < 0 else (first, inked.rfind(1, left, right) + 1)


def _find_rows(ink: NDArray[np.bool_], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Find the rows [top, bottom) of the ink in each span; all rows where there is none."""
    h, w = ink.shape
    # With a column more no span ends behind the last; every second interval lies between two spans.
    wide = np.zeros((h, w + 1), np.bool_)
    wide[:, :w] = ink
    edges = [min(edge, w) for span in spans for edge in span]
    inked = np.logical_or.reduceat(wide, edges, axis=1)[:, ::2]
    tops = inked.argmax(axis=0)  # 0 where there is no ink at all, and then the bottom is h
    bottoms = h - inked[::-1].argmax(axis=0)
    return list(zip(tops.tolist(), bottoms.tolist(), strict=True))
