"""Atomic writing: a file appears whole or not at all, and an older one stays until the new one is safe."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_NEW_FILE = 0o666  # permissions of a new file, before the umask takes some away
_SHOWN = 40  # characters of the name of a file in that of its partial one, which has to stay short


@contextlib.contextmanager
def open_atomic(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` when the block ends without an error.

    The file is written in the same folder under another name, synchronised with the disk, and renamed; then
    the folder is synchronised, so that the name survives a power failure too. The file gets the permissions
    of the one that it replaces, or those of a new file.

    Parameters
    ----------
    path : Path
        The file to write; its folder must exist.

    Yields
    ------
    IO[bytes]
        The open file.

    Raises
    ------
    OSError
        If the file cannot be written; nothing of it is left, and an older file stays as it was.
    """
    prefix = f".sutja-{path.name[:_SHOWN]}-"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(_permissions(path))
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
    _synchronise_folder(path.parent)


def write_atomic(path: Path, data: bytes) -> None:
    """Write a whole file as `open_atomic` does.

    Parameters
    ----------
    path : Path
        The file to write; its folder must exist.
    data : bytes
        Its contents.

    Raises
    ------
    OSError
        If the file cannot be written; nothing of it is left, and an older file stays as it was.
    """
    with open_atomic(path) as file:
        file.write(data)


def _permissions(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_FILE & ~mask


def _synchronise_folder(folder: Path) -> None:
    """Put the names of a folder on the disk, where the operating system allows to open a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
