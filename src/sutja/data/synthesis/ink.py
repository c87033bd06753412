"""Glyphs set in a line, then written, smeared or printed: the ink alone, as alpha on nothing.

Letters: H, W rows and columns of the line in pixels. All lengths of a `Hand` are in digit heights.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.data.fonts import Face, Glyph
from sutja.data.synthesis.glyphs import Hands, drawn_sign, flourish, written

Alpha = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of ink: ``alpha`` float32 (H, W) in 0..1 and the columns between characters, in pixels."""

    alpha: Alpha
    height: float


@dataclass(frozen=True, slots=True)
class _Style:
    gap: float
    gap_jitter: float
    size_jitter: float
    rise_jitter: float
    word_gap: float
    use_advance: bool


def _place(glyphs: list[Glyph | None], unit: float, style: _Style, rng: Generator, raised: int = 0) -> Alpha:
    """Set glyphs from left to right; None is a gap. ``raised`` last glyphs are small and high, as cents often are."""
    above, below = 2.2, 1.0  # room over the baseline and under it
    baseline = int(above * unit)
    width = int(sum((g.advance if g else style.word_gap) + abs(style.gap) + 0.8 for g in glyphs) * unit) + 8
    canvas = np.zeros((int((above + below) * unit), width), np.uint8)
    x = 2.0 + unit * 0.2
    drift = rng.normal(0, style.rise_jitter * 0.3)
    first_raised = len(glyphs) - raised
    for position, glyph in enumerate(glyphs):
        if glyph is None:
            x += style.word_gap * unit
            continue
        size = unit * max(0.6, 1 + rng.normal(0, style.size_jitter)) * (0.62 if position >= first_raised else 1.0)
        lift = 0.45 * unit if position >= first_raised else 0.0
        rows = max(1, round(glyph.height * size))
        stretch = 1.0 if style.use_advance else 1 + rng.normal(0, 0.08)
        columns = max(1, round(glyph.alpha.shape[1] / glyph.alpha.shape[0] * rows * stretch))
        shrinks = rows < glyph.alpha.shape[0]
        drawn = cv2.resize(glyph.alpha, (columns, rows), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        y = round(baseline - lift - glyph.rise * size + rng.normal(0, style.rise_jitter) * unit + drift * position * unit * 0.2)
        left = round(x + (glyph.bearing * size if style.use_advance else 0))
        y, left = max(0, min(y, canvas.shape[0] - rows)), max(0, left)
        if rows > canvas.shape[0] or left + columns > width:
            break
        window = canvas[y : y + rows, left : left + columns]
        np.maximum(window, drawn, out=window)
        step = glyph.advance * size if style.use_advance else columns
        x += max(1.0, step + (style.gap + rng.normal(0, style.gap_jitter)) * unit)
    return np.asarray(canvas, np.float32) / 255


def _tight(alpha: Alpha) -> Alpha:
    rows, columns = np.flatnonzero(alpha.max(axis=1) > 0.2), np.flatnonzero(alpha.max(axis=0) > 0.2)
    if not len(rows):
        return alpha[:4, :4]
    return alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _warp(alpha: Alpha, shear: float, angle: float, wave: float, rng: Generator) -> Alpha:
    """Slant and turn a line, and let it waver by up to ``wave`` pixels."""
    rows, columns = alpha.shape
    pad = int(abs(shear) * rows / 2 + abs(angle) * columns / 2) + 3
    alpha = np.asarray(cv2.copyMakeBorder(alpha, pad, pad, pad, pad, cv2.BORDER_CONSTANT), np.float32)
    centre_x, centre_y = alpha.shape[1] / 2, alpha.shape[0] / 2
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin + shear], [sin, cos]], np.float32)
    offset = np.array([centre_x, centre_y]) - matrix @ np.array([centre_x, centre_y])
    turned = cv2.warpAffine(alpha, np.hstack([matrix, offset[:, None]]), (alpha.shape[1], alpha.shape[0]))
    if wave > 0.2:
        grid = rng.normal(0, wave, (2, max(2, alpha.shape[0] // 16), max(2, alpha.shape[1] // 16))).astype(np.float32)
        size = (alpha.shape[1], alpha.shape[0])
        shift = [cv2.resize(g, size, interpolation=cv2.INTER_CUBIC) for g in grid]
        xs, ys = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
        turned = cv2.remap(turned, xs + shift[0], ys + shift[1], cv2.INTER_LINEAR)
    return np.asarray(turned, np.float32)


def _pen(alpha: Alpha, rng: Generator, unit: float) -> Alpha:
    """Another pen: sharper or softer edges, thicker or thinner strokes, ink that runs out."""
    sharpness, edge = float(rng.uniform(1.0, 3.5)), float(rng.uniform(0.3, 0.55))
    alpha = np.clip((alpha - edge) * sharpness + edge, 0, 1).astype(np.float32)  # nothing stays nothing
    thickness = rng.random()
    if thickness < 0.3 and unit > 14:
        size = int(rng.integers(2, 3 + int(unit > 26)))
        alpha = np.asarray(cv2.dilate(alpha, np.ones((size, size), np.uint8)), np.float32)
    elif thickness < 0.42 and unit > 22:
        alpha = np.asarray(cv2.erode(alpha, np.ones((2, 2), np.uint8)), np.float32)
    if rng.random() < 0.3:  # uneven pressure
        coarse = rng.uniform(rng.uniform(0.3, 0.8), 1.15, (3, max(2, alpha.shape[1] // int(rng.integers(5, 24))))).astype(np.float32)
        alpha = alpha * np.clip(cv2.resize(coarse, (alpha.shape[1], alpha.shape[0])), 0, 1)
    if rng.random() < 0.12:  # broken strokes
        grain = rng.random((max(2, alpha.shape[0] // 3), max(2, alpha.shape[1] // 3))).astype(np.float32)
        grain = cv2.resize(grain, (alpha.shape[1], alpha.shape[0]))
        alpha = alpha * np.clip((grain - rng.uniform(0.05, 0.3)) * 6 + 0.5, 0, 1)
    return np.asarray(alpha, np.float32)


def handwritten(rng: Generator, text: str, hands: Hands, signs: Face, unit: float, raised: int = 0) -> Alpha | None:
    """A number in one hand: real digits, drawn separators, other signs from a handwriting font.

    Returns None when a sign of ``text`` can be drawn by neither.
    """
    pictures = iter(hands.pick(rng, "".join(c for c in text if c.isdigit() and c.isascii())))
    glyphs: list[Glyph | None] = []
    for character in text:
        if character == " ":
            glyphs.append(None)
        elif character.isdigit():
            glyphs.append(written(flourish(rng, int(character), next(pictures)), 1.0))
        else:
            glyph = drawn_sign(rng, character) if rng.random() < 0.85 else None
            glyph = glyph or signs.glyph(character)
            if glyph is None:
                return None
            glyphs.append(glyph)
    loose = rng.random() < 0.12
    style = _Style(
        gap=float(rng.uniform(0.25, 0.9)) if loose else float(rng.normal(0.10, 0.12)),
        gap_jitter=0.06,
        size_jitter=float(rng.uniform(0, 0.12)),
        rise_jitter=float(rng.uniform(0, 0.09)),
        word_gap=float(rng.uniform(0.55, 1.2)) + (0.7 if loose else 0.0),
        use_advance=False,
    )
    line = _place(glyphs, unit, style, rng, raised)
    line = _pen(line, rng, unit)
    return _tight(_warp(line, float(rng.normal(0, 0.22)), float(rng.normal(0, 0.035)), float(rng.uniform(0, 0.03) * unit), rng))


def in_font(rng: Generator, text: str, face: Face, unit: float, *, hand: bool, raised: int = 0) -> Alpha:
    """A text in a font: printed straight, or (``hand``) unsteady as a hand would."""
    glyphs = [None if c == " " else face.glyph(c) for c in text]
    style = _Style(
        gap=float(rng.normal(0.02, 0.05)) + (float(rng.uniform(0.1, 0.9)) if rng.random() < 0.12 else 0.0),
        gap_jitter=0.04 if hand else 0.0,
        size_jitter=0.05 if hand else 0.0,
        rise_jitter=0.05 if hand else (0.04 if rng.random() < 0.1 else 0.0),
        word_gap=float(rng.uniform(0.45, 0.9)),
        use_advance=True,
    )
    line = _place(glyphs, unit, style, rng, raised)
    if hand:
        line = _pen(line, rng, unit)
        return _tight(_warp(line, float(rng.normal(0, 0.15)), float(rng.normal(0, 0.03)), float(rng.uniform(0, 0.03) * unit), rng))
    if rng.random() < 0.25:
        line = _pen(line, rng, unit)
    if rng.random() < 0.07 and unit > 18:  # a dot-matrix printer
        pitch = max(2, round(unit / 9))
        small = cv2.resize(line, (max(1, line.shape[1] // pitch), max(1, line.shape[0] // pitch)), interpolation=cv2.INTER_AREA)
        dots = cv2.resize((small > 0.35).astype(np.float32), (small.shape[1] * pitch, small.shape[0] * pitch), interpolation=cv2.INTER_NEAREST)
        mask = np.zeros((pitch, pitch), np.float32)
        cv2.circle(mask, (pitch // 2, pitch // 2), max(1, round(pitch * 0.45)), 1.0, -1)
        line = np.asarray(dots * np.tile(mask, small.shape), np.float32)
    shear = float(rng.normal(0, 0.06)) if rng.random() < 0.3 else 0.0
    return _tight(_warp(line, shear, float(rng.normal(0, 0.015)), 0.0, rng))


def scribble(rng: Generator, unit: float) -> Alpha:
    """Strokes that are no writing: signatures, crossings out, ticks, stray lines."""
    rows, columns = int(unit * rng.uniform(0.8, 1.6)), int(unit * rng.uniform(0.8, 6))
    canvas = np.zeros((rows, columns), np.uint8)
    width = max(1, round(unit * rng.uniform(0.04, 0.14)))
    kind = rng.random()
    for _ in range(int(rng.integers(1, 5))):
        n = int(rng.integers(3, 14))
        if kind < 0.3:  # zigzag crossing out
            xs = np.linspace(0.05, 0.95, n) * columns
            ys = np.where(np.arange(n) % 2 == 0, 0.15, 0.85) * rows + rng.normal(0, rows * 0.1, n)
        elif kind < 0.7:  # loops, as in a signature
            t = np.linspace(0, n, n * 8)
            xs = (0.1 + 0.8 * t / n) * columns + np.cos(t * rng.uniform(2, 5)) * rows * rng.uniform(0.2, 0.8)
            ys = rows * (0.5 + 0.4 * np.sin(t * rng.uniform(2, 6) + rng.uniform(0, 6)) * rng.uniform(0.4, 1))
        else:  # stray strokes
            xs, ys = rng.random(n) * columns, rng.random(n) * rows
            if rng.random() < 0.5:
                xs, ys = xs[:2], ys[:2]
        points = np.stack([xs, ys], axis=1)
        cv2.polylines(canvas, [np.round(points * 16).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)
        if rng.random() < 0.5:
            break
    return np.asarray(canvas, np.float32) / 255
