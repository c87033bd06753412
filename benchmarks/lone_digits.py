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
from _machine import result_path, save, shown, table
from _scores import percent
from _sutja import arguments, data_folder, model_facts, models
from amounts import sutja_row

FIGURE = "lone_digits"
PEER_SAMPLE = 300  # crops a set


def measure(args: argparse.Namespace, root: Path) -> list[dict[str, Any]]:
    """A row for each set and reader."""
    rows = []
    for name, read in _crops.LONE_DIGITS.items():
        crops = _crops.some(read(root, args.part), args.limit)
        rows += [sutja_row(model, name, crops) for model in models(args.model)]
        if args.no_peers:
            continue
        sample = _crops.some(crops, PEER_SAMPLE)
        validation = _crops.some(_crops.some(read(root, "validation"), args.limit), PEER_SAMPLE)
        rows += [
            _peers.row(ways, sample, validation, name, fresh=args.fresh)
            for ways in _peers.digit_ways().values()
        ]
    return rows


def show(rows: Sequence[dict[str, Any]]) -> str:
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
    return table(
        headers,
        [
            (
                row["set"],
                row["reader"],
                row.get("way", ""),
                row["n"],
                percent(row["right"], interval=True),
                *(percent(row[key]) for key in ("wrong", "no_number", "accepted", "wrong_of_accepted")),
                row["ece"] or "–",
            )
            for row in rows
        ],
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = arguments(__doc__).parse_args(argv)
    rows = measure(args, data_folder())
    content = {
        "part": args.part,
        "models": [model_facts(model) for model in models(args.model)],
        "rows": rows,
    }
    path = save(result_path(FIGURE, args.part, args.limit), FIGURE, content, _peers.PEERS_PACKAGES)
    print(show(rows))
    print(f"part: {args.part}; a peer's 'accepted' is a confidence of 0.9 or more; kept in {shown(path)}")


if __name__ == "__main__":
    main()
