"""Backgrounds: paper, security print, ruled lines, boxes and combs.

Planes are float32 (H, W), 0 black to 1 white.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def _clouds(rng: Generator, size: tuple[int, int], cell: int) -> Plane:
    """Smooth noise of about unit spread; ``make_cell`` is the size of its grain in pixels."""
    rows, columns = size
    coarse = rng.normal(0, 1, (max(2, rows // cell + 1), max(2, columns // cell + 1))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _security_print(rng: Generator, size: tuple[int, int], unit: float) -> Plane:
    """Families of fine lines, straight or waving, as on cheques; 0..1 where there is print."""
    ys, xs = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    out = np.zeros(size, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        angle = float(rng.choice([0.0, rng.uniform(-0.5, 0.5), rng.uniform(-1.6, 1.6)]))
        period = float(rng.uniform(0.1, 0.5)) * unit
        along, across = xs * np.cos(angle) + ys * np.sin(angle), ys * np.cos(angle) - xs * np.sin(angle)
        height = float(rng.uniform(0, 0.6)) * unit
        wave = height * np.sin(along * (2 * np.pi / (unit * rng.uniform(1, 6))) + rng.uniform(0, 6))
        phase = (across + wave) * (2 * np.pi / max(period, 2.5))
        line = np.clip((np.cos(phase) - rng.uniform(0.0, 0.8)) * 3, 0, 1)
        out = np.maximum(out, line * rng.uniform(0.4, 1.0))
    return out


def make_paper(rng: Generator, size: tuple[int, int], unit: float) -> Plane:
    """An empty piece of paper, (H, W) pixels; ``unit`` is the digit height that will be written on it."""
    shade = float(rng.uniform(0.5, 1.0))
    plane = np.full(size, shade, np.float32)
    kind = rng.random()
    if kind < 0.35:
        return plane
    plane += _clouds(rng, size, int(rng.integers(2, 7))) * float(rng.uniform(0.0, 0.03))
    plane += _clouds(rng, size, int(max(8, unit))) * float(rng.uniform(0.0, 0.06))
    if kind > 0.62:
        plane -= _security_print(rng, size, unit) * float(rng.uniform(0.03, 0.16)) * shade
    if kind > 0.95:  # coarse print underneath: a logo, a pattern, a photograph
        plane += np.clip(_clouds(rng, size, int(max(4, unit * 0.4))), -1, 1) * 0.12
    return plane


Point = tuple[float, float]  # x, y in pixels


def _stroke(plane: Plane, start: Point, end: Point, width: int, value: float) -> None:
    """A straight line darkened to ``value`` onto ``plane`` in place, at sub-pixel positions."""
    mask = np.zeros(plane.shape, np.uint8)
    a, b = [(round(x * 16), round(y * 16)) for x, y in (start, end)]
    cv2.line(mask, a, b, 255, width, cv2.LINE_AA, 4)
    np.minimum(plane, 1 - mask.astype(np.float32) / 255 * (1 - value), out=plane)


def make_rules(rng: Generator, size: tuple[int, int], box: tuple[int, int, int, int], unit: float) -> Plane:
    """Form furniture around the number at ``box`` (top, bottom, left, right): 1 where there is nothing.

    Underlines, frames, combs, guide lines above and below, and lines at the crop's own edge.
    """
    rows, columns = size
    top, bottom, left, right = box
    plane = np.ones(size, np.float32)
    value, width = float(rng.uniform(0.1, 0.75)), int(rng.integers(1, max(2, int(unit * 0.09)) + 1))
    tilt = float(rng.normal(0, 0.012)) * columns
    kind = rng.random()
    gap = float(rng.uniform(-0.12, 0.35)) * unit
    if kind < 0.4 or kind > 0.9:  # a line under it, perhaps through its feet
        y = bottom + gap
        _stroke(plane, (-2, y), (columns + 2, y + tilt), width, value)
        if rng.random() < 0.2:
            _stroke(plane, (-2, y + unit * 0.15), (columns + 2, y + tilt + unit * 0.15), width, value)
    if 0.35 < kind < 0.5:  # a line above
        _stroke(plane, (-2, top - abs(gap)), (columns + 2, top - abs(gap) + tilt), width, value)
    if 0.5 < kind < 0.75:  # a frame
        pad_x, pad_y = float(rng.uniform(0.02, 0.6)) * unit, float(rng.uniform(0.02, 0.35)) * unit
        x0, x1, y0, y1 = left - pad_x, right + pad_x, top - pad_y, bottom + pad_y
        corners = [(x0, y0), (x1, y0 + tilt), (x1, y1 + tilt), (x0, y1)]
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            if rng.random() < 0.9:
                _stroke(plane, a, b, width, value)
    if kind > 0.92:  # a vertical line beside it, as the edge of a column
        x = (left - abs(gap) - 2) if rng.random() < 0.5 else (right + abs(gap) + 2)
        _stroke(plane, (x, -2), (x + tilt * 0.2, rows + 2), width, value)
    return plane


def make_comb(
    rng: Generator, size: tuple[int, int], edges: list[float], top: float, bottom: float, unit: float
) -> Plane:
    """One box per digit, or the low teeth of a comb; 1 where there is nothing.

    Parameters
    ----------
    size : tuple[int, int]
        (H, W) in pixels.
    edges : list[float]
        Columns of the dividers.
    top, bottom : float
        Rows between which they stand.
    unit : float
        Digit height in pixels.
    """
    plane = np.ones(size, np.float32)
    value, width = float(rng.uniform(0.1, 0.7)), int(rng.integers(1, max(2, int(unit * 0.08)) + 1))
    teeth = rng.random() < 0.3
    start = bottom - (bottom - top) * float(rng.uniform(0.15, 0.5)) if teeth else top
    for x in edges:
        _stroke(plane, (x, start), (x, bottom), width, value)
    _stroke(plane, (edges[0], bottom), (edges[-1], bottom), width, value)
    if not teeth:
        _stroke(plane, (edges[0], top), (edges[-1], top), width, value)
    return plane


def make_cell(
    rng: Generator, size: tuple[int, int], box: tuple[float, float, float, float], unit: float
) -> Plane:
    """The lines of one cell of a grid, each of its own weight, slightly askew; 1 where there is nothing.

    ``box`` is (top, bottom, left, right) in pixels; the other parameters are as in `make_comb`.
    """
    plane = np.ones(size, np.float32)
    rows, columns = size
    top, bottom, left, right = box
    value, askew = float(rng.uniform(0.1, 0.8)), float(rng.normal(0, 0.02)) * rows
    for start, end in (
        ((-2.0, top), (columns + 2.0, top + askew)),
        ((-2.0, bottom), (columns + 2.0, bottom + askew)),
        ((left, -2.0), (left - askew, rows + 2.0)),
        ((right, -2.0), (right - askew, rows + 2.0)),
    ):
        if rng.random() < 0.75:
            _stroke(plane, start, end, int(rng.integers(1, max(2, round(unit * 0.14)) + 1)), value)
    return plane
