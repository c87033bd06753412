"""Own drawings, and what is no digit: what a classifier of digits does with them.

Pen strokes are drawn in six styles (`_drawings`). Two models read them: one that `sutja train classify mnist`
makes, and the bundled classifier, which other writers of `pen-digits` have taught. Noise, letters and blank
paper ask whether they say no. On the test part, both read the test digits of MNIST as well.

    python benchmarks/own_drawings.py                  # validation writers, while developing
    python benchmarks/own_drawings.py --part test      # the published figure
    python benchmarks/own_drawings.py --trained runs/mnist/model.onnx    # what the command has made already
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _drawings import NOT_DIGITS, STYLES, Drawing
from _machine import format_path, format_table, make_result_path, save_result
from _scores import format_percent, make_rate
from _sutja_models import find_data_folder, make_parser

import sutja
from sutja.data.labelled.load import load_labelled
from sutja.data.sets.crops import StrokeRecord, read_pen_digits
from sutja.data.split.fixed import assign_fold, is_test
from sutja.model_file import ModelFile
from sutja.reading import Classifier

FIGURE = "own_drawings"
SET = "pen-digits"
DRAWINGS = 200  # of each style
MNIST = "MNIST's test digits"
VALIDATION_FOLD = 0


def choose_records(root: Path, part: str, limit: int) -> list[StrokeRecord]:
    """Strokes of the part's writers, spread over all of them."""
    records = [
        record
        for record in read_pen_digits(root)
        if is_test(SET, record.group) == (part == "test")
        and (part == "test" or assign_fold(SET, record.group) == VALIDATION_FOLD)
    ]
    return records[:: max(1, len(records) // limit)][:limit]


def draw_all(records: Sequence[StrokeRecord]) -> dict[str, tuple[list[Drawing], list[str]]]:
    """Drawings and digits for each style."""
    rng = np.random.default_rng(0)
    texts = [record.text for record in records]
    return {style: ([draw(record, rng) for record in records], texts) for style, draw in STYLES.items()}


def make_drawing_row(
    name: str, style: str, classifier: Classifier, drawings: Sequence[Drawing], texts: Sequence[str]
) -> dict[str, Any]:
    """Share of the drawings read right, accepted, and wrong among the accepted."""
    answers = classifier.classify(list(drawings))
    right = [answer.label == text for answer, text in zip(answers, texts, strict=True)]
    accepted = [answer.accepted for answer in answers]
    wrong = sum(not good and taken for good, taken in zip(right, accepted, strict=True))
    return {
        "model": name,
        "what": style,
        "n": len(texts),
        "right": make_rate(sum(right), len(right)),
        "accepted": make_rate(sum(accepted), len(accepted)),
        "wrong_of_accepted": make_rate(wrong, sum(accepted)),
    }


def make_no_digit_rows(name: str, classifier: Classifier) -> list[dict[str, Any]]:
    """Share of what is no digit that is accepted."""
    rows = []
    for what, draw in NOT_DIGITS.items():
        accepted = [answer.accepted for answer in classifier.classify(draw(np.random.default_rng(1)))]
        row = {"model": name, "what": what, "n": len(accepted)}
        rows.append(row | {"accepted": make_rate(sum(accepted), len(accepted))})
    return rows


def read_mnist(limit: int | None) -> tuple[list[Drawing], list[str]]:
    """Test digits of MNIST, and what they show."""
    digits = load_labelled("mnist", "test")
    return list(digits.images[:limit]), [digits.classes[label] for label in digits.labels[:limit]]


def train_mnist(budget: float | None, folder: str) -> ModelFile:
    """The model of `sutja train classify mnist`, or with a budget, of `--budget …`."""
    return sutja.train("mnist", budget=budget, out=Path(folder) / "run", log=None).model


def measure(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A row for each model and style, and for each sort of no digit."""
    drawings = draw_all(choose_records(find_data_folder(), args.part, args.limit or DRAWINGS))
    if args.part == "test":
        drawings[MNIST] = read_mnist(args.limit)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        models: Mapping[str, Classifier] = {
            f"mnist, {args.budget:g} s" if args.budget else "mnist": Classifier(
                args.trained or train_mnist(args.budget, folder)
            ),
            "bundled": Classifier(),
        }
        for name, classifier in models.items():
            rows += [make_drawing_row(name, style, classifier, *some) for style, some in drawings.items()]
            rows += make_no_digit_rows(name, classifier)
    return rows


def format_rows(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table, in percent."""
    cells = [
        (
            row["model"],
            row["what"],
            row["n"],
            format_percent(row["right"], interval=True) if "right" in row else "",
            format_percent(row["accepted"], interval=True),
            format_percent(row["wrong_of_accepted"]) if "right" in row else "",
        )
        for row in rows
    ]
    return format_table(("model", "what", "n", "right (95 %)", "accepted (95 %)", "wrong of these"), cells)


def main(argv: Sequence[str] | None = None) -> None:
    """Draw, train, classify, keep, show."""
    parser = make_parser(__doc__)
    parser.add_argument("--budget", type=float, help="seconds to train on MNIST (default: all epochs)")
    parser.add_argument("--trained", type=Path, help="a model of MNIST to measure instead of training one")
    args = parser.parse_args(argv)
    rows = measure(args)
    path = save_result(
        make_result_path(FIGURE, args.part, args.limit),
        FIGURE,
        {"part": args.part, "budget": args.budget, "rows": rows},
        ("torch",),
    )
    print(format_rows(rows))
    print(f"part: {args.part}; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
