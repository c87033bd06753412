"""Amounts on real whole cheques: found, read, and wrong among the accepted, beside RapidOCR and Tesseract.

python benchmarks/cheques.py                  # validation part, while developing
python benchmarks/cheques.py --part test      # the published figure, once all choices are made
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

from sutja.data.pages.pages import in_part
from sutja.data.sets.fields import ChequeRecord, read_cheques
from sutja.grammar import keep_digits

FIGURE = "cheques"
LEAST_OVERLAP = 0.5  # IoU from which an amount is found


def find_amount_box(record: ChequeRecord) -> tuple[float, float, float, float]:
    """Box of the courtesy amount."""
    return next(box for name, box in record.boxes if name == "CAR")


def find_amount(numbers: Sequence[ReadNumber], box: Sequence[float]) -> ReadNumber | None:
    """The number that covers the amount best, if it covers it well enough."""
    best = max(numbers, key=lambda number: number.covers(box), default=None)
    return best if best is not None and best.covers(box) >= LEAST_OVERLAP else None


def has_value(number: ReadNumber, record: ChequeRecord) -> bool:
    """Return True if a number has the cheque's value or, without a value, the digits of its text."""
    if number.value is None:
        return number.digits == keep_digits(record.text or "")
    try:
        return Decimal(number.value) == Decimal(record.value or "")
    except InvalidOperation:
        return False


def make_row(reader: NamedPageReader, records: Sequence[ChequeRecord], fresh: bool) -> dict[str, Any]:
    """A reader's figures on some cheques."""
    answers = list(_page_readers.get_answers(reader, [r.path for r in records], FIGURE, fresh=fresh))
    found = [find_amount(a.numbers, find_amount_box(r)) for a, r in zip(answers, records, strict=True)]
    right = [n is not None and has_value(n, r) for n, r in zip(found, records, strict=True)]
    digits = [
        n is not None and n.digits == keep_digits(r.text or "") for n, r in zip(found, records, strict=True)
    ]
    accepted = [n is not None and n.accepted for n in found]
    wrong = sum(a and not (ok or same) for a, ok, same in zip(accepted, right, digits, strict=True))
    return {
        **reader.facts(),
        "n": len(records),
        "found": make_rate(sum(n is not None for n in found), len(records)),
        "right_value": make_rate(sum(right), len(records)),
        "right_digits": make_rate(sum(digits), len(records)),
        "accepted": make_rate(sum(accepted), len(records)),
        "wrong_of_accepted": make_rate(wrong, sum(accepted)),
        "seconds_a_page": round(statistics.median(a.seconds for a in answers), 3),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = make_parser(__doc__).parse_args(argv)
    records = [
        r for r in read_cheques(find_data_folder()) if in_part("cheques", r.key, args.part) and r.value
    ]
    records = records[: args.limit]
    if not records:
        raise SystemExit("error: these cheques have no amounts.csv; see `sutja data describe cheques`")
    readers = _page_readers.make_readers(args.model or [None], with_peers=not args.no_peers)
    rows = [make_row(reader, records, args.fresh) for reader in readers]
    rates = ("found", "right_value", "right_digits", "accepted", "wrong_of_accepted")
    keep_pages(FIGURE, args, readers, rows, ("reader", "settings", "n"), rates)


if __name__ == "__main__":
    main()
