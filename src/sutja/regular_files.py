"""Read regular files only: a device or a pipe may never end, and opening one may wait for ever."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading.

    Parameters
    ----------
    path : str | os.PathLike[str]
        Its path.

    Raises
    ------
    OSError
        If there is no such file, it may not be read, is a folder or no regular file, or its name has a NUL.
    """
    try:
        handle = os.open(path, os.O_RDONLY | _NO_WAITING)
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.EINVAL, "no file has such a name", os.fspath(path)) from error
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket
            raise OSError(errno.EINVAL, "is no regular file", os.fspath(path)) from error
        raise
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder", os.fspath(path))
        raise OSError(errno.EINVAL, "is no regular file", os.fspath(path))
    return os.fdopen(handle, "rb")


def read_regular(path: str | os.PathLike[str], limit: int) -> bytes:
    """Read a whole regular file.

    Parameters
    ----------
    path : str | os.PathLike[str]
        Its path.
    limit : int
        Largest number of bytes.

    Raises
    ------
    OSError
        As `open_regular` says; if it has more bytes.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise OSError(errno.EFBIG, f"has more than {limit:,} bytes", os.fspath(path))
        return file.read(size)


def read_text(
    path: str | os.PathLike[str], limit: int, encoding: str = "utf-8-sig", errors: str = "strict"
) -> str:
    """Read a whole regular file of text.

    Parameters
    ----------
    path : str | os.PathLike[str]
        Its path.
    limit : int
        Largest number of bytes.
    encoding, errors : str
        As `open` takes them; line ends stay as they are.

    Raises
    ------
    OSError
        As `read_regular` says.
    UnicodeDecodeError
        If it is no such text.
    """
    return io.TextIOWrapper(io.BytesIO(read_regular(path, limit)), encoding, errors, newline="").read()


def is_file(path: Path) -> bool:
    """Tell whether a path that somebody wrote down is that of a file; no file has a name that is too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Tell whether there is a file or folder at a path that somebody wrote down; see `is_file`."""
    try:
        return path.exists()
    except OSError:
        return False
