"""Labelled pictures as one tensor on the device, and batches of them.

An epoch permutes the pictures, takes them a chunk at a time, changes the chunk (augmentation) in a few tensor
operations and slices batches from it. All of it is drawn from the seed, the epoch and the chunk alone, so an
epoch can be entered at any batch. Of pictures on a disk, the next chunk is read in the meantime.

Letters: n pictures, B batch, C, H, W, K classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped
from numpy.typing import NDArray
from torch import Tensor

from sutja.training import distributed
from sutja.training.classify.augment import Augment
from sutja.training.classify.streamed import StreamedPixels
from sutja.training.streamed_views import read_ahead

CHUNK = 4096  # pictures changed at once: enough to fill the vector units, little enough for the caches
CHUNK_BYTES = 1 << 24  # of these pictures, or more where a batch has more
_LEAST = 0.25  # of a batch: a smaller remainder is left out of its epoch

PictureBatch = tuple[Tensor, Tensor]


def to_tensor(X: Shaped[NDArray[Any], "*shape"] | Shaped[Tensor, "*shape"]) -> Shaped[Tensor, "*shape"]:
    """Make a tensor that shares the memory of an array where it can."""
    return X if isinstance(X, Tensor) else torch.from_numpy(np.ascontiguousarray(X))


def to_float(image: Shaped[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
    """Convert bytes to 0 to 1; float32 and bfloat16 stay."""
    if image.dtype is torch.bfloat16:
        return image
    return image.float().mul_(1 / 255) if image.dtype is torch.uint8 else image.float()


class Pictures:
    """Pictures and their classes, on the device.

    Parameters
    ----------
    X, y : Shaped[Tensor, "n C H W"], StreamedPixels or Int64[Tensor, " n"]
        The pictures, uint8 or float32, and their classes, which are on the device.
    batch_size : int
        Pictures a step, over all processes.
    seed : int
        Seed of the order and of the augmentation.
    augment : Augment | None
        Changes of the pictures, or None for none.
    channels_last : bool
        True if channels come last in memory, as suits convolutions.
    """

    def __init__(
        self,
        X: Shaped[Tensor, "n C H W"] | StreamedPixels,
        y: Int64[Tensor, " n"],
        batch_size: int,
        seed: int,
        augment: Augment | None = None,
        channels_last: bool = False,
    ) -> None:
        self.X, self.y, self.seed, self.augment = X, y, seed, augment
        self.batch_size = min(batch_size, len(y))
        self.form = torch.channels_last if channels_last else torch.contiguous_format
        self._parts = distributed.world_size()
        self.batches_per_epoch = len(y) // self.batch_size
        rest = len(y) % self.batch_size
        rest -= rest % self._parts
        self._last = rest if rest >= _LEAST * self.batch_size else 0
        self.batches_per_epoch += bool(self._last)

    def epoch(self, number: int, first: int = 0) -> Iterator[PictureBatch]:
        """Make the batches of epoch ``number`` from ``first`` on: float32 (B, C, H, W) and int64 (B,)."""
        order = torch.randperm(len(self.y), generator=_generator(self.seed, number))
        most = min(CHUNK, CHUNK_BYTES // (4 * prod(self.X.shape[1:])))
        a_chunk = max(1, most // self.batch_size)
        starts = range(first - first % a_chunk, self.batches_per_epoch, a_chunk)
        ends = (self._end(min(start + a_chunk, self.batches_per_epoch)) for start in starts)
        chunks = [order[start * self.batch_size : end] for start, end in zip(starts, ends, strict=True)]
        for start, rows, read in zip(starts, chunks, self._read_ahead(chunks), strict=True):
            image, label = self._change(read, len(rows), _generator(self.seed, number, start))
            size = self.batch_size // self._parts
            pairs = zip(torch.split(image, size), torch.split(label, size), strict=True)
            for index, batch in enumerate(pairs, start):
                if index >= first:
                    yield batch

    def example(self, n: int | None = None) -> PictureBatch:
        """Make a batch of the first pictures, unchanged."""
        n = n or self.batch_size
        image, label = self._read(torch.arange(n))
        return image.contiguous(memory_format=self.form), label

    def _end(self, batches: int) -> int:
        whole = batches * self.batch_size
        full = len(self.y) // self.batch_size * self.batch_size
        return min(whole, full + self._last)

    def _read_ahead(self, chunks: Sequence[Tensor]) -> Iterator[PictureBatch]:
        """Yield this process's part of each chunk; of a disk, the next one is read in a thread."""
        parts = (rows if (mine := self._mine(len(rows))) is None else rows[mine] for rows in chunks)
        if isinstance(self.X, Tensor):
            yield from map(self._read, parts)
            return
        yield from read_ahead(self._read, parts)

    def _read(self, rows: Int64[Tensor, " n"]) -> PictureBatch:
        label = self.y.index_select(0, rows.to(self.y.device))
        if isinstance(self.X, Tensor):
            return to_float(self.X.index_select(0, rows.to(self.X.device))), label
        return torch.from_numpy(self.X[rows.numpy()]).to(self.y.device), label

    def _change(self, read: PictureBatch, n: int, generator: torch.Generator) -> PictureBatch:
        """Change this process's part of a chunk of n pictures."""
        (image, label), mine = read, self._mine(n)
        drawn = self.augment.draw(n, generator) if self.augment else None
        if self.augment is not None and drawn is not None:
            drawn = drawn if mine is None else {name: values[mine] for name, values in drawn.items()}
            image = self.augment.apply(image, drawn)
        return image.contiguous(memory_format=self.form), label

    def _mine(self, n: int) -> Int64[Tensor, " m"] | None:
        """Find the positions within a chunk of n that are this process's part of every batch."""
        if self._parts == 1:
            return None
        positions = torch.arange(n)
        offset = positions % self.batch_size
        size = torch.full_like(positions, self.batch_size // self._parts)
        size[n - n % self.batch_size :] = max(1, (n % self.batch_size) // self._parts)
        return positions[offset // size == distributed.rank()]


def _generator(*numbers: int) -> torch.Generator:
    """Random numbers that depend on these numbers alone."""
    (seed,) = np.random.SeedSequence(numbers).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(seed >> np.uint64(1)))
