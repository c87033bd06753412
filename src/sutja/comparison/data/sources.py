"""Load the DATA of `sutja compare`: all that `sutja train classify` takes, tables of numbers, and arrays.

Letters: n items, F features.
"""

from __future__ import annotations

import contextlib
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sutja.comparison.data.number_marks import write_plainly
from sutja.data.labelled.arrays import check_npz, check_text
from sutja.data.labelled.csv_tables import GROUP_NAMES, PATH_NAMES
from sutja.data.labelled.labels import show_some
from sutja.data.labelled.load import load_labelled
from sutja.data.sets.catalogue import ENTRIES
from sutja.errors import ComparisonError
from sutja.memory import measure_free_memory
from sutja.regular_files import is_file, read_text
from sutja.structured_text import parse_csv

_LABEL_NAMES = ("label", "class", "target", "y")
_TEXT_COPIES = 12  # of a table that are in memory while it is read
_LOCAL_HEADER = (
    30  # bytes of a zip member's header before its name; two of its fields are lengths of what follows
)
_LENGTHS = slice(26, 30)


@dataclass(frozen=True, slots=True)
class Source:
    """Items and classes as `sutja.compare` takes them.

    Attributes
    ----------
    X : Any
        (n, ...) pictures or rows of features.
    y : NDArray[Any]
        (n,) classes.
    groups : NDArray[Any] | None
        (n,) groups, if they are known.
    test : tuple[Any, NDArray[Any]] | None
        Items and classes of the test part, if the data have one.
    classes : tuple[str, ...] | None
        Names of the classes, if y holds their numbers.
    name : str
        Name of the data.
    notes : tuple[str, ...]
        Lines that the person should see.
    columns : tuple[str, ...] | None
        Names of the columns of a table.
    """

    X: Any
    y: NDArray[Any]
    groups: NDArray[Any] | None
    test: tuple[Any, NDArray[Any]] | None
    classes: tuple[str, ...] | None
    name: str
    notes: tuple[str, ...]
    columns: tuple[str, ...] | None = None


def load_source(data: str | None, resize: tuple[int, int] | None = None) -> Source:
    """Load labelled data.

    Parameters
    ----------
    data : str | None
        Name of a public data set, or path of a folder or file; None for scikit-learn's digits.
    resize : tuple[int, int] | None
        Height and width to which all pictures are resized.

    Raises
    ------
    ComparisonError, DataError
        There are no such data, or they cannot be compared on.
    """
    if data is not None and data not in ENTRIES:
        path = Path(data).expanduser()
        if path.suffix.lower() in (".csv", ".tsv") and path.is_file() and (rows := _read_table(path)):
            return _parse_table(path, *rows)
        if path.suffix.lower() == ".npz" and path.is_file() and (arrays := _read_arrays(path)) is not None:
            groups = arrays.get("groups")
            return Source(arrays["X"], arrays["y"], groups, None, None, path.name, ())
    train = load_labelled(data, "train", resize)
    test, notes = None, train.notes
    name = train.source.removesuffix(" (train)")
    if train.parted:
        tested = load_labelled(data, "test", resize).in_classes(train.classes)
        test = (tested.images, np.array(tested.classes)[tested.labels])
        notes += tested.notes
    return Source(train.images, train.labels, train.groups, test, train.classes, name, notes)


def _read_table(path: Path) -> tuple[list[str], list[list[str]], str] | None:
    """Read names, rows and delimiter of a table of numbers; None if it is one of pictures."""
    if _TEXT_COPIES * path.stat().st_size > measure_free_memory():
        raise ComparisonError(
            "is too large to be read as text",
            where=str(path),
            remedy="save its numbers as X and y with numpy.savez, which are mapped into memory",
        )
    try:
        text = read_text(path, path.stat().st_size)
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows = [row for row in parse_csv(text, delimiter) if row]
    except (OSError, ValueError) as error:
        raise ComparisonError(
            f"cannot be read ({error})", where=str(path), remedy="save it as CSV in UTF-8"
        ) from error
    if not rows or len(rows[0]) < 2 or {name.strip().lower() for name in rows[0]} & set(PATH_NAMES):
        return None
    if is_file(path.parent / rows[0][0].strip()):  # paths, without column names
        return None
    if all(_is_number(cell) for cell in rows[0]):  # no column names: the last column has the classes
        return [*(f"column {i}" for i in range(1, len(rows[0]))), "label"], rows, delimiter
    return [name.strip() for name in rows[0]], rows[1:], delimiter


def _parse_table(path: Path, names: list[str], rows: list[list[str]], delimiter: str) -> Source:
    """Parse rows of numbers with a column of classes."""
    lower = [name.lower() for name in names]
    label = next((lower.index(name) for name in _LABEL_NAMES if name in lower), len(names) - 1)
    group = next((lower.index(name) for name in GROUP_NAMES if name in lower), None)
    for line, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise ComparisonError(
                f"line {line} has {len(row)} cells, and there are {len(names)} columns",
                where=str(path),
                remedy="correct that line",
            )
    columns = [i for i in range(len(names)) if i not in (label, group)]
    if not columns or not rows:
        raise ComparisonError(
            "holds no numbers to learn from", where=str(path), remedy="give it columns of numbers"
        )
    X: NDArray[Any] = np.array([[row[i] for i in columns] for row in rows], object)
    notes = [f"classes are taken from the column {names[label]}"]
    marked = {k: plain for k in range(len(columns)) if (plain := write_plainly(X[:, k].tolist(), delimiter))}
    for k, plain in marked.items():
        X[:, k] = plain
    if marked:
        notes.append(
            f"numbers with commas in {show_some([names[columns[k]] for k in marked])} are read as such"
        )
    with contextlib.suppress(ValueError):  # words and empty cells are encoded later
        X = X.astype(np.float32)
    groups = None if group is None else np.array([row[group] for row in rows])
    y = np.array([row[label] for row in rows])
    return Source(X, y, groups, None, None, path.name, tuple(notes), tuple(names[i] for i in columns))


def _read_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """Read X, y and groups of a file whose X are rows of features; None if X are pictures.

    Arrays too large for the memory are mapped into it, pictures too.
    """
    try:
        n_bytes = check_npz(path)
        with np.load(path, allow_pickle=False) as arrays:
            if "X" not in arrays.files or "y" not in arrays.files:
                return None
            large = n_bytes > measure_free_memory() / 2
            X = map_array(path, "X") if large else arrays["X"]
            square = X.ndim == 2 and math.isqrt(X.shape[1]) ** 2 == X.shape[1] and X.dtype.kind in "ui"
            if not large and (X.ndim != 2 or square):
                return None
            if square and isinstance(X, np.memmap):
                side = math.isqrt(X.shape[1])
                X = np.memmap(path, X.dtype, "r", X.offset, (len(X), side, side))
            others = {name: arrays[name] for name in ("y", "groups") if name in arrays.files}
            for array in others.values():
                check_text(array)
            return {"X": X, **others}
    except ComparisonError:
        raise
    except Exception:  # NumPy's reader raises a dozen kinds of errors on a damaged file
        return None  # the loader of pictures says what is wrong with it


def map_array(path: Path, name: str) -> NDArray[Any]:
    """Map an array of an .npz file into memory, which NumPy itself would read as a whole.

    Parameters
    ----------
    path : Path
        The .npz file.
    name : str
        Name of the array in it.

    Raises
    ------
    ComparisonError
        The array is compressed, or cannot be read in parts.
    """
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise ComparisonError(
            f"has {name} compressed, and it does not fit in memory",
            where=str(path),
            remedy="save it with numpy.savez, or in Python give sutja.compare numpy.load('X.npy', "
            "mmap_mode='r')",
        )
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER)
        lengths = np.frombuffer(header[_LENGTHS], "<u2")
        file.seek(member.header_offset + _LOCAL_HEADER + int(lengths.sum()))
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, by_column, dtype = read(file)
        if dtype.hasobject or by_column or not shape:
            raise ComparisonError(
                f"has {name} as {dtype}{', by columns' if by_column else ''}, which cannot be read in parts",
                where=str(path),
                remedy="save it as numbers, in C order",
            )
        return np.memmap(path, dtype, "r", file.tell(), shape)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
