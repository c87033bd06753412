"""Overlaps, suppression and matching, against plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.boxes import nms
from sutja.boxes.decode import Detections
from sutja.boxes.nms import (
    FALSE_POSITIVE,
    IGNORED,
    compute_areas,
    compute_iou,
    match_detections,
    merge_detections,
    suppress_overlaps,
)

box = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 20), st.integers(0, 20)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
boxes = st.lists(st.tuples(box, st.integers(0, 2)), max_size=25)


def iou(a, b):
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, wide) * max(0, high)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both
    return both / union if union > 0 else 0.0


def found_of(pairs):
    if not pairs:
        return Detections.empty()
    edges, labels = zip(*pairs, strict=True)
    scores = np.linspace(0.9, 0.1, len(pairs), dtype=np.float32)
    return Detections(np.array(edges, np.float32), scores, np.array(labels, np.int64))


def greedy(pairs, least, across):
    kept = []
    for place, (edges, label) in enumerate(pairs):
        if all(iou(edges, pairs[k][0]) <= (least if label == pairs[k][1] else across) for k in kept):
            kept.append(place)
    return kept


@given(boxes, boxes)
def test_overlap_is_that_of_the_definition(one, other):
    a, b = found_of(one).boxes, found_of(other).boxes
    expected = [[iou(x, y) for y, _ in other] for x, _ in one]
    np.testing.assert_allclose(compute_iou(a, b), np.array(expected).reshape(len(one), len(other)), atol=1e-6)


def test_a_box_that_ends_before_it_begins_has_no_area():
    assert compute_areas(np.array([[3, 3, 1, 9], [0, 0, 2, 3]], np.float32)).tolist() == [0, 6]


@given(boxes, st.sampled_from([0.0, 0.3, 0.6]), st.sampled_from([0.4, 1.0]))
def test_suppression_is_greedy(pairs, least, across):
    found = found_of(pairs)
    assert suppress_overlaps(found, least, across).tolist() == greedy(pairs, least, across)


@given(boxes, st.sampled_from([0.3, 0.6]), st.sampled_from([0.4, 1.0]))
def test_heaps_are_thinned_out_the_same_way(pairs, least, across):
    found = found_of(pairs)
    assert nms._suppress_in_blocks(found, least, across).tolist() == greedy(pairs, least, across)


def test_a_heap_takes_the_way_of_bounded_memory(monkeypatch):
    monkeypatch.setattr(nms, "_MAX_PAIRS", 10)
    monkeypatch.setattr(nms, "_ROWS", 7)
    pairs = [((i % 9, i % 7, 12 + i % 5, 12 + i % 3), i % 2) for i in range(60)]
    assert suppress_overlaps(found_of(pairs), 0.5, 0.8).tolist() == greedy(pairs, 0.5, 0.8)


@given(boxes)
def test_what_is_left_covers_nothing_else(pairs):
    found = found_of(pairs)
    left = found.take(suppress_overlaps(found, 0.5, 0.5))
    between = compute_iou(left.boxes, left.boxes)
    np.fill_diagonal(between, 0)
    assert (between <= 0.5).all()


@given(boxes, st.sampled_from([0.3, 0.6]), st.sampled_from([0.4, 1.0]))
def test_merged_boxes_are_means_of_what_covers_them(pairs, least, across):
    found = found_of(pairs)
    merged = merge_detections(found, least, across)
    kept = greedy(pairs, least, across)
    np.testing.assert_array_equal(merged.scores, found.scores[kept])
    for box, place in zip(merged.boxes, kept, strict=True):
        edges, label = pairs[place]
        members = [
            other
            for other, (those, its) in enumerate(pairs)
            if other == place or (its == label and iou(edges, those) > least)
        ]
        weight = found.scores[members].astype(float) ** 2
        expected = (found.boxes[members] * weight[:, None]).sum(0) / weight.sum()
        np.testing.assert_allclose(box, expected, atol=1e-3)


def truth(*rows):
    edges = np.array([row[0] for row in rows], np.float32).reshape(-1, 4)
    return edges, np.array([row[1] for row in rows], np.int64), np.array([row[2] for row in rows], np.bool_)


def test_each_thing_is_found_once():
    there = truth(((0, 0, 10, 10), 0, False), ((20, 0, 30, 10), 1, False))
    found = found_of([((0, 0, 10, 9), 0), ((0, 0, 10, 10), 0), ((20, 0, 30, 10), 0), ((20, 0, 30, 9), 1)])
    assert match_detections(found, *there).tolist() == [0, FALSE_POSITIVE, FALSE_POSITIVE, 1]


def test_what_is_to_be_ignored_makes_nothing_wrong():
    there = truth(((0, 0, 40, 40), 0, True), ((50, 0, 60, 10), 0, False))
    found = found_of([((2, 2, 12, 12), 0), ((2, 2, 12, 12), 1), ((38, 38, 60, 60), 0)])
    assert match_detections(found, *there).tolist() == [IGNORED, IGNORED, FALSE_POSITIVE]


@pytest.mark.parametrize("there", [truth(), truth(((0, 0, 5, 5), 0, False))])
def test_nothing_found_and_nothing_there(there):
    assert match_detections(Detections.empty(), *there).tolist() == []
    if not len(there[0]):
        assert match_detections(found_of([((0, 0, 5, 5), 0)]), *there).tolist() == [FALSE_POSITIVE]
