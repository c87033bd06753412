"""A network's input made of pictures that are read whenever a batch needs them.

Letters: n pictures, C channels, H rows, W columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.data.stacks import PictureStack
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.training import checkpoint


@dataclass(frozen=True, slots=True)
class StreamedPixels:
    """Pictures on a disk as a network shall see them, float32 (n, C, H, W).

    Attributes
    ----------
    images : PictureStack
        n pictures.
    hashes : NDArray[uint64]
        (n,) Hashes that tell the pictures from others.
    params : PixelsParams
        Parameters of the preprocessing.
    more : NDArray[uint8] | None
        (m, h, w) or (m, h, w, 3) Pictures in memory that follow those.
    """

    images: PictureStack
    hashes: NDArray[np.uint64]
    params: PixelsParams
    more: NDArray[np.uint8] | None = None

    dtype = torch.float32

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n, C, H, W)."""
        return (len(self), *self.params.shape)

    def __len__(self) -> int:
        return len(self.images) + (0 if self.more is None else len(self.more))

    def __getitem__(self, places: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        """Read the pictures at some places, in that order."""
        if self.more is None:
            return batch_to_pixels(self.images[places], self.params)
        chosen = np.arange(len(self))[places]
        n, is_held = len(self.images), chosen >= len(self.images)
        pixels = np.empty((len(chosen), *self.params.shape), np.float32)
        pixels[~is_held] = batch_to_pixels(self.images[chosen[~is_held]], self.params)
        pixels[is_held] = batch_to_pixels(self.more[chosen[is_held] - n], self.params)
        return pixels

    def digest(self) -> str:
        """SHA-256 of the hashes and the preprocessing."""
        more = () if self.more is None else (self.more,)
        text = np.frombuffer(repr(self.params).encode(), np.uint8)
        return checkpoint.digest_of(self.hashes, text, *more)
