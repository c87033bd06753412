"""Time `sutja compare digits` within a minute: fits done, seconds by the clock, seconds of a processor.

The command is measured as a person starts it, from nothing to its report. It makes all its fits where the
machine has two cores to itself; elsewhere the seconds of a processor say what it takes.

    python benchmarks/compare_digits.py
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _machine import ROOT, format_path, make_result_path, save_result, warn_if_busy

from sutja.comparison.execution.table import RESULTS, Status

FIGURE = "compare_digits"
BUDGET = 60.0  # seconds
SEEDS = 3  # of the grid, where the command is not told otherwise
SUMMARY = "summary.json"


def run_command(budget: float, folder: Path) -> dict[str, float]:
    """Run the command; return its seconds by the clock and of a processor, its processes included."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "sutja",
            "compare",
            "digits",
            "--budget",
            f"{budget:g}s",
            "--out",
            str(folder),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1)}


def count_fits(folder: Path) -> dict[str, Any]:
    """Count the fits of the grid that are done, of those that were planned, and those with further seeds."""
    with (folder / RESULTS).open(encoding="utf-8", newline="") as file:
        done = [row for row in csv.DictReader(file) if row["status"] == Status.DONE]
    planned = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))["planned"]["fits"]
    grid = Counter(row["learner"] for row in done if int(row["seed"]) < SEEDS)
    further = Counter(row["learner"] for row in done if int(row["seed"]) >= SEEDS)
    return {
        "fits": grid.total(),
        "planned": planned,
        "further_seeds": further.total(),
        "done": dict(sorted(grid.items())),
        "further": dict(sorted(further.items())),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--budget", type=float, default=BUDGET, help=f"seconds (default: {BUDGET:g})")
    args = parser.parse_args(argv)
    load = warn_if_busy()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "digits"
        row = {
            "budget": args.budget,
            "load_before": load,
            **run_command(args.budget, folder),
            **count_fits(folder),
        }
    few = None if args.budget == BUDGET else 1
    path = save_result(make_result_path(FIGURE, limit=few), FIGURE, row, ("scikit-learn", "torch"))
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
