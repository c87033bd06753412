"""The index of tar shards kept in a file, so that a run that goes on does not read every picture again."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sutja.atomic import open_atomic
from sutja.data.labelled.picture_stack import Size
from sutja.data.labelled.shards import Log, ShardedLabels, ShardedPictures, index_shards
from sutja.errors import DataError

_COLUMNS = ("shard", "offset", "size", "hashes")  # of the pictures


def keep_index(
    shards: Sequence[str], resize: Size | None, where: str, file: Path, log: Log | None = None
) -> ShardedLabels:
    """Take up the index of some shards from a file, or make it and keep it there.

    The file holds the size and the time of the last change of each shard: where one differs, or another
    version of sutja wrote it, the index is made anew.

    Parameters
    ----------
    shards, resize, where, log
        As for `sutja.data.labelled.shards.index_shards`.
    file : Path
        The file, which is written whole or not at all; its folder is made where there is none.

    Raises
    ------
    DataError
        As `sutja.data.labelled.shards.index_shards` says.
    """
    log = log or (lambda line: None)
    facts = _describe(shards, resize)
    kept = _read(file, tuple(shards), facts)
    if kept is not None:
        log(f"{len(kept.labels):,} pictures by the index in {file}: their shards are as they were")
        return kept
    index = index_shards(shards, resize, where, log)
    try:
        _write(file, index, facts)
    except OSError as error:
        log(f"the index is not kept, and will be made again: {file}: {error.strerror or error}")
    return index


def _describe(shards: Sequence[str], resize: Size | None) -> str:
    """Describe all that an index depends on, as JSON."""
    try:
        states = [(Path(one), Path(one).stat()) for one in shards]
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(error.filename)) from error
    listed = [(str(path.resolve()), state.st_size, state.st_mtime_ns) for path, state in states]
    version = str(sys.modules["sutja"].__version__)
    return json.dumps({"sutja": version, "resize": resize, "shards": listed})


def _read(file: Path, shards: tuple[str, ...], facts: str) -> ShardedLabels | None:
    """Read a kept index; None where there is none, or one of something else."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            if str(kept["facts"]) != facts:
                return None
            shape = tuple(kept["picture_shape"].tolist())
            return ShardedLabels(
                ShardedPictures(shards, shape, *(kept[name] for name in _COLUMNS)),
                kept["labels"],
                kept.get("groups"),
                tuple(kept["notes"].tolist()),
            )
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _write(file: Path, index: ShardedLabels, facts: str) -> None:
    columns: dict[str, Any] = {name: getattr(index.images, name) for name in _COLUMNS}
    if index.groups is not None:
        columns["groups"] = index.groups
    file.parent.mkdir(parents=True, exist_ok=True)
    with open_atomic(file) as target:
        np.savez(
            target,
            facts=np.array(facts),
            picture_shape=np.array(index.images.picture_shape),
            labels=index.labels,
            notes=np.array(index.notes, np.str_),
            **columns,
        )
