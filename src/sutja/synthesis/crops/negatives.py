"""Crops that hold no number: words, empty paper and scribbles."""

from __future__ import annotations

import numpy as np

from sutja.charset import CHARSET
from sutja.synthesis.crops import camera, ink, paper, texts
from sutja.synthesis.crops.compositing import add_neighbouring_line, render_on_paper
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.sample import LabelMask, Sample


def render_words(context: RenderContext) -> Sample | None:
    """Words in a font; half of them say where each letter stands. None where the font lacks a letter."""
    rng = context.rng
    text = texts.make_words(rng)
    hand = rng.random() < 0.6
    face = context.choose_face(context.handwriting if hand else context.printed)
    if not face.has(text):
        return None
    unit = context.sample_digit_height()
    alpha = ink.render_in_font(rng, text, face, unit, hand=hand)
    told = rng.random() < 0.5
    picture = render_on_paper(context, alpha, unit)
    if told:
        return Sample(picture, texts.make_label(text, CHARSET), LabelMask.SPACES)
    return Sample(picture, "", LabelMask.NON_DIGITS)


def render_blank(context: RenderContext) -> Sample:
    """Paper, with or without the furniture of a form."""
    rng = context.rng
    unit = context.sample_digit_height()
    size = (int(unit * rng.uniform(0.8, 2.5)), int(unit * rng.uniform(0.8, 8)))
    rows, columns = size
    plane = paper.make_paper(rng, size, unit)
    if rng.random() < 0.5:
        box = (int(rows * 0.2), int(rows * 0.8), 3, columns - 3)
        plane *= paper.make_rules(rng, size, box, unit)
    elif rng.random() < 0.3:
        edges = np.linspace(2, columns - 3, int(rng.integers(1, 8)) + 1)
        plane *= paper.make_comb(rng, size, edges.tolist(), 2, rows - 3, unit)
    if rng.random() < 0.2:
        add_neighbouring_line(context, plane, unit, context.sample_darkness(), (rows // 2, rows // 2))
    return Sample(camera.photograph(rng, plane, unit), "", LabelMask.NON_DIGITS)


def render_scribble(context: RenderContext) -> Sample:
    """Strokes that are no writing."""
    unit = context.sample_digit_height()
    alpha = ink.render_scribble(context.rng, unit)
    return Sample(render_on_paper(context, alpha, unit, clean=True), "", LabelMask.NON_DIGITS)
