"""Bends: where the parts of a sheet lie that is creased or curled, beside where a homography puts them.

Matched places of two pictures say by how much each part is displaced. A match counts if the matches around it
are displaced alike. Between them, the displacement is that of moving least squares (Schaefer et al. 2006): at
each place the affine map that fits the matches around it best.

Letters: n matches, m places, H, W rows and columns of the template's view. Positions are (x, y).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.reading.page.geometry.transform import Matrix, apply_homography

MIN_MATCHES = 12  # that agree, of a bend
_NEIGHBOURS = 8  # matches around one, that it is compared with
_AGREES = 5.0  # pixels that it may be off the median of these
_MOST = 1200  # matches that are looked at
_SPREAD = 70.0  # pixels: standard deviation of the weights around a place, at least
_ENOUGH = 10  # matches within that, else it is wider
_STIFF = 0.3  # against turning and stretching, in matches
_STEP = 32  # pixels between the places that a view is warped by


@dataclass(frozen=True, slots=True)
class Bend:
    """Displacement of the parts of a template on a page that was laid flat by a homography.

    Attributes
    ----------
    places : NDArray[float64]
        (n, 2) matched places in the template's view.
    moves : NDArray[float64]
        (n, 2) displacement of each, in the same pixels.
    """

    places: NDArray[np.float64]
    moves: NDArray[np.float64]

    def locate(self, place: tuple[float, float]) -> Matrix:
        """Return the affine map (3, 3) of the template's view around a place: to where its parts lie."""
        fitted = self._fit(np.array([place]))[0]
        linear = np.eye(2) + fitted[1:].T
        made = np.eye(3)
        made[:2, :2] = linear
        made[:2, 2] = np.asarray(place) + fitted[0] - linear @ np.asarray(place)
        return made

    def move(self, places: ArrayLike) -> NDArray[np.float64]:
        """Move places (m, 2) of the template's view to where they lie."""
        given = np.asarray(places, np.float64).reshape(-1, 2)
        return given + self._fit(given)[:, 0]

    def warp(self, page: NDArray[np.float32], matrix: Matrix, size: tuple[int, int]) -> NDArray[np.float32]:
        """Warp a page to the template's view, (H, W), flat.

        Parameters
        ----------
        page : NDArray[float32]
            Page.
        matrix : Matrix
            (3, 3) homography from the template's view to the page.
        size : tuple[int, int]
            H and W.
        """
        rows, columns = size
        across, down = (np.arange(0, side + _STEP, _STEP) for side in (columns, rows))
        x, y = np.meshgrid(across, down)
        moved = self.move(np.column_stack([x.ravel(), y.ravel()]))
        coarse = apply_homography(matrix, moved).reshape(*x.shape, 2).astype(np.float32)
        scale = np.array([[1 / _STEP, 0.0, 0.0], [0.0, 1 / _STEP, 0.0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REPLICATE
        fine = cv2.warpAffine(coarse, scale, (columns, rows), flags=flags, borderMode=border)
        x_there, y_there = np.ascontiguousarray(fine[..., 0]), np.ascontiguousarray(fine[..., 1])
        return np.asarray(cv2.remap(page, x_there, y_there, cv2.INTER_LINEAR), np.float32)

    def _fit(self, where: NDArray[np.float64]) -> NDArray[np.float64]:
        """Fit the displacement around places (m, 2): (m, 3, 2) at the place, and by x and y from there."""
        away = self.places[None, :, :] - where[:, None, :]
        squared = (away**2).sum(axis=2)
        enough = min(_ENOUGH, len(self.places)) - 1
        spread = np.maximum(_SPREAD**2, np.partition(squared, enough, axis=1)[:, enough])
        weights = np.exp(-0.5 * (squared - squared.min(axis=1, keepdims=True)) / spread[:, None])
        scale = np.sqrt(spread)[:, None, None]
        design = np.concatenate([np.ones_like(away[:, :, :1]), away / scale], axis=2)
        weighed = design * weights[:, :, None]
        normal = weighed.transpose(0, 2, 1) @ design + np.diag([1e-9, _STIFF, _STIFF])
        fitted = np.linalg.solve(normal, weighed.transpose(0, 2, 1) @ self.moves[None])
        fitted[:, 1:] /= scale
        return np.asarray(fitted, np.float64)


def make_bend(places: ArrayLike, moves: ArrayLike) -> Bend | None:
    """Make a bend of matched places; None where too few agree.

    Parameters
    ----------
    places, moves : ArrayLike
        (n, 2) places in the template's view, and their displacement.
    """
    mine = np.asarray(places, np.float64).reshape(-1, 2)
    moved = np.asarray(moves, np.float64).reshape(-1, 2)
    if len(mine) > _MOST:
        kept = np.linspace(0, len(mine) - 1, _MOST).astype(int)
        mine, moved = mine[kept], moved[kept]
    if len(mine) < MIN_MATCHES:
        return None
    agreeing = _find_agreeing(mine, moved)
    if agreeing.sum() < MIN_MATCHES:
        return None
    return Bend(mine[agreeing], moved[agreeing])


def _find_agreeing(places: NDArray[np.float64], moves: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which matches are displaced as those around them are."""
    squared = ((places[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    count = min(_NEIGHBOURS + 1, len(places))
    near = np.argpartition(squared, count - 1, axis=1)[:, :count]
    middle = np.median(moves[near], axis=1)
    return np.asarray(np.linalg.norm(moves - middle, axis=1) <= _AGREES, np.bool_)
