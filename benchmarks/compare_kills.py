"""`sutja compare` killed at random moments: whether it goes on, and ends with the table of an unbroken run.

Killed are the process that compares alone, with all that it began, one of the processes that fit (the
comparison then goes on by itself), and the former by the signals that a terminal and a scheduler send. One
kill in four comes within the first seconds. Where a run ends before its kill, its table is compared and
another is begun.

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
from _machine import ROOT, result_path, save, shown, warn_if_busy

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


def begin(folder: Path, learners: str) -> psutil.Popen:
    """A process that compares."""
    words = [sys.executable, __file__, "--study", str(folder), "--learners", learners]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return psutil.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def compare(folder: Path, learners: str) -> None:
    """What the command does, on scikit-learn's digits; nothing is left out for want of time."""
    source = load_source(None)
    inputs = prepare_inputs(source.X, source.y, classes=source.classes, source=source.name)
    chosen, engine, start = (
        choose_learners(learners.split(","), inputs.pictures),
        Engine("joblib", 2),
        time.monotonic(),
    )
    table = run_study(inputs, chosen, SETTINGS, folder, engine, start=start)
    write_report(collect_result(inputs, chosen, SETTINGS, table, engine, folder, start), folder)


def rows(folder: Path) -> dict[tuple[str, str, str], Row]:
    """The table, by learner, labels and seed; a line that is not whole counts for nothing."""
    path = folder / RESULTS
    if not path.exists():
        return {}
    whole = path.read_bytes().rpartition(b"\n")[0].decode().splitlines()
    return {(row["learner"], row["labels"], row["seed"]): row for row in csv.DictReader(whole)}


def plain(row: Row) -> Row:
    """A row but for timings."""
    return {name: value for name, value in row.items() if name not in TIMINGS}


def same(one: Path, two: Path) -> bool:
    """Whether two tables are equal but for timings, line by line."""
    first, second = rows(one), rows(two)
    return bool(first) and [*map(plain, first.values())] == [*map(plain, second.values())]


def lines_of(folder: Path) -> int:
    """Lines that are in both tables."""
    paths = (folder / RESULTS, folder / TUNING)
    return sum(path.read_bytes().count(b"\n") for path in paths if path.exists())


def phase(folder: Path) -> str:
    """What the command was at."""
    if rows(folder):
        return "fits"
    return "tuning" if (folder / TUNING).exists() else "beginning"


def kill(process: psutil.Popen, kind: str, rng: np.random.Generator) -> bool:
    """Kill; whether there was something to kill."""
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


class Broken:
    """A comparison that is killed until it is done, again and again.

    Parameters
    ----------
    whole : Path
        Folder of the unbroken run.
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
        self.kept: dict[tuple[str, str, str], Row] = {}

    @property
    def kills(self) -> int:
        """How many there were."""
        return self.kinds.total()

    def attempt(self, most: int) -> None:
        """Begin or go on, and kill; at most so many kills in all."""
        process = begin(self.folder, self.learners)
        family: list[Any] = []
        while self.kills < most:
            if not self._wait(process):
                break
            kind = KINDS[self.kills % len(KINDS)]
            family = process.children(recursive=True)
            at = phase(self.folder)
            if kill(process, kind, self.rng):
                self.kinds[kind] += 1
                self.phases[at] += 1
                print(f"kill {self.kills}: {kind}, at {at}, {len(rows(self.folder))} fits", file=sys.stderr)
            if kind != "worker":
                break
        process.wait()
        time.sleep(_GRACE if any(member.is_running() for member in family) else 0)
        self.left += sum(member.is_running() for member in family)
        self._look(done=process.returncode == 0)

    def _wait(self, process: psutil.Popen) -> bool:
        """Wait for a random moment; whether there still is something to kill then.

        It is one of the first seconds, or a part of a second after so many lines more are in the tables:
        where beginning takes most of the time, moments by the clock would all be before the first fit.
        """
        early = self.kills % 4 == 0
        lines = lines_of(self.folder)
        lines += 0 if early else int(self.rng.integers(1, max(2, int(_PART * lines_of(self.whole)))))
        while process.poll() is None and not early and lines_of(self.folder) < lines:
            time.sleep(0.02)
        until = time.monotonic() + self.rng.uniform(0.05, _EARLY if early else _LATER)
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        return process.poll() is None

    def _look(self, done: bool) -> None:
        """Compare what is there with what was, and with the unbroken run."""
        found, wanted = rows(self.folder), rows(self.whole)
        fits = {key: row for key, row in found.items() if row["status"] == Status.DONE}
        self.lost += sum(key not in fits for key in self.kept)
        self.repeated += sum(key in fits and fits[key] != row for key, row in self.kept.items())
        for key, row in fits.items():
            there, now = plain(wanted[key]), plain(row)
            if there != now:
                unlike = [f"{name}: {there[name]} / {now[name]}" for name in now if now[name] != there[name]]
                self.otherwise[" ".join(key)] = unlike
        self.kept = fits
        if done:
            self.equal.append(same(self.folder, self.whole))
            self.kept = {}
            self.folder = self.parent / f"broken-{len(self.equal)}"


def main(argv: Sequence[str] | None = None) -> None:
    """Run once unbroken, then broken, and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--learners", default=_LEARNERS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--study", type=Path, help=argparse.SUPPRESS)  # what is killed
    args = parser.parse_args(argv)
    if args.study:
        return compare(args.study, args.learners)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs ignore
    load_before = warn_if_busy()
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole"
        began = time.monotonic()
        begin(whole, args.learners).wait()
        seconds = time.monotonic() - began
        broken = Broken(Path(temporary), args.learners, whole, args.seed)
        tables = 0
        while broken.kills < args.kills or broken.folder.exists():
            broken.attempt(args.kills)
            tables = len(broken.equal)
        fits = len(rows(whole))
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
    path = save(result_path(FIGURE, limit=None if args.kills >= KILLS else args.kills), FIGURE, row)
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {shown(path)}")
    return None


if __name__ == "__main__":
    main()
