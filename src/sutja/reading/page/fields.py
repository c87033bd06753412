"""Detection of number fields on a page, at the one or two scales that suit the height of its writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.types import Box, Detection

DIGIT_HEIGHT = (
    15.0  # pixels: height of usual characters in the detector's picture; it was trained on 10 to 24
)
MAX_SCALE = 2.5  # times; what needs more was never legible
_MAX_IOU = 0.45  # of two fields; above it they are one
# A whole digit is so many times as high as a detected part of it, at most so many times as wide, and at least
# so many times as sure.
_MIN_HEIGHT, _MAX_HEIGHT, _MAX_WIDTH, _MIN_CONFIDENCE = 1.25, 3.0, 2.2, 0.4
_INSIDE = 0.75  # of the smaller box inside the larger: it is a part of it


class FieldDetector(Protocol):
    """A detector of fields: `sutja.detection.Detector`, or anything with this one method."""

    def detect_arrays(self, arrays: Sequence[NDArray[np.uint8]]) -> Sequence[Sequence[Detection]]:
        """Detect the fields of each picture, uint8 (H, W); boxes are in its pixels."""
        ...


@dataclass(frozen=True, slots=True)
class DetectedField:
    """A detected field: "handwritten" or "printed" if that is known, its confidence, its box on the page."""

    label: str | None
    confidence: float
    box: Box


def choose_scales(layout: Layout) -> list[float]:
    """Choose the scales at which the detector gets the page: one, or two where heights differ a lot."""
    if layout.character_height is None:
        return []
    scales = [min(MAX_SCALE, DIGIT_HEIGHT / layout.character_height)]
    if layout.large_height is not None:
        scales.append(min(MAX_SCALE, DIGIT_HEIGHT / layout.large_height))
    return scales


def detect_fields(
    transform: PageTransform, scales: Sequence[float], detector: FieldDetector
) -> list[DetectedField]:
    """Detect the fields of a page, each once, surest first.

    Parameters
    ----------
    transform : PageTransform
        Page, upright and straight.
    scales : Sequence[float]
        Rendered pixels to one of the page.
    detector : FieldDetector
        Detector of fields.
    """
    fields = [field for scale in scales for field in _detect_at(transform, scale, detector)]
    return _suppress(_drop_parts(fields))


def _detect_at(transform: PageTransform, scale: float, detector: FieldDetector) -> list[DetectedField]:
    rendered = to_luminance(transform.render(scale))
    across, down = transform.width / rendered.shape[1], transform.height / rendered.shape[0]
    fields = []
    for detection in detector.detect_arrays([rendered])[0]:
        box = detection.box
        inside = Box(box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down)
        fields.append(DetectedField(detection.label, detection.confidence, inside))
    return fields


def to_luminance(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the luminance, uint8 (H, W), of a picture that may have colours."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _drop_parts(fields: Sequence[DetectedField]) -> list[DetectedField]:
    """Drop detections of the upper or the lower part of a digit, where the whole digit was detected as well.

    A detector gives such parts of digits that are too large for it; the other scale has them whole.
    """
    if not fields:
        return []
    boxes = np.array([(f.box.x0, f.box.y0, f.box.x1, f.box.y1) for f in fields])
    sure = np.array([f.confidence for f in fields])
    width, height = boxes[:, 2] - boxes[:, 0], np.maximum(boxes[:, 3] - boxes[:, 1], 1e-6)
    kept = []
    for i, field in enumerate(fields):
        across = np.minimum(boxes[:, 2], boxes[i, 2]) - np.maximum(boxes[:, 0], boxes[i, 0])
        down = np.minimum(boxes[:, 3], boxes[i, 3]) - np.maximum(boxes[:, 1], boxes[i, 1])
        inside = np.maximum(across, 0) * np.maximum(down, 0) > _INSIDE * width[i] * height[i]
        times = height / height[i]
        whole = inside & (times > _MIN_HEIGHT) & (times < _MAX_HEIGHT) & (width < _MAX_WIDTH * width[i])
        if not (whole & (sure >= _MIN_CONFIDENCE * field.confidence)).any():
            kept.append(field)
    return kept


def _suppress(fields: Sequence[DetectedField]) -> list[DetectedField]:
    """Suppress all but the surest, of equals the largest, of fields that overlap or lie in one another."""
    if not fields:
        return []
    ranked = sorted(
        fields, key=lambda field: (-round(field.confidence, 2), -field.box.width * field.box.height)
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
        same = shared / (area + area[i] - shared) > _MAX_IOU
        alive &= ~(same | (shared / np.minimum(area, area[i]) > _INSIDE))
    return kept
