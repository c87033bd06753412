"""The ink alone, as alpha on nothing: numbers written or printed, and scribbles.

Alpha is float32 (H, W) in 0..1.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.synthesis.crops.glyphs.lines import Alpha, Style, print_by_dots, set_line, trim, vary_pen, warp
from sutja.synthesis.crops.glyphs.separators import draw_separator
from sutja.synthesis.crops.glyphs.written import WrittenDigits, add_flourish, make_glyph
from sutja.synthesis.fonts import Face, Glyph


def render_handwriting(
    rng: Generator, text: str, hands: WrittenDigits, signs: Face, unit: float, raised: int = 0
) -> Alpha | None:
    """A number in one hand: real digits, drawn separators, other signs from a handwriting font.

    Parameters
    ----------
    text : str
        Digits, separators and spaces.
    hands, signs : Hands or Face
        Sources of digits and of other signs.
    unit : float
        Pixels in a digit height.
    raised : int
        So many last characters are small and high.

    Returns
    -------
    float32 (H, W), cut to the ink; None when a sign of ``text`` can be drawn by neither.
    """
    pictures = iter(hands.pick(rng, "".join(c for c in text if c.isdigit())))
    glyphs: list[Glyph | None] = []
    for character in text:
        if character == " ":
            glyphs.append(None)
        elif character.isdigit():
            glyphs.append(make_glyph(add_flourish(rng, int(character), next(pictures))))
        else:
            glyph = draw_separator(rng, character) if rng.random() < 0.85 else None
            glyph = glyph or signs.glyph(character)
            if glyph is None:
                return None
            glyphs.append(glyph)
    loose = rng.random() < 0.12
    style = Style(
        gap=float(rng.uniform(0.25, 0.9)) if loose else float(rng.normal(0.10, 0.12)),
        gap_jitter=0.06,
        size_jitter=float(rng.uniform(0, 0.12)),
        rise_jitter=float(rng.uniform(0, 0.09)),
        word_gap=float(rng.uniform(0.55, 1.2)) + (0.7 if loose else 0.0),
        use_advance=False,
    )
    line = vary_pen(rng, set_line(rng, glyphs, unit, style, raised), unit)
    return _unsteady(rng, line, unit, slant=0.22, turn=0.035)


def _unsteady(rng: Generator, line: Alpha, unit: float, slant: float, turn: float) -> Alpha:
    """A line as a hand leaves it; ``slant`` and ``turn`` are standard deviations in radians."""
    shear, angle = float(rng.normal(0, slant)), float(rng.normal(0, turn))
    return trim(warp(rng, line, shear, angle, float(rng.uniform(0, 0.03) * unit)))


def render_in_font(
    rng: Generator, text: str, face: Face, unit: float, *, hand: bool, raised: int = 0
) -> Alpha:
    """A text in a font: printed straight, or (``hand``) unsteady as a hand would.

    Parameters
    ----------
    text : str
        Characters that the font has, and spaces.
    unit, raised : float, int
        As for `render_handwriting`.

    Returns
    -------
    float32 (H, W), cut to the ink.

    Raises
    ------
    ValueError
        The font lacks a character: nothing is drawn that differs from its label.
    """
    if not face.has(text):
        raise ValueError(f"the font {face.name} lacks a character of {text!r}; ask Face.has first")
    glyphs = [None if c == " " else face.glyph(c) for c in text]
    loose = float(rng.uniform(0.1, 0.9)) if rng.random() < 0.12 else 0.0
    style = Style(
        gap=float(rng.normal(0.02, 0.05)) + loose,
        gap_jitter=0.04 if hand else 0.0,
        size_jitter=0.05 if hand else 0.0,
        rise_jitter=0.05 if hand else (0.04 if rng.random() < 0.1 else 0.0),
        word_gap=float(rng.uniform(0.45, 0.9)) + loose,  # clearly wider than between letters
        use_advance=True,
    )
    line = set_line(rng, glyphs, unit, style, raised)
    if hand:
        return _unsteady(rng, vary_pen(rng, line, unit), unit, slant=0.15, turn=0.03)
    if rng.random() < 0.25:
        line = vary_pen(rng, line, unit)
    if rng.random() < 0.07 and unit > 18:
        line = print_by_dots(line, unit)
    shear = float(rng.normal(0, 0.06)) if rng.random() < 0.3 else 0.0
    return trim(warp(rng, line, shear, float(rng.normal(0, 0.015)), 0.0))


def render_scribble(rng: Generator, unit: float) -> Alpha:
    """Strokes that are no writing: signatures, crossings out, ticks, stray lines. ``unit`` in pixels."""
    rows, columns = int(unit * rng.uniform(0.8, 1.6)), int(unit * rng.uniform(0.8, 6))
    canvas = np.zeros((rows, columns), np.uint8)
    width = max(1, round(unit * rng.uniform(0.04, 0.14)))
    kind = rng.random()
    for _ in range(int(rng.integers(1, 5))):
        points = _scribbled(rng, kind, rows, columns)
        path = [np.round(points * 16).astype(np.int32)]
        cv2.polylines(canvas, path, False, 255, width, cv2.LINE_AA, 4)
        if rng.random() < 0.5:
            break
    return np.asarray(canvas, np.float32) / np.float32(255)


def _scribbled(rng: Generator, kind: float, rows: int, columns: int) -> NDArray[np.float64]:
    """The points (x, y) of one stroke, (n, 2)."""
    n = int(rng.integers(3, 14))
    if kind < 0.3:  # zigzag crossing out
        xs = np.linspace(0.05, 0.95, n) * columns
        ys = np.where(np.arange(n) % 2 == 0, 0.15, 0.85) * rows + rng.normal(0, rows * 0.1, n)
    elif kind < 0.7:  # loops, as in a signature
        t = np.linspace(0, n, n * 8)
        xs = (0.1 + 0.8 * t / n) * columns + np.cos(t * rng.uniform(2, 5)) * rows * rng.uniform(0.2, 0.8)
        swing = np.sin(t * rng.uniform(2, 6) + rng.uniform(0, 6)) * rng.uniform(0.4, 1)
        ys = rows * (0.5 + 0.4 * swing)
    else:  # stray strokes
        n = max(5, n)  # fewer could be read as a 4 or a 7
        xs, ys = rng.random(n) * columns, rng.random(n) * rows
        if rng.random() < 0.5:
            xs, ys = xs[:2], ys[:2]
            slope = np.ptp(ys) / max(1.0, 0.4 * np.ptp(xs))
            ys = ys / max(1.0, slope)  # a steep one could be read as a 1
    return np.stack([xs, ys], axis=1)
