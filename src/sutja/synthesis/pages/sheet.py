"""A page under construction: ink on white, and the outline of every number's ink.

Ink is alpha, uint8 (h, w), 255 where it covers the paper. Coordinates are pixels of the sheet, x to the right
and y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.synthesis.pages.fields import XYXY, Field, Written

Alpha = NDArray[np.uint8]
_INK = 80  # of 255; fainter alpha does not belong to a box


@dataclass(frozen=True, slots=True)
class PlacedNumber:
    """A number on the sheet; ``hull`` is float32 (n, 2), the convex outline of its ink."""

    text: str
    hull: NDArray[np.float32]
    written: Written
    kind: str
    ignore: bool

    @property
    def box(self) -> XYXY:
        """(x0, y0, x1, y1) on the sheet."""
        (x0, y0), (x1, y1) = self.hull.min(axis=0), self.hull.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)


class Sheet:
    """Something to write on.

    Parameters
    ----------
    rng : Generator
        Every choice comes from it.
    size : tuple[int, int]
        (H, W) in pixels.

    Attributes
    ----------
    plane : NDArray[uint8]
        uint8 (H, W), 255 where there is no ink.
    marks : list[Mark]
        The numbers so far.
    """

    def __init__(self, rng: Generator, size: tuple[int, int]) -> None:
        self.rng = rng
        self.plane: NDArray[np.uint8] = np.full(size, 255, np.uint8)
        self.numbers: list[PlacedNumber] = []
        self._taken: list[XYXY] = []

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.plane.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.plane.shape[1])

    def draw_ink(self, alpha: Alpha, x: float, y: float, darkness: float) -> XYXY:
        """Ink with its upper left corner at (x, y); what falls outside is lost. The box that it covers."""
        left, top = round(x), round(y)
        x0, y0 = max(0, left), max(0, top)
        x1 = min(self.width, left + alpha.shape[1])
        y1 = min(self.height, top + alpha.shape[0])
        if x1 > x0 and y1 > y0:
            part = alpha[y0 - top : y1 - top, x0 - left : x1 - left]
            light = cv2.convertScaleAbs(part, alpha=-darkness, beta=0.0)
            window = self.plane[y0:y1, x0:x1]
            window[:] = cv2.multiply(window, 255 - light, scale=1 / 255)
        return float(left), float(top), float(left + alpha.shape[1]), float(top + alpha.shape[0])

    def draw_number(
        self,
        alpha: Alpha,
        x: float,
        y: float,
        darkness: float,
        text: str,
        written: Written,
        kind: str = "number",
        *,
        ignore: bool = False,
    ) -> XYXY:
        """The ink of one number, put down and noted."""
        box = self.draw_ink(alpha, x, y, darkness)
        self.add_number(find_hull(alpha, round(x), round(y)), text, written, kind, ignore=ignore)
        return box

    def add_number(
        self, hull: NDArray[np.float32], text: str, written: Written, kind: str, *, ignore: bool = False
    ) -> None:
        """Note a number that lies on the sheet already; what lies outside does not count."""
        if len(hull) == 0:
            return
        inside = np.clip(hull, 0, [self.width, self.height]).astype(np.float32)
        whole, seen = np.ptp(hull, axis=0).prod(), np.ptp(inside, axis=0).prod()
        if seen > 0:
            self.numbers.append(
                PlacedNumber(text, inside, written, kind, ignore or bool(seen < 0.97 * whole))
            )

    def draw_line(self, start: tuple[float, float], end: tuple[float, float], width: int, grey: int) -> None:
        """A straight line; never lighter than what is there already."""
        a, b = ((round(x * 16), round(y * 16)) for x, y in (start, end))
        x0, x1 = sorted((int(start[0]), int(end[0])))
        y0, y1 = sorted((int(start[1]), int(end[1])))
        pad = width + 2
        y0, y1 = max(0, y0 - pad), min(self.height, y1 + pad)
        x0, x1 = max(0, x0 - pad), min(self.width, x1 + pad)
        if x1 <= x0 or y1 <= y0:
            return
        patch = np.full((y1 - y0, x1 - x0), 255, np.uint8)
        shift = np.array([x0 * 16, y0 * 16])
        cv2.line(patch, tuple(a - shift), tuple(b - shift), grey, width, cv2.LINE_AA, 4)
        window = self.plane[y0:y1, x0:x1]
        np.minimum(window, patch, out=window)

    def draw_frame(self, box: XYXY, width: int, grey: int) -> None:
        """The four sides of a box."""
        x0, y0, x1, y1 = box
        for start, end in (
            ((x0, y0), (x1, y0)),
            ((x1, y0), (x1, y1)),
            ((x1, y1), (x0, y1)),
            ((x0, y1), (x0, y0)),
        ):
            self.draw_line(start, end, width, grey)

    def fill(self, box: XYXY, grey: int) -> None:
        """A box in one grey; text on it stays readable where it comes after."""
        x0, y0, x1, y1 = (max(0, round(v)) for v in box)
        window = self.plane[y0:y1, x0:x1]
        np.minimum(window, np.uint8(grey), out=window)

    def reserve(self, box: XYXY, margin: float = 0.0) -> bool:
        """Reserve a box, unless another one is in the way or it leaves the sheet. Whether it was free."""
        x0, y0, x1, y1 = box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
        if x0 < 0 or y0 < 0 or x1 > self.width or y1 > self.height:
            return False
        if any(x0 < b[2] and b[0] < x1 and y0 < b[3] and b[1] < y1 for b in self._taken):
            return False
        self._taken.append((x0, y0, x1, y1))
        return True

    def fields(self, matrix: NDArray[np.float64] | None = None) -> tuple[Field, ...]:
        """The numbers; ``matrix`` (3, 3) takes the sheet's pixels to those of a picture of it."""
        out = []
        for mark in self.numbers:
            hull = mark.hull
            if matrix is not None:
                hull = cv2.perspectiveTransform(hull[None], matrix)[0]
            (x0, y0), (x1, y1) = hull.min(axis=0), hull.max(axis=0)
            box = float(x0), float(y0), float(x1), float(y1)
            out.append(Field(mark.text, box, mark.written, mark.kind, mark.ignore))
        return tuple(out)


def find_hull(alpha: Alpha, x: float = 0.0, y: float = 0.0) -> NDArray[np.float32]:
    """Outline of the ink of ``alpha`` with its corner at (x, y): float32 (n, 2), at pixels' outer edges."""
    points = cv2.findNonZero((alpha > _INK).view(np.uint8))
    if points is None:
        return np.empty((0, 2), np.float32)
    corners = cv2.convexHull(points)[:, 0].astype(np.float32)
    hull = np.concatenate([corners + np.array([dx, dy], np.float32) for dx in (0, 1) for dy in (0, 1)])
    return np.asarray(hull + np.array([x, y], np.float32), np.float32)


def paste_panel(
    sheet: Sheet, panel: Sheet, x: float, y: float, *, ground: int = 255, ink: int = 0, angle: float = 0.0
) -> None:
    """Put a panel onto a sheet, its numbers too; what lies outside the sheet is lost.

    Parameters
    ----------
    panel : Sheet
        Drawn as any sheet, dark on white; 255 becomes ``ground``, 0 becomes ``ink``.
    x, y : float
        Position of its upper left corner before it is turned about its middle.
    angle : float
        degrees.
    """
    levels = np.linspace(ink, ground, 256).round().astype(np.uint8)
    face = np.asarray(cv2.LUT(panel.plane, levels), np.uint8)
    middle = panel.width / 2, panel.height / 2
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D(middle, angle, 1.0)
    matrix[:2, 2] += x, y
    if angle:
        size = sheet.width, sheet.height
        there = cv2.warpAffine(face, matrix[:2], size, flags=cv2.INTER_LINEAR)
        mask = cv2.warpAffine(np.full_like(face, 255), matrix[:2], size, flags=cv2.INTER_LINEAR)
        kept = cv2.multiply(sheet.plane, 255 - mask, scale=1 / 255)
        sheet.plane[:] = cv2.add(kept, cv2.multiply(there, mask, scale=1 / 255))
    else:
        matrix[:2, 2] = round(x), round(y)
        _paste(sheet, face, round(x), round(y))
    for mark in panel.numbers:
        hull = cv2.perspectiveTransform(mark.hull[None], matrix)[0]
        sheet.add_number(np.asarray(hull, np.float32), mark.text, mark.written, mark.kind, ignore=mark.ignore)


def _paste(sheet: Sheet, face: np.ndarray[tuple[int, int], np.dtype[np.uint8]], left: int, top: int) -> None:
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(sheet.width, left + face.shape[1]), min(sheet.height, top + face.shape[0])
    if x1 > x0 and y1 > y0:
        sheet.plane[y0:y1, x0:x1] = face[y0 - top : y1 - top, x0 - left : x1 - left]
