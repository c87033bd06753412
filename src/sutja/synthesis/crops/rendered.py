"""Rendered crops: numbers in written digits or in fonts, on paper of every kind, in boxes and in cells."""

from __future__ import annotations

import numpy as np

from sutja.charset import CHARSET
from sutja.synthesis.crops import camera, ink, paper, texts
from sutja.synthesis.crops.compositing import render_in_any_font, render_on_paper
from sutja.synthesis.crops.context import Families, RenderContext
from sutja.synthesis.crops.devices import displays
from sutja.synthesis.crops.glyphs.lines import Alpha
from sutja.synthesis.crops.sample import LabelMask, Sample


def _text(context: RenderContext) -> tuple[str, int]:
    """A number and how many of its last digits are raised, as cents are."""
    rng = context.rng
    text = texts.make_number(rng)
    if rng.random() < 0.03:
        return f"{texts.make_digits(rng, int(rng.integers(1, 6)))} {texts.make_digits(rng, 2)}", 2
    return text, 0


def render_written(context: RenderContext) -> Sample | None:
    """A number in somebody's hand, now and then one digit a box; None where a sign cannot be drawn."""
    rng = context.rng
    text, raised = _text(context)
    if rng.random() < 0.18:
        return render_in_boxes(context, texts.make_digits(rng, int(rng.integers(1, 12))))
    unit = context.sample_digit_height()
    hands, signs = context.choose_digits(), context.choose_face(context.handwriting)
    alpha = ink.render_handwriting(rng, text, hands, signs, unit, raised)
    if alpha is None:
        return None
    if raised and rng.random() < 0.6:
        _underline_cents(context, alpha, unit)
    picture = render_on_paper(context, alpha, unit, sturdy=text.isdigit())
    return Sample(picture, texts.make_label(text, CHARSET), LabelMask.SPACES)


def _underline_cents(context: RenderContext, alpha: Alpha, unit: float) -> None:
    """A line under raised cents, in place and in the ink that they are written with."""
    row = int(alpha.shape[0] * context.rng.uniform(0.62, 0.8))
    alpha[row : row + max(1, int(unit * 0.07)), -int(unit * 1.1) :] = alpha.max()


def render_script(context: RenderContext) -> Sample:
    """A number in a font that imitates a hand."""
    return _typed(context, context.handwriting, hand=True)


def render_printed(context: RenderContext) -> Sample:
    """A number in print."""
    return _typed(context, context.printed, hand=False)


def _typed(context: RenderContext, families: Families, *, hand: bool) -> Sample:
    rng = context.rng
    text, raised = _text(context)
    face = context.choose_face(families)
    if not face.has(text):
        text, raised = texts.make_digits(rng, int(rng.integers(1, 10))), 0
    unit = context.sample_digit_height()
    alpha = ink.render_in_font(rng, text, face, unit, hand=hand, raised=raised)
    mask = LabelMask.SPACES if rng.random() < 0.5 or " " not in text else LabelMask.NONE
    picture = render_on_paper(context, alpha, unit, sturdy=text.isdigit())
    return Sample(picture, texts.make_label(text, CHARSET), mask)


def render_labelled(context: RenderContext) -> Sample | None:
    """A number beside its unit or label: the letters are seen as letters. None where the font lacks one."""
    rng = context.rng
    text = texts.add_words(rng, texts.make_number(rng, 10))
    rendered = render_in_any_font(context, text, hand=rng.random() < 0.5)
    if rendered is None:
        return None
    return Sample(render_on_paper(context, *rendered), texts.make_label(text, CHARSET), LabelMask.SPACES)


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
    if rng.random() < 0.25:
        _print_guides(context, plane, edges[:-1], (pitch, tall), edge)
    for x0, picture in zip(edges[first:], pictures, strict=False):
        x = x0 + (pitch - picture.shape[1]) * float(np.clip(rng.normal(0.5, 0.18), -0.1, 1.1))
        y = edge + (tall - picture.shape[0]) * float(np.clip(rng.normal(0.5, 0.25), -0.2, 1.2))
        y, x = min(y, plane.shape[0] - picture.shape[0]), min(x, plane.shape[1] - picture.shape[1])
        camera.write_on(plane, picture, round(max(0, y)), round(max(0, x)), darkness)
    return Sample(camera.photograph(rng, plane, unit), digits, LabelMask.SPACES)


def _print_guides(
    context: RenderContext, plane: paper.Plane, edges: list[float], size: tuple[float, float], top: float
) -> None:
    """Print a pale 8 into each box, dotted or drawn, that shows how digits are to be written, in place."""
    rng, (pitch, tall) = context.rng, size
    high = tall * float(rng.uniform(0.6, 0.85))
    if rng.random() < 0.6:
        guide = displays.draw_segments(rng, "8", high)[0]
    else:
        guide = ink.render_in_font(rng, "8", context.choose_face(context.printed), high, hand=False)
    guide = guide[:, : max(4, int(pitch))]
    if rng.random() < 0.6:  # dots
        step = int(rng.integers(2, 5))
        rows, columns = np.ogrid[: guide.shape[0], : guide.shape[1]]
        guide = np.asarray(guide * ((rows + columns) % step < max(1, step // 2)), np.float32)
    faint = context.sample_darkness() * float(rng.uniform(0.15, 0.5))
    for x0 in edges:
        x = x0 + (pitch - guide.shape[1]) / 2
        camera.write_on(plane, guide, round(top + (tall - guide.shape[0]) / 2), round(x), faint)


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
