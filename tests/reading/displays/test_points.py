"""The frame about a display is cleared; its digits stay."""

import numpy as np
import pytest

from sutja.reading.decode import Hypothesis
from sutja.reading.displays.points import clear_frame, weigh_points

CENTRES = [13, 37, 61]


def test_a_frame_is_cleared_and_the_digits_stay(draw_display):
    normalised, _ = draw_display("258", 1)
    framed = normalised.array.copy()
    framed[:2], framed[-2:], framed[:, :2], framed[:, -2:] = 1, 1, 1, 1
    assert np.array_equal(clear_frame(framed, CENTRES), normalised.array)


def test_without_a_frame_nothing_is_cleared(draw_display):
    normalised, _ = draw_display("258", 1)
    assert np.array_equal(clear_frame(normalised.array, CENTRES), normalised.array)


@pytest.mark.parametrize("point", [0, 1])
def test_the_gap_with_the_point_is_the_likeliest(draw_display, point):
    normalised, _ = draw_display("258", point)
    weights = weigh_points([Hypothesis("258", 1.0)], "258", CENTRES, normalised.array, 0.0)
    assert weights.argmax() == point
    assert weights.sum() == pytest.approx(1.0)


def test_digits_alone_have_no_point(draw_display):
    normalised, _ = draw_display("258")
    assert weigh_points([], "258", CENTRES, normalised.array, 0.0).argmax() == 2
