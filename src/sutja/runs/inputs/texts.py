"""Items with texts, crops or recordings: those that a table names are held, those in tar shards are not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.load import INDEX
from sutja.data.labelled.shard_index import keep_arrays, keep_index
from sutja.data.labelled.sharded_files import find_shards
from sutja.data.labelled.sharded_texts import NamedBytes, ShardedTexts, StreamedItems, index_texts
from sutja.data.labelled.tables import Texts
from sutja.data.sets.digits import Part
from sutja.data.split.hold_out import split_three_ways
from sutja.runs.parts import LEAST_TO_SPLIT, Log, Parts, check_enough, read_items
from sutja.training.checkpoint import digest_of
from sutja.training.streamed_views import measure_items

Item = TypeVar("Item")
MEASURES = "lengths-{part}.npz"  # file of a run's folder
_REMEDY = "check the column path"


@dataclass(frozen=True, slots=True)
class TextSet(Generic[Item]):
    """Items with texts.

    Attributes
    ----------
    items : Sequence[Item]
        The items: a list, or `StreamedItems` in shards.
    texts : tuple[str, ...]
        Their texts.
    source : str
        Name of the data, for the card.
    checksum : str
        SHA-256 of the items and texts of the training part of the data, before it was split.
    """

    items: Sequence[Item]
    texts: tuple[str, ...]
    source: str
    checksum: str

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, places: NDArray[np.integer]) -> TextSet[Item]:
        """Take the items at some places; of those in shards none is read."""
        items, chosen = self.items, places.tolist()
        some = items.subset(places) if isinstance(items, StreamedItems) else [items[i] for i in chosen]
        return replace(self, items=some, texts=tuple(self.texts[i] for i in chosen))


@dataclass(frozen=True, slots=True)
class ItemKind(Generic[Item]):
    """Kind of items that have texts: crops, or recordings.

    Attributes
    ----------
    noun : str
        What they are called in messages, in the plural.
    suffixes : tuple[str, ...]
        Endings of their files, for shards.
    charset : str
        The characters that a text may hold.
    read : Callable[[Path | NamedBytes, str], Item]
        Makes an item of a file and its text; raises `PictureError` or `SoundError` where it cannot be read.
    to_bytes : Callable[[Item], bytes]
        The bytes of an item that go into the checksum.
    """

    noun: str
    suffixes: tuple[str, ...]
    charset: str
    read: Callable[[Path | NamedBytes, str], Item]
    to_bytes: Callable[[Item], bytes]


def read_parts(
    texts: Texts, test: Texts | None, kind: ItemKind[Item], where: Path, log: Log
) -> Parts[TextSet[Item]]:
    """Read the items that a table names, and split them: items of one group stay on one side.

    Parameters
    ----------
    texts : Texts
        Items to train on, to validate and, where there is no test part, to test on.
    test : Texts | None
        The table's own test part.
    kind : ItemKind[Item]
        Kind of the items.
    where : Path
        The data, for messages.
    log : Log
        Takes lines of progress.

    Raises
    ------
    DataError
        Too few can be read.
    """
    items, indices = _read(texts, kind, log)
    check_enough(len(items), len(texts), kind.noun, where=str(where), remedy=_REMEDY)
    digest = hashlib.sha256()
    for item in items:
        digest.update(kind.to_bytes(item))

    def text_set(part: Texts, some: list[Item], places: list[int]) -> TextSet[Item]:
        return TextSet(some, tuple(part.texts[i] for i in places), texts.source, digest.hexdigest())

    groups = None if texts.groups is None else texts.groups[indices]
    if test is None:
        return _split(text_set(texts, items, indices), groups, None)
    tested, places = _read(test, kind, log)
    noun = f"{kind.noun} of the test part"
    check_enough(len(tested), len(test), noun, where=str(where), remedy=_REMEDY, least=1)
    return _split(text_set(texts, items, indices), groups, text_set(test, tested, places))


def _read(texts: Texts, kind: ItemKind[Item], log: Log) -> tuple[list[Item], list[int]]:
    pairs = zip(texts.paths, texts.texts, strict=True)
    return read_items(pairs, lambda pair: kind.read(*pair), log)


def _split(
    data: TextSet[Item], groups: NDArray[Any] | None, test: TextSet[Item] | None
) -> Parts[TextSet[Item]]:
    """Split items in three, or in two where there is a test part."""
    train, validation, rest = split_three_ways(np.zeros(len(data), np.int64), groups)
    if test is None:
        return Parts(data.take(train), data.take(validation), data.take(rest))
    return Parts(data.take(np.concatenate([train, validation])), data.take(rest), test)


def index_parts(
    data: str | Path, kind: ItemKind[Item], folder: Path | None, log: Log
) -> dict[Part, ShardedTexts]:
    """Make the index of each part of tar shards; each file is read once, and not kept.

    Parameters
    ----------
    data : str | Path
        As for `sutja.data.labelled.sharded_files.find_shards`, which must find some.
    kind : ItemKind[Item]
        Kind of the items.
    folder : Path | None
        Folder in which an index is kept, and from which it is taken while the shards are as they were.
    log : Log
        Takes lines of progress.

    Raises
    ------
    DataError
        As `sutja.data.labelled.sharded_texts.index_texts` says, or too few can be read.
    """
    indices: dict[Part, ShardedTexts] = {}
    for part, shards in find_shards(data).items():
        make = partial(
            index_texts,
            shards,
            kind.suffixes,
            kind.read,
            kind.to_bytes,
            kind.charset,
            kind.noun,
            str(data),
            log,
        )
        if folder is None:
            index = make()
        else:
            file, settings = folder / INDEX.format(part=part), {"kind": kind.noun}
            index = keep_index(file, shards, settings, ShardedTexts, make, kind.noun, log)
        for note in index.notes:
            log(note)
        least = LEAST_TO_SPLIT if part == "train" else 1
        check_enough(len(index), len(index) + index.n_lost, kind.noun, where=str(data), least=least)
        indices[part] = index
    return indices


def stream_parts(
    data: str | Path, indices: dict[Part, ShardedTexts], read: Callable[[NamedBytes, str], Item]
) -> Parts[TextSet[Item]]:
    """Split the items of shards as those of a table are split; none is read.

    Parameters
    ----------
    data : str | Path
        The data.
    indices : dict[Part, ShardedTexts]
        Index of each part, as `index_parts` makes them.
    read : Callable[[NamedBytes, str], Item]
        Makes an item of a file and its text.
    """

    def text_set(index: ShardedTexts) -> TextSet[Item]:
        items = StreamedItems(index.files, index.texts, read)
        return TextSet(items, index.texts, Path(data).name, indices["train"].checksum)

    test = text_set(indices["test"]) if "test" in indices else None
    return _split(text_set(indices["train"]), indices["train"].groups, test)


def measure_part(
    part: TextSet[Item],
    measure: Callable[[Item], Sequence[int]],
    file: Path,
    facts: Mapping[str, Any],
    noun: str,
    log: Log,
) -> NDArray[np.int64]:
    """Measure each item of a part; what is measured of items in shards is kept in a file.

    Parameters
    ----------
    part : TextSet[Item]
        n items.
    measure : Callable[[Item], Sequence[int]]
        Gives the k measures of an item.
    file : Path
        File in which they are kept, and from which they are taken.
    facts : Mapping[str, Any]
        What they depend on beside the items, as JSON has it.
    noun : str
        What the items are called, in the plural.
    log : Log
        Takes lines of progress.

    Returns
    -------
    NDArray[int64]
        (n, k)
    """
    if not isinstance(part.items, StreamedItems):
        return measure_items(part.items, measure, noun, log)
    files = part.items.files
    facts = {**facts, "data": part.checksum, "part": digest_of(files.shard, files.offset)}

    def make() -> dict[str, NDArray[np.int64]]:
        return {"measures": measure_items(part.items, measure, noun, log)}

    arrays, _ = keep_arrays(file, facts, make, log)
    measures: NDArray[np.int64] = arrays["measures"]
    return measures
