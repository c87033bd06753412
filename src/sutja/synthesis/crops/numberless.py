"""Crops that hold no number: words, empty paper and scribbles."""

from __future__ import annotations

import numpy as np

from sutja.charset import CHARSET
from sutja.synthesis.crops import camera, ink, paper, texts
from sutja.synthesis.crops.sample import Sample, Silence
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.crops.surroundings import add_neighbour, on_paper


def words(supplies: Supplies) -> Sample | None:
    """Words in a font; half of them say where each letter stands. None where the font lacks a letter."""
    rng = supplies.rng
    text = texts.words(rng)
    hand = rng.random() < 0.6
    face = supplies.face(supplies.handwriting if hand else supplies.printed)
    if not face.has(text):
        return None
    unit = supplies.unit()
    alpha = ink.in_font(rng, text, face, unit, hand=hand)
    told = rng.random() < 0.5
    picture = on_paper(supplies, alpha, unit)
    if told:
        return Sample(picture, texts.label(text, CHARSET), Silence.GAPS)
    return Sample(picture, "", Silence.SIGNS)


def blank(supplies: Supplies) -> Sample:
    """Paper, with or without the furniture of a form."""
    rng = supplies.rng
    unit = supplies.unit()
    size = (int(unit * rng.uniform(0.8, 2.5)), int(unit * rng.uniform(0.8, 8)))
    rows, columns = size
    plane = paper.sheet(rng, size, unit)
    if rng.random() < 0.5:
        box = (int(rows * 0.2), int(rows * 0.8), 3, columns - 3)
        plane *= paper.ruled(rng, size, box, unit)
    elif rng.random() < 0.3:
        edges = np.linspace(2, columns - 3, int(rng.integers(1, 8)) + 1)
        plane *= paper.comb(rng, size, edges.tolist(), 2, rows - 3, unit)
    if rng.random() < 0.2:
        add_neighbour(supplies, plane, unit, supplies.darkness(), (rows // 2, rows // 2))
    return Sample(camera.take(rng, plane, unit), "", Silence.SIGNS)


def scribble(supplies: Supplies) -> Sample:
    """Strokes that are no writing."""
    unit = supplies.unit()
    alpha = ink.scribble(supplies.rng, unit)
    return Sample(on_paper(supplies, alpha, unit, clean=True), "", Silence.SIGNS)
