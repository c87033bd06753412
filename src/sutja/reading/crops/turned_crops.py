"""Crops that were scanned sideways, upside down or aslant: turned until their number can be read.

A crop is turned only where nothing is read in it as it is, or where its digits may as well stand upside down;
what is then read counts less, the less it is surer than in the other ways of turning.

Letters: H, W the crop's rows and columns in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.crops.crop_reading import CropReading, find_number
from sutja.reading.written import is_line_of_words
from sutja.signals.image import Picture

READABLE = 0.5  # evidence for a number as it stands from which a crop is not turned
SURE = 0.98  # the same, of ink that is higher than wide, or aslant
LEAST_DIGITS = 3  # fewer are read in too many things that are turned
TURNED_DIGITS = frozenset("01689")  # turned by 180 degrees each is one of them
LEAST = 0.8  # probability of a number in a turned crop
CLEAR = 0.995  # the same, where the crop as it stands shows a number, too
_UPRIGHT = 2.0  # weight of the crop as it stands among the ways of turning it
_TALL = 1.5  # height by width of ink that may be a line on its side
_WIDE = 0.9  # width by height of ink that may be a line of several digits
_LEAST_SLOPE, _LEAST_ASPECT = 15.0, 1.8  # degrees, and length by thickness, of ink that stands aslant
_INK = 0.5  # share of full ink from which a pixel counts
_MIN_SIDE = 12  # pixels


def read_turned(
    crops: Sequence[CropReading], read: Callable[[Sequence[Picture]], Sequence[CropReading]]
) -> list[CropReading]:
    """Read crops again in which nothing was read, turned.

    Parameters
    ----------
    crops : Sequence[CropReading]
        Crops that were read as they are.
    read : Callable[[Sequence[Picture]], Sequence[CropReading]]
        Reads turned crops as it reads others.

    Returns
    -------
    list[CropReading]
        The crops; those whose number can be read when they are turned, turned.
    """
    ways = {
        i: [turn_picture((crop.whole or crop).picture.pixels, angle) for angle in list_angles(crop)]
        for i, crop in enumerate(crops)
    }
    pictures = [Picture(pixels, "") for some in ways.values() for pixels, _ in some]
    answers = iter(read(pictures))
    out = list(crops)
    for i, some in ways.items():
        turned = [replace(next(answers), turn=turn) for _, turn in some]
        out[i] = _choose(crops[i], turned)
    return out


def _choose(crop: CropReading, turned: Sequence[CropReading]) -> CropReading:
    """Choose the way of turning a crop in which its number is surest, or the crop as it was."""
    numbers = [find_number(reading.hypotheses) for reading in turned]
    best = max(range(len(turned)), key=lambda i: numbers[i].probability, default=None)
    if best is None or numbers[best].probability < LEAST or len(numbers[best].digits or "") < LEAST_DIGITS:
        return crop
    own = find_number(crop.hypotheses)
    if _may_be_upside_down(crop) and numbers[best].probability < CLEAR:
        return crop
    complete = min(1.0, len(own.digits or "") / len(numbers[best].digits or ""))
    upright = _UPRIGHT * own.probability * crop.sure * complete
    total = upright + sum(number.probability for number in numbers)
    return replace(turned[best], sure=numbers[best].probability / total, upright=crop.whole or crop)


def list_angles(crop: CropReading) -> list[float]:
    """List the angles by which a crop may be turned, in degrees clockwise; none for one that is read."""
    inked = (crop.whole or crop).inked
    evidence = find_number(crop.hypotheses).probability * crop.sure
    if inked.ink is None or min(inked.plane.shape) < _MIN_SIDE or evidence >= SURE:
        return []
    if is_line_of_words((crop.whole or crop).hypotheses or ()):
        return []
    points = _find_outline(np.asarray(cv2.LUT(inked.plane, (inked.ink > _INK).astype(np.uint8)), np.uint8))
    if not len(points):
        return []
    slope = _measure_slope(points)
    if slope is not None:
        return [-slope, 180.0 - slope]
    _, _, width, height = cv2.boundingRect(points)
    if height > _TALL * width:
        return [90.0, 270.0]
    if width < _WIDE * height:  # too narrow for as many digits as are believed
        return []
    return [180.0] if evidence < READABLE or _may_be_upside_down(crop) else []


def _find_outline(marked: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Find the first and the last marked pixel of each row, (n, 2) x and y: their hull is that of all."""
    rows = np.flatnonzero(marked.any(axis=1))
    first = marked[rows].argmax(axis=1)
    last = marked.shape[1] - 1 - marked[rows, ::-1].argmax(axis=1)
    return np.concatenate([np.stack([first, rows], 1), np.stack([last, rows], 1)]).astype(np.int32)


def _may_be_upside_down(crop: CropReading) -> bool:
    """Tell whether a number that is read, but not surely, has only digits that turned are digits, too."""
    best = find_number(crop.hypotheses)
    evidence = best.probability * crop.sure
    return READABLE <= evidence < SURE and set(best.digits or "") <= TURNED_DIGITS


def _measure_slope(points: NDArray[np.int32]) -> float | None:
    """Measure how far long ink leans, in degrees clockwise; None where it is level, upright or round."""
    _, (width, height), angle = cv2.minAreaRect(points)
    if max(width, height) < _LEAST_ASPECT * max(1.0, min(width, height)):
        return None
    slope = (angle if width >= height else angle + 90.0) % 180.0
    slope = slope - 180.0 if slope > 90.0 else slope
    return slope if _LEAST_SLOPE <= abs(slope) <= 90.0 - _LEAST_SLOPE else None


def turn_picture(pixels: NDArray[np.uint8], degrees: float) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Turn a crop clockwise on paper of its own colour.

    Parameters
    ----------
    pixels : NDArray[uint8]
        uint8 (H, W) or (H, W, 3).
    degrees : float
        Any angle.

    Returns
    -------
    turned : NDArray[uint8]
        The turned crop, large enough for all of it.
    turn : NDArray[float64]
        (2, 3), the map from the pixels of the crop to those of the turned one.
    """
    rows, columns = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), -degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    width, height = round(columns * cos + rows * sin), round(columns * sin + rows * cos)
    matrix[:, 2] += (width - columns) / 2, (height - rows) / 2
    paper = np.median(pixels.reshape(rows * columns, -1), axis=0)
    turned = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=paper.tolist()
    )
    return np.asarray(turned, np.uint8), np.asarray(matrix, np.float64)
