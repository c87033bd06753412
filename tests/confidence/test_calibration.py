"""Calibration: monotone, and honest on fresh data."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.confidence import Calibrator, fit_calibration
from sutja.errors import ModelFileError
from sutja.metrics import expected_calibration_error

PROBABILITY = st.floats(0, 1)


def overconfident(n, seed):
    """Raw confidences that claim more than comes true, and which answers were right."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(4, 3, n)
    return 1 / (1 + np.exp(-odds)), rng.random(n) < 1 / (1 + np.exp(-0.6 * odds))


def test_without_points_nothing_changes():
    assert Calibrator()(0.37) == 0.37


def test_straight_lines_over_the_logit():
    calibrate = Calibrator([(0.1, 0.2), (0.9, 0.6)])
    assert calibrate(0.1) == pytest.approx(0.2)
    assert calibrate(0.5) == pytest.approx(0.4)  # logit 0 lies halfway
    assert calibrate(0.0) == 0.2
    assert calibrate(1.0) == 0.6


@pytest.mark.parametrize(
    "points",
    [
        [(0.5, 0.5), (0.4, 0.6)],
        [(0.4, 0.6), (0.5, 0.5)],
        [(0.1, 1.2)],
        [(0.5, 0.1), (0.5, 0.2)],
        [(math.nan, 0.1)],
    ],
)
def test_points_that_are_no_map_are_refused(points):
    with pytest.raises(ModelFileError):
        Calibrator(points)


@settings(deadline=None)
@given(
    st.lists(st.tuples(PROBABILITY, st.booleans()), min_size=1, max_size=60),
    st.lists(PROBABILITY, min_size=2),
)
def test_a_fitted_map_is_monotone_and_stays_within_reason(cases, raws):
    calibrate = fit_calibration([raw for raw, _ in cases], [right for _, right in cases])
    values = [calibrate(raw) for raw in sorted(raws)]
    assert all(a <= b for a, b in pairwise(values))
    assert all(0.0 < value < 1.0 for value in values)


def test_pooling_by_hand():
    # 0.2: wrong, 0.4: right, 0.6: wrong, 0.8: right; the middle two are pooled to one half
    calibrate = fit_calibration([0.2, 0.4, 0.6, 0.8], [False, True, False, True])
    inner = [point for point in calibrate.calibration.points if 0.1 < point[0] < 0.9]
    assert [round(raw, 6) for raw, _ in inner] == [0.2, 0.5, 0.8]
    assert [value for _, value in inner] == pytest.approx([0.25, 0.5, 0.75])


def test_calibration_holds_on_fresh_cases():
    raw, right = overconfident(4000, seed=0)
    calibrate = fit_calibration(raw, right)
    fresh, fresh_right = overconfident(4000, seed=1)
    before = expected_calibration_error(fresh, fresh_right)
    after = expected_calibration_error([calibrate(p) for p in fresh], fresh_right)
    assert before > 0.05
    assert after < 0.02


def test_a_map_survives_the_card():
    calibrate = fit_calibration(*overconfident(500, seed=2))
    again = Calibrator(calibrate.calibration.points)
    assert all(calibrate(p) == again(p) for p in np.linspace(0, 1, 101))
