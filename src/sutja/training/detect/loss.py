"""The assignment of cells to boxes, and the loss of a detector.

Cells are assigned to boxes by how well the network already does there: a cell's score for the box's class
times a power of the overlap of its box (Feng et al., TOOD: Task-aligned One-stage Object Detection, ICCV
2021). The best few learn that overlap as their score, so that a score also tells how well the box fits.

Letters: B pictures, A cells, K classes, E = 4 + K, N boxes of the whole batch, P pairs of a cell and a box it
may answer for, M of them that do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from sutja.boxes.decode import MAX_LOG_DISTANCE, compute_cell_centres
from sutja.data.boxes.boxed_pictures import BoxedPicture

NEAR = 2.5  # strides: a cell further from the middle line of a box does not answer for it
LEAST_CELLS, MOST_CELLS = 0.75, 24.0  # short sides, in strides, that a grid answers for
ANSWERS = 10  # cells a box
_SCORE_POWER, _OVERLAP_POWER = 1.0, 6.0  # alpha and beta of the alignment
_BOX_WEIGHT = 2.0
_TINY = 1e-9
_LEAST = 1e-36  # of an alignment, which is a sixth power; only 0 must not divide


@dataclass(frozen=True, slots=True)
class Targets:
    """The boxes of a batch, and the cells that may be assigned to them.

    Attributes
    ----------
    boxes : Float[Tensor, "N 4"]
        (N, 4) xyxy in the frame's pixels.
    labels : Int64[Tensor, " N"]
        (N,)
    pair_box : Int64[Tensor, " P"]
        (P,) index of the box, rising.
    pair_cell : Int64[Tensor, " P"]
        (P,) index of the cell in the batch: picture × A + cell.
    silent : Bool[Tensor, "B A"]
        (B, A) cells that lie in what is to be ignored.
    x, y, size : Float[Tensor, " A"]
        (A,) centres and strides of the cells.
    """

    boxes: Float[Tensor, "N 4"]
    labels: Int64[Tensor, " N"]
    pair_box: Int64[Tensor, " P"]
    pair_cell: Int64[Tensor, " P"]
    silent: Bool[Tensor, "B A"]
    x: Float[Tensor, " A"]
    y: Float[Tensor, " A"]
    size: Float[Tensor, " A"]

    def to(self, device: torch.device) -> Targets:
        """Copy the targets to another device."""
        return Targets(*(getattr(self, name).to(device) for name in self.__slots__))


def make_targets(
    pictures: Sequence[BoxedPicture], height: int, width: int, strides: tuple[int, ...]
) -> Targets:
    """Make the targets of a batch of frames, all of height × width pixels."""
    x, y, size = compute_cell_centres(height, width, strides)
    silent = np.zeros((len(pictures), len(x)), np.bool_)
    boxes, labels, pair_box, pair_cell, before = [], [], [], [], 0
    for index, picture in enumerate(pictures):
        for x0, y0, x1, y1 in picture.boxes[picture.ignore]:
            silent[index] |= (x > x0) & (x < x1) & (y > y0) & (y < y1)
        real = picture.boxes[~picture.ignore]
        which, cell = find_candidates(real, height, width, strides)
        pair_box.append(which + before)
        pair_cell.append(cell + index * len(x))
        boxes.append(real)
        labels.append(picture.labels[~picture.ignore])
        before += len(real)
    arrays = (
        np.concatenate(boxes).astype(np.float32),
        np.concatenate(labels),
        np.concatenate(pair_box),
        np.concatenate(pair_cell),
        silent,
        x.copy(),
        y.copy(),
        size.copy(),
    )
    return Targets(*map(torch.from_numpy, arrays))


def find_candidates(
    boxes: NDArray[np.float32], height: int, width: int, strides: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the cells that may be assigned to each box: those within it and near its middle line.

    The middle line lies along the longer side and ends as far from the box's ends as from its long edges, so
    that cells anywhere along a long number qualify. Of a box smaller than a cell the nearest cell of the
    finest grid qualifies.

    Returns
    -------
    box, cell : int64 (P,) each, rising by box.
    """
    which, cells, before = [], [], 0
    short = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) if len(boxes) else np.zeros(0)
    for place, stride in enumerate(strides):
        rows, columns = height // stride, width // stride
        fits = (short >= LEAST_CELLS * stride) | (place == 0)
        fits &= (short <= MOST_CELLS * stride) | (place == len(strides) - 1)
        some = np.flatnonzero(fits)
        box, y, x = _cells_within(boxes[some], stride, rows, columns)
        which.append(some[box])
        cells.append(before + y * columns + x)
        before += rows * columns
    found, cell = np.concatenate(which), np.concatenate(cells)
    order = np.argsort(found, kind="stable")
    return found[order].astype(np.int64), cell[order].astype(np.int64)


def _cells_within(
    boxes: NDArray[np.float32], stride: int, rows: int, columns: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Box, row and column of each cell of one grid that lies in a box and near its middle line."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    line = (half - half.min(axis=1, keepdims=True)).clip(0)  # half the middle line's length, along x and y
    reach = np.maximum(np.minimum(line + NEAR * stride, half), 0.5 * stride + 1e-3)
    sides = np.array([columns, rows])
    first = np.ceil((centre - reach) / stride - 0.5).astype(np.int64).clip(0, sides - 1)
    last = np.floor((centre + reach) / stride - 0.5).astype(np.int64).clip(0, sides - 1)
    last = np.maximum(first, last)
    across = last[:, 0] - first[:, 0] + 1
    counts = across * (last[:, 1] - first[:, 1] + 1)
    box = np.repeat(np.arange(len(boxes)), counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    down, along = np.divmod(place, across[box])
    return box, first[box, 1] + down, first[box, 0] + along


def iou_and_giou(
    a: Float[Tensor, "P 4"], b: Float[Tensor, "P 4"]
) -> tuple[Float[Tensor, " P"], Float[Tensor, " P"]]:
    """Intersection over union of pairs of boxes, and the same less what the hull holds beyond both.

    The second is GIoU (Rezatofighi et al., Generalized Intersection over Union, CVPR 2019).
    """
    low, high = torch.maximum(a, b), torch.minimum(a, b)
    inside = (high[:, 2:] - low[:, :2]).clamp(min=0).prod(1)
    hull = (low[:, 2:] - high[:, :2]).prod(1)
    union = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - inside
    iou = inside / union.clamp(min=_TINY)
    return iou, iou - (hull - union) / hull.clamp(min=_TINY)


def decode_boxes(
    raw: Float[Tensor, "4 P"], x: Float[Tensor, " P"], y: Float[Tensor, " P"], size: Float[Tensor, " P"]
) -> Float[Tensor, "P 4"]:
    """Decode the boxes xyxy of cells, as `sutja.boxes.decode.decode` does."""
    reach = raw.clamp(max=MAX_LOG_DISTANCE).exp() * size
    return torch.stack([x - reach[0], y - reach[1], x + reach[2], y + reach[3]], 1)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Cells that are assigned to boxes.

    Attributes
    ----------
    pairs : Int64[Tensor, " M"]
        (M,) indices of the pairs that were chosen.
    score : Float[Tensor, " M"]
        (M,) what the cell's score for the box's class should be.
    """

    pairs: Int64[Tensor, " M"]
    score: Float[Tensor, " M"]


@torch.no_grad()
def assign(
    score: Float[Tensor, " P"], iou: Float[Tensor, " P"], targets: Targets, answers: int = ANSWERS
) -> Assignment:
    """Assign cells to each box, at most `answers`; no cell to two.

    Parameters
    ----------
    score : Float[Tensor, " P"]
        Score of each pair's cell for its box's class, 0 to 1.
    iou : Float[Tensor, " P"]
        Intersection over union of each pair's predicted box and its box.
    """
    aligned = score**_SCORE_POWER * iou**_OVERLAP_POWER
    n_boxes, box = len(targets.boxes), targets.pair_box
    order = torch.argsort(aligned, descending=True, stable=True)
    order = order[torch.argsort(box[order], stable=True)]
    counts = torch.bincount(box, minlength=n_boxes)
    rank = torch.arange(len(box), device=box.device) - (counts.cumsum(0) - counts)[box[order]]
    chosen = order[rank < answers]
    # A cell that several boxes want goes to the one it fits best; of equals to the first.
    cell = targets.pair_cell[chosen]
    best = torch.argsort(iou[chosen], descending=True, stable=True)
    best = best[torch.argsort(cell[best], stable=True)]
    first = torch.ones(len(best), dtype=torch.bool, device=best.device)
    first[1:] = cell[best][1:] != cell[best][:-1]
    pairs = chosen[best[first]]
    most_aligned = _greatest(aligned[pairs], box[pairs], n_boxes)
    most_iou = _greatest(iou[pairs], box[pairs], n_boxes)
    wanted = aligned[pairs] / most_aligned[box[pairs]].clamp(min=_LEAST) * most_iou[box[pairs]]
    return Assignment(pairs, wanted.clamp(0, 1))


def _greatest(values: Tensor, group: Tensor, n: int) -> Tensor:
    """Find the greatest value of each group, 0 of an empty one."""
    return torch.zeros(n, dtype=values.dtype, device=values.device).scatter_reduce(
        0, group, values, "amax", include_self=True
    )


def detection_loss(raw: Float[Tensor, "B E A"], targets: Targets) -> Float[Tensor, ""]:
    """Sum the cross-entropy of all scores and 1 - GIoU of the assigned cells, weighted by wanted scores.

    Both are divided by the sum of the wanted scores, so that a picture of many boxes counts for more, and
    one of none for as much as its false scores deserve.
    """
    n_cells = len(targets.x)
    picture, cell = targets.pair_cell // n_cells, targets.pair_cell % n_cells
    logits = raw[:, 4:]
    edges = raw[:, :4].permute(1, 0, 2).reshape(4, -1)[:, targets.pair_cell]
    boxes = decode_boxes(edges, targets.x[cell], targets.y[cell], targets.size[cell])
    label = targets.labels[targets.pair_box]
    iou, generalised = iou_and_giou(boxes, targets.boxes[targets.pair_box])
    chosen = assign(logits[picture, label, cell].detach().sigmoid(), iou.detach(), targets)
    wanted = torch.zeros_like(logits)
    pairs = chosen.pairs
    wanted[picture[pairs], label[pairs], cell[pairs]] = chosen.score
    loud = ~targets.silent
    loud[picture[pairs], cell[pairs]] = True
    entropy = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    whole = chosen.score.sum().clamp(min=1.0)
    misfit = ((1 - generalised[pairs]) * chosen.score).sum()
    return ((entropy * loud[:, None]).sum() + _BOX_WEIGHT * misfit) / whole
