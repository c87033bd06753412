"""Figures of one shape: measured, kept beside what peers had before, and shown."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from _machine import format_path, format_table, keep_peer_rows, list_kept_rows, make_result_path, save_result
from _page_readers import NamedPageReader
from _peers import PEERS_PACKAGES
from _scores import format_percent
from _sutja_models import describe_model, find_data_folder, list_models

Rows = list[dict[str, Any]]


def measure_crops(
    figure: str,
    args: argparse.Namespace,
    measure: Callable[[argparse.Namespace, Path], Rows],
    format_rows: Callable[[Sequence[dict[str, Any]]], str],
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Measure a figure of crops, keep it with `facts` about it, and show it."""
    kept = make_result_path(figure, args.part, args.limit)
    rows = measure(args, find_data_folder())
    if args.no_peers:
        rows = keep_peer_rows(kept, rows)
    models = [describe_model(model) for model in list_models(args.model)]
    content = {"part": args.part, "models": models, **(facts or {}), "rows": rows}
    path = save_result(kept, figure, content, PEERS_PACKAGES)
    print(format_rows(rows))
    print(
        f"part: {args.part}; a peer's 'accepted' is a confidence of 0.9 or more; kept in {format_path(path)}"
    )


def keep_pages(
    figure: str,
    args: argparse.Namespace,
    readers: Sequence[NamedPageReader],
    rows: Rows,
    facts: Sequence[str],
    rates: Sequence[str],
) -> None:
    """Keep the rows of a figure of whole pages, and show their `facts`, their `rates` and the time a page."""
    kept = make_result_path(figure, args.part, args.limit)
    rows = [*rows, *list_kept_rows(kept, [reader.name for reader in readers])]
    path = save_result(kept, figure, {"part": args.part, "rows": rows}, PEERS_PACKAGES)
    lines = [
        (
            *(row[name] for name in facts),
            *(format_percent(row[name], interval=True) for name in rates),
            row["seconds_a_page"],
        )
        for row in rows
    ]
    print(format_table((*facts, *rates, "s a page"), lines))
    print(f"part: {args.part}; kept in {format_path(path)}")
