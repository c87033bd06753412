"""Crops that show no number: how many are answered with one all the same.

Blank paper and scribbles are composed, words drawn in this machine's fonts from a text that training does
not use, and real words cut from cheques. The peers, being slow, read a sample.

    python benchmarks/no_number.py                  # real words of the validation part
    python benchmarks/no_number.py --part test      # the published figure
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
from _scores import Case, count_false_numbers, format_percent, make_case
from _sutja_models import list_efforts, list_models, load_reader, make_parser, read_cases

from sutja.model_file.bundled import open_model
from sutja.reading import Reader
from sutja.synthesis.fonts import load_faces

FIGURE = "no_number"
COMPOSED = 1000  # crops a kind
PEER_SAMPLE = 100  # crops a kind


def load_sets(root: Path, part: str, limit: int | None) -> dict[str, list[Crop]]:
    """Crops without a number by kind."""
    n = min(COMPOSED, limit or COMPOSED)
    return {
        "blank paper": _crops.compose_crops("blank", n),
        "scribbles": _crops.compose_crops("scribble", n),
        "printed words": _crops.draw_words(n, hand=False),
        "handwriting fonts": _crops.draw_words(n, hand=True),
        "real words": _crops.subsample(_crops.load_real_words(root, part), limit),
    }


def answer_with_sutja(reader: Reader, name: str, crops: Sequence[Crop]) -> list[Case]:
    """A reader's answers on one kind."""
    return [case for case, _ in read_cases(reader, crops, f"{name}: {reader.card.name}")]


def make_peer_row(mode: _peers.PeerMode, name: str, crops: Sequence[Crop], *, fresh: bool) -> dict[str, Any]:
    """A peer's figures on one kind: a text with more letters than digits counts as no number."""
    found = _peers.get_answers(mode, crops, name, fresh=fresh)
    cases = [make_case("", text, sure, words=True) for text, sure in found.texts]
    return {"set": name, **found.facts(), **count_false_numbers(cases)}


def measure(args: argparse.Namespace, root: Path) -> list[dict[str, Any]]:
    """A row for each kind and reader, the peers on the crops as they are; then all kinds together."""
    rows: list[dict[str, Any]] = []
    readers = [
        (name_reader(model, effort), load_reader(model, effort))
        for model in list_models(args.model)
        for effort in list_efforts(model)
    ]
    together: list[list[Case]] = [[] for _ in readers]
    for name, crops in load_sets(root, args.part, args.limit).items():
        for (names, reader), every in zip(readers, together, strict=True):
            cases = answer_with_sutja(reader, name, crops)
            every += cases
            rows.append({"set": name, **names, **count_false_numbers(cases)})
        if args.no_peers:
            continue
        sample = _crops.subsample(crops, PEER_SAMPLE)
        modes = [
            w for found in _peers.list_line_modes().values() for w in found if w.peer != "RapidOCR pipeline"
        ]
        modes = [mode for mode in modes if mode.prepare is None]
        rows += [make_peer_row(mode, name, sample, fresh=args.fresh) for mode in modes]
    return rows + [
        {"set": "all together", **names, **count_false_numbers(every)}
        for (names, _), every in zip(readers, together, strict=True)
    ]


def name_reader(model: str, effort: str) -> dict[str, str]:
    """Name of a model in the rows, and its effort."""
    return {"reader": f"sutja {open_model(model).card.name}", "settings": f"effort {effort}"}


def format_rows(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table, in percent."""
    headers = ("crops", "reader", "way", "n", "any number", "accepted (95 %)")
    return format_table(
        headers,
        [
            (
                row["set"],
                row["reader"],
                row.get("way") or row.get("settings", ""),
                row["n"],
                format_percent(row["answered"]),
                format_percent(row["accepted"], interval=True),
            )
            for row in rows
        ],
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    printed, handwriting = load_faces()
    facts = {"seed": _crops.SEED, "fonts": {"printed": len(printed), "handwriting": len(handwriting)}}
    measure_crops(FIGURE, make_parser(__doc__).parse_args(argv), measure, format_rows, facts)


if __name__ == "__main__":
    main()
