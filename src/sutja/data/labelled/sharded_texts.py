"""Crops and recordings with texts in tar shards: an index is in memory, and they are read by it.

One pass reads each once, and keeps where it lies, its text, its length and its group.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.labels import show_some
from sutja.data.labelled.sharded_files import Log, Places, Sample, ShardedFiles
from sutja.data.labelled.tables import TEXT_NAMES
from sutja.errors import DataError, PictureError

Item = TypeVar("Item")
_AT_A_TIME = 16  # items that are read in one go


class NamedBytes(io.BytesIO):
    """The content of a file with its name, which messages give.

    Parameters
    ----------
    content : bytes
        The content.
    name : str
        The name.
    """

    def __init__(self, content: bytes, name: str = "") -> None:
        io.BytesIO.__init__(self, content)
        self.name = name


Read = Callable[[NamedBytes, str], Item]


@dataclass(frozen=True, slots=True)
class StreamedItems(Sequence[Item], Generic[Item]):
    """Crops or recordings in tar shards, read and decoded whenever they are asked for.

    Attributes
    ----------
    files : ShardedFiles
        Their n files.
    texts : tuple[str, ...]
        Their n texts.
    read : Callable[[NamedBytes, str], Item]
        Makes an item of the content of its file and its text.
    """

    files: ShardedFiles
    texts: tuple[str, ...]
    read: Read[Item]

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> list[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | list[Item]:
        """Read an item, or some in their order; raises `DataError` where one cannot be read any more."""
        if isinstance(place, slice):
            return self.read_some(range(len(self))[place])
        return self.read_some([range(len(self))[place]])[0]

    def __iter__(self) -> Iterator[Item]:
        for start in range(0, len(self), _AT_A_TIME):
            yield from self[start : start + _AT_A_TIME]

    def read_some(self, places: Iterable[int]) -> list[Item]:
        """Read the items at some places, in that order; raises `DataError` likewise."""
        found = self.files.read(np.fromiter(places, np.intp), self._decode)
        return [item for _, item in sorted(found, key=lambda pair: pair[0])]

    def _decode(self, content: bytes, place: int) -> Item:
        return self.read(NamedBytes(content), self.texts[place])

    def subset(self, places: NDArray[np.integer]) -> StreamedItems[Item]:
        """Make the items at some places; none is read."""
        texts = tuple(self.texts[i] for i in places.tolist())
        return StreamedItems(self.files.subset(places), texts, self.read)


@dataclass(frozen=True, slots=True)
class ShardedTexts:
    """The index of some shards: files, and what their samples say of them.

    Attributes
    ----------
    files : ShardedFiles
        The n files.
    texts : tuple[str, ...]
        Their n texts.
    groups : NDArray[str_] | None
        (n,) Groups where the samples name any.
    checksum : str
        SHA-256 of the items and texts, in hexadecimal.
    n_lost : int
        Samples that were left out.
    notes : tuple[str, ...]
        A line for each of the first of these.
    """

    files: ShardedFiles
    texts: tuple[str, ...]
    groups: NDArray[np.str_] | None
    checksum: str
    n_lost: int
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def to_arrays(self) -> dict[str, Any]:
        """Return all but the shards as arrays, for a file."""
        arrays: dict[str, Any] = {name: getattr(self.files, name) for name in ("shard", "offset", "size")}
        arrays["texts"] = np.frombuffer("\n".join(self.texts).encode(), np.uint8)
        arrays |= {"checksum": np.array(self.checksum), "n_lost": np.array(self.n_lost)}
        arrays["notes"] = np.array(self.notes, np.str_)
        return arrays if self.groups is None else {**arrays, "groups": self.groups}

    @classmethod
    def from_arrays(cls, shards: tuple[str, ...], arrays: Mapping[str, Any]) -> Self:
        """Make it of such arrays; raises `KeyError` where one is missing."""
        files = ShardedFiles(shards, *(arrays[name] for name in ("shard", "offset", "size")))
        texts = tuple(arrays["texts"].tobytes().decode().split("\n"))
        told = str(arrays["checksum"]), int(arrays["n_lost"]), tuple(arrays["notes"].tolist())
        return cls(files, texts, arrays.get("groups"), *told)


def index_texts(
    shards: Sequence[str],
    endings: tuple[str, ...],
    read: Read[Item],
    to_bytes: Callable[[Item], bytes],
    charset: str,
    noun: str,
    where: str,
    log: Log | None = None,
) -> ShardedTexts:
    """Make the index of some shards: each file is read once, and not kept.

    Parameters
    ----------
    shards : Sequence[str]
        Paths of tar files that are not compressed.
    endings : tuple[str, ...]
        Endings of the files, like ".png".
    read : Callable[[NamedBytes, str], Item]
        Makes an item of a file and its text; raises `PictureError` or `SoundError` where it cannot be read.
    to_bytes : Callable[[Item], bytes]
        The bytes of an item that go into the checksum.
    charset : str
        The characters that a text may hold.
    noun, where : str
        Names of the files, in the plural, and of the data in messages.
    log : Log | None
        Takes a line of progress every ten seconds.

    Raises
    ------
    DataError
        A shard cannot be listed, no sample can be read, or all texts are empty.
    """
    places, texts, digest = Places(), list[str](), hashlib.sha256()
    known = set(charset)

    def take(sample: Sample) -> str:
        value, group = sample.parse_label(TEXT_NAMES, "text")
        text = _check_text(value, known)
        digest.update(to_bytes(read(NamedBytes(sample.content, sample.name), text)))
        texts.append(text)
        return group

    places.walk(shards, endings, take, noun, where, log)
    if not any(texts):
        raise DataError("all of its texts are empty", where=where, remedy=f"write what is in its {noun}")
    files = ShardedFiles(tuple(shards), *places.to_columns())
    told = digest.hexdigest(), places.n_faults, places.describe_faults(noun)
    return ShardedTexts(files, tuple(texts), places.list_groups(), *told)


def _check_text(value: Any, known: set[str]) -> str:
    """Return a text without the spaces around it; refuse one that cannot be learnt."""
    if isinstance(value, float | bool) or not isinstance(value, str | int):
        raise PictureError(f"has the text {value!r}, which is none", remedy="put it in quotes: 2.50 is 2.5")
    text = str(value).strip()
    if unknown := sorted(set(text) - known):
        raise PictureError(f"has the text {text!r}, and {show_some(unknown)} cannot be written")
    return text
