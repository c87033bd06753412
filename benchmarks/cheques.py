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
from _machine import result_path, save, shown, table
from _page_readers import PageReaderOf, Seen
from _peers import PEERS_PACKAGES
from _scores import percent, rate
from _sutja import arguments, data_folder

from sutja.data.pages.pages import in_part
from sutja.data.sets.fields import ChequeRecord, read_cheques
from sutja.grammar import keep_digits

FIGURE = "cheques"
LEAST_OVERLAP = 0.5  # IoU from which an amount is found


def amount_box(record: ChequeRecord) -> tuple[float, float, float, float]:
    """Where the courtesy amount stands."""
    return next(box for name, box in record.boxes if name == "CAR")


def at_amount(numbers: Sequence[Seen], box: Sequence[float]) -> Seen | None:
    """The number that covers the amount best, if it covers it well enough."""
    best = max(numbers, key=lambda number: number.covers(box), default=None)
    return best if best is not None and best.covers(box) >= LEAST_OVERLAP else None


def same_value(number: Seen, record: ChequeRecord) -> bool:
    """Whether a number is worth what the cheque is; without a value of its own its digits must be those."""
    if number.value is None:
        return number.digits == keep_digits(record.text or "")
    try:
        return Decimal(number.value) == Decimal(record.value or "")
    except InvalidOperation:
        return False


def row(reader: PageReaderOf, records: Sequence[ChequeRecord], fresh: bool) -> dict[str, Any]:
    """A reader's figures on some cheques."""
    answers = list(_page_readers.answers(reader, [r.path for r in records], FIGURE, fresh=fresh))
    found = [at_amount(a.numbers, amount_box(r)) for a, r in zip(answers, records, strict=True)]
    right = [n is not None and same_value(n, r) for n, r in zip(found, records, strict=True)]
    digits = [
        n is not None and n.digits == keep_digits(r.text or "") for n, r in zip(found, records, strict=True)
    ]
    accepted = [n is not None and n.accepted for n in found]
    wrong = sum(a and not (ok or same) for a, ok, same in zip(accepted, right, digits, strict=True))
    return {
        **reader.facts(),
        "n": len(records),
        "found": rate(sum(n is not None for n in found), len(records)),
        "right_value": rate(sum(right), len(records)),
        "right_digits": rate(sum(digits), len(records)),
        "accepted": rate(sum(accepted), len(records)),
        "wrong_of_accepted": rate(wrong, sum(accepted)),
        "seconds_a_page": round(statistics.median(a.seconds for a in answers), 3),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = arguments(__doc__).parse_args(argv)
    records = [r for r in read_cheques(data_folder()) if in_part("cheques", r.key, args.part) and r.value]
    records = records[: args.limit]
    if not records:
        raise SystemExit("error: these cheques have no amounts.csv; see `sutja data describe cheques`")
    readers = _page_readers.readers(args.model or [None], with_peers=not args.no_peers)
    rows = [row(reader, records, args.fresh) for reader in readers]
    path = save(
        result_path(FIGURE, args.part, args.limit), FIGURE, {"part": args.part, "rows": rows}, PEERS_PACKAGES
    )
    names = ("found", "right_value", "right_digits", "accepted", "wrong_of_accepted")
    lines = [
        (
            r["reader"],
            r["settings"],
            r["n"],
            *(percent(r[name], interval=True) for name in names),
            r["seconds_a_page"],
        )
        for r in rows
    ]
    print(table(("reader", "settings", "n", *names, "s a page"), lines))
    print(f"part: {args.part}; kept in {shown(path)}")


if __name__ == "__main__":
    main()
