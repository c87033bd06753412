"""Which way up a page is: the way in which its numbers read best.

Nearly every page is upright, so that is read first, and the other seven ways (turned by quarters, and as in a
mirror) are only tried where it reads badly, on a part of the page, by a few fields.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from sutja.reading.page.layout import Layout
from sutja.reading.page.prepare import Prepared
from sutja.reading.page.view import View
from sutja.types import Box

FEWEST_CHARACTERS = 2  # of which a page is made that could be turned
SURE = 0.6  # finding times reading, from which a field counts as read well
GOOD_SHARE = 0.4  # of the fields read well: then the page is upright
STACKED_SHARE = 0.4  # of the fields that are lone digits close above one another: lines that run down
SAMPLE_FIELDS = 12
SAMPLE_SIDE = 800.0  # pixels of the detector's picture
_CLOSE = 0.65  # of its height: digits of a column of figures stand further apart
_ON_END, _ALONE_ON_END = 1.3, 2.2  # times as high as wide: no number is; a lone digit only if it is a 1
_BETTER, _LEAST_SCORE = (
    1.7,
    2.5,
)  # times as good as upright; digits read well, but one a number, that it takes
_ACROSS = (
    2.5  # times as plain as any down the page: lines run across it, so that it is not turned by a quarter
)
_TURNABLE, _MANY = set("01689"), 12
_LONE = 0.25  # of a digit: what a digit that stands alone says, since many a letter looks like one, turned


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a field reads: finding times reading, its digits, and where it is, in the view."""

    raw: float
    digits: str
    box: Box


# (view, part of it, scales, most fields) → how the fields found there read
Sample: TypeAlias = Callable[[View, Box, Sequence[float], int], Sequence[Reading]]


@dataclass(frozen=True, slots=True)
class Pose:
    """Mirrored left to right, and then turned clockwise, in degrees."""

    turned: int = 0
    mirrored: bool = False

    def applied(self, view: View) -> View:
        """The view in this pose."""
        return view.turned(self.turned, self.mirrored)


UPRIGHT = Pose()
OTHERS = (Pose(180), Pose(90), Pose(270), Pose(0, True), Pose(180, True), Pose(90, True), Pose(270, True))


def reads_badly(readings: Sequence[Reading], layout: Layout) -> bool:
    """Whether so little reads well that the page may be the wrong way round.

    Parameters
    ----------
    readings : Sequence[Reading]
        Of all fields.
    layout : Layout
        Of the page.
    """
    good = _good(readings) and not _on_its_head(readings)
    return layout.characters >= FEWEST_CHARACTERS and not good


def _on_its_head(readings: Sequence[Reading]) -> bool:
    """Whether all digits are such as others look like upside down; by chance many hardly ever are."""
    digits = "".join(reading.digits for reading in readings)
    return len(digits) >= _MANY and set(digits) <= _TURNABLE


def _good(readings: Sequence[Reading]) -> bool:
    """Whether fields read as they do on a page that is the right way round."""
    sure = sum(reading.raw >= SURE for reading in readings)
    return bool(readings) and sure >= GOOD_SHARE * len(readings) and not _stacked(readings)


def _stacked(readings: Sequence[Reading]) -> bool:
    """Whether most fields stand on end, or are lone digits close upon one another."""
    boxes = [reading.box for reading in readings]
    x0, y0, x1, y1 = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes]).T
    alone = np.array([len(reading.digits) == 1 for reading in readings])
    width, height = np.maximum(x1 - x0, 1.0), np.maximum(y1 - y0, 1.0)
    gap = y0[None, :] - y1[:, None]
    shared = np.minimum(x1[:, None], x1[None, :]) - np.maximum(x0[:, None], x0[None, :])
    below = (gap > -0.3 * height[:, None]) & (gap < _CLOSE * height[:, None]) & alone[:, None] & alone
    below &= shared > 0.5 * np.minimum(width[:, None], width[None, :])
    linked = below.any(axis=0) | below.any(axis=1)
    on_end = height > np.where(alone, _ALONE_ON_END, _ON_END) * width
    return bool((linked | on_end).sum() >= max(3, STACKED_SHARE * len(readings)))


def best_pose(prepared: Prepared, sample: Sample) -> Pose:
    """The pose in which a part of the page reads best; upright where no other is clearly better.

    Lone digits tell of a page of nothing but lone digits, a grid; on any other they may be letters, turned.
    """
    part = _fullest(prepared)
    first = sample(prepared.view, part, prepared.scales, SAMPLE_FIELDS)
    lone = _LONE if first and all(len(reading.digits) == 1 for reading in first) else 0.0
    best, score = UPRIGHT, max(_BETTER * _score(first, lone), _LEAST_SCORE)
    for pose in OTHERS:
        view = pose.applied(prepared.view)
        turned = _turned_part(view, prepared.view, part)
        readings = sample(view, turned, prepared.scales, SAMPLE_FIELDS)
        found = _score(readings, lone)
        if found > score and _good(readings):
            best, score = pose, found
    return best


def _score(readings: Sequence[Reading], lone: float) -> float:
    """How many different digits read well, but one a number; unsure ones hardly count.

    Different ones, since "ooo" and "ce", turned, look like many zeros.
    """
    different = [len(set(reading.digits)) for reading in readings]
    return sum(r.raw**2 * (lone if n <= 1 else n - 1) for r, n in zip(readings, different, strict=True))


def _fullest(prepared: Prepared) -> Box:
    """The part of the view with the most ink, as large as a sample may be."""
    view, layout = prepared.view, prepared.layout
    side = SAMPLE_SIDE / max(prepared.scales)
    if view.width <= 1.3 * side and view.height <= 1.3 * side:
        return Box(0.0, 0.0, view.width, view.height)
    w, h = min(side, view.width), min(side, view.height)
    cell = max(8.0, side / 12)
    columns, rows = max(1, math.ceil(view.width / cell)), max(1, math.ceil(view.height / cell))
    ys, xs = np.nonzero(layout.ink)
    step = max(1, len(ys) // 20_000)
    points = view.from_picture(np.column_stack([xs[::step], ys[::step]]) * layout.shrink)
    counts = np.zeros((rows, columns), np.float32)
    places = np.clip((points / cell).astype(int), 0, (columns - 1, rows - 1))
    np.add.at(counts, (places[:, 1], places[:, 0]), 1.0)
    window = (max(1, round(w / cell)), max(1, round(h / cell)))
    sums = cv2.boxFilter(counts, -1, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
    row, column = np.unravel_index(int(sums.argmax()), sums.shape)
    x0 = min(max(0.0, (float(column) + 0.5) * cell - w / 2), view.width - w)
    y0 = min(max(0.0, (float(row) + 0.5) * cell - h / 2), view.height - h)
    return Box(x0, y0, x0 + w, y0 + h)


def _turned_part(view: View, before: View, part: Box) -> Box:
    """A part of a view, in another view of the same picture that is turned by quarters."""
    corners = before.points([(part.x0, part.y0), (part.x1, part.y1)])
    found = view.from_picture(corners)
    (x0, y0), (x1, y1) = found.min(axis=0), found.max(axis=0)
    return Box(float(x0), float(y0), float(x1), float(y1))
