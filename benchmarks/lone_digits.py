"""Single digits, from clean scans to photographed grids: right, wrong, or lost as no number.

Sudoku's handwritten cells are MNIST digits pasted into the photos (`sutja.data.sets.sudoku_mnist`), so that
set tests print and photographs; the peers, being slow, read a sample of each set.

    python benchmarks/lone_digits.py                  # validation part, while developing
    python benchmarks/lone_digits.py --part test      # the published figure
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import _crops
import _peers
from _figures import measure_crops
from _machine import format_table
from _scores import format_percent
from _sutja_models import list_models, make_parser
from amounts import make_sutja_rows

FIGURE = "lone_digits"
PEER_SAMPLE = 300  # crops a set


def measure(args: argparse.Namespace, root: Path) -> list[dict[str, Any]]:
    """A row for each set and reader."""
    rows = []
    for name, read in _crops.LONE_DIGITS.items():
        crops = _crops.subsample(read(root, args.part), args.limit)
        rows += make_sutja_rows(list_models(args.model), name, crops)
        if args.no_peers:
            continue
        sample = _crops.subsample(crops, PEER_SAMPLE)
        validation = _crops.subsample(_crops.subsample(read(root, "validation"), args.limit), PEER_SAMPLE)
        rows += [
            _peers.make_row(modes, sample, validation, name, fresh=args.fresh)
            for modes in _peers.list_digit_modes().values()
        ]
    return rows


def format_rows(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table, in percent."""
    headers = (
        "set",
        "reader",
        "way",
        "n",
        "right (95 %)",
        "wrong",
        "no number",
        "accepted",
        "wrong of these",
        "ECE",
    )
    return format_table(
        headers,
        [
            (
                row["set"],
                row["reader"],
                row.get("way") or row.get("settings", ""),
                row["n"],
                format_percent(row["right"], interval=True),
                *(
                    format_percent(row[key])
                    for key in ("wrong", "no_number", "accepted", "wrong_of_accepted")
                ),
                row["ece"] or "–",
            )
            for row in rows
        ],
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    measure_crops(FIGURE, make_parser(__doc__).parse_args(argv), measure, format_rows)


if __name__ == "__main__":
    main()
