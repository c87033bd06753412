"""Inputs of a run: files here, files at addresses, and members of tar shards.

What reads them takes paths: an input that is no file here is fetched into a temporary one, and its results
get its own name.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sutja.errors import SutjaError
from sutja.regular_files import open_regular
from sutja.signals.picture import BYTE_LIMIT
from sutja.storage.addresses import is_address, name_address_suffix, read_range, read_version, to_local
from sutja.storage.shards import list_members, read_members, split_member

BLOCK = 32  # inputs that are fetched at a time
_HASHED = 1 << 20  # bytes at a time
_LONGEST_SUFFIX = 8


class Result(Protocol):
    """The result of an input, or of a page of it; a dataclass."""

    @property
    def source(self) -> str:
        """Name of the input."""

    @property
    def error(self) -> str | None:
        """Reason why it could not be processed."""

    def to_dict(self) -> dict[str, Any]:
        """Content of its line of JSON."""


R = TypeVar("R", bound=Result)


@dataclass(frozen=True, slots=True)
class Input:
    """One input.

    Attributes
    ----------
    name : str
        Path, address, or name of a member of a shard.
    offset, size : int
        Of a member: its first byte in the shard, and the number of its bytes.
    """

    name: str
    offset: int = 0
    size: int = 0

    @property
    def path(self) -> str | None:
        """Path of the file; None if it is elsewhere, or a part of a file."""
        return None if split_member(self.name) else to_local(self.name)


def locate(names: Iterable[str]) -> Iterator[Input]:
    """Yield the input of each name; a member that its shard lacks has no bytes.

    Raises
    ------
    SutjaError
        If a shard cannot be listed.
    """
    shard, places = "", {}
    for name in names:
        parts = split_member(name)
        if parts is None:
            yield Input(name)
            continue
        if parts[1] != shard:
            shard = parts[1]
            places = {member.name: member for member in list_members(shard).members}
        member = places.get(parts[0])
        yield Input(name, member.offset, member.size) if member else Input(name)


def hash_input(given: Input) -> bytes | None:
    """Compute what changes with the content of an input; None if it cannot be read.

    Of a file here it is the SHA-256 of its bytes, of a member that of its own bytes; of a file elsewhere that
    of what its server tells of it, such as an ETag.
    """
    if given.path is not None:
        return hash_content(given.path)
    try:
        if split_member(given.name):
            return hashlib.sha256(_read(given)).digest()
        return hashlib.sha256(read_version(given.name).encode("utf-8", "surrogateescape")).digest()
    except (OSError, SutjaError):
        return None


def hash_content(path: str) -> bytes | None:
    """Compute the SHA-256 of a file; None if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open_regular(path) as file:
            while block := file.read(_HASHED):
                digest.update(block)
    except OSError:
        return None
    return digest.digest()


def iter_results(process: Callable[[list[str]], Iterable[R]], names: Sequence[str]) -> Iterator[R]:
    """Yield the results of any names, fetching what is no file here a block at a time.

    Parameters
    ----------
    process : Callable[[list[str]], Iterable[R]]
        Takes paths, and yields the results in order.
    names : Sequence[str]
        Paths, addresses, and names of members.

    Raises
    ------
    SutjaError
        If a shard cannot be listed.
    """
    if not any(map(is_address, names)):
        yield from process(list(names))
        return
    inputs = locate(names)
    while block := list(islice(inputs, BLOCK)):
        yield from process_inputs(process, block)


def process_inputs(process: Callable[[list[str]], Iterable[R]], inputs: Sequence[Input]) -> Iterator[R]:
    """Yield the results of some inputs, which are fetched into temporary files where they are elsewhere.

    An input that cannot be fetched gives the result of a file that is not there, with the reason.
    """
    if all(one.path == one.name for one in inputs):
        yield from process([one.name for one in inputs])
        return
    with tempfile.TemporaryDirectory(prefix="sutja-") as folder:
        names: dict[str, str] = {}
        reasons: dict[str, str] = {}
        for number, one in enumerate(inputs):
            path = one.path
            if path is None:
                path = str(Path(folder) / f"{number}{_choose_suffix(one.name)}")
                try:
                    Path(path).write_bytes(_read(one))
                except (OSError, SutjaError) as error:
                    Path(path).unlink(missing_ok=True)
                    reasons[path] = str(error)
            names[path] = one.name
        for result in process(list(names)):
            path, name = result.source, names[result.source]
            reason = reasons.get(path, (result.error or "").replace(path, name)) or None
            yield replace(result, source=name, error=reason)  # type: ignore[type-var]


def _choose_suffix(name: str) -> str:
    """Choose the ending of a temporary file: that of the name, where it is one that a file may have."""
    parts = split_member(name)
    suffix = name_address_suffix(parts[0] if parts else name.partition("?")[0])
    return suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= _LONGEST_SUFFIX else ""


def _read(given: Input) -> bytes:
    """Read the bytes of an input that is elsewhere, or a member of a shard.

    Raises
    ------
    OSError, SutjaError
        If they cannot be read, or are too many.
    """
    parts = split_member(given.name)
    if parts is None:
        data = read_range(given.name, 0, BYTE_LIMIT + 1)
    else:
        if not given.offset or given.size < 0:
            raise SutjaError("the shard has no such file", where=given.name, remedy="check the name")
        size = min(given.size, BYTE_LIMIT + 1)
        (data,) = read_members(parts[1], [(given.offset, size)])
        if len(data) < size:
            raise SutjaError("the shard ends in it", where=given.name, remedy="copy the shard again")
    if len(data) > BYTE_LIMIT:
        raise SutjaError(f"has more than {BYTE_LIMIT:,} bytes", where=given.name, remedy="split it first")
    return data
