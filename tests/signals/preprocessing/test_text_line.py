"""Crops as lines of fixed height: sizes, padding, the order of colours."""

import numpy as np
import pytest

from sutja.signals.preprocessing.text_line import TextLineParams, measure_width, to_text_line

PARAMS = TextLineParams()


@pytest.mark.parametrize(
    ("shape", "width", "padded"),
    [
        ((48, 48), 48, 192),
        ((48, 197), 197, 224),
        ((24, 100), 200, 224),
        ((10, 5000), 2048, 2048),
        ((500, 1), 1, 192),
    ],
)
def test_a_line_is_as_wide_as_its_proportions_and_padded_in_steps(shape, width, padded):
    crop = np.zeros(shape, np.uint8)
    assert measure_width(crop, PARAMS) == (width, padded)
    assert to_text_line(crop, PARAMS).shape == (3, 48, padded)


def test_blue_comes_first_and_padding_is_the_mean():
    crop = np.zeros((48, 60, 3), np.uint8)
    crop[..., 0] = 255  # red
    line = to_text_line(crop, PARAMS)
    assert np.allclose(line[2, :, :60], 1.0)
    assert np.allclose(line[:2, :, :60], -1.0)
    assert np.allclose(line[:, :, 60:], 0.0)


def test_grey_and_colour_of_one_picture_are_one_line():
    grey = np.random.default_rng(0).integers(0, 256, (30, 80), np.uint8)
    assert np.array_equal(to_text_line(grey, PARAMS), to_text_line(np.dstack([grey] * 3), PARAMS))
