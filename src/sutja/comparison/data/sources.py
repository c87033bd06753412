"""What `sutja compare` takes as DATA: all that `sutja train classify` takes, and tables of numbers.

Letters: n items, F features.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.data.npz import mapped
from sutja.data.labelled.csv_tables import GROUP_NAMES, PATH_NAMES
from sutja.data.labelled.load import load_labelled
from sutja.data.sets.catalogue import ENTRIES
from sutja.errors import ComparisonError
from sutja.memory import free_memory

_LABEL_NAMES = ("label", "class", "target", "y")
_SHOWN = 40  # characters of a cell in a message
_TEXT_COPIES = 12  # of a table that are in memory while it is read


@dataclass(frozen=True, slots=True)
class Source:
    """Items and classes as `sutja.compare` takes them."""

    X: Any
    y: NDArray[Any]
    groups: NDArray[Any] | None
    test: tuple[Any, NDArray[Any]] | None
    classes: tuple[str, ...] | None
    name: str
    notes: tuple[str, ...]


def load_source(data: str | None, resize: tuple[int, int] | None = None) -> Source:
    """Read DATA.

    Raises
    ------
    ComparisonError, DataError
        There are none, or they cannot be compared on.
    """
    if data is not None and data not in ENTRIES:
        path = Path(data).expanduser()
        if path.suffix.lower() in (".csv", ".tsv") and path.is_file() and (rows := _features_of(path)):
            return _table(path, *rows)
        if path.suffix.lower() == ".npz" and path.is_file() and (arrays := _arrays_of(path)) is not None:
            return _arrays(path, arrays)
    train = load_labelled(data, "train", resize)
    test, notes = None, train.notes
    name = train.source.removesuffix(" (train)")
    if train.parted:
        asked = load_labelled(data, "test", resize).in_classes(train.classes)
        test = (asked.images, np.array(asked.classes)[asked.labels])
        notes += asked.notes
    return Source(train.images, train.labels, train.groups, test, train.classes, name, notes)


def _features_of(path: Path) -> tuple[list[str], list[list[str]]] | None:
    """Names and rows of a table of numbers; None where it is a table of pictures."""
    if _TEXT_COPIES * path.stat().st_size > free_memory():
        raise ComparisonError(
            "is too large to be read as text",
            where=str(path),
            remedy="save its numbers as X and y with numpy.savez, which are read where they lie",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ComparisonError(
            f"cannot be read ({error})", where=str(path), remedy="save it as UTF-8"
        ) from error
    first = text.partition("\n")[0]
    sign = max(",;\t", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=sign) if row]
    if not rows or len(rows[0]) < 2 or {name.strip().lower() for name in rows[0]} & set(PATH_NAMES):
        return None
    if (path.parent / rows[0][0].strip()).is_file():  # a path without names on top
        return None
    if all(_is_number(cell) for cell in rows[0]):  # no names on top: the last column has the classes
        return [*(f"column {i}" for i in range(1, len(rows[0]))), "label"], rows
    return [name.strip() for name in rows[0]], rows[1:]


def _table(path: Path, names: list[str], rows: list[list[str]]) -> Source:
    """Rows of numbers with a column of classes."""
    lower = [name.lower() for name in names]
    label = next((lower.index(name) for name in _LABEL_NAMES if name in lower), len(names) - 1)
    group = next((lower.index(name) for name in GROUP_NAMES if name in lower), None)
    for line, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise ComparisonError(
                f"line {line} has {len(row)} cells, and there are {len(names)} columns",
                where=str(path),
                remedy="mend that line",
            )
    columns = [i for i in range(len(names)) if i not in (label, group)]
    if not columns or not rows:
        raise ComparisonError(
            "holds no numbers to learn from", where=str(path), remedy="give it columns of numbers"
        )
    cells = np.array([[row[i] for i in columns] for row in rows])
    X = np.empty(cells.shape, np.float32)
    for place, column in enumerate(columns):
        try:
            X[:, place] = cells[:, place].astype(np.float32)
        except ValueError:
            at, text = next((i, c) for i, c in enumerate(cells[:, place].tolist()) if not _is_number(c))
            if not text.strip():
                raise ComparisonError(
                    f"has an empty cell in the column {names[column]}, the first in row {at + 1}",
                    where=str(path),
                    remedy="fill it, or leave that row or column out",
                ) from None
            raise ComparisonError(
                f"has text where numbers should be: {text[:_SHOWN]!r} in the column {names[column]}",
                where=str(path),
                remedy=f"encode its words as numbers, or leave the column out; the classes are taken from "
                f"{names[label]}",
            ) from None
    groups = None if group is None else np.array([row[group] for row in rows])
    y = np.array([row[label] for row in rows])
    return Source(X, y, groups, None, None, path.name, (f"classes are taken from the column {names[label]}",))


def _arrays_of(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return X, y and groups of a file whose X are rows of features; None where they are pictures.

    Pictures that are too many to read stay in their file.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            n_bytes = sum(member.file_size for member in packed.infolist())
        with np.load(path, allow_pickle=False) as arrays:
            if "X" not in arrays.files or "y" not in arrays.files:
                return None
            large = n_bytes > free_memory() / 2
            X = mapped(path, "X") if large else arrays["X"]
            square = X.ndim == 2 and math.isqrt(X.shape[1]) ** 2 == X.shape[1] and X.dtype.kind in "ui"
            if not large and (X.ndim != 2 or square):
                return None
            if square and isinstance(X, np.memmap):
                side = math.isqrt(X.shape[1])
                X = np.memmap(path, X.dtype, "r", X.offset, (len(X), side, side))
            found = {"X": X, "y": arrays["y"]}
            if "groups" in arrays.files:
                found["groups"] = arrays["groups"]
            return found
    except ComparisonError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None  # the loader of pictures says what is wrong with it


def _arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> Source:
    return Source(arrays["X"], arrays["y"], arrays.get("groups"), None, None, path.name, ())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
