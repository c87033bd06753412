"""Sources of any kind become a path, bytes, a Pillow image or an array: addresses, open files, tensors.

An address is a str that begins with http:// or https://; a Path never is one, so that names out of files
cannot make this program ask a server.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from os import PathLike
from typing import Any, TypeVar

import numpy as np

from sutja.errors import SutjaError

ErrorKind = TypeVar("ErrorKind", bound=SutjaError)

SCHEMES = ("http://", "https://")
MOST_BYTES = 100_000_000  # of a download
MOST_SECONDS = 120.0  # of a download
_SILENCE = 15.0  # seconds without a byte
_BLOCK = 1 << 16  # bytes read at a time
_CHANNELS = (1, 3, 4)
_FILE_LIMIT = 500_000_000  # bytes of an open file


def is_web_address(source: Any) -> bool:
    """Tell if a source is an address of the web."""
    return isinstance(source, str) and source.lower().startswith(SCHEMES)


def is_single(sources: Any) -> bool:
    """Tell if what was passed is one source, and no collection of them.

    An array is one picture where its shape is that of one: (H, W), or (H, W, C) with 1, 3 or 4 channels.
    """
    if isinstance(sources, np.ndarray):
        return sources.ndim == 2 or (sources.ndim == 3 and sources.shape[2] in _CHANNELS)
    if _is_tensor(sources):
        return sources.ndim == 2 or (sources.ndim == 3 and bool({*_CHANNELS} & {*sources.shape[::2]}))
    plain = isinstance(sources, str | bytes | bytearray | memoryview | PathLike)
    return plain or hasattr(sources, "read") or hasattr(sources, "getexif")


def list_sources(sources: Any) -> Iterable[Any]:
    """Make a collection of what was passed: one source becomes a list of it."""
    return [sources] if is_single(sources) else sources


def name_source(source: Any) -> str:
    """Name a source for results: its path or address, the name of an open file, or its type."""
    if isinstance(source, str | PathLike):
        return str(source)
    name = getattr(source, "filename", None) or getattr(source, "name", None)
    if isinstance(name, str) and name:
        return name
    if isinstance(source, bytes | bytearray | memoryview):
        return "<bytes>"
    if isinstance(source, np.ndarray) or _is_tensor(source):
        return "<array>"
    return "<image>" if hasattr(source, "getexif") else "<file>"


def resolve_source(source: Any, make_error: Callable[..., ErrorKind]) -> Any:
    """Make a path, bytes, a Pillow image or an array of a source; anything else is passed on.

    Parameters
    ----------
    source : Any
        An address is fetched, an open file read, a tensor of torch or the like becomes an array, with its
        channels last.
    make_error : Callable[..., ErrorKind]
        Kind of error, which is given what is wrong, and the `remedy`.

    Raises
    ------
    ErrorKind
        If it cannot be fetched or read, or is too large.
    """
    if is_web_address(source):
        return download(str(source), make_error)
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str | bytes | PathLike | np.ndarray) or hasattr(source, "getexif"):
        return source
    if _is_tensor(source):
        return _to_array(source)
    return _read_file(source, make_error) if hasattr(source, "read") else source


def _is_tensor(source: Any) -> bool:
    return all(hasattr(source, name) for name in ("detach", "cpu", "numpy", "ndim"))


def _to_array(tensor: Any) -> Any:
    array = np.asarray(tensor.detach().cpu().numpy())
    if array.ndim == 3 and array.shape[0] in _CHANNELS and array.shape[2] not in _CHANNELS:
        return np.ascontiguousarray(np.moveaxis(array, 0, 2))
    return array


def _read_file(file: Any, make_error: Callable[..., ErrorKind]) -> bytes:
    try:
        data = file.read(_FILE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise make_error(f"cannot be read ({error})", remedy="open it again, in binary mode") from error
    if not isinstance(data, bytes):
        raise make_error("is open as text", remedy='open it in binary mode: open(path, "rb")')
    if len(data) > _FILE_LIMIT:
        raise make_error(f"has more than {_FILE_LIMIT:,} bytes", remedy="pass its path")
    return data


def download(
    address: str,
    make_error: Callable[..., ErrorKind],
    most_bytes: int = MOST_BYTES,
    most_seconds: float = MOST_SECONDS,
) -> bytes:
    """Fetch an address, within limits.

    Parameters
    ----------
    address : str
        It begins with http:// or https://, and so does every one that it leads on to.
    make_error : Callable[..., ErrorKind]
        As for `resolve_source`.
    most_bytes, most_seconds : int or float
        Limits of its size and of the time that it may take.

    Raises
    ------
    ErrorKind
        If it cannot be fetched, or is beyond the limits.
    """
    end = time.monotonic() + most_seconds
    parts: list[bytes] = []
    n_bytes = 0
    try:
        request = urllib.request.Request(
            address, headers={"User-Agent": "sutja", "Accept-Encoding": "identity"}
        )
        with _make_opener().open(request, timeout=min(_SILENCE, most_seconds)) as answer:
            length = answer.headers.get("Content-Length", "")
            if length.isdigit() and int(length) > most_bytes:
                raise _make_size_error(make_error, most_bytes)
            while part := answer.read1(_BLOCK):
                parts.append(part)
                n_bytes += len(part)
                if n_bytes > most_bytes:
                    raise _make_size_error(make_error, most_bytes)
                if time.monotonic() > end:
                    raise make_error(
                        f"took longer than {most_seconds:.0f} seconds",
                        remedy="fetch it first, and pass the file",
                    )
    except urllib.error.HTTPError as error:
        raise make_error(
            f"the server answered {error.code} {error.reason}", remedy="check the address"
        ) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise make_error(
            f"cannot be fetched ({reason})", remedy="check the address and the network"
        ) from error
    if length.isdigit() and n_bytes < int(length):
        raise make_error(f"was cut short: {n_bytes:,} of {int(length):,} bytes arrived", remedy="try again")
    return b"".join(parts)


def _make_size_error(make_error: Callable[..., ErrorKind], most_bytes: int) -> ErrorKind:
    return make_error(f"has more than {most_bytes:,} bytes", remedy="fetch it first, and pass the file")


def _make_opener() -> urllib.request.OpenerDirector:
    """Make an opener that knows the web only: no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
