"""One character found, scaled and centred: whatever its polarity, size, place, pen and light."""

import cv2
import numpy as np
import pytest

from sutja.signals.preprocessing.ink_centring import InkPlace, centre_ink, find_box, is_centred

PLACE = InkPlace(28, 28, 20)


def draw_seven(h, w, size, centre, pen, paper=255, ink=0):
    """A 7 of a height in pixels about (x, y)."""
    picture = np.full((h, w), paper, np.uint8)
    points = np.array([(-0.35, -0.5), (0.35, -0.5), (-0.1, 0.5)]) * size + centre
    cv2.polylines(picture, [np.rint(points).astype(np.int32)], False, ink, pen)
    return picture


WANTED = centre_ink(draw_seven(120, 120, 80, (60, 60), 11), PLACE)


def similarity(a, b):
    a, b = (cv2.GaussianBlur(x.astype(float), (0, 0), 1.0).ravel() for x in (a, b))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_it_is_light_on_black_of_the_size_and_in_the_middle():
    _, _, width, height = cv2.boundingRect(WANTED)
    assert max(width, height) in (19, 20, 21)
    assert WANTED.max() == 255
    rows, columns = np.mgrid[0:28, 0:28] + 0.5
    assert (WANTED * rows).sum() / WANTED.sum() == pytest.approx(14, abs=1)
    assert (WANTED * columns).sum() / WANTED.sum() == pytest.approx(14, abs=1)


@pytest.mark.parametrize(
    "picture",
    [
        draw_seven(280, 280, 180, (140, 140), 20, 0, 255),
        draw_seven(500, 500, 380, (250, 250), 44),
        draw_seven(1000, 1000, 90, (520, 480), 7),
        draw_seven(1200, 1600, 90, (300, 1000), 9),
        draw_seven(400, 400, 80, (360, 350), 6, 0, 255),
        draw_seven(28, 28, 18, (14, 14), 1),
        draw_seven(300, 400, 120, (200, 150), 3, 210, 150),
        np.repeat(draw_seven(90, 90, 50, (30, 40), 5, 240, 30)[:, :, None], 3, 2),
    ],
)
def test_any_drawing_of_it_comes_out_alike(picture):
    assert similarity(centre_ink(picture, PLACE), WANTED) > 0.85


def test_uneven_light_and_dust_are_no_ink():
    light = np.linspace(0.55, 1.0, 400)[None, :] * np.linspace(1.0, 0.8, 300)[:, None]
    picture = (draw_seven(300, 400, 120, (200, 150), 8, 235, 60) * light).astype(np.uint8)
    picture[250:253, 40:43] = 20
    assert similarity(centre_ink(picture, PLACE), WANTED) > 0.85


def test_what_is_so_already_comes_back_as_it_is():
    assert is_centred(WANTED, PLACE)
    assert centre_ink(WANTED, PLACE) is WANTED
    moved = np.roll(WANTED, 3, 1)
    assert not is_centred(moved, PLACE)
    assert similarity(centre_ink(moved, PLACE), WANTED) > 0.98


@pytest.mark.parametrize("shape", [(28, 28), (40, 60), (200, 200), (1, 1), (3, 400)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_paper_has_no_character(shape, level):
    rng = np.random.default_rng(1)
    picture = np.clip(level + rng.integers(-2, 3, shape), 0, 255).astype(np.uint8)
    assert not centre_ink(picture, PLACE).any()


def test_grain_has_no_character():
    rng = np.random.default_rng(2)
    for side in (28, 64):
        found = [centre_ink(rng.integers(0, 256, (side, side), np.uint8), PLACE).any() for _ in range(20)]
        assert sum(found) == 0


def test_the_centre_of_the_box_may_lie_in_the_middle():
    x, _, width, height = cv2.boundingRect(
        centre_ink(draw_seven(90, 90, 60, (30, 40), 7), InkPlace(16, 16, 16, "box"))
    )
    assert height == 16
    assert abs(2 * x + width - 16) <= 1


@pytest.mark.parametrize("shape", [(1, 7), (2, 2), (5, 300), (300, 5)])
def test_slivers_are_taken(shape):
    picture = np.full(shape, 250, np.uint8)
    picture[: max(1, shape[0] // 2), : max(1, shape[1] // 9)] = 10
    assert centre_ink(picture, PLACE).shape == (28, 28)


def test_the_box_is_measured_from_the_middle():
    side, x, y, box_x, box_y = find_box(draw_seven(60, 60, 30, (40, 30), 3))
    assert side == pytest.approx(33, abs=3)
    assert box_x == pytest.approx(10, abs=1.5)
    assert box_y == pytest.approx(0, abs=1.5)
    assert y < box_y  # a 7 is heavier above
    assert abs(x - box_x) < 5
    assert find_box(np.full((60, 60), 200, np.uint8)) is None
