"""Numbers composed of written digits or set in fonts, on paper of every kind."""

from __future__ import annotations

from sutja.charset import CHARSET
from sutja.synthesis.crops import ink, texts
from sutja.synthesis.crops.boxes import in_boxes
from sutja.synthesis.crops.lines import Alpha
from sutja.synthesis.crops.sample import Sample, Silence
from sutja.synthesis.crops.supplies import Families, Supplies
from sutja.synthesis.crops.surroundings import on_paper


def _text(supplies: Supplies) -> tuple[str, int]:
    """A number and how many of its last digits are raised, as cents are."""
    rng = supplies.rng
    text = texts.number(rng)
    if rng.random() < 0.03:
        return f"{texts.digits(rng, int(rng.integers(1, 6)))} {texts.digits(rng, 2)}", 2
    return text, 0


def written(supplies: Supplies) -> Sample | None:
    """A number in somebody's hand, now and then one digit a box; None where a sign cannot be drawn."""
    rng = supplies.rng
    text, raised = _text(supplies)
    if rng.random() < 0.18:
        return in_boxes(supplies, texts.digits(rng, int(rng.integers(1, 12))))
    unit = supplies.unit()
    hands, signs = supplies.hands(), supplies.face(supplies.handwriting)
    alpha = ink.handwritten(rng, text, hands, signs, unit, raised)
    if alpha is None:
        return None
    if raised and rng.random() < 0.6:
        _underline_cents(supplies, alpha, unit)
    picture = on_paper(supplies, alpha, unit, sturdy=text.isdigit())
    return Sample(picture, texts.label(text, CHARSET), Silence.GAPS)


def _underline_cents(supplies: Supplies, alpha: Alpha, unit: float) -> None:
    """A line under raised cents, in place and in the ink that they are written with."""
    row = int(alpha.shape[0] * supplies.rng.uniform(0.62, 0.8))
    alpha[row : row + max(1, int(unit * 0.07)), -int(unit * 1.1) :] = alpha.max()


def script(supplies: Supplies) -> Sample:
    """A number in a font that imitates a hand."""
    return _typed(supplies, supplies.handwriting, hand=True)


def printed(supplies: Supplies) -> Sample:
    """A number in print."""
    return _typed(supplies, supplies.printed, hand=False)


def _typed(supplies: Supplies, families: Families, *, hand: bool) -> Sample:
    rng = supplies.rng
    text, raised = _text(supplies)
    face = supplies.face(families)
    if not face.has(text):
        text, raised = texts.digits(rng, int(rng.integers(1, 10))), 0
    unit = supplies.unit()
    alpha = ink.in_font(rng, text, face, unit, hand=hand, raised=raised)
    silence = Silence.GAPS if rng.random() < 0.5 or " " not in text else Silence.NONE
    picture = on_paper(supplies, alpha, unit, sturdy=text.isdigit())
    return Sample(picture, texts.label(text, CHARSET), silence)


def labelled(supplies: Supplies) -> Sample | None:
    """A number beside its unit or label: the letters are seen as letters. None where the font lacks one."""
    rng = supplies.rng
    text = texts.with_words(rng, texts.number(rng, 10))
    hand = rng.random() < 0.5
    face = supplies.face(supplies.handwriting if hand else supplies.printed)
    if not face.has(text):
        return None
    unit = supplies.unit()
    alpha = ink.in_font(rng, text, face, unit, hand=hand)
    return Sample(on_paper(supplies, alpha, unit), texts.label(text, CHARSET), Silence.GAPS)
