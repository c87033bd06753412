from functools import partial

import pytest

from sutja.data.sets.recordings import (
    assign_part,
    find_noise_span,
    read_an4,
    read_fsdd,
    read_noise,
    read_recordings,
    read_spoken_strings,
    read_telephone_speech,
)
from sutja.errors import DataError


@pytest.mark.parametrize(
    ("read", "name", "labels", "expected"),
    [
        (read_fsdd, "fsdd", None, ("7_jackson_12.flac", "7", "jackson")),
        (read_noise, "noise", None, ("7_jackson_12.flac", "", "")),
        (read_an4, "an4", "file,speaker,text\na.flac,mblw,X SIXTY\n", ("a.flac", "X SIXTY", "mblw")),
        (read_spoken_strings, "spoken-strings", "file,digits\ns.flac,0212\n", ("s.flac", "0212", "one")),
        (
            read_telephone_speech,
            "telephone-speech",
            "file,gender,text\nWUWII00001_002.flac,male,hello\n",
            ("WUWII00001_002.flac", "hello", "WUWII00001"),
        ),
    ],
)
def test_who_said_what(tmp_path, read, name, labels, expected):
    folder = tmp_path / name
    folder.mkdir()
    with pytest.raises(DataError, match="is not there"):
        read(tmp_path)
    if labels:
        (folder / "labels.csv").write_text(labels)
    else:
        (folder / "7_jackson_12.flac").touch()
    (record,) = read(tmp_path)
    assert (record.path, record.text, record.group) == (folder / expected[0], *expected[1:])


@pytest.mark.parametrize(
    ("read", "count", "groups"),
    [
        (read_fsdd, 3000, 6),
        (read_spoken_strings, 50, 1),
        (read_an4, 948, 74),
        (read_telephone_speech, 400, None),
        (read_noise, 6, 1),
    ],
)
def test_real_recordings(data_root, read, count, groups):
    records = read(data_root)
    assert len(records) == count
    assert all(record.path.is_file() for record in records)
    if groups:
        assert len({record.group for record in records}) == groups


PARTS = ("train", "validation", "test")


@pytest.mark.parametrize(
    ("name", "recordings", "speakers", "parts"),
    [
        ("an4", 948, 74, [644, 151, 153]),
        ("hyke", 139, 58, [103, 16, 20]),
        ("speech-commands", 1085, 190, [678, 132, 275]),
        ("iitg", 520, 13, [360, 40, 120]),
        ("sixteen", 509, 13, [355, 40, 114]),
        ("four", 198, 4, [99, 50, 49]),
        ("korean", 765, 8, [499, 97, 169]),
    ],
)
def test_recordings_with_a_table(data_root, name, recordings, speakers, parts):
    records = read_recordings(data_root, name)
    assert len(records) == recordings
    assert len({record.group for record in records}) == speakers
    assert all(record.path.is_file() and record.text for record in records)
    found = [assign_part(name, record) for record in records]
    assert [found.count(part) for part in PARTS] == parts


def test_rows_of_recordings_by_hand(data_root):
    first = {name: read_recordings(data_root, name)[0] for name in ("hyke", "speech-commands", "korean")}
    assert first["hyke"].group == "F_1298636066"
    assert first["hyke"].text == "zero four five one nine eight six seven"
    assert (first["speech-commands"].path.name, first["speech-commands"].text) == ("022cd682-go-0.ogg", "go")
    assert (first["korean"].group, first["korean"].text) == ("chlee", "열")
    digits = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
    words = [record.text for record in read_recordings(data_root, "speech-commands")]
    assert sum(word in digits for word in words) == 190


@pytest.mark.parametrize(
    ("read", "name"), [(read_spoken_strings, "spoken-strings"), (read_telephone_speech, "telephone-speech")]
)
def test_a_table_of_other_columns(tmp_path, read, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "labels.csv").write_text("path,label\na.ogg,one\n")
    with pytest.raises(DataError, match=r"labels\.csv: is no table of the columns file and (digits|text)"):
        read(tmp_path)


def test_a_table_without_speakers(tmp_path):
    (tmp_path / "four").mkdir()
    (tmp_path / "four" / "labels.csv").write_text("file,text\na.ogg,one\n")
    with pytest.raises(DataError, match=r"labels\.csv: is no table of the columns file, speaker and text"):
        read_recordings(tmp_path, "four")


@pytest.mark.parametrize(
    ("read", "name"),
    [(read_telephone_speech, "telephone-speech")]
    + [
        (partial(read_recordings, name=name), name)
        for name in ("an4", "hyke", "speech-commands", "iitg", "sixteen", "four", "korean")
    ],
)
def test_nobody_is_on_two_sides(data_root, read, name):
    groups = {part: {r.group for r in read(data_root) if assign_part(name, r) == part} for part in PARTS}
    assert all(groups.values())
    assert not groups["train"] & groups["validation"]
    assert not groups["test"] & (groups["train"] | groups["validation"])


def test_parts_of_an4_have_women_and_men(data_root):
    speakers = {
        part: {r.group for r in read_an4(data_root) if assign_part("an4", r) == part} for part in PARTS
    }
    assert len(speakers["test"]) >= 10
    for part in PARTS:
        assert {speaker[0] for speaker in speakers[part]} == {"f", "m"}


def test_the_official_split_of_fsdd(data_root):
    parts = [assign_part("fsdd", record) for record in read_fsdd(data_root)]
    assert [parts.count(part) for part in PARTS] == [2520, 180, 300]


def test_one_unseen_speaker_is_a_test_as_a_whole(data_root):
    assert {assign_part("spoken-strings", record) for record in read_spoken_strings(data_root)} == {"test"}
    with pytest.raises(ValueError, match="no parts are known of 'noise'"):
        assign_part("noise", read_noise(data_root)[0])


def test_every_recording_of_noise_is_in_every_part():
    spans = [find_noise_span(part, 60.0) for part in PARTS]
    assert spans == [(0.0, 42.0), (42.0, 48.0), (48.0, 60.0)]
