"""Filled sudoku grids: nine by nine lone digits, of which no row, column or square may hold one twice.

That rule is a grammar, as check digits are one, and it is used alike: it finds the likeliest grid that fits
the readings of the cells. It only changes cells that were in doubt, to digits that the reader itself thought
possible; a grid that does not fit stays as it was read, with the mistakes of the person who filled it.
Letters: p (9, 9, 10) probability of each digit in each cell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sutja.types import Alternative, Number

SIDE = 9
DOUBT = 0.95  # a cell read more surely is never changed
_MIN_PROBABILITY = 0.002  # of a digit that the reader did not name
_MIN_LIKELIHOOD = 1e-12  # of a grid that fits, relative to the grid as it was read
_MAX_STEPS = 20_000  # of the search; then the grid stays as it was read

Cells = Mapping[tuple[int, int], int]  # row and column, from 0 → index of the number


def correct_grids(numbers: Sequence[Number]) -> list[Number]:
    """Correct every filled grid among the numbers of a page, as `correct_grid` does.

    Parameters
    ----------
    numbers : Sequence[Number]
        Numbers with their tables, rows and columns.
    """
    tables: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for i, number in enumerate(numbers):
        if number.table is not None and number.row is not None and number.column is not None:
            tables[number.table][number.row - 1, number.column - 1] = i
    corrected = list(numbers)
    for cells in tables.values():
        corrected = correct_grid(corrected, cells)
    return corrected


def correct_grid(numbers: Sequence[Number], cells: Cells) -> list[Number]:
    """Correct a filled grid among the numbers of a page, where only cells in doubt must change.

    Parameters
    ----------
    numbers : Sequence[Number]
        Numbers of a page.
    cells : Cells
        Positions of those of a table, rows and columns counted from 0. A table that is no full grid stays as
        it is.
    """
    corrected = list(numbers)
    full = len(cells) == SIDE**2 and max(map(max, cells)) == SIDE - 1
    if not full or any(len(numbers[i].digits) != 1 for i in cells.values()):
        return corrected
    grid = [[numbers[cells[r, c]] for c in range(SIDE)] for r in range(SIDE)]
    p = _make_probabilities(grid)
    read = np.array([[int(number.digits) for number in row] for row in grid])
    fitting = _search(p)
    if fitting is None:
        return corrected
    rows, columns = np.indices((SIDE, SIDE))
    change = float(np.log(p[rows, columns, fitting]).sum() - np.log(p[rows, columns, read]).sum())
    if change < math.log(_MIN_LIKELIHOOD):
        return corrected
    for (r, c), i in cells.items():
        if fitting[r, c] != read[r, c]:
            corrected[i] = _change_digit(numbers[i], str(fitting[r, c]), float(p[r, c, fitting[r, c]]))
    return corrected


def _make_probabilities(grid: Sequence[Sequence[Number]]) -> NDArray[np.float64]:
    """Return p (9, 9, 10); sure cells have one digit only, and 0 is no digit of a grid."""
    p = np.full((SIDE, SIDE, 10), _MIN_PROBABILITY)
    for r, row in enumerate(grid):
        for c, number in enumerate(row):
            if number.confidence >= DOUBT:
                p[r, c] = 0.0
            p[r, c, int(number.digits)] = max(number.confidence, 0.05)
            for other in number.alternatives:
                if number.confidence < DOUBT and len(other.text) == 1 and other.text.isdecimal():
                    p[r, c, int(other.text)] = max(p[r, c, int(other.text)], other.confidence)
    p[:, :, 0] = np.minimum(p[:, :, 0], _MIN_PROBABILITY / 10)
    return p


def _search(p: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Search the likeliest digits (9, 9) that fit; None where none do, or the search takes too long.

    Branch and bound: depth first, the cell with the fewest digits left first, the likeliest digit first.
    """
    logs = np.log(np.maximum(p, 1e-300))
    open_to = (p[:, :, 1:] > 0).astype(bool)
    best: tuple[float, NDArray[np.int64] | None] = (
        math.log(_MIN_LIKELIHOOD) * 3 + float(logs.max(axis=2).sum()),
        None,
    )
    steps = 0

    def go(allowed: NDArray[np.bool_], digits: NDArray[np.int64], sum_so_far: float) -> None:
        nonlocal best, steps
        steps += 1
        if steps > _MAX_STEPS:
            return
        empty = digits == 0
        if not empty.any():
            if sum_so_far > best[0]:
                best = (sum_so_far, digits.copy())
            return
        left = np.where(allowed, logs[:, :, 1:], -np.inf).max(axis=2)
        if not np.isfinite(left[empty]).all() or sum_so_far + float(left[empty].sum()) <= best[0]:
            return
        counts = np.where(empty, allowed.sum(axis=2), 99)
        r, c = divmod(int(counts.argmin()), SIDE)
        for digit in sorted(np.flatnonzero(allowed[r, c]) + 1, key=lambda d: -logs[r, c, d]):
            fewer = allowed.copy()
            fewer[r, :, digit - 1] = fewer[:, c, digit - 1] = False
            fewer[r // 3 * 3 : r // 3 * 3 + 3, c // 3 * 3 : c // 3 * 3 + 3, digit - 1] = False
            digits[r, c] = digit
            go(fewer, digits, sum_so_far + float(logs[r, c, digit]))
            digits[r, c] = 0

    go(open_to, np.zeros((SIDE, SIDE), np.int64), 0.0)
    return best[1] if steps <= _MAX_STEPS else None


def _change_digit(number: Number, digit: str, likely: float) -> Number:
    """Change the digit of a cell; it gets that digit's probability, at most 1/2, and is not accepted."""
    confidence = min(0.5, max(likely, 1.0 - number.confidence))
    before = Alternative(number.text, min(number.confidence, 1.0 - confidence))
    others = tuple(other for other in number.alternatives if other.text != digit)
    characters = tuple(
        replace(character, text=digit, confidence=confidence) for character in number.characters[:1]
    )
    return replace(
        number,
        text=digit,
        digits=digit,
        value=digit,
        confidence=confidence,
        characters=characters,
        alternatives=(before, *others),
        accepted=False,
    )


def note_corrections(read: Sequence[Number], corrected: Sequence[Number]) -> tuple[str, ...]:
    """Note for people how many cells of grids are not given as they were read.

    Parameters
    ----------
    read, corrected : Sequence[Number]
        (n,) numbers of a page before and after `correct_grids`.
    """
    count = sum(before.digits != after.digits for before, after in zip(read, corrected, strict=True))
    cells = "1 cell" if count == 1 else f"{count} cells"
    return (f"{cells} in doubt settled by the rule of the puzzle",) if count else ()
