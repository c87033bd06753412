"""Pictures with boxes of things, from the formats that people keep them in.

COCO (one JSON file), YOLO (a text file a picture) and VOC (an XML file a picture), in the folders that the
common tools write; `load_boxed` finds out which. A box that nobody can learn from is left out and told, with
its file and line: only where nothing is left is that an error.

Letters: n boxes, H, W rows and columns of a picture, K classes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.data.boxes.pictures import read_size
from sutja.data.boxes.sharded_pictures import ShardedPicture
from sutja.regular_files import read_regular
from sutja.signals.image import BYTE_LIMIT, load_pictures


@dataclass(frozen=True, slots=True)
class BoxedPicture:
    """One picture and the things in it.

    Attributes
    ----------
    picture : Path, ShardedPicture, or uint8 array (H, W) grey or (H, W, 3) RGB
    boxes : NDArray[float32]
        float32 array (n, 4) xyxy in the picture's pixels, right and lower edges excluded.
    labels : NDArray[int64]
        int64 array (n,) Index into the classes.
    ignore : NDArray[bool_]
        Bool array (n,) Neither a thing nor background: crowds, what cannot be told.
    """

    picture: Path | ShardedPicture | NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    ignore: NDArray[np.bool_]

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The pixels, read from the file or the shard where it is one.

        Raises
        ------
        PictureError
            The file cannot be read.
        DataError
            It cannot be read any more from its shard.
        """
        if isinstance(self.picture, ShardedPicture):
            return self.picture.read()
        return load_pictures(self.picture)[0].pixels if isinstance(self.picture, Path) else self.picture

    @property
    def size(self) -> tuple[int, int]:
        """(H, W), without decoding the picture; raises `PictureError` where its file cannot be read."""
        if isinstance(self.picture, ShardedPicture):
            return self.picture.size
        if isinstance(self.picture, Path):
            return read_size(self.picture)
        return self.picture.shape[0], self.picture.shape[1]

    @property
    def name(self) -> str:
        """Name for messages."""
        return "<array>" if isinstance(self.picture, np.ndarray) else str(self.picture)

    def load(self) -> BoxedPicture:
        """The same with its pixels in memory."""
        return replace(self, picture=self.pixels)


def make_boxed_picture(
    picture: Path | ShardedPicture | NDArray[np.uint8],
    boxes: Sequence[Sequence[float]] | NDArray[np.floating],
    labels: Sequence[int] | NDArray[np.integer],
    ignore: Sequence[bool] | NDArray[np.bool_] | None = None,
) -> BoxedPicture:
    """A `BoxedPicture` of anything that can become its arrays; without `ignore` every box counts."""
    count = len(labels)
    return BoxedPicture(
        picture,
        np.asarray(boxes, np.float32).reshape(count, 4),
        np.asarray(labels, np.int64).reshape(count),
        np.zeros(count, np.bool_) if ignore is None else np.asarray(ignore, np.bool_).reshape(count),
    )


@dataclass(frozen=True, slots=True)
class BoxedSet:
    """Pictures with boxes, and where they come from.

    Attributes
    ----------
    pictures : tuple of BoxedPicture
    classes : tuple of K str
    source, terms : str
        Name of the data on a card, and the terms on which they may be used.
    open_terms : bool
        True if a model trained on them may be passed on under open terms.
    parted : bool
        True if the data tell training from test pictures. If not, either part is all of them.
    notes : tuple of str
        Lines for the person: boxes and pictures left out, and why.
    unreadable : tuple of BoxedPicture
        Pictures that cannot be read: nothing is learnt from them, but an evaluation counts all their boxes as
        missed.
    """

    pictures: tuple[BoxedPicture, ...]
    classes: tuple[str, ...]
    source: str
    terms: str = "not stated"
    open_terms: bool = False
    parted: bool = False
    notes: tuple[str, ...] = ()
    unreadable: tuple[BoxedPicture, ...] = ()

    def __len__(self) -> int:
        return len(self.pictures)

    def take(self, indices: Sequence[int] | NDArray[np.integer]) -> BoxedSet:
        """Some of the pictures, in that order; the notes stay with the whole."""
        return replace(self, pictures=tuple(self.pictures[i] for i in indices), notes=(), unreadable=())

    def checksum(self) -> str:
        """SHA-256 of pictures, boxes and classes in their order, in hexadecimal; of shards none is read."""
        digest = hashlib.sha256(repr(self.classes).encode())
        for one in self.pictures:
            if isinstance(one.picture, Path):
                digest.update(read_regular(one.picture, BYTE_LIMIT))
            elif isinstance(one.picture, ShardedPicture):
                digest.update(one.picture.sha256)
            else:
                digest.update(repr(one.picture.shape).encode() + np.ascontiguousarray(one.picture).tobytes())
            digest.update(one.boxes.astype("<f4").tobytes() + one.labels.astype("<i8").tobytes())
            digest.update(one.ignore.tobytes())
        return digest.hexdigest()
