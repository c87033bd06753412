"""`TextDetector`: where a page has lines of text, whatever they say.

PP-OCRv6's small text detector (PaddleOCR, Apache-2.0), which the package `rapidocr` carries beside the second
reader, gives each pixel a probability that it lies in the middle of a line of text. Regions above a threshold
are grown back to the size of their lines (differentiable binarisation: Liao et al. 2020).

Letters: H, W rows and columns of the picture, h, w those of the network's input, n lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.model_file import Card, ModelFile, Preprocessing
from sutja.reading.second.second_reader import load_weights
from sutja.runtime import Session

WEIGHTS = "models/PP-OCRv6_det_small.onnx"  # in the package
SHA256 = "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"
MAX_PIXELS = 1_300_000  # of the network's input, about half a second of one thread
MULTIPLE = 32  # pixels: sides of the network's input
MIN_SIDE = 64  # pixels
_INSIDE = 0.3  # probability from which a pixel is in a line
_MIN_SCORE = 0.5  # mean probability of a line
_GROWTH = 1.6  # area by perimeter by which a region is grown, as PaddleOCR has it
_MIN_THICKNESS = 3.0  # pixels of the network's input


@dataclass(frozen=True, slots=True)
class TextRegion:
    """A region of text.

    Attributes
    ----------
    centre : tuple[float, float]
        x and y in the picture's pixels.
    length, thickness : float
        The longer side of the region and the shorter, in pixels.
    angle : float
        Degrees clockwise from the x axis to the longer side, -90 to 90.
    score : float
        Mean probability of its pixels.
    """

    centre: tuple[float, float]
    length: float
    thickness: float
    angle: float
    score: float

    @property
    def corners(self) -> NDArray[np.float64]:
        """Corners (4, 2): start of the upper edge, its end, end of the lower edge, its start."""
        along = np.array([np.cos(np.radians(self.angle)), np.sin(np.radians(self.angle))])
        across = np.array([-along[1], along[0]])
        u, v = along * self.length / 2, across * self.thickness / 2
        return np.asarray(self.centre) + np.stack([-u - v, u - v, u + v, -u + v])


class TextDetector:
    """PP-OCRv6's small text detector.

    Parameters
    ----------
    threads : int
        Threads the network may use.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Raises
    ------
    SutjaError
        The package is not installed, or its weights are not those that this version was calibrated with.
    InferenceError
        The engine cannot load the network.
    """

    def __init__(self, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        data, source = load_weights(WEIGHTS, SHA256)
        card = Card("detect", "PP-OCRv6 small", (), Preprocessing("text-page"), classes=("text",))
        self._session = Session(ModelFile(card, data, source), threads, providers)

    def find_regions(self, pixels: NDArray[np.uint8]) -> list[TextRegion]:
        """Find the regions of text in a picture, from top to bottom.

        Parameters
        ----------
        pixels : NDArray[uint8]
            (H, W) or (H, W, 3) RGB, at the size that the network shall see it; one of more than `MAX_PIXELS`
            is made smaller.
        """
        rows, columns = pixels.shape[:2]
        shrink = min(1.0, float(np.sqrt(MAX_PIXELS / (rows * columns))))
        h, w = (max(MIN_SIDE, round(side * shrink / MULTIPLE) * MULTIPLE) for side in (rows, columns))
        small = cv2.resize(pixels, (w, h), interpolation=cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR)
        if small.ndim == 2:
            small = np.repeat(small[:, :, None], 3, axis=2)
        batch = small[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1.0
        probabilities = self._session.run(np.ascontiguousarray(batch))[0, 0]
        regions = list_regions(probabilities, columns / w, rows / h)
        return sorted(regions, key=lambda region: (region.centre[1], region.centre[0]))


def list_regions(
    probabilities: NDArray[np.float32], scale_x: float = 1.0, scale_y: float = 1.0
) -> list[TextRegion]:
    """List the regions of text by the probability of each pixel.

    Parameters
    ----------
    probabilities : NDArray[float32]
        (h, w) probability that a pixel is in the middle of a line.
    scale_x, scale_y : float
        Pixels of the picture to one of these.
    """
    inside = (probabilities > _INSIDE).astype(np.uint8)
    inside = np.asarray(cv2.dilate(inside, np.ones((2, 2), np.uint8)), np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        (x, y), (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < _MIN_THICKNESS:
            continue
        corners = np.asarray(cv2.boxPoints(((x, y), (width, height), angle)), np.float32)
        score = _measure_score(probabilities, corners)
        if score < _MIN_SCORE:
            continue
        grown = _GROWTH * width * height / (2 * (width + height))
        length, thickness = width + 2 * grown, height + 2 * grown
        if thickness > length:
            length, thickness, angle = thickness, length, angle + 90.0
        angle = (angle + 90.0) % 180.0 - 90.0
        upright = abs(angle) < 45.0
        across, down = (scale_x, scale_y) if upright else (scale_y, scale_x)
        found.append(TextRegion((x * scale_x, y * scale_y), length * across, thickness * down, angle, score))
    return found


def _measure_score(probabilities: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    """Measure the mean probability within a rectangle, (4, 2) corners."""
    rows, columns = probabilities.shape
    low = np.clip(np.floor(corners.min(axis=0)), 0, (columns - 1, rows - 1)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), 0, (columns - 1, rows - 1)).astype(int)
    mask = np.zeros((high[1] - low[1] + 1, high[0] - low[0] + 1), np.uint8)
    cv2.fillPoly(mask, [np.round(corners - low).astype(np.int32)], (1,))
    part = probabilities[low[1] : high[1] + 1, low[0] : high[0] + 1]
    return float(cv2.mean(part, mask)[0])
