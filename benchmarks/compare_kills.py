"""Kill `sutja compare` at random moments: it must resume, and end with the table of an unbroken run.

Killed are the main process alone, the main process with all that it started, one of its workers (the
comparison then continues by itself), and the main process by the signals of a terminal and a job scheduler.
One kill in four comes within the first seconds. If a run ends before its kill, its table is checked and
another run is started.

    python benchmarks/compare_kills.py --kills 20
"""

from __future__ import annotations

import argparse
import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from _machine import ROOT, format_path, make_result_path, save_result, warn_if_busy

from sutja.comparison.data.inputs import prepare_inputs
from sutja.comparison.data.sources import load_source
from sutja.comparison.execution.backends import Engine
from sutja.comparison.execution.table import RESULTS, TIMINGS, TUNING, Status
from sutja.comparison.learners.catalogue import choose_learners
from sutja.comparison.report.page import write_report
from sutja.comparison.result import collect_result
from sutja.comparison.study import StudySettings, run_study

FIGURE = "compare_kills"
KILLS = 20
KINDS = ("command", "all", "worker", "terminate", "interrupt")
_SIGNALS = {"terminate": signal.SIGTERM, "interrupt": signal.SIGINT}
SETTINGS = StudySettings((40, 80, 160), 2, trials=3, tune_seconds=3600.0)
_LEARNERS = "mlp-s,convnet-s,decision-tree,random-forest,k-nn,svm-rbf,logistic-regression"
_EARLY, _LATER = 8.0, 0.5  # seconds within which a kill comes after the beginning, or after a line
_PART = 0.25  # of the lines of an unbroken run, the most that are waited for
_GRACE = 5.0  # seconds after which nothing that a killed command began may be left

Row = dict[str, str]


def start_process(folder: Path, learners: str) -> psutil.Popen:
    """Start a process that compares."""
    words = [sys.executable, __file__, "--study", str(folder), "--learners", learners]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return psutil.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_comparison(folder: Path, learners: str) -> None:
    """Compare as the command does, on scikit-learn's digits, without a budget."""
    source = load_source(None)
    inputs = prepare_inputs(source.X, source.y, classes=source.classes, source=source.name)
    chosen, engine, start = (
        choose_learners(learners.split(","), inputs.pictures),
        Engine("joblib", 2),
        time.monotonic(),
    )
    table = run_study(inputs, chosen, SETTINGS, folder, engine, start=start)
    write_report(collect_result(inputs, chosen, SETTINGS, table, engine, folder, start), folder)


def load_rows(folder: Path) -> dict[tuple[str, str, str], Row]:
    """Load the table, by learner, labels and seed; an incomplete line is ignored."""
    path = folder / RESULTS
    if not path.exists():
        return {}
    whole = path.read_bytes().rpartition(b"\n")[0].decode().splitlines()
    return {(row["learner"], row["labels"], row["seed"]): row for row in csv.DictReader(whole)}


def drop_timings(row: Row) -> Row:
    """Return a row without timings."""
    return {name: value for name, value in row.items() if name not in TIMINGS}


def is_same(one: Path, two: Path) -> bool:
    """Tell if two tables are equal except for timings, line by line."""
    first, second = load_rows(one), load_rows(two)
    return bool(first) and [*map(drop_timings, first.values())] == [*map(drop_timings, second.values())]


def count_lines(folder: Path) -> int:
    """Count the lines of both tables."""
    paths = (folder / RESULTS, folder / TUNING)
    return sum(path.read_bytes().count(b"\n") for path in paths if path.exists())


def find_phase(folder: Path) -> str:
    """Tell what the command is doing."""
    if load_rows(folder):
        return "fits"
    return "tuning" if (folder / TUNING).exists() else "beginning"


def kill(process: psutil.Popen, kind: str, rng: np.random.Generator) -> bool:
    """Kill; return False if there was nothing to kill."""
    try:
        family = process.children(recursive=True)
        if kind == "worker":
            family and family[int(rng.integers(len(family)))].kill()
            return bool(family)
        os.kill(process.pid, _SIGNALS.get(kind, signal.SIGKILL))
        for member in family if kind == "all" else ():
            member.kill()
    except (psutil.NoSuchProcess, ProcessLookupError):
        return False
    return True


class BrokenRuns:
    """Comparisons that are killed and resumed until they are done, one after the other.

    Parameters
    ----------
    parent : Path
        Folder of the broken runs.
    learners : str
        Names of the learners.
    whole : Path
        Folder of the unbroken run.
    seed : int
        Seed of the moments.
    """

    def __init__(self, parent: Path, learners: str, whole: Path, seed: int) -> None:
        self.parent, self.learners, self.whole = parent, learners, whole
        self.rng = np.random.default_rng(seed)
        self.folder = parent / "broken-0"
        self.kinds: Counter[str] = Counter()
        self.phases: Counter[str] = Counter()
        self.equal: list[bool] = []
        self.lost = self.repeated = self.left = 0
        self.otherwise: dict[str, list[str]] = {}
        self.fits: dict[tuple[str, str, str], Row] = {}

    @property
    def kills(self) -> int:
        """Number of kills."""
        return self.kinds.total()

    def attempt(self, most: int) -> None:
        """Start or resume a comparison, and kill it; at most so many kills in all."""
        process = start_process(self.folder, self.learners)
        family: list[Any] = []
        while self.kills < most:
            if not self._wait(process):
                break
            kind = KINDS[self.kills % len(KINDS)]
            family = process.children(recursive=True)
            at = find_phase(self.folder)
            if kill(process, kind, self.rng):
                self.kinds[kind] += 1
                self.phases[at] += 1
                print(
                    f"kill {self.kills}: {kind}, at {at}, {len(load_rows(self.folder))} fits", file=sys.stderr
                )
            if kind != "worker":
                break
        process.wait()
        time.sleep(_GRACE if any(member.is_running() for member in family) else 0)
        self.left += sum(member.is_running() for member in family)
        self._check(done=process.returncode == 0)

    def _wait(self, process: psutil.Popen) -> bool:
        """Wait for a random moment; return False if the process has ended by then.

        It is within the first seconds, or shortly after some more lines are in the tables: starting takes
        most of the time, so moments by the clock would all be before the first fit.
        """
        early = self.kills % 4 == 0
        lines = count_lines(self.folder)
        lines += 0 if early else int(self.rng.integers(1, max(2, int(_PART * count_lines(self.whole)))))
        while process.poll() is None and not early and count_lines(self.folder) < lines:
            time.sleep(0.02)
        until = time.monotonic() + self.rng.uniform(0.05, _EARLY if early else _LATER)
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        return process.poll() is None

    def _check(self, done: bool) -> None:
        """Compare the table with the one before, and with that of the unbroken run."""
        rows, expected = load_rows(self.folder), load_rows(self.whole)
        fits = {key: row for key, row in rows.items() if row["status"] == Status.DONE}
        self.lost += sum(key not in fits for key in self.fits)
        self.repeated += sum(key in fits and fits[key] != row for key, row in self.fits.items())
        for key, row in fits.items():
            before, now = drop_timings(expected[key]), drop_timings(row)
            if before != now:
                differences = [
                    f"{name}: {before[name]} / {now[name]}" for name in now if now[name] != before[name]
                ]
                self.otherwise[" ".join(key)] = differences
        self.fits = fits
        if done:
            self.equal.append(is_same(self.folder, self.whole))
            self.fits = {}
            self.folder = self.parent / f"broken-{len(self.equal)}"


def main(argv: Sequence[str] | None = None) -> None:
    """Run once without kills, then with them, and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--learners", default=_LEARNERS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--study", type=Path, help=argparse.SUPPRESS)  # the process to kill
    args = parser.parse_args(argv)
    if args.study:
        return run_comparison(args.study, args.learners)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs ignore
    load_before = warn_if_busy()
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole"
        began = time.monotonic()
        start_process(whole, args.learners).wait()
        seconds = time.monotonic() - began
        broken = BrokenRuns(Path(temporary), args.learners, whole, args.seed)
        tables = 0
        while broken.kills < args.kills or broken.folder.exists():
            broken.attempt(args.kills)
            tables = len(broken.equal)
        fits = len(load_rows(whole))
    row = {
        "load_before": load_before,
        "learners": args.learners,
        "kills": broken.kills,
        "by_kind": dict(broken.kinds),
        "by_phase": dict(broken.phases),
        "unbroken_seconds": round(seconds, 1),
        "fits": fits,
        "tables": tables,
        "tables_equal": fits > 0 and tables > 0 and all(broken.equal),
        "fits_lost": broken.lost,
        "fits_done_again": broken.repeated,
        "fits_otherwise": broken.otherwise,
        "processes_left": broken.left,
    }
    path = save_result(
        make_result_path(FIGURE, limit=None if args.kills >= KILLS else args.kills), FIGURE, row
    )
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {format_path(path)}")
    return None


if __name__ == "__main__":
    main()
