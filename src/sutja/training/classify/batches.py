"""Labelled pictures as one tensor on the device, and batches of them.

An epoch permutes the pictures, takes them a chunk at a time, changes the chunk (augmentation) in a few tensor
operations and slices batches from it. All of it is drawn from the seed, the epoch and the chunk alone, so an
epoch can be entered at any batch. Letters: n pictures, B batch, C, H, W, K classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64, Shaped
from numpy.typing import NDArray
from torch import Tensor

from sutja.training import distributed
from sutja.training.classify.augment import Augment

CHUNK = 4096  # pictures changed at once: enough to fill the vector units, little enough for the caches
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
    X, y : Shaped[Tensor, "n C H W"] or Int64[Tensor, " n"]
        The pictures, uint8 or float32, and their classes.
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
        X: Shaped[Tensor, "n C H W"],
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
        a_chunk = max(1, CHUNK // self.batch_size)
        for start in range(first - first % a_chunk, self.batches_per_epoch, a_chunk):
            stop = min(start + a_chunk, self.batches_per_epoch)
            rows = order[start * self.batch_size : self._end(stop)]
            image, label = self._chunk(rows, _generator(self.seed, number, start))
            size = self.batch_size // self._parts
            pairs = zip(torch.split(image, size), torch.split(label, size), strict=True)
            for index, batch in enumerate(pairs, start):
                if index >= first:
                    yield batch

    def example(self, n: int | None = None) -> PictureBatch:
        """Make a batch of the first pictures, unchanged."""
        n = n or self.batch_size
        image = to_float(self.X[:n]).contiguous(memory_format=self.form)
        return image, self.y[:n]

    def _end(self, batches: int) -> int:
        whole = batches * self.batch_size
        full = len(self.y) // self.batch_size * self.batch_size
        return min(whole, full + self._last)

    def _chunk(self, rows: Int64[Tensor, " n"], generator: torch.Generator) -> PictureBatch:
        """Return the part of some pictures that is this process's, changed."""
        mine = self._mine(len(rows))
        drawn = self.augment.draw(len(rows), generator) if self.augment else None
        rows = rows if mine is None else rows[mine]
        rows = rows.to(self.X.device)
        image, label = to_float(self.X.index_select(0, rows)), self.y.index_select(0, rows)
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
