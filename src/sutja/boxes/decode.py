"""What a detector's raw predictions mean: grids of cells, a box and K logits a cell.

The cells of stride s lie s pixels apart; cell (i, j) has its centre at ((j + 1/2) s, (i + 1/2) s). Its four
numbers are the logarithms of the distances from there to the left, upper, right and lower edge, in strides.

Letters: A cells of all grids, K classes, H, W rows and columns of the frame, n boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

STRIDES = (4, 8, 16, 32)  # pixels a cell, of the networks made here
MOST_LOG = 7.0  # of a distance in strides: exp(7) = 1,097 cells
MOST_CANDIDATES = (
    20_000  # cells of one frame that go on to be compared; a page of a thousand cells has 10,000
)


@dataclass(frozen=True, slots=True)
class Found:
    """Things found in one picture.

    Attributes
    ----------
    boxes : NDArray[float32]
        float32 array (n, 4), xyxy
    scores : NDArray[float32]
        float32 array (n,), in [0, 1]
    labels : NDArray[int64]
        int64 array (n,)
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, which: NDArray[np.integer] | NDArray[np.bool_]) -> Found:
        """Some of them, in that order."""
        return Found(self.boxes[which], self.scores[which], self.labels[which])


def nothing() -> Found:
    """No thing at all."""
    return Found(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))


@lru_cache(maxsize=16)
def cell_centres(
    height: int, width: int, strides: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Columns (A,) and rows (A,) of the cells' centres, and their strides (A,), in pixels.

    Parameters
    ----------
    height, width : int
        Of the frame, multiples of the largest stride.
    strides : tuple[int, ...]
        Pixels a cell, finest first.
    """
    xs, ys, sizes = [], [], []
    for stride in strides:
        rows, columns = height // stride, width // stride
        y, x = np.divmod(np.arange(rows * columns, dtype=np.int64), max(1, columns))
        xs.append((x + 0.5) * stride)
        ys.append((y + 0.5) * stride)
        sizes.append(np.full(rows * columns, stride))
    found = tuple(np.concatenate(parts).astype(np.float32) for parts in (xs, ys, sizes))
    for part in found:
        part.flags.writeable = False  # it is shared
    return found[0], found[1], found[2]


def decode(
    raw: NDArray[np.float32], height: int, width: int, strides: tuple[int, ...], least: float
) -> Found:
    """The cells that hold a class with a score of at least `least`, surest first.

    Parameters
    ----------
    raw : NDArray[float32]
        (4 + K, A), from the network.
    height, width : int
        Of the frame that the network saw.
    strides : tuple[int, ...]
        Of its grids.
    least : float
        Above 0 and below 1.

    Raises
    ------
    ValueError
        The network did not answer for as many cells as the frame has.
    """
    x, y, size = cell_centres(height, width, strides)
    if raw.ndim != 2 or raw.shape[1] != len(x) or raw.shape[0] < 5:
        raise ValueError(f"predictions {raw.shape} do not fit {len(x)} cells of a {height} × {width} frame")
    logits = raw[4:]
    label, cell = np.nonzero(logits >= np.float32(np.log(least / (1 - least))))
    logit = logits[label, cell]
    if len(logit) > MOST_CANDIDATES:
        kept = np.argpartition(-logit, MOST_CANDIDATES)[:MOST_CANDIDATES]
        label, cell, logit = label[kept], cell[kept], logit[kept]
    order = np.argsort(-logit, kind="stable")
    label, cell, logit = label[order], cell[order], logit[order]
    reach = np.exp(np.minimum(raw[:4, cell], MOST_LOG)) * size[cell]
    boxes = np.stack([x[cell] - reach[0], y[cell] - reach[1], x[cell] + reach[2], y[cell] + reach[3]], axis=1)
    scores = np.asarray(1 / (1 + np.exp(-logit)), np.float32)
    return Found(boxes, scores, label.astype(np.int64))
