"""The preprocessing "text-line": a crop becomes a line of fixed height, as PP-OCR wants it.

Letters: H, W the crop's rows and columns in pixels, h, w those of the line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.normalisation import to_grey


@dataclass(frozen=True, slots=True)
class TextLineParams:
    """Parameters of the preprocessing.

    Parameters
    ----------
    height : int
        Rows h of the line.
    min_width, max_width : int
        Columns w of the shortest and of the longest line. A narrower one is padded, a wider one squeezed.
    step : int
        Columns; widths are padded to a multiple of it, so that lines of like width run together.
    channels : int
        3 for colours, blue first, or 1 for grey.
    stretch : float
        Width of the line beside what keeps the crop's proportions.
    mean, std : float
        A pixel p of 0 to 255 becomes (p / 255 - mean) / std.
    """

    height: int = 48
    min_width: int = 192
    max_width: int = 2048
    step: int = 32
    channels: int = 3
    stretch: float = 1.0
    mean: float = 0.5
    std: float = 0.5


def measure_width(pixels: NDArray[np.uint8], params: TextLineParams) -> tuple[int, int]:
    """Return the columns that a crop (H, W, ...) takes of its line, and the columns of the line."""
    rows, columns = pixels.shape[:2]
    width = min(max(1, math.ceil(params.stretch * params.height * columns / rows)), params.max_width)
    return width, max(params.min_width, -(-width // params.step) * params.step)


def to_text_line(pixels: NDArray[np.uint8], params: TextLineParams) -> NDArray[np.float32]:
    """Scale a crop to the height of a line, and pad it on the right with the mean.

    Parameters
    ----------
    pixels : NDArray[uint8]
        (H, W) or (H, W, 3) RGB.
    params : TextLineParams
        Sizes and scale.

    Returns
    -------
    NDArray[float32]
        (channels, h, w), w a multiple of `step` or `min_width`.

    References
    ----------
    PaddleOCR, ``RecResizeImg`` and ``resize_norm_img``.
    """
    width, padded = measure_width(pixels, params)
    source = to_grey(pixels) if params.channels == 1 else pixels
    line = cv2.resize(source, (width, params.height), interpolation=cv2.INTER_LINEAR)
    if line.ndim == 2:
        line = np.repeat(line[:, :, None], params.channels, axis=2)
    out = np.zeros((params.channels, params.height, padded), np.float32)
    out[:, :, :width] = (
        line[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / 255 - params.mean
    ) / params.std
    return out
