"""Where the numbers on a page are: the detector, at the scale or the scales that the writing asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.layout import Layout
from sutja.reading.page.view import View
from sutja.types import Box, Detection

DIGIT = 15.0  # pixels: how high the usual character is made for the detector, which learnt 10 to 24
LARGEST_SCALE = 2.5  # times; what is smaller than that allows was never legible
_SAME = 0.45  # IoU from which two finds are one
# How much higher, and at most wider, a whole digit is than a find of its part, and how sure beside it.
_PART_LEAST, _PART_MOST, _PART_WIDE, _PART_SURE = 1.25, 3.0, 2.2, 0.4
_INSIDE = 0.75  # of the smaller box: it is a part of the other


class Finder(Protocol):
    """What finds fields: `sutja.detection.Detector`, or anything with this one method."""

    def detect_arrays(self, arrays: Sequence[NDArray[np.uint8]]) -> Sequence[Sequence[Detection]]:
        """For each picture, uint8 (H, W), what is found in it, boxes in its pixels."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A field: "handwritten" or "printed", how surely there is one, and its box in the view's pixels."""

    label: str
    confidence: float
    box: Box


def scales(layout: Layout) -> list[float]:
    """How large the picture is to be drawn for the detector: one scale, or two where heights differ a lot."""
    if layout.height is None:
        return []
    found = [min(LARGEST_SCALE, DIGIT / layout.height)]
    if layout.tall is not None:
        found.append(min(LARGEST_SCALE, DIGIT / layout.tall))
    return found


def find(view: View, at: Sequence[float], finder: Finder) -> list[Found]:
    """The fields of a view, each once, surest first.

    Parameters
    ----------
    view : View
        Upright and straight.
    at : Sequence[float]
        Scales, drawn pixels to one of the view.
    finder : Finder
        What finds them.
    """
    found = [field for scale in at for field in _find(view, scale, finder)]
    return _once(_whole(found))


def _find(view: View, scale: float, finder: Finder) -> list[Found]:
    drawn = to_grey(view.draw(scale))
    across, down = view.width / drawn.shape[1], view.height / drawn.shape[0]
    found = []
    for detection in finder.detect_arrays([drawn])[0]:
        box = detection.box
        inside = Box(box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down)
        found.append(Found(detection.label, detection.confidence, inside))
    return found


def to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W) of a picture that may have colours: its luminance."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _whole(found: Sequence[Found]) -> list[Found]:
    """Without finds of the upper or the lower part of a digit, where the whole of it was found as well.

    That is what a detector makes of digits that are too large for it; the other scale has them whole.
    """
    if not found:
        return []
    boxes = np.array([(f.box.x0, f.box.y0, f.box.x1, f.box.y1) for f in found])
    sure = np.array([f.confidence for f in found])
    width, height = boxes[:, 2] - boxes[:, 0], np.maximum(boxes[:, 3] - boxes[:, 1], 1e-6)
    kept = []
    for i, field in enumerate(found):
        across = np.minimum(boxes[:, 2], boxes[i, 2]) - np.maximum(boxes[:, 0], boxes[i, 0])
        down = np.minimum(boxes[:, 3], boxes[i, 3]) - np.maximum(boxes[:, 1], boxes[i, 1])
        inside = np.maximum(across, 0) * np.maximum(down, 0) > _INSIDE * width[i] * height[i]
        times = height / height[i]
        whole = inside & (times > _PART_LEAST) & (times < _PART_MOST) & (width < _PART_WIDE * width[i])
        if not (whole & (sure >= _PART_SURE * field.confidence)).any():
            kept.append(field)
    return kept


def _once(found: Sequence[Found]) -> list[Found]:
    """Each field once: of finds that overlap, or lie in one another, the surest, of equals the largest."""
    if not found:
        return []
    ranked = sorted(
        found, key=lambda field: (-round(field.confidence, 2), -field.box.width * field.box.height)
    )
    boxes = np.array([(f.box.x0, f.box.y0, f.box.x1, f.box.y1) for f in ranked])
    area = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1e-9)
    alive = np.ones(len(ranked), np.bool_)
    kept = []
    for i, field in enumerate(ranked):
        if not alive[i]:
            continue
        kept.append(field)
        width = np.minimum(boxes[:, 2], boxes[i, 2]) - np.maximum(boxes[:, 0], boxes[i, 0])
        height = np.minimum(boxes[:, 3], boxes[i, 3]) - np.maximum(boxes[:, 1], boxes[i, 1])
        shared = np.maximum(width, 0) * np.maximum(height, 0)
        same = shared / (area + area[i] - shared) > _SAME
        alive &= ~(same | (shared / np.minimum(area, area[i]) > _INSIDE))
    return kept
