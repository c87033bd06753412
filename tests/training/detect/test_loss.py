"""Which cell answers for which box, and what that costs: properties, and definitions written out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.boxes.decode import STRIDES, compute_cell_centres
from sutja.boxes.nms import compute_iou
from sutja.data.boxes.boxed_pictures import make_boxed_picture
from sutja.training.detect import loss as detect_loss
from sutja.training.detect.loss import (
    ANSWERS,
    LEAST_CELLS,
    MOST_CELLS,
    NEAR,
    assign,
    detection_loss,
    find_candidates,
    iou_and_giou,
    make_targets,
)

H, W = 96, 128
box = st.tuples(st.floats(0, 120), st.floats(0, 90), st.floats(1, 128), st.floats(1, 96)).map(
    lambda b: (b[0], b[1], min(W, b[0] + b[2]), min(H, b[1] + b[3]))
)
boxes = st.lists(box, min_size=1, max_size=12)


def blank(n):
    return np.zeros((H, W), np.uint8), [0] * n


def by_definition(edges):
    """Candidates of one box by its middle line, cell by cell."""
    x0, y0, x1, y1 = edges
    x, y, size = compute_cell_centres(H, W, STRIDES)
    short = min(x1 - x0, y1 - y0)
    line_x, line_y = max(0, (x1 - x0 - short) / 2), max(0, (y1 - y0 - short) / 2)
    off_x = np.maximum(0, abs(x - (x0 + x1) / 2) - line_x)
    off_y = np.maximum(0, abs(y - (y0 + y1) / 2) - line_y)
    inside = (x > x0) & (x < x1) & (y > y0) & (y < y1)
    fits = (short >= LEAST_CELLS * size) | (size == STRIDES[0])
    fits &= (short <= MOST_CELLS * size) | (size == STRIDES[-1])
    return set(np.flatnonzero(inside & fits & (off_x <= NEAR * size) & (off_y <= NEAR * size)).tolist())


@given(box)
def test_candidates_lie_in_the_box_near_its_middle_line(edges):
    _, cell = find_candidates(np.array([edges], np.float32), H, W, STRIDES)
    expected = by_definition(np.array([edges], np.float32)[0].tolist())
    x, y, size = compute_cell_centres(H, W, STRIDES)
    found = set(cell.tolist())
    assert len(found) == len(cell)
    # Of thin boxes the nearest cell answers, though its centre lies outside.
    near = {
        c
        for c in found - expected
        if abs(x[c] - np.clip(x[c], edges[0], edges[2])) <= size[c]
        and abs(y[c] - np.clip(y[c], edges[1], edges[3])) <= size[c]
    }
    assert found - expected <= near
    missing = expected - found
    # on the very edge of what is near, rounding may go either way
    assert len(missing) <= 0.15 * len(expected) + 2


@given(boxes)
def test_every_box_has_a_cell(edges):
    which, cell = find_candidates(np.array(edges, np.float32), H, W, STRIDES)
    assert set(which.tolist()) == set(range(len(edges)))
    assert (np.diff(which) >= 0).all()
    assert cell.min() >= 0
    assert cell.max() < sum((H // s) * (W // s) for s in STRIDES)


@given(boxes, st.integers(0, 10**6))
@settings(max_examples=50)
def test_assignment(edges, seed):
    picture = make_boxed_picture(np.zeros((H, W), np.uint8), edges, [0] * len(edges))
    targets = make_targets([picture, picture], H, W, STRIDES)
    rng = np.random.default_rng(seed)
    score, iou = (torch.from_numpy(rng.random(len(targets.pair_box), np.float32)) for _ in range(2))
    chosen = assign(score, iou, targets)
    cells, owners = targets.pair_cell[chosen.pairs], targets.pair_box[chosen.pairs]
    assert len(set(cells.tolist())) == len(cells)  # no cell answers for two
    assert int(torch.bincount(owners).max()) <= ANSWERS
    assert float(chosen.score.min()) >= 0
    assert float(chosen.score.max()) <= 1
    for owner in set(owners.tolist()):  # the best answer is wanted with the best overlap
        mine = owners == owner
        assert float(chosen.score[mine].max()) == pytest.approx(
            float(iou[chosen.pairs][mine].max()), abs=1e-5
        )
    # a box all of whose cells are taken is covered by others; alone it always has one
    assert len(owners) > 0


@given(st.lists(box, min_size=1, max_size=8), st.lists(box, min_size=1, max_size=8))
def test_overlap_and_hull(one, other):
    n = min(len(one), len(other))
    a, b = np.array(one[:n], np.float32), np.array(other[:n], np.float32)
    iou, generalised = iou_and_giou(torch.from_numpy(a), torch.from_numpy(b))
    np.testing.assert_allclose(iou.numpy(), np.diag(compute_iou(a, b)), atol=1e-4)
    for (x0, y0, x1, y1), (u0, v0, u1, v1), i, g in zip(a, b, iou, generalised, strict=True):
        hull = (max(x1, u1) - min(x0, u0)) * (max(y1, v1) - min(y0, v0))
        both = max(0, min(x1, u1) - max(x0, u0)) * max(0, min(y1, v1) - max(y0, v0))
        union = (x1 - x0) * (y1 - y0) + (u1 - u0) * (v1 - v0) - both
        assert float(g) == pytest.approx(float(i) - (hull - union) / hull, abs=1e-3)


def raw_for(picture, height=H, width=W, classes=2):
    """Predictions that are right: each box's cells say it, all others say nothing."""
    targets = make_targets([picture], height, width, STRIDES)
    raw = torch.full((1, 4 + classes, len(targets.x)), -9.0)
    raw[:, :4] = 0.0
    for pair, cell in zip(targets.pair_box.tolist(), targets.pair_cell.tolist(), strict=True):
        x, y, size = (float(values[cell]) for values in (targets.x, targets.y, targets.size))
        x0, y0, x1, y1 = targets.boxes[pair].tolist()
        reach = torch.tensor([x - x0, y - y0, x1 - x, y1 - y]).clamp(min=0.1) / size
        raw[0, :4, cell] = reach.log()
    return raw, targets


def test_what_is_right_costs_little_and_what_is_wrong_much():
    picture = make_boxed_picture(np.zeros((H, W), np.uint8), [[8, 8, 40, 40], [60, 30, 120, 44]], [0, 1])
    raw, targets = raw_for(picture)
    pairs = assign(
        torch.full((len(targets.pair_box),), 0.5), torch.ones(len(targets.pair_box)), targets
    ).pairs
    for pair in pairs.tolist():
        label = int(targets.labels[targets.pair_box[pair]])
        raw[0, 4 + label, targets.pair_cell[pair]] = 9.0
    right = float(detection_loss(raw, targets))
    alarm, shifted = raw.clone(), raw.clone()
    alarm[0, 4, 0] = 5.0
    shifted[0, :4] += 0.5
    assert right < 0.1
    assert float(detection_loss(alarm, targets)) > right + 0.1
    assert float(detection_loss(shifted, targets)) > right + 0.5


def test_nothing_is_said_of_what_is_to_be_ignored():
    picture = make_boxed_picture(np.zeros((H, W), np.uint8), [[0, 0, 64, 96]], [0], [True])
    targets = make_targets([picture], H, W, STRIDES)
    raw = torch.randn(1, 6, len(targets.x), generator=torch.Generator().manual_seed(0)).requires_grad_()
    detection_loss(raw, targets).backward()
    inside = (targets.x > 0) & (targets.x < 64)
    assert not raw.grad[0, :, inside].any()
    assert (raw.grad[0, 4:, ~inside] > 0).all()
    assert not raw.grad[0, :4].any()


def test_a_thing_within_what_is_to_be_ignored_is_learnt():
    edges = [[0, 0, 128, 96], [40, 40, 60, 60]]
    picture = make_boxed_picture(np.zeros((H, W), np.uint8), edges, [0, 1], [True, False])
    raw, targets = raw_for(picture)
    raw.requires_grad_()
    detection_loss(raw, targets).backward()
    assert (raw.grad[0, 5] < 0).any()


def test_a_picture_of_nothing_costs_its_false_scores():
    picture = make_boxed_picture(np.zeros((H, W), np.uint8), [], [])
    targets = make_targets([picture], H, W, STRIDES)
    quiet, loud = (torch.full((1, 6, len(targets.x)), value) for value in (-12.0, -4.0))
    assert float(detection_loss(quiet, targets)) < 0.1 < float(detection_loss(loud, targets))


def test_the_weight_of_boxes_is_what_it_says(monkeypatch):
    picture = make_boxed_picture(np.zeros((H, W), np.uint8), [[8, 8, 40, 40]], [0])
    raw, targets = raw_for(picture)
    shifted = raw.clone()
    shifted[0, :4] += 0.3
    losses = []
    for weight in (0.0, 1.0, 2.0):
        monkeypatch.setattr(detect_loss, "_BOX_WEIGHT", weight)
        losses.append(float(detection_loss(shifted, targets)))
    assert losses[1] - losses[0] == pytest.approx(losses[2] - losses[1], rel=1e-4)
    assert losses[1] > losses[0]
