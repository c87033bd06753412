"""How much of the grid `sutja compare` does in a given time, beside a loop over `learning_curve`.

Both get the same items, the same learners, sizes and seeds, the same cores and the same time. The loop is
what one would write: learner after learner, scikit-learn's `learning_curve` over all sizes with `n_jobs`,
networks by `NetworkClassifier` with 20 epochs; a fit counts if it was done in time. It tunes nothing, sutja
tunes within the same time.

    python benchmarks/compare_budget.py --data mnist --budget 600
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _compare_data import DATA, load, run_folder
from _machine import result_path, save, shown, warn_if_busy

import sutja
from sutja.comparison.data.subsets import make_doubling_sizes
from sutja.comparison.execution.table import Status
from sutja.comparison.learners.catalogue import list_default_names

FIGURE = "compare_budget"
SEEDS = 3
_FOLDS = 10  # of the loop's splitter: one in ten is asked, as much as sutja keeps to choose by


def ours(data: dict[str, Any], budget: float, jobs: int, folder: Path) -> dict[str, Any]:
    """What sutja does in the time."""
    begun = time.monotonic()
    found = sutja.compare(**data, budget=budget, jobs=jobs, seeds=SEEDS, out=folder, log=print)
    from sutja.comparison.report.page import write_report

    write_report(found, folder)
    seconds = time.monotonic() - begun
    done = Counter(row.learner for row in found.rows if row.status == Status.DONE)
    largest = {name: max(found.done_rows[name], default=0) for name in found.learners}
    return {
        "seconds": round(seconds, 1),
        "within": seconds <= budget,
        "fits": sum(done.values()),
        "by_learner": dict(done),
        "largest": largest,
        "grid": len(found.learners)
        * SEEDS
        * len(make_doubling_sizes(found.data.n_train, len(found.data.classes))),
    }


def theirs(data: dict[str, Any], budget: float, jobs: int) -> dict[str, Any]:
    """What the loop does in the time: it is stopped at the end, and the scores that it told are counted."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.txt"
        told.touch()
        process = multiprocessing.get_context("fork").Process(target=_loop, args=(data, jobs, told))
        begun = time.monotonic()
        process.start()
        process.join(budget)
        seconds = time.monotonic() - begun
        done = Counter(told.read_text(encoding="utf-8").split())
        _kill_all(process)
    return {"seconds": round(seconds, 1), "fits": sum(done.values()), "by_learner": dict(done)}


def _kill_all(process: Any) -> None:
    """End the loop, with the processes that it began."""
    import psutil

    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        member.kill()
    process.join()


class Telling:
    """A scorer that writes a line for each fit; `learning_curve` also scores what was learnt from."""

    def __init__(self, told: Path, name: str, asked: int) -> None:
        self.told, self.name, self.asked = told, name, asked

    def __call__(self, fitted: Any, Z: Any, truth: Any) -> float:
        """The share of right answers."""
        score = float(fitted.score(Z, truth))
        if len(Z) == self.asked:
            with self.told.open("a", encoding="utf-8") as file:
                file.write(f"{self.name}\n")
        return score


def _loop(data: dict[str, Any], jobs: int, told: Path) -> None:
    """`learning_curve`, learner by learner."""
    from sklearn.model_selection import StratifiedShuffleSplit, learning_curve

    X, y = data["X"], data["y"]
    flat = (X.reshape(len(X), -1) / np.float32(255 if X.dtype == np.uint8 else 1)).astype(np.float32)
    asked = len(y) // _FOLDS
    sizes = make_doubling_sizes(len(y) - asked, len(np.unique(y)))
    splits = StratifiedShuffleSplit(SEEDS, test_size=asked, random_state=0)
    for name in list_default_names(X.ndim > 2):
        for n in sizes:  # a size at a time, or nothing would be known before the last
            learning_curve(
                _estimator(name, X.shape[1:]),
                flat,
                y,
                train_sizes=[n],
                cv=splits,
                n_jobs=jobs,
                scoring=Telling(told, name, asked),
                error_score=0.0,
            )


def _estimator(name: str, shape: tuple[int, ...]) -> Any:
    """A learner as one would take it."""
    from sutja.baselines import BASELINES
    from sutja.estimators import NetworkClassifier

    if name in BASELINES:
        return BASELINES[name].make()
    kind, _, size = name.partition("-")
    return NetworkClassifier(
        kind,
        size=size,
        hidden=(64, 32),
        epochs=20,
        lr=4e-3,
        batch_size=128,
        image_shape=shape if len(shape) > 1 else None,
        random_state=0,
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure both, keep, show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", choices=DATA, default="mnist")
    parser.add_argument("--budget", type=float, default=600.0, help="seconds (default: 600)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=int, help="at most so many items, for a try")
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument(
        "--folder", type=Path, help="keeps the comparison; compare_extrapolation.py --budget goes on with it"
    )
    args = parser.parse_args(argv)
    load_before = warn_if_busy()
    data = load(args.data, args.part, args.limit)
    with tempfile.TemporaryDirectory() as temporary:
        folder = run_folder(args.folder or Path(temporary), args.data, args.part, args.limit)
        if folder.exists():
            raise SystemExit(f"{folder} holds a comparison already: name another folder")
        mine = ours(data, args.budget, args.jobs, folder)
    row = {"data": args.data, "budget": args.budget, "jobs": args.jobs, "seeds": SEEDS, "sutja": mine}
    if not args.no_peers:
        loop = theirs(data, args.budget, args.jobs)
        row |= {"learning_curve": loop, "times_more": round(mine["fits"] / max(1, loop["fits"]), 2)}
    few = args.limit or (1 if args.budget < 600 else None)
    path = save(
        result_path(FIGURE, args.part, few), FIGURE, {"load_before": load_before, **row}, ("scikit-learn",)
    )
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {shown(path)}")


if __name__ == "__main__":
    main()
