"""Registration: lays a template over a page, scanned or photographed, and tells how well it fits.

A few ways to lay it over are proposed: a homography between features of the two pictures (ORB, Rublee et al.
2011; matches by the ratio test of Lowe 2004; robust fit by MAGSAC++, Barath et al. 2020), the corner marks or
the frame of both, and the page as it is. Each proposal is judged by what it promises: that the print of the
template lies on the page. The best is taken, or none, and bent to the sheet, which is hardly flat on a photo:
by the features that agree with those around them, and then by the print that was found.

Letters: H, W rows and columns of a picture; positions are (x, y).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.transform import Matrix, apply_homography
from sutja.reading.templates.registration.alignment import align_print
from sutja.reading.templates.registration.bend import Bend, make_bend
from sutja.reading.templates.registration.landmarks import find_corner_marks, find_frame_corners
from sutja.reading.templates.registration.print_match import (
    FOUND,
    PrintMatch,
    PrintTiles,
    make_ink_map,
    resize_to_side,
    search_part,
)
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.types import Box

WORK_SIDE = 1280  # pixels of the longer side of the pictures that are compared
MIN_FIT = 0.6  # share of a template's print that must be on a page of its form
GOOD_FIT = 0.75  # from which no other proposal is tried
_FEATURES = 4000
_FAST_THRESHOLD = 10  # grey levels: pale print has corners as well
_RATIO = 0.8  # of the distances of a feature's best and second best match
_MIN_INLIERS = 16  # chance gives a dozen at most
_NEAR = 6.0  # pixels, of an inlier
_BENT = 0.06  # of the page's longer side, that its parts may lie off a flat sheet
_GAIN = 0.02  # share of the print by which a bend by features has to be better than none
_CONTEXT = 0.5  # of a field's height: margin by which it is located
_MIN_CONTEXT = 14.0  # pixels, likewise
_MAX_STRETCH = 4.0  # of a page against its template, and of one side against another


@dataclass(frozen=True, slots=True)
class Registration:
    """A template laid over a page.

    Attributes
    ----------
    to_picture : Matrix
        (3, 3) homography from the template's pixels to those of the page's picture.
    fit : float
        Share of the template's print that is on the page, from 0 to 1.
    match : PrintMatch
        Where each part of the print is on the page.
    page : PageView
        The page.
    """

    to_picture: Matrix
    fit: float
    match: PrintMatch
    page: PageView


class Registrar:
    """Finds a template on pages.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture of the template, (H, W) or (H, W, 3).
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self._view = PageView(pixels)
        self._tiles = PrintTiles(self._view.ink)

    def register(self, page: PageView) -> Registration | None:
        """Lay the template over a page as well as it goes; None where nothing suggests how.

        Parameters
        ----------
        page : PageView
            Page, prepared once for all templates.
        """
        best: tuple[Matrix, PrintMatch] | None = None
        for matrix in self._propose(page):
            if not _is_plausible(matrix, self._view.size, page.size):
                continue
            match = self._tiles.match(page.ink, matrix)
            if best is None or match.fit > best[1].fit:
                best = matrix, match
            if best[1].fit >= GOOD_FIT:
                break
        if best is None:
            return None
        matrix, match = best
        to_picture = page.to_picture @ matrix @ np.linalg.inv(self._view.to_picture)
        bent = self._bend(page, matrix, match)
        return Registration(np.asarray(to_picture, np.float64), bent.fit, bent, page)

    def _bend(self, page: PageView, matrix: Matrix, flat: PrintMatch) -> PrintMatch:
        """Bend a template that was laid over a page, as far as that finds more of its print."""
        best = flat
        by_features = find_bend_by_features(self._view, page, matrix)
        if by_features is not None:
            match = self._tiles.match(page.ink, matrix, by_features)
            if match.fit > best.fit + _GAIN:
                best = match
        by_print = best.find_bend()
        if by_print is not None:
            match = self._tiles.match(page.ink, matrix, by_print)
            if match.fit >= best.fit:
                best = match
        return best

    def locate(self, registration: Registration, box: Box) -> Matrix:
        """Locate a part of the template on a page more closely than the whole, which may be bent there.

        Parameters
        ----------
        registration : Registration
            The template laid over the page.
        box : Box
            Part, in the pixels of the template's picture.

        Returns
        -------
        Matrix
            (3, 3) homography from the template's pixels to those of the page's picture, for this part.
        """
        into_view = np.asarray(np.linalg.inv(self._view.to_picture), np.float64)
        (x0, y0), (x1, y1) = apply_homography(into_view, [(box.x0, box.y0), (box.x1, box.y1)])
        bend = registration.match.bend
        bent = np.eye(3) if bend is None else bend.locate(((x0 + x1) / 2, (y0 + y1) / 2))
        margin = max(_MIN_CONTEXT, _CONTEXT * (y1 - y0))
        part = round(x0 - margin), round(y0 - margin), round(x1 + margin), round(y1 + margin)
        (right, down), score = search_part(self._view.ink, registration.match.ink, part)
        if score < FOUND / 2:
            right = down = 0.0
        moved = np.array([[1.0, 0.0, right], [0.0, 1.0, down], [0.0, 0.0, 1.0]])
        flat = registration.to_picture @ self._view.to_picture
        page = registration.page
        placed = np.asarray(np.linalg.inv(page.to_picture) @ flat @ bent @ moved, np.float64)
        aligned = align_print(self._view.ink, page.ink, placed, Box(x0, y0, x1, y1))
        return np.asarray(page.to_picture @ aligned @ into_view, np.float64)

    def _propose(self, page: PageView) -> Iterator[Matrix]:
        """Propose homographies from the template's view to that of the page."""
        by_features = match_features(self._view, page)
        if by_features is not None:
            yield by_features
        for find in (find_corner_marks, find_frame_corners):
            mine, theirs = find(self._view.grey), find(page.grey)
            if mine is None or theirs is None:
                continue
            for turn in range(4):
                turned = np.roll(theirs, -turn, axis=0).astype(np.float32)
                yield np.asarray(cv2.getPerspectiveTransform(mine.astype(np.float32), turned), np.float64)
        (rows, columns), (page_rows, page_columns) = self._view.size, page.size
        yield np.diag([page_columns / columns, page_rows / rows, 1.0])


class PageView:
    """A picture made ready for registration: small, grey, with its features.

    Parameters
    ----------
    pixels : NDArray[uint8]
        Picture, (H, W) or (H, W, 3).

    Attributes
    ----------
    grey, ink : NDArray[uint8] or NDArray[float32]
        The picture with a longer side of `WORK_SIDE`, and how much darker than its surroundings it is.
    to_picture : Matrix
        (3, 3) homography from the view to the picture.
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        grey = to_grey(pixels)
        self.grey = resize_to_side(grey, WORK_SIDE)
        self.ink = make_ink_map(self.grey)
        rows, columns = self.grey.shape
        self.to_picture: Matrix = np.diag([grey.shape[1] / columns, grey.shape[0] / rows, 1.0])
        self._features: tuple[NDArray[np.float32], NDArray[np.uint8]] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the view."""
        return self.grey.shape[0], self.grey.shape[1]

    @property
    def features(self) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Positions (n, 2) and descriptors (n, 32) of the ORB features."""
        if self._features is None:
            orb = cv2.ORB.create(nfeatures=_FEATURES, fastThreshold=_FAST_THRESHOLD)
            points, descriptors = orb.detectAndCompute(self.grey, None)
            positions = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
            found = np.asarray(descriptors, np.uint8) if len(points) else np.zeros((0, 32), np.uint8)
            self._features = positions, found
        return self._features


def pair_features(
    template: PageView, page: PageView
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Pair the features of two pictures that are alike: their positions (n, 2) in each; None for too few."""
    mine, my_descriptors = template.features
    theirs, their_descriptors = page.features
    if min(len(mine), len(theirs)) < _MIN_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(my_descriptors, their_descriptors, k=2)
    good = [best for best, *rest in pairs if rest and best.distance < _RATIO * rest[0].distance]
    if len(good) < _MIN_INLIERS:
        return None
    return mine[[match.queryIdx for match in good]], theirs[[match.trainIdx for match in good]]


def match_features(template: PageView, page: PageView) -> Matrix | None:
    """Find the homography, from template to page, on which their features agree; None where they do not."""
    paired = pair_features(template, page)
    if paired is None:
        return None
    here, there = paired
    matrix, inliers = cv2.findHomography(here, there, cv2.USAC_MAGSAC, _NEAR)
    if np.size(matrix) != 9 or int(np.sum(inliers)) < _MIN_INLIERS:  # None where there is no homography
        return None
    return np.asarray(matrix, np.float64)


def find_bend_by_features(template: PageView, page: PageView, matrix: Matrix) -> Bend | None:
    """Find how a page is bent by its features; None where too few of them agree.

    Parameters
    ----------
    template, page : PageView
        Both pictures.
    matrix : Matrix
        (3, 3) homography from the one to the other, as if the page were flat.
    """
    paired = pair_features(template, page)
    if paired is None:
        return None
    here, there = paired
    moves = apply_homography(np.asarray(np.linalg.inv(matrix), np.float64), there) - here
    near = np.linalg.norm(moves, axis=1) <= _BENT * WORK_SIDE
    return make_bend(here[near], moves[near])


def _is_plausible(matrix: Matrix, size: tuple[int, int], page_size: tuple[int, int]) -> bool:
    """Tell whether a homography may show a template as a camera or a scanner sees it."""
    rows, columns = size
    corners = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float64)
    depths = np.column_stack([corners, np.ones(4)]) @ matrix[2]
    if depths.min() * depths.max() <= 0 or not np.isfinite(matrix).all():
        return False
    placed = apply_homography(matrix, corners).astype(np.float32)
    if not cv2.isContourConvex(placed.reshape(-1, 1, 2)) or cv2.contourArea(placed, oriented=True) <= 0:
        return False  # folded, or seen from behind
    sides = np.linalg.norm(np.roll(placed, -1, axis=0) - placed, axis=1)
    stretch = sides / np.array([columns, rows, columns, rows])
    outside = max(page_size) * _MAX_STRETCH
    return bool(
        stretch.min() > 1 / _MAX_STRETCH / 2
        and stretch.max() < _MAX_STRETCH
        and stretch.max() < _MAX_STRETCH * stretch.min()
        and np.abs(placed).max() < outside
    )
