"""Crops that were scanned sideways, upside down or aslant."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from sutja.reading import Reader
from sutja.reading.crops.turned_crops import list_angles, turn_picture
from sutja.signals.image import Picture

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def fast():
    return Reader(effort="fast")


@pytest.fixture(scope="module")
def upright():
    """Draw 30471, upright, and find the box of its ink."""
    crop = np.asarray(Image.open(CASES / "rot-270.png").convert("L").transpose(Image.Transpose.ROTATE_90))
    x, y, width, height = cv2.boundingRect(cv2.findNonZero((crop < 128).astype(np.uint8)))
    return crop, (x, y, x + width, y + height)


@pytest.mark.parametrize("degrees", [0, 30, 60, 90, 150, 180, 210, 270, 330])
def test_a_turned_number_is_read_in_its_place(fast, upright, degrees):
    crop, (x0, y0, x1, y1) = upright
    turned, turn = turn_picture(crop, degrees)
    [number] = fast.read_crops([turned])
    assert number.digits == "30471"
    corners = np.array([(x, y, 1.0) for x in (x0, x1) for y in (y0, y1)]) @ turn.T
    wanted = (*corners.min(axis=0), *corners.max(axis=0))
    assert np.allclose(number.box.to_list(), wanted, atol=0.12 * len(crop))


def test_what_is_read_as_it_stands_is_not_turned(fast):
    lone = np.full((90, 40), 255, np.uint8)
    cv2.putText(lone, "1", (5, 70), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 0, 5, cv2.LINE_AA)
    line = np.full((60, 200), 255, np.uint8)
    cv2.putText(line, "68091", (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    assert [number.digits for number in fast.read_crops([lone, line])] == ["1", "68091"]


def test_paper_is_found_in_colours(upright):
    crop = np.repeat(upright[0][..., None], 3, axis=2)
    crop[..., 2] = np.minimum(crop[..., 2], 200)  # yellow paper
    turned, turn = turn_picture(crop, 45)
    assert turned[0, 0].tolist() == [255, 255, 200]
    assert turn.shape == (2, 3)


def test_angles_are_those_of_all_the_ink(fast, upright):
    """The outline of the ink stands for all of its pixels."""
    for degrees in (35, 90, 180, 215):
        turned, _ = turn_picture(upright[0], degrees)
        [crop] = fast._joint.first.read([Picture(turned, "")], one_view=True)
        inked = crop.inked
        points = cv2.findNonZero((inked.ink[inked.plane] > 0.5).astype(np.uint8))
        _, (width, height), angle = cv2.minAreaRect(points)
        leans = (angle if width >= height else angle + 90.0) % 180.0
        angles = list_angles(replace(crop, hypotheses=None))
        if degrees % 90:
            assert min(abs(angle % 180.0 - (-leans) % 180.0) for angle in angles) < 1e-3
        else:
            assert angles == ([90.0, 270.0] if degrees == 90 else [180.0])
