"""Intersection over union, non-maximum suppression, and the matching of detections with ground truth.

Letters: n, m boxes, xyxy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Detections

FALSE_POSITIVE, IGNORED = -1, -2  # instead of the index of an object
_ROWS = 512  # boxes compared with all others at once, which bounds the memory
_BAND = 64  # boxes compared at once with those that share a row of pixels with one of them
_MAX_PAIRS = 3_000_000  # in memory at once


def compute_iou(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float32]:
    """Compute intersection over union (n, m) of boxes (n, 4) and (m, 4); 0 where both are empty."""
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    inside = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    inside = inside.clip(0)
    down = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    inside *= down.clip(0)
    union = compute_areas(a)[:, None] + compute_areas(b)[None, :] - inside
    iou = np.divide(inside, union, out=np.zeros_like(inside), where=union > 0)
    return np.asarray(iou, np.float32)


def compute_areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the areas (n,) of boxes (n, 4); 0 for those that end before they begin."""
    sides = (boxes[:, 2:] - boxes[:, :2]).clip(0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


def suppress_overlaps(
    detections: Detections, max_iou: float, max_iou_across: float = 1.0
) -> NDArray[np.int64]:
    """Choose the boxes that greedy non-maximum suppression leaves, surest first.

    Parameters
    ----------
    detections : Detections
        Surest first.
    max_iou : float
        A box is dropped when its intersection over union with a surer one of its class is above this.
    max_iou_across : float
        The same for a surer one of another class; 1 lets classes overlap.

    Returns
    -------
    NDArray[int64]
        Indices of the boxes that are left.
    """
    pairs = _find_overlapping_pairs(detections, max_iou, max_iou_across)
    return (
        _suppress_in_blocks(detections, max_iou, max_iou_across)
        if pairs is None
        else _suppress_pairs(len(detections), *pairs)
    )


def merge_detections(detections: Detections, max_iou: float, max_iou_across: float = 1.0) -> Detections:
    """Suppress overlapping boxes, and average each box that is left with those of its class that overlap it.

    Neighbouring cells err independently of one another about the edges of an object. Boxes weigh as the
    squares of their scores (Gidaris & Komodakis, Object Detection via a Multi-Region & Semantic
    Segmentation-Aware CNN Model, ICCV 2015). Parameters are those of `suppress_overlaps`.
    """
    pairs = _find_overlapping_pairs(detections, max_iou, max_iou_across)
    if pairs is None:  # of so many boxes on one another no mean is worth its time
        return detections.take(_suppress_in_blocks(detections, max_iou, max_iou_across))
    chosen = _suppress_pairs(len(detections), *pairs)
    first, second = pairs
    alike = detections.labels[first] == detections.labels[second]
    one, other = np.concatenate([[first, second], [second, first]], axis=1)[:, np.tile(alike, 2)]
    weight = detections.scores.astype(np.float64) ** 2
    total, boxes = weight.copy(), detections.boxes * weight[:, None]
    np.add.at(total, one, weight[other])
    np.add.at(boxes, one, detections.boxes[other] * weight[other, None])
    left = detections.take(chosen)
    means = boxes[chosen] / np.maximum(total[chosen, None], np.finfo(np.float64).tiny)
    return Detections(means.astype(np.float32), left.scores, left.labels)


def _find_overlaps(
    detections: Detections,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    max_iou: float,
    max_iou_across: float,
) -> NDArray[np.bool_]:
    """Tell which of some boxes overlap which of some others too far, bool (rows, columns)."""
    iou = compute_iou(detections.boxes[rows], detections.boxes[columns])
    same = detections.labels[rows][:, None] == detections.labels[columns][None, :]
    return iou > np.where(same, np.float32(max_iou), np.float32(max_iou_across))


def _find_overlapping_pairs(
    detections: Detections, max_iou: float, max_iou_across: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Find the pairs of boxes that overlap too far, the surer first; None where there are too many of them.

    On a page most boxes share no row of pixels: sorted by their upper edges, each meets few others.
    """
    order = np.argsort(detections.boxes[:, 1], kind="stable")
    upper, lower = detections.boxes[order, 1], detections.boxes[order, 3]
    firsts, seconds, count = [], [], 0
    for start in range(0, len(order), _BAND):
        band = order[start : start + _BAND]
        stop = int(np.searchsorted(upper, lower[start : start + _BAND].max(), side="right"))
        row, column = np.nonzero(_find_overlaps(detections, band, order[start:stop], max_iou, max_iou_across))
        later = column > row
        a, b = band[row[later]], order[start + column[later]]
        firsts.append(np.minimum(a, b))
        seconds.append(np.maximum(a, b))
        count += len(a)
        if count > _MAX_PAIRS:
            return None
    if not firsts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(firsts), np.concatenate(seconds)


def _suppress_pairs(n: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Choose of n boxes, surest first, those that are left when each removes the boxes it is paired with."""
    order = np.argsort(first, kind="stable")
    second = second[order]
    ends = np.cumsum(np.bincount(first, minlength=n)).tolist()
    alive, begin = np.ones(n, np.bool_), 0
    for i, end in enumerate(ends):
        if end > begin and alive[i]:
            alive[second[begin:end]] = False
        begin = end
    return np.flatnonzero(alive)


def _suppress_in_blocks(detections: Detections, max_iou: float, max_iou_across: float) -> NDArray[np.int64]:
    """Suppress in bounded memory, where very many boxes overlap."""
    n = len(detections)
    alive = np.ones(n, np.bool_)
    chosen = []
    for start in range(0, n, _ROWS):
        stop = min(n, start + _ROWS)
        rest = start + np.flatnonzero(alive[start:])
        rows = rest[rest < stop]
        if not len(rows):
            continue
        covers = _find_overlaps(detections, rows, rest, max_iou, max_iou_across)
        left = np.ones(len(rest), np.bool_)
        for i, row in enumerate(rows):
            if left[i]:
                chosen.append(row)
                covers[i, i] = False
                left &= ~covers[i]
        alive[rest[~left]] = False
    return np.array(chosen, np.int64)


def match_detections(
    detections: Detections,
    boxes: NDArray[np.float32],
    labels: NDArray[np.int64],
    ignore: NDArray[np.bool_],
    min_iou: float = 0.5,
) -> NDArray[np.int64]:
    """Match detections with the objects of a picture, as COCO does.

    Surest first, each detection takes the object of its class that it overlaps most and that no other has
    taken. A detection that overlaps nothing but what is to be ignored is neither right nor wrong.

    Parameters
    ----------
    detections : Detections
        Surest first.
    boxes, labels, ignore : NDArray[float32] or NDArray[int64] or NDArray[bool_]
        The ground truth, (m, 4), (m,) and (m,).
    min_iou : float
        Intersection over union from which a detection matches an object.

    Returns
    -------
    NDArray[int64]
        (n,) index of the object, or `FALSE_POSITIVE`, or `IGNORED` where nothing can be said.
    """
    iou = compute_iou(detections.boxes, boxes)
    iou[detections.labels[:, None] != labels[None, :]] = 0
    answer = np.full(len(detections), FALSE_POSITIVE, np.int64)
    free = ~ignore
    for i, row in enumerate(iou):
        best = int(np.argmax(np.where(free, row, 0))) if len(row) else 0
        if len(row) and free[best] and row[best] >= min_iou:
            answer[i], free[best] = best, False
        elif _is_within_ignored(detections.boxes[i], boxes[ignore]):
            answer[i] = IGNORED
    return answer


def _is_within_ignored(box: NDArray[np.float32], ignored: NDArray[np.float32]) -> bool:
    """Tell whether at least half of a box lies in one that is to be ignored."""
    if not len(ignored):
        return False
    sides = np.minimum(box[2:], ignored[:, 2:]) - np.maximum(box[:2], ignored[:, :2])
    inside = sides.clip(0).prod(axis=1).max()
    return bool(inside >= 0.5 * (box[2:] - box[:2]).prod())
