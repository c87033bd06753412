import pytest

from sutja.data.sets.sounds import (
    noise_span,
    part_of,
    read_an4,
    read_fsdd,
    read_noise,
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


@pytest.mark.parametrize(("read", "name"), [(read_an4, "an4"), (read_telephone_speech, "telephone-speech")])
def test_nobody_is_on_two_sides(data_root, read, name):
    groups = {part: {r.group for r in read(data_root) if part_of(name, r) == part} for part in PARTS}
    assert all(groups.values())
    assert not groups["train"] & groups["validation"]
    assert not groups["test"] & (groups["train"] | groups["validation"])


def test_parts_of_an4_have_women_and_men(data_root):
    speakers = {part: {r.group for r in read_an4(data_root) if part_of("an4", r) == part} for part in PARTS}
    assert len(speakers["test"]) >= 10
    for part in PARTS:
        assert {speaker[0] for speaker in speakers[part]} == {"f", "m"}


def test_the_official_split_of_fsdd(data_root):
    parts = [part_of("fsdd", record) for record in read_fsdd(data_root)]
    assert [parts.count(part) for part in PARTS] == [2520, 180, 300]


def test_one_unseen_speaker_is_a_test_as_a_whole(data_root):
    assert {part_of("spoken-strings", record) for record in read_spoken_strings(data_root)} == {"test"}
    with pytest.raises(ValueError, match="no parts are known of 'noise'"):
        part_of("noise", read_noise(data_root)[0])


def test_every_recording_of_noise_is_in_every_part():
    spans = [noise_span(part, 60.0) for part in PARTS]
    assert spans == [(0.0, 42.0), (42.0, 48.0), (48.0, 60.0)]
