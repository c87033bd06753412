"""Glyphs set in a line, slanted, turned and gone over with another pen: alpha, float32 (H, W) in 0..1."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.synthesis.fonts import Glyph

Alpha = NDArray[np.float32]
_ABOVE, _BELOW = 2.2, 1.0  # digit heights of room over the baseline and under it
_RAISED_SIZE, _RAISED_LIFT = 0.62, 0.45  # of raised cents, in digit heights
_OVERLAP = 0.35  # of the narrower of two neighbours: they may touch, and neither hides the other


@dataclass(frozen=True, slots=True)
class Style:
    """Style of a line. All lengths are in digit heights; jitters are standard deviations.

    Attributes
    ----------
    gap : float
        Between characters; below 0 they touch.
    word_gap : float
        Added for a space.
    use_advance : bool
        Set the glyphs by their font's own advance, not side by side.
    """

    gap: float
    gap_jitter: float
    size_jitter: float
    rise_jitter: float
    word_gap: float
    use_advance: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    ink: NDArray[np.uint8]
    top: int
    left: int


def set_line(rng: Generator, glyphs: list[Glyph | None], unit: float, style: Style, raised: int = 0) -> Alpha:
    """Set glyphs from left to right on a canvas that holds them all.

    Parameters
    ----------
    glyphs : list[Glyph | None]
        None is a gap.
    unit : float
        Pixels in a digit height.
    raised : int
        So many last glyphs are small and high, as cents often are.
    """
    baseline = int(_ABOVE * unit)
    x = 2.0 + unit * 0.2
    drift = rng.normal(0, style.rise_jitter * 0.3)
    placed: list[_Placed] = []
    for position, glyph in enumerate(glyphs):
        if glyph is None:
            x += style.word_gap * unit
            continue
        high = position >= len(glyphs) - raised
        size = unit * max(0.6, 1 + rng.normal(0, style.size_jitter)) * (_RAISED_SIZE if high else 1.0)
        ink = _scaled(rng, glyph, size, style)
        lift = (_RAISED_LIFT * unit if high else 0.0) + glyph.rise * size
        waver = rng.normal(0, style.rise_jitter) * unit + drift * position * unit * 0.2
        if placed and not style.use_advance:
            last = placed[-1]
            x = max(x, last.left + last.ink.shape[1] - _OVERLAP * min(last.ink.shape[1], ink.shape[1]))
        left = round(x + (glyph.bearing * size if style.use_advance else 0))
        placed.append(_Placed(ink, max(0, round(baseline - lift + waver)), max(0, left)))
        step = glyph.advance * size if style.use_advance else ink.shape[1]
        x += max(1.0, step + (style.gap + rng.normal(0, style.gap_jitter)) * unit)
    width = int(sum((g.advance if g else style.word_gap) + abs(style.gap) + 0.8 for g in glyphs) * unit) + 8
    return _drawn(placed, int((_ABOVE + _BELOW) * unit), width)


def _scaled(rng: Generator, glyph: Glyph, size: float, style: Style) -> NDArray[np.uint8]:
    rows = max(1, round(glyph.height * size))
    stretch = 1.0 if style.use_advance else 1 + rng.normal(0, 0.08)
    columns = max(1, round(glyph.alpha.shape[1] / glyph.alpha.shape[0] * rows * stretch))
    interpolation = cv2.INTER_AREA if rows < glyph.alpha.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(glyph.alpha, (columns, rows), interpolation=interpolation), np.uint8)


def _drawn(placed: list[_Placed], rows: int, columns: int) -> Alpha:
    """The glyphs on a canvas of at least (rows, columns), and larger where one would not fit."""
    rows = max([rows, *(p.ink.shape[0] for p in placed)])
    columns = max([columns, *(p.left + p.ink.shape[1] for p in placed)])
    canvas = np.zeros((rows, columns), np.uint8)
    for p in placed:
        top = min(p.top, rows - p.ink.shape[0])
        window = canvas[top : top + p.ink.shape[0], p.left : p.left + p.ink.shape[1]]
        np.maximum(window, p.ink, out=window)
    return np.asarray(canvas, np.float32) / np.float32(255)


def trim(alpha: Alpha) -> Alpha:
    """A line without its empty margins."""
    rows, columns = np.flatnonzero(alpha.max(axis=1) > 0.2), np.flatnonzero(alpha.max(axis=0) > 0.2)
    if not len(rows):
        return alpha[:4, :4]
    return alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def warp(rng: Generator, alpha: Alpha, shear: float, angle: float, wave: float) -> Alpha:
    """Slant and turn a line (radians), and let it waver by up to about ``wave`` pixels."""
    rows, columns = alpha.shape
    pad = int(abs(shear) * rows / 2 + abs(angle) * columns / 2) + 3
    alpha = np.asarray(cv2.copyMakeBorder(alpha, pad, pad, pad, pad, cv2.BORDER_CONSTANT), np.float32)
    size = (alpha.shape[1], alpha.shape[0])
    centre = np.array([size[0] / 2, size[1] / 2])
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin + shear], [sin, cos]], np.float32)
    offset = centre - matrix @ centre
    turned = cv2.warpAffine(alpha, np.hstack([matrix, offset[:, None]]), size)
    if wave > 0.2:  # pixels
        cells = (2, max(2, alpha.shape[0] // 16), max(2, alpha.shape[1] // 16))
        grid = rng.normal(0, wave, cells).astype(np.float32)
        shift = [cv2.resize(g, size, interpolation=cv2.INTER_CUBIC) for g in grid]
        xs, ys = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
        turned = cv2.remap(turned, xs + shift[0], ys + shift[1], cv2.INTER_LINEAR)
    return np.asarray(turned, np.float32)


def vary_pen(rng: Generator, alpha: Alpha, unit: float) -> Alpha:
    """Sharper or softer edges, thicker or thinner strokes, ink that runs out."""
    sharpness, edge = float(rng.uniform(1.0, 3.5)), float(rng.uniform(0.3, 0.55))
    alpha = np.clip((alpha - edge) * sharpness + edge, 0, 1).astype(np.float32)  # nothing stays nothing
    thickness = rng.random()
    if thickness < 0.3 and unit > 14:
        size = int(rng.integers(2, 3 + int(unit > 26)))
        alpha = np.asarray(cv2.dilate(alpha, np.ones((size, size), np.uint8)), np.float32)
    elif thickness < 0.42 and unit > 22:
        alpha = np.asarray(cv2.erode(alpha, np.ones((2, 2), np.uint8)), np.float32)
    size_xy = (alpha.shape[1], alpha.shape[0])
    if rng.random() < 0.3:  # uneven pressure
        least = rng.uniform(0.45, 0.8)  # any fainter, and thin strokes are lost in the paper
        cells = (3, max(2, alpha.shape[1] // int(rng.integers(5, 24))))
        pressure = cv2.resize(rng.uniform(least, 1.15, cells).astype(np.float32), size_xy)
        alpha = np.asarray(alpha * np.clip(pressure, 0, 1), np.float32)
    if rng.random() < 0.12:  # broken strokes
        cells = (max(2, alpha.shape[0] // 3), max(2, alpha.shape[1] // 3))
        grain = cv2.resize(rng.random(cells).astype(np.float32), size_xy)
        alpha = np.asarray(alpha * np.clip((grain - rng.uniform(0.05, 0.3)) * 6 + 0.5, 0, 1), np.float32)
    return alpha


def print_by_dots(alpha: Alpha, unit: float) -> Alpha:
    """The line as a dot-matrix printer puts it down."""
    pitch = max(2, round(unit / 9))  # pixels
    coarse = (max(1, alpha.shape[1] // pitch), max(1, alpha.shape[0] // pitch))
    small = np.asarray(cv2.resize(alpha, coarse, interpolation=cv2.INTER_AREA))
    full = (small.shape[1] * pitch, small.shape[0] * pitch)
    on = cv2.resize((small > 0.35).astype(np.float32), full, interpolation=cv2.INTER_NEAREST)
    dot = np.zeros((pitch, pitch), np.float32)
    cv2.circle(dot, (pitch // 2, pitch // 2), max(1, round(pitch * 0.45)), 1.0, -1)
    return np.asarray(on * np.tile(dot, small.shape), np.float32)
