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
from _figures import keep_pages
from _page_readers import NamedPageReader, ReadNumber
from _scores import make_rate
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
    rows = [make_row(reader, records, args.fresh) for reader in readers]
    rates = ("total_read", "total_accepted")
    keep_pages(FIGURE, args, readers, rows, ("reader", "settings", "n", "most_seconds"), rates)


if __name__ == "__main__":
    main()
