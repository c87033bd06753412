"""Frames: boxes go where their pixels go, and the seed, the epoch and the batch decide everything."""

from dataclasses import replace

import numpy as np
import pytest
from boxed_scenes import scene
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.data.boxes.boxed_pictures import make_boxed_picture
from sutja.training.detect.frames import ANY_ORIENTATION, JITTERS, NONE, ListedFrames, make_frame

PLAIN = replace(ANY_ORIENTATION, light=0.0, tint=0.0, blur=0.0, noise=0.0, mosaic=0.0)


def lone(height=90, width=110, box=(30, 20, 70, 50), channels=1):
    """One bright box on black."""
    pixels = np.zeros((height, width) if channels == 1 else (height, width, 3), np.uint8)
    x0, y0, x1, y1 = box
    pixels[y0:y1, x0:x1] = 255
    return make_boxed_picture(pixels, [box], [1])


@given(st.integers(0, 10**6), st.sampled_from([1, 3]))
@settings(max_examples=60)
def test_a_box_goes_where_its_pixels_go(seed, channels):
    frame = make_frame(lone(channels=channels), (96, 128), PLAIN, np.random.default_rng(seed))
    assert frame.pixels.shape == ((96, 128) if channels == 1 else (96, 128, 3))
    plane = frame.pixels if channels == 1 else frame.pixels[:, :, 0]
    if not len(frame.boxes):
        return
    x0, y0, x1, y1 = frame.boxes[0]
    inner = plane[int(y0) + 3 : int(y1) - 3, int(x0) + 3 : int(x1) - 3]
    assert (inner > 200).all()
    around = plane.copy()
    around[max(0, int(y0) - 2) : int(y1) + 3, max(0, int(x0) - 2) : int(x1) + 3] = 0
    ground = {int(plane[row, column]) for row in (0, -1) for column in (0, -1)}  # a shade of its own
    assert not (around == 255).any() or 255 in ground
    assert frame.labels.tolist() == [1]


@given(st.integers(0, 10**6), st.sampled_from(sorted(JITTERS)))
@settings(max_examples=40)
def test_boxes_lie_in_the_frame(seed, name):
    scenes = [scene(seed % 7, channels=3), scene(8, channels=3)]
    frame = make_frame(scenes[0], (64, 96), JITTERS[name], np.random.default_rng(seed), scenes)
    assert frame.pixels.shape == (64, 96, 3)
    assert (frame.boxes[:, :2] >= 0).all()
    assert (frame.boxes[:, 2:] <= [96, 64]).all()
    assert (frame.boxes[:, 2:] > frame.boxes[:, :2]).all()


def test_nothing_changed_is_the_picture_itself():
    one = scene(3)
    frame = make_frame(one, one.pixels.shape, NONE, np.random.default_rng(0))
    np.testing.assert_array_equal(frame.pixels, one.pixels)
    np.testing.assert_array_equal(frame.boxes, one.boxes)


def test_of_what_is_cut_off_nothing_is_said():
    jitter = replace(NONE, visible=0.5)
    picture = make_boxed_picture(np.zeros((40, 100), np.uint8), [[0, 0, 40, 40], [40, 0, 100, 40]], [0, 1])
    seen = set()
    for seed in range(40):
        frame = make_frame(picture, (40, 50), jitter, np.random.default_rng(seed))
        for (x0, _, x1, _), label, ignore in zip(frame.boxes, frame.labels, frame.ignore, strict=True):
            assert ignore == ((x1 - x0) / (40 if label == 0 else 60) < 0.5)
            seen.add(bool(ignore))
    assert seen == {True, False}


def test_a_mosaic_shows_four_pictures():
    jitter = replace(NONE, mosaic=1.0)
    shades = [
        make_boxed_picture(np.full((64, 64), 60 * i + 20, np.uint8), [[8, 8, 56, 56]], [i]) for i in range(4)
    ]
    frame = make_frame(shades[0], (64, 64), jitter, np.random.default_rng(1), shades)
    assert len({int(frame.pixels[row, column]) for row in (1, 62) for column in (1, 62)}) >= 2
    assert frame.pixels[0, 0] == 20


def test_an_epoch_can_be_entered_anywhere():
    pictures = [scene(seed) for seed in range(7)]
    frames = ListedFrames(pictures, (64, 64), 1, 3, ANY_ORIENTATION, seed=5)
    assert frames.batches_per_epoch == 3
    whole, later = list(frames.epoch(2)), list(frames.epoch(2, first=1))
    assert [len(batch) for batch in whole] == [3, 3, 3]
    for one, other in zip(whole[1:], later, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.pixels, b.pixels)
            np.testing.assert_array_equal(a.boxes, b.boxes)
    first = next(frames.epoch(3))[0].pixels
    assert not np.array_equal(first, whole[0][0].pixels)


def test_each_picture_is_shown_once_an_epoch():
    pictures = [make_boxed_picture(np.full((32, 32), i, np.uint8), [], []) for i in range(8)]
    frames = ListedFrames(pictures, (32, 32), 1, 4, NONE, seed=0)
    shown = [int(frame.pixels[0, 0]) for batch in frames.epoch(0) for frame in batch]
    assert sorted(shown) == list(range(8))


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_become_grey_or_coloured(channels):
    frames = ListedFrames([scene(0, channels=3), scene(1)], (32, 32), channels, 2, NONE, seed=0)
    shape = (32, 32) if channels == 1 else (32, 32, 3)
    assert {frame.pixels.shape for frame in next(frames.epoch(0))} == {shape}
