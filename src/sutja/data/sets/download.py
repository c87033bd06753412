"""One file over HTTP: resumed where it broke off, checked by sha256, never half there under its final name.

Pooch compares the hash and puts the file in place. It starts every download anew, so it is given a downloader
that keeps a ``.part`` file and asks for the rest with a Range request (RFC 9110, sections 13 and 14). A part
only goes on where the server still has the same file: its strong ETag or its date goes along as If-Range.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pooch

from sutja.errors import DataError, make_unwritable_error

OnBytes = Callable[[int, int | None], None]  # bytes so far, bytes in all if known

_TIMEOUT = httpx.Timeout(30.0, connect=15.0)  # seconds without a single byte
_LONGEST_WAIT = 60.0  # seconds, also where the server asks for more
_RETRIED = {408, 425, 429, 500, 502, 503, 504}
_REMEDY = "try again later (what has arrived is kept), or set SUTJA_DATA to a folder that has the set"


@dataclass(frozen=True)
class _Part:
    """The bytes that have arrived, and what the server said they are of."""

    path: Path

    @property
    def mark(self) -> Path:
        return self.path.with_name(self.path.name + ".mark")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def range_headers(self) -> dict[str, str]:
        """Headers that ask for the rest; none where there is no part, or no way to tell what it is of."""
        mark = self.mark.read_text(encoding="utf-8") if self.mark.exists() else ""
        if not mark or not self.size:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": mark}

    def begin(self, headers: httpx.Headers) -> None:
        """Forget what has arrived; note how to recognise the file that now comes."""
        self.path.write_bytes(b"")
        etag = headers.get("ETag", "")
        strong = etag if etag and not etag.startswith("W/") else ""
        self.mark.write_text(strong or headers.get("Last-Modified", ""), encoding="utf-8")

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)


@dataclass(frozen=True)
class ResumingDownloader:
    """A downloader for pooch that goes on where the last one stopped.

    Parameters
    ----------
    part : Path
        File that holds the bytes until all are there.
    set_name : str
        For the messages.
    on_bytes : callable
        Called with the bytes so far and the bytes in all, or None.
    attempts : int
        Number of attempts, with waits of about 1, 2, 4, ... seconds in between. An attempt that brought bytes
        does not count.
    sleep : callable
        Takes seconds.
    """

    part: Path
    set_name: str
    on_bytes: OnBytes = lambda done, total: None
    attempts: int = 5
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, url: str, output_file: Any, _pooch: Any, check_only: bool = False) -> None:
        """Bring the file to `output_file`, as pooch asks for it.

        Raises
        ------
        DataError
            The server does not have it, or it cannot be had for now.
        """
        part = _Part(self.part)
        failures = 0
        with httpx.Client(follow_redirects=True, timeout=_TIMEOUT) as client:
            while True:
                before = part.size
                try:
                    self._attempt(client, url, part)
                    break
                except (httpx.TransportError, _LaterError) as error:
                    failures = 1 if part.size > before else failures + 1
                    if failures >= self.attempts:
                        why = str(error) or type(error).__name__
                        raise self._error(url, f"could not be fetched ({why})") from error
                    self.sleep(_wait(failures, error))
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise self._error(url, f"cannot be fetched ({error})") from error
        part.path.replace(output_file)
        part.remove()

    def _attempt(self, client: httpx.Client, url: str, part: _Part) -> None:
        # bytes as they are: a packed answer could not be continued, and its length would be another
        headers = {"Accept-Encoding": "identity", **part.range_headers()}
        with client.stream("GET", url, headers=headers) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.remove()  # longer than the file: of no use
                raise _LaterError("the part that was kept did not fit")
            if answer.status_code in _RETRIED:
                raise _LaterError(
                    f"the server answered {answer.status_code}", answer.headers.get("Retry-After")
                )
            if not answer.is_success:
                raise self._error(url, f"the server answered {answer.status_code} {answer.reason_phrase}")
            total = self._begin_or_continue(answer, part)
            with part.path.open("ab") as file:
                done = part.size
                for block in answer.iter_raw():  # as they come: in fixed blocks a broken one would be lost
                    file.write(block)
                    done += len(block)
                    self.on_bytes(done, total)
        if total is not None and part.size != total:
            if part.size > total:
                part.remove()
            raise _LaterError(f"{part.size} of {total} bytes arrived")

    def _begin_or_continue(self, answer: httpx.Response, part: _Part) -> int | None:
        """Make the part ready for the bytes of this answer; return the length of the whole, if said."""
        if answer.status_code == httpx.codes.PARTIAL_CONTENT:
            first, total = _content_range(answer.headers.get("Content-Range", ""))
            if first == part.size:
                return total
            part.remove()
            raise _LaterError("the server sent another part than it was asked for")
        part.begin(answer.headers)
        length = answer.headers.get("Content-Length")
        return int(length) if length and length.isdigit() else None

    def _error(self, url: str, what: str) -> DataError:
        return DataError(f"{url} {what}", where=f"data set {self.set_name}", remedy=_REMEDY)


class _LaterError(Exception):
    """An attempt that failed; another may not."""

    def __init__(self, what: str, retry_after: str | None = None) -> None:
        super().__init__(what)
        self.seconds = float(retry_after) if retry_after and retry_after.isdigit() else 0.0


def _wait(failures: int, error: Exception) -> float:
    """Seconds until the next attempt: twice as long each time, scattered, and as the server asks."""
    asked = error.seconds if isinstance(error, _LaterError) else 0.0
    return min(max(2.0 ** (failures - 1) * random.uniform(0.75, 1.25), asked), _LONGEST_WAIT)


def _content_range(header: str) -> tuple[int, int | None]:
    """First byte and total of ``bytes 5-9/10``; (-1, None) where it says neither."""
    unit, _, rest = header.partition(" ")
    span, _, total = rest.partition("/")
    first = span.partition("-")[0]
    if unit != "bytes" or not first.isdigit():
        return -1, None
    return int(first), int(total) if total.isdigit() else None


def fetch(
    url: str,
    out: Path,
    set_name: str,
    *,
    sha256: str | None = None,
    on_bytes: OnBytes = lambda done, total: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Download `url` to `out`, unless the right file is there already.

    Parameters
    ----------
    url : str
    out : Path
        Its folder is made. Beside it ``.part`` files are kept while bytes are missing.
    set_name : str
        For the messages.
    sha256 : str or None
        Expected hash; None where only its content can be checked, by the caller.
    on_bytes, sleep : OnBytes or Callable[[float], None]
        As in `ResumingDownloader`.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    DataError
        The file cannot be had, is another one than the catalogue knows, or cannot be written.
    """
    pooch.get_logger().setLevel(logging.ERROR)  # progress and errors are shown here
    part = out.with_name(out.name + ".part")
    downloader = ResumingDownloader(part, set_name, on_bytes, sleep=sleep)
    known = f"sha256:{sha256}" if sha256 else None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        pooch.retrieve(url, known_hash=known, fname=out.name, path=out.parent, downloader=downloader)
    except ValueError as error:  # pooch's word for a wrong hash; it has removed the file
        raise DataError(
            f"{url} is not the file that the catalogue knows (its sha256 differs)",
            where=f"data set {set_name}",
            remedy="try again; if it stays so, the home has changed: "
            "set SUTJA_DATA to a folder that has the set",
        ) from error
    except OSError as error:
        remedy = "make room or choose another folder with --to or SUTJA_DATA"
        raise make_unwritable_error(DataError, out, error, remedy) from error
    return out
