"""Degradation of a sheet to a picture of it: paper, age, scanner or camera, and file format."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.synthesis.pages.fields import Field, PageSample
from sutja.synthesis.pages.layouts.negatives import make_texture
from sutja.synthesis.pages.sheet import Sheet

Pixels = NDArray[np.uint8]
_LEAST_CONTRAST = 16  # grey levels
_LEAST_LIKENESS = 0.45  # correlation of what is seen of a number with its ink
MAX_ANGLE = 5.0  # degrees that a page is turned at most
_MEDIA = ("digital", "scan", "photo", "copy")
_SHARES = (0.12, 0.46, 0.34, 0.08)


def degrade(rng: Generator, sheet: Sheet, medium: str | None = None) -> PageSample:
    """A picture of a sheet.

    Parameters
    ----------
    medium : str | None
        Digital (as a program draws it), scan, photo or copy (nearly black and white); at random by default.

    Returns
    -------
    PageSample, as large as the sheet and what is seen around it.
    """
    medium = medium or str(rng.choice(_MEDIA, p=_SHARES))
    plane = sheet.plane
    if medium == "digital":
        return PageSample(plane.copy(), sheet.fields())
    plane = _aged(rng, _on_paper(rng, plane))
    matrix, size = _make_homography(rng, plane.shape, photo=medium == "photo")
    around = _around(rng, size, photo=medium == "photo")
    picture = _lay_out(rng, plane, matrix, around)
    if medium == "photo":
        picture = _lit(rng, picture)
    picture = _blurred(rng, picture, photo=medium == "photo")
    if medium == "copy":
        picture = _copied(rng, picture)
    picture = _stored(rng, _noisy(rng, picture, photo=medium == "photo"))
    if rng.random() < 0.02:
        picture = 255 - picture
    size = picture.shape[1], picture.shape[0]
    drawn = cv2.warpPerspective(sheet.plane, matrix, size, flags=cv2.INTER_LINEAR, borderValue=255)
    return PageSample(picture, _legible(picture, np.asarray(drawn, np.uint8), sheet.fields(matrix)))


def _legible(picture: Pixels, drawn: Pixels, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Fields that nothing is left of, in fog, in shadow or in a copy, are to be ignored.

    Parameters
    ----------
    drawn : Pixels
        The sheet as it was drawn, where the picture has it.
    """
    # Noise alone is no ink.
    small, wanted = (np.asarray(cv2.blur(plane, (3, 3)), np.uint8) for plane in (picture, drawn))
    out = []
    for field in fields:
        x0, y0, x1, y1 = (max(0, int(v)) for v in field.box)
        patch, ink = (plane[y0 : y1 + 1, x0 : x1 + 1] for plane in (small, wanted))
        lost = patch.size == 0 or int(patch.max()) - int(patch.min()) < _LEAST_CONTRAST
        out.append(replace(field, ignore=True) if lost or _likeness(patch, ink) < _LEAST_LIKENESS else field)
    return tuple(out)


def _likeness(patch: Pixels, ink: Pixels) -> float:
    """The correlation of two patches, 0 to 1, whichever of the two is light on dark."""
    a, b = (plane.astype(np.float32).ravel() - float(plane.mean()) for plane in (patch, ink))
    return float(abs(a @ b) / max(1e-6, float(np.sqrt((a @ a) * (b @ b)))))


@lru_cache(maxsize=4)
def _grain(kind: int) -> NDArray[np.int8]:
    """Noise made once, of which windows are taken: int8 (1400, 1400) of 30 levels spread."""
    noise = np.random.default_rng(kind).normal(0, 30, (1400, 1400)).astype(np.float32)
    if kind % 2:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.8) * 2.2
    return np.clip(noise, -127, 127).astype(np.int8)


def _noise(rng: Generator, size: tuple[int, ...], spread: float, *, soft: bool) -> NDArray[np.int16]:
    """A window of noise with a standard deviation of ``spread`` grey levels."""
    whole = _grain(int(rng.integers(0, 2)) * 2 + int(soft))
    top, left = (int(rng.integers(0, max(1, 1400 - n))) for n in size[:2])
    window = whole[top : top + size[0], left : left + size[1]]
    if window.shape != size:
        window = np.tile(window, (2, 2))[: size[0], : size[1]]
    return np.asarray(cv2.convertScaleAbs(window, alpha=spread / 30).astype(np.int16) * np.sign(window))


def _clouds(rng: Generator, size: tuple[int, ...], cell: int, low: float, high: float) -> Pixels:
    """Smooth light and shade between two levels, uint8."""
    cells = max(2, size[0] // cell + 2), max(2, size[1] // cell + 2)
    coarse = rng.uniform(low, high, cells).astype(np.float32)
    fine = cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.convertScaleAbs(np.clip(fine, 0, 255)), np.uint8)


def _times(plane: Pixels, light: Pixels) -> Pixels:
    return np.asarray(cv2.multiply(plane, light, scale=1 / 255), np.uint8)


def _on_paper(rng: Generator, plane: Pixels) -> Pixels:
    """Ink of any grey on paper of any tone."""
    shade = float(rng.uniform(0.62, 1.0)) if rng.random() < 0.8 else float(rng.uniform(0.4, 0.65))
    faint = float(rng.uniform(0, 0.3)) if rng.random() < 0.4 else 0.0
    level = np.arange(256, dtype=np.float32) / 255
    table = np.clip((level + (1 - level) * faint) * shade * 255, 0, 255).astype(np.uint8)
    out = np.asarray(cv2.LUT(plane, table), np.uint8)
    if rng.random() < 0.6:
        spread = float(rng.uniform(0, 14))
        out = _times(out, _clouds(rng, plane.shape, int(rng.integers(6, 160)), 255 - 2 * spread, 255))
    return out


def _aged(rng: Generator, plane: Pixels) -> Pixels:
    """Bleed-through from the other side, folds, stains, holes."""
    size = plane.shape
    if rng.random() < 0.13:
        back = plane[:, ::-1] if rng.random() < 0.7 else plane[::-1]
        back = np.roll(back, (int(rng.integers(-30, 30)), int(rng.integers(-60, 60))), (0, 1))
        back = np.asarray(cv2.GaussianBlur(back, (0, 0), float(rng.uniform(0.6, 2.5))), np.uint8)
        paper = float(np.percentile(back[::5, ::5], 80))
        light = cv2.convertScaleAbs(
            np.clip(255 - (paper - back.astype(np.float32)) * rng.uniform(0.08, 0.4), 0, 255)
        )
        plane = _times(plane, np.asarray(light, np.uint8))
    for _ in range(int(rng.integers(1, 4)) if rng.random() < 0.18 else 0):
        plane = _times(plane, _fold(rng, size))
    if rng.random() < 0.08:
        plane = _times(
            plane, _clouds(rng, size, int(rng.integers(40, 200)), float(rng.uniform(170, 225)), 310)
        )
    if rng.random() < 0.05:
        for share in (0.25, 0.75):
            centre = int(rng.uniform(8, 24)), int(size[0] * share)
            cv2.circle(plane, centre, int(rng.uniform(5, 11)), int(rng.uniform(0, 90)), -1, cv2.LINE_AA)
    return plane


def _fold(rng: Generator, size: tuple[int, ...]) -> Pixels:
    """The crease of a fold: light on one side, shade on the other."""
    axis = int(rng.integers(0, 2))
    n, other = size[1 - axis], size[axis]
    at = float(rng.uniform(0.15, 0.85)) * n
    tilt = float(rng.normal(0, 0.02)) * n
    run = (
        np.arange(n, dtype=np.float32)[None, :]
        - at
        - np.linspace(-tilt, tilt, other, dtype=np.float32)[:, None]
    )
    wide = float(rng.uniform(2, 30))
    shade = np.where(run > 0, np.exp(-np.abs(run) / wide), 0) * rng.uniform(5, 45)
    shade += np.exp(-((run / 1.2) ** 2)) * rng.uniform(0, 60)
    light = np.clip(255 - shade, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(light if axis == 0 else light.T)


def _make_homography(
    rng: Generator, size: tuple[int, ...], *, photo: bool
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Position of the sheet: (3, 3) from the sheet's pixels to the picture's, and the picture's (H, W)."""
    rows, columns = size[:2]
    pad = (
        float(rng.uniform(0, 0.12)) * min(rows, columns)
        if photo
        else float(rng.uniform(0, 14)) * (rng.random() < 0.5)
    )
    spread = 2.0 if photo else 1.1
    angle = (
        0.0
        if not photo and rng.random() < 0.4
        else float(np.clip(rng.normal(0, spread), -MAX_ANGLE, MAX_ANGLE))
    )
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    middle = np.array([columns / 2, rows / 2])
    turn = np.deg2rad(angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = (corners - middle) @ matrix.T + middle
    if photo:
        moved += rng.normal(0, float(rng.uniform(0, 0.022)), (4, 2)) * [columns, rows]
    tight = rng.random() < (0.4 if photo else 0.85)  # cropped to the page, corners cut
    if tight:
        pad *= 0.2
        low, high = np.zeros(2), np.array([columns, rows], np.float64)
    else:
        low, high = moved.min(axis=0), moved.max(axis=0)
    moved = moved - low + pad
    extent = np.ceil(high - low + 2 * pad).astype(int)
    whole = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    return np.asarray(whole, np.float64), (int(extent[1]), int(extent[0]))


def _around(rng: Generator, size: tuple[int, int], *, photo: bool) -> Pixels:
    """The table under the page, or the lid of the scanner."""
    if photo and rng.random() < 0.8:
        return np.asarray(make_texture(rng, size), np.uint8)
    return np.full(size, int(rng.choice([0, 20, 60, 200, 235, 255])), np.uint8)


def _lay_out(rng: Generator, plane: Pixels, matrix: NDArray[np.float64], around: Pixels) -> Pixels:
    """The page on what lies around it, with its shadow."""
    wide = around.shape[1], around.shape[0]
    still = np.abs(matrix - np.eye(3)).max() < 1e-9 and around.shape == plane.shape
    if still:
        return plane
    interpolation = cv2.INTER_LINEAR if rng.random() < 0.8 else cv2.INTER_CUBIC
    page = cv2.warpPerspective(
        plane, matrix, wide, flags=interpolation, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )
    mask = cv2.warpPerspective(np.full(plane.shape, 255, np.uint8), matrix, wide, flags=cv2.INTER_LINEAR)
    if rng.random() < 0.4:
        shade = cv2.GaussianBlur(np.roll(mask, (4, 3), (0, 1)), (0, 0), 5)
        around = _times(
            around, np.asarray(255 - cv2.convertScaleAbs(shade, alpha=float(rng.uniform(0.1, 0.6))), np.uint8)
        )
    return np.asarray(
        cv2.add(_times(np.asarray(page), np.asarray(mask)), _times(around, np.asarray(255 - mask, np.uint8))),
        np.uint8,
    )


def _lit(rng: Generator, picture: Pixels) -> Pixels:
    """Light from one side, and at times the shadow of a hand or a telephone."""
    size = picture.shape
    if rng.random() < 0.7:
        ends = rng.uniform(float(rng.uniform(90, 230)), 255, (2, 2)).astype(np.float32)
        slope = cv2.resize(ends, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
        picture = _times(picture, np.asarray(cv2.convertScaleAbs(slope), np.uint8))
    if rng.random() < 0.3:
        shadow = np.full(size, 255, np.uint8)
        points = (rng.random((int(rng.integers(3, 6)), 2)) * 1.6 - 0.3) * [size[1], size[0]]
        cv2.fillPoly(shadow, [points.astype(np.int32)], int(rng.uniform(100, 215)))
        soft = cv2.resize(shadow, (max(2, size[1] // 8), max(2, size[0] // 8)), interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(soft, (0, 0), float(rng.uniform(0.4, 5)))
        picture = _times(picture, np.asarray(cv2.resize(soft, (size[1], size[0])), np.uint8))
    return picture


def _blurred(rng: Generator, picture: Pixels, *, photo: bool) -> Pixels:
    """Out of focus, moved, or scanned coarser than it is shown."""
    roll = rng.random()
    if roll < (0.5 if photo else 0.3):
        sigma = float(rng.uniform(0.3, 1.3 if photo else 0.9))
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)
    elif roll < 0.58 and photo:
        length = int(rng.integers(2, 5))
        picture = np.asarray(cv2.blur(picture, (length, 1) if rng.random() < 0.5 else (1, length)), np.uint8)
    elif roll > 0.85:
        rows, columns = picture.shape
        coarse = float(rng.uniform(0.55, 0.95))
        small = cv2.resize(picture, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_AREA)
        picture = np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint8)
    elif roll > 0.78:  # sharpened by the scanner
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
        picture = np.asarray(cv2.addWeighted(picture, 1.8, soft, -0.8, 0), np.uint8)
    return picture


def _copied(rng: Generator, picture: Pixels) -> Pixels:
    """Nearly black and white; the level lies between the ink and the paper, here or on the whole page."""
    some = picture[::4, ::4]
    paper, ink = float(np.percentile(some, 70)), float(np.percentile(some, 1))
    depth = max(12.0, paper - ink)
    sharp = float(rng.choice([2.5, 6.0, 40.0])) * 255 / depth
    plane = picture.astype(np.float32)
    level: NDArray[np.float32] | float = paper - depth * float(rng.uniform(0.2, 0.45))
    if rng.random() < 0.6:
        level = cv2.blur(plane, (61, 61)) - depth * float(rng.uniform(0.12, 0.3))
    return np.asarray(np.clip((plane - level) * sharp + 127, 0, 255), np.uint8)


def _noisy(rng: Generator, picture: Pixels, *, photo: bool) -> Pixels:
    if rng.random() < 0.6:
        spread = float(rng.uniform(0.5, 12 if photo else 8))
        noise = _noise(rng, picture.shape, spread, soft=rng.random() < 0.5)
        picture = np.clip(picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.07:  # dust
        count = int(picture.size * rng.uniform(0.0001, 0.004))
        rows, columns = (rng.integers(0, n, count) for n in picture.shape)
        picture[rows, columns] = rng.integers(0, 2, count) * 255
    return picture


def _stored(rng: Generator, picture: Pixels) -> Pixels:
    if rng.random() < 0.45:
        quality = int(rng.integers(22, 95))
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture
