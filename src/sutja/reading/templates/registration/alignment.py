"""Alignment of one field: the print around it laid on the page's to the pixel, turned and stretched a little.

The enhanced correlation coefficient of the two is made as great as it gets (Evangelidis and Psarakis 2008).
What is written in the field differs from page to page, so only its edges and what stands around it count.

Letters: H, W rows and columns.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.reading.page.geometry.transform import Matrix
from sutja.types import Box

_AROUND = 1.0  # of the field's height, that is looked at around it
_LEAST_AROUND = 24.0  # pixels, likewise
_INSIDE = 0.16  # of its height, from its edges inwards, that counts as well
_STEPS, _EPSILON = 40, 1e-4  # of the search
_BLURS = (21, 11, 5)  # pixels of the Gaussian that both are smoothed with, one search after the other
_SURE, _LEAST = 0.8, 0.5  # correlation, from which no other search is tried; of a field that was aligned
_MAX_TURN, _MAX_SHIFT = 0.15, 0.5  # of the map from one; of the field's height


def align_print(
    template: NDArray[np.float32], page: NDArray[np.float32], matrix: Matrix, field: Box
) -> Matrix:
    """Align the print around a field, starting from where it is nearly.

    Parameters
    ----------
    template, page : NDArray[float32]
        Ink of both, by `make_ink_map`, (H, W) each.
    matrix : Matrix
        (3, 3) homography from the template to the page, for this field.
    field : Box
        The field on the template.

    Returns
    -------
    Matrix
        The homography, corrected; as given where the print does not agree better that way.
    """
    around = max(_LEAST_AROUND, _AROUND * field.height)
    left, top = max(0, round(field.x0 - around)), max(0, round(field.y0 - around))
    part = np.ascontiguousarray(template[top : round(field.y1 + around), left : round(field.x1 + around)])
    if min(part.shape, default=0) < 2 * _BLURS[-1] or float(part.std()) == 0.0:
        return matrix
    origin = np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = part.shape[1], part.shape[0]
    there = np.asarray(cv2.warpPerspective(page, matrix @ origin, size, flags=flags), np.float32)
    mask = np.full(part.shape, 255, np.uint8)
    edge = _INSIDE * field.height
    x0, x1 = round(field.x0 + edge) - left, round(field.x1 - edge) - left
    y0, y1 = round(field.y0 + edge) - top, round(field.y1 - edge) - top
    mask[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = 0
    found, score = _search(part, there, mask, (_BLURS[-1],))
    if score < _SURE:
        other, its_score = _search(part, there, mask, _BLURS)
        if its_score > score:
            found, score = other, its_score
    change = found.astype(np.float64)
    middle = np.array([part.shape[1] / 2, part.shape[0] / 2])
    shift = np.linalg.norm(change[:, :2] @ middle + change[:, 2] - middle)
    turn = np.abs(change[:, :2] - np.eye(2)).max()
    if score < _LEAST or turn > _MAX_TURN or shift > _MAX_SHIFT * field.height:
        return matrix
    correction = origin @ np.vstack([change, [0.0, 0.0, 1.0]]) @ np.linalg.inv(origin)
    return np.asarray(matrix @ correction, np.float64)


def _search(
    template: NDArray[np.float32], page: NDArray[np.float32], mask: NDArray[np.uint8], blurs: tuple[int, ...]
) -> tuple[NDArray[np.float32], float]:
    """Search the affine map (2, 3) from a template to a page, smoothed less and less; and the correlation."""
    found, score = np.eye(2, 3, dtype=np.float32), -1.0
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _EPSILON)
    for blur in blurs:
        try:
            score, warp = cv2.findTransformECC(
                template, page, found.copy(), cv2.MOTION_AFFINE, criteria, mask, blur
            )
        except cv2.error:  # the two are too unlike for the search to end
            return np.eye(2, 3, dtype=np.float32), -1.0
        found = np.asarray(warp, np.float32)
    return found, float(score)
