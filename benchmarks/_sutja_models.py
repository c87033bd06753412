"""Parts that all scripts share: their options, the models they measure, and sutja's answers as cases."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from _crops import Crop
from _machine import track
from _scores import Case, make_rate

from sutja.charset import LETTER
from sutja.errors import SutjaError
from sutja.model_file.bundled import find_model, open_model
from sutja.reading.reader import Reader

BUNDLED = ("numbers", "numbers-open")
MAX_ERROR = 0.01  # of the accepted answers
PARTS = ("validation", "test")
PART_VARIABLE = "SUTJA_BENCH_PART"


def make_parser(
    doc: str | None, *, model: bool = True, part: bool = True, peers: bool = True, limit: bool = True
) -> argparse.ArgumentParser:
    """The options that scripts share."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if model:
        parser.add_argument(
            "--model",
            action="append",
            metavar="FILE|NAME",
            help="a model to measure, again for more; by default the bundled ones",
        )
    if limit:
        parser.add_argument(
            "--limit", type=int, metavar="N", help="at most N crops a set, for a try: kept in out/benchmarks"
        )
    if part:
        default = os.environ.get(PART_VARIABLE) or "validation"
        if default not in PARTS:
            raise SystemExit(f"error: {PART_VARIABLE} is {default!r}; it may be {' or '.join(PARTS)}")
        parser.add_argument(
            "--part",
            choices=PARTS,
            default=default,
            help=f"what to measure on; the test part is for published figures alone (or set {PART_VARIABLE})",
        )
    if peers:
        parser.add_argument("--no-peers", action="store_true", help="measure sutja alone")
        parser.add_argument(
            "--fresh", action="store_true", help="ask the peers again, even where their answers are kept"
        )
    return parser


def list_models(chosen: Sequence[str] | None) -> list[str]:
    """The models to measure: those named, or the bundled ones that are there."""
    names = list(chosen or [name for name in BUNDLED if find_model(name).is_file()])
    if not names:
        raise SystemExit(
            "error: no bundled model is here; make one with recipes/, or name a file with --model"
        )
    return names


def describe_model(name: str) -> dict[str, Any]:
    """Describe a model: its card's name, its terms, and the file's size and checksum."""
    path = find_model(name)
    card = Reader(name).card
    data = path.read_bytes()
    return {
        "name": card.name,
        "open_terms": card.open_terms,
        "created": card.created,
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        "trained_on": {entry.name: entry.items for entry in card.training_data},
    }


def list_efforts(name: str) -> list[str]:
    """List the efforts that a model is measured with: fast, and before it the usual one where it differs."""
    return ["fast"] if open_model(name).card.second_reader is None else ["normal", "fast"]


def find_strict_threshold(name: str, effort: str = "fast", max_error: float = MAX_ERROR) -> float | None:
    """The threshold that `max_error` chooses on the model's validation counts; None where none keeps it."""
    try:
        return Reader(name, max_error=max_error, effort=effort).threshold
    except SutjaError:
        return None


def load_reader(name: str, effort: str = "fast") -> Reader:
    """Load a reader on one thread; fast asks no second one."""
    import cv2

    cv2.setNumThreads(1)
    try:
        return Reader(name, threads=1, effort=effort)
    except SutjaError as error:
        raise SystemExit(f"error: {error}") from error


def read_cases(reader: Reader, crops: Sequence[Crop], what: str) -> list[tuple[Case, bool]]:
    """Each crop's case at the model's threshold, and whether a letter is in it: such are never accepted."""
    sources = (crop.path or crop.picture for crop in crops)
    cases = []
    for crop, page in zip(crops, track(reader.read_many(sources, crop=True), what, len(crops)), strict=True):
        if page.error is not None:
            raise SystemExit(f"error: {page.error}")
        number = page.numbers[0] if page.numbers else None
        if number is None:
            cases.append((Case(crop.digits, None, 0.0, False), False))
        else:
            case = Case(crop.digits, number.digits, number.confidence, number.accepted)
            cases.append((case, LETTER in number.text))
    return cases


def tally_at_threshold(cases: Sequence[tuple[Case, bool]], threshold: float | None) -> dict[str, Any] | None:
    """Count the accepted, and the wrong of them, at another threshold; None without one."""
    if threshold is None:
        return None
    accepted = [case for case, letter in cases if case.digits and not letter and case.confidence >= threshold]
    return {
        "threshold": threshold,
        "accepted": make_rate(len(accepted), len(cases)),
        "wrong_of_accepted": make_rate(sum(not case.right for case in accepted), len(accepted)),
    }


def find_data_folder() -> Path:
    """The real data: `SUTJA_DATA`, ../shared/data beside the checkout, or where they were fetched to."""
    from sutja.data.sets.catalogue import DATA_VARIABLE, data_root

    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return beside if DATA_VARIABLE not in os.environ and beside.is_dir() else data_root()
