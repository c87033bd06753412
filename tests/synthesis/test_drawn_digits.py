"""Digits drawn by rule: of every shape, centred as those that they are drawn beside, the same by a seed."""

import numpy as np
import pytest

from sutja.signals.preprocessing.ink_centring import InkPlace, is_centred
from sutja.synthesis.drawn_digits import SHAPES, draw_digit, draw_digits
from sutja.synthesis.pen import parse_strokes, soften

PLACE = InkPlace(28, 28, 20)


def test_digits_lie_as_those_of_the_training_data():
    pictures, labels = draw_digits(40, PLACE, 3)
    assert (pictures.shape, pictures.dtype) == ((40, 28, 28), np.uint8)
    assert all(is_centred(picture, PLACE) for picture in pictures)
    assert np.bincount(labels).tolist() == [4] * 10
    assert len({picture.tobytes() for picture in pictures}) == 40


def test_a_seed_gives_the_same_digits_and_another_gives_others():
    first, again, other = (draw_digits(10, PLACE, seed)[0] for seed in (1, 1, [1, 2]))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_labels_are_positions_among_the_digits_that_are_asked_for():
    ones, labels = draw_digits(12, PLACE, 0, [8, 1])
    assert labels.tolist() == [0, 1] * 6
    widths = [np.ptp(np.flatnonzero(picture.any(0))) for picture in ones]
    assert np.mean(widths[0::2]) > np.mean(widths[1::2])  # an eight is wider than a one
    assert draw_digits(0, PLACE, 0)[0].shape == (0, 28, 28)


def test_every_shape_is_a_digit_high_and_has_points_within_the_grid():
    assert len(SHAPES) == 10
    for shapes in SHAPES:
        assert len(set(shapes)) == len(shapes) >= 5
        for shape in shapes:
            points = np.concatenate(parse_strokes(shape, (4.5, 4.5), 9.0))
            assert np.ptp(points[:, 1]) >= 0.75
            assert 0 <= np.ptp(points[:, 0]) <= 1


@pytest.mark.parametrize("digit", range(10))
def test_a_drawing_shows_a_whole_digit(digit):
    rng = np.random.default_rng(digit)
    for _ in range(20):
        picture = draw_digit(digit, rng)
        border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert (border > 128).sum() < 4
        assert picture.max() == 255


def test_corners_are_cut_but_for_those_that_stand_twice():
    line = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    assert not (soften(line, 2) == [1.0, 0.0]).all(1).any()
    sharp = np.insert(line, 1, [1.0, 0.0], axis=0)
    assert (soften(sharp, 2) == [1.0, 0.0]).all(1).any()
    np.testing.assert_array_equal(soften(line, 0), line)
    assert (soften(line, 3)[[0, -1]] == line[[0, -1]]).all()
