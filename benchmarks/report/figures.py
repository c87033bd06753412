"""Figures as they are kept in benchmarks/results, and how they are written for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import onnx

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
WEIGHTS = ROOT / "src" / "sutja" / "weights"
NONE = "–"
CARD = "sutja.card"


@cache
def load(figure: str) -> dict[str, Any]:
    """Read what a benchmark has measured.

    Parameters
    ----------
    figure : str
        Name of the file in benchmarks/results, without its ending.

    Returns
    -------
    dict
        Its content.
    """
    content: dict[str, Any] = json.loads((RESULTS / f"{figure}.json").read_text(encoding="utf-8"))
    return content


def find_all(rows: Iterable[Mapping[str, Any]], **wanted: object) -> list[Mapping[str, Any]]:
    """Return all rows whose fields have the wanted values."""
    return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]


def percent(share: float, digits: int = 1) -> str:
    """Write a share of 1 in percent."""
    return f"{100 * share:.{digits}f}%"


def write_share(share: Mapping[str, Any], interval: bool = True) -> str:
    """Write a measured share with its exact 95% interval, as "88.5% (83.4–92.5)"."""
    if not share["n"]:
        return NONE
    digits = 2 if share["n"] >= 10_000 else 1
    text = percent(share["rate"], digits)
    if not interval:
        return text
    return f"{text} ({100 * share['low']:.{digits}f}–{100 * share['high']:.{digits}f})"


def write_count(share: Mapping[str, Any], of: str = "of") -> str:
    """Write a share as a count, as "8 of 179"."""
    return f"{share['k']:,} {of} {share['n']:,}" if share["n"] else NONE


def mean_and_deviation(row: Mapping[str, Any], name: str, scale: float = 1.0, digits: int = 2) -> str:
    """Write a mean over seeds with its standard deviation."""
    if row.get(name) is None:
        return NONE
    text = f"{scale * row[name]:.{digits}f}"
    return f"{text} ± {scale * row[f'{name}_std']:.{digits}f}" if f"{name}_std" in row else text


def write_span(middle: float, least: float, most: float, digits: int = 0) -> str:
    """Write a median with the least and the greatest value."""
    return f"{middle:,.{digits}f} ({least:,.{digits}f}–{most:,.{digits}f})"


def make_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Make a table in Markdown."""
    lines = ["| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


@cache
def read_card(model: str) -> dict[str, Any]:
    """Read the card of a bundled model."""
    properties = onnx.load(WEIGHTS / f"{model}.onnx").metadata_props
    card: dict[str, Any] = json.loads(next(item.value for item in properties if item.key == CARD))
    return card


def describe_source(figure: str, command: str, models: Sequence[str] = ()) -> str:
    """Say when, on what machine and by which command a figure was measured.

    Parameters
    ----------
    figure : str
        Name of the file in benchmarks/results, without its ending.
    command : str
        The command that measures it.
    models : sequence of str
        Bundled models that were measured; a model made since then is named.

    Returns
    -------
    str
        A line in Markdown.
    """
    content = load(figure)
    machine = content["machine"]
    load_average = content.get("load_before", content.get("load", machine.get("load_average")))
    revision = f", revision {machine['revision'][:7]}" if machine.get("revision") else ""
    text = (
        f"*{content['date'][:10]}, {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, "
        f"load {load_average:.1f}{revision}: `{command}`."
    )
    rows = content.get("rows", [])
    kept = [row for row in rows if isinstance(row, dict) and {"date", "reader"} <= row.keys()]
    earlier = sorted({row["date"][:10] for row in kept})
    if earlier:
        others = sorted({row["reader"] for row in kept})
        text += f" {' and '.join(others)}: {' and '.join(earlier)}."
    since = [f"`{model}`" for model in models if read_card(model)["created"] > content["date"]]
    return f"{text} Older than the present {' and '.join(since)}.*" if since else f"{text}*"
