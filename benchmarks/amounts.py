"""Courtesy amounts of real cheques read exactly, beside RapidOCR and Tesseract on the same crops.

python benchmarks/amounts.py                  # validation part, while developing
python benchmarks/amounts.py --part test      # the published figure, once all choices are made
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import _crops
import _peers
from _crops import Crop
from _machine import result_path, save, shown, table
from _scores import percent, tally
from _sutja import (
    arguments,
    at_threshold,
    data_folder,
    load_reader,
    model_facts,
    models,
    read_cases,
    strict_threshold,
)

FIGURE = "amounts"


def sutja_row(model: str, name: str, crops: Sequence[Crop]) -> dict[str, Any]:
    """A model's figures on one set."""
    reader = load_reader(model)
    cases = read_cases(reader, crops, f"{name}: {reader.card.name}")
    return {
        "set": name,
        "reader": f"sutja {reader.card.name}",
        "threshold": reader.threshold,
        **tally([case for case, _ in cases]),
        "at_max_error_0.01": at_threshold(cases, strict_threshold(model)),
    }


def measure(args: argparse.Namespace, root: Path) -> list[dict[str, Any]]:
    """A row for each set and reader."""
    rows = []
    for name, read in _crops.AMOUNTS.items():
        crops = _crops.some(read(root, args.part), args.limit)
        if not crops:  # the cheques' amounts are not at the set's home
            continue
        rows += [sutja_row(model, name, crops) for model in models(args.model)]
        if not args.no_peers:
            validation = _crops.some(read(root, "validation"), args.limit)
            rows += [
                _peers.row(ways, crops, validation, name, fresh=args.fresh)
                for ways in _peers.line_ways().values()
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
        "accepted",
        "wrong of these",
        "accepted ≤1 %",
        "wrong",
        "ECE",
    )
    lines = []
    for row in rows:
        strict = row.get("at_max_error_0.01")
        more = (percent(strict["accepted"]), percent(strict["wrong_of_accepted"])) if strict else ("–", "–")
        lines.append(
            (
                row["set"],
                row["reader"],
                row.get("way", ""),
                row["n"],
                percent(row["right"], interval=True),
                percent(row["accepted"]),
                percent(row["wrong_of_accepted"]),
                *more,
                row["ece"] or "–",
            )
        )
    return table(headers, lines)


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
