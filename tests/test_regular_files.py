"""Only regular files are read, and nothing is waited for."""

import os
import socket

import pytest

from sutja.regular_files import exists, is_file, open_regular, read_regular, read_text


def test_a_regular_file_is_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfzw\xc3\xb6lf\r\n")
    assert read_text(path, 20) == "zwölf\r\n"
    with open_regular(path) as file:
        assert file.read() == read_regular(path, 20) == path.read_bytes()
    with pytest.raises(OSError, match="more than 3 bytes"):
        read_regular(path, 3)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "socket"))
    for name in ("pipe", "socket"):
        with pytest.raises(OSError, match="no regular file"):
            open_regular(tmp_path / name)
    listening.close()
    with pytest.raises(OSError, match="no regular file"):
        open_regular("/dev/zero")
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "none")
    with pytest.raises(OSError, match="no file has such a name"):
        open_regular("a\0b")


@pytest.mark.parametrize("name", ["a" * 5_000, "a\0b", "missing.csv"])
def test_no_file_has_such_a_name(tmp_path, name):
    assert not is_file(tmp_path / name)
    assert not exists(tmp_path / name)


def test_files_and_folders(tmp_path):
    (tmp_path / "a.csv").touch()
    assert is_file(tmp_path / "a.csv")
    assert not is_file(tmp_path)
    assert exists(tmp_path)
