"""Ink put on a sheet with margins, lines and neighbours, and photographed."""

from __future__ import annotations

import numpy as np

from sutja.synthesis.crops import camera, ink, paper, texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.glyphs.lines import Alpha
from sutja.synthesis.crops.sample import Picture


def render_in_any_font(context: RenderContext, text: str, *, hand: bool) -> tuple[Alpha, float] | None:
    """Render a text in a font drawn at random.

    Returns
    -------
    tuple[Alpha, float] | None
        The ink, and pixels in a digit height; None where the font lacks a character.
    """
    face = context.choose_face(context.handwriting if hand else context.printed)
    if not face.has(text):
        return None
    unit = context.sample_digit_height()
    return ink.render_in_font(context.rng, text, face, unit, hand=hand), unit


def render_on_paper(
    context: RenderContext, alpha: Alpha, unit: float, *, clean: bool = False, sturdy: bool = False
) -> Picture:
    """A crop of a line of ink.

    Parameters
    ----------
    alpha : Alpha
        float32 (h, w).
    unit : float
        Digit height in pixels.
    clean : bool
        No other line shows at the edge.
    sturdy : bool
        Digits alone, which are still there when the crop cuts into them; a full stop might not be.

    Returns
    -------
    uint8 (H, W)
    """
    rng = context.rng
    height, width = alpha.shape
    loose = rng.random() < 0.25
    spread = unit * (0.9 if loose else 0.22)
    top, bottom = (int(m) for m in np.abs(rng.normal(0, spread, 2)) + 1)
    left, right = (int(m) for m in np.abs(rng.normal(0, spread * (2 if loose else 1.3), 2)) + 1)
    if rng.random() < 0.06 and sturdy:  # cut into by whoever cropped it
        top, bottom = int(-0.08 * unit * rng.random()), int(-0.08 * unit * rng.random())
    size = (max(6, height + top + bottom), max(6, width + left + right))
    plane = paper.make_paper(rng, size, unit)
    darkness = context.sample_darkness()
    if rng.random() < 0.33:
        plane *= paper.make_rules(rng, size, (top, top + height, left, left + width), unit)
    if not clean and rng.random() < 0.1:
        add_neighbouring_line(context, plane, unit, darkness, (top, top + height))
    camera.write_on(plane, alpha, top, left, darkness)
    return camera.photograph(rng, plane, unit, gentle=unit < 18)


def add_neighbouring_line(
    context: RenderContext, plane: paper.Plane, unit: float, darkness: float, band: tuple[int, int]
) -> None:
    """Feet or heads of another line at the crop's upper or lower edge, in place.

    ``band`` is the (top, bottom) of the number, in rows: what would run into it is left out.
    """
    rng = context.rng
    face = context.choose_face(context.handwriting if rng.random() < 0.5 else context.printed)
    text = texts.make_words(rng)
    if not face.has(text):
        return
    other = ink.render_in_font(rng, text, face, unit, hand=False)
    visible = unit * float(rng.uniform(0.05, 0.25))
    above = rng.random() < 0.5
    row = int(visible - other.shape[0]) if above else int(plane.shape[0] - visible)
    if (above and row + other.shape[0] > band[0]) or (not above and row < band[1]):
        return
    camera.write_on(plane, other, row, int(rng.integers(-20, max(1, plane.shape[1]))), darkness)
