"""Matching of print: where the parts of a template lie on a page that is laid over it, and if they are there.

A form is printed more than once, and each print run, copier and fold moves its parts a little. Each tile of
the template's print is searched near where the homography puts it; how much of the print is found tells
whether the page is of this form at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.transform import Matrix
from sutja.reading.templates.registration.bend import Bend, make_bend

TILE = 72  # pixels of a tile's side
REACH = 26  # pixels that a part may lie away from its place: 2 % of a page
FOUND = 0.5  # correlation from which a tile is found
_WINDOW = 31  # pixels of the neighbourhood that ink is darker than
_FULL = 60.0  # grey levels: ink this much darker counts fully
_SOFT = 1.2  # pixels by which ink is blurred, since lines are thin
_DRIFT = 0.25  # correlation that a part must gain to be taken at the edge of its reach
_MIN_PRINT = 0.015  # mean ink of a tile that has print
_MIN_SPREAD = 0.08  # standard deviation of its ink


@dataclass(frozen=True, slots=True)
class PrintMatch:
    """The page's print laid on the template's.

    Attributes
    ----------
    ink : NDArray[float32]
        Ink of the page, warped to the template's view, (H, W).
    fit : float
        Share of the tiles that were found, each weighed by its detail.
    bend : Bend | None
        How the page is bent; None where it was taken for flat.
    places, moves : NDArray[float64]
        (n, 2) middles of the tiles that were found, and how far from its place each is.
    """

    ink: NDArray[np.float32]
    fit: float
    bend: Bend | None
    places: NDArray[np.float64]
    moves: NDArray[np.float64]

    def find_bend(self) -> Bend | None:
        """Find by the tiles how the page is bent; None where too few of them agree."""
        if self.bend is None:
            return make_bend(self.places, self.moves)
        given = self.bend.move(self.places) - self.places
        # A tile that was found a little off its place on the page as it was bent back lies so much further.
        return make_bend(self.places, given + self.moves)


class PrintTiles:
    """The print of a template, in tiles.

    Parameters
    ----------
    ink : NDArray[float32]
        Ink of the template, by `make_ink_map`.
    """

    def __init__(self, ink: NDArray[np.float32]) -> None:
        self._ink = ink
        rows, columns = ink.shape
        self._tiles: list[tuple[int, int, float]] = []
        across = np.asarray(cv2.Sobel(ink, cv2.CV_32F, 1, 0), np.float32)
        down = np.asarray(cv2.Sobel(ink, cv2.CV_32F, 0, 1), np.float32)
        for y in range(0, max(1, rows - TILE // 2), TILE):
            for x in range(0, max(1, columns - TILE // 2), TILE):
                part = ink[y : y + TILE, x : x + TILE]
                if float(part.mean()) > _MIN_PRINT and float(part.std()) > _MIN_SPREAD:
                    tile = slice(y, y + TILE), slice(x, x + TILE)
                    self._tiles.append((x, y, measure_detail(across[tile], down[tile])))

    def match(self, page_ink: NDArray[np.float32], matrix: Matrix, bend: Bend | None = None) -> PrintMatch:
        """Match the print with that of a page.

        Parameters
        ----------
        page_ink : NDArray[float32]
            Ink of the page, by `make_ink_map`.
        matrix : Matrix
            (3, 3) homography from the template to the page.
        bend : Bend | None
            How the page is bent; None for flat.
        """
        rows, columns = self._ink.shape
        if bend is None:
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            warped = np.asarray(
                cv2.warpPerspective(page_ink, matrix, (columns, rows), flags=flags), np.float32
            )
        else:
            warped = bend.warp(page_ink, matrix, (rows, columns))
        total = found = 0.0
        places, moves = list[tuple[float, float]](), list[tuple[float, float]]()
        for x, y, weight in self._tiles:
            away, score = search_part(self._ink, warped, (x, y, x + TILE, y + TILE))
            total += weight
            if score >= FOUND:
                found += weight
                places.append((x + TILE / 2, y + TILE / 2))
                moves.append(away)
        return PrintMatch(
            warped,
            found / total if total else 0.0,
            bend,
            np.array(places, np.float64).reshape(-1, 2),
            np.array(moves, np.float64).reshape(-1, 2),
        )


def measure_detail(across: NDArray[np.float32], down: NDArray[np.float32]) -> float:
    """Measure how well a part of a picture can be told from itself moved a little, in any direction.

    A straight line fits wherever there is another one: the smaller eigenvalue of the mean products of the
    gradients says so (Shi and Tomasi 1994).

    Parameters
    ----------
    across, down : NDArray[float32]
        Gradients of the part, (H, W).
    """
    a, b, c = float((across**2).mean()), float((across * down).mean()), float((down**2).mean())
    smaller = (a + c) / 2 - (((a - c) / 2) ** 2 + b**2) ** 0.5
    return float(max(0.0, smaller) ** 0.5)


def search_part(
    template: NDArray[np.float32],
    page: NDArray[np.float32],
    part: tuple[int, int, int, int],
    reach: int = REACH,
) -> tuple[tuple[float, float], float]:
    """Search a part of a template's ink on a page's, near its own place.

    Parameters
    ----------
    template, page : NDArray[float32]
        Ink of both in the template's view, (H, W).
    part : tuple[int, int, int, int]
        Part as x0, y0, x1, y1.
    reach : int
        Pixels that it may lie away.

    Returns
    -------
    tuple[tuple[float, float], float]
        Offset (x, y) of the part on the page, and the correlation there, from -1 to 1.
    """
    x0, y0, x1, y1 = part
    patch = template[max(y0, 0) : y1, max(x0, 0) : x1]
    left, top = max(max(x0, 0) - reach, 0), max(max(y0, 0) - reach, 0)
    window = page[top : y1 + reach, left : x1 + reach]
    if patch.size == 0 or window.shape[0] < patch.shape[0] or window.shape[1] < patch.shape[1]:
        return (0.0, 0.0), 0.0
    scores = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
    scores = np.nan_to_num(scores)
    away_x = np.arange(scores.shape[1]) + left - max(x0, 0)
    away_y = np.arange(scores.shape[0]) + top - max(y0, 0)
    away = (away_x[None, :] ** 2 + away_y[:, None] ** 2) / reach**2
    row, column = np.unravel_index(int(np.argmax(scores - _DRIFT * away)), scores.shape)
    return (float(away_x[column]), float(away_y[row])), float(scores[row, column])


def make_ink_map(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Map how much darker than its neighbourhood each pixel is, from 0 to 1, (H, W)."""
    paper = cv2.medianBlur(cv2.dilate(grey, np.ones((5, 5), np.uint8)), _WINDOW)
    darker = cv2.subtract(paper, grey).astype(np.float32) / _FULL
    return np.asarray(cv2.GaussianBlur(np.minimum(darker, 1.0), (0, 0), _SOFT), np.float32)


def resize_to_side(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Resize a picture so that its longer side has so many pixels."""
    scale = side / max(grey.shape)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=mode), np.uint8)
