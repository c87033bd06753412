"""What is named on the command line: files, folders and patterns, in a steady order."""

import os

import pytest

from sutja.cli.execution.inputs import expand


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with pictures and other files, and the working directory in it."""
    for name in ("b.png", "a.JPG", "notes.txt", ".hidden.png", "deep/er/c.tiff", ".git/d.png", "deep/e.bmp"):
        path = tmp_path / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "bare").mkdir()
    (tmp_path / "odd[1].png").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_its_pictures_in_order(tree):
    paths, failed = expand(["scans"])
    assert paths == ["scans/a.JPG", "scans/b.png", "scans/deep/e.bmp", "scans/deep/er/c.tiff"]
    assert failed == []


def test_pictures_that_cannot_be_read_are_not_passed_over(tree):
    for name in ("photo.heic", "pic.avif"):
        (tree / "scans" / name).touch()
    assert [path for path in expand(["scans"])[0] if "p" in path[6:7]] == [
        "scans/photo.heic",
        "scans/pic.avif",
    ]


def test_files_stand_for_themselves_whatever_they_are_called(tree):
    names = ["scans/notes.txt", "none.png", "scans/.hidden.png", "./scans/b.png", "odd[1].png"]
    assert expand(names) == (names, [])


def test_patterns_are_matched_in_order(tree):
    assert expand(["scans/*.*"])[0] == ["scans/a.JPG", "scans/b.png", "scans/notes.txt"]
    assert expand(["**/*.tiff"])[0] == ["scans/deep/er/c.tiff"]
    assert expand(["sca*"])[0] == expand(["scans"])[0]


def test_what_stands_for_nothing_is_an_error(tree):
    paths, failed = expand(["bare", "*.gif", "scans/b.png"])
    assert paths == ["scans/b.png"]
    assert [page.source for page in failed] == ["bare", "*.gif"]
    assert failed[0].error.startswith("bare: the folder holds no pictures (avif, bmp, gif,")
    assert failed[1].error == "*.gif: matches no file; check the pattern"


def test_a_folder_that_may_not_be_listed_is_an_error(tree, monkeypatch):
    real = os.scandir

    def guarded(path):
        if os.fspath(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)  # who runs the tests may be allowed everything
    paths, failed = expand(["scans"])
    assert paths == ["scans/a.JPG", "scans/b.png"]
    assert failed[0].error == "scans/deep: cannot be listed (Permission denied); check its permissions"
