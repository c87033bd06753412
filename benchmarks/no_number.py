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
from _machine import result_path, save, shown, table
from _scores import Case, case_of, false_numbers, percent
from _sutja import arguments, data_folder, load_reader, model_facts, models, read_cases

from sutja.synthesis.fonts import load_faces

FIGURE = "no_number"
COMPOSED = 1000  # crops a kind
PEER_SAMPLE = 100  # crops a kind


def sets(root: Path, part: str, limit: int | None) -> dict[str, list[Crop]]:
    """Crops without a number by kind."""
    n = min(COMPOSED, limit or COMPOSED)
    return {
        "blank paper": _crops.composed("blank", n),
        "scribbles": _crops.composed("scribble", n),
        "printed words": _crops.drawn_words(n, hand=False),
        "handwriting fonts": _crops.drawn_words(n, hand=True),
        "real words": _crops.some(_crops.real_words(root, part), limit),
    }


def sutja_cases(model: str, name: str, crops: Sequence[Crop]) -> list[Case]:
    """A model's answers on one kind."""
    reader = load_reader(model)
    return [case for case, _ in read_cases(reader, crops, f"{name}: {reader.card.name}")]


def peer_row(way: _peers.Way, name: str, crops: Sequence[Crop], *, fresh: bool) -> dict[str, Any]:
    """A peer's figures on one kind: a text with more letters than digits counts as no number."""
    found = _peers.answers(way, crops, name, fresh=fresh)
    cases = [case_of("", text, sure, words=True) for text, sure in found.texts]
    return {"set": name, **found.facts(), **false_numbers(cases)}


def measure(args: argparse.Namespace, root: Path) -> list[dict[str, Any]]:
    """A row for each kind and reader, the peers on the crops as they are; then all kinds together."""
    rows: list[dict[str, Any]] = []
    together: dict[str, list[Case]] = {model: [] for model in models(args.model)}
    for name, crops in sets(root, args.part, args.limit).items():
        for model, every in together.items():
            cases = sutja_cases(model, name, crops)
            every += cases
            rows.append({"set": name, "reader": reader_name(model), **false_numbers(cases)})
        if args.no_peers:
            continue
        sample = _crops.some(crops, PEER_SAMPLE)
        ways = [w for found in _peers.line_ways().values() for w in found if w.peer != "RapidOCR pipeline"]
        ways = [way for way in ways if way.prepare is None]
        rows += [peer_row(way, name, sample, fresh=args.fresh) for way in ways]
    return rows + [
        {"set": "all together", "reader": reader_name(model), **false_numbers(every)}
        for model, every in together.items()
    ]


def reader_name(model: str) -> str:
    """What a model is called in the rows."""
    return f"sutja {load_reader(model).card.name}"


def show(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table, in percent."""
    headers = ("crops", "reader", "way", "n", "any number", "accepted (95 %)")
    return table(
        headers,
        [
            (
                row["set"],
                row["reader"],
                row.get("way", ""),
                row["n"],
                percent(row["answered"]),
                percent(row["accepted"], interval=True),
            )
            for row in rows
        ],
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = arguments(__doc__).parse_args(argv)
    rows = measure(args, data_folder())
    printed, handwriting = load_faces()
    content = {
        "part": args.part,
        "models": [model_facts(model) for model in models(args.model)],
        "seed": _crops.SEED,
        "fonts": {"printed": len(printed), "handwriting": len(handwriting)},
        "rows": rows,
    }
    path = save(result_path(FIGURE, args.part, args.limit), FIGURE, content, _peers.PEERS_PACKAGES)
    print(show(rows))
    print(f"part: {args.part}; a peer's 'accepted' is a confidence of 0.9 or more; kept in {shown(path)}")


if __name__ == "__main__":
    main()
