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
from _machine import result_path, save, shown, table
from _page_readers import PageReaderOf, Seen
from _peers import PEERS_PACKAGES
from _scores import percent, rate
from _sutja import arguments, data_folder

from sutja.data.sets.pages import ReceiptRecord, read_receipts
from sutja.data.split.fixed import is_test

FIGURE = "receipts"


def says(number: Seen, total: Decimal) -> bool:
    """Whether a number is the total, with its cents."""
    try:
        return number.value is not None and "." in number.value and Decimal(number.value) == total
    except InvalidOperation:
        return False


def row(reader: PageReaderOf, records: Sequence[ReceiptRecord], fresh: bool) -> dict[str, Any]:
    """A reader's figures on some receipts."""
    answers = list(_page_readers.answers(reader, [r.path for r in records], FIGURE, fresh=fresh))
    pairs = list(zip(answers, records, strict=True))
    read = sum(any(says(n, r.total) for n in a.numbers) for a, r in pairs)
    accepted = sum(any(says(n, r.total) and n.accepted for n in a.numbers) for a, r in pairs)
    return {
        **reader.facts(),
        "n": len(records),
        "total_read": rate(read, len(records)),
        "total_accepted": rate(accepted, len(records)),
        "seconds_a_page": round(statistics.median(a.seconds for a in answers), 3),
        "most_seconds": round(max(a.seconds for a in answers), 3),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = arguments(__doc__).parse_args(argv)
    aside = args.part == "test"
    records = [r for r in read_receipts(data_folder()) if is_test("receipts", r.path.stem) == aside][
        : args.limit
    ]
    readers = _page_readers.readers(args.model or [None], with_peers=not args.no_peers)
    rows = [row(reader, records, args.fresh) for reader in readers]
    path = save(
        result_path(FIGURE, args.part, args.limit), FIGURE, {"part": args.part, "rows": rows}, PEERS_PACKAGES
    )
    names = ("total_read", "total_accepted")
    lines = [
        (
            r["reader"],
            r["settings"],
            r["n"],
            *(percent(r[n], interval=True) for n in names),
            r["seconds_a_page"],
            r["most_seconds"],
        )
        for r in rows
    ]
    print(table(("reader", "settings", "n", *names, "s a page", "most"), lines))
    print(f"part: {args.part}; kept in {shown(path)}")


if __name__ == "__main__":
    main()
