"""Separators drawn with a pen, stroke by stroke: for the simple signs; the others only a font can give.

A drawing gives the strokes, each a list of points (x, y) in pixels with y downwards, and the rise: how far
its top lies above the baseline, in digit heights. A digit is 40 pixels high.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np
from numpy.random import Generator

from sutja.synthesis.crops.glyphs.written import cut_out, draw_stroke
from sutja.synthesis.fonts import Glyph

_UNIT = 40.0  # pixels in a digit height
Point = tuple[float, float]
Drawing = tuple[Sequence[Sequence[Point]], float]


def _full_stop(rng: Generator) -> Drawing:
    size = rng.uniform(0, 4)
    return [[(0, 0), (size, rng.uniform(-1, 2))]], rng.uniform(0.05, 0.3)


def _comma(rng: Generator) -> Drawing:
    points = [
        (rng.uniform(2, 6), 0),
        (rng.uniform(1, 5), rng.uniform(4, 7)),
        (rng.uniform(-3, 1), rng.uniform(8, 15)),
    ]
    return [points], rng.uniform(0.0, 0.25)


def _apostrophe(rng: Generator) -> Drawing:
    return [[(rng.uniform(1, 3), 0), (0, rng.uniform(7, 13))]], rng.uniform(0.95, 1.2)


def _hyphen(rng: Generator) -> Drawing:
    points = [(0, 0), (rng.uniform(6, 14), rng.uniform(-3, 2)), (rng.uniform(14, 26), rng.uniform(-3, 3))]
    return [points], rng.uniform(0.35, 0.6)


def _equals(rng: Generator) -> Drawing:
    length, gap = rng.uniform(12, 24), rng.uniform(7, 12)
    upper = [(0, 0), (length, rng.uniform(-2, 2))]
    lower = [(rng.uniform(-3, 3), gap), (length + rng.uniform(-4, 4), gap + rng.uniform(-2, 2))]
    return [upper, lower], rng.uniform(0.5, 0.75)


def _slash(rng: Generator) -> Drawing:
    return [[(rng.uniform(8, 24), 0), (0, rng.uniform(38, 56))]], rng.uniform(0.95, 1.2)


def _colon(rng: Generator) -> Drawing:
    upper = [(0, 0), (rng.uniform(0, 2), 1)]
    lower = [(rng.uniform(-1, 2), rng.uniform(11, 20)), (rng.uniform(0, 2), rng.uniform(12, 21))]
    return [upper, lower], rng.uniform(0.5, 0.75)


def _plus(rng: Generator) -> Drawing:
    level = [(0, 10 + rng.uniform(-2, 2)), (20, 10 + rng.uniform(-2, 2))]
    upright = [(10 + rng.uniform(-2, 2), 0), (10 + rng.uniform(-2, 2), 20)]
    return [level, upright], rng.uniform(0.6, 0.8)


def _bracket(rng: Generator, side: int) -> Drawing:
    bow = rng.uniform(6, 11) * side
    return [[(bow, 0), (bow * 0.2, 12), (0, 24), (bow * 0.2, 36), (bow, 48)]], rng.uniform(1.0, 1.2)


def _asterisk(rng: Generator) -> Drawing:
    angles = np.arange(3) * np.pi / 3 + rng.uniform(-0.3, 0.3)
    arms = [(9 * float(np.cos(a)), 9 * float(np.sin(a))) for a in angles]
    return [[(10 - x, 10 - y), (10 + x, 10 + y)] for x, y in arms], rng.uniform(0.6, 1.0)


def _hash(rng: Generator) -> Drawing:
    strokes: list[list[Point]] = [
        [(8, 0), (4, 34)],
        [(20, 0), (16, 34)],
        [(0, 11), (26, 10)],
        [(-1, 24), (25, 23)],
    ]
    return strokes, rng.uniform(0.85, 1.05)


DRAWINGS: MappingProxyType[str, Callable[[Generator], Drawing]] = MappingProxyType(
    {
        ".": _full_stop,
        ",": _comma,
        "'": _apostrophe,
        "-": _hyphen,
        "=": _equals,
        "/": _slash,
        ":": _colon,
        "+": _plus,
        "(": lambda rng: _bracket(rng, 1),
        ")": lambda rng: _bracket(rng, -1),
        "*": _asterisk,
        "#": _hash,
    }
)


def draw_separator(rng: Generator, sign: str) -> Glyph | None:
    """A separator drawn with a pen; None for those that only a font can give."""
    if sign not in DRAWINGS:
        return None
    width = rng.uniform(3, 6)
    strokes, rise = DRAWINGS[sign](rng)
    paths = [np.array(points, np.float32) for points in strokes]
    points = np.concatenate(paths)
    low, high = points.min(axis=0) - width, points.max(axis=0) + width
    size = (int(high[1] - low[1]) + 1, int(high[0] - low[0]) + 1)
    canvas = np.zeros(size, np.uint8)
    for path in paths:
        canvas = np.maximum(canvas, draw_stroke(path - low, width, size))
    ink = cut_out(canvas)
    if ink is None:
        return None
    return Glyph(ink, rise, ink.shape[0] / _UNIT, 0.0, ink.shape[1] / _UNIT)
