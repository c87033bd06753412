"""Numbers composed of written digits or set in fonts, on paper of every kind."""

from __future__ import annotations

from sutja.charset import CHARSET
from sutja.synthesis.crops import ink, texts
from sutja.synthesis.crops.boxes import render_in_boxes
from sutja.synthesis.crops.compositing import render_on_paper
from sutja.synthesis.crops.context import Families, RenderContext
from sutja.synthesis.crops.lines import Alpha
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
    hand = rng.random() < 0.5
    face = context.choose_face(context.handwriting if hand else context.printed)
    if not face.has(text):
        return None
    unit = context.sample_digit_height()
    alpha = ink.render_in_font(rng, text, face, unit, hand=hand)
    return Sample(render_on_paper(context, alpha, unit), texts.make_label(text, CHARSET), LabelMask.SPACES)
