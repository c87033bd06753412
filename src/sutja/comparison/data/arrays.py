"""The arrays of a study as files, so that each of its processes can map them into memory.

Learners read one subset at a time, so that data larger than memory can be compared on.
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

PARTS = ("train", "validation", "test")
_INDEX = "material.json"

Part = tuple[int, NDArray[np.int64], NDArray[np.int64]]  # number of the array, its rows, their classes


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """Place of an array on the disk.

    Attributes
    ----------
    path : str
        File that holds the array.
    dtype : str
        Its type, as NumPy writes it.
    shape : tuple[int, ...]
        Its shape.
    offset : int
        Bytes before its first value.
    """

    path: str
    dtype: str
    shape: tuple[int, ...]
    offset: int

    @classmethod
    def save(cls, array: NDArray[Any], target: Path) -> ArrayFile:
        """Return the file of a memory-mapped array; any other array is written to `target`."""
        if isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap) and array.flags.c_contiguous:
            return cls(str(array.filename), array.dtype.str, array.shape, array.offset)
        np.save(target, array, allow_pickle=False)
        saved = np.load(target, mmap_mode="r")
        return cls(str(target.resolve()), saved.dtype.str, saved.shape, saved.offset)

    def open(self) -> NDArray[Any]:
        """Map the array into memory."""
        return np.memmap(self.path, np.dtype(self.dtype), "r", self.offset, self.shape)


@dataclass(frozen=True, slots=True)
class MappedData:
    """Items, their classes, and the three parts, mapped into memory.

    Attributes
    ----------
    folder : str
        Folder of the files.
    sources : tuple[ArrayFile, ...]
        Arrays of items; each part takes its items from one of them.
    pictures : bool
        True if items are pictures, (n, H, W) or (n, H, W, 3) uint8; else they are rows of features, (n, F).
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
        parts: Mapping[str, Part],
        pictures: bool,
        n_classes: int,
    ) -> MappedData:
        """Write what is not on the disk yet.

        Parameters
        ----------
        folder : Path
            Folder of the files; it is made if it does not exist.
        arrays : tuple[NDArray[Any], ...]
            Arrays of items.
        parts : Mapping[str, Part]
            For each of `PARTS` the number of its array, the rows of it, and their classes.
        pictures : bool
            True if items are pictures.
        n_classes : int
            K.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, (source, rows, labels) in parts.items():
            np.savez(folder / f"{name}.npz", source=source, rows=rows, labels=labels)
        files = [ArrayFile.save(array, folder / f"items{i}.npy") for i, array in enumerate(arrays)]
        data = cls(str(folder.resolve()), tuple(files), pictures, n_classes)
        (folder / _INDEX).write_text(json.dumps(asdict(data)), encoding="utf-8")
        return data

    @classmethod
    def open(cls, folder: Path) -> MappedData:
        """Open what `write` wrote."""
        index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
        files = [ArrayFile(f["path"], f["dtype"], tuple(f["shape"]), f["offset"]) for f in index["sources"]]
        return cls(index["folder"], tuple(files), index["pictures"], index["n_classes"])

    def load_labels(self, part: str) -> NDArray[np.int64]:
        """Load the classes of a part, (n,), from 0."""
        with np.load(Path(self.folder) / f"{part}.npz") as saved:
            return np.asarray(saved["labels"], np.int64)

    def load_items(self, part: str, indices: NDArray[np.int64] | None = None) -> NDArray[Any]:
        """Load items of a part, all or those at these indices, in the type that they are stored in."""
        with np.load(Path(self.folder) / f"{part}.npz") as saved:
            source, rows = int(saved["source"]), saved["rows"]
        rows = rows if indices is None else rows[indices]
        return np.ascontiguousarray(self.sources[source].open()[rows])

    @property
    def item_bytes(self) -> int:
        """Bytes of an item as float32, as learners see it."""
        return 4 * int(np.prod(self.sources[0].shape[1:]))


def to_rows(items: NDArray[Any]) -> NDArray[np.float32]:
    """Flatten items to rows of features, (n, F) float32; pixels become numbers from 0 to 1."""
    flat = items.reshape(len(items), -1)
    if flat.dtype == np.uint8:
        return flat.astype(np.float32) / np.float32(255)
    return flat.astype(np.float32)
