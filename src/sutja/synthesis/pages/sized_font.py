"""Type: a font at one size, whose glyphs are drawn once; lines of it set quickly."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sutja.synthesis.fonts import Face
from sutja.synthesis.pages.sheet import Alpha

_Drawn = tuple[Alpha, int, int, float]  # ink, left bearing, rise over the baseline, advance
_MAX_CACHED = 160  # fonts at a size, each with its glyphs; more would fill the memory
_STEP = 0.5  # pixels between sizes


class SizedFont:
    """A font at one size.

    Parameters
    ----------
    face : Face
        The font.
    unit : float
        Height of its "8" in pixels.
    """

    def __init__(self, face: Face, unit: float) -> None:
        self.face, self.unit = face, unit
        self._font = face.at(unit)
        self._glyphs: dict[str, _Drawn] = {}

    def has(self, text: Iterable[str]) -> bool:
        """Return True if the font has every character of a text."""
        return self.face.has(text)

    def _glyph(self, character: str) -> _Drawn:
        if character not in self._glyphs:
            mask, (left, top) = self._font.getmask2(character, mode="L", anchor="ls")
            alpha = np.array(mask, np.uint8).reshape(mask.size[1], mask.size[0])
            advance = float(self._font.getlength(character))
            self._glyphs[character] = alpha, int(left), int(-top), advance
        return self._glyphs[character]

    def width(self, text: str, spread: float = 0.0) -> float:
        """Pixels that a text takes; ``spread`` pixels are added after each character."""
        return sum(self._glyph(character)[3] + spread for character in text)

    def set(self, text: str, spread: float = 0.0) -> tuple[Alpha, int]:
        """A line of text.

        Returns
        -------
        alpha : uint8 (h, w) that begins where the pen does; without margins above and below.
        rise : how far its upper edge lies above the baseline, in pixels.
        """
        glyphs = [self._glyph(character) for character in text]
        above = max([1, *(g[2] for g in glyphs)])
        below = max([1, *(g[0].shape[0] - g[2] for g in glyphs)])
        before = max([0, *(-g[1] for g in glyphs)])
        alpha = np.zeros((above + below, int(self.width(text, spread) + self.unit) + before + 2), np.uint8)
        x = float(before)
        last = 1
        for ink, left, rise, advance in glyphs:
            column, row = round(x) + left, above - rise
            window = alpha[row : row + ink.shape[0], max(0, column) : column + ink.shape[1]]
            np.maximum(window, ink[:, : window.shape[1]], out=window)
            last = max(last, column + ink.shape[1])
            x += advance + spread
        return alpha[:, before:last] if last > before else alpha[:, :1], above


_cache: dict[tuple[str, float], SizedFont] = {}


def load_font(face: Face, unit: float) -> SizedFont:
    """The font at a size near to ``unit``, from those drawn before where it is among them."""
    size = round(unit / _STEP) * _STEP
    key = face.name, size
    if key not in _cache:
        if len(_cache) >= _MAX_CACHED:
            _cache.clear()
        _cache[key] = SizedFont(face, size)
    return _cache[key]
