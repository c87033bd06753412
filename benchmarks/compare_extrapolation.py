"""What the smallest tenth of the labels says of all of them: crossovers and errors, predicted and measured.

Every learner is fitted on seven sizes up to a tenth of the labels, and on doublings from there to all. The
curves are fitted to the former alone; what they expect at the full size and where they expect crossovers is
held against what was measured with all.

    python benchmarks/compare_extrapolation.py --data usps --data digits
    python benchmarks/compare_extrapolation.py --data mnist --budget 900

Data sets measured before keep their place in the result. With a budget the sizes are those that `compare`
takes by itself, and learners that did not come to the full size in time are told and left out.
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
from _compare_data import DATA, load, run_folder
from _machine import DRAFTS, result_path, save, shown, warn_if_busy

import sutja
from sutja.comparison.data.subsets import make_doubling_sizes
from sutja.comparison.result import Comparison

FIGURE = "compare_extrapolation"
SMALL = 7  # sizes within the tenth
_LEAST = 20  # labels
WITHIN = 2.0  # times the measured crossover


def sizes_of(n: int) -> list[int]:
    """Seven sizes up to a tenth, evenly on a logarithmic scale, then doublings up to all."""
    small = np.geomspace(max(_LEAST, n // 1000), n // 10, SMALL).round().astype(int)
    return sorted({*map(int, small), *(size for size in make_doubling_sizes(n, 2) if size > n // 10)})


def of_the_small(found: Comparison) -> Comparison:
    """The comparison as it would be if a tenth of the labels were all."""
    few = found.data.n_train // 10
    rows = tuple(row for row in found.rows if row.labels <= few)
    return replace(
        found,
        rows=rows,
        answers={row.key: found.answers[row.key] for row in rows if row.key in found.answers},
    )


def errors(found: Comparison, small: Comparison) -> list[dict[str, Any]]:
    """For each learner the error expected with all labels, its interval, and the error measured."""
    rows = []
    for name, curve in small.curves.items():
        if found.data.n_train not in found.done_rows[name]:
            continue
        measured = float(np.mean([row.error for row in found.done_rows[name][found.data.n_train]]))
        low, high = curve.predict_interval(found.data.n_train)
        rows.append(
            {
                "learner": name,
                "expected": curve.predict_error(found.data.n_train),
                "low": low,
                "high": high,
                "measured": measured,
                "held": low <= measured <= high,
                "faults": list(curve.faults),
            }
        )
    return rows


def crossovers(found: Comparison, small: Comparison) -> list[dict[str, Any]]:
    """Crossovers measured with all labels beyond the smallest tenth, and where they were expected."""
    rows = []
    for one in found.crossovers:
        known = one.first in small.curves and one.second in small.curves
        if one.kind != "at" or one.labels is None or one.labels <= found.data.n_train / 10 or not known:
            continue
        guess = small.crossover(one.first, one.second)
        off = None if guess.labels is None else math.exp(abs(math.log(guess.labels / one.labels)))
        rows.append(
            {
                "pair": [one.first, one.second],
                "measured": one.labels,
                "expected": guess.labels,
                "interval": [guess.low, guess.high if math.isfinite(guess.high) else None],
                "off": off,
                "within": off is not None and off <= WITHIN,
            }
        )
    return rows


def measure(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """One data set; a run that was stopped goes on."""
    data = load(name, args.part, args.limit)
    n = len(data["y"])
    folder = run_folder(args.folder or DRAFTS / FIGURE, name, args.part, args.limit)
    learners, sizes = args.learner or None, None
    if args.budget is None:
        first = sutja.compare(**data, sizes=[_LEAST], learners=["decision-tree"], seeds=1, trials=1)
        sizes = sizes_of(first.data.n_train)
    found = sutja.compare(
        **data,
        sizes=sizes,
        learners=learners,
        seeds=args.seeds,
        trials=args.trials,
        budget=args.budget,
        out=folder,
        log=print,
    )
    small = of_the_small(found)
    return {
        "data": name,
        "n": n,
        "learnt_from": found.data.n_train,
        "errors": errors(found, small),
        "crossovers": crossovers(found, small),
        "not_at_the_full_size": [
            one for one in found.done_rows if found.data.n_train not in found.done_rows[one]
        ],
    }


def others(path: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """What was measured before on other data sets than these."""
    known = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else []
    return [row for row in known if row["data"] not in names]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
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
    parser.add_argument("--folder", type=Path, help="of the runs, which go on where they were stopped")
    args = parser.parse_args(argv)
    load_before = warn_if_busy()
    names = args.data or DATA
    path = result_path(FIGURE, args.part, args.limit)
    rows = [*others(path, names), *(measure(name, args) for name in names)]
    held = [one["held"] for row in rows for one in row["errors"] if not one["faults"]]
    within = [one["within"] for row in rows for one in row["crossovers"]]
    content = {
        "load_before": load_before,
        "rows": rows,
        "errors_held": [sum(held), len(held)],
        "crossovers_within": [sum(within), len(within)],
    }
    save(path, FIGURE, content)
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
        f"errors within their interval: {sum(held)} of {len(held)}; crossovers within {WITHIN:g} ×: "
        f"{sum(within)} of {len(within)}"
    )
    print(f"kept in {shown(path)}")


if __name__ == "__main__":
    main()
