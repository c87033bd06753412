"""Large pictures in overlapping tiles, so that the memory a picture takes is bounded.

Letters: H, W rows and columns of a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Detections

MAX_PIXELS = 2_400_000  # of one frame: an A4 page at 150 dpi; its maps take about 250 MB
TILE_SIDE = 1_280  # pixels; as `OVERLAP` a multiple of the largest stride
OVERLAP = 256  # pixels that neighbouring tiles share
EDGE_TOLERANCE = 2.0  # pixels: a box this close to the inner edge of a tile counts as cut off there


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture: its columns x0 to x1 and rows y0 to y1."""

    x0: int
    y0: int
    x1: int
    y1: int


def make_tiles(height: int, width: int, max_pixels: int = MAX_PIXELS) -> list[Tile]:
    """Cut a picture into tiles, row by row; one tile where it is small enough."""
    if height * width <= max_pixels:
        return [Tile(0, 0, width, height)]
    return [Tile(x0, y0, x1, y1) for y0, y1 in _make_spans(height) for x0, x1 in _make_spans(width)]


def _make_spans(side: int) -> Iterator[tuple[int, int]]:
    """Yield spans of at most `TILE_SIDE` pixels that share `OVERLAP` with the next.

    They begin at multiples of a stride, so that the grid cells of a tile are those of the whole picture.
    """
    start = 0
    while start + TILE_SIDE < side:
        yield start, start + TILE_SIDE
        start += TILE_SIDE - OVERLAP
    yield start, side


def is_cut_off(boxes: NDArray[np.float32], tile: Tile, height: int, width: int) -> NDArray[np.bool_]:
    """Tell which boxes, in the picture's pixels, end at an edge of the tile that lies inside the picture."""
    at = np.stack(
        [
            (boxes[:, 0] <= tile.x0 + EDGE_TOLERANCE) & (tile.x0 > 0),
            (boxes[:, 1] <= tile.y0 + EDGE_TOLERANCE) & (tile.y0 > 0),
            (boxes[:, 2] >= tile.x1 - EDGE_TOLERANCE) & (tile.x1 < width),
            (boxes[:, 3] >= tile.y1 - EDGE_TOLERANCE) & (tile.y1 < height),
        ]
    )
    return np.asarray(at.any(axis=0), np.bool_)


def join_cut_boxes(detections: Detections) -> Detections:
    """Join boxes that were cut off at the edges of tiles, where they are parts of one object.

    An object no longer than the overlap of tiles is whole in a neighbouring tile, so its part is dropped.
    Parts of one object overlap where the tiles do, and nearly coincide along one side.

    Parameters
    ----------
    detections : Detections
        Surest first.
    """
    long = (detections.boxes[:, 2:] - detections.boxes[:, :2]).max(axis=1, initial=0) > OVERLAP / 2
    detections = detections.take(long)
    boxes, free = detections.boxes.copy(), np.ones(len(detections), np.bool_)
    kept = []
    for i in range(len(detections)):
        if not free[i]:
            continue
        free[i] = False
        kept.append(i)
        while len(more := np.flatnonzero(free & _is_continuation(boxes[i], boxes, detections.labels, i))):
            free[more] = False
            parts = boxes[[i, *more]]
            boxes[i] = [*parts[:, :2].min(axis=0), *parts[:, 2:].max(axis=0)]
    return Detections(boxes, detections.scores, detections.labels).take(np.array(kept, np.int64))


def _is_continuation(
    box: NDArray[np.float32], boxes: NDArray[np.float32], labels: NDArray[np.int64], index: int
) -> NDArray[np.bool_]:
    """Tell which boxes are parts of the object that `box`, at an index of them, is a part of."""
    shared = (np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])).clip(0)
    smaller = np.minimum(box[2:] - box[:2], boxes[:, 2:] - boxes[:, :2]).clip(1e-6)
    part = shared / smaller
    alike = (part.max(axis=1) > 0.7) & (part.min(axis=1) > 0.1)
    return np.asarray(alike & (labels == labels[index]), np.bool_)
