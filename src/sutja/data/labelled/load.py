"""Labelled pictures from whatever a person has, as one array each of pictures and labels.

Letters: n items, H and W pixels, K classes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.arrays import read_idx_folder, read_npz
from sutja.data.labelled.csv_tables import TABLE_SUFFIXES
from sutja.data.labelled.folders import read_class_folders
from sutja.data.labelled.labels import encode_labels, show_some
from sutja.data.labelled.picture_stack import LoadedPictures, Size, fit_images
from sutja.data.labelled.shard_index import keep_index
from sutja.data.labelled.sharded_files import Log, find_shards
from sutja.data.labelled.shards import ShardedLabels, ShardedPictures, index_shards
from sutja.data.labelled.tables import load_texts, read_class_table
from sutja.data.sets.catalogue import DEFAULT, ENTRIES
from sutja.data.sets.digit_sets import FIRST_DIGIT, read_digit_set
from sutja.data.sets.digits import Part
from sutja.data.split.fingerprint import hash_pictures
from sutja.data.split.fixed import RULES
from sutja.data.stacks import PictureStack
from sutja.errors import DataError, check_own_data

__all__ = [
    "AnyLabelled",
    "Labelled",
    "LabelledStack",
    "StreamedLabelled",
    "are_shards",
    "load_labelled",
    "load_texts",
    "stream_labelled",
]

INDEX = "index-{part}.npz"  # file of a run's folder
Stack = TypeVar("Stack", bound=PictureStack, covariant=True)
Some = TypeVar("Some", bound=PictureStack)


@dataclass(frozen=True, slots=True)
class LabelledStack(Generic[Stack]):
    """Pictures of one size with a class each, in memory or on a disk.

    Attributes
    ----------
    images : Stack
        uint8 (n, H, W) grey or (n, H, W, 3) RGB
    labels : NDArray[int64]
        int64 array (n,) Index into `classes`.
    classes : tuple of K str
        Whole numbers in their order, other names in that of the alphabet.
    groups : NDArray[Any] | None
        Array (n,) or None Writer, document, … of each item, where known: items of one group belong on one
        side of a split.
    names : tuple of n str
        Name of each item in messages: its path, or its place in the file. None where pictures are on a disk,
        whose stack knows their names.
    source, terms : str
        Name of the data on a card, and the terms on which they may be used.
    open_terms : bool
        True if a model trained on them may be passed on under open terms.
    parted : bool
        True if the data tell training from test items. If not, either part is all of the data.
    notes : tuple of str
        Lines for the person: pictures left out, and why.
    clips : bool
        True if the pictures are of sounds (`sutja.signals.spectrogram`).
    unreadable : tuple of str
        Classes of the items that cannot be read: nothing is learnt from them, but an evaluation counts them
        as wrong.
    """

    images: Stack
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    groups: NDArray[Any] | None
    names: tuple[str, ...]
    source: str
    terms: str
    open_terms: bool = False
    parted: bool = False
    notes: tuple[str, ...] = ()
    clips: bool = False
    unreadable: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: Sequence[int] | NDArray[np.integer[Any]]) -> Self:
        """The items at these indices, in that order; the classes stay as they are."""
        chosen = np.asarray(indices, np.intp)
        return replace(
            self,
            images=_take(self.images, chosen),
            labels=self.labels[chosen],
            groups=None if self.groups is None else self.groups[chosen],
            names=tuple(self.names[i] for i in chosen) if self.names else (),
        )

    def in_classes(self, classes: Sequence[str]) -> Self:
        """The same items with their labels counted in `classes`, those of a model for instance.

        Raises
        ------
        DataError
            An item is of a class that is not among them.
        """
        place = {name: index for index, name in enumerate(classes)}
        present = np.unique(self.labels)
        unknown = [self.classes[i] for i in present if self.classes[i] not in place]
        if unknown:
            raise DataError(
                f"holds classes that are not known here: {show_some(unknown)}",
                where=self.source,
                remedy=f"known are {show_some(list(classes))}; leave out the others or rename them",
            )
        renumbered = np.full(len(self.classes), -1, np.int64)
        renumbered[present] = [place[self.classes[i]] for i in present]
        return replace(self, labels=renumbered[self.labels], classes=tuple(classes))

    def checksum(self) -> str:
        """SHA-256 of pictures, labels and classes in their order, in hexadecimal; on a disk of hashes."""
        digest = hashlib.sha256(repr((self.images.shape, self.classes)).encode())
        pictures = self.images.hashes if isinstance(self.images, ShardedPictures) else self.images
        digest.update(np.ascontiguousarray(pictures).data)
        digest.update(np.ascontiguousarray(self.labels, "<i8").data)
        return digest.hexdigest()

    def hash_pictures(self) -> NDArray[np.uint64]:
        """Hash each picture, as `sutja.data.split.fingerprint.hash_pictures` does."""
        if isinstance(self.images, ShardedPictures):
            return self.images.hashes
        return hash_pictures(np.asarray(self.images))

    def name(self, place: int) -> str:
        """Name an item in a message."""
        return self.images.describe(place) if isinstance(self.images, ShardedPictures) else self.names[place]


def _take(images: Some, places: NDArray[np.intp]) -> Some:
    """Take some pictures of a stack; of those on a disk none is read."""
    taken = images.subset(places) if isinstance(images, ShardedPictures) else images[places]
    return cast("Some", taken)


AnyLabelled = LabelledStack[PictureStack]


@dataclass(frozen=True, slots=True)
class Labelled(LabelledStack[NDArray[np.uint8]]):
    """Pictures in memory, of one size with a class each."""


@dataclass(frozen=True, slots=True)
class StreamedLabelled(LabelledStack[ShardedPictures]):
    """Pictures in tar shards, of one size with a class each, which are read whenever they are asked for."""


def load_labelled(
    data: str | Path | None = None, part: Part = "train", resize: Size | None = None
) -> Labelled:
    """Labelled pictures of one size, checked.

    Parameters
    ----------
    data : str, Path or None
        The name of a set in the catalogue (write ``./mnist`` for a folder of that name); a folder with an IDX
        pair, or with a folder of pictures or of short recordings for each class; a table (``.csv``, ``.tsv``)
        with the columns path and label, and group and part where known; an ``.npz`` file with X and y, or
        x_train, y_train, x_test and y_test. None for the digits that come with scikit-learn.
    part : Part
        "train" or "test" Which items, where the data tell them apart: by an official test set, by folders,
        files or arrays for train and test, or by the column part. Where they do not, either part is all
        items, and `parted` is False. A set of the catalogue is always parted (`sutja.data.split.fixed`).
    resize : Size | None
        (H, W) or None Size to bring every picture to. Without it they must be of one size.

    Raises
    ------
    DataError
        There is no such data, or they cannot be learnt from: the message says what to do. One picture that
        cannot be read is no such case; it is left out, and told in `notes`.
    """
    if part not in ("train", "test"):
        raise ValueError(f'part is "train" or "test", not {part!r}')
    name = DEFAULT if data is None else str(data)
    if not isinstance(data, Path) and name in ENTRIES:
        return _known(name, part, resize)
    path = Path(name).expanduser()
    loaded = fit_images(_read_own(path, part, resize), resize, str(path))
    n, every = len(loaded.labels), loaded.labels
    if loaded.unreadable is not None:
        every = np.concatenate([loaded.labels, loaded.unreadable])
    labels, classes = encode_labels(every, str(path), training=part == "train")
    return Labelled(
        images=loaded.images,
        labels=labels[:n],
        classes=classes,
        groups=loaded.groups,
        names=loaded.names,
        source=path.name or str(path.resolve()),
        terms="not stated",
        parted=loaded.parted,
        notes=loaded.notes,
        clips=loaded.clips,
        unreadable=tuple(classes[i] for i in labels[n:]),
    )


def are_shards(data: str | Path | None) -> bool:
    """Return True if data are tar shards, and no set of the catalogue."""
    return data is not None and (isinstance(data, Path) or data not in ENTRIES) and bool(find_shards(data))


def stream_labelled(
    data: str | Path,
    part: Part = "train",
    resize: Size | None = None,
    *,
    folder: Path | None = None,
    log: Log | None = None,
) -> StreamedLabelled:
    """Labelled pictures in tar shards, which are read once for an index and not kept.

    Parameters
    ----------
    data : str | Path
        As for `sutja.data.labelled.sharded_files.find_shards`, which must find some.
    part : Part
        As for `load_labelled`.
    resize : Size | None
        (H, W) to bring every picture to; without it they must be of one size.
    folder : Path | None
        Folder in which the index is kept, and from which it is taken while the shards are as they were.
    log : Log | None
        Takes lines of progress.

    Raises
    ------
    DataError
        As `load_labelled` and `sutja.data.labelled.shards.index_shards` say.
    """
    found = find_shards(data)
    shards = found[part if len(found) > 1 else "train"]
    make = partial(index_shards, shards, resize, str(data), log)
    if folder is None:
        index = make()
    else:
        file, settings = folder / INDEX.format(part=part), {"resize": resize}
        index = keep_index(file, shards, settings, ShardedLabels, make, "pictures", log)
    labels, classes = encode_labels(index.labels, str(data), training=part == "train")
    return StreamedLabelled(
        images=index.images,
        labels=labels,
        classes=classes,
        groups=index.groups,
        names=(),
        source=Path(data).name,
        terms="not stated",
        parted=len(found) > 1,
        notes=index.notes,
    )


def _known(name: str, part: Part, resize: Size | None) -> Labelled:
    entry, rule = ENTRIES[name], RULES.get(name)
    digits, first = read_digit_set(entry, part), FIRST_DIGIT.get(name, 0)
    groups = digits.groups if rule and rule.by_group else None
    loaded = fit_images(LoadedPictures(digits.images, digits.labels, groups, ()), resize, name)
    return Labelled(
        images=loaded.images,
        labels=digits.labels - first,
        classes=tuple("0123456789"[first:]),
        groups=groups,
        names=tuple(f"{name} {part} {i}" for i in range(len(digits))),
        source=f"{name} ({part})",
        terms=entry.terms,
        open_terms=entry.open_terms,
        parted=True,
    )


def _read_own(path: Path, part: Part, resize: Size | None) -> LoadedPictures:
    """Pictures and raw labels of a person's own data, by what kind of data it is."""
    check_own_data(path, _classify_names())
    if path.is_dir():
        idx = read_idx_folder(path, part)
        return read_class_folders(path, part, resize) if idx is None else idx
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        return read_class_table(path, part, resize)
    if suffix == ".npz":
        return read_npz(path, part)
    raise DataError(
        f"a file ending in {suffix!r} is no labelled data",
        where=str(path),
        remedy="give a folder with a folder for each class, a .csv with the columns path and label, an .npz "
        "with X and y, or a folder with IDX files",
    )


def _classify_names() -> list[str]:
    return [entry.name for entry in ENTRIES.values() if entry.task == "classify"]
