"""Crops to train the transcriber on, composed or real, each with a label and its mask.

`Composer` mixes the kinds of sample that `rendered`, `displays`, `micr` and `augmented` make with crops that
hold no number: words, empty paper and scribbles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from sutja.charset import CHARSET
from sutja.synthesis.crops import augmented, camera, ink, micr, paper, rendered, texts
from sutja.synthesis.crops.compositing import add_neighbouring_line, render_in_any_font, render_on_paper
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.devices import displays, panels
from sutja.synthesis.crops.sample import LabelMask, Sample
from sutja.synthesis.crops.sources import Sources

__all__ = ["DEFAULT_WEIGHTS", "Composer", "LabelMask", "Sample"]


def _render_words(context: RenderContext) -> Sample | None:
    """Draw words in a font; half of the labels place each letter. None if the font lacks a letter."""
    rng = context.rng
    text = texts.make_words(rng)
    rendered = render_in_any_font(context, text, hand=rng.random() < 0.6)
    if rendered is None:
        return None
    labelled = rng.random() < 0.5
    picture = render_on_paper(context, *rendered)
    if labelled:
        return Sample(picture, texts.make_label(text, CHARSET), LabelMask.SPACES)
    return Sample(picture, "", LabelMask.NON_DIGITS)


def _render_blank(context: RenderContext) -> Sample:
    """Draw paper, with or without the rules and boxes of a form."""
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


def _render_scribble(context: RenderContext) -> Sample:
    """Draw strokes that are no writing."""
    unit = context.sample_digit_height()
    alpha = ink.render_scribble(context.rng, unit)
    return Sample(render_on_paper(context, alpha, unit, clean=True), "", LabelMask.NON_DIGITS)


Maker = Callable[[RenderContext], Sample | None]  # None: not this time
_MAKERS: MappingProxyType[str, Maker] = MappingProxyType(
    {
        "written": rendered.render_written,
        "script": rendered.render_script,
        "printed": rendered.render_printed,
        "labelled": rendered.render_labelled,
        "cell": rendered.render_cell,
        "display": displays.render_display,
        "panel": panels.render_panel,
        "roller": displays.render_roller,
        "micr": micr.render_micr,
        "lone": augmented.augment_digit,
        "amount": augmented.augment_amount,
        "span": augmented.join_amounts,
        "cheque": augmented.augment_cheque_amount,
        "number": augmented.augment_number,
        "words": _render_words,
        "real_words": augmented.augment_words,
        "blank": _render_blank,
        "scribble": _render_scribble,
    }
)
DEFAULT_WEIGHTS: MappingProxyType[str, float] = MappingProxyType(
    {
        "written": 0.28,
        "script": 0.08,
        "printed": 0.18,
        "labelled": 0.05,
        "cell": 0.05,
        "display": 0.05,
        "panel": 0.05,
        "roller": 0.03,
        "micr": 0.03,
        "lone": 0.10,
        "amount": 0.09,
        "span": 0.06,
        "cheque": 0.02,
        "number": 0.12,
        "words": 0.07,
        "real_words": 0.02,
        "blank": 0.03,
        "scribble": 0.03,
    }
)


def _absent(sources: Sources) -> set[str]:
    """The kinds of sample that these sources have no data for."""
    data = {
        "written": sources.written_digits,
        "cell": sources.written_digits,
        "lone": sources.lone,
        "amount": sources.amounts,
        "span": [amount for amount in sources.amounts if len(amount.spans) > 1],
        "cheque": sources.cheque_amounts,
        "number": sources.numbers,
        "real_words": sources.words,
    }
    return {kind for kind, items in data.items() if not items}


class Composer:
    """Draws samples from `Sources` and fonts. The same seed gives the same samples, with the same fonts.

    Parameters
    ----------
    sources : Sources
        Real data to draw on.
    seed : int
        Seed of the generator.
    weights : Mapping[str, float] | None
        Kind of sample → how often; `DEFAULT_WEIGHTS` by default. Kinds that have no data are left out.

    Raises
    ------
    ValueError
        A kind is unknown, or none of those wanted has data.
    """

    def __init__(self, sources: Sources, seed: int, weights: Mapping[str, float] | None = None) -> None:
        wanted = weights or DEFAULT_WEIGHTS
        unknown = sorted(set(wanted) - set(_MAKERS))
        if unknown:
            raise ValueError(f"no such kinds of sample: {', '.join(unknown)}; there are {', '.join(_MAKERS)}")
        absent = _absent(sources)
        kinds = [kind for kind in wanted if kind not in absent]
        if not kinds:
            raise ValueError(f"the sources have no data for any of {', '.join(wanted)}")
        self._context = RenderContext(sources, np.random.default_rng(seed))
        self._makers = [_MAKERS[kind] for kind in kinds]
        share = np.array([wanted[kind] for kind in kinds])
        self._share = share / share.sum()

    def sample(self) -> Sample:
        """The next sample."""
        while True:
            maker = self._makers[self._context.rng.choice(len(self._makers), p=self._share)]
            made = maker(self._context)
            if made is not None:
                return made
