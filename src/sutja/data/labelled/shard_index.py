"""Findings of a pass over tar shards, kept in a file, so that a run that goes on does not read them again."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import numpy as np

from sutja.atomic import open_atomic
from sutja.data.labelled.sharded_files import Log
from sutja.errors import DataError


class _Index(Protocol):
    def __len__(self) -> int: ...

    def to_arrays(self) -> dict[str, Any]: ...

    @classmethod
    def from_arrays(cls, shards: tuple[str, ...], arrays: Mapping[str, Any]) -> Self: ...


Index = TypeVar("Index", bound=_Index)


def keep_index(
    file: Path,
    shards: Sequence[str],
    settings: Mapping[str, Any],
    kind: type[Index],
    make: Callable[[], Index],
    noun: str,
    log: Log | None = None,
) -> Index:
    """Take up the index of some shards from a file, or make it and keep it there.

    The file holds the size and the time of the last change of each shard: where one differs, or another
    version of sutja wrote it, the index is made anew.

    Parameters
    ----------
    file : Path
        The file, which is written whole or not at all; its folder is made where there is none.
    shards : Sequence[str]
        Paths of the shards.
    settings : Mapping[str, Any]
        What else the index depends on, as JSON has it.
    kind : type[Index]
        Class of the index, `ShardedLabels` or `ShardedTexts`.
    make : Callable[[], Index]
        Makes the index.
    noun : str
        Name of the files in the plural, for messages.
    log : Log | None
        Takes lines of progress.

    Raises
    ------
    DataError
        A shard is not there, or what making the index raises.
    """
    log = log or (lambda line: None)
    facts = {**settings, "shards": _describe(shards)}
    arrays, are_kept = keep_arrays(file, facts, lambda: make().to_arrays(), log)
    index = kind.from_arrays(tuple(shards), arrays)
    if are_kept:
        log(f"{len(index):,} {noun} by the index in {file}: their shards are as they were")
    return index


def keep_arrays(
    file: Path, facts: Mapping[str, Any], make: Callable[[], dict[str, Any]], log: Log
) -> tuple[dict[str, Any], bool]:
    """Take up arrays from a file, or make them and keep them there.

    Parameters
    ----------
    file : Path
        The file, which is written whole or not at all; its folder is made where there is none.
    facts : Mapping[str, Any]
        What the arrays depend on beside the version of sutja, as JSON has it.
    make : Callable[[], dict[str, Any]]
        Makes the arrays.
    log : Log
        Takes a line where they cannot be kept.

    Returns
    -------
    The arrays, and whether they were taken from the file.
    """
    version = str(sys.modules["sutja"].__version__)
    written = json.dumps({**facts, "sutja": version})
    kept = _read(file, written)
    if kept is not None:
        return kept, True
    arrays = make()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open_atomic(file) as target:
            np.savez(target, facts=np.array(written), **arrays)
    except OSError as error:
        log(f"what is found is not kept, and will be looked for again: {file}: {error.strerror or error}")
    return arrays, False


def _describe(shards: Sequence[str]) -> list[tuple[str, int, int]]:
    """List name, size and last change of each shard."""
    try:
        states = [(Path(one), Path(one).stat()) for one in shards]
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(error.filename)) from error
    return [(str(path.resolve()), state.st_size, state.st_mtime_ns) for path, state in states]


def _read(file: Path, facts: str) -> dict[str, Any] | None:
    """Read kept arrays; None where there are none, or those of other facts."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files} if str(kept["facts"]) == facts else None
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None
