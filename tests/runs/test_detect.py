"""What a detector's run decides by itself: parts, epochs, refusals."""

import pytest
from boxed_scenes import scene, write_voc, write_yolo

from sutja.errors import DataError, TrainingError
from sutja.runs.detect import load_parts, make_config, make_plan, train
from sutja.runs.folder import RunFolder


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
