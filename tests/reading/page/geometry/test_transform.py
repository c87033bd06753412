"""Transforms of a page: what is rendered is what lies there, and boxes map back to the picture."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.reading.page.geometry.transform import PageTransform, apply_homography
from sutja.types import Box

QUARTERS = st.sampled_from([0, 90, 180, 270])


def marked(seed=0):
    """A picture with a bright block somewhere, and the block's box."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((60, 100), np.uint8)
    x, y = int(rng.integers(5, 70)), int(rng.integers(5, 40))
    pixels[y : y + 9, x : x + 17] = 200
    return pixels, Box(x, y, x + 17, y + 9)


def lit(pixels, level=150):
    """The box of what is bright."""
    ys, xs = np.nonzero(pixels > level)
    return Box(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


@given(QUARTERS, st.booleans(), st.integers(0, 50))
def test_quarter_turns_change_no_pixel(degrees, mirrored, seed):
    pixels, box = marked(seed)
    transform = PageTransform.identity(pixels).turn(degrees, mirrored)
    flipped = pixels[:, ::-1] if mirrored else pixels
    expected = np.rot90(flipped, -degrees // 90)
    assert transform.is_axis_aligned
    assert (transform.render(1.0) == expected).all()
    assert transform.map_box(lit(expected)).to_list() == box.to_list()


@given(QUARTERS, st.booleans(), st.floats(-14, 14), st.floats(-20, 20), st.integers(0, 50))
def test_boxes_find_the_way_back(degrees, mirrored, angle, margin, seed):
    pixels, box = marked(seed)
    transform = PageTransform.identity(pixels).rotate(angle).turn(degrees, mirrored).pad(abs(margin))
    rendered = transform.render(3.0)
    seen = lit(rendered, 100)
    back = transform.map_box(Box(seen.x0 / 3, seen.y0 / 3, seen.x1 / 3, seen.y1 / 3))
    grown = 2.5 + 26 * abs(np.sin(np.radians(angle)))  # an upright box about a leaning one is larger
    for found, true in zip(back.to_list(), box.to_list(), strict=True):
        assert abs(found - true) <= grown


@given(
    st.lists(st.tuples(st.floats(-0.15, 0.15), st.floats(-0.15, 0.15)), min_size=4, max_size=4),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=9),
)
def test_points_go_there_and_back_through_a_perspective(offsets, points):
    pixels, _ = marked()
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32) * (100, 60)
    quad = square + np.array(offsets, np.float32) * (100, 60)
    back = np.asarray(cv2.getPerspectiveTransform(square.astype(np.float32), quad.astype(np.float32)), float)
    transform = PageTransform.identity(pixels).warp(back, 100, 60)
    given_points = np.array(points) * (100, 60)
    there = transform.map_points(given_points)
    assert np.allclose(transform.map_from_picture(there), given_points, atol=1e-5)
    assert np.allclose(apply_homography(back, given_points), there)


def test_a_turn_is_clockwise():
    pixels = np.zeros((100, 200), np.uint8)
    pixels[49:51, 20:180] = 255
    rendered = PageTransform.identity(pixels).rotate(10).render(1.0)
    left, right = (np.nonzero(rendered[:, column])[0].mean() for column in (30, rendered.shape[1] - 30))
    assert right - left > 20


def test_beyond_the_picture_its_edge_goes_on():
    pixels = np.full((20, 30, 3), 90, np.uint8)
    assert (PageTransform.identity(pixels).render(1.0, Box(-15, -15, 50, 50)) == 90).all()
    assert (PageTransform.identity(pixels).rotate(5).render(1.0, Box(-15, -15, 50, 50)) == 90).all()


@pytest.mark.parametrize("angle", [0.0, 4.0])
def test_a_box_far_outside_still_draws(angle):
    transform = PageTransform.identity(marked()[0]).rotate(angle)
    assert transform.render(1.0, Box(500, 500, 520, 510)).shape == (10, 20)


def test_fine_pictures_are_averaged_not_skipped():
    pixels = np.tile(np.array([[0, 255], [255, 0]], np.uint8), (200, 200))
    rendered = PageTransform.identity(pixels).rotate(3).render(0.1, Box(100, 100, 300, 300))
    assert rendered.std() < 20
    assert 100 < rendered.mean() < 155


def test_the_scale_of_a_view():
    pixels, _ = marked()
    transform = PageTransform.identity(pixels).warp(np.diag([2.0, 2.0, 1.0]), 50, 30)
    assert transform.measure_scale(Box(10, 10, 20, 20)) == pytest.approx(2.0)
    assert transform.turn(90).measure_scale(Box(10, 10, 20, 20)) == pytest.approx(2.0)
