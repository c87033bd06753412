"""One picture of a tar shard, read and decoded whenever it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.sharded_files import ShardedFiles
from sutja.signals.image import load_pictures


@dataclass(frozen=True, slots=True)
class ShardedPicture:
    """A picture of a tar shard.

    Attributes
    ----------
    files : ShardedFiles
        Pictures of its set.
    place : int
        Its place among them.
    size : tuple[int, int]
        (H, W) of its pixels.
    sha256 : bytes
        Checksum of its file, 32 bytes.
    """

    files: ShardedFiles
    place: int
    size: tuple[int, int]
    sha256: bytes

    def __str__(self) -> str:
        return self.files.describe(self.place)

    def read(self) -> NDArray[np.uint8]:
        """Read the pixels; raises `DataError` where they cannot be read any more."""
        found = self.files.read(np.array([self.place]), lambda content, _: load_pictures(content)[0].pixels)
        return next(found)[1]
