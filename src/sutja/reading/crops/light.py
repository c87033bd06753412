"""`even_light`: take a shadow, or light that falls from one side, away from a crop.

Letters: H, W the crop's rows and columns in pixels.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_LEAST_SIDE = 20  # pixels; a smaller crop is left as it is
_TALL = 1.3  # height by width from which a digit fills its crop, like the round, shaded roller of a meter
_ROWS = 24  # light is measured on about so many rows
_STROKE = 0.45  # of the rows: strokes are narrower than that
_DARK_PAPER = 0.25  # share of the contrast between dark and middle grey, below which the paper is dark
_BOLD = 0.02  # share of that contrast from which what looks like bold strokes is dark paper around light ones
_LEAST_CONTRAST = 20.0  # grey levels of ink
_UNEVEN = 0.4  # share of that contrast by which the light on the paper must differ
_MOST = 3.6  # times as much light as elsewhere: what is darker is no shadow, but beyond the edge of the page


def even_light(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Divide a crop with dark ink by the light on its paper, which closing over the strokes shows.

    Parameters
    ----------
    pixels : NDArray[uint8]
        uint8 (H, W) grey or (H, W, 3) RGB.

    Returns
    -------
    NDArray[uint8]
        Of the same shape; `pixels` itself where the light is even enough, the ink is light, or the crop is
        small or tall.
    """
    rows, columns = pixels.shape[:2]
    if min(rows, columns) < _LEAST_SIDE or rows > _TALL * columns:
        return pixels
    shrink = max(1.0, min(rows, columns) / _ROWS)
    size = max(1, round(columns / shrink)), max(1, round(rows / shrink))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST)
    if small.ndim == 3:
        small = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    low, middle, light, high = _find_quantiles(small, 0.01, 0.5, 0.97, 0.99)
    if light - low < _LEAST_CONTRAST or middle - low < _DARK_PAPER * (high - low):
        return pixels
    side = round(_STROKE * min(small.shape)) | 1
    kernel = np.ones((side, side), np.uint8)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    dark, bright, *_ = cv2.minMaxLoc(closed)
    if bright - dark < _UNEVEN * (dark - low):  # as in most crops: blurred, the light is no less even
        return pixels
    opened = cv2.morphologyEx(small, cv2.MORPH_OPEN, kernel)
    bold = 0.5 * (closed.mean() + opened.mean()) - small.mean()  # above 0 where strokes cover more than half
    if bold > _BOLD * (high - low):
        return pixels
    paper = np.maximum(cv2.GaussianBlur(closed, (0, 0), side / 4), 1)
    dimmest, brightest = _find_quantiles(paper, 0.03, 0.97)
    share = small / np.asarray(paper, np.float32)
    ink = brightest * (1.0 - _find_quantiles(share, 0.01)[0])
    if ink < _LEAST_CONTRAST or brightest - dimmest < _UNEVEN * ink or brightest > _MOST * dimmest:
        return pixels
    gain = np.minimum(brightest / paper, _MOST).astype(np.float32)
    gain = np.asarray(cv2.resize(gain, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)
    gain = gain if pixels.ndim == 2 else gain[..., None]
    return np.asarray(np.clip(pixels * gain, 0.0, 255.0), np.uint8)


def _find_quantiles(plane: NDArray[Any], *parts: float) -> list[float]:
    """Find quantiles, which NumPy's own function takes much longer for on a small plane."""
    values = np.sort(plane, axis=None)
    return [float(values[round(part * (len(values) - 1))]) for part in parts]
