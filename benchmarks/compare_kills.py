"""`sutja compare` killed at random moments: whether it goes on, and ends with the table of an unbroken run.

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
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from _machine import ROOT, result_path, save, shown

from sutja.comparison.table import RESULTS, TIMINGS

FIGURE = "compare_kills"
KILLS = 20
_OPTIONS = ("--seeds", "2", "--trials", "3", "--sizes", "40,80,160,320", "--jobs", "2")
_LEARNERS = "mlp-s,convnet-s,decision-tree,random-forest,k-nn,svm-rbf,logistic-regression"


def begin(folder: Path, learners: str) -> subprocess.Popen[bytes]:
    """The command, in a group of its own."""
    words = [
        sys.executable,
        "-m",
        "sutja",
        "compare",
        "--out",
        str(folder),
        "--learners",
        learners,
        *_OPTIONS,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def rows(folder: Path) -> list[dict[str, str]]:
    """The table but for timings."""
    path = folder / RESULTS
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if k not in TIMINGS} for row in csv.DictReader(file)]


def main(argv: Sequence[str] | None = None) -> None:
    """Run once unbroken, once broken, and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--learners", default=_LEARNERS)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    rng = np.random.default_rng(args.seed)
    with tempfile.TemporaryDirectory() as temporary:
        whole, broken = Path(temporary) / "whole", Path(temporary) / "broken"
        began = time.monotonic()
        begin(whole, args.learners).wait()
        seconds = time.monotonic() - began
        kills, gone_on = 0, []
        while kills < args.kills:
            before = len(rows(broken))
            process = begin(broken, args.learners)
            time.sleep(float(rng.uniform(0.1, 0.5) * seconds))
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            process.wait()
            gone_on.append(len(rows(broken)) >= before)
            if process.returncode == 0:  # done before the kill: begin another
                same = rows(broken) == rows(whole)
                if not same:
                    break
                broken = Path(temporary) / f"broken-{kills}"
        last = begin(broken, args.learners).wait()
        fits = len(rows(whole))
        equal = fits > 0 and rows(broken) == rows(whole)
    row = {
        "kills": kills, "unbroken_seconds": round(seconds, 1), "never_lost_a_fit": all(gone_on),
        "last_status": last, "fits": fits, "tables_equal": equal,
    }  # fmt: skip
    path = save(result_path(FIGURE, limit=None if args.kills >= KILLS else args.kills), FIGURE, row)
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {shown(path)}")


if __name__ == "__main__":
    main()
