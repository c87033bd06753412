"""Crops to train the transcriber on, composed or real, each with a label and its mask.

`Composer` mixes the kinds of sample that `rendered`, `augmented` and `negatives` make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from sutja.synthesis.crops import augmented, negatives, rendered
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.sample import LabelMask, Sample
from sutja.synthesis.crops.sources import Sources

__all__ = ["DEFAULT_WEIGHTS", "Composer", "LabelMask", "Sample"]

Maker = Callable[[RenderContext], Sample | None]  # None: not this time
_MAKERS: MappingProxyType[str, Maker] = MappingProxyType(
    {
        "written": rendered.render_written,
        "script": rendered.render_script,
        "printed": rendered.render_printed,
        "labelled": rendered.render_labelled,
        "cell": rendered.render_cell,
        "lone": augmented.augment_digit,
        "amount": augmented.augment_amount,
        "span": augmented.join_amounts,
        "cheque": augmented.augment_cheque_amount,
        "words": negatives.render_words,
        "real_words": augmented.augment_words,
        "blank": negatives.render_blank,
        "scribble": negatives.render_scribble,
    }
)
DEFAULT_WEIGHTS: MappingProxyType[str, float] = MappingProxyType(
    {
        "written": 0.28,
        "script": 0.08,
        "printed": 0.18,
        "labelled": 0.05,
        "cell": 0.05,
        "lone": 0.10,
        "amount": 0.09,
        "span": 0.06,
        "cheque": 0.02,
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
