import json

import numpy as np
import pytest
from tests.tar_shards import encode_png, write_shards, write_tar

from sutja.data.labelled.leak import find_leaks
from sutja.data.labelled.load import load_labelled, stream_labelled
from sutja.data.labelled.sharded_files import find_shards
from sutja.data.split.fingerprint import hash_pictures
from sutja.errors import DataError

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (12, 9, 7), np.uint8)
COLOUR = RNG.integers(0, 256, (4, 9, 7, 3), np.uint8)


def test_pictures_are_read_in_any_order(tmp_path):
    data = stream_labelled(write_shards(tmp_path / "s", GREY, "abc" * 4))
    assert (data.images.shape, data.images.ndim, len(data)) == ((12, 9, 7), 3, 12)
    assert data.classes == ("a", "b", "c")
    assert data.labels.tolist() == [0, 1, 2] * 4
    order = np.array([11, 0, 5, 4, 11])
    np.testing.assert_array_equal(data.images[order], GREY[order])
    np.testing.assert_array_equal(data.images[2:9:3], GREY[2:9:3])
    some = data.take([7, 3])
    np.testing.assert_array_equal(some.images[:], GREY[[7, 3]])
    assert some.labels.tolist() == [1, 0]
    np.testing.assert_array_equal(data.hash_pictures(), hash_pictures(GREY))
    assert len(data.images[:0]) == 0


def test_grey_pictures_among_those_in_colour(tmp_path):
    members = [(f"{i}.png", encode_png(one)) for i, one in enumerate([*GREY[:2], *COLOUR])]
    members += [(f"{i}.txt", i % 2) for i in range(6)]
    data = stream_labelled(write_tar(tmp_path / "one.tar", members))
    wanted = np.concatenate([np.repeat(GREY[:2, :, :, None], 3, axis=3), COLOUR])
    np.testing.assert_array_equal(data.images[:], wanted)
    np.testing.assert_array_equal(data.hash_pictures(), hash_pictures(wanted))


def test_pictures_are_brought_to_one_size_or_refused(tmp_path):
    members = [("a.png", encode_png(GREY[0])), ("a.cls", 0), ("b.png", encode_png(GREY[1, :5])), ("b.cls", 1)]
    path = write_tar(tmp_path / "sizes.tar", members)
    with pytest.raises(DataError, match=r"not of one size: most are 9x7, tar://b.png::sizes.tar is 5x7"):
        stream_labelled(path)
    assert stream_labelled(path, resize=(4, 4)).images[:].shape == (2, 4, 4)


def test_classes_and_groups_in_json(tmp_path):
    members = [
        pair
        for i, image in enumerate(GREY)
        for pair in (
            (f"in/{i}.json", json.dumps({"label": i % 3, "writer": f"w{i // 4}"})),
            (f"in/{i}.png", encode_png(image)),
        )
    ]
    data = stream_labelled(write_tar(tmp_path / "g.tar", members))
    assert data.classes == ("0", "1", "2")
    assert data.groups.tolist() == [f"w{i // 4}" for i in range(12)]


def test_a_bad_sample_is_named_and_left_out(tmp_path):
    members = [(f"{i}.png", encode_png(image)) for i, image in enumerate(GREY[:4])]
    members += [(f"{i}.cls", "xy"[i % 2]) for i in range(4)]
    members += [("bad.png", b"no picture"), ("bad.cls", "x"), ("alone.png", encode_png(GREY[5]))]
    members += [
        ("empty.png", encode_png(GREY[6])),
        ("empty.cls", ""),
        ("j.json", "[1"),
        ("readme.txt", "hello"),
    ]
    members += [("j.png", encode_png(GREY[7]))]
    data = stream_labelled(write_tar(tmp_path / "bad.tar", members))
    np.testing.assert_array_equal(data.images[:], GREY[:4])
    notes = "\n".join(data.notes)
    assert notes.count("left out: tar://") == len(data.notes) == 4
    assert "tar://alone.png::bad.tar: has no class: none of .cls, .json, .txt is beside it" in notes
    assert "tar://empty.png::bad.tar: has an empty class" in notes
    assert "tar://j.png::bad.tar: has a class that cannot be read" in notes


def test_shards_without_a_sample_and_broken_ones_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"none of the samples in its shards can be read; a sample is a pic"):
        stream_labelled(write_tar(tmp_path / "none.tar", [("a.cls", "1")]))
    whole = write_tar(tmp_path / "whole.tar", [("a.png", encode_png(GREY[0])), ("a.cls", "1")] * 9)
    broken = tmp_path / "broken.tar"
    broken.write_bytes(whole.read_bytes()[:700])
    with pytest.raises(DataError, match=r"broken.tar: is no whole tar file"):
        stream_labelled(broken)


def test_a_shard_that_changes_is_told(tmp_path):
    data = stream_labelled(write_shards(tmp_path / "s", GREY, "ab" * 6))
    write_tar(tmp_path / "s/000001.tar", [("a.png", b"other")])
    np.testing.assert_array_equal(data.images[:4], GREY[:4])
    with pytest.raises(DataError, match=r"tar://.+::000001.tar: cannot be read any more \("):
        data.images[:]


def test_parts_are_told_by_the_names_of_shards_and_folders(tmp_path):
    for name in ("set-train-000.tar", "set-train-001.tar", "set-test-000.tar"):
        write_tar(tmp_path / "names" / name, [])
    by_name = find_shards(tmp_path / "names")
    assert [len(by_name[part]) for part in ("train", "test")] == [2, 1]
    assert find_shards(f"{tmp_path}/names/*train*.tar") == {"train": by_name["train"]}
    for name in ("train/0.tar", "train/1.tar", "test/0.tar"):
        write_tar(tmp_path / "folders" / name, [])
    assert [len(some) for some in find_shards(tmp_path / "folders").values()] == [2, 1]
    assert find_shards(tmp_path) == find_shards(tmp_path / "none.tar") == find_shards("digits") == {}
    assert find_shards(tmp_path / "names/set-test-000.tar") == {
        "train": (str(tmp_path / "names/set-test-000.tar"),)
    }


def test_leaks_are_those_of_arrays(tmp_path):
    blurred = np.clip(GREY[:2].astype(int) + 1, 0, 255).astype(np.uint8)
    held = np.concatenate([GREY[3:5], blurred, RNG.integers(0, 256, (2, 9, 7), np.uint8)])
    paths = write_shards(tmp_path / "a", GREY, "ab" * 6), write_shards(tmp_path / "b", held, "aabbab")
    arrays = load_npz(tmp_path / "a.npz", GREY, "ab" * 6), load_npz(tmp_path / "b.npz", held, "aabbab")
    found = find_leaks(*map(stream_labelled, paths)), find_leaks(*arrays)
    assert (found[0].copies, found[0].near) == (found[1].copies, found[1].near)
    assert found[0].items.tolist() == [0, 1, 2, 3]
    assert found[0].contradicting == found[1].contradicting > 0
    assert found[0].examples[0] == "tar://000000.png::000000.tar and tar://000003.png::000000.tar"


def load_npz(path, images, labels):
    np.savez(path, X=images, y=list(labels))
    return load_labelled(path)
