"""Labelled pictures in tar shards that are not held in memory: an index is, and pictures are read by it.

One pass reads every picture once, and keeps where it lies, its class and a hash of its pixels; splits, leaks
and fingerprints need no more.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.picture_stack import Size, check_resize, check_sizes, read_one_picture
from sutja.data.labelled.sharded_files import Log, Places, Sample, ShardedFiles, decode_names
from sutja.data.labelled.tables import LABEL_NAMES
from sutja.data.split.fingerprint import hash_pictures
from sutja.errors import PictureError
from sutja.signals.picture_headers import SUFFIXES
from sutja.signals.preprocessing.pixels_input import fit_channels, fit_size

_AT_A_TIME = 256  # pictures that are read in one go


@dataclass(frozen=True, slots=True)
class ShardedPictures(ShardedFiles):
    """Pictures in tar shards, decoded whenever they are asked for.

    Attributes
    ----------
    picture_shape : tuple[int, ...]
        (H, W) grey or (H, W, 3) RGB, to which each picture is brought.
    hashes : NDArray[uint64]
        (n,) Hash of each picture's pixels, as `sutja.data.split.fingerprint.hash_pictures` makes them.
    """

    picture_shape: tuple[int, ...]
    hashes: NDArray[np.uint64]

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, H, W) grey or (n, H, W, 3) RGB."""
        return (len(self.shard), *self.picture_shape)

    @property
    def ndim(self) -> int:
        """3 for grey pictures, 4 for RGB."""
        return 1 + len(self.picture_shape)

    def __getitem__(self, places: slice | NDArray[np.intp]) -> NDArray[np.uint8]:
        """Read and decode the pictures at some places, in that order.

        Raises
        ------
        DataError
            A picture cannot be read any more.
        """
        chosen = np.arange(len(self))[places]
        images = np.empty((len(chosen), *self.picture_shape), np.uint8)
        for row, image in self.read(chosen, lambda content, place: read_one_picture(content)):
            images[row] = _fit(image, self.picture_shape)
        return images


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

    def __len__(self) -> int:
        return len(self.labels)

    def to_arrays(self) -> dict[str, Any]:
        """Return all but the shards as arrays, for a file."""
        images = self.images
        arrays = {"picture_shape": np.array(images.picture_shape), "labels": self.labels}
        arrays |= {name: getattr(images, name) for name in ("shard", "offset", "size", "hashes")}
        arrays["notes"] = np.array(self.notes, np.str_)
        return arrays if self.groups is None else {**arrays, "groups": self.groups}

    @classmethod
    def from_arrays(cls, shards: tuple[str, ...], arrays: Mapping[str, Any]) -> Self:
        """Make it of such arrays; raises `KeyError` where one is missing."""
        shape = tuple(arrays["picture_shape"].tolist())
        columns = {name: arrays[name] for name in ("shard", "offset", "size", "hashes")}
        images = ShardedPictures(shards, picture_shape=shape, **columns)
        return cls(images, arrays["labels"], arrays.get("groups"), tuple(arrays["notes"].tolist()))


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
    index, places = _Index(resize), Places()
    places.walk(shards, SUFFIXES, index.take, "pictures", where, log)
    return index.finish(tuple(shards), places, where)


class _Index:
    """The columns of an index that grows."""

    def __init__(self, resize: Size | None) -> None:
        self._resize = resize
        self._hashes, self._labels = array("Q"), array("q")
        self._is_colour = array("b")
        self._names: dict[str, int] = {}
        self._sizes: Counter[Size] = Counter()
        self._first: dict[Size, str] = {}

    def take(self, sample: Sample) -> str:
        """Take a sample, and return its group."""
        value, group = sample.parse_label(LABEL_NAMES, "class")
        label = str(value).strip()
        if not label:
            raise PictureError("has an empty class")
        image = read_one_picture(sample.content, sample.name)
        if self._resize is not None:
            image = fit_size(image, *self._resize)
        size = (image.shape[0], image.shape[1])
        self._sizes[size] += 1
        self._first.setdefault(size, sample.name)
        self._hashes.append(int(hash_pictures(image[None])[0]))
        self._is_colour.append(image.ndim == 3)
        self._labels.append(self._names.setdefault(label, len(self._names)))
        return group

    def finish(self, shards: tuple[str, ...], places: Places, where: str) -> ShardedLabels:
        """Make the index of all that was read."""
        check_sizes(self._sizes, self._first, where)
        (size,) = self._sizes
        is_colour = np.frombuffer(self._is_colour, np.int8).astype(bool)
        shape = (*size, 3) if is_colour.any() else size
        hashes = np.frombuffer(self._hashes, np.uint64).copy()
        images = ShardedPictures(shards, *places.to_columns(), shape, hashes)
        if is_colour.any():  # a grey picture among those in colour is given colours
            for some in np.array_split(grey := np.flatnonzero(~is_colour), -(-len(grey) // _AT_A_TIME) or 1):
                images.hashes[some] = hash_pictures(images[some])
        labels = decode_names(self._names, self._labels)
        return ShardedLabels(images, labels, places.list_groups(), places.describe_faults("pictures"))


def _fit(image: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return fit_channels(fit_size(image, shape[0], shape[1]), 1 if len(shape) == 2 else 3)
