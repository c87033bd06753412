import pytest

from sutja.data.faults import DataError
from sutja.data.sound_sets import (
    read_an4,
    read_fsdd,
    read_noise,
    read_spoken_strings,
    read_telephone_speech,
)


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
