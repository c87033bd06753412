"""The sets of the catalogue that show single digits, part by part."""

from __future__ import annotations

import numpy as np

from sutja.data.sets.catalogue import ENTRIES, Entry, data_root
from sutja.data.sets.crops import draw_strokes, read_pen_digits
from sutja.data.sets.digits import Digits, Part, read_bundled_digits, read_exam_digits, read_mnist, read_usps
from sutja.data.sets.fields import cut_sudoku_cells, read_sudoku
from sutja.data.split.fixed import is_test
from sutja.errors import DataError

FIRST_DIGIT = {"sudoku": 1}  # elsewhere 0
CELL = 32  # pixels, width and height of a cell of a grid
CELL_MARGIN = 0.08  # of the cell: the printed lines


def read_digit_set(entry: Entry, part: Part) -> Digits:
    """Read one part of a set of digits: of its official split, else by the hash of `sutja.data.split.fixed`.

    Raises
    ------
    DataError
        The set shows no single digits, or is not here.
    """
    name = entry.name
    if name == "mnist":
        return read_mnist(data_root(), part)
    if name == "usps":
        return read_usps(data_root(), part)
    if name == "digits":
        return _part_of(read_bundled_digits(), name, part)
    if name == "exam-digits":
        return _part_of(read_exam_digits(data_root()), name, part)
    if name == "pen-digits":
        return _part_of(_drawn_digits(), name, part)
    if name == "sudoku":
        return _sudoku_digits(part)
    known = ", ".join(other.name for other in ENTRIES.values() if other.task == "classify")
    raise DataError(
        f"this set is there to {entry.task}, not to classify", where=name, remedy=f"name one of {known}"
    )


def _part_of(digits: Digits, name: str, part: Part) -> Digits:
    wanted = part == "test"
    side = {key: is_test(name, key) for key in set(digits.groups.tolist())}
    chosen = np.array([side[key] == wanted for key in digits.groups.tolist()], dtype=bool)
    return Digits(digits.images[chosen], digits.labels[chosen], digits.groups[chosen])


def _drawn_digits() -> Digits:
    records = read_pen_digits(data_root())
    return Digits(
        np.stack([draw_strokes(record) for record in records]),
        np.array([int(record.text) for record in records], np.int64),
        np.array([record.group for record in records]),
    )


def _sudoku_digits(part: Part) -> Digits:
    """Cells of the photos in RGB, without those whose outline is not known."""
    images, labels, groups = [], [], []
    for record in read_sudoku(data_root()):
        if record.outline is None or is_test("sudoku", record.key) != (part == "test"):
            continue
        images.append(cut_sudoku_cells(record, CELL, CELL_MARGIN))
        labels += [digit for row in record.digits for digit in row]
        groups += [record.key] * 81
    return Digits(np.concatenate(images), np.array(labels, np.int64), np.array(groups))
