"""Filled sudoku grids: nine by nine lone digits, of which no row, column or square may hold one twice.

That rule is a grammar, as check digits are one, and it is used alike: it finds the likeliest grid that fits
the readings of the cells. It only changes cells that were in doubt, to digits that the reader itself thought
possible, and cells whose writing was not read, or was read as several digits; a grid that does not fit stays
as it was read, with the mistakes of the person who filled it.
Letters: p (9, 9, 10) probability of each digit in each cell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sutja.types import Alternative, Number

SIDE = 9
DOUBT = 0.99  # a cell read more surely only gets a digit that the reader named: people make mistakes, too
_MIN_PROBABILITY = 0.002  # of a digit that the reader did not name
_MIN_LIKELIHOOD = 1e-30  # of a grid that fits, relative to the likeliest digit of each cell: few grids fit
MAX_UNREAD = 6  # cells of a grid without a number, or with several digits
_MAX_STEPS = 20_000  # of the search; then the grid stays as it was read

Cells = Mapping[tuple[int, int], Number]  # row and column, from 0 → number


def correct_grids(numbers: Sequence[Number], unread: Sequence[Number] = ()) -> list[Number]:
    """Correct every filled grid among the numbers of a page.

    Parameters
    ----------
    numbers : Sequence[Number]
        Numbers of a page, with their tables, rows and columns.
    unread : Sequence[Number]
        Numbers without digits, for cells with writing that was not read. In a grid they get the digit that
        their row, column and square leave, and join the others; elsewhere they are dropped.
    """
    tables: dict[int, dict[tuple[int, int], Number]] = defaultdict(dict)
    for number in (*unread, *numbers):
        if number.table is not None and number.row is not None and number.column is not None:
            tables[number.table][number.row - 1, number.column - 1] = number
    changed = {
        id(cells[place]): number for cells in tables.values() for place, number in correct_grid(cells).items()
    }
    corrected = [changed.get(id(number), number) for number in numbers]
    for number in unread:
        if id(number) in changed:
            corrected.insert(_find_place(number, corrected), changed[id(number)])
    return corrected


def _find_place(number: Number, others: Sequence[Number]) -> int:
    """Find the index of a number of a table among others in reading order."""
    mine = [i for i, other in enumerate(others) if other.table == number.table]
    behind = (i for i in mine if (others[i].row, others[i].column) > (number.row, number.column))
    return next(behind, mine[-1] + 1)


def correct_grid(cells: Cells) -> dict[tuple[int, int], Number]:
    """Correct a filled grid where only cells in doubt must change; return the numbers that change.

    Parameters
    ----------
    cells : Cells
        Cells of a table. One that is no full grid, or in which more than a few were not read, or were read as
        several digits, stays as it is.
    """
    places = [(r, c) for r in range(SIDE) for c in range(SIDE)]
    unread = {place for place in places if place not in cells or len(cells[place].digits) != 1}
    whole = bool(cells) and max(map(max, cells)) == SIDE - 1
    if (
        not whole
        or len(unread) > MAX_UNREAD
        or any(cells[place].confidence >= DOUBT for place in unread & cells.keys())
    ):
        return {}
    p = _make_probabilities(cells)
    fitting = _search(p)
    if fitting is None:
        return {}
    read = [place for place in cells if place not in unread]
    likely = {place: float(p[*place, fitting[place]]) for place in places}
    different = [place for place in read if fitting[place] != int(cells[place].digits)]
    forced = [
        place
        for place in unread & cells.keys()
        if _is_forced(place, fitting, unread) and _may_read(cells[place], str(fitting[place]))
    ]
    return {
        place: _change_digit(cells[place], str(fitting[place]), likely[place])
        for place in (*different, *forced)
    }


def _is_forced(
    place: tuple[int, int], digits: NDArray[np.int64], unread: Collection[tuple[int, int]]
) -> bool:
    """Tell whether the other digits of a cell's row, column and square leave no other digit for it."""
    r, c = place
    others = {
        int(digits[i, j])
        for i in range(SIDE)
        for j in range(SIDE)
        if (i, j) not in unread and (i == r or j == c or (i // 3, j // 3) == (r // 3, c // 3))
    }
    return len(others) == SIDE - 1


def _may_read(number: Number, digit: str) -> bool:
    """Tell whether writing that was not read, or read as several digits, may be a digit."""
    return not number.digits or any(
        digit in text for text in (number.text, *(a.text for a in number.alternatives))
    )


def _make_probabilities(cells: Cells) -> NDArray[np.float64]:
    """Return p (9, 9, 10); sure cells have the digits only that were read, and 0 is no digit of a grid."""
    p = np.full((SIDE, SIDE, 10), 1 / SIDE)
    for place, number in cells.items():
        if len(number.digits) != 1:
            continue
        sure = number.confidence >= DOUBT
        p[place] = 0.0 if sure else min(_MIN_PROBABILITY, 1.0 - number.confidence)
        p[*place, int(number.digits)] = max(number.confidence, 0.05)
        for other in number.alternatives:
            if len(other.text) == 1 and other.text.isdecimal():
                p[*place, int(other.text)] = max(p[*place, int(other.text)], other.confidence)
    p[:, :, 0] = np.minimum(p[:, :, 0], _MIN_PROBABILITY / 10)
    return p


def _search(p: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Search the likeliest digits (9, 9) that fit; None where none do, or the search takes too long.

    Branch and bound: depth first, the cell with the fewest digits left first, the likeliest digit first.
    """
    logs = np.log(np.maximum(p, 1e-300))
    open_to = (p[:, :, 1:] > 0).astype(bool)
    best: tuple[float, NDArray[np.int64] | None] = (
        math.log(_MIN_LIKELIHOOD) + float(logs.max(axis=2).sum()),
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
    before = (Alternative(number.text, min(number.confidence, 1.0 - confidence)),) if number.text else ()
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
        alternatives=(*before, *others),
        accepted=False,
    )


def note_corrections(read: Sequence[Number], corrected: Sequence[Number]) -> tuple[str, ...]:
    """Note for people how many cells of grids are not given as they were read.

    Parameters
    ----------
    read, corrected : Sequence[Number]
        Numbers of a page before and after `correct_grids`.
    """
    before = set(map(id, read))
    count = sum(id(number) not in before for number in corrected)
    cells = "1 cell" if count == 1 else f"{count} cells"
    return (f"{cells} in doubt settled by the rule of the puzzle",) if count else ()
