"""Till receipts: is the total among the amounts read, and in what time, beside RapidOCR and Tesseract.

python benchmarks/receipts.py                  # the receipts that are not kept aside
python benchmarks/receipts.py --part test      # the published figure, once all choices are made
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import _page_readers
from _machine import format_path, format_table, list_kept_rows, make_result_path, save_result
from _page_readers import NamedPageReader, ReadNumber
from _peers import PEERS_PACKAGES
from _scores import format_percent, make_rate
from _sutja_models import find_data_folder, make_parser

from sutja.data.sets.pages import ReceiptRecord, read_receipts
from sutja.data.split.fixed import is_test

FIGURE = "receipts"


def has_value(number: ReadNumber, total: Decimal) -> bool:
    """Return True if a number is the total, with its cents."""
    try:
        return number.value is not None and "." in number.value and Decimal(number.value) == total
    except InvalidOperation:
        return False


def make_row(reader: NamedPageReader, records: Sequence[ReceiptRecord], fresh: bool) -> dict[str, Any]:
    """A reader's figures on some receipts."""
    answers = list(_page_readers.get_answers(reader, [r.path for r in records], FIGURE, fresh=fresh))
    pairs = list(zip(answers, records, strict=True))
    read = sum(any(has_value(n, r.total) for n in a.numbers) for a, r in pairs)
    accepted = sum(any(has_value(n, r.total) and n.accepted for n in a.numbers) for a, r in pairs)
    return {
        **reader.facts(),
        "n": len(records),
        "total_read": make_rate(read, len(records)),
        "total_accepted": make_rate(accepted, len(records)),
        "seconds_a_page": round(statistics.median(a.seconds for a in answers), 3),
        "most_seconds": round(max(a.seconds for a in answers), 3),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = make_parser(__doc__).parse_args(argv)
    aside = args.part == "test"
    records = [r for r in read_receipts(find_data_folder()) if is_test("receipts", r.path.stem) == aside][
        : args.limit
    ]
    readers = _page_readers.make_readers(args.model or [None], with_peers=not args.no_peers)
    kept = make_result_path(FIGURE, args.part, args.limit)
    rows = [make_row(reader, records, args.fresh) for reader in readers]
    rows += list_kept_rows(kept, [reader.name for reader in readers])
    path = save_result(kept, FIGURE, {"part": args.part, "rows": rows}, PEERS_PACKAGES)
    names = ("total_read", "total_accepted")
    lines = [
        (
            r["reader"],
            r["settings"],
            r["n"],
            *(format_percent(r[n], interval=True) for n in names),
            r["seconds_a_page"],
            r["most_seconds"],
        )
        for r in rows
    ]
    print(format_table(("reader", "settings", "n", *names, "s a page", "most"), lines))
    print(f"part: {args.part}; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
