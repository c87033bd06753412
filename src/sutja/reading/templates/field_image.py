"""Pictures of a form's fields: cut out of the page where the template says, without the printed lines.

A field is a box, or a comb of boxes side by side. What is printed stands where the box says: its edges, and
the teeth of the comb. They are painted over as paper, so that what is left was written.

Letters: H, W rows and columns of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.templates.printed_lines import DRAWN, REGISTERED, Placing, find_printed_lines
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box

ROWS = 64  # pixels of a field's box in its picture; the readers take no more
_MIN_CONTRAST = 0.16  # of the paper's grey level: ink is darker by at least so much
_SOFTEST = 0.8  # of the least contrast of ink: that of its soft edges
_MAX_REST = 0.12  # of the box's height: what is left of its lines is no thicker
_MIN_INK = 0.004  # of a cell's area: less is dirt
_SPECK = 0.12  # of a cell's height: parts smaller than this both ways are dirt


@dataclass(frozen=True, slots=True)
class FieldImage:
    """A field of a page as a picture of its own.

    Attributes
    ----------
    pixels : NDArray[uint8]
        (H, W), ink dark, printed lines painted over.
    ink : NDArray[uint8]
        (H, W), 1 on what was written.
    cells : tuple[Box, ...]
        Boxes of the comb, or the one box, in this picture.
    paper : int
        Grey level of the paper.
    """

    pixels: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    cells: tuple[Box, ...]
    paper: int

    def has_ink(self, cell: Box) -> bool:
        """Tell whether something is written in a cell."""
        part = self.crop_ink(cell)
        return float(part.sum()) > _MIN_INK * cell.width * cell.height

    def crop_ink(self, cell: Box) -> NDArray[np.uint8]:
        """Crop the ink of a cell."""
        return _crop(self.ink, cell)

    def crop(self, cell: Box) -> NDArray[np.uint8]:
        """Crop the picture of a cell."""
        return np.ascontiguousarray(_crop(self.pixels, cell))

    def erase(self, cells: tuple[Box, ...]) -> FieldImage:
        """Paint cells over as paper."""
        pixels, ink = self.pixels.copy(), self.ink.copy()
        for cell in cells:
            _crop(pixels, cell)[:] = self.paper
            _crop(ink, cell)[:] = 0
        return FieldImage(pixels, ink, self.cells, self.paper)


def fit_box(transform: PageTransform, box: Box, n_cells: int) -> Box:
    """Fit the box of a field, drawn by hand, to the lines printed around it.

    Parameters
    ----------
    transform : PageTransform
        The template's own picture.
    box : Box
        The box as it was drawn.
    n_cells : int
        Boxes of its comb; 1 where it has none.
    """
    pixels, inner = _render(transform, box, DRAWN.margin)
    lines = find_printed_lines(find_ink(pixels, measure_levels(pixels)), inner, n_cells, DRAWN)
    scale = inner.width / box.width
    return Box(
        box.x0 + (lines.teeth[0] - inner.x0) / scale,
        box.y0 + (lines.top - inner.y0) / scale,
        box.x0 + (lines.teeth[-1] - inner.x0) / scale,
        box.y0 + (lines.bottom - inner.y0) / scale,
    )


def cut_field(
    transform: PageTransform,
    box: Box,
    n_cells: int,
    faintest: float = _MIN_CONTRAST,
    placing: Placing = REGISTERED,
) -> FieldImage:
    """Cut a field out of a page.

    Parameters
    ----------
    transform : PageTransform
        Page, in the coordinates of the template, if there is one.
    box : Box
        The field's box in these.
    n_cells : int
        Boxes of its comb; 1 where it has none.
    faintest : float
        Least contrast of what is written, as a share of the paper's grey level; print may be paler.
    placing : Placing
        How well the place of the box is known.
    """
    pixels, inner = _render(transform, box, placing.margin)
    first = find_printed_lines(find_ink(pixels, measure_levels(pixels)), inner, n_cells, placing)
    within = Box(first.teeth[0], first.top, first.teeth[-1], first.bottom)
    levels = measure_levels(_crop(pixels, within), _crop(first.mask, within))
    levels = Levels(levels.paper, min(levels.ink, (1.0 - faintest) * levels.paper))
    ink = find_ink(
        pixels, levels, _SOFTEST * faintest
    )  # heavy print beside a field hides pale strokes, so once more without it
    printed = find_printed_lines(ink, inner, n_cells, placing)
    inner = Box(printed.teeth[0], printed.top, printed.teeth[-1], printed.bottom)
    ink = np.asarray(ink & (1 - printed.mask), np.uint8)
    ink = drop_line_rests(ink, inner, max(2, round(_MAX_REST * inner.height)))
    ink = drop_specks(ink, inner, _SPECK * inner.height)
    soft = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    cleaned = np.where(soft > 0, pixels, np.uint8(levels.paper)).astype(np.uint8)
    cells = tuple(Box(a - inner.x0, 0.0, b - inner.x0, inner.height) for a, b in pairwise(printed.teeth))
    return FieldImage(_crop(cleaned, inner).copy(), _crop(ink, inner).copy(), cells, levels.paper)


def _render(transform: PageTransform, box: Box, beyond: float) -> tuple[NDArray[np.uint8], Box]:
    """Render a field and so many of its heights around it: its picture, and where its box is in it."""
    scale = min(transform.measure_scale(box), ROWS / max(box.height, 1.0))
    margin = beyond * box.height
    around = Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)
    pixels = to_grey(transform.render(scale, around))
    made = pixels.shape[1] / around.width
    inner = Box(margin * made, margin * made, (margin + box.width) * made, (margin + box.height) * made)
    return pixels, inner


def _crop(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in (box.x0, box.y0, box.x1, box.y1))
    return pixels[y0:y1, x0:x1]


@dataclass(frozen=True, slots=True)
class Levels:
    """Grey levels: that of the paper, and the lightest that is ink."""

    paper: int
    ink: float


def measure_levels(pixels: NDArray[np.uint8], without: NDArray[np.uint8] | None = None) -> Levels:
    """Measure the grey levels of paper and ink.

    Parameters
    ----------
    pixels : NDArray[uint8]
        (H, W), ink dark.
    without : NDArray[uint8] | None
        (H, W), not 0 where pixels do not count: heavy print hides pale strokes.
    """
    counted = (pixels if without is None else pixels[without == 0]).reshape(1, -1)
    if not counted.size:
        return Levels(255, -1.0)
    paper = int(np.percentile(counted, 80))
    level, _ = cv2.threshold(counted, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    return Levels(paper, min(float(level), (1.0 - _MIN_CONTRAST) * paper))


def find_ink(pixels: NDArray[np.uint8], levels: Levels, faintest: float = _MIN_CONTRAST) -> NDArray[np.uint8]:
    """Find the ink of a picture: (H, W), 1 on it.

    Paler pixels, of a contrast of `faintest` and more, count where they touch darker ones (hysteresis, as
    Canny 1986 does for edges).
    """
    weak = np.asarray(pixels <= (1.0 - max(_MIN_CONTRAST, faintest)) * levels.paper, np.uint8)
    weak &= pixels <= (levels.ink + levels.paper) / 2
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    strong = np.zeros(count, np.uint8)
    strong[labels[pixels <= levels.ink]] = 1
    strong[0] = 0
    return np.asarray(strong[labels], np.uint8)


def drop_line_rests(ink: NDArray[np.uint8], box: Box, thick: int) -> NDArray[np.uint8]:
    """Drop flat ink that hugs the upper or the lower edge of the box: a part of it that was left."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    top = stats[:, cv2.CC_STAT_TOP]
    bottom = top + stats[:, cv2.CC_STAT_HEIGHT]
    flat = stats[:, cv2.CC_STAT_HEIGHT] <= thick
    hugs = (top <= box.y0 + thick) | (bottom >= box.y1 - thick)
    dropped = flat & hugs
    dropped[0] = True
    return np.asarray((~dropped)[labels], np.uint8)


def drop_specks(ink: NDArray[np.uint8], box: Box, size: float) -> NDArray[np.uint8]:
    """Drop ink that is smaller than `size` both ways, or whose centre lies outside the box."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    small = (stats[:, cv2.CC_STAT_WIDTH] < size) & (stats[:, cv2.CC_STAT_HEIGHT] < size)
    x, y = centres[:, 0], centres[:, 1]
    outside = (x < box.x0) | (x > box.x1) | (y < box.y0) | (y > box.y1)
    dropped = small | outside
    dropped[0] = True
    return np.asarray((~dropped)[labels], np.uint8) if count else ink
