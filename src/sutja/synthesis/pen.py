"""A pen: lines written down as points, softened as a hand softens them, and drawn.

Letters: p points of a line, (x, y) with y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]

SIDE = 72  # pixels of a drawing
_SIZE = 0.62  # of the side: longer side of what is drawn, in the mean


def parse_strokes(text: str, middle: tuple[float, float], size: float) -> list[Stroke]:
    """Parse strokes of points on a grid.

    Parameters
    ----------
    text : str
        Strokes with a space between, of two figures for each point, x and y: "062046 1434".
    middle : tuple[float, float]
        Point (x, y) of the grid that becomes the origin.
    size : float
        Steps of the grid that become 1.

    Returns
    -------
    list[Stroke]
        float64 (p, 2) each, about the origin.
    """
    strokes = []
    for part in text.split():
        points = np.array([int(figure) for figure in part], np.float64).reshape(-1, 2)
        strokes.append((points - middle) / size)
    return strokes


def soften(points: Stroke, times: int) -> Stroke:
    """Round the corners of a line; a point that stands twice stays sharp.

    Parameters
    ----------
    points : Stroke
        float64 (p, 2).
    times : int
        How often corners are cut.

    References
    ----------
    Chaikin, An algorithm for high-speed curve generation, 1974.
    """
    for _ in range(times):
        inner = np.stack([0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]], 1)
        points = np.concatenate([points[:1], inner.reshape(-1, 2), points[-1:]])
    return points


def draw_strokes(
    strokes: Sequence[Stroke], rng: np.random.Generator, pen: tuple[float, float] = (0.035, 0.11)
) -> NDArray[np.uint8]:
    """Draw strokes with one pen, somewhat turned, sheared and stretched.

    Parameters
    ----------
    strokes : Sequence[Stroke]
        float64 (p, 2) each, about the origin, of a size of about 1.
    rng : np.random.Generator
        Source of chance.
    pen : tuple[float, float]
        Least and largest width of the pen, as a share of the side.

    Returns
    -------
    NDArray[uint8]
        uint8 (SIDE, SIDE), light on dark.
    """
    turn, shear = rng.normal(0, 0.12), rng.normal(0, 0.15)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ [[1, shear], [0, 1]]
    matrix = matrix @ np.diag(rng.uniform(0.75, 1.25, 2)) * _SIZE * SIDE
    width = max(1, round(SIDE * rng.uniform(*pen)))
    picture = np.zeros((SIDE, SIDE), np.uint8)
    for stroke in strokes:
        path = np.rint(stroke @ matrix.T + SIDE / 2).astype(np.int32)
        cv2.polylines(picture, [path], False, 255, width, cv2.LINE_AA)
    return picture
