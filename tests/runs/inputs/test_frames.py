import numpy as np
import pytest
from boxed_scenes import CLASSES, scene
from PIL import Image

from sutja.data.boxes.boxed_pictures import BoxedSet, make_boxed_picture
from sutja.errors import DataError
from sutja.runs.inputs.frames import choose_frame_size, choose_params, read_pictures, shrink
from sutja.signals.preprocessing.frame_input import FrameParams


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
    picture = make_boxed_picture(np.zeros((100, 128), np.uint8), [[10, 20, 30, 40]], [0])
    small = shrink(picture, params)
    assert small.pixels.shape == (50, 64)
    np.testing.assert_allclose(small.boxes, [[5, 10, 15, 20]])
    assert choose_frame_size([picture] * 3, params) == (64, 64)
    wide = make_boxed_picture(np.zeros((300, 1000), np.uint8), [], [])
    assert choose_frame_size([wide], FrameParams(longest=1000)) == (320, 448)


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
