"""How far boxes cover one another, and one box for each thing.

Letters: n, m boxes, xyxy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Found

FALSE_ALARM, NO_MATTER = -1, -2  # instead of the index of a thing
_ROWS = 512  # boxes compared with all others at once, which bounds the memory
_BAND = 64  # boxes compared with those that share a row of pixels with one of them
_MOST_PAIRS = 3_000_000  # kept at once


def iou_matrix(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float32]:
    """Intersection over union (n, m) of boxes (n, 4) and (m, 4); 0 where both are empty."""
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    inside = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    inside = inside.clip(0)
    down = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    inside *= down.clip(0)
    union = areas(a)[:, None] + areas(b)[None, :] - inside
    iou = np.divide(inside, union, out=np.zeros_like(inside), where=union > 0)
    return np.asarray(iou, np.float32)


def areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Areas (n,) of boxes (n, 4); 0 of those that end before they begin."""
    sides = (boxes[:, 2:] - boxes[:, :2]).clip(0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


def suppress(found: Found, overlap: float, across: float = 1.0) -> NDArray[np.int64]:
    """Non-maximum suppression: which boxes are left, surest first.

    Parameters
    ----------
    found : Found
        Surest first.
    overlap : float
        A box goes when a surer one of its class covers it so far (intersection over union above this).
    across : float
        The same for a surer one of another class; 1 lets classes lie on one another.
    """
    pairs = _covering_pairs(found, overlap, across)
    return _suppress_in_blocks(found, overlap, across) if pairs is None else _greedy(len(found), *pairs)


def merge(found: Found, overlap: float, across: float = 1.0) -> Found:
    """The boxes that suppression leaves, each the mean of itself and the boxes of its class that cover it.

    Neighbouring cells err independently of one another about the edges of a thing; boxes weigh as the squares
    of their scores (Gidaris & Komodakis, Object Detection via a Multi-Region & Semantic Segmentation-Aware
    CNN Model, ICCV 2015). Parameters are those of `suppress`.
    """
    pairs = _covering_pairs(found, overlap, across)
    if pairs is None:  # heaps of boxes on one another have no edges worth a mean
        return found.take(_suppress_in_blocks(found, overlap, across))
    kept = _greedy(len(found), *pairs)
    first, second = pairs
    alike = found.labels[first] == found.labels[second]
    one, other = np.concatenate([[first, second], [second, first]], axis=1)[:, np.tile(alike, 2)]
    weight = found.scores.astype(np.float64) ** 2
    total, boxes = weight.copy(), found.boxes * weight[:, None]
    np.add.at(total, one, weight[other])
    np.add.at(boxes, one, found.boxes[other] * weight[other, None])
    left = found.take(kept)
    means = boxes[kept] / np.maximum(total[kept, None], np.finfo(np.float64).tiny)
    return Found(means.astype(np.float32), left.scores, left.labels)


def _covers(
    found: Found, rows: NDArray[np.int64], columns: NDArray[np.int64], overlap: float, across: float
) -> NDArray[np.bool_]:
    """Whether two boxes cover one another too far, for each of some against each of some."""
    iou = iou_matrix(found.boxes[rows], found.boxes[columns])
    same = found.labels[rows][:, None] == found.labels[columns][None, :]
    return iou > np.where(same, np.float32(overlap), np.float32(across))


def _covering_pairs(
    found: Found, overlap: float, across: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """The pairs of boxes that cover one another too far, surer first; None where there are too many of them.

    On a page most boxes share no row of pixels: sorted by their upper edges, each meets few others.
    """
    order = np.argsort(found.boxes[:, 1], kind="stable")
    upper, lower = found.boxes[order, 1], found.boxes[order, 3]
    firsts, seconds, count = [], [], 0
    for start in range(0, len(order), _BAND):
        band = order[start : start + _BAND]
        stop = int(np.searchsorted(upper, lower[start : start + _BAND].max(), side="right"))
        row, column = np.nonzero(_covers(found, band, order[start:stop], overlap, across))
        later = column > row
        a, b = band[row[later]], order[start + column[later]]
        firsts.append(np.minimum(a, b))
        seconds.append(np.maximum(a, b))
        count += len(a)
        if count > _MOST_PAIRS:
            return None
    if not firsts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(firsts), np.concatenate(seconds)


def _greedy(n: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """The boxes that are left when each one that stays removes what it covers; n boxes, surest first."""
    order = np.argsort(first, kind="stable")
    second = second[order]
    ends = np.cumsum(np.bincount(first, minlength=n)).tolist()
    alive, begin = np.ones(n, np.bool_), 0
    for place, end in enumerate(ends):
        if end > begin and alive[place]:
            alive[second[begin:end]] = False
        begin = end
    return np.flatnonzero(alive)


def _suppress_in_blocks(found: Found, overlap: float, across: float) -> NDArray[np.int64]:
    """The same in bounded memory, where the boxes lie in heaps."""
    n = len(found)
    alive = np.ones(n, np.bool_)
    kept = []
    for start in range(0, n, _ROWS):
        stop = min(n, start + _ROWS)
        rest = start + np.flatnonzero(alive[start:])
        rows = rest[rest < stop]
        if not len(rows):
            continue
        covers = _covers(found, rows, rest, overlap, across)
        left = np.ones(len(rest), np.bool_)
        for place, row in enumerate(rows):
            if left[place]:
                kept.append(row)
                covers[place, place] = False
                left &= ~covers[place]
        alive[rest[~left]] = False
    return np.array(kept, np.int64)


def match(
    found: Found,
    boxes: NDArray[np.float32],
    labels: NDArray[np.int64],
    ignore: NDArray[np.bool_],
    least: float = 0.5,
) -> NDArray[np.int64]:
    """Which thing each found box is: an index, or `FALSE_ALARM`, or `NO_MATTER` where nothing can be said.

    As COCO counts: surest first, each takes the thing of its class that it covers best and that nobody has
    taken; what covers nothing but what is to be ignored is neither right nor wrong.

    Parameters
    ----------
    found : Found
        Surest first.
    boxes, labels, ignore : NDArray[float32] or NDArray[int64] or NDArray[bool_]
        The things that are there, (m, 4), (m,) and (m,).
    least : float
        Intersection over union from which a box has found a thing.
    """
    iou = iou_matrix(found.boxes, boxes)
    iou[found.labels[:, None] != labels[None, :]] = 0
    answer = np.full(len(found), FALSE_ALARM, np.int64)
    free = ~ignore
    for place, row in enumerate(iou):
        best = int(np.argmax(np.where(free, row, 0))) if len(row) else 0
        if len(row) and free[best] and row[best] >= least:
            answer[place], free[best] = best, False
        elif _within_ignored(found.boxes[place], boxes[ignore]):
            answer[place] = NO_MATTER
    return answer


def _within_ignored(box: NDArray[np.float32], ignored: NDArray[np.float32]) -> bool:
    """Whether at least half of a box lies in something that is to be ignored."""
    if not len(ignored):
        return False
    sides = np.minimum(box[2:], ignored[:, 2:]) - np.maximum(box[:2], ignored[:, :2])
    inside = sides.clip(0).prod(axis=1).max()
    return bool(inside >= 0.5 * (box[2:] - box[:2]).prod())
