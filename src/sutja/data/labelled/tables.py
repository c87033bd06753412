"""Tables of pictures with a class each, and of crops with a text each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.charset import CHARSET
from sutja.data.labelled.csv_tables import (
    GROUP_NAMES,
    Table,
    find_files,
    find_unnamed_pictures,
    read_table,
    select_rows,
)
from sutja.data.labelled.labels import check_none_lost, encode_labels, show_some
from sutja.data.labelled.picture_stack import LoadedPictures, Size, stack_pictures
from sutja.data.sets.digits import Part
from sutja.errors import DataError

LABEL_NAMES = ("label", "class", "target", "y", "digit")
TEXT_NAMES = ("text", "transcription", "number", "label")


@dataclass(frozen=True, slots=True)
class Texts:
    """Crops with what is written on them.

    Attributes
    ----------
    paths : tuple of n Path
    texts : tuple of n str
        In characters of the charset; "" where there is no number on the crop.
    groups : NDArray[str_] | None
        Array (n,) or None Writer, document, … of each crop, where known.
    source : str
        The table's name.
    parted : bool
        True if the table tells training from test crops; if not, either part is all of it.
    """

    paths: tuple[Path, ...]
    texts: tuple[str, ...]
    groups: NDArray[np.str_] | None
    source: str
    parted: bool = False

    def __len__(self) -> int:
        return len(self.texts)


def read_class_table(path: Path, part: Part, resize: Size | None) -> LoadedPictures:
    """The pictures that a table names, with their labels; everything is checked before a picture is read.

    Raises
    ------
    DataError
        Files that are not there, rows without a label, too many classes to be any, or what `read_table` and
        `stack_pictures` refuse.
    """
    table = read_table(path, LABEL_NAMES)
    rows, parted = select_rows(table, part)
    labels = np.array([label.strip() for label in table.column(LABEL_NAMES) or []])
    _check_labels(table, labels)
    encode_labels(labels[rows], str(path), training=part == "train")
    files = find_files(table)
    images, kept, notes = stack_pictures([files[i] for i in rows], resize, str(path))
    chosen = np.array(rows, np.intp)[kept]
    check_none_lost(labels[rows], labels[chosen], str(path))
    names = tuple(str(files[i]) for i in chosen)
    groups = _groups(table)
    return LoadedPictures(
        images,
        labels[chosen],
        None if groups is None else groups[chosen],
        names,
        parted,
        (*notes, *find_unnamed_pictures(files)),
        unreadable=np.delete(labels[rows], kept),
    )


def load_texts(data: str | Path, part: Part = "train", charset: str = CHARSET) -> Texts:
    """Crops and their texts, as a table with the columns path and text names them.

    Parameters
    ----------
    data : str or Path
        A ``.csv`` or ``.tsv``; the columns group and part are used where there are any. No picture is read.
    part : Part
        "train" or "test" As for `sutja.data.labelled.load.load_labelled`.
    charset : str
        The characters that a text may hold.

    Raises
    ------
    DataError
        Files that are not there, texts with other characters, or none but empty ones.
    """
    path = Path(data).expanduser()
    if not path.is_file():
        raise DataError(
            "there is no such table", where=str(path), remedy="give a .csv with the columns path and text"
        )
    table = read_table(path, TEXT_NAMES)
    rows, parted = select_rows(table, part)
    texts = [text.strip() for text in table.column(TEXT_NAMES) or []]
    for text, line in zip(texts, table.lines, strict=True):
        if unknown := sorted(set(text) - set(charset)):
            raise DataError(
                f"line {line} has the text {text!r}, and {show_some(unknown)} cannot be written",
                where=str(path),
                remedy=f"is text the right column? The characters are {charset}",
            )
    if not any(texts[i] for i in rows):
        raise DataError("all of its texts are empty", where=str(path), remedy="write what is on each crop")
    files, groups = find_files(table), _groups(table)
    return Texts(
        tuple(files[i] for i in rows),
        tuple(texts[i] for i in rows),
        None if groups is None else groups[rows],
        path.name,
        parted,
    )


def _check_labels(table: Table, labels: NDArray[np.str_]) -> None:
    missing = [table.lines[i] for i in np.flatnonzero(labels == "")]
    if missing:
        raise DataError(
            f"{len(missing):,} files have no label: line {show_some(missing)}",
            where=str(table.path),
            remedy="label them, or take the lines out",
        )


def _groups(table: Table) -> NDArray[np.str_] | None:
    column = table.column(GROUP_NAMES)
    return None if column is None else np.array([group.strip() for group in column])
