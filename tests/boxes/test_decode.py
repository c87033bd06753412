"""What raw predictions mean, against the definition written out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.boxes.decode import MAX_CANDIDATES, MAX_LOG_DISTANCE, STRIDES, compute_cell_centres, decode


def blank(height, width, strides, classes=2):
    count = sum((height // s) * (width // s) for s in strides)
    raw = np.zeros((4 + classes, count), np.float32)
    raw[4:] = -20
    return raw


def test_centres_lie_in_the_middle_of_their_cells():
    x, y, size = compute_cell_centres(64, 96, STRIDES)
    expected = [
        ((j + 0.5) * s, (i + 0.5) * s, s) for s in STRIDES for i in range(64 // s) for j in range(96 // s)
    ]
    assert list(zip(x.tolist(), y.tolist(), size.tolist(), strict=True)) == expected


@given(
    st.integers(0, 2),
    st.integers(0, 7),
    st.integers(0, 5),
    st.lists(st.floats(-2, 3), min_size=4, max_size=4),
    st.floats(-3, 6),
    st.integers(0, 1),
)
def test_a_cell_becomes_its_box(level, row, column, logs, logit, label):
    strides, height, width = (4, 8, 16), 128, 96
    stride = strides[level]
    row, column = row % (height // stride), column % (width // stride)
    before = sum((height // s) * (width // s) for s in strides[:level])
    raw = blank(height, width, strides)
    cell = before + row * (width // stride) + column
    raw[:4, cell], raw[4 + label, cell] = logs, logit
    found = decode(raw, height, width, strides, 0.01)
    left, up, right, down = (math.exp(value) * stride for value in logs)
    x, y = (column + 0.5) * stride, (row + 0.5) * stride
    assert len(found) == 1
    np.testing.assert_allclose(found.boxes[0], [x - left, y - up, x + right, y + down], rtol=1e-4, atol=1e-3)
    assert found.labels[0] == label
    assert found.scores[0] == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-5)


def test_the_surest_come_first_and_the_unsure_not_at_all():
    raw = blank(32, 32, (4,))
    raw[4, [3, 9, 20]] = [0.0, 2.0, -3.0]
    raw[5, 9] = 1.0  # a cell may hold two classes
    found = decode(raw, 32, 32, (4,), 0.3)
    assert found.labels.tolist() == [0, 1, 0]
    assert (np.diff(found.scores) <= 0).all()


def test_huge_distances_stay_numbers():
    raw = blank(32, 32, (32,))
    raw[:4], raw[4] = 1e30, 5
    found = decode(raw, 32, 32, (32,), 0.5)
    assert np.isfinite(found.boxes).all()
    assert found.boxes[0, 2] == pytest.approx(16 + 32 * math.exp(MAX_LOG_DISTANCE), rel=1e-4)


def test_candidates_are_bounded():
    raw = blank(640, 640, (4,))
    raw[4:] = np.random.default_rng(0).normal(3, 1, raw[4:].shape)
    found = decode(raw, 640, 640, (4,), 0.01)
    assert len(found) == MAX_CANDIDATES
    assert found.scores.min() >= np.median(1 / (1 + np.exp(-raw[4:])))


@pytest.mark.parametrize("shape", [(6, 63), (4, 64), (6, 64, 1)])
def test_predictions_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match="do not fit 64 cells of a 32 × 32 frame"):
        decode(np.zeros(shape, np.float32), 32, 32, (4,), 0.5)
