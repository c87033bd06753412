"""Labelled pictures in tar shards that are not held in memory: an index is, and pictures are read by it.

As WebDataset has it, the files of a shard with one name up to the first dot are a sample: 000123.png, and
its class in 000123.cls, 000123.txt or 000123.json. One pass reads every picture once, and keeps where it
lies, its class and a hash of its pixels; splits, leaks and fingerprints need no more.

References
----------
Aizman, Maltby & Breuel, High Performance I/O For Large Scale Deep Learning, 2019 (WebDataset).
"""

from __future__ import annotations

import re
import tarfile
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.csv_tables import GROUP_NAMES
from sutja.data.labelled.picture_stack import (
    Size,
    check_resize,
    check_sizes,
    describe_faults,
    read_one_picture,
)
from sutja.data.labelled.tables import LABEL_NAMES
from sutja.data.sets.digits import Part
from sutja.data.split.fingerprint import hash_pictures
from sutja.errors import DataError, PictureError, SutjaError
from sutja.signals.picture_headers import SUFFIXES
from sutja.signals.preprocessing.pixels_input import fit_channels, fit_size
from sutja.storage.shards import SUFFIX, Member, list_members, name_member, read_members
from sutja.structured_text import parse_json

Log = Callable[[str], None]

_LABEL_ENDINGS = ("cls", "json", "txt")  # the first that a sample has tells its class
_MOST_LABEL = 100_000  # bytes
_AT_A_TIME = 256  # samples that are read in one go
_FAULTS = 20  # that are named
_LINE_EVERY = 10.0  # seconds, of progress
_PICTURES = tuple(suffix.removeprefix(".") for suffix in SUFFIXES)


@dataclass(frozen=True, slots=True)
class ShardedPictures:
    """Pictures in tar shards, decoded whenever they are asked for.

    Attributes
    ----------
    shards : tuple[str, ...]
        Paths of the shards.
    picture_shape : tuple[int, ...]
        (H, W) grey or (H, W, 3) RGB, to which each picture is brought.
    shard : NDArray[int32]
        (n,) Place of each picture's shard among `shards`.
    offset, size : NDArray[int64]
        (n,) First byte of each picture in its shard, and number of its bytes.
    hashes : NDArray[uint64]
        (n,) Hash of each picture's pixels, as `sutja.data.split.fingerprint.hash_pictures` makes them.
    """

    shards: tuple[str, ...]
    picture_shape: tuple[int, ...]
    shard: NDArray[np.int32]
    offset: NDArray[np.int64]
    size: NDArray[np.int64]
    hashes: NDArray[np.uint64]

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, H, W) grey or (n, H, W, 3) RGB."""
        return (len(self.shard), *self.picture_shape)

    @property
    def ndim(self) -> int:
        """3 for grey pictures, 4 for RGB."""
        return 1 + len(self.picture_shape)

    def __len__(self) -> int:
        return len(self.shard)

    def __getitem__(self, places: slice | NDArray[np.intp]) -> NDArray[np.uint8]:
        """Read and decode the pictures at some places, in that order.

        Raises
        ------
        DataError
            A picture cannot be read any more.
        """
        chosen = np.arange(len(self))[places]
        images = np.empty((len(chosen), *self.picture_shape), np.uint8)
        in_order = np.lexsort((self.offset[chosen], self.shard[chosen]))  # the disk goes one way
        for row, image in zip(in_order, self._iter_pictures(chosen[in_order]), strict=True):
            images[row] = _fit(image, self.picture_shape)
        return images

    def subset(self, places: NDArray[np.integer]) -> ShardedPictures:
        """Make the stack of the pictures at some places; none is read."""
        columns = {name: getattr(self, name)[places] for name in ("shard", "offset", "size", "hashes")}
        return replace(self, **columns)

    def describe(self, place: int) -> str:
        """Describe a picture in a message: by its name, of which the first 100 characters stand before it."""
        shard = self.shards[self.shard[place]]
        start = int(self.offset[place]) - tarfile.BLOCKSIZE
        try:
            (header,) = read_members(shard, [(start, tarfile.BLOCKSIZE)])
            name = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape").name
        except (OSError, SutjaError, tarfile.TarError):
            name = f"byte {start}"
        return name_member(name, Path(shard).name)

    def _iter_pictures(self, places: NDArray[np.intp]) -> Iterator[NDArray[np.uint8]]:
        ends = np.flatnonzero(np.diff(self.shard[places])) + 1
        for some in np.split(places, ends):
            if not len(some):
                continue
            shard = self.shards[self.shard[some[0]]]
            pairs = zip(self.offset[some].tolist(), self.size[some].tolist(), strict=True)
            try:
                for data in read_members(shard, pairs):
                    yield read_one_picture(data)
            except (OSError, SutjaError) as error:
                raise DataError(
                    f"a picture cannot be read any more ({error})",
                    where=shard,
                    remedy="leave shards as they are while they are trained on",
                ) from error


@dataclass(frozen=True, slots=True)
class ShardedLabels:
    """The index of some shards: pictures and what their samples say of them.

    Attributes
    ----------
    images : ShardedPictures
        The n pictures.
    labels : NDArray[str_]
        (n,) Classes as they are written.
    groups : NDArray[str_] | None
        (n,) Groups where the samples name any.
    notes : tuple[str, ...]
        A line for each sample that was left out.
    """

    images: ShardedPictures
    labels: NDArray[np.str_]
    groups: NDArray[np.str_] | None
    notes: tuple[str, ...]


def find_shards(data: str | Path) -> dict[Part, tuple[str, ...]]:
    """Find the shards that data stand for: one, those in a folder, or those that a pattern matches.

    Parameters
    ----------
    data : str | Path
        Path of a shard or a folder, or a pattern such as ``shards/*.tar``.

    Returns
    -------
    dict[Part, tuple[str, ...]]
        Those to train on, and those to test on where the words "train" and "test" in the names of shards or
        of their folders tell; else all under "train". Empty where there are no shards.
    """
    path = Path(data).expanduser()
    if path.is_dir():
        found = sorted(one for folder in ("", "train/", "test/") for one in path.glob(f"{folder}*{SUFFIX}"))
    elif path.suffix == SUFFIX:
        found = [path] if path.is_file() else sorted(path.parent.glob(path.name))
    else:
        return {}
    words = [_split_words(one.relative_to(path) if path.is_dir() else Path(one.name)) for one in found]
    tested = [bool(one & {"test", "tests", "testing"}) for one in words]
    trained = [bool(one & {"train", "training"}) for one in words]
    if any(tested) and any(trained) and all(a != b for a, b in zip(tested, trained, strict=True)):
        parts: dict[Part, list[bool]] = {"train": trained, "test": tested}
        return {
            part: tuple(str(one) for one, is_in in zip(found, mask, strict=True) if is_in)
            for part, mask in parts.items()
        }
    return {"train": tuple(map(str, found))} if found else {}


def _split_words(path: Path) -> set[str]:
    return set(re.split(r"[^a-z]+", str(path).lower()))


def index_shards(
    shards: Sequence[str], resize: Size | None, where: str, log: Log | None = None
) -> ShardedLabels:
    """Make the index of some shards: each picture is read once, and not kept.

    Parameters
    ----------
    shards : Sequence[str]
        Paths of tar files that are not compressed.
    resize : Size | None
        (H, W) to bring every picture to; without it they must be of one size.
    where : str
        Name of the data in messages.
    log : Log | None
        Takes a line of progress every ten seconds.

    Raises
    ------
    DataError
        A shard cannot be listed, no sample can be read, or the pictures are of several sizes.
    """
    if resize is not None:
        check_resize(resize, where)
    index = _Index(resize, _Progress(shards, log) if log is not None else None)
    for number, shard in enumerate(shards):
        listing = list_members(shard)
        if listing.error is not None:
            raise DataError(listing.error, where=shard)
        index.add(number, shard, listing.members)
    return index.finish(tuple(shards), where)


class _Progress:
    """Lines on how much of some shards is read, at what rate, and the time left."""

    def __init__(self, shards: Sequence[str], log: Log) -> None:
        sizes = [path.stat().st_size if (path := Path(one)).is_file() else 0 for one in shards]
        self._ends, self._log = np.cumsum([0, *sizes]), log
        self._started = self._logged_at = time.monotonic()

    def tell(self, n: int, number: int, offset: int) -> None:
        """Log a line where one is due: n pictures are read, up to a byte of a shard."""
        now = time.monotonic()
        if now - self._logged_at < _LINE_EVERY:
            return
        self._logged_at, seconds = now, max(now - self._started, 1e-9)
        share = max(1e-9, min(1.0, (int(self._ends[number]) + offset) / max(1, int(self._ends[-1]))))
        self._log(
            f"index: {n:,} pictures, {100 * share:.0f} % of the shards; {n / seconds:,.0f}/s, "
            f"{seconds / share - seconds:,.0f} s left"
        )


class _Index:
    """The columns of an index that grows."""

    def __init__(self, resize: Size | None, progress: _Progress | None) -> None:
        self._resize, self._progress = resize, progress
        self._places = array("q")  # shard, offset and size of each
        self._hashes, self._labels, self._groups = array("Q"), array("q"), array("q")
        self._is_colour = array("b")
        self._names: dict[str, int] = {}
        self._group_names: dict[str, int] = {"": 0}
        self._sizes: Counter[Size] = Counter()
        self._first: dict[Size, str] = {}
        self._faults: list[str] = []
        self._n_faults = 0

    def add(self, number: int, shard: str, members: Sequence[Member]) -> None:
        """Read the samples of a shard."""
        samples = iter(_gather(members))
        while some := list(islice(samples, _AT_A_TIME)):
            texts, pictures = [one for one, _ in some], [one for _, one in some]
            places = [(one.offset, min(one.size, _MOST_LABEL)) if one else (0, 0) for one in texts]
            said = list(read_members(shard, places))
            data = read_members(shard, [(one.offset, one.size) for one in pictures])
            for text, label, member, content in zip(texts, said, pictures, data, strict=True):
                name = name_member(member.name, Path(shard).name)
                try:
                    value, group = _parse_label(text, label)
                    image = read_one_picture(content, name)
                except PictureError as error:
                    self._n_faults += 1
                    if self._n_faults <= _FAULTS:
                        self._faults.append(str(error) if name in str(error) else f"{name}: {error}")
                    continue
                self._add_sample(number, member, value, group, image, name)
            if self._progress is not None:
                self._progress.tell(len(self._hashes), number, pictures[-1].offset)

    def _add_sample(
        self, number: int, member: Member, label: str, group: str, image: NDArray[np.uint8], name: str
    ) -> None:
        if self._resize is not None:
            image = fit_size(image, *self._resize)
        size = (image.shape[0], image.shape[1])
        self._sizes[size] += 1
        self._first.setdefault(size, name)
        self._places.extend((number, member.offset, member.size))
        self._hashes.append(int(hash_pictures(image[None])[0]))
        self._is_colour.append(image.ndim == 3)
        self._labels.append(self._names.setdefault(label, len(self._names)))
        self._groups.append(self._group_names.setdefault(group, len(self._group_names)))

    def finish(self, shards: tuple[str, ...], where: str) -> ShardedLabels:
        """Make the index of all that was read."""
        if not self._hashes:
            raise DataError(
                "none of the samples in its shards can be read",
                where=where,
                remedy=f"the first: {self._faults[0]}"
                if self._faults
                else "a sample is a picture, a.png, and its class in a.cls, a.txt or a.json",
            )
        check_sizes(self._sizes, self._first, where)
        (size,) = self._sizes
        is_colour = np.frombuffer(self._is_colour, np.int8).astype(bool)
        places = np.frombuffer(self._places, np.int64).reshape(-1, 3)
        images = ShardedPictures(
            shards,
            (*size, 3) if is_colour.any() else size,
            places[:, 0].astype(np.int32),
            places[:, 1].copy(),
            places[:, 2].copy(),
            np.frombuffer(self._hashes, np.uint64).copy(),
        )
        if is_colour.any():  # a grey picture among those in colour is given colours
            for some in np.array_split(grey := np.flatnonzero(~is_colour), -(-len(grey) // _AT_A_TIME) or 1):
                images.hashes[some] = hash_pictures(images[some])
        return ShardedLabels(
            images,
            _decode(self._names, self._labels),
            _decode(self._group_names, self._groups) if len(self._group_names) > 1 else None,
            describe_faults(self._faults, self._n_faults),
        )


def _gather(members: Sequence[Member]) -> Iterator[tuple[Member | None, Member]]:
    """Yield the file of the class, where there is one, and that of the picture, of each sample."""
    samples: dict[str, dict[str, Member]] = {}
    for member in members:
        folder, slash, name = member.name.rpartition("/")
        key, _, ending = name.partition(".")
        if key:
            samples.setdefault(folder + slash + key, {})[ending.lower()] = member
    for files in samples.values():
        pictures = [member for ending, member in files.items() if ending.endswith(_PICTURES)]
        if pictures:
            label = next((files[ending] for ending in _LABEL_ENDINGS if ending in files), None)
            yield label, pictures[0]


def _parse_label(member: Member | None, data: bytes) -> tuple[str, str]:
    """Parse the class and the group of a sample; "" for no group."""
    if member is None:
        raise PictureError(f"has no class: none of {', '.join(_LABEL_ENDINGS)} is beside it")
    try:
        if not member.name.lower().endswith(".json"):
            text, group = data.decode().strip(), ""
        else:
            values = parse_json(data)
            if not isinstance(values, dict):
                raise ValueError("it is no object")
            text, group = (
                str(next((values[name] for name in names if name in values), "")).strip()
                for names in (LABEL_NAMES, GROUP_NAMES)
            )
    except ValueError as error:
        raise PictureError(f"has a class that cannot be read ({error})") from error
    if not text:
        raise PictureError("has an empty class")
    return text, group


def _fit(image: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return fit_channels(fit_size(image, shape[0], shape[1]), 1 if len(shape) == 2 else 3)


def _decode(names: dict[str, int], codes: array[int]) -> NDArray[np.str_]:
    return np.array(list(names))[np.frombuffer(codes, np.int64)]
