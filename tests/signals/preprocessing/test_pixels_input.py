"""A classifier's input: values by hand, one way for one picture and for many, nothing odd let through."""

import cv2
import numpy as np
import pytest

from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels, fit_size, to_pixels

RNG = np.random.default_rng(0)


def noise(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def test_values_by_hand():
    picture = np.array([[0, 51], [102, 255]], np.uint8)
    made = to_pixels(picture, PixelsParams(2, 2, 1, mean=0.2, std=0.5))
    assert made.dtype == np.float32
    assert made.shape == (1, 2, 2)
    assert made == pytest.approx(np.array([[[-0.4, 0.0], [0.4, 1.6]]]), abs=1e-7)


def test_channels_are_planes():
    picture = noise(4, 5, 3)
    made = to_pixels(picture, PixelsParams(4, 5, 3))
    assert made.shape == (3, 4, 5)
    assert made[1] == pytest.approx(picture[:, :, 1] / 255, abs=1e-7)


def test_grey_is_luminance_and_grey_fills_three_channels():
    red = np.zeros((3, 3, 3), np.uint8)
    red[:, :, 0] = 255
    assert to_pixels(red, PixelsParams(3, 3, 1)) == pytest.approx(76 / 255)
    three = to_pixels(noise(3, 3), PixelsParams(3, 3, 3))
    assert (three[0] == three[1]).all()
    assert (three[0] == three[2]).all()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "shape", [(28, 28), (28, 28, 3), (40, 17), (7, 9, 3), (28, 60), (1, 1), (90, 120, 3)]
)
def test_many_pictures_are_made_as_one_is(shape, channels):
    images = noise(5, *shape)
    params = PixelsParams(28, 28, channels, mean=0.13, std=0.31)
    batch = batch_to_pixels(images, params)
    assert batch.shape == (5, channels, 28, 28)
    assert batch.dtype == np.float32
    assert (batch == np.stack([to_pixels(image, params) for image in images])).all()


def test_shrinking_means_the_mean_of_an_area():
    picture = noise(6, 6)
    shrunk = fit_size(picture, 3, 3)
    means = picture.reshape(3, 2, 3, 2).mean((1, 3))
    assert np.abs(shrunk - means).max() <= 0.5


def test_a_side_that_shrinks_and_one_that_grows_have_each_their_way():
    picture = noise(20, 10)
    wanted = cv2.resize(cv2.resize(picture, (10, 8), interpolation=cv2.INTER_AREA), (16, 8))
    assert (fit_size(picture, 8, 16) == wanted).all()


def test_no_pictures_are_no_pictures():
    assert batch_to_pixels(noise(0, 8, 8), PixelsParams(4, 4)).shape == (0, 1, 4, 4)


@pytest.mark.parametrize(
    "picture", [noise(4), noise(4, 4, 4), noise(0, 4), np.zeros((4, 4)), noise(2, 4, 4, 3)]
)
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(ValueError, match="uint8"):
        to_pixels(picture, PixelsParams(4, 4))


@pytest.mark.parametrize(
    "changes",
    [
        {"height": 0},
        {"width": 5000},
        {"height": 2.0},
        {"width": True},
        {"channels": 2},
        {"std": 0.0},
        {"mean": float("nan")},
        {"std": float("inf")},
    ],
)
def test_parameters_that_make_no_sense_are_refused(changes):
    with pytest.raises(ValueError, match="not"):
        PixelsParams(**changes)


def test_parameters_survive_the_card():
    params = PixelsParams(16, 20, 3, 0.1, 0.4)
    assert PixelsParams(**params.to_json()) == params


def test_the_character_is_found_in_one_picture_as_in_many():
    params = PixelsParams(28, 28, mean=0.1, std=0.3, ink=20)
    pictures = np.full((3, 60, 80), 240, np.uint8)
    for place, picture in enumerate(pictures):
        cv2.circle(picture, (30 + 10 * place, 30), 14, 30, 3)
    many = batch_to_pixels(pictures, params)
    assert many.shape == (3, 1, 28, 28)
    for picture, made in zip(pictures, many, strict=True):
        assert (to_pixels(picture, params) == made).all()
    assert batch_to_pixels(pictures[:0], params).shape == (0, 1, 28, 28)


def test_the_place_of_the_ink_is_told_only_where_there_is_one():
    assert set(PixelsParams().to_json()) == {"height", "width", "channels", "mean", "std"}
    told = PixelsParams(ink=20, centre="box").to_json()
    assert PixelsParams(**told).place.side == 20
    for wrong in ({"ink": 29}, {"ink": -1}, {"ink": 20, "channels": 3}, {"centre": "left"}, {"paper": "red"}):
        with pytest.raises(ValueError, match=r"ink|centre"):
            PixelsParams(**wrong)
