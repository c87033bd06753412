"""Removal of the perspective of a photo, by a sheet of paper or by a frame or grid printed on it.

A scan needs none of this. On a photo either the sheet stands out from what it lies on, or a frame or a grid
is printed on it: four straight sides that were a rectangle. The homography that makes them one again is that
of the whole plane, so what stands beside a grid comes out straight as well.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.layout import MAX_SKEW
from sutja.reading.page.geometry.transform import PageTransform, apply_homography

Quad = NDArray[np.float64]  # (4, 2): top left, top right, bottom right, bottom left

_FRAME_SIDE = 640  # pixels of the longer side of the picture in which frames are searched
_FRAME_WINDOW = 25  # pixels
_FRAME_LEVELS = (24, 14, 8, 5)  # grey levels by which ink is darker than its neighbourhood
_SHEET_SIDE = 480  # pixels of the longer side of the picture in which sheets are searched
_MIN_FRAME, _MIN_SHEET = 0.12, 0.3  # of the picture's area
_MAX_SHEET = 0.96  # a sheet that fills the picture was cropped before
_MIN_SUPPORT = 0.75  # of the length of each side, that lies on the frame's ink
_MAX_INK = 0.35  # of its area: a frame is hollow
_NEAR = 0.012  # of the longer side: largest distance of the ink from a straight side
_SOLID = 9  # pixels of a band of ink, at least; lines are thinner
_STEPS = 60  # points of a side that are checked
_MIN_DISTORTION = 0.012  # of a side: corners of a flat scan are off by less
_MOST_AREA = 2.0  # times the picture's: a smaller plane is kept as far as the picture reaches
_BEYOND = 0.75  # of the quadrilateral's sides: margin of another plane that is kept
_MIN_SHEET_CONTRAST = 28.0  # grey levels between a sheet and what it lies on


def remove_perspective(
    transform: PageTransform, frame: Quad | None, grey: NDArray[np.uint8]
) -> PageTransform | None:
    """Remove the perspective of a picture; None where there is none, or nothing shows it.

    Parameters
    ----------
    transform : PageTransform
        Picture as given.
    frame : Quad | None
        Corners of the frame on it, by `find_frame`.
    grey : NDArray[uint8]
        Picture, uint8 (H, W), ink dark.
    """
    quad = find_sheet(grey) if frame is None else frame
    if quad is None or not _is_perspective(quad):
        return None
    return _rectify(transform, quad)


def find_frame(grey: NDArray[np.uint8]) -> Quad | None:
    """Find the corners of the largest printed frame or grid, in the picture's pixels.

    Lines are paler and thinner than writing, so ink is binarised anew, the clearest first.
    """
    shrink = max(1.0, max(grey.shape) / _FRAME_SIDE)
    size = tuple(max(1, round(side / shrink)) for side in reversed(grey.shape))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    around = cv2.blur(small, (_FRAME_WINDOW, _FRAME_WINDOW), borderType=cv2.BORDER_REPLICATE)
    darker = cv2.subtract(around, small)
    for level in _FRAME_LEVELS:
        quad = _find_quad(np.asarray(darker > level, np.uint8))
        if quad is not None:
            return np.asarray(quad * (grey.shape[1] / size[0]), np.float64)
    return None


def _find_quad(ink: NDArray[np.uint8]) -> Quad | None:
    """Find the corners of the largest shape of ink that has four straight sides."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 2:
        return None
    spans = stats[1:, 2] * stats[1:, 3]
    for label in np.argsort(-spans)[:3] + 1:
        if spans[label - 1] < _MIN_FRAME * ink.size:
            break
        x, y, w, h = stats[label, :4]
        shape = np.zeros_like(ink)
        shape[y : y + h, x : x + w] = labels[y : y + h, x : x + w] == label
        quad = _find_corners(shape)
        if quad is None or not _has_inked_sides(shape, quad):
            continue
        if float(shape.sum()) < _MAX_INK * float(cv2.contourArea(quad.astype(np.float32))):
            return quad
    return None


def find_sheet(grey: NDArray[np.uint8]) -> Quad | None:
    """Find the corners of a light sheet of paper on something darker, in the picture's pixels."""
    shrink = max(1.0, max(grey.shape) / _SHEET_SIDE)
    size = tuple(max(1, round(side / shrink)) for side in reversed(grey.shape))
    smaller = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.medianBlur(smaller, 9), np.uint8)
    _, light = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if not light.any() or light.all():
        return None
    contrast = float(np.median(small[light > 0])) - float(np.median(small[light == 0]))
    if contrast < _MIN_SHEET_CONTRAST:
        return None
    closed = cv2.morphologyEx(np.asarray(light, np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    label = 1 + int(np.argmax(stats[1:, 4]))
    area = stats[label, 4] / small.size
    if not _MIN_SHEET <= area <= _MAX_SHEET:
        return None
    whole = (labels == label).astype(np.uint8)
    quad = _find_corners(whole)
    if quad is None or not _has_sheet_edges(small, quad):
        return None
    if abs(float(cv2.contourArea(quad.astype(np.float32))) / float(stats[label, 4]) - 1.0) > 0.12:
        return None
    return np.asarray(quad * (grey.shape[1] / size[0]), np.float64)


def _find_corners(shape: NDArray[np.uint8]) -> Quad | None:
    """Find the four corners of a shape that has four sides, in the order of `Quad`."""
    contours, _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(np.vstack(contours))
    length = cv2.arcLength(hull, True)
    for part in (0.01, 0.02, 0.03, 0.045, 0.06):
        corners = cv2.approxPolyDP(hull, part * length, True)
        if len(corners) == 4:
            return _refine_corners(
                hull.reshape(-1, 2).astype(np.int32), _sort_corners(corners.reshape(4, 2).astype(np.float64))
            )
        if len(corners) < 4:
            return None
    return None


def _sort_corners(corners: Quad) -> Quad:
    """Sort corners clockwise from the top left one."""
    centre = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    ring = corners[np.argsort(angles)]
    start = int((ring - ring.min(axis=0)).sum(axis=1).argmin())
    return np.asarray(np.roll(ring, -start, axis=0), np.float64)


def _refine_corners(hull: NDArray[np.int32], corners: Quad) -> Quad:
    """Refine corners by lines fitted to the sides, since an outline cuts corners."""
    lines = []
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (b - a) / max(math.dist(a, b), 1e-9)
        offset = hull - a
        distance = np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0])
        position = (offset @ along) / max(math.dist(a, b), 1e-9)
        near = hull[(distance < 3.0) & (position > 0.08) & (position < 0.92)]
        points = near if len(near) >= 5 else np.array([a, b])
        vx, vy, x, y = cv2.fitLine(points.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
        lines.append((vy, -vx, vy * x - vx * y))
    meeting = []
    for (a1, b1, c1), (a2, b2, c2) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        det = a1 * b2 - a2 * b1
        if abs(det) < 0.2:  # neighbouring sides that hardly meet: no quadrilateral to speak of
            return corners
        meeting.append(((c1 * b2 - c2 * b1) / det, (a1 * c2 - a2 * c1) / det))
    refined = np.array(meeting)
    moved = np.abs(refined - corners).max()
    return refined if moved < 0.06 * np.ptp(corners, axis=0).max() else corners


def _has_inked_sides(ink: NDArray[np.uint8], quad: Quad) -> bool:
    """Tell whether the sides of a quadrilateral are lines of ink, or edges of bands, as tables have above."""
    reach = max(2, round(_NEAR * max(ink.shape)))
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((_SOLID, _SOLID), np.uint8))
    edge = cv2.morphologyEx(solid, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    lines = cv2.subtract(ink, cv2.dilate(solid, np.ones((3, 3), np.uint8)))
    near = cv2.dilate(lines, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    near = cv2.max(near, cv2.dilate(edge, np.ones((3, 3), np.uint8)))
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        points = np.round(a + np.linspace(0.02, 0.98, _STEPS)[:, None] * (b - a)).astype(int)
        inside = (points >= 0).all(axis=1) & (points < (ink.shape[1], ink.shape[0])).all(axis=1)
        hit = near[points[inside, 1], points[inside, 0]].sum()
        if hit < _MIN_SUPPORT * _STEPS:
            return False
    return True


def _has_sheet_edges(small: NDArray[np.uint8], quad: Quad) -> bool:
    """Tell whether a sheet is lighter than what lies beyond at least three of its sides."""
    centre = quad.mean(axis=0)
    ends = 0
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        on = a + np.linspace(0.1, 0.9, _STEPS)[:, None] * (b - a)
        outward = on - centre
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        inner, outer = np.round(on - 8 * outward).astype(int), np.round(on + 8 * outward).astype(int)
        limit = (small.shape[1], small.shape[0])
        fits = ((inner >= 0) & (inner < limit) & (outer >= 0) & (outer < limit)).all(axis=1)
        if fits.sum() < _STEPS // 2:
            continue
        gap = small[inner[fits, 1], inner[fits, 0]].astype(float) - small[outer[fits, 1], outer[fits, 0]]
        ends += float(np.median(gap)) > _MIN_SHEET_CONTRAST / 2
    return ends >= 3


def _is_perspective(quad: Quad) -> bool:
    """Tell whether a quadrilateral may be a rectangle that a camera saw in perspective."""
    top, right, bottom, left = np.roll(quad, -1, axis=0) - quad
    across, down = (
        max(np.linalg.norm(top), np.linalg.norm(bottom)),
        max(np.linalg.norm(left), np.linalg.norm(right)),
    )
    if min(np.linalg.norm(side) for side in (top, right, bottom, left)) < 0.45 * min(across, down):
        return False  # too distorted to be a page
    tilt = max(
        abs(math.degrees(math.atan2(top[1], top[0]))), abs(math.degrees(math.atan2(-right[0], right[1])))
    )
    if tilt > 2 * MAX_SKEW:
        return False
    off = max(abs(top[1]), abs(bottom[1])) / across, max(abs(left[0]), abs(right[0])) / down
    return bool(max(off) > _MIN_DISTORTION)


def _rectify(transform: PageTransform, quad: Quad) -> PageTransform:
    """Rectify the plane of a quadrilateral, as far about it as the picture shows it well."""
    top, right, bottom, left = (math.dist(quad[i], quad[(i + 1) % 4]) for i in range(4))
    w, h = (top + bottom) / 2, (left + right) / 2
    square = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    back = np.asarray(cv2.getPerspectiveTransform(square, quad.astype(np.float32)), np.float64)
    there = np.asarray(np.linalg.inv(back), np.float64)
    rows, columns = transform.pixels.shape[:2]
    # The picture's edge, point by point: where it lies behind the horizon it is passed over.
    edge = np.array(
        [(x * columns, y * rows) for t in np.linspace(0, 1, 9) for x, y in ((t, 0), (t, 1), (0, t), (1, t))]
    )
    ahead = (
        np.column_stack([edge, np.ones(len(edge))]) @ there[2] * (there[2] @ (*quad.mean(axis=0), 1.0)) > 0
    )
    visible = apply_homography(there, edge[ahead]) if ahead.any() else square
    (x0, y0), (x1, y1) = visible.min(axis=0), visible.max(axis=0)
    if not ahead.all() or (x1 - x0) * (y1 - y0) > _MOST_AREA * rows * columns:
        x0, y0 = np.maximum((x0, y0), (-_BEYOND * w, -_BEYOND * h))
        x1, y1 = np.minimum((x1, y1), ((1 + _BEYOND) * w, (1 + _BEYOND) * h))
    shift = np.array([[1.0, 0.0, min(x0, 0.0)], [0.0, 1.0, min(y0, 0.0)], [0.0, 0.0, 1.0]])
    return transform.warp(back @ shift, float(max(x1, w) - min(x0, 0.0)), float(max(y1, h) - min(y0, 0.0)))
