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
from _figures import measure_crops
from _machine import format_table
from _scores import format_percent, tally
from _sutja_models import (
    find_strict_threshold,
    list_efforts,
    list_models,
    load_reader,
    make_parser,
    read_cases,
    tally_at_threshold,
)

FIGURE = "amounts"


def make_sutja_rows(models: Sequence[str], name: str, crops: Sequence[Crop]) -> list[dict[str, Any]]:
    """The figures of models on one set, with a second reader as they come, and alone."""
    return [make_sutja_row(model, effort, name, crops) for model in models for effort in list_efforts(model)]


def make_sutja_row(model: str, effort: str, name: str, crops: Sequence[Crop]) -> dict[str, Any]:
    """A model's figures on one set."""
    reader = load_reader(model, effort)
    cases = read_cases(reader, crops, f"{name}: {reader.card.name}, {effort}")
    return {
        "set": name,
        "reader": f"sutja {reader.card.name}",
        "settings": f"effort {effort}",
        "threshold": reader.threshold,
        **tally([case for case, _ in cases]),
        "at_max_error_0.01": tally_at_threshold(cases, find_strict_threshold(model, effort)),
    }


def measure(args: argparse.Namespace, root: Path) -> list[dict[str, Any]]:
    """A row for each set and reader."""
    rows = []
    for name, read in _crops.AMOUNTS.items():
        crops = _crops.subsample(read(root, args.part), args.limit)
        if not crops:  # the cheques' amounts are not at the set's home
            continue
        rows += make_sutja_rows(list_models(args.model), name, crops)
        if not args.no_peers:
            validation = _crops.subsample(read(root, "validation"), args.limit)
            rows += [
                _peers.make_row(modes, crops, validation, name, fresh=args.fresh)
                for modes in _peers.list_line_modes().values()
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
        "accepted",
        "wrong of these",
        "accepted ≤1 %",
        "wrong",
        "ECE",
    )
    lines = []
    for row in rows:
        strict = row.get("at_max_error_0.01")
        more = (
            (format_percent(strict["accepted"]), format_percent(strict["wrong_of_accepted"]))
            if strict
            else ("–", "–")
        )
        lines.append(
            (
                row["set"],
                row["reader"],
                row.get("way") or row.get("settings", ""),
                row["n"],
                format_percent(row["right"], interval=True),
                format_percent(row["accepted"]),
                format_percent(row["wrong_of_accepted"]),
                *more,
                row["ece"] or "–",
            )
        )
    return format_table(headers, lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    measure_crops(FIGURE, make_parser(__doc__).parse_args(argv), measure, format_rows)


if __name__ == "__main__":
    main()
