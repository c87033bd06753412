"""Texts in tar shards: what the index holds, what is left out and named, and what is refused."""

import json

import numpy as np
import pytest
from tests.tar_shards import encode_png, write_shards, write_tar

from sutja.data.labelled.recordings import are_recordings, are_text_shards
from sutja.data.labelled.sharded_texts import ShardedTexts, StreamedItems, index_texts
from sutja.errors import DataError
from sutja.signals.image import load_pictures

CROPS = [np.random.default_rng(i).integers(0, 256, (9, 7 + i), np.uint8) for i in range(12)]
TEXTS = [f"{i:03}" for i in range(12)]


def read(source, text):
    return load_pictures(source)[0].pixels, text


def index(folder, charset="0123456789."):
    shards = sorted(map(str, folder.glob("*.tar")))
    return index_texts(shards, (".png",), read, lambda item: item[0].tobytes(), charset, "crops", "it")


def test_items_are_read_in_any_order(tmp_path):
    found = index(write_shards(tmp_path, CROPS, TEXTS))
    assert (found.texts, found.groups, found.notes) == (tuple(TEXTS), None, ())
    items = StreamedItems(found.files, found.texts, read)
    assert len(items) == 12
    for places in ([11, 0, 5, 4, 11], range(3, 9)):
        some = items.read_some(places)
        assert [text for _, text in some] == [TEXTS[i] for i in places]
        assert all(np.array_equal(crop, CROPS[i]) for (crop, _), i in zip(some, places, strict=True))
    assert [text for _, text in items] == TEXTS
    assert [text for _, text in items.subset(np.array([7, 2]))] == ["007", "002"]
    assert items[-1][1] == items[11:][0][1] == "011"
    with pytest.raises(IndexError):
        items[12]


def test_texts_and_groups_in_json_come_back_from_arrays(tmp_path):
    members = []
    for i, crop in enumerate(CROPS):
        value = int(TEXTS[i]) if i == 5 else TEXTS[i]  # a whole number needs no quotes
        label = {"text": value} if i == 3 else {"transcription": value, "writer": i // 4}
        members += [(f"in/{i}.json", json.dumps(label)), (f"in/{i}.png", encode_png(crop))]
    write_tar(tmp_path / "g.tar", [*members, ("none.txt", ""), ("none.png", encode_png(CROPS[0]))])
    found = index(tmp_path)
    assert found.texts == (*TEXTS[:5], "5", *TEXTS[6:], "")
    assert found.groups.tolist() == ["0", "0", "0", "", *"11112222", ""]
    kept = ShardedTexts.from_arrays(found.files.shards, found.to_arrays())
    assert (kept.texts, kept.checksum, kept.notes) == (found.texts, found.checksum, ())
    assert kept.groups.tolist() == found.groups.tolist()
    np.testing.assert_array_equal(kept.files.offset, found.files.offset)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("a.txt", "1x")], "tar://a.png::s.tar: has the text '1x', and x cannot be written"),
        ([("a.json", '{"text": 2.50}')], "has the text 2.5, which is none; put it in quotes: 2.50 is 2.5"),
        (
            [("a.json", '{"text": null}')],
            "has no text: none of its keys is text, transcription, number, label",
        ),
        ([("a.json", '{"writer": 7}')], "tar://a.png::s.tar: has no text: none of its keys is text"),
        ([("a.json", "[1]")], "has a text that cannot be read (it is no object)"),
        ([("b.txt", "1")], "tar://a.png::s.tar: has no text: none of .cls, .json, .txt is beside it"),
        ([("a.txt", "1"), ("a.png", b"none")], "tar://a.png::s.tar: "),
    ],
)
def test_a_bad_sample_is_named_and_left_out(members, said, tmp_path):
    good = [("g.png", encode_png(CROPS[0])), ("g.txt", "7")]
    write_tar(tmp_path / "s.tar", [*good, ("a.png", encode_png(CROPS[1])), *members])
    found = index(tmp_path)
    assert (found.texts, found.n_lost) == (("7",), 1)
    assert found.notes[0].startswith("left out: tar://a.png::s.tar: ")
    assert said in found.notes[0]
    assert found.notes[0].count("a.png") == 1


def test_shards_without_any_text_are_refused(tmp_path):
    write_shards(tmp_path, CROPS, [""] * 12)
    with pytest.raises(DataError, match=r"it: all of its texts are empty; write what is in its crops"):
        index(tmp_path)
    with pytest.raises(DataError, match=r"none of the samples .+; the first: tar://000000.png::000000.tar: "):
        index(write_shards(tmp_path, CROPS, TEXTS), charset="x")


def test_an_item_that_changed_is_named(tmp_path):
    found = index(write_shards(tmp_path, CROPS, TEXTS))
    items = StreamedItems(found.files, found.texts, read)
    broken = bytearray((tmp_path / "000001.tar").read_bytes())
    start = int(found.files.offset[5])
    broken[start : start + 20] = bytes(20)
    (tmp_path / "000001.tar").write_bytes(broken)
    assert len(items.read_some([4, 6])) == 2
    with pytest.raises(DataError, match=r"tar://000005\.png::000001\.tar: cannot be read any more \("):
        items.read_some([4, 5])


def test_what_shards_hold_is_told_by_their_names(tmp_path):
    crops = write_tar(tmp_path / "crops.tar", [("a.png", b""), ("a.txt", b"1")])
    sounds = write_tar(tmp_path / "sounds.tar", [("a.wav", b""), ("a.json", b"{}"), ("b.wav", b"")])
    assert [are_recordings(path) for path in (crops, sounds, tmp_path / "none.tar")] == [False, True, False]
    assert are_text_shards(tmp_path)
    (tmp_path / "labels.csv").write_text("path,text\n")
    assert not are_text_shards(tmp_path)
