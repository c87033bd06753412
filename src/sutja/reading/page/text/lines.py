"""Text of a page: regions that another network finds, their letters as the second reader reads them.

Numbers stand among words. What a line says, with all of its letters, tells a lone 0 from an o, which way up
the page is, and where numbers stand that our own detector does not know.

Letters: n regions, H, W rows and columns of a crop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.character_boxes import enclose
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.second.second_reader import ReadText, SecondReader
from sutja.reading.text_detector import TextDetector, TextRegion
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box

CHARACTER_HEIGHT = 18.0  # pixels: height of usual characters in the text detector's picture
MAX_SCALE = 2.0  # times; a page is not made larger for the text detector than this
LINE_ROWS = 48  # pixels of a line in the recogniser's picture
_WORD = re.compile(r"\S+")
_MIN_INK = 0.04  # of the darkest row or column: less is the edge of a neighbour
_REACH = 0.2  # of a line's height: a border between characters is moved no further
_RULE = 0.9  # of a line's length: such a row of ink is a rule
_UPRIGHT = 45.0  # degrees: a region that leans less runs from left to right


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: its text, the probability and the box of each character, the index of its region."""

    text: str
    confidences: tuple[float, ...]
    boxes: tuple[Box, ...]
    region: int

    @property
    def box(self) -> Box:
        """Box of the word on the page."""
        return enclose(self.boxes)

    @property
    def confidence(self) -> float:
        """Probability of the least sure character."""
        return min(self.confidences)


@dataclass(slots=True)
class PageText:
    """Regions of text on a page, and the words of those that were read.

    Parameters
    ----------
    transform : PageTransform
        Page, straight, of any orientation.
    reader : SecondReader
        Reads the lines.
    regions : Sequence[TextRegion]
        Regions on the page, in its coordinates.
    """

    transform: PageTransform
    reader: SecondReader
    regions: Sequence[TextRegion]
    _words: dict[int, list[Word]] = field(default_factory=dict)

    def crop(self, index: int) -> NDArray[np.uint8]:
        """Crop a region, in the direction of its line: uint8 (H, W, ...)."""
        region = self.regions[index]
        along = np.array([np.cos(np.radians(region.angle)), np.sin(np.radians(region.angle))])
        x, y = region.corners[0]
        back = np.array([[along[0], -along[1], x], [along[1], along[0], y], [0.0, 0.0, 1.0]])
        line = self.transform.warp(back, region.length, region.thickness)
        return line.render(LINE_ROWS / region.thickness)

    def read_columns(self, indices: Sequence[int]) -> float:
        """Return the columns that reading these regions takes, in pixels of the recogniser's picture."""
        return sum(LINE_ROWS * self.regions[i].length / self.regions[i].thickness for i in indices)

    def read(self, indices: Sequence[int]) -> None:
        """Read the words of regions that run from left to right, each once."""
        wanted = [i for i in indices if i not in self._words and abs(self.regions[i].angle) < _UPRIGHT]
        crops = [self.crop(i) for i in wanted]
        for i, crop, text in zip(wanted, crops, self.reader.read_text(crops), strict=True):
            self.keep(i, crop, text)

    def keep(self, index: int, crop: NDArray[np.uint8], text: ReadText) -> None:
        """Keep what was read of a region, in its crop."""
        self._words[index] = self._list_words(index, crop, text)

    def is_read(self, index: int) -> bool:
        """Tell whether a region was read."""
        return index in self._words

    @property
    def words(self) -> list[Word]:
        """Words of the regions that were read."""
        return [word for index in sorted(self._words) for word in self._words[index]]

    def _list_words(self, index: int, crop: NDArray[np.uint8], text: ReadText) -> list[Word]:
        region = self.regions[index]
        scale = region.length / crop.shape[1]
        ink = _find_ink(to_grey(crop))
        borders = find_borders(text.places)
        words = []
        for match in _WORD.finditer(text.text):
            start, end = match.span()
            x0, x1, y0, y1 = tighten(ink, snap(ink, borders[start]), snap(ink, borders[end]))
            edges = [x0, *(min(max(x, x0), x1) for x in borders[start + 1 : end]), x1]
            boxes = tuple(
                self._map_box(region, a * scale, y0 * scale, b * scale, y1 * scale)
                for a, b in pairwise(edges)
            )
            words.append(Word(match.group(), text.confidences[start:end], boxes, index))
        return words

    def _map_box(self, region: TextRegion, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Map a box of a region's crop to the page."""
        angle = np.radians(region.angle)
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        middle = region.corners[0] + along * (x0 + x1) / 2 + across * (y0 + y1) / 2
        w, h = x1 - x0, y1 - y0
        return Box(middle[0] - w / 2, middle[1] - h / 2, middle[0] + w / 2, middle[1] + h / 2)


def find_borders(places: Sequence[tuple[float, float]]) -> list[float]:
    """Find the borders between characters: midway between the middles of their frames.

    The network writes a character in a frame or two about its middle, so that its own frames are narrower
    than its ink.

    Parameters
    ----------
    places : Sequence[tuple[float, float]]
        (n,) first and last column of each character's frames.

    Returns
    -------
    list[float]
        (n + 1,) columns; the first and the last lie as far out as characters usually are apart.
    """
    middles = [(a + b) / 2 for a, b in places]
    if not middles:
        return []
    usual = places[0][1] - places[0][0] if len(middles) == 1 else float(np.median(np.diff(middles)))
    between = [(a + b) / 2 for a, b in pairwise(middles)]
    return [middles[0] - usual, *between, middles[-1] + usual]


def find_text(
    transform: PageTransform, character_height: float, detector: TextDetector, reader: SecondReader
) -> PageText:
    """Find the regions of text on a page; they are read when they are asked for.

    Parameters
    ----------
    transform : PageTransform
        Page, straight, of any orientation.
    character_height : float
        Usual height of its characters, in pixels.
    detector : TextDetector
        Finds regions of text.
    reader : SecondReader
        Reads them.
    """
    scale = min(MAX_SCALE, CHARACTER_HEIGHT / character_height)
    rendered = transform.render(scale)
    across, down = transform.width / rendered.shape[1], transform.height / rendered.shape[0]
    regions = [_scale(region, across, down) for region in detector.find_regions(rendered)]
    return PageText(transform, reader, regions)


def _scale(region: TextRegion, across: float, down: float) -> TextRegion:
    x, y = region.centre
    along, thick = (across, down) if abs(region.angle) < _UPRIGHT else (down, across)
    return TextRegion(
        (x * across, y * down), region.length * along, region.thickness * thick, region.angle, region.score
    )


def _find_ink(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Find how much each pixel of a line differs from its paper: float32 (H, W), 0 to 1."""
    paper = float(np.median(grey))
    off = np.abs(grey.astype(np.float32) - paper)
    strongest = float(np.percentile(off, 99.0))
    ink: NDArray[np.float32] = (off > 0.4 * max(strongest, 1.0)).astype(np.float32)
    ink[ink.mean(axis=1) > _RULE] = 0.0  # a rule above or below the line
    return ink


def snap(ink: NDArray[np.float32], border: float) -> float:
    """Move a border between characters to a column without ink, first to the left, since frames come late.

    Parameters
    ----------
    ink : NDArray[float32]
        (H, W), 1 where there is ink.
    border : float
        Column near which two characters meet.
    """
    columns = ink.shape[1]
    free = ink.sum(axis=0) == 0
    reach = round(_REACH * ink.shape[0])
    at = min(max(0, int(border)), columns - 1)
    for places in (range(at, max(-1, at - reach), -1), range(at, min(columns, at + reach))):
        for x in places:
            if free[x]:
                return float(x)
    return border


def tighten(ink: NDArray[np.float32], start: float, end: float) -> tuple[float, float, float, float]:
    """Tighten a span of columns to its ink: first and last column, first and last row.

    Parameters
    ----------
    ink : NDArray[float32]
        (H, W), 1 where there is ink.
    start, end : float
        Columns of the span.
    """
    rows, columns = ink.shape
    a, b = min(max(0, int(start)), columns - 1), min(columns, max(int(np.ceil(end)), int(start) + 1))
    part = ink[:, a:b]
    across, down = np.flatnonzero(part.sum(axis=0) > 0), part.sum(axis=1)
    if not len(across):
        return float(a), float(b), 0.0, float(rows)
    middle = rows // 2
    inked = down > _MIN_INK * max(float(down.max()), 1.0)
    top, bottom = _grow(inked, middle)
    return float(a + across[0]), float(a + across[-1] + 1), float(top), float(bottom)


def _grow(inked: NDArray[np.bool_], middle: int) -> tuple[int, int]:
    """Grow a span of rows from the middle of a line as far as there is ink, over a gap of a pixel or two."""
    rows = np.flatnonzero(inked)
    nearest = int(rows[np.abs(rows - middle).argmin()]) if len(rows) else middle
    closed = cv2.dilate(inked.astype(np.uint8).reshape(-1, 1), np.ones((5, 1), np.uint8)).ravel() > 0
    top = bottom = nearest
    while top > 0 and closed[top - 1]:
        top -= 1
    while bottom < len(closed) and closed[bottom]:
        bottom += 1
    span = rows[(rows >= top) & (rows < bottom)]
    return (int(span[0]), int(span[-1]) + 1) if len(span) else (0, len(inked))
