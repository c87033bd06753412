"""A table as it was read beside the table as it is: which cells are right, though rows were lost or added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from _page_readers import ReadNumber

from sutja.grammar import keep_digits

Row = list[str]  # the digits of each cell, from left to right; cells without a digit are left out
_LEVEL = 0.5  # of a number's height: as far may numbers of one row be apart


def list_true_rows(cells: Sequence[Sequence[str]]) -> list[Row]:
    """The cells with digits, row by row; rows without any are left out."""
    rows = [[keep_digits(cell) for cell in row if keep_digits(cell)] for row in cells]
    return [row for row in rows if row]


def read_rows(numbers: Sequence[ReadNumber]) -> list[Row]:
    """Group numbers into rows: by their places in the table, or by height where a reader knows no tables."""
    if any(number.row is not None for number in numbers):
        placed: dict[tuple[int, int], list[ReadNumber]] = defaultdict(list)
        for number in numbers:
            if number.row is not None:
                placed[number.table or 0, number.row].append(number)
        rows = [sorted(placed[row], key=lambda n: (n.column or 0, n.box[0])) for row in sorted(placed)]
        return [[number.digits for number in row] for row in rows]
    rows, level = [], float("-inf")
    for number in sorted(numbers, key=lambda n: n.box[1] + n.box[3]):
        middle, height = (number.box[1] + number.box[3]) / 2, number.box[3] - number.box[1]
        if not rows or middle - level > _LEVEL * height:
            rows.append([])
            level = middle
        rows[-1].append(number)
    return [[n.digits for n in sorted(row, key=lambda n: n.box[0])] for row in rows]


def find_largest_table(numbers: Sequence[ReadNumber]) -> list[ReadNumber]:
    """The numbers of the table that has most; none where there is no table."""
    counts = Counter(number.table for number in numbers if number.table is not None)
    if not counts:
        return []
    largest = counts.most_common(1)[0][0]
    return [number for number in numbers if number.table == largest]


def measure_common_subsequence(a: Row, b: Row) -> int:
    """Length of the longest common subsequence: cells that are right and in their order."""
    previous = [0] * (len(b) + 1)
    for cell in a:
        current = [0]
        for j, other in enumerate(b):
            current.append(previous[j] + 1 if cell == other else max(previous[j + 1], current[j]))
        previous = current
    return previous[-1]


def count_right_cells(true: Sequence[Row], read: Sequence[Row]) -> int:
    """Count the right cells; rows, and cells in them, are aligned in order so that most are right."""
    previous = [0] * (len(read) + 1)
    for row in true:
        current = [0]
        for j, other in enumerate(read):
            current.append(
                max(previous[j + 1], current[j], previous[j] + measure_common_subsequence(row, other))
            )
        previous = current
    return previous[-1]


def count_cells_in_place(cells: Sequence[Sequence[str]], numbers: Sequence[ReadNumber]) -> int:
    """Count the cells in their true row and column, once the table as read is shifted as a whole."""
    largest = find_largest_table(numbers)
    read = {(n.row, n.column): n.digits for n in largest if n.row is not None and n.column is not None}
    if not read:
        return 0
    wanted = {
        (i, j): keep_digits(cell)
        for i, row in enumerate(cells)
        for j, cell in enumerate(row)
        if keep_digits(cell)
    }
    reach = range(-6, 7)
    return max(
        sum(read.get((i + 1 + down, j + 1 + across)) == digits for (i, j), digits in wanted.items())
        for down in reach
        for across in reach
    )
