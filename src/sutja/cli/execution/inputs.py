"""Files, folders, patterns, addresses and archives on the command line become lists of inputs."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sutja.signals.picture_headers import PDF_SUFFIX, REFUSED_SUFFIXES, SUFFIXES
from sutja.signals.sound_headers import SOUND_SUFFIXES
from sutja.signals.sources import is_web_address
from sutja.types import Page, Recording

_SHARD, _LIST, _MEMBER = ".tar", ".parquet", "tar://"
STANDARD_INPUT = "-"
Failure = tuple[str, str]  # a name that stands for no file, and the reason


def expand(names: Iterable[str], pages: bool = False) -> tuple[list[str], list[Page]]:
    """Find every picture that `names` stand for.

    A folder stands for the pictures in it and in its subfolders, sorted, without hidden ones; pictures that
    cannot be read are among them, so that each is refused by name. A pattern
    stands for the files that it matches, sorted. An address like s3://bucket/scans/ may be a file, a folder
    or a pattern. A tar file stands for the pictures in it, and a Parquet file for what its column of paths
    names. Any other name stands for itself, even if there is no such file; so do addresses of the web, and
    "-", the standard input.

    Parameters
    ----------
    names : Iterable[str]
        Names from the command line.
    pages : bool
        Include PDFs.

    Returns
    -------
    tuple[list[str], list[Page]]
        The paths, and a page with an error for each name that stands for no file.
    """
    suffixes = (*SUFFIXES, PDF_SUFFIX) if pages else SUFFIXES
    paths, failed = _expand(names, (*suffixes, *REFUSED_SUFFIXES), "pictures")
    return paths, [Page(name, 1, None, None, error=f"{name}: {reason}") for name, reason in failed]


def expand_sounds(names: Iterable[str]) -> tuple[list[str], list[Recording]]:
    """Find every recording that `names` stand for, as `expand` does for pictures."""
    paths, failed = _expand(names, SOUND_SUFFIXES, "recordings")
    return paths, [Recording(name, None, error=f"{name}: {reason}") for name, reason in failed]


class StandardInput:
    """The standard input, which is read once and kept, so that it can be read again."""

    name = STANDARD_INPUT

    def __init__(self) -> None:
        self._data: bytes | None = None

    def read(self, size: int = -1) -> bytes:
        """Read all of it, or its first bytes."""
        if self._data is None:
            self._data = sys.stdin.buffer.read(size)
        return self._data


def open_inputs(names: Iterable[str]) -> list[Any]:
    """Make sources of names: "-" becomes the standard input, all others stay as they are."""
    standard = StandardInput()
    return [standard if name == STANDARD_INPUT else name for name in names]


def _expand(names: Iterable[str], suffixes: tuple[str, ...], noun: str) -> tuple[list[str], list[Failure]]:
    paths: list[str] = []
    failed: list[Failure] = []
    for name in names:
        if name == STANDARD_INPUT or is_web_address(name):
            paths.append(name)
        elif "://" in name:
            _add_address(name, suffixes, paths, failed)
        elif Path(name).is_dir():
            _add_folder(name, suffixes, noun, paths, failed)
        elif glob.has_magic(name) and not Path(name).exists():
            matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - pathlib: relative patterns only
            for match in matches:
                if Path(match).is_dir():
                    _add_folder(match, suffixes, noun, paths, failed)
                else:
                    _add_file(match, suffixes, paths, failed)
            if not matches:
                failed.append((name, "matches no file; check the pattern"))
        else:
            _add_file(name, suffixes, paths, failed)
    return paths, failed


def _add_file(
    name: str, suffixes: tuple[str, ...], paths: list[str], failed: list[Failure], listed: bool = False
) -> None:
    """Add a file, or what is in it where it is a tar file or a list; a list in a list stands for itself."""
    if name.lower().endswith(_SHARD):
        from sutja.storage.shards import list_members, name_member

        members, error = list_members(name)
        paths += [name_member(one.name, name) for one in members if _is_wanted(one.name, suffixes)]
        if error is not None:
            failed.append((name, error))
        elif not members:
            failed.append((name, "the archive holds no files; name another"))
    elif name.lower().endswith(_LIST) and not listed:
        from sutja.batch.lists import read_list
        from sutja.errors import SutjaError

        try:
            for entry in read_list(name):
                _add_file(_to_path(entry), suffixes, paths, failed, listed=True)
        except SutjaError as error:
            failed.append((name, str(error).removeprefix(f"{name}: ")))
    else:
        paths.append(name)


def _add_address(name: str, suffixes: tuple[str, ...], paths: list[str], failed: list[Failure]) -> None:
    from sutja.errors import SutjaError
    from sutja.storage.addresses import list_files

    path = _to_path(name)
    if "://" not in path:
        found, lost = _expand([path], suffixes, "files")
        paths += found
        failed += lost
    elif path.startswith(_MEMBER):
        paths.append(path)
    else:
        try:
            files = list_files(path, suffixes)
        except SutjaError as error:
            failed.append((path, str(error).removeprefix(f"{path}: ")))
            return
        for file in files:
            _add_file(file, suffixes, paths, failed)
        if not files:
            failed.append((path, "matches no file; check the address"))


def _to_path(name: str) -> str:
    """Return the path of an address file://; any other name stays."""
    if "://" not in name:
        return name
    from sutja.storage.addresses import to_local

    return to_local(name) or name


def _is_wanted(member: str, suffixes: tuple[str, ...]) -> bool:
    return member.lower().endswith(suffixes) and not any(part.startswith(".") for part in member.split("/"))


def _add_folder(
    folder: str, suffixes: tuple[str, ...], noun: str, paths: list[str], failed: list[Failure]
) -> None:
    before = len(paths) + len(failed)

    def cannot_list(error: OSError) -> None:
        name = os.fspath(error.filename or folder)
        failed.append((name, f"cannot be listed ({error.strerror}); check its permissions"))

    for parent, folders, files in os.walk(folder, onerror=cannot_list):
        folders[:] = sorted(inner for inner in folders if not inner.startswith("."))
        paths += [
            os.path.join(parent, file)  # noqa: PTH118 - a Path would drop the "./" the person wrote
            for file in sorted(files)
            if file.lower().endswith(suffixes) and not file.startswith(".")
        ]
    if len(paths) + len(failed) == before:
        wanted = ", ".join(suffix[1:] for suffix in suffixes if suffix not in REFUSED_SUFFIXES)
        failed.append((folder, f"the folder holds no {noun} ({wanted}); name another"))
