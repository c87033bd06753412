"""Box decoding: from a detector's raw predictions, four edges and K logits a grid cell, to boxes with scores.

The cells of stride s lie s pixels apart; cell (i, j) has its centre at ((j + 1/2) s, (i + 1/2) s). Its four
numbers are the logarithms of the distances from the centre to the left, upper, right and lower edge, in
strides.

Letters: A cells of all grids, K classes, H, W rows and columns of the frame, n boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

STRIDES = (4, 8, 16, 32)  # pixels a cell, of the networks trained here
MAX_LOG_DISTANCE = 7.0  # of a distance in strides: exp(7) = 1,097 cells
# Cells of one frame that go on to non-maximum suppression; a page of a thousand table cells has 10,000.
MAX_CANDIDATES = 20_000


@dataclass(frozen=True, slots=True)
class Detections:
    """Objects detected in one picture.

    Attributes
    ----------
    boxes : NDArray[float32]
        float32 (n, 4), xyxy.
    scores : NDArray[float32]
        float32 (n,), in [0, 1].
    labels : NDArray[int64]
        int64 (n,), the index of each class.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def empty(cls) -> Detections:
        """Make detections of a picture without any."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def take(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> Detections:
        """Take those at some indices, in their order, or under a mask."""
        return Detections(self.boxes[chosen], self.scores[chosen], self.labels[chosen])


@lru_cache(maxsize=16)
def compute_cell_centres(
    height: int, width: int, strides: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Compute x (A,) and y (A,) of the cells' centres, and their strides (A,), in pixels.

    Parameters
    ----------
    height, width : int
        Size of the frame in pixels, multiples of the largest stride.
    strides : tuple[int, ...]
        Pixels a cell, finest first.
    """
    xs, ys, sizes = [], [], []
    for stride in strides:
        rows, columns = height // stride, width // stride
        row, column = np.divmod(np.arange(rows * columns, dtype=np.int64), max(1, columns))
        xs.append((column + 0.5) * stride)
        ys.append((row + 0.5) * stride)
        sizes.append(np.full(rows * columns, stride))
    x, y, size = (np.concatenate(parts).astype(np.float32) for parts in (xs, ys, sizes))
    for array in (x, y, size):
        array.flags.writeable = False  # the cache shares them
    return x, y, size


def decode(
    raw: NDArray[np.float32], height: int, width: int, strides: tuple[int, ...], min_score: float
) -> Detections:
    """Decode the cells that have a class with a score of at least `min_score`, surest first.

    Parameters
    ----------
    raw : NDArray[float32]
        (4 + K, A), the output of the network for one frame.
    height, width : int
        Size of the frame in pixels.
    strides : tuple[int, ...]
        Strides of the grids, in pixels.
    min_score : float
        Above 0 and below 1.

    Raises
    ------
    ValueError
        The output does not have as many cells as the frame.
    """
    x, y, size = compute_cell_centres(height, width, strides)
    if raw.ndim != 2 or raw.shape[1] != len(x) or raw.shape[0] < 5:
        raise ValueError(f"predictions {raw.shape} do not fit {len(x)} cells of a {height} × {width} frame")
    logits = raw[4:]
    label, cell = np.nonzero(logits >= np.float32(np.log(min_score / (1 - min_score))))
    logit = logits[label, cell]
    if len(logit) > MAX_CANDIDATES:
        kept = np.argpartition(-logit, MAX_CANDIDATES)[:MAX_CANDIDATES]
        label, cell, logit = label[kept], cell[kept], logit[kept]
    order = np.argsort(-logit, kind="stable")
    label, cell, logit = label[order], cell[order], logit[order]
    reach = np.exp(np.minimum(raw[:4, cell], MAX_LOG_DISTANCE)) * size[cell]
    boxes = np.stack([x[cell] - reach[0], y[cell] - reach[1], x[cell] + reach[2], y[cell] + reach[3]], axis=1)
    scores = np.asarray(1 / (1 + np.exp(-logit)), np.float32)
    return Detections(boxes, scores, label.astype(np.int64))
