"""The index of shards kept in a file: taken up while all is as it was, else made anew."""

import os

import numpy as np
import pytest
from tests.tar_shards import encode_png, write_shards, write_tar

from sutja.data.labelled import sharded_files, shards
from sutja.data.labelled.load import stream_labelled
from sutja.data.labelled.shard_index import keep_index
from sutja.errors import DataError

GREY = np.random.default_rng(0).integers(0, 256, (12, 9, 7), np.uint8)


def index(data, folder, resize=None):
    """The index of the shards, the number of pictures that were read for it, and the lines."""
    lines, read, n_read = [], shards.read_one_picture, 0

    def count(*arguments):
        nonlocal n_read
        n_read += 1
        return read(*arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shards, "read_one_picture", count)
        data = stream_labelled(data, resize=resize, folder=folder, log=lines.append)
    return data, n_read, lines


def test_it_is_taken_up_while_the_shards_are_as_they_were(tmp_path):
    members = [(f"{i}.png", encode_png(image)) for i, image in enumerate(GREY)]
    members += [(f"{i}.json", f'{{"label": "{"ab"[i % 2]}", "writer": "w{i // 4}"}}') for i in range(12)]
    path = write_tar(tmp_path / "one.tar", [*members, ("bad.png", b"none"), ("bad.cls", "a")])
    made, n_read, lines = index(path, tmp_path / "run")
    assert (n_read, lines) == (13, [])
    kept, n_read, lines = index(path, tmp_path / "run")
    assert n_read == 0
    file = tmp_path / "run/index-train.npz"
    assert lines == [f"12 pictures by the index in {file}: their shards are as they were"]
    assert kept.checksum() == made.checksum()
    assert kept.groups.tolist() == made.groups.tolist()
    assert kept.notes == made.notes
    assert len(kept.notes) == 1
    np.testing.assert_array_equal(kept.images[:], GREY)


def test_it_is_made_anew_where_something_changed(tmp_path):
    path = write_shards(tmp_path / "s", GREY, "ab" * 6)
    index(path, tmp_path / "run")
    assert index(path, tmp_path / "run", resize=(4, 4))[1] == 12
    assert index(path, tmp_path / "run")[1] == 12
    os.utime(path / "000001.tar", ns=(1, 1))
    assert index(path, tmp_path / "run")[1] == 12
    write_shards(path, GREY[:9], "aba" * 3)
    assert len(index(path, tmp_path / "run")[0]) == 9
    (path / "000002.tar").unlink()
    assert len(index(path, tmp_path / "run")[0]) == 6


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_broken_file_is_replaced(content, tmp_path):
    path = write_shards(tmp_path / "s", GREY, "ab" * 6)
    (tmp_path / "run").mkdir()
    (tmp_path / "run/index-train.npz").write_bytes(content)
    assert index(path, tmp_path / "run")[1] == 12
    assert index(path, tmp_path / "run")[1] == 0
    assert len(list((tmp_path / "run").iterdir())) == 1


def test_an_index_that_cannot_be_kept_is_no_reason_to_stop(tmp_path):
    path = write_shards(tmp_path / "s", GREY, "ab" * 6)
    (tmp_path / "run").write_text("a file")
    data, _, lines = index(path, tmp_path / "run")
    assert len(data) == 12
    assert "what is found is not kept, and will be looked for again" in lines[0]


def test_a_shard_that_went_away_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone.tar: cannot be read \(No such file"):
        keep_index(
            tmp_path / "i.npz", [str(tmp_path / "gone.tar")], {}, shards.ShardedLabels, list, "pictures"
        )


def test_progress_tells_how_much_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(sharded_files, "_LINE_EVERY", -1.0)
    monkeypatch.setattr(sharded_files, "_AT_A_TIME", 4)
    _, _, lines = index(write_shards(tmp_path / "s", GREY, "ab" * 6), tmp_path / "run")
    assert [line[: line.index(" of")] for line in lines] == [
        "index: 4 pictures, 22 %",
        "index: 8 pictures, 55 %",
        "index: 12 pictures, 88 %",
    ]
    assert lines[-1].endswith(" s left")
