"""COCO's average precision, on cases worked by hand."""

import math

import numpy as np
import pytest

from sutja.boxes.average_precision import GroundTruth, score_boxes
from sutja.boxes.decode import Detections


def truth(*rows):
    edges = np.array([row[0] for row in rows], np.float32).reshape(-1, 4)
    ignore = [row[2] if len(row) > 2 else False for row in rows]
    return GroundTruth(edges, np.array([row[1] for row in rows], np.int64), np.array(ignore, np.bool_))


def found(*rows):
    edges = np.array([row[0] for row in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[2] for row in rows], np.float32)
    return Detections(edges, scores, np.array([row[1] for row in rows], np.int64))


A, B = (0, 0, 10, 10), (100, 100, 220, 260)


def test_all_found_and_nothing_else():
    scores = score_boxes([truth((A, 0), (B, 1))], [found((A, 0, 0.9), (B, 1, 0.8))], ("a", "b"))
    assert (scores.ap, scores.ap50, scores.ap75) == (1.0, 1.0, 1.0)
    assert (scores.small, scores.large) == (1.0, 1.0)
    assert math.isnan(scores.medium)
    assert [(c.label, c.n, c.ap50) for c in scores.classes] == [("a", 1, 1.0), ("b", 1, 1.0)]
    assert (scores.pictures, scores.objects) == (1, 2)


def test_half_found_after_a_false_alarm():
    # precision 1/2 at recall 1/2, nothing beyond: 51 of the 101 recalls have precision 1/2
    there = [truth((A, 0), ((50, 50, 60, 60), 0))]
    scores = score_boxes(there, [found(((200, 0, 210, 10), 0, 0.9), (A, 0, 0.8))], ("a",))
    assert scores.ap50 == pytest.approx(51 / 101 / 2, abs=1e-6)


def test_a_loose_box_counts_at_a_low_overlap_only():
    scores = score_boxes([truth((A, 0))], [found(((0, 0, 10, 6), 0, 0.9))], ("a",))  # overlap 0.6
    assert (scores.ap50, scores.ap75) == (1.0, 0.0)
    assert scores.ap == pytest.approx(0.3)  # 0.5, 0.55, 0.6 of ten


def test_what_is_ignored_is_neither_missed_nor_a_false_alarm():
    there = [truth((A, 0), ((50, 50, 90, 90), 0, True))]
    scores = score_boxes(there, [found(((52, 52, 88, 88), 0, 0.9), (A, 0, 0.8))], ("a",))
    assert (scores.ap50, scores.objects) == (1.0, 1)


def test_nothing_found_and_nothing_there():
    assert score_boxes([truth((A, 0))], [Detections.empty()], ("a", "b")).ap50 == 0.0
    empty = score_boxes([truth()], [found((A, 0, 0.9))], ("a",))
    assert math.isnan(empty.ap)
    assert empty.to_dict()["ap"] is None


def test_a_class_without_things_is_left_out_of_the_mean():
    scores = score_boxes([truth((A, 0))], [found((A, 0, 0.9), (B, 1, 0.9))], ("a", "b"))
    assert scores.ap50 == 1.0
    assert math.isnan(scores.classes[1].ap)


def test_more_things_than_a_hundred_are_counted():
    cells = [((12 * i, 0, 12 * i + 10, 10), 0) for i in range(300)]
    scores = score_boxes([truth(*cells)], [found(*[(*cell, 0.9) for cell in cells])], ("a",))
    assert scores.ap50 == 1.0


def test_as_many_pictures_looked_at_as_labelled():
    with pytest.raises(ValueError, match="2 pictures have detections, 1 have labels"):
        score_boxes([truth((A, 0))], [Detections.empty(), Detections.empty()], ("a",))
