"""MNIST digits that were pasted into the sudoku photos, found again.

The authors of the sudoku set filled the empty cells of their photos with handwritten digits by program, and a
close look shows whose: they are MNIST digits, coloured, scaled and blurred, drawn from its train and its test
part alike. So the set tests reading on paper, and print, but brings no new handwriting; and it leaks twice: a
network trained on MNIST has seen most digits of its test photos, and one trained on its photos has seen MNIST
test digits.

The guard: do not train on sudoku cells where MNIST's test set is measured, and leave the rows that
`load_mnist_rows_in_sudoku_test` gives out of MNIST's train part where sudoku is measured.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 56  # pixels, side of the cell pictures that are searched
_BOX, _FIELD = 20, 28  # pixels: the digit's box in its field, as MNIST has it
_SHORTLIST = 60  # rows with the most similar outline, compared pixel by pixel
_SCALES = np.arange(0.8, 1.7, 0.05)  # cell pixels a MNIST pixel
_LEAST = 0.9  # correlation below which two digits are different digits
_SLACK = 0.015  # correlation within which the best match is a tie: all of them are taken


def load_mnist_rows_in_sudoku_test() -> NDArray[np.int64]:
    """Rows of MNIST's train part, from 0, that may be in the sudoku photos kept aside.

    `find_pasted` chose them: 5,580, more than there are such cells, as ties are all taken.
    """
    text = files("sutja.data").joinpath("manifests/mnist-in-sudoku-test.txt").read_text(encoding="ascii")
    return np.array([int(line) for line in text.split()], dtype=np.int64)


def find_pasted(
    cells: Iterable[NDArray[np.uint8]],
    labels: Sequence[int],
    images: NDArray[np.uint8],
    digits: NDArray[np.int64],
) -> list[NDArray[np.int64]]:
    """Rows of `images` that a cell may have been made from.

    Parameters
    ----------
    cells : Iterable[NDArray[uint8]]
        uint8 arrays (CELL, CELL, 3) One digit each, in any colour on any paper.
    labels : sequence of int
        The digit in each cell; only rows with the same digit are compared.
    images : NDArray[uint8]
        uint8 array (N, 28, 28) Light on dark.
    digits : NDArray[int64]
        Int array (N,)

    Returns
    -------
    list of int arrays
        For each cell the rows that correlate best, or none. On drawn examples the true row is among them in
        five cases of six.
    """
    outlines = np.stack([compute_outline(image.astype(np.float32)) for image in images])
    found = []
    for cell, label in zip(cells, labels, strict=True):
        ink = extract_ink(cell)
        rows = np.flatnonzero(digits == label)
        if ink is None or len(rows) == 0:
            found.append(np.empty(0, dtype=np.int64))
            continue
        near = rows[np.argsort(outlines[rows] @ compute_outline(ink))[::-1][:_SHORTLIST]]
        scores = np.array([_correlation(ink, images[row]) for row in near])
        found.append(near[scores >= max(_LEAST, float(scores.max()) - _SLACK)])
    return found


def extract_ink(cell: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Distance of each pixel from the paper's colour, outside the digit 0; None where there is no digit."""
    distance = np.abs(cell.astype(np.float32) - np.median(cell.reshape(-1, 3), axis=0)).max(axis=2)
    level = np.clip(distance, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(level[4:-4, 4:-4], 0, 255, cv2.THRESH_OTSU)  # without the grid's lines
    dark = (level > max(0.8 * threshold, 15)).astype(np.uint8)
    n_parts, parts, stats, _ = cv2.connectedComponentsWithStats(dark)
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = [i for i in range(1, n_parts) if areas[i] >= 12 and not _is_line(stats[i], level.shape)]
    if not kept:
        return None
    kept = [i for i in kept if areas[i] > 0.08 * areas[kept].max()]
    mask = cv2.dilate(np.isin(parts, kept).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(distance * mask, dtype=np.float32)


def compute_outline(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """The digit fitted into MNIST's box, blurred, without mean and of length 1: a vector of 784."""
    ys, xs = np.nonzero(ink > 0.35 * ink.max())
    part = ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    scale = _BOX / max(part.shape)
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    fitted = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    field = np.zeros((_FIELD, _FIELD), np.float32)
    y, x = (_FIELD - size[1]) // 2, (_FIELD - size[0]) // 2
    field[y : y + size[1], x : x + size[0]] = fitted
    blurred = cv2.GaussianBlur(field, (0, 0), 1.0).ravel()
    vector = blurred - blurred.mean()
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def _is_line(stat: NDArray[np.int32], shape: tuple[int, ...]) -> bool:
    x, y, w, h = (int(value) for value in stat[:4])
    at_edge = x == 0 or y == 0 or x + w == shape[1] or y + h == shape[0]
    return at_edge and (w > 0.8 * shape[1] or h > 0.8 * shape[0] or min(w, h) < 6)


def _correlation(ink: NDArray[np.float32], image: NDArray[np.uint8]) -> float:
    """Best normalised correlation over all places and scales."""
    field = cv2.copyMakeBorder(ink, 12, 12, 12, 12, cv2.BORDER_CONSTANT)
    ys, xs = np.nonzero(image)
    part = image[max(ys.min() - 2, 0) : ys.max() + 3, max(xs.min() - 2, 0) : xs.max() + 3].astype(np.float32)
    best = -1.0
    for scale in _SCALES:
        scaled = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        scaled = cv2.GaussianBlur(scaled, (0, 0), 1.0)
        if scaled.shape[0] <= field.shape[0] and scaled.shape[1] <= field.shape[1]:
            best = max(best, float(cv2.matchTemplate(field, scaled, cv2.TM_CCOEFF_NORMED).max()))
    return best
