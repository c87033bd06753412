"""What a detector's run decides by itself: parts, size of pictures, epochs."""

import numpy as np
import pytest
from boxed_scenes import CLASSES, scene, write_voc, write_yolo
from PIL import Image

from sutja.data.boxes.boxed_pictures import BoxedSet, make_boxed_picture
from sutja.errors import DataError, TrainingError
from sutja.runs.detect import (
    choose_frame_size,
    choose_params,
    load_parts,
    make_config,
    make_plan,
    read_pictures,
    shrink,
    train,
)
from sutja.runs.folder import RunFolder
from sutja.signals.preprocessing.frame_input import FrameParams


def test_data_without_parts_are_split_in_three_for_good(tmp_path):
    write_yolo(tmp_path, [scene(seed) for seed in range(20)])
    lines = []
    first, again = load_parts(tmp_path, lines.append), load_parts(tmp_path, lines.append)
    assert (len(first.train), len(first.validation), len(first.test)) == (14, 2, 4)
    assert [one.picture for one in first.test.pictures] == [one.picture for one in again.test.pictures]
    names = [one.picture for part in (first.train, first.validation, first.test) for one in part.pictures]
    assert len(set(names)) == 20
    assert "14 pictures with" in lines[0]


def test_pictures_on_both_sides_are_named(tmp_path):
    scenes = [scene(seed) for seed in range(6)]
    write_voc(tmp_path, [*scenes, scenes[0]], train=range(6))
    lines = []
    load_parts(tmp_path, lines.append)
    assert any("1 pictures of the test part are in the training part too" in line for line in lines)


def test_too_few_pictures_are_refused(tmp_path):
    write_yolo(tmp_path, [scene(0), scene(1)])
    with pytest.raises(DataError, match="2 pictures cannot be split"):
        load_parts(tmp_path, print)


def test_small_things_in_large_pictures_are_shown_large_enough():
    tiny = make_boxed_picture(np.zeros((500, 1000), np.uint8), [[5, 5, 13, 13], [50, 50, 60, 58]], [0, 0])
    large = make_boxed_picture(np.zeros((500, 1000), np.uint8), [[5, 5, 400, 400]], [0])
    assert choose_params([tiny]).longest == 1280
    assert choose_params([large]).longest == 320
    assert choose_params([tiny], 640).longest == 640
    assert choose_params([make_boxed_picture(np.zeros((50, 50, 3), np.uint8), [], [])]).channels == 3
    grey = make_boxed_picture(np.full((50, 50), 128, np.uint8), [], [])
    params = choose_params([grey])
    assert (params.channels, params.mean) == (1, pytest.approx(128 / 255, abs=1e-3))
    assert params.std > 0


def test_pictures_shrink_with_their_boxes():
    params = FrameParams(longest=64)
    small = shrink(make_boxed_picture(np.zeros((100, 128), np.uint8), [[10, 20, 30, 40]], [0]), params)
    assert small.pixels.shape == (50, 64)
    np.testing.assert_allclose(small.boxes, [[5, 10, 15, 20]])
    assert choose_frame_size([small] * 3, params) == (64, 64)
    wide = make_boxed_picture(np.zeros((300, 1000), np.uint8), [], [])
    assert choose_frame_size([wide], params) == (320, 448)


def test_pictures_that_cannot_be_read_are_named(tmp_path):
    Image.fromarray(scene(0).pixels).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:100])
    good, bad = (make_boxed_picture(tmp_path / name, [[1, 1, 9, 9]], [0]) for name in ("a.png", "b.png"))
    lines = []
    kept, pictures = read_pictures(
        BoxedSet((good, bad), CLASSES, "x"), FrameParams(longest=64), "training", lines.append
    )
    assert (len(kept), len(pictures)) == (1, 1)
    assert "b.png" in lines[0]
    with pytest.raises(DataError, match="none of the 1 pictures of the training part can be read"):
        read_pictures(BoxedSet((bad,), CLASSES, "x"), FrameParams(longest=64), "training", lines.append)


def test_epochs_follow_the_number_of_pictures():
    assert make_config(160).epochs == 300
    assert make_config(4800).epochs == 20
    assert make_config(1_000_000).epochs == 20
    assert make_config(1600).epochs == 30


def test_a_test_part_that_cannot_be_read_is_refused_before_the_work(tmp_path):
    folder = write_voc(tmp_path / "set", [scene(seed) for seed in range(6)], train=range(4))
    parts = load_parts(folder, print)
    assert (len(parts.train) + len(parts.validation), len(parts.test)) == (4, 2)
    for i in (4, 5):
        (folder / f"{i}.png").write_bytes((folder / f"{i}.png").read_bytes()[:200])
    with pytest.raises(DataError, match="none of the 2 pictures of the test part can be read"):
        train(parts, make_plan(parts, "m", epochs=1, longest=64), RunFolder(tmp_path))
    assert not (tmp_path / "checkpoint.pt").exists()
    with pytest.raises(DataError, match="none of the pictures of the test part can be read"):
        load_parts(folder, print)


@pytest.mark.parametrize(
    "wrong", [{"size": "huge"}, {"augment": "a bit"}, {"batch_size": 0}, {"longest": -1}, {"epochs": 0}]
)
def test_choices_that_make_no_sense(wrong, tmp_path):
    write_yolo(tmp_path, [scene(seed) for seed in range(4)])
    with pytest.raises(TrainingError, match=next(iter(wrong))):
        make_plan(load_parts(tmp_path, print), "m", **wrong)
