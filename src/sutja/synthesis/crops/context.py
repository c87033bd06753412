"""Rendering context: random generator, real data, fonts, and sizes and darkness drawn at random."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from sutja.synthesis.crops.glyphs.written import WrittenDigits
from sutja.synthesis.crops.sources import Sources
from sutja.synthesis.fonts import Face, load_faces

Families = list[list[Face]]


class RenderContext:
    """Generator, sources and fonts of one composer.

    Attributes
    ----------
    rng : Generator
        Every choice comes from it.
    sources : Sources
        Real data.
    printed, handwriting
        Fonts by family.
    """

    def __init__(self, sources: Sources, rng: Generator) -> None:
        self.sources = sources
        self.rng = rng
        printed, handwriting = load_faces()
        self.printed, self.handwriting = _by_family(printed), _by_family(handwriting)

    def sample_digit_height(self) -> float:
        """A digit height in pixels: from a thumbnail to a good scan."""
        return float(np.exp(self.rng.uniform(np.log(13), np.log(46))))

    def sample_darkness(self) -> float:
        """The part of the light that full ink takes away."""
        return float(np.clip(self.rng.beta(3, 1.4), 0.28, 1.0))

    def choose_face(self, families: Families) -> Face:
        """A font; every family is as likely."""
        family = families[self.rng.integers(len(families))]
        return family[self.rng.integers(len(family))]

    def choose_digits(self) -> WrittenDigits:
        """A set of written digits, by its weight."""
        weights = np.array([weight for weight, _ in self.sources.written_digits])
        return self.sources.written_digits[self.rng.choice(len(weights), p=weights / weights.sum())][1]


def _by_family(all_faces: tuple[Face, ...]) -> Families:
    """Fonts grouped by family, so that a family of thirty weights is not drawn thirty times as often."""
    families: dict[str, list[Face]] = {}
    for face in all_faces:
        families.setdefault(face.family, []).append(face)
    return list(families.values())
