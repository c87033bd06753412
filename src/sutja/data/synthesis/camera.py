"""From ink and paper to the crop a scanner or a phone would give. Planes are float32 (H, W), pictures uint8 (H, W)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.data.synthesis.paper import Plane


def write_on(paper: Plane, alpha: Plane, row: int, column: int, darkness: float) -> None:
    """Put ink on paper in place: ``alpha`` (h, w) with its corner at (row, column); what falls outside is lost.

    ``darkness`` is the part of the light that full ink takes away.
    """
    top, left = max(0, row), max(0, column)
    bottom, right = min(paper.shape[0], row + alpha.shape[0]), min(paper.shape[1], column + alpha.shape[1])
    if bottom <= top or right <= left:
        return
    part = alpha[top - row : bottom - row, left - column : right - column]
    paper[top:bottom, left:right] *= 1 - part * darkness


def take(rng: Generator, plane: Plane, unit: float, *, gentle: bool = False) -> NDArray[np.uint8]:
    """Light, focus, sensor and file format: a uint8 picture of ``plane``, now and then light ink on dark."""
    rows, columns = plane.shape
    if rng.random() < 0.2:  # uneven light
        ramp_x = np.linspace(rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.2), columns, dtype=np.float32)
        ramp_y = np.linspace(rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1), rows, dtype=np.float32)
        plane = plane * (1 + ramp_x[None, :] + ramp_y[:, None])
    if rng.random() < 0.5:
        sigma = float(rng.uniform(0.2, 0.05 * unit + 0.5)) * (0.6 if gentle else 1.0)
        plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    if rng.random() < 0.08 and not gentle:  # a moved camera
        length = int(rng.integers(2, max(3, int(unit * 0.15))))
        plane = np.asarray(cv2.blur(plane, (length, 1) if rng.random() < 0.6 else (1, length)), np.float32)
    if rng.random() < 0.45:
        plane = plane + rng.normal(0, rng.uniform(0.003, 0.05), plane.shape).astype(np.float32)
    if rng.random() < 0.1:  # a photocopy: nearly black and white
        plane = np.clip((plane - plane.mean() + 0.1) * rng.uniform(2, 6) + 0.5, 0, 1)
    picture = np.asarray(np.clip(plane * 255, 0, 255), np.uint8)
    if rng.random() < 0.06:
        picture = 255 - picture
    if rng.random() < 0.3:
        quality = int(rng.integers(25, 95))
        picture = np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE), np.uint8
        )
    return picture


def shake(rng: Generator, picture: NDArray[np.uint8], strength: float = 1.0) -> NDArray[np.uint8]:
    """A real crop seen again: other slant, size, margins, thickness and contrast. uint8 (H, W) in and out."""
    rows, columns = picture.shape
    shear, angle = float(rng.normal(0, 0.12 * strength)), float(rng.normal(0, 0.025 * strength))
    scale_x, scale_y = np.exp(rng.normal(0, 0.12 * strength, 2))
    matrix = np.array([[scale_x, shear - angle], [angle, scale_y]], np.float32)
    width, height = max(8, round(columns * scale_x)), max(8, round(rows * scale_y))
    shift_x = float(rng.normal(0, 0.03 * strength)) * rows
    shift_y = float(rng.normal(0, 0.04 * strength)) * rows
    offset = np.array([width / 2 + shift_x, height / 2 + shift_y]) - matrix @ np.array([columns / 2, rows / 2])
    out = cv2.warpAffine(
        picture, np.hstack([matrix, offset[:, None]]), (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    roll = rng.random()
    if roll < 0.12:
        out = cv2.erode(out, np.ones((2, 2), np.uint8))
    elif roll < 0.24:
        out = cv2.dilate(out, np.ones((2, 2), np.uint8))
    if rng.random() < 0.2:
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.3, 1.2)))
    plane = out.astype(np.float32)
    plane = (plane - plane.mean()) * float(rng.uniform(0.5, 1.3)) + plane.mean() + float(rng.normal(0, 12))
    if rng.random() < 0.4:
        plane += rng.normal(0, rng.uniform(1, 8), plane.shape).astype(np.float32)
    if rng.random() < 0.25:  # fine lines of another security print
        ys, xs = np.mgrid[0 : out.shape[0], 0 : out.shape[1]].astype(np.float32)
        angle, period = float(rng.uniform(-1.6, 1.6)), float(rng.uniform(3, 14))
        plane -= np.clip(np.cos((xs * np.cos(angle) + ys * np.sin(angle)) * 2 * np.pi / period), 0, 1) * float(rng.uniform(3, 25))
    if rng.random() < 0.05:
        plane = 255 - plane
    return np.asarray(np.clip(plane, 0, 255), np.uint8)
