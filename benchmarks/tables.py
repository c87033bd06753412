"""Printed tables of 1898 to 1904: cells right and in their order, beside RapidOCR and Tesseract.

python benchmarks/tables.py                  # validation part, while developing
python benchmarks/tables.py --part test      # the published figure, once all choices are made
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import _page_readers
from _figures import keep_pages
from _page_readers import NamedPageReader
from _scores import make_rate
from _sutja_models import find_data_folder, make_parser
from _table_alignment import count_cells_in_place, count_right_cells, list_true_rows, read_rows

from sutja.data.pages.pages import in_part
from sutja.data.sets.pages import TableRecord, read_weather_tables

FIGURE = "tables"


def make_row(reader: NamedPageReader, records: Sequence[TableRecord], fresh: bool) -> dict[str, Any]:
    """A reader's figures on some tables."""
    answers = list(_page_readers.get_answers(reader, [r.path for r in records], FIGURE, fresh=fresh))
    cells = right = kept = kept_right = placed = 0
    for answer, record in zip(answers, records, strict=True):
        true = list_true_rows(record.cells)
        cells += sum(map(len, true))
        right += count_right_cells(true, read_rows(answer.numbers))
        accepted = [number for number in answer.numbers if number.accepted]
        inside = [number for number in accepted if number.row is not None] or accepted
        kept += len(inside)
        kept_right += count_right_cells(true, read_rows(inside))
        placed += count_cells_in_place(record.cells, answer.numbers)
    return {
        **reader.facts(),
        "n": len(records),
        "cells": cells,
        "right": make_rate(right, cells),
        "in_place": make_rate(placed, cells),
        "right_and_accepted": make_rate(kept_right, cells),
        "not_right_of_accepted": make_rate(kept - kept_right, kept),
        "seconds_a_page": round(statistics.median(a.seconds for a in answers), 3),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = make_parser(__doc__).parse_args(argv)
    records = [
        r
        for r in read_weather_tables(find_data_folder())
        if in_part("weather-tables", r.path.stem, args.part)
    ]
    records = records[: args.limit]
    readers = _page_readers.make_readers(args.model or [None], with_peers=not args.no_peers)
    rows = [make_row(reader, records, args.fresh) for reader in readers]
    rates = ("right", "in_place", "right_and_accepted", "not_right_of_accepted")
    keep_pages(FIGURE, args, readers, rows, ("reader", "settings", "cells"), rates)


if __name__ == "__main__":
    main()
