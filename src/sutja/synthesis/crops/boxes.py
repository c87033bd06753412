"""Digits in the boxes of forms and the cells of grids."""

from __future__ import annotations

import numpy as np

from sutja.synthesis.crops import camera, ink, paper, texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.sample import LabelMask, Sample


def render_in_boxes(context: RenderContext, digits: str) -> Sample:
    """One digit a box, as forms ask for it; some boxes are left empty."""
    rng = context.rng
    unit = context.sample_digit_height()
    signs = context.handwriting[0][0]  # digits alone need none
    made = [ink.render_handwriting(rng, digit, context.choose_digits(), signs, unit) for digit in digits]
    pictures = [picture for picture in made if picture is not None]
    widest = max(picture.shape[1] for picture in pictures)
    pitch = max(unit * float(rng.uniform(0.9, 1.6)), widest * 1.05)
    first, empty = 0, 0
    if rng.random() < 0.4:
        first, empty = int(rng.integers(0, 3)), int(rng.integers(0, 3))
    boxes = first + len(digits) + empty
    tall = unit * float(rng.uniform(1.15, 1.8))
    edge = unit * float(rng.uniform(0.02, 0.4))
    plane = paper.make_paper(rng, (int(tall + 2 * edge) + 2, int(boxes * pitch + 2 * edge) + 2), unit)
    edges = [edge + i * pitch for i in range(boxes + 1)]
    plane *= paper.make_comb(rng, (plane.shape[0], plane.shape[1]), edges, edge, edge + tall, unit)
    darkness = context.sample_darkness()
    for x0, picture in zip(edges[first:], pictures, strict=False):
        x = x0 + (pitch - picture.shape[1]) * float(np.clip(rng.normal(0.5, 0.18), -0.1, 1.1))
        y = edge + (tall - picture.shape[0]) * float(np.clip(rng.normal(0.5, 0.25), -0.2, 1.2))
        y, x = min(y, plane.shape[0] - picture.shape[0]), min(x, plane.shape[1] - picture.shape[1])
        camera.write_on(plane, picture, round(max(0, y)), round(max(0, x)), darkness)
    return Sample(camera.photograph(rng, plane, unit), digits, LabelMask.SPACES)


def render_cell(context: RenderContext) -> Sample | None:
    """One digit in a cell of a photographed grid or form, with the cell's lines or the next cell's too."""
    rng = context.rng
    digit = texts.make_digits(rng, 1)
    side = float(np.exp(rng.uniform(np.log(24), np.log(64))))  # pixels
    unit = side * float(rng.uniform(0.35, 0.75))
    if rng.random() < 0.6:
        alpha = ink.render_handwriting(rng, digit, context.choose_digits(), context.handwriting[0][0], unit)
    else:
        alpha = ink.render_in_font(rng, digit, context.choose_face(context.printed), unit, hand=False)
    if alpha is None:
        return None
    size = (round(side), round(side * float(rng.uniform(0.9, 1.1))))
    plane = paper.make_paper(rng, size, unit)
    top, left, bottom, right = (float(rng.normal(0.0, 0.07)) * side for _ in range(4))  # below 0: outside
    box = (top, size[0] - 1 - bottom, left, size[1] - 1 - right)
    plane *= paper.make_cell(rng, size, box, unit)
    row = max(0, size[0] - alpha.shape[0]) * float(np.clip(rng.normal(0.5, 0.12), 0, 1))
    column = max(0, size[1] - alpha.shape[1]) * float(np.clip(rng.normal(0.5, 0.12), 0, 1))
    camera.write_on(plane, alpha, round(row), round(column), context.sample_darkness())
    return Sample(camera.photograph(rng, plane, unit), digit, LabelMask.NON_DIGITS)
