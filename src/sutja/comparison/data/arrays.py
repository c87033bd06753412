"""The arrays of a comparison as files, so that every process of it can map them into memory.

What the learners see is made from them a subset at a time, so that data larger than memory serve.
Letters: n items, C channels, H rows, W columns, F features, K classes.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = ("learn", "held", "test")
_FACTS = "material.json"


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """Where an array lies on the disk."""

    path: str
    dtype: str
    shape: tuple[int, ...]
    offset: int

    @classmethod
    def of(cls, array: NDArray[Any], target: Path) -> ArrayFile:
        """The file of a memory-mapped array; any other array is written to `target`."""
        if isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap) and array.flags.c_contiguous:
            return cls(str(array.filename), array.dtype.str, array.shape, array.offset)
        np.save(target, array, allow_pickle=False)
        saved = np.load(target, mmap_mode="r")
        return cls(str(target.resolve()), saved.dtype.str, saved.shape, saved.offset)

    def open(self) -> NDArray[Any]:
        """The array, mapped into memory."""
        return np.memmap(self.path, np.dtype(self.dtype), "r", self.offset, self.shape)


@dataclass(frozen=True, slots=True)
class Material:
    """Items, their classes, and the three parts.

    Parameters
    ----------
    folder : str
        Of the files.
    sources : tuple[ArrayFile, ...]
        The arrays of items; a part is of one of them.
    pictures : bool
        Whether items are pictures, (n, H, W) or (n, H, W, 3) uint8; else rows of features (n, F).
    n_classes : int
        K.
    """

    folder: str
    sources: tuple[ArrayFile, ...]
    pictures: bool
    n_classes: int

    @classmethod
    def write(
        cls,
        folder: Path,
        arrays: tuple[NDArray[Any], ...],
        parts: Mapping[str, tuple[int, NDArray[np.int64], NDArray[np.int64]]],
        pictures: bool,
        n_classes: int,
    ) -> Material:
        """Write what is not on the disk yet.

        Parameters
        ----------
        arrays : tuple[NDArray[Any], ...]
            Of items.
        parts : Mapping[str, tuple[int, NDArray[int64], NDArray[int64]]]
            For each of `PARTS` its array, the rows of it, and their classes.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, (source, rows, labels) in parts.items():
            np.savez(folder / f"{name}.npz", source=source, rows=rows, labels=labels)
        files = [ArrayFile.of(array, folder / f"items{i}.npy") for i, array in enumerate(arrays)]
        made = cls(str(folder.resolve()), tuple(files), pictures, n_classes)
        (folder / _FACTS).write_text(json.dumps(asdict(made)), encoding="utf-8")
        return made

    @classmethod
    def read(cls, folder: Path) -> Material:
        """What `write` wrote."""
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        files = [ArrayFile(f["path"], f["dtype"], tuple(f["shape"]), f["offset"]) for f in facts["sources"]]
        return cls(facts["folder"], tuple(files), facts["pictures"], facts["n_classes"])

    def labels(self, part: str) -> NDArray[np.int64]:
        """(n,) classes of a part, from 0."""
        with np.load(Path(self.folder) / f"{part}.npz") as saved:
            return np.asarray(saved["labels"], np.int64)

    def items(self, part: str, chosen: NDArray[np.int64] | None = None) -> NDArray[Any]:
        """Items of a part, all or those at these places, as they lie in their file."""
        with np.load(Path(self.folder) / f"{part}.npz") as saved:
            source, rows = int(saved["source"]), saved["rows"]
        rows = rows if chosen is None else rows[chosen]
        return np.ascontiguousarray(self.sources[source].open()[rows])

    @property
    def item_bytes(self) -> int:
        """Of an item as numbers of 4 bytes, as learners see it."""
        return 4 * int(np.prod(self.sources[0].shape[1:]))


def as_rows(items: NDArray[Any]) -> NDArray[np.float32]:
    """Items as rows of features, (n, F) float32; pixels from 0 to 1."""
    flat = items.reshape(len(items), -1)
    if flat.dtype == np.uint8:
        return flat.astype(np.float32) / np.float32(255)
    return flat.astype(np.float32)
