"""Large pictures in tiles that overlap, so that the memory a picture takes is bounded.

Letters: H, W rows and columns of a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Found

MOST_PIXELS = 2_400_000  # of one frame: an A4 page at 150 dpi; its maps take about 250 MB
SIDE = 1_280  # pixels of a tile; as `SHARED` a multiple of the largest stride
SHARED = 256  # pixels that two neighbouring tiles have in common
EDGE = 2.0  # pixels: a box this close to the inner edge of a tile is taken to be cut off there


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture: its columns x0 to x1 and rows y0 to y1."""

    x0: int
    y0: int
    x1: int
    y1: int


def tiles(height: int, width: int, most_pixels: int = MOST_PIXELS) -> list[Tile]:
    """The tiles of a picture, row by row; the whole of it where it is small enough."""
    if height * width <= most_pixels:
        return [Tile(0, 0, width, height)]
    return [Tile(x0, y0, x1, y1) for y0, y1 in _spans(height) for x0, x1 in _spans(width)]


def _spans(side: int) -> Iterator[tuple[int, int]]:
    """Spans of at most `SIDE` pixels that share `SHARED` with the next.

    They begin at multiples of what they do not share, so that the cells of a tile are those of the whole.
    """
    start = 0
    while start + SIDE < side:
        yield start, start + SIDE
        start += SIDE - SHARED
    yield start, side


def cut_off(boxes: NDArray[np.float32], tile: Tile, height: int, width: int) -> NDArray[np.bool_]:
    """Which boxes, in the picture's pixels, end at an edge that the tile has within the picture."""
    at = np.stack(
        [
            (boxes[:, 0] <= tile.x0 + EDGE) & (tile.x0 > 0),
            (boxes[:, 1] <= tile.y0 + EDGE) & (tile.y0 > 0),
            (boxes[:, 2] >= tile.x1 - EDGE) & (tile.x1 < width),
            (boxes[:, 3] >= tile.y1 - EDGE) & (tile.y1 < height),
        ]
    )
    return np.asarray(at.any(axis=0), np.bool_)


def sewn(found: Found) -> Found:
    """Boxes that were cut off at the edges of tiles, sewn together where they are parts of one thing.

    What is no longer than tiles share, a neighbouring tile has whole, so its part is dropped. Parts of one
    thing lie on one another where the tiles do, and nearly coincide along one side.

    Parameters
    ----------
    found : Found
        Surest first.
    """
    long = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1, initial=0) > SHARED / 2
    found = found.take(long)
    boxes, free = found.boxes.copy(), np.ones(len(found), np.bool_)
    kept = []
    for place in range(len(found)):
        if not free[place]:
            continue
        free[place] = False
        kept.append(place)
        while len(more := np.flatnonzero(free & _continues(boxes[place], boxes, found.labels, place))):
            free[more] = False
            parts = boxes[[place, *more]]
            boxes[place] = [*parts[:, :2].min(axis=0), *parts[:, 2:].max(axis=0)]
    return Found(boxes, found.scores, found.labels).take(np.array(kept, np.int64))


def _continues(
    box: NDArray[np.float32], boxes: NDArray[np.float32], labels: NDArray[np.int64], place: int
) -> NDArray[np.bool_]:
    """Which boxes are parts of what a box is a part of."""
    shared = (np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])).clip(0)
    least = np.minimum(box[2:] - box[:2], boxes[:, 2:] - boxes[:, :2]).clip(1e-6)
    part = shared / least
    alike = (part.max(axis=1) > 0.7) & (part.min(axis=1) > 0.1)
    return np.asarray(alike & (labels == labels[place]), np.bool_)
