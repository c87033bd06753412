"""Readers for sets of single digits: MNIST, USPS, exam-digits and scikit-learn's bundled digits.

Letters: N items, H and W pixels.
"""

import gzip
import math
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sutja.errors import DataError, make_unreadable_error
from sutja.regular_files import open_regular, read_text
from sutja.structured_text import parse_csv

Part = Literal["train", "test"]
Record = TypeVar("Record")

_IDX_TYPES: dict[int, np.dtype[Any]] = {8: np.dtype("u1"), 12: np.dtype(">i4")}  # the two that occur here
_MNIST_STEMS = {"train": "train", "test": "t10k"}
_LARGEST_TABLE = 500_000_000  # bytes
_MOST_AXES = 8  # of an IDX array
_MOST_PACKED = 1_100  # times its size that gzip can unpack to
_WRITER_COLUMN = 2  # of the QMNIST label rows


@dataclass(frozen=True)
class Digits:
    """Single digits, light on dark.

    Attributes
    ----------
    images : NDArray[uint8]
        uint8 array (N, H, W) 0 is the ground, 255 the ink.
    labels : NDArray[int64]
        int64 array (N,) 0 to 9.
    groups : NDArray[Any]
        Array (N,) Who or what the digit comes from, the key of the split: int writers (mnist), str quizzes
        (exam-digits), int row numbers where nothing is known (usps, digits).
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    groups: NDArray[Any]

    @property
    def writers(self) -> NDArray[Any]:
        """The groups, by the name they have in QMNIST."""
        return self.groups

    def __len__(self) -> int:
        return len(self.labels)


def read_mnist(root: Path, part: Part) -> Digits:
    """MNIST with the writer of each digit from QMNIST: 60,000 or 10,000 images of 28 by 28.

    Raises
    ------
    DataError
        A file is missing, is not IDX, or the files do not belong together.
    """
    folder, stem = root / "mnist", _MNIST_STEMS[part]
    images = read_idx(folder / f"{stem}-images-idx3-ubyte.gz").astype(np.uint8)
    labels = read_idx(folder / f"{stem}-labels-idx1-ubyte.gz").astype(np.int64)
    rows = read_idx(folder / f"qmnist-{part}-labels-idx2-int.gz")[: len(labels)]
    if len(images) != len(labels) or not np.array_equal(rows[:, 0], labels):
        raise DataError(f"the files of the {part} part do not belong together", where=str(folder))
    return Digits(images, labels, rows[:, _WRITER_COLUMN].astype(np.int64))


def read_usps(root: Path, part: Part) -> Digits:
    """The postal digits of 1989: 7,291 or 2,007 images of 16 by 16.

    The files hold values from -1 (paper) to 1 (ink) in steps of 0.001; here v becomes round((v + 1) * 127.5),
    so that 2,001 levels fold into 256: half a grey level is lost.

    Raises
    ------
    DataError
        The file is missing or a line is not a label and 256 values.
    """
    path = root / "usps" / f"zip.{part}.gz"
    try:
        with gzip.open(path, "rt", encoding="ascii") as lines:
            table = np.array([line.split() for line in lines], dtype=np.float64)
        if table.ndim != 2 or table.shape[1] != 257:
            raise ValueError("a line has not a label and 256 pixels")
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise make_unreadable_error(path, error, "cannot be read as USPS digits") from error
    pixels = np.rint((table[:, 1:] + 1) * 127.5).astype(np.uint8)
    return Digits(pixels.reshape(-1, 16, 16), table[:, 0].astype(np.int64), np.arange(len(table)))


def read_exam_digits(root: Path) -> Digits:
    """Digits from exam answer boxes: 1,341 images of 28 by 28, the groups are quizzes.

    The files are dark on light, often faint; here they are inverted.

    Raises
    ------
    DataError
        A file is missing or not 28 by 28, or the table has other columns.
    """
    folder = root / "exam-digits"
    rows = read_records(
        folder / "labels.csv",
        lambda row: (folder / row["file"], int(row["label"]), row["group"]),
        "the columns file, label and group",
    )
    images = np.stack([255 - _gray(path, (28, 28)) for path, _, _ in rows])
    labels = np.array([label for _, label, _ in rows], dtype=np.int64)
    return Digits(images, labels, np.array([group for _, _, group in rows]))


def read_bundled_digits() -> Digits:
    """The 1,797 digits of 8 by 8 that scikit-learn carries; their 17 levels 0 to 16 become 0 to 255."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    return Digits(images, bunch.target.astype(np.int64), np.arange(len(images)))


def read_idx(path: Path) -> NDArray[Any]:
    """Array in an IDX file of bytes or big-endian 32-bit integers; gzipped if its name ends in .gz.

    Raises
    ------
    DataError
        The file is missing, is not IDX, or is cut off.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if path.suffix != ".gz":
                return _read_idx(file, path, size)
            with gzip.open(file) as unpacked:
                return _read_idx(unpacked, path, _MOST_PACKED * size)
    except (OSError, EOFError, zlib.error) as error:
        raise make_unreadable_error(path, error) from error


def _read_idx(file: Any, path: Path, most: int) -> NDArray[Any]:
    """Read the array of an open IDX file, no more bytes of it than its header needs, and `most` in all."""
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _IDX_TYPES or not 1 <= head[3] <= _MOST_AXES:
        raise DataError("not an IDX file of bytes or 32-bit integers", where=str(path))
    dtype, n_axes = _IDX_TYPES[head[2]], head[3]
    sides = file.read(4 * n_axes)
    shape = tuple(int.from_bytes(sides[4 * i : 4 + 4 * i], "big") for i in range(n_axes))
    size = dtype.itemsize * math.prod(shape)
    if size > most:
        raise DataError(f"its header says {shape}, more than the file can hold", where=str(path))
    raw = file.read(size + 1)
    if len(raw) != size or len(sides) != 4 * n_axes:
        held = "more" if len(raw) > size else f"{len(raw):,}"
        raise DataError(f"its header says {shape}, but it holds {held} bytes", where=str(path))
    try:
        return np.frombuffer(raw, dtype).reshape(shape)
    except ValueError as error:  # no axis of such an array may be so long, even where another is 0
        raise DataError(f"its header says {shape}, which is no array", where=str(path)) from error


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file by the names in its first line.

    Raises
    ------
    DataError
        The file is missing, is not text, or a row has more or fewer values than the first line has names.
    """
    rows = read_csv_rows(path)
    try:
        if not rows:
            raise ValueError("it is empty")
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    except ValueError as error:
        raise make_unreadable_error(path, error, "its rows are not as long as its first line") from error


def read_records(path: Path, make: Callable[[dict[str, str]], Record], columns: str) -> list[Record]:
    """Make a record of each row of a CSV file with names in its first line.

    Parameters
    ----------
    path : Path
        The file.
    make : Callable[[dict[str, str]], Record]
        Makes a record of a row; a KeyError or a ValueError means that the table is another one.
    columns : str
        Columns that the table must have, for the message.

    Raises
    ------
    DataError
        The file is missing or damaged, or is no such table.
    """
    try:
        return [make(row) for row in read_csv(path)]
    except (KeyError, ValueError) as error:
        raise make_unreadable_error(path, error, f"is no table of {columns}") from error


def read_csv_rows(path: Path, quotechar: str = '"') -> list[list[str]]:
    """Rows of a CSV file.

    Raises
    ------
    DataError
        The file is missing or not text.
    """
    try:
        return parse_csv(read_text(path, _LARGEST_TABLE, "utf-8"), quotechar=quotechar)
    except (OSError, ValueError) as error:
        raise make_unreadable_error(path, error) from error


def _gray(path: Path, shape: tuple[int, int]) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"))
    except OSError as error:
        raise make_unreadable_error(path, error, "cannot be read as a picture") from error
    if pixels.shape != shape:
        raise DataError(f"its shape is {pixels.shape}, not {shape}", where=str(path))
    return pixels
