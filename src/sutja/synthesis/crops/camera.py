"""From ink and paper to the crop a scanner or a phone would give.

Planes are float32 (H, W), 0 black to 1 white; pictures are uint8 (H, W).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.synthesis.crops.paper import Plane


def write_on(paper: Plane, alpha: Plane, row: int, column: int, darkness: float) -> None:
    """Put ink on paper in place; what falls outside is lost.

    Parameters
    ----------
    paper : Plane
        (H, W), changed.
    alpha : Plane
        (h, w) of ink, its corner at (row, column) of the paper.
    darkness : float
        The part of the light that full ink takes away.
    """
    top, left = max(0, row), max(0, column)
    bottom, right = min(paper.shape[0], row + alpha.shape[0]), min(paper.shape[1], column + alpha.shape[1])
    if bottom <= top or right <= left:
        return
    part = alpha[top - row : bottom - row, left - column : right - column]
    paper[top:bottom, left:right] *= 1 - part * darkness


def photograph(rng: Generator, plane: Plane, unit: float, *, gentle: bool = False) -> NDArray[np.uint8]:
    """Photograph a plane: light, focus, sensor and file format; now and then light ink on dark.

    Parameters
    ----------
    plane : Plane
        float32 (H, W).
    unit : float
        Digit height in pixels.
    gentle : bool
        Blur less, as small digits need.

    Returns
    -------
    uint8 (H, W)
    """
    uneven = rng.random() < 0.2
    if uneven:
        plane = plane * _uneven_light(rng, plane.shape[0], plane.shape[1])
    if rng.random() < 0.5:
        sigma = float(rng.uniform(0.2, 0.05 * unit + 0.5)) * (0.6 if gentle else 1.0)
        plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    if rng.random() < 0.08 and not gentle:  # a moved camera
        length = int(rng.integers(2, max(3, int(unit * 0.15))))
        plane = np.asarray(cv2.blur(plane, (length, 1) if rng.random() < 0.6 else (1, length)), np.float32)
    if rng.random() < 0.45:
        plane = plane + rng.normal(0, rng.uniform(0.003, 0.05), plane.shape).astype(np.float32)
    if rng.random() < 0.1:  # a photocopy: nearly black and white
        near = int(2 * unit) + 1  # pixels; under uneven light, what is dark depends on the place
        level = cv2.blur(plane, (near, near)) if uneven else plane.mean()
        plane = np.asarray(np.clip((plane - level + 0.1) * rng.uniform(2, 6) + 0.5, 0, 1), np.float32)
    picture = np.asarray(np.clip(plane * 255, 0, 255), np.uint8)
    if rng.random() < 0.06:
        picture = 255 - picture
    if rng.random() < 0.3:
        quality = int(rng.integers(25, 95))
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture


def _uneven_light(rng: Generator, rows: int, columns: int) -> Plane:
    ramp_x = np.linspace(rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.2), columns, dtype=np.float32)
    ramp_y = np.linspace(rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1), rows, dtype=np.float32)
    return np.asarray(1 + ramp_x[None, :] + ramp_y[:, None], np.float32)


def augment(rng: Generator, picture: NDArray[np.uint8], strength: float = 1.0) -> NDArray[np.uint8]:
    """Augment a real crop: slant, size, margins, thickness and contrast.

    Parameters
    ----------
    picture : NDArray[uint8]
        uint8 (H, W).
    strength : float
        Strength of the change of shape: below 1 for a single digit; above 1 strokes bend as well.

    Returns
    -------
    uint8 (H', W')
    """
    out = _moved(rng, picture, strength)
    roll = rng.random()
    if roll < 0.12:
        out = np.asarray(cv2.erode(out, np.ones((2, 2), np.uint8)), np.uint8)
    elif roll < 0.24:
        out = np.asarray(cv2.dilate(out, np.ones((2, 2), np.uint8)), np.uint8)
    if rng.random() < 0.2:
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.3, 1.2))), np.uint8)
    plane = out.astype(np.float32)
    clear = min(1.0, float(np.ptp(plane)) / 100)  # a faint crop is not made fainter, nor drowned
    contrast = max(float(rng.uniform(0.5, 1.3)), 1.0 - 0.5 * clear)
    plane = (plane - plane.mean()) * contrast + plane.mean() + float(rng.normal(0, 12))
    if rng.random() < 0.4:
        plane += rng.normal(0, rng.uniform(1, 8) * clear, plane.shape).astype(np.float32)
    if rng.random() < 0.25:
        plane -= _fine_lines(rng, plane.shape[0], plane.shape[1]) * float(rng.uniform(3, 25)) * clear
    if rng.random() < 0.05:
        plane = 255 - plane
    return np.asarray(np.clip(plane, 0, 255), np.uint8)


def _moved(rng: Generator, picture: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Slanted, turned, scaled and shifted; the paper goes on as it is at the edge."""
    rows, columns = picture.shape
    shear, angle = float(rng.normal(0, 0.12 * strength)), float(rng.normal(0, 0.025 * strength))
    scale_x, scale_y = np.exp(rng.normal(0, 0.12 * strength, 2))
    matrix = np.array([[scale_x, shear - angle], [angle, scale_y]], np.float32)
    width, height = max(8, round(columns * scale_x)), max(8, round(rows * scale_y))
    shift_x = float(rng.normal(0, 0.03 * strength)) * rows
    shift_y = float(rng.normal(0, 0.04 * strength)) * rows
    centre = np.array([width / 2 + shift_x, height / 2 + shift_y])
    offset = centre - matrix @ np.array([columns / 2, rows / 2])
    whole = np.hstack([matrix, offset[:, None]])
    interpolation, edge = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    moved = cv2.warpAffine(picture, whole, (width, height), flags=interpolation, borderMode=edge)
    if strength <= 1 or min(width, height) < 16:
        return np.asarray(moved, np.uint8)
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    for axis in (xs, ys):  # strokes waver: another hand of the same kind
        cells = max(2, round(height / 14)), max(2, round(width / 14))
        bends = rng.normal(0, 0.03 * height * float(rng.random()), cells).astype(np.float32)
        axis += cv2.resize(bends, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.remap(np.asarray(moved), xs, ys, interpolation, borderMode=edge), np.uint8)


def _fine_lines(rng: Generator, rows: int, columns: int) -> Plane:
    """Straight fine lines of another security print, 0..1."""
    ys, xs = np.mgrid[0:rows, 0:columns].astype(np.float32)
    angle, period = float(rng.uniform(-1.6, 1.6)), float(rng.uniform(3, 14))
    along = xs * np.cos(angle) + ys * np.sin(angle)
    return np.asarray(np.clip(np.cos(along * 2 * np.pi / period), 0, 1), np.float32)
