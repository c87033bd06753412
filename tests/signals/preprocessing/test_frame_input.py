"""The preprocessing "frame": sizes, values, and parameters that make no sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.signals.preprocessing.frame_input import _MAX_PIXELS, FrameParams, resize_picture, to_frame


def test_values_and_what_is_filled_up():
    pixels = np.random.default_rng(0).integers(0, 256, (33, 50, 3), np.uint8)
    frame = to_frame(pixels, FrameParams(channels=3, mean=0.4, std=0.2))
    assert frame.shape == (1, 3, 64, 64)
    expected = (pixels.transpose(2, 0, 1) / 255 - 0.4) / 0.2
    np.testing.assert_allclose(frame[0, :, :33, :50], expected, atol=1e-5)
    assert not frame[0, :, 33:].any()
    assert not frame[0, :, :, 50:].any()


@pytest.mark.parametrize(("shape", "channels"), [((8, 8), 3), ((8, 8, 3), 1), ((8, 8), 1), ((8, 8, 3), 3)])
def test_grey_and_colour_become_what_is_wanted(shape, channels):
    frame = to_frame(np.full(shape, 255, np.uint8), FrameParams(channels=channels, mean=0, std=1))
    assert frame.shape == (1, channels, 32, 32)
    np.testing.assert_allclose(frame[0, :, :8, :8], 1.0, atol=1e-6)


@given(st.integers(1, 3000), st.integers(1, 3000), st.sampled_from([64, 320]))
def test_sides_are_kept_in_proportion(height, width, side):
    h, w = FrameParams(longest=side).compute_size(height, width)
    assert max(h, w) == side
    assert min(h, w) >= 1
    scale = side / max(height, width)
    assert abs(h - height * scale) <= 1
    assert abs(w - width * scale) <= 1
    h, w = FrameParams(shortest=side).compute_size(height, width)
    assert min(h, w) == side or h * w > 0.99 * _MAX_PIXELS  # a strip that would become too large
    assert FrameParams().compute_size(height, width) == (height, width)


def test_parameters_survive_a_card():
    params = FrameParams(channels=3, longest=640, strides=(8, 16), multiple=16, overlap=0.5, across=0.9)
    assert FrameParams.from_json(params.to_json()) == params


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": 2},
        {"mean": 2.0},
        {"std": 0.0},
        {"std": float("nan")},
        {"longest": -1},
        {"longest": 10**6},
        {"longest": 64, "shortest": 64},
        {"multiple": 24},
        {"strides": ()},
        {"strides": (8, 4)},
        {"strides": (4, 4)},
        {"strides": (0, 4)},
        {"overlap": 1.5},
        {"across": -1},
        {"channels": True},
        {"strides": (4.0, 8)},
        {"multiple": 0},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        FrameParams(**wrong)


def test_resizing_averages():
    pixels = np.tile(np.array([[0, 255], [255, 0]], np.uint8), (16, 16))
    assert (abs(resize_picture(pixels, (8, 8)).astype(int) - 127) <= 1).all()
    assert resize_picture(pixels, (32, 32)) is pixels
