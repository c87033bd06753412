"""Tar shards: files of many inputs, whose members are named tar://a.png::shard.tar, as fsspec does."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from sutja.errors import SutjaError
from sutja.regular_files import open_regular
from sutja.sandbox import Budget, run_in_child
from sutja.storage.addresses import open_address, read_range, read_version, to_local

if TYPE_CHECKING:
    from sutja.sandbox.child import Item

SUFFIX = ".tar"
_PROTOCOL, _LINK = "tar://", "::"
_AT_A_TIME = 1000  # members
_MOST_MEMBERS = 2_000_000  # of a shard
_BUDGET = Budget(seconds=10.0, wall=300.0)  # for so many members


class Member(NamedTuple):
    """A member of a shard, and where its bytes are."""

    name: str
    offset: int
    size: int


def name_member(member: str, shard: str) -> str:
    """Name a member of a shard as results do.

    >>> name_member("scans/a.png", "s3://bucket/0.tar")
    'tar://scans/a.png::s3://bucket/0.tar'
    """
    return f"{_PROTOCOL}{member}{_LINK}{shard}"


def split_member(name: str) -> tuple[str, str] | None:
    """Split the name of a member into those of the member and its shard; None for any other name."""
    member, link, shard = name.removeprefix(_PROTOCOL).rpartition(_LINK)
    # The shard's own address may have no such link, but a member's name may.
    return (member, shard) if link and name.startswith(_PROTOCOL) else None


class Listing(NamedTuple):
    """Members of a shard, and the reason why there may be more; None if these are all."""

    members: tuple[Member, ...]
    error: str | None


def list_members(shard: str) -> Listing:
    """List the regular files of a shard in their order; of members of one name the last counts, as for tar.

    Parameters
    ----------
    shard : str
        Path or address of a tar file that is not compressed.
    """
    path = to_local(shard)
    try:
        if path is None:
            return _list_version(shard, None, read_version(shard))
        status = Path(path).stat()
        path = str(Path(path).resolve())  # the child may have begun in another folder
        return _list_version(shard, path, f"{status.st_ino} {status.st_size} {status.st_mtime_ns}")
    except (OSError, SutjaError):  # the listing says what is wrong
        return _list_version.__wrapped__(shard, path, "")


@lru_cache(maxsize=4)
def _list_version(shard: str, path: str | None, version: str) -> Listing:
    """List the members of one version of a shard."""
    members: dict[str, Member] = {}
    items = run_in_child("sutja.storage.shards:list_in_child", {"shard": shard, "path": path}, None, _BUDGET)
    try:
        for values, _ in items:
            for name, offset, size in values["members"]:
                members.pop(name, None)
                members[name] = Member(name, offset, size)
    except SutjaError as error:
        reason = str(error).removeprefix(f"{shard}: ")
        return Listing(tuple(members.values()), f"{reason}; copy the shard again")
    return Listing(tuple(members.values()), None)


def read_members(shard: str, places: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """Read some members of a shard, fewer bytes of one in which the shard ends.

    Parameters
    ----------
    shard : str
        Path or address of a tar file that is not compressed.
    places : Iterable[tuple[int, int]]
        First byte of each, and number of its bytes.

    Raises
    ------
    OSError, AddressError
        If the shard cannot be read.
    """
    path = to_local(shard)
    if path is None:
        yield from (read_range(shard, offset, size) for offset, size in places)
        return
    with open_regular(path) as file:
        for offset, size in places:
            file.seek(offset)
            yield file.read(size)


def list_in_child(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """List the members of a shard, as a task of `sutja.sandbox.run_in_child`.

    Parameters
    ----------
    arguments : dict[str, Any]
        `shard`: its name; `path`: its path, None for an address elsewhere.
    data : bytes | None
        None.
    """
    path = arguments["path"]
    try:
        with open_address(arguments["shard"]) if path is None else open_regular(path) as file:
            yield from _list(file)
    except OSError as error:
        raise SutjaError(f"cannot be read ({error.strerror or error})") from error


def _list(file: BinaryIO) -> Iterator[Item]:
    count, found, reason = 0, [], None
    try:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            while (entry := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # tarfile keeps all of them otherwise
                if entry.size < 0:  # the next header would be one of those before, for ever
                    raise tarfile.ReadError("a member has less than no bytes")
                if not entry.isreg() or entry.sparse is not None:
                    continue
                count += 1
                if count > _MOST_MEMBERS:
                    raise SutjaError(f"has more than {_MOST_MEMBERS:,} members")
                found.append([entry.name, entry.offset_data, entry.size])
                if len(found) >= _AT_A_TIME:
                    yield {"members": found}, None
                    found = []
    except tarfile.TarError as error:
        reason = f"is no whole tar file, not compressed ({error})"
    yield {"members": found}, None
    if reason is not None:  # what stands before the damage is read
        raise SutjaError(reason)
