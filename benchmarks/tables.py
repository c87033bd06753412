"""Printed tables of 1898 to 1904: cells right and in their order, beside RapidOCR and Tesseract.

python benchmarks/tables.py                  # validation part, while developing
python benchmarks/tables.py --part test      # the published figure, once all choices are made
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import _page_readers
from _alignment import cells_in_place, read_rows, right_cells, true_rows
from _machine import result_path, save, shown, table
from _page_readers import PageReaderOf
from _peers import PEERS_PACKAGES
from _scores import percent, rate
from _sutja import arguments, data_folder

from sutja.data.pages.pages import in_part
from sutja.data.sets.pages import TableRecord, read_weather_tables

FIGURE = "tables"


def row(reader: PageReaderOf, records: Sequence[TableRecord], fresh: bool) -> dict[str, Any]:
    """A reader's figures on some tables."""
    answers = list(_page_readers.answers(reader, [r.path for r in records], FIGURE, fresh=fresh))
    cells = right = kept = kept_right = placed = 0
    for answer, record in zip(answers, records, strict=True):
        true = true_rows(record.cells)
        cells += sum(map(len, true))
        right += right_cells(true, read_rows(answer.numbers))
        accepted = [number for number in answer.numbers if number.accepted]
        inside = [number for number in accepted if number.row is not None] or accepted
        kept += len(inside)
        kept_right += right_cells(true, read_rows(inside))
        placed += cells_in_place(record.cells, answer.numbers)
    return {
        **reader.facts(),
        "n": len(records),
        "cells": cells,
        "right": rate(right, cells),
        "in_place": rate(placed, cells),
        "right_and_accepted": rate(kept_right, cells),
        "not_right_of_accepted": rate(kept - kept_right, kept),
        "seconds_a_page": round(statistics.median(a.seconds for a in answers), 3),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = arguments(__doc__).parse_args(argv)
    records = [
        r for r in read_weather_tables(data_folder()) if in_part("weather-tables", r.path.stem, args.part)
    ]
    records = records[: args.limit]
    readers = _page_readers.readers(args.model or [None], with_peers=not args.no_peers)
    rows = [row(reader, records, args.fresh) for reader in readers]
    path = save(
        result_path(FIGURE, args.part, args.limit), FIGURE, {"part": args.part, "rows": rows}, PEERS_PACKAGES
    )
    names = ("right", "in_place", "right_and_accepted", "not_right_of_accepted")
    lines = [
        (
            r["reader"],
            r["settings"],
            r["cells"],
            *(percent(r[n], interval=True) for n in names),
            r["seconds_a_page"],
        )
        for r in rows
    ]
    print(table(("reader", "settings", "cells", *names, "s a page"), lines))
    print(f"part: {args.part}; kept in {shown(path)}")


if __name__ == "__main__":
    main()
