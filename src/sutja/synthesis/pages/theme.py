"""Theme of a page: a writer, fonts in a few sizes, darkness and scale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from sutja.synthesis.crops import ink
from sutja.synthesis.crops.context import Families, RenderContext
from sutja.synthesis.crops.glyphs.written import WrittenDigits, extract_ink
from sutja.synthesis.fonts import Face
from sutja.synthesis.pages.sheet import Alpha, Sheet
from sutja.synthesis.pages.sized_font import SizedFont, load_font

Range = tuple[float, float]  # the least and the most of what is drawn at random

_SERIF = (
    "oldstandar",
    "c059",
    "linliberti",
    "nimbusroma",
    "caladea",
    "junicode",
    "cmun",
    "p052",
    "urwbookman",
    "liberationserif",
)
_MONO = (
    "courier",
    "nimbusmono",
    "liberationmono",
    "dejavusansmono",
    "inconsolat",
    "notomono",
    "notosansmo",
    "gnutype",
    "hack",
    "firacode",
    "ocrb",
    "jetbrains",
    "havana",
)
_INK, _SPECK = 60, 4  # alpha of 255 that counts as ink; pixels of ink that are more than a speck
_OCR = ("ocra", "ocrb")
_SEGMENTS = "dseg"
STYLES = {"serif": _SERIF, "mono": _MONO, "ocr": _OCR, "segments": (_SEGMENTS,), "any": ("",)}


@dataclass(frozen=True, slots=True)
class Value:
    """A number to be written."""

    text: str
    kind: str = "number"
    ignore: bool = False


def _plain(face: Face) -> str:
    return face.name.lower().replace("-", "")


class Writer:
    """Somebody's hand: numbers of real digits by one writer where the set knows writers, words in a font.

    Parameters
    ----------
    context : RenderContext
        Real digits and fonts.
    unit : float
        Height of a digit in pixels.
    """

    def __init__(self, context: RenderContext, unit: float) -> None:
        self.context, self.unit = context, unit
        rng = context.rng
        self.darkness = float(np.clip(rng.beta(4, 1.6), 0.35, 1.0))
        self._hand = (
            context.choose_digits().writer(rng) if context.sources.written_digits else WrittenDigits("none")
        )
        self._face = context.choose_face(context.handwriting)
        self._by_font = not context.sources.written_digits or rng.random() < 0.12
        self._slant = float(rng.normal(0.1, 0.15))
        self._signs = context.choose_face(context.handwriting)

    def draw_number(self, text: str, unit: float | None = None, raised: int = 0) -> Alpha | None:
        """A number, cut to its ink; None where a sign of it cannot be drawn."""
        rng, size = self.context.rng, unit or self.unit
        plane = None
        if not self._by_font:
            plane = ink.render_handwriting(rng, text, self._hand, self._signs, size, raised)
        elif self._face.has(text):
            plane = ink.render_in_font(rng, text, self._face, size, hand=True, raised=raised)
        return None if plane is None else _inked(np.asarray(plane * 255, np.uint8))

    def real_amount(self) -> tuple[Alpha, str] | None:
        """A whole amount off a real cheque and its digits; None where the sources have none."""
        amounts = self.context.sources.amounts
        if not amounts:
            return None
        chosen = amounts[self.context.rng.integers(len(amounts))]
        scale = min(1.0, self.unit * float(self.context.rng.uniform(1.1, 1.5)) / chosen.picture.shape[0])
        small = cv2.resize(chosen.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        alpha = _without_specks(extract_ink(np.asarray(small, np.uint8)))
        return (alpha, chosen.digits) if alpha.size else None

    def words(self, text: str, unit: float | None = None) -> Alpha:
        """Words, slanted and wavering a little; what the font lacks is left out."""
        rng, size = self.context.rng, unit or self.unit
        if self.context.sources.words and len(text) > 6 and rng.random() < 0.25:
            return self._real_words(size, len(text))
        text = "".join(c for c in text if self._face.has(c)) or "a"
        alpha, _ = load_font(self._face, size * float(rng.uniform(0.85, 1.1))).set(
            text, spread=float(rng.uniform(0, 0.12)) * size
        )
        angle, shear = float(rng.normal(0, 0.012)), self._slant
        rows, columns = alpha.shape
        pad = int(abs(shear) * rows + abs(angle) * columns) + 2
        matrix = np.array(
            [[1, -shear, pad / 2 + shear * rows / 2], [angle, 1, pad / 2 - angle * columns / 2]], np.float32
        )
        return np.asarray(cv2.warpAffine(alpha, matrix, (columns + pad, rows + pad)), np.uint8)

    def _real_words(self, unit: float, letters: int) -> Alpha:
        """A crop of somebody's payee or legal amount, no wider than so many letters."""
        pictures = self.context.sources.words
        picture = pictures[self.context.rng.integers(len(pictures))]
        scale = min(1.0, 2.3 * unit / picture.shape[0])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return extract_ink(np.asarray(small, np.uint8))[:, : max(8, int(letters * unit * 0.75))]


def _without_specks(alpha: Alpha) -> Alpha:
    """A crop's ink without what the paper and the crop's neighbours left in it, cut to what remains."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats((alpha > _INK).view(np.uint8))
    tall = alpha.shape[0]
    for i in range(1, count):
        _, y, w, h, area = stats[i]
        at_edge = y == 0 or y + h == tall
        if area < _SPECK or (at_edge and h < 0.25 * tall) or w > 12 * h:
            alpha[parts == i] = 0
    rows, columns = (np.flatnonzero(alpha.max(axis=axis) > _INK) for axis in (1, 0))
    if len(rows) == 0:
        return alpha[:0, :0]
    return alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _inked(alpha: Alpha) -> Alpha:
    """The same with strokes as dark as a pen makes them: digits of few pixels come out pale."""
    strong = alpha[alpha > 50]
    if len(strong) == 0:
        return alpha
    return np.asarray(
        cv2.convertScaleAbs(alpha, alpha=min(3.0, 235 / float(np.percentile(strong, 75)))), np.uint8
    )


class Theme:
    """Fonts, writer and random choices of one page.

    Parameters
    ----------
    context : RenderContext
        Real digits and fonts.
    unit : float
        Height of a printed digit of the page's body text in pixels.

    Attributes
    ----------
    rng : Generator
        Every choice comes from it.
    body, small, head
        Type of one family in three sizes.
    writer
        Writer who fills the page in; written digits are larger than the print.
    black
        The part of the light that print takes away.
    """

    def __init__(
        self, context: RenderContext, unit: float, style: str = "any", largest: float = 26.0
    ) -> None:
        self.context, self.unit = context, unit
        self.rng: Generator = context.rng
        face = self.choose_face(style)
        self.body, self.small = load_font(face, unit), load_font(face, max(6.0, unit * 0.8))
        self.head = load_font(face, unit * float(self.rng.uniform(1.2, 2.0)))
        hand = float(np.clip(unit * self.rng.uniform(1.0, 1.9), 10.0, largest))
        self.writer = Writer(context, max(hand, 9.0))
        self.black = float(np.clip(self.rng.beta(5, 1.3), 0.35, 1.0))

    def choose_face(self, style: str = "any") -> Face:
        """A print font of a style: serif, mono, ocr, segments, or any but segments."""
        parts = STYLES[style]
        families: Families = [
            family
            for family in self.context.printed
            if any(_plain(family[0]).startswith(part) for part in parts)
            and (style == "segments" or not _plain(family[0]).startswith(_SEGMENTS))
        ]
        return self.context.choose_face(families or self.context.printed)

    def font(self, style: str = "any", scale: float = 1.0) -> SizedFont:
        """Other type than that of the page's body."""
        return load_font(self.choose_face(style), max(6.0, self.unit * scale))

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self.rng.random() < share)

    def uniform(self, low: float, high: float) -> float:
        """Any number from ``low`` to ``high``."""
        return float(self.rng.uniform(low, high))

    def integer(self, low: int, high: int) -> int:
        """Any whole number from ``low`` to ``high``, both included."""
        return int(self.rng.integers(low, high + 1))


def begin_page(
    context: RenderContext, unit: Range, width: Range, height: Range, largest: float = 26.0
) -> tuple[Theme, Sheet]:
    """Draw the theme and the size of a page at random.

    Parameters
    ----------
    context : RenderContext
        Real digits and fonts.
    unit : Range
        Height of a printed digit in pixels.
    width : Range
        Width of the sheet in units.
    height : Range
        Height of the sheet in widths.
    largest : float
        Largest height of a written digit in pixels.

    Returns
    -------
    tuple[Theme, Sheet]
        The theme and the sheet, still empty.
    """
    rng = context.rng
    theme = Theme(context, float(rng.uniform(*unit)), largest=largest)
    columns = int(theme.unit * rng.uniform(*width))
    return theme, Sheet(rng, (int(columns * rng.uniform(*height)), columns))
