"""Files are written whole or not at all, and what replaces a file is on the disk before it does."""

import os
import stat

import pytest

from sutja.atomic import open_atomic, write_atomic


def names(folder):
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def permissions(path):
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("old", [None, b"old"])
def test_the_file_appears_when_the_block_ends(tmp_path, old):
    path = tmp_path / "a.bin"
    if old is not None:
        path.write_bytes(old)
    with open_atomic(path) as file:
        file.write(b"first ")
        file.flush()
        assert (path.read_bytes() if path.exists() else None) == old
        file.write(b"second")
    assert path.read_bytes() == b"first second"
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("fault", [ValueError, OSError, KeyboardInterrupt])
@pytest.mark.parametrize("old", [None, b"old"])
def test_an_error_in_the_block_leaves_the_old_file(tmp_path, fault, old):
    path = tmp_path / "a.bin"
    if old is not None:
        path.write_bytes(old)

    def write_half():
        with open_atomic(path) as file:
            file.write(b"half")
            raise fault

    with pytest.raises(fault):
        write_half()
    assert (path.read_bytes() if path.exists() else None) == old
    assert names(tmp_path) == ([] if old is None else ["a.bin"])


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch, call):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_a_file_keeps_its_permissions_and_a_new_one_gets_those_of_the_umask(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"")
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        write_atomic(old, b"1")
        write_atomic(new, b"2")
        assert permissions(old) == 0o640
        assert permissions(new) == 0o640
        old.chmod(0o604)
        write_atomic(old, b"3")
        assert permissions(old) == 0o604
        assert os.umask(0o027) == 0o027  # as it was
    finally:
        os.umask(before)


def test_the_file_is_on_the_disk_before_it_is_renamed_and_the_folder_after(tmp_path, monkeypatch):
    path, events = tmp_path / "a.bin", []
    fsync, replace = os.fsync, os.replace

    def note_fsync(handle):
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        events.append((f"fsync {kind}", os.fstat(handle).st_size if kind == "file" else None))
        fsync(handle)

    def note_replace(source, target, **options):
        events.append(("replace", os.fspath(target)))
        replace(source, target, **options)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    write_atomic(path, b"12345")
    assert events == [("fsync file", 5), ("replace", str(path)), ("fsync folder", None)]


def test_where_a_folder_cannot_be_synchronised_the_file_is_still_written(tmp_path, monkeypatch):
    opened = os.open

    def refuse_folders(path, flags, *rest, **options):
        if os.path.isdir(path):  # noqa: PTH112 - os.open takes any kind of path
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", refuse_folders)
    write_atomic(tmp_path / "a.bin", b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "missing" / "a.bin", b"new")
    assert names(tmp_path) == []
