"""Predict errors and crossovers with all labels from the smallest tenth, and compare with measurements.

Every learner is fitted on seven sizes up to a tenth of the labels, and on doublings from there to all. The
curves are fitted to the former alone; the errors and crossovers that they predict are compared with those
measured with all labels.

    python benchmarks/compare_extrapolation.py --data usps --data digits
    python benchmarks/compare_extrapolation.py --data mnist --budget 900

Results of other data sets are kept. With a budget the sizes are those that `compare` chooses by itself, and
learners that do not reach the full size in time are listed and left out.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from _compare_data import DATA, choose_study_folder, load_data
from _machine import DRAFTS, format_path, make_result_path, save_result, warn_if_busy

import sutja
from sutja.comparison.analysis.crossover import CrossoverKind
from sutja.comparison.data.subsets import make_doubling_sizes
from sutja.comparison.result import Comparison

FIGURE = "compare_extrapolation"
SMALL = 7  # sizes within the tenth
_LEAST = 20  # labels
WITHIN = 2.0  # times the measured crossover


def make_sizes(n: int) -> list[int]:
    """Return seven sizes up to a tenth, evenly on a logarithmic scale, then doublings up to all."""
    small = np.geomspace(max(_LEAST, n // 1000), n // 10, SMALL).round().astype(int)
    return sorted({*map(int, small), *(size for size in make_doubling_sizes(n, 2) if size > n // 10)})


def restrict_to_small(comparison: Comparison) -> Comparison:
    """Return the comparison as it would be with a tenth of the labels."""
    most = comparison.data.n_train // 10
    rows = tuple(row for row in comparison.rows if row.labels <= most)
    return replace(
        comparison,
        rows=rows,
        answers={row.key: comparison.answers[row.key] for row in rows if row.key in comparison.answers},
    )


def compare_errors(comparison: Comparison, small: Comparison) -> list[dict[str, Any]]:
    """Return for each learner the error predicted with all labels, its interval, and the measured error."""
    rows = []
    for name, curve in small.curves.items():
        if comparison.data.n_train not in comparison.done_rows[name]:
            continue
        measured = float(np.mean([row.error for row in comparison.done_rows[name][comparison.data.n_train]]))
        low, high = curve.predict_interval(comparison.data.n_train)
        rows.append(
            {
                "learner": name,
                "expected": curve.predict_error(comparison.data.n_train),
                "low": low,
                "high": high,
                "measured": measured,
                "held": low <= measured <= high,
                "faults": list(curve.faults),
            }
        )
    return rows


def compare_crossovers(comparison: Comparison, small: Comparison) -> list[dict[str, Any]]:
    """Return the crossovers measured beyond the smallest tenth, and the predicted ones."""
    rows = []
    for one in comparison.crossovers:
        known = one.first in small.curves and one.second in small.curves
        if (
            one.kind is not CrossoverKind.AT
            or one.labels is None
            or one.labels <= comparison.data.n_train / 10
            or not known
        ):
            continue
        predicted = small.crossover(one.first, one.second)
        off = None if predicted.labels is None else math.exp(abs(math.log(predicted.labels / one.labels)))
        rows.append(
            {
                "pair": [one.first, one.second],
                "measured": one.labels,
                "expected": predicted.labels,
                "interval": [predicted.low, predicted.high if math.isfinite(predicted.high) else None],
                "off": off,
                "within": off is not None and off <= WITHIN,
            }
        )
    return rows


def measure(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """Measure one data set; a study that was stopped is resumed."""
    data = load_data(name, args.part, args.limit)
    n = len(data["y"])
    folder = choose_study_folder(args.folder or DRAFTS / FIGURE, name, args.part, args.limit)
    learners, sizes = args.learner or None, None
    if args.budget is None:
        first = sutja.compare(**data, sizes=[_LEAST], learners=["decision-tree"], seeds=1, trials=1)
        sizes = make_sizes(first.data.n_train)
    comparison = sutja.compare(
        **data,
        sizes=sizes,
        learners=learners,
        seeds=args.seeds,
        trials=args.trials,
        budget=args.budget,
        out=folder,
        log=print,
    )
    small = restrict_to_small(comparison)
    return {
        "data": name,
        "n": n,
        "learnt_from": comparison.data.n_train,
        "errors": compare_errors(comparison, small),
        "crossovers": compare_crossovers(comparison, small),
        "not_at_the_full_size": [
            one for one in comparison.done_rows if comparison.data.n_train not in comparison.done_rows[one]
        ],
    }


def load_others(path: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """Load the results of other data sets."""
    known = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else []
    return [row for row in known if row["data"] not in names]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, save, show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", action="append", choices=DATA)
    parser.add_argument("--learner", action="append", help="one learner, again for more")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--budget", type=float, help="seconds for each data set (default: all they take)")
    parser.add_argument("--limit", type=int, help="at most so many items, for a try")
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--folder", type=Path, help="of the studies, which are resumed if they were stopped")
    args = parser.parse_args(argv)
    load_before = warn_if_busy()
    names = args.data or DATA
    path = make_result_path(FIGURE, args.part, args.limit)
    rows = [*load_others(path, names), *(measure(name, args) for name in names)]
    covered = [one["held"] for row in rows for one in row["errors"] if not one["faults"]]
    within = [one["within"] for row in rows for one in row["crossovers"]]
    content = {
        "load_before": load_before,
        "rows": rows,
        "errors_held": [sum(covered), len(covered)],
        "crossovers_within": [sum(within), len(within)],
    }
    save_result(path, FIGURE, content)
    for row in rows:
        for one in row["errors"]:
            print(
                f"{row['data']:<8}{one['learner']:<24}expected {100 * one['expected']:.2f} % "
                f"({100 * one['low']:.2f} to {100 * one['high']:.2f}), measured {100 * one['measured']:.2f} %"
                f"{'' if one['held'] else '  off'}{'  ' + '; '.join(one['faults']) if one['faults'] else ''}"
            )
        if row.get("not_at_the_full_size"):
            print(f"{row['data']:<8}not at the full size in time: {', '.join(row['not_at_the_full_size'])}")
        for one in row["crossovers"]:
            print(f"{row['data']:<8}{one['pair']}: at {one['measured']:.0f}, expected {one['expected']}")
    print(
        f"errors within their interval: {sum(covered)} of {len(covered)}; crossovers within {WITHIN:g} ×: "
        f"{sum(within)} of {len(within)}"
    )
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
