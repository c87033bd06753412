"""Addresses of files in stores, like s3://bucket/scans/, opened by fsspec.

Addresses of the web, http:// and https://, are not among them: readers open these themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote, urlsplit

from sutja.errors import SutjaError
from sutja.signals import sources

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # two letters at least: C:// is a drive
_MAGIC = re.compile(r"[*?[]")
T = TypeVar("T")


class AddressError(SutjaError):
    """An address cannot be opened."""


def is_address(name: str) -> bool:
    """Tell whether a name is an address in a store, like s3://bucket/scan.png."""
    return _SCHEME.match(name) is not None and not sources.is_web_address(name)


def to_local(name: str) -> str | None:
    """Return the path of a name, or of an address file://; None for any other address.

    >>> to_local("a.png"), to_local("file:///scans/a%20b.png"), to_local("s3://scans/a.png")
    ('a.png', '/scans/a b.png', None)
    """
    if not is_address(name):
        return name
    parts = urlsplit(name)
    return unquote(parts.path) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None


def list_files(address: str, suffixes: tuple[str, ...]) -> list[str]:
    """List the files that an address stands for, sorted.

    A folder stands for the files in it and below with one of the endings, without hidden ones; a pattern for
    the files that it matches; any other address for itself, even if there is no such file.

    Parameters
    ----------
    address : str
        Address of a file or a folder, or a pattern.
    suffixes : tuple[str, ...]
        Endings in lower case.

    Raises
    ------
    AddressError
        If it cannot be listed.
    """

    def list_all() -> list[str]:
        files, path = _open_file_system(address)
        if _MAGIC.search(path) and not files.exists(path):
            names = [name for name in files.glob(path) if not files.isdir(name)]
        elif files.isdir(path):
            below = len(path.rstrip("/"))
            names = [name for name in files.find(path) if _is_wanted(name[below:], suffixes)]
        else:
            return [address]
        return [str(files.unstrip_protocol(name)) for name in sorted(names)]

    return _call(address, list_all)


def _is_wanted(path: str, suffixes: tuple[str, ...]) -> bool:
    parts = path.strip("/").split("/")
    return parts[-1].lower().endswith(suffixes) and not any(part.startswith(".") for part in parts)


def open_address(address: str) -> BinaryIO:
    """Open a file for reading; it can be sought in.

    Raises
    ------
    AddressError
        If it cannot be opened.
    """

    def open_file() -> BinaryIO:
        files, path = _open_file_system(address)
        file: BinaryIO = files.open(path, "rb")
        return file

    return _call(address, open_file)


def read_range(address: str, start: int, size: int) -> bytes:
    """Read bytes of a file, fewer where it ends.

    Parameters
    ----------
    address : str
        Address of the file.
    start, size : int
        First byte, and number of bytes.

    Raises
    ------
    AddressError
        If they cannot be read.
    """

    def read() -> bytes:
        files, path = _open_file_system(address)
        return bytes(files.cat_file(path, start=start, end=start + size))

    return _call(address, read)


def read_version(address: str) -> str:
    """Read what changes with the content of a file without reading the file: for S3 its ETag.

    Raises
    ------
    AddressError
        If there is no such file.
    """

    def read() -> str:
        files, path = _open_file_system(address)
        facts = files.info(path)
        etag = facts.get("ETag") or facts.get("etag") or facts.get("md5Hash")
        return f"{facts.get('size')} {etag}" if etag else str(files.ukey(path))

    return _call(address, read)


def _open_file_system(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    files, path = url_to_fs(address, use_listings_cache=False)  # files may change while we run
    return files, str(path)


def _call(address: str, function: Callable[[], T]) -> T:
    """Call a function of fsspec's, whose packages raise errors of many kinds."""
    try:
        return function()
    except ModuleNotFoundError as error:
        raise AddressError(
            f"this needs {error.name}, which is not installed",
            where=address,
            remedy="pip install 'sutja[batch]'",
        ) from error
    except ImportError as error:  # fsspec says what to install
        raise AddressError(str(error), where=address) from error
    except FileNotFoundError as error:
        raise AddressError("there is no such file", where=address, remedy="check the address") from error
    except Exception as error:
        first_line = (str(error).strip().splitlines() or [""])[0][:200]
        raise AddressError(
            f"cannot be opened ({type(error).__name__}: {first_line})",
            where=address,
            remedy="check the address, the network and the permissions",
        ) from error


def name_address_suffix(name: str) -> str:
    """Return the ending of a name or an address, in lower case, with its dot; "" for none."""
    return Path(name.rpartition("/")[2]).suffix.lower()
