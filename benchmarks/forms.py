"""Handwritten numbers on filled forms, envelopes, slips and registers unlike those composed for training.

python benchmarks/forms.py                  # digits of validation writers, while developing
python benchmarks/forms.py --part test      # digits of MNIST's test writers: the published figure, once

The pages are drawn by `_filled_pages`; a field is found where a number covers its ink at IoU 0.5 or more.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import _page_readers
import cv2
from _figures import keep_pages
from _filled_pages import LAYOUTS, FilledPage, make_pages
from _page_readers import NamedPageReader, PageAnswer, ReadNumber
from _scores import make_rate
from _sutja_models import find_data_folder, make_parser

FIGURE = "forms"
LEAST_OVERLAP = 0.5  # IoU from which a field is found
PAGES = 60


def count_fields(page: FilledPage, answer: PageAnswer) -> dict[str, int]:
    """Fields, and how many of them were found, read, accepted, and accepted though wrong."""
    out = dict.fromkeys(("fields", "found", "read", "accepted", "wrong"), 0)
    for digits, box in page.fields:
        best: ReadNumber | None = max(answer.numbers, key=lambda number: number.covers(box), default=None)
        out["fields"] += 1
        if best is None or best.covers(box) < LEAST_OVERLAP:
            continue
        right = best.digits == digits
        out["found"] += 1
        out["read"] += right
        out["accepted"] += best.accepted
        out["wrong"] += best.accepted and not right
    return out


def make_row(
    reader: NamedPageReader, drawn: Sequence[FilledPage], paths: Sequence[Path], fresh: bool
) -> list[dict[str, Any]]:
    """A reader's figures, all layouts and each."""
    answers = list(_page_readers.get_answers(reader, paths, FIGURE, fresh=fresh))
    found = [(page.layout, count_fields(page, answer)) for page, answer in zip(drawn, answers, strict=True)]
    rows = []
    for layout in ("all", *LAYOUTS):
        mine = [count for name, count in found if layout in ("all", name)]
        n = {key: sum(count[key] for count in mine) for key in mine[0]}
        rows.append(
            {
                **reader.facts(),
                "layout": layout,
                "pages": len(mine),
                "n": n["fields"],
                "found": make_rate(n["found"], n["fields"]),
                "read": make_rate(n["read"], n["fields"]),
                "accepted": make_rate(n["accepted"], n["fields"]),
                "wrong_of_accepted": make_rate(n["wrong"], n["accepted"]),
                "seconds_a_page": round(
                    statistics.median(
                        a.seconds for p, a in zip(drawn, answers, strict=True) if layout in ("all", p.layout)
                    ),
                    3,
                ),
            }
        )
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = make_parser(__doc__).parse_args(argv)
    drawn = list(make_pages(find_data_folder(), args.part, args.limit or PAGES))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i:03d}.png" for i in range(len(drawn))]
        for path, page in zip(paths, drawn, strict=True):
            cv2.imwrite(str(path), page.pixels)
        readers = list(_page_readers.make_readers(args.model or [None], with_peers=not args.no_peers))
        for reader in readers:
            rows += make_row(reader, drawn, paths, args.fresh)
    rates = ("found", "read", "accepted", "wrong_of_accepted")
    keep_pages(FIGURE, args, readers, rows, ("reader", "settings", "layout", "n"), rates)


if __name__ == "__main__":
    main()
