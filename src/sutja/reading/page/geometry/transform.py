"""Transforms of a page: turned, mirrored, deskewed, or with its perspective removed; and the way back.

Nothing is resampled before it is needed. A `PageTransform` knows the homography from coordinates of the
straightened page to those of the picture as given. The detector gets the page rendered small, and each field
is cropped from the picture's own pixels. Coordinates are of edges, not of pixel centres: the first pixel
reaches from 0 to 1.

Letters: H, W rows and columns of the picture, h, w those of what is rendered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.types import Box

Matrix: TypeAlias = NDArray[np.float64]  # (3, 3)
Pixels: TypeAlias = NDArray[np.uint8]  # (H, W) or (H, W, 3)

_HALF = 0.5  # from the edge of a pixel to its centre
_SAME = 1e-6  # pixels: maps that differ by less are the same
_MAX_SIDE = 30_000  # pixels; OpenCV's warps end at 32,767


@dataclass(frozen=True, slots=True)
class PageTransform:
    """A picture under a homography.

    Attributes
    ----------
    pixels : Pixels
        Picture as given, uint8 (H, W) or (H, W, 3).
    to_picture : Matrix
        (3, 3) homography from page coordinates (x, y, 1) to those of the picture.
    width, height : float
        Size of the page in its own coordinates.
    paper : tuple[float, ...] | None
        Value of each channel beyond the picture; None to repeat the picture's edge.
    """

    pixels: Pixels
    to_picture: Matrix
    width: float
    height: float
    paper: tuple[float, ...] | None = None

    @classmethod
    def identity(cls, pixels: Pixels) -> PageTransform:
        """Take the picture as it is."""
        return cls(pixels, np.eye(3), float(pixels.shape[1]), float(pixels.shape[0]))

    def turn(self, degrees: int, mirrored: bool = False) -> PageTransform:
        """Mirror the page left to right if asked for, and turn it clockwise by 0, 90, 180 or 270 degrees."""
        w, h = self.width, self.height
        back = np.eye(3)
        for _ in range(degrees // 90 % 4):  # from the turned page to the page before
            back = back @ np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, h], [0.0, 0.0, 1.0]])
            w, h = h, w
        if mirrored:
            back = np.array([[-1.0, 0.0, self.width], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) @ back
        return replace(self, to_picture=self.to_picture @ back, width=w, height=h)

    def rotate(self, degrees: float) -> PageTransform:
        """Rotate the page clockwise about its centre, and widen it so that nothing is lost."""
        angle = math.radians(degrees)
        c, s = math.cos(angle), math.sin(angle)
        w = self.width * abs(c) + self.height * abs(s)
        h = self.width * abs(s) + self.height * abs(c)
        to_centre = np.array([[1.0, 0.0, -w / 2], [0.0, 1.0, -h / 2], [0.0, 0.0, 1.0]])
        turn = np.array([[c, s, self.width / 2], [-s, c, self.height / 2], [0.0, 0.0, 1.0]])
        return replace(self, to_picture=self.to_picture @ turn @ to_centre, width=w, height=h)

    def warp(self, back: Matrix, width: float, height: float) -> PageTransform:
        """Transform the page further: `back` (3, 3) maps coordinates of the new page to those of this one."""
        return replace(self, to_picture=self.to_picture @ back, width=width, height=height)

    def crop(self, box: Box) -> PageTransform:
        """Crop the page to a box."""
        back = np.array([[1.0, 0.0, box.x0], [0.0, 1.0, box.y0], [0.0, 0.0, 1.0]])
        return self.warp(back, box.width, box.height)

    def pad(self, margin: float) -> PageTransform:
        """Add a margin of paper on every side, as light as the median of the picture."""
        samples = self.pixels[::4, ::4].reshape(-1, *self.pixels.shape[2:])
        paper = tuple(np.atleast_1d(np.median(samples, axis=0)).tolist())
        wider = Box(-margin, -margin, self.width + margin, self.height + margin)
        return replace(self.crop(wider), paper=paper)

    @property
    def is_axis_aligned(self) -> bool:
        """True if the page is the picture, at most turned by quarters and mirrored: nothing is resampled."""
        m = self.to_picture
        turns = np.abs(np.abs(m[:2, :2]) - np.round(np.abs(m[:2, :2]))).max() < _SAME
        return bool(turns and np.abs(m[2] - (0.0, 0.0, 1.0)).max() < _SAME)

    def map_points(self, points: ArrayLike) -> NDArray[np.float64]:
        """Map points (n, 2) of the page to the picture."""
        return apply_homography(self.to_picture, points)

    def map_from_picture(self, points: ArrayLike) -> NDArray[np.float64]:
        """Map points (n, 2) of the picture to the page."""
        return apply_homography(np.asarray(np.linalg.inv(self.to_picture), np.float64), points)

    def map_box(self, box: Box) -> Box:
        """Map a box of the page to the upright box in the picture that holds it, clipped at the edges."""
        corners = self.map_points([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)])
        rows, columns = self.pixels.shape[:2]
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        x0, x1 = min(max(x0, 0.0), columns), min(max(x1, 0.0), columns)
        y0, y1 = min(max(y0, 0.0), rows), min(max(y1, 0.0), rows)
        return Box(float(x0), float(y0), float(x1), float(y1))

    def measure_scale(self, box: Box) -> float:
        """Measure how many pixels of the picture make one of the page, at the centre of a box."""
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        a, b, c = self.map_points([(x, y), (x + 1.0, y), (x, y + 1.0)])
        across, down = b - a, c - a
        area = abs(float(across[0] * down[1] - across[1] * down[0]))
        return max(math.sqrt(area), 1e-3)

    def render(self, scale: float, box: Box | None = None) -> Pixels:
        """Render the page, or a box of it, `scale` times as large, within a pixel.

        Parameters
        ----------
        scale : float
            Rendered pixels to one of the page, above 0.
        box : Box | None
            Box of the page; it may reach beyond it.
        """
        box = box or Box(0.0, 0.0, self.width, self.height)
        w = min(max(1, round(box.width * scale)), _MAX_SIDE)
        h = min(max(1, round(box.height * scale)), _MAX_SIDE)
        if self.is_axis_aligned:
            return self._crop_and_resize(box, w, h)
        into_view = np.array([[box.width / w, 0.0, box.x0], [0.0, box.height / h, box.y0], [0.0, 0.0, 1.0]])
        return _warp_perspective(self.pixels, self.to_picture @ into_view, w, h, self.paper)

    def _crop_and_resize(self, box: Box, w: int, h: int) -> Pixels:
        """Crop and resize, without a warp."""
        m = self.to_picture
        x_first = abs(m[0, 0]) > _HALF
        corners = self.map_points([(box.x0, box.y0), (box.x1, box.y1)])
        (left, top), (right, bottom) = np.round(corners.min(axis=0)), np.round(corners.max(axis=0))
        edges = int(left), int(top), int(max(right, left + 1)), int(max(bottom, top + 1))
        cut = _crop_with_border(self.pixels, *edges, self.paper)
        if not x_first:
            cut = np.swapaxes(cut, 0, 1)
        across, down = (m[0, 0], m[1, 1]) if x_first else (m[1, 0], m[0, 1])
        cut = cut[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1]
        if abs(cut.shape[0] - h) <= 1 and abs(cut.shape[1] - w) <= 1:  # a matter of rounding: leave it sharp
            return np.ascontiguousarray(cut)
        shrinks = w < cut.shape[1] or h < cut.shape[0]
        mode = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(np.ascontiguousarray(cut), (w, h), interpolation=mode), np.uint8)


def apply_homography(matrix: Matrix, points: ArrayLike) -> NDArray[np.float64]:
    """Map points (n, 2) by a homography (3, 3)."""
    given = np.asarray(points, np.float64).reshape(-1, 2)
    mapped = np.column_stack([given, np.ones(len(given))]) @ matrix.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


Paper: TypeAlias = "tuple[float, ...] | None"


def _crop_with_border(pixels: Pixels, left: int, top: int, right: int, bottom: int, paper: Paper) -> Pixels:
    """Crop a part of a picture; beyond it there is paper, or its edge is repeated."""
    rows, columns = pixels.shape[:2]
    x0, x1 = min(max(left, 0), columns - 1), max(min(right, columns), 1)
    y0, y1 = min(max(top, 0), rows - 1), max(min(bottom, rows), 1)
    part = pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    above, below = max(y0 - top, 0), max(bottom - max(y1, y0 + 1), 0)
    before, behind = max(x0 - left, 0), max(right - max(x1, x0 + 1), 0)
    if not (above or below or before or behind):
        return part
    mode = cv2.BORDER_REPLICATE if paper is None else cv2.BORDER_CONSTANT
    wider = cv2.copyMakeBorder(part, above, below, before, behind, mode, value=paper or 0)
    return np.asarray(wider, np.uint8)


def _warp_perspective(pixels: Pixels, to_picture: Matrix, w: int, h: int, paper: Paper) -> Pixels:
    """Render w by h pixels by a homography from them to the picture.

    A picture far too fine is made smaller first. Only the part of the picture that shows is touched.
    """
    corners = apply_homography(to_picture, [(0, 0), (w, 0), (w, h), (0, h)])
    rows, columns = pixels.shape[:2]
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, (columns - 1, rows - 1)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 2, low + 1, (columns, rows)).astype(int)
    part = pixels[low[1] : high[1], low[0] : high[0]]
    into_part = np.array([[1.0, 0.0, -low[0]], [0.0, 1.0, -low[1]], [0.0, 0.0, 1.0]]) @ to_picture
    fine = _measure_fineness(corners, w, h)
    if fine > 1.5:  # linear interpolation would skip pixels
        small_w, small_h = max(1, round(part.shape[1] / fine)), max(1, round(part.shape[0] / fine))
        shrink = np.diag([small_w / part.shape[1], small_h / part.shape[0], 1.0])
        part = np.asarray(cv2.resize(part, (small_w, small_h), interpolation=cv2.INTER_AREA), np.uint8)
        into_part = shrink @ into_part
    to_centre = np.array([[1.0, 0.0, -_HALF], [0.0, 1.0, -_HALF], [0.0, 0.0, 1.0]])
    matrix = to_centre @ into_part @ np.linalg.inv(to_centre)
    part = np.ascontiguousarray(part[:_MAX_SIDE, :_MAX_SIDE])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    mode = cv2.BORDER_REPLICATE if paper is None else cv2.BORDER_CONSTANT
    rendered = cv2.warpPerspective(
        part, matrix, (w, h), flags=flags, borderMode=mode, borderValue=paper or (0.0,)
    )
    return np.asarray(rendered, np.uint8).reshape(h, w, *pixels.shape[2:])


def _measure_fineness(corners: NDArray[np.float64], w: int, h: int) -> float:
    """Measure how many pixels of the picture make one rendered pixel, where they are fewest."""
    top, right, bottom, left = (math.dist(corners[i], corners[(i + 1) % 4]) for i in range(4))
    return min(top / w, bottom / w, left / h, right / h)
