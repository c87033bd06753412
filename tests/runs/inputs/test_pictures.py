"""What a training set says about its characters: their size and place, and the paper around them."""

import cv2
import numpy as np
import pytest

from sutja.data.labelled.load import Labelled
from sutja.errors import TrainingError
from sutja.runs.inputs.pictures import choose_params, find_paper, measure_ink


def draw_bars(sizes, paper=0, ink=255, shift=0):
    pictures = np.full((len(sizes), 28, 28), paper, np.uint8)
    for picture, size in zip(pictures, sizes, strict=True):
        top = 14 - size // 2
        cv2.rectangle(picture, (11 + shift, top), (15 + shift, top + size - 1), ink, -1)
    return pictures


def labelled(images, classes=("a", "b")):
    n = len(images)
    labels = np.arange(n) % len(classes)
    return Labelled(images, labels, classes, None, tuple(map(str, range(n))), "here", "none")


def test_characters_of_one_size_are_found_and_centred_as_they_were():
    habit = measure_ink(draw_bars([20] * 30), ("a", "b"))
    assert habit.side == pytest.approx(20 / 28)
    assert habit.alike
    params = choose_params("mlp", labelled(draw_bars([20] * 30)), "auto")
    assert (params.ink, params.channels, params.paper) == (20, 1, "")


def test_where_size_tells_letters_apart_pictures_stay_whole():
    images = draw_bars([10, 20] * 15)
    assert not measure_ink(images, ("o", "O")).alike
    assert choose_params("mlp", labelled(images, ("o", "O")), "auto").ink == 0
    assert choose_params("mlp", labelled(images, ("o", "O")), "find").ink > 0
    assert choose_params("mlp", labelled(images, ("0", "1")), "auto").ink > 0  # a digit is one at any size


def test_pictures_without_ink_on_paper_stay_whole():
    rng = np.random.default_rng(0)
    data = labelled(rng.integers(0, 256, (30, 28, 28)).astype(np.uint8))
    assert choose_params("mlp", data, "auto").ink == 0
    with pytest.raises(TrainingError, match="--ink whole"):
        choose_params("mlp", data, "find")


def test_the_paper_of_whole_pictures_is_kept():
    assert find_paper(draw_bars([20] * 9)) == "dark"
    assert find_paper(draw_bars([20] * 9, 255, 0)) == "light"
    assert find_paper(np.concatenate([draw_bars([20] * 5), draw_bars([20] * 5, 255, 0)])) == ""
    assert choose_params("mlp", labelled(draw_bars([20] * 9)), "whole").paper == "dark"
