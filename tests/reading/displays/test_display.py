"""The number of a display: its point is seen in the picture, and has one meaning."""

import cv2
import numpy as np
import pytest

from sutja.reading.decode import Hypothesis
from sutja.reading.displays.display import _has_median_above, read_display


@pytest.mark.parametrize(
    ("digits", "point", "value"), [("2350", 0, "2.350"), ("835", 1, "83.5"), ("50", 0, "5.0")]
)
def test_a_point_that_no_reader_saw(draw_display, digits, point, value):
    normalised, own = draw_display(digits, point)
    display = read_display(own, [Hypothesis(digits, 1.0)], normalised)
    assert (display.written.text, display.value) == (value, value)
    assert display.agreement > 0.9


def test_without_a_point(draw_display):
    normalised, own = draw_display("2350")
    display = read_display(own, [Hypothesis("2350", 1.0)], normalised)
    assert (display.written.text, display.value) == ("2350", None)


def test_two_points_leave_doubt(draw_display):
    one, own = draw_display("2350", 0)
    other, _ = draw_display("2350", 2)
    one.array[:] = one.array + other.array
    assert read_display(own, [Hypothesis("2350", 1.0)], one).agreement < 0.9


@pytest.mark.parametrize("name", ["dates", "a lone digit"])
def test_what_is_no_display(draw_display, name):
    normalised, own = draw_display("2350" if name == "dates" else "5")
    if name == "dates":
        normalised.array[:] = normalised.array.max(axis=0)  # bars from top to bottom
    assert read_display(own, [Hypothesis(own.digits, 1.0)], normalised) is None


def test_a_dark_panel_that_was_taken_for_ink(draw_display):
    normalised, own = draw_display("835", 1)
    normalised.array[:] = 1.0 - normalised.array
    assert read_display(own, [Hypothesis("835", 1.0)], normalised).value == "83.5"


def test_a_frame_that_leans(draw_display):
    normalised, own = draw_display("835", 1)
    cv2.line(normalised.array, (0, 1), (81, 2), 1.0, 1)
    cv2.line(normalised.array, (0, 29), (81, 31), 1.0, 1)
    assert read_display(own, [Hypothesis("835", 1.0)], normalised).value == "83.5"


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 10])
def test_a_count_tells_of_the_median(n):
    rng = np.random.default_rng(n)
    for level in (0.2, 0.4, 0.5):
        for _ in range(50):
            values = (rng.integers(0, 6, n) / 5).astype(np.float32)
            assert _has_median_above(values, level) == (np.median(values) > level)
    assert not _has_median_above(np.zeros((3, 0), np.float32), 0.5)
