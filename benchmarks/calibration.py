"""Calibration of confidences: the calibration error, and the error among the accepted answers.

All real sets together and each by itself; a plot beside the table.

    python benchmarks/calibration.py                  # validation part, while developing
    python benchmarks/calibration.py --part test      # the published figure
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import _crops
import numpy as np
from _crops import SetReader
from _machine import find_versions, format_path, format_table, make_result_path, save_result
from _plots import TOGETHER, draw_calibration
from _scores import Case, format_percent, make_rate
from _sutja_models import describe_model, find_data_folder, list_models, load_reader, make_parser, read_cases

from sutja.metrics import expected_calibration_error

FIGURE = "calibration"
BINS = 15
COVERAGES = (0.5, 0.7, 0.8, 0.9, 0.92, 0.95, 0.97, 0.98, 0.99, 1.0)
SETS: dict[str, SetReader] = {**_crops.AMOUNTS, **_crops.LONE_DIGITS, "no number": _crops.load_real_words}


def make_equal_mass_bins(
    confidence: Sequence[float], right: Sequence[bool], bins: int = BINS
) -> list[dict[str, Any]]:
    """Bins of equal numbers of answers, from the least sure: mean confidence and share right of each."""
    order = np.argsort(np.asarray(confidence), kind="stable")
    p, hit = np.asarray(confidence, float)[order], np.asarray(right, float)[order]
    parts = [part for part in np.array_split(np.arange(len(p)), bins) if len(part)]
    return [
        {"confidence": float(p[part].mean()), **make_rate(int(hit[part].sum()), len(part))} for part in parts
    ]


def compute_equal_mass_error(found: Sequence[dict[str, Any]]) -> float:
    """Mean distance of confidence from the share right, over bins of equal numbers."""
    n = sum(part["n"] for part in found)
    return float(sum(part["n"] * abs(part["confidence"] - part["k"] / part["n"]) for part in found) / n)


def make_risk_table(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The share wrong among the surest answers, for some shares of all crops; the unanswered come last."""
    with_number = [case for case in cases if case.truth or case.digits]
    surest = sorted((case for case in with_number if case.digits), key=lambda case: -case.confidence)
    wrong = np.cumsum([not case.right for case in surest])
    n = len(with_number)
    kept = [(share, round(share * n)) for share in COVERAGES if 0 < round(share * n) <= len(surest)]
    return [
        {"coverage": share, "threshold": surest[k - 1].confidence, "risk": make_rate(int(wrong[k - 1]), k)}
        for share, k in kept
    ]


def compute_figures(cases: Sequence[Case]) -> dict[str, Any]:
    """Everything about one set: of the crops answered with a number, how far the confidence holds."""
    answered = [case for case in cases if case.digits]
    if not answered:
        return {"n": len(cases), "answered": 0, "ece": None, "ece_equal_mass": None, "bins": [], "risk": []}
    confidence, right = [case.confidence for case in answered], [case.right for case in answered]
    bins = make_equal_mass_bins(confidence, right)
    return {
        "n": len(cases),
        "answered": len(answered),
        "mean_confidence": round(float(np.mean(confidence)), 5),
        "right": make_rate(sum(right), len(right)),
        "ece": round(expected_calibration_error(confidence, right, BINS), 5),
        "ece_equal_mass": round(compute_equal_mass_error(bins), 5),
        "bins": bins,
        "risk": make_risk_table(cases),
    }


def measure(model: str, args: argparse.Namespace, root: Path) -> tuple[dict[str, list[Case]], dict[str, Any]]:
    """The cases by set, and the figures of each set and of all together."""
    reader = load_reader(model)
    cases = {}
    for name, read in SETS.items():
        crops = _crops.subsample(read(root, args.part), args.limit)
        cases[name] = [case for case, _ in read_cases(reader, crops, f"{name}: {reader.card.name}")]
    together = [case for some in cases.values() for case in some]
    out = {name: compute_figures(some) for name, some in cases.items()}
    return cases, {TOGETHER: compute_figures(together), **out}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, draw, show."""
    args = make_parser(__doc__, peers=False).parse_args(argv)
    root, found, lines = find_data_folder(), [], []
    path = make_result_path(FIGURE, args.part, args.limit)
    for i, model in enumerate(list_models(args.model)):
        cases, out = measure(model, args, root)
        facts = describe_model(model)
        found.append({"model": facts, "sets": out})
        lines += [_make_line(facts["name"], name, figure) for name, figure in out.items()]
        if i == 0:
            draw_calibration(path.with_suffix(".png"), out, cases, f"{facts['name']}, {args.part} part")
    save_result(
        path, FIGURE, {"part": args.part, "bins": BINS, "rows": found}, find_versions(("matplotlib",))
    )
    print(
        format_table(
            ("model", "set", "n", "answered", "right", "ECE", "ECE, equal mass", "wrong at 90 %", "at 99 %"),
            lines,
        )
    )
    print(f"part: {args.part}; kept in {format_path(path)} and {path.with_suffix('.png').name}")


def _make_line(model: str, name: str, figure: dict[str, Any]) -> tuple[object, ...]:
    if not figure["answered"]:
        return (model, name, figure["n"], 0, *"–––––")
    risk = {point["coverage"]: format_percent(point["risk"]) for point in figure["risk"]}
    return (
        model,
        name,
        figure["n"],
        figure["answered"],
        format_percent(figure["right"]),
        f"{figure['ece']:.4f}",
        f"{figure['ece_equal_mass']:.4f}",
        risk.get(0.9, "–"),
        risk.get(0.99, "–"),
    )


if __name__ == "__main__":
    main()
