"""A data set in three parts, and the one policy for items that cannot be read.

An unreadable item is left out, with a line that names it. It is an error only where too few items are left.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from sutja.atomic import write_atomic
from sutja.data.labelled.labels import show_some
from sutja.data.labelled.load import AnyLabelled
from sutja.errors import DataError, PictureError, SoundError

Log = Callable[[str], None]
Data = TypeVar("Data", bound=Sized, covariant=True)
Source = TypeVar("Source")
Item = TypeVar("Item")

LEAKS = "leaks.json"  # what parts in shards have in common, which takes long to find
_RARE = 6  # pictures of a class, in all parts; with fewer it is neither learnt nor measured
LEAST_TO_SPLIT = 3  # items; fewer do not make three parts


@dataclass(frozen=True, slots=True)
class Parts(Generic[Data]):
    """A data set in three parts: to train on, to choose by (validation), and to test on once."""

    train: Data
    validation: Data
    test: Data

    def describe_sizes(self, noun: str = "") -> str:
        """Sizes of the parts, as a line of progress gives them; `noun` follows the first number."""
        return (
            f"{len(self.train):,}{noun and ' ' + noun} to train, {len(self.validation):,} to validate, "
            f"{len(self.test):,} to test"
        )


def drop_line(line: str) -> None:
    """Take a line of progress, and show it to nobody."""


def describe_rare_classes(parts: Parts[AnyLabelled]) -> list[str]:
    """Describe the classes with too few pictures to be learnt or measured, a line for each number."""
    classes = parts.train.classes
    counts = [
        np.bincount(part.labels, minlength=len(classes))
        for part in (parts.train, parts.validation, parts.test)
    ]
    whole = np.sum(counts, axis=0)
    lines = []
    for n in sorted(set(whole[whole < _RARE].tolist())):
        names = [classes[i] for i in np.flatnonzero(whole == n)]
        untested = "; none is left to test it" if not counts[2][whole == n].any() else ""
        few = f"{n} picture" + ("s" if n > 1 else "")
        has = "has" if len(names) == 1 else "each have"
        lines.append(f"remark: {show_some(names)} {has} {few}, too few to be learnt or measured{untested}")
    return lines


class _Leaks(Protocol):
    def describe(self, side: str) -> Sequence[str]:
        """Return a line for each kind of leak."""


def log_leaks(
    find: Callable[[Any, Any], _Leaks], parts: Parts[Any], log: Log, file: Path | None = None
) -> None:
    """Log what the training part shares with the validation part and with the test part.

    Parameters
    ----------
    find : Callable[[Any, Any], _Leaks]
        Compares two parts.
    parts : Parts[Any]
        The data.
    log : Log
        Takes a line for each kind of leak.
    file : Path | None
        File in which the lines are kept, and from which they are taken while the parts are as they were.
    """
    sides = (("validation", parts.validation), ("test", parts.test))
    if file is None:
        for side, part in sides:
            for line in find(parts.train, part).describe(side):
                log(line)
        return
    checksums = [part.checksum() for part in (parts.train, parts.validation, parts.test)]
    lines = _read_lines(file, checksums)
    if lines is None:
        lines = [line for side, part in sides for line in find(parts.train, part).describe(side)]
        with contextlib.suppress(OSError):  # the lines are found again then
            write_atomic(file, json.dumps({"parts": checksums, "lines": lines}, indent=2).encode())
    for line in lines:
        log(line)


def _read_lines(file: Path, checksums: list[str]) -> list[str] | None:
    """Read the lines that were kept of some parts; None where there are none, or those of others."""
    try:
        kept = json.loads(file.read_bytes())
        return list(map(str, kept["lines"])) if kept["parts"] == checksums else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def read_items(
    sources: Iterable[Source], read: Callable[[Source], Item], log: Log
) -> tuple[list[Item], list[int]]:
    """Read each item; one that cannot be read is left out, with a line that names it.

    Parameters
    ----------
    sources : Iterable[Source]
        n items to read.
    read : Callable[[Source], Item]
        Raises `PictureError` or `SoundError` for an item that cannot be read.
    log : Log
        Takes the lines.

    Returns
    -------
    The items, and the index of each among the sources.
    """
    items, indices = [], []
    for index, source in enumerate(sources):
        try:
            item = read(source)
        except (PictureError, SoundError) as error:
            log(f"left out: {error}")
            continue
        items.append(item)
        indices.append(index)
    return items, indices


def check_enough(
    count: int, total: int, noun: str, *, where: str, remedy: str = "", least: int = LEAST_TO_SPLIT
) -> None:
    """Refuse a part of which too few items are left.

    Parameters
    ----------
    count : int
        Items that could be read.
    total : int
        Items that there are; 0 where it is not known.
    noun : str
        Name of the items, in the plural.
    where : str
        The data.
    remedy : str
        Advice where items could not be read.
    least : int
        The least that will do: 1, or `LEAST_TO_SPLIT` for items that are yet to be split.

    Raises
    ------
    DataError
        There are fewer than `least`.
    """
    if count >= least:
        return
    if count == total > 0:
        raise DataError(f"{count} {noun} cannot be split in three", where=where, remedy="label more")
    share = f"only {count} of {total}" if count else f"none of the {total or ''}".rstrip()
    raise DataError(f"{share} {noun} can be read", where=where, remedy=remedy)
