"""Phone photos of sudoku grids: pictures with all 81 cells right, beside the published 92.5 % (Wicht 2017).

python benchmarks/grids.py                  # validation part, while developing
python benchmarks/grids.py --part test      # the published figure, once all choices are made
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

import _page_readers
from _machine import format_path, format_table, make_result_path, save_result
from _page_readers import NamedPageReader, ReadNumber
from _scores import format_percent, make_rate
from _sutja_models import find_data_folder, make_parser
from _table_alignment import find_largest_table

from sutja.data.pages.pages import in_part
from sutja.data.sets.fields import SudokuRecord, read_sudoku

FIGURE = "grids"
SIDE = 9
PUBLISHED = {"reader": "Wicht, PhD thesis, Fribourg 2017", "all_right": 0.925}


def count_right_cells(record: SudokuRecord, numbers: Sequence[ReadNumber]) -> int:
    """Count the cells of the 81 that are right and in place; what is no line of the grid is cut off."""
    grid: dict[tuple[int, int], str] = {}
    for number in find_largest_table(numbers):
        if number.row is not None and number.column is not None:
            grid[number.row, number.column] = number.digits
    rows, columns = _fill([r for r, _ in grid]), _fill([c for _, c in grid])
    return sum(
        grid.get((rows[i], columns[j])) == str(record.digits[i][j])
        for i in range(min(SIDE, len(rows)))
        for j in range(min(SIDE, len(columns)))
    )


def _fill(places: Sequence[int]) -> list[int]:
    """The rows, or the columns, that hold half a grid's line at least."""
    return sorted(place for place, count in Counter(places).items() if count > SIDE / 2)


def make_row(reader: NamedPageReader, records: Sequence[SudokuRecord]) -> dict[str, Any]:
    """Sutja's figures on some grids."""
    answers = list(_page_readers.get_answers(reader, [r.path for r in records], FIGURE))
    right = [count_right_cells(r, a.numbers) for a, r in zip(answers, records, strict=True)]
    accepted = [
        count_right_cells(r, [n for n in a.numbers if n.accepted])
        for a, r in zip(answers, records, strict=True)
    ]
    return {
        **reader.facts(),
        "n": len(records),
        "all_right": make_rate(sum(count == SIDE**2 for count in right), len(records)),
        "cells_right": make_rate(sum(right), SIDE**2 * len(records)),
        "cells_right_and_accepted": make_rate(sum(accepted), SIDE**2 * len(records)),
        "pictures": {r.path.stem: count for r, count in zip(records, right, strict=True)},
        "seconds_a_page": round(statistics.median(a.seconds for a in answers), 3),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = make_parser(__doc__, peers=False).parse_args(argv)
    records = [r for r in read_sudoku(find_data_folder()) if in_part("sudoku", r.key, args.part)][
        : args.limit
    ]
    rows = [make_row(_page_readers.make_sutja_reader(model), records) for model in args.model or [None]]
    content = {"part": args.part, "published": PUBLISHED, "rows": rows}
    path = save_result(make_result_path(FIGURE, args.part, args.limit), FIGURE, content)
    names = ("all_right", "cells_right", "cells_right_and_accepted")
    lines = [
        (r["reader"], r["n"], *(format_percent(r[n], interval=True) for n in names), r["seconds_a_page"])
        for r in rows
    ]
    print(format_table(("reader", "n", *names, "s a page"), lines))
    print(f"part: {args.part}; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
