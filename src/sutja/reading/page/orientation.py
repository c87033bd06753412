"""Orientation of a page: the one in which its numbers read best.

Nearly every page is upright, so that is read first. Where it reads badly, the orientations that its lines
allow are tried on a part of the page, by a few fields: upside down where lines run across it, on either side
where they run down it. That a page is mirrored only its words can tell (`text.orientation`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.prepare import PreparedPage
from sutja.types import Box

MIN_CHARACTERS = 2  # of a page whose orientation is searched
SURE = 0.6  # joint confidence from which a field counts as read well
MIN_GOOD_SHARE = 0.4  # of fields read well on an upright page
MAX_STACKED_SHARE = (
    0.4  # of fields that are lone digits close above one another: more are lines that run down
)
MIN_DIRECTED = 0.7  # of characters with their neighbours beside them, or above and below, in lines
SAMPLE_FIELDS = 12
SAMPLE_SIDE = 800.0  # pixels of the detector's picture
_CLOSE = 0.65  # of its height: digits of a column of figures stand further apart
_MAX_ASPECT, _MAX_ASPECT_ALONE = 1.3, 2.2  # height by width of a number, and of a lone digit other than 1
# Another orientation must score so many times as much as upright, and at least the second: digits read well,
# less one a number.
_MIN_GAIN, _MIN_SCORE = 1.7, 2.5
_ROTATABLE = set("01689")  # digits that look like digits upside down
_MANY = 12  # such digits, and no others, are hardly there by chance
_LONE_WEIGHT = 0.25  # of a lone digit, since many a letter looks like one when it is turned


@dataclass(frozen=True, slots=True)
class FieldReading:
    """Reading of a field: its joint confidence, its digits, its box on the page."""

    confidence: float
    digits: str
    box: Box


# (page, part of it, scales, largest number of fields) → readings of the fields there
ReadSample: TypeAlias = Callable[[PageTransform, Box, Sequence[float], int], Sequence[FieldReading]]


@dataclass(frozen=True, slots=True)
class Orientation:
    """An orientation: mirrored left to right, and then turned clockwise by `turned` degrees."""

    turned: int = 0
    mirrored: bool = False

    def apply(self, transform: PageTransform) -> PageTransform:
        """Bring a page into this orientation."""
        return transform.turn(self.turned, self.mirrored)


UPRIGHT = Orientation()
UPSIDE_DOWN, SIDEWAYS = Orientation(180), (Orientation(90), Orientation(270))


def list_candidates(layout: Layout) -> tuple[Orientation, ...]:
    """List the other orientations that a page may have by the direction of its lines.

    Parameters
    ----------
    layout : Layout
        Layout of the page.
    """
    if layout.across >= MIN_DIRECTED:
        return (UPSIDE_DOWN,)
    return SIDEWAYS if layout.across <= 1.0 - MIN_DIRECTED else (UPSIDE_DOWN, *SIDEWAYS)


def is_orientation_doubtful(readings: Sequence[FieldReading], layout: Layout) -> bool:
    """Tell whether so little reads well that the page may have another orientation.

    Parameters
    ----------
    readings : Sequence[FieldReading]
        Readings of all fields.
    layout : Layout
        Layout of the page.
    """
    good = _are_good(readings) and not _is_rotatable(readings)
    return layout.n_characters >= MIN_CHARACTERS and not good


def _is_rotatable(readings: Sequence[FieldReading]) -> bool:
    """Tell whether all digits are such as look like digits upside down; many hardly ever are by chance."""
    digits = "".join(reading.digits for reading in readings)
    return len(digits) >= _MANY and set(digits) <= _ROTATABLE


def _are_good(readings: Sequence[FieldReading]) -> bool:
    """Tell whether fields read as they do on an upright page."""
    sure = sum(reading.confidence >= SURE for reading in readings)
    return bool(readings) and sure >= MIN_GOOD_SHARE * len(readings) and not _are_stacked(readings)


def _are_stacked(readings: Sequence[FieldReading]) -> bool:
    """Tell whether many fields stand on end, or are lone digits close upon one another."""
    boxes = [reading.box for reading in readings]
    x0, y0, x1, y1 = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes]).T
    alone = np.array([len(reading.digits) == 1 for reading in readings])
    width, height = np.maximum(x1 - x0, 1.0), np.maximum(y1 - y0, 1.0)
    gap = y0[None, :] - y1[:, None]
    shared = np.minimum(x1[:, None], x1[None, :]) - np.maximum(x0[:, None], x0[None, :])
    below = (gap > -0.3 * height[:, None]) & (gap < _CLOSE * height[:, None]) & alone[:, None] & alone
    below &= shared > 0.5 * np.minimum(width[:, None], width[None, :])
    linked = below.any(axis=0) | below.any(axis=1)
    on_end = height > np.where(alone, _MAX_ASPECT_ALONE, _MAX_ASPECT) * width
    return bool((linked | on_end).sum() >= max(3, MAX_STACKED_SHARE * len(readings)))


def find_orientation(
    prepared: PreparedPage, sample: ReadSample, upright: Sequence[FieldReading] | None = None
) -> Orientation:
    """Find the orientation in which a part of the page reads best; upright where no other is clearly better.

    Lone digits only count on a page of nothing but lone digits, a grid; on others they may be turned letters.

    Parameters
    ----------
    prepared : PreparedPage
        The page.
    sample : ReadSample
        Reads fields of a part of it.
    upright : Sequence[FieldReading] | None
        What was read on the page as it is, the surest detection first; None to read a sample of it.
    """
    part = _find_fullest_part(prepared)
    if upright is None:
        first = sample(prepared.transform, part, prepared.scales, SAMPLE_FIELDS)
    else:
        first = [reading for reading in upright if _is_inside(reading.box, part)][:SAMPLE_FIELDS]
    lone = _LONE_WEIGHT if first and all(len(reading.digits) == 1 for reading in first) else 0.0
    best, best_score = UPRIGHT, max(_MIN_GAIN * _score(first, lone), _MIN_SCORE)
    for orientation in list_candidates(prepared.layout):
        transform = orientation.apply(prepared.transform)
        turned_part = _map_part(transform, prepared.transform, part)
        readings = sample(transform, turned_part, prepared.scales, SAMPLE_FIELDS)
        score = _score(readings, lone)
        if score > best_score and _are_good(readings):
            best, best_score = orientation, score
    return best


def _is_inside(box: Box, part: Box) -> bool:
    """Tell whether the middle of a box lies in a part of the page."""
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return part.x0 <= x <= part.x1 and part.y0 <= y <= part.y1


def _score(readings: Sequence[FieldReading], lone: float) -> float:
    """Score readings by the number of different digits that read well, less one a number.

    Unsure ones hardly count, and different ones only, since "ooo" and "ce" look like many zeros when turned.
    """
    different = [len(set(reading.digits)) for reading in readings]
    return sum(
        r.confidence**2 * (lone if n <= 1 else n - 1) for r, n in zip(readings, different, strict=True)
    )


def _find_fullest_part(prepared: PreparedPage) -> Box:
    """Find the part of the page with the most ink, as large as a sample may be."""
    transform, layout = prepared.transform, prepared.layout
    side = SAMPLE_SIDE / max(prepared.scales)
    if transform.width <= 1.3 * side and transform.height <= 1.3 * side:
        return Box(0.0, 0.0, transform.width, transform.height)
    w, h = min(side, transform.width), min(side, transform.height)
    cell = max(8.0, side / 12)
    columns, rows = max(1, math.ceil(transform.width / cell)), max(1, math.ceil(transform.height / cell))
    ys, xs = np.nonzero(layout.ink)
    step = max(1, len(ys) // 20_000)
    points = transform.map_from_picture(np.column_stack([xs[::step], ys[::step]]) * layout.shrink)
    counts = np.zeros((rows, columns), np.float32)
    places = np.clip((points / cell).astype(int), 0, (columns - 1, rows - 1))
    np.add.at(counts, (places[:, 1], places[:, 0]), 1.0)
    window = (max(1, round(w / cell)), max(1, round(h / cell)))
    sums = cv2.boxFilter(counts, -1, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
    row, column = np.unravel_index(int(sums.argmax()), sums.shape)
    x0 = min(max(0.0, (float(column) + 0.5) * cell - w / 2), transform.width - w)
    y0 = min(max(0.0, (float(row) + 0.5) * cell - h / 2), transform.height - h)
    return Box(x0, y0, x0 + w, y0 + h)


def _map_part(transform: PageTransform, before: PageTransform, part: Box) -> Box:
    """Map a part of a page to the same page turned by quarters."""
    corners = before.map_points([(part.x0, part.y0), (part.x1, part.y1)])
    mapped = transform.map_from_picture(corners)
    (x0, y0), (x1, y1) = mapped.min(axis=0), mapped.max(axis=0)
    return Box(float(x0), float(y0), float(x1), float(y1))
