"""Freely licensed fonts found on the machine, as glyphs on a baseline.

Fonts are looked for in the system's folders and in `SUTJA_FONTS`; `recipes/fonts.sh` installs those the
bundled models were trained with. Pillow's own font is there when nothing else is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_SUFFIXES = {".ttf", ".otf", ".woff2", ".t1"}
_RENDER_SIZE = 64  # pixels per em
# Parts of file names of fonts that imitate a hand; all others count as print.
HANDWRITING = """
dkg breip becausewe femkeklaver humor isabella kristi sjfonts stevehand delphine tomson rufscript kiloji
ecolier caveat kalam patrick indie shadows-into homemade reenie covered nothing-you cedarville la-belle gochi
rock-salt permanent architects just-another gloria zeyada over-the coming-soon handlee schoolbell sue-ellen
neucha nanum-pen gaegu mansalva swanky loved-by rancho short-stack crafty walter delicious
""".split()  # noqa: SIM905  (parts of names read best so)
# Characters that a font draws as something else: a face, two slashes.
_WRONG = {"humor": "€", "gnutypewriter": "()"}
# Fonts whose digits are something else (symbols, other scripts, ornaments, faces).
_UNFIT = """
segg symbol dingbat emoji barcode math icon d050000l standardsymbols noto-sans-sym braille cmex cmsy cmmi
biolinum_k ocrbe. ocrbx. dseg14 dsegweather music ornament keyboard initials cmubi phonetic nimbusmonops-bold
""".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn character. Lengths are in digit heights: that of the font's "8", or of a written digit.

    ``alpha`` is uint8 (h, w), 255 where there is ink, cut to the ink; ``rise`` is how far its top lies
    above the baseline.
    """

    alpha: NDArray[np.uint8]
    rise: float
    height: float
    bearing: float
    advance: float


class Face:
    """A font file whose glyphs are drawn once and kept."""

    def __init__(self, path: Path | None) -> None:
        self.name = path.stem if path else "pillow-default"
        self.family = self.name.lower().split("-")[0][: 4 if self.name.startswith("cmun") else 10]
        font = ImageFont.truetype(str(path), _RENDER_SIZE) if path else ImageFont.load_default(_RENDER_SIZE)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise RuntimeError("this Pillow was built without FreeType; install one from PyPI")
        self._font = font
        self._missing = self._draw("\uffff")[0].tobytes()
        self._glyphs: dict[str, Glyph | None] = {}
        self._wrong = _WRONG.get(self.name.lower().split("-")[0], "")
        eight = self._draw("8")[0]
        self._unit = float(eight.shape[0])

    def _draw(self, character: str) -> tuple[NDArray[np.uint8], int, int]:
        mask, (left, top) = self._font.getmask2(character, mode="L", anchor="ls")
        alpha = np.array(mask, np.uint8).reshape(mask.size[1], mask.size[0])
        rows = np.flatnonzero(alpha.max(axis=1, initial=0))
        columns = np.flatnonzero(alpha.max(axis=0, initial=0))
        if not len(rows):
            return np.zeros((1, 1), np.uint8), 0, 0
        cut = alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return cut, int(left + columns[0]), int(-(top + rows[0]))

    def glyph(self, character: str) -> Glyph | None:
        """The character's glyph, or None where the font has none."""
        if character not in self._glyphs:
            self._glyphs[character] = None if character in self._wrong else self._cut(character)
        return self._glyphs[character]

    def _cut(self, character: str) -> Glyph | None:
        alpha, bearing, rise = self._draw(character)
        if alpha.size <= 1 or alpha.tobytes() == self._missing:
            return None
        advance, unit = float(self._font.getlength(character)), self._unit
        return Glyph(alpha, rise / unit, alpha.shape[0] / unit, bearing / unit, advance / unit)

    def at(self, unit: float) -> ImageFont.FreeTypeFont:
        """The font at a size where an "8" is ``unit`` pixels high."""
        size = max(4.0, _RENDER_SIZE * unit / self._unit)
        return self._font.font_variant(size=size, layout_engine=ImageFont.Layout.BASIC)

    def has(self, characters: Iterable[str]) -> bool:
        """Return True if every character has a glyph; gaps need none."""
        return all(character == " " or self.glyph(character) is not None for character in characters)


def _is_latin(path: Path) -> bool:
    """False for Noto's files of other scripts, which repeat the same Latin digits."""
    return "noto" not in path.name.lower() or path.name.startswith(
        ("NotoSans-", "NotoSerif-", "NotoMono", "NotoSansMono-")
    )


def _files() -> list[Path]:
    folders = [Path(os.environ["SUTJA_FONTS"])] if os.environ.get("SUTJA_FONTS") else []
    folders += [Path(folder).expanduser() for folder in _FOLDERS]
    # Noto has one file per script: only the Latin ones are wanted.
    found = {
        path
        for folder in folders
        if folder.is_dir()
        for path in folder.rglob("*")
        if path.suffix in _SUFFIXES and _is_latin(path)
    }
    return sorted(found)


def _latin_digits(face: Face) -> bool:
    """Ten different digits of a plausible size: leaves out symbol fonts and fonts of other scripts."""
    glyphs = [face.glyph(digit) for digit in "0123456789"]
    if any(glyph is None or glyph.height > 2.0 or glyph.height < 0.4 for glyph in glyphs):
        return False
    return len({glyph.alpha.tobytes() for glyph in glyphs if glyph}) == 10


@lru_cache(maxsize=1)
def load_faces() -> tuple[tuple[Face, ...], tuple[Face, ...]]:
    """All usable fonts of this machine: (printed, handwriting).

    Each tuple holds at least Pillow's own font, so that synthesis works on a bare machine.
    """
    printed: list[Face] = []
    handwriting: list[Face] = []
    for path in _files():
        name = str(path).lower()
        if any(part in path.name.lower() for part in _UNFIT):
            continue
        try:
            face = Face(path)
            if not _latin_digits(face):
                continue
        except (OSError, ValueError):  # a file that is no font, or without outlines: the others serve
            continue
        (handwriting if any(part in name for part in HANDWRITING) else printed).append(face)
    default = Face(None)
    return tuple(printed or [default]), tuple(handwriting or [default])
