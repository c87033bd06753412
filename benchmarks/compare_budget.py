"""Count the fits of `sutja compare` in a given time, beside a loop over `learning_curve`.

Both get the same items, the same learners, sizes and seeds, the same cores and the same time. The loop is
what one would write: learner after learner, scikit-learn's `learning_curve` over all sizes with `n_jobs`,
networks by `NetworkClassifier` with 20 epochs; a fit counts if it was done in time. It tunes nothing, sutja
tunes within the same time. What sutja cannot spend on the grid goes to further seeds of the cheapest fits;
these are counted apart, since the loop has no such thing and the grid is what both were asked for.

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
from _compare_data import DATA, choose_study_folder, load_data
from _machine import format_path, make_result_path, save_result, warn_if_busy

import sutja
from sutja.comparison.data.subsets import make_doubling_sizes
from sutja.comparison.execution.table import Status
from sutja.comparison.learners.catalogue import list_default_names

FIGURE = "compare_budget"
SEEDS = 3
_FOLDS = 10  # of the loop's splitter: one item in ten is tested, as many as sutja's validation part


def run_sutja(data: dict[str, Any], budget: float, jobs: int, folder: Path) -> dict[str, Any]:
    """Run `sutja.compare` with a budget, and count its fits."""
    start = time.monotonic()
    comparison = sutja.compare(**data, budget=budget, jobs=jobs, seeds=SEEDS, out=folder, log=print)
    from sutja.comparison.report.page import write_report

    write_report(comparison, folder)
    seconds = time.monotonic() - start
    done = Counter(row.learner for row in comparison.rows if row.status is Status.DONE)
    further = Counter(
        row.learner for row in comparison.rows if row.status is Status.DONE and row.seed >= SEEDS
    )
    largest = {name: max(comparison.done_rows[name], default=0) for name in comparison.learners}
    return {
        "seconds": round(seconds, 1),
        "within": seconds <= budget,
        "fits": sum(done.values()),
        "by_learner": dict(done),
        "further_seeds": sum(further.values()),
        "further_by_learner": dict(further),
        "largest": largest,
        "grid": len(comparison.learners)
        * SEEDS
        * len(make_doubling_sizes(comparison.data.n_train, len(comparison.data.classes))),
    }


def run_run_loop(data: dict[str, Any], budget: float, jobs: int) -> dict[str, Any]:
    """Run the loop until the time is used up, and count the scores that it has logged."""
    with tempfile.TemporaryDirectory() as folder:
        log_file = Path(folder) / "log_file.txt"
        log_file.touch()
        process = multiprocessing.get_context("fork").Process(target=_run_loop, args=(data, jobs, log_file))
        start = time.monotonic()
        process.start()
        process.join(budget)
        seconds = time.monotonic() - start
        done = Counter(log_file.read_text(encoding="utf-8").split())
        _kill_all(process)
    return {"seconds": round(seconds, 1), "fits": sum(done.values()), "by_learner": dict(done)}


def _kill_all(process: Any) -> None:
    """Kill the loop and the processes that it started."""
    import psutil

    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        member.kill()
    process.join()


class CountingScorer:
    """A scorer that logs a line for each fit; `learning_curve` also scores the training items."""

    def __init__(self, log_file: Path, name: str, n_test: int) -> None:
        self.log_file, self.name, self.n_test = log_file, name, n_test

    def __call__(self, fitted: Any, Z: Any, truth: Any) -> float:
        """Return the accuracy; log a line if these are the test items."""
        score = float(fitted.score(Z, truth))
        if len(Z) == self.n_test:
            with self.log_file.open("a", encoding="utf-8") as file:
                file.write(f"{self.name}\n")
        return score


def _run_loop(data: dict[str, Any], jobs: int, log_file: Path) -> None:
    """Call `learning_curve`, learner by learner."""
    from sklearn.model_selection import StratifiedShuffleSplit, learning_curve

    X, y = data["X"], data["y"]
    flat = (X.reshape(len(X), -1) / np.float32(255 if X.dtype == np.uint8 else 1)).astype(np.float32)
    n_test = len(y) // _FOLDS
    sizes = make_doubling_sizes(len(y) - n_test, len(np.unique(y)))
    splits = StratifiedShuffleSplit(SEEDS, test_size=n_test, random_state=0)
    for name in list_default_names(X.ndim > 2):
        for n in sizes:  # a size at a time, or nothing would be known before the last
            learning_curve(
                _make_estimator(name, X.shape[1:]),
                flat,
                y,
                train_sizes=[n],
                cv=splits,
                n_jobs=jobs,
                scoring=CountingScorer(log_file, name, n_test),
                error_score=0.0,
            )


def _make_estimator(name: str, shape: tuple[int, ...]) -> Any:
    """Make a learner as most people would."""
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
    """Measure both, save, show."""
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
        "--folder", type=Path, help="keeps the comparison; compare_extrapolation.py --budget resumes it"
    )
    args = parser.parse_args(argv)
    load_before = warn_if_busy()
    data = load_data(args.data, args.part, args.limit)
    with tempfile.TemporaryDirectory() as temporary:
        folder = choose_study_folder(args.folder or Path(temporary), args.data, args.part, args.limit)
        if folder.exists():
            raise SystemExit(f"{folder} holds a comparison already: name another folder")
        mine = run_sutja(data, args.budget, args.jobs, folder)
    row = {"data": args.data, "budget": args.budget, "jobs": args.jobs, "seeds": SEEDS, "sutja": mine}
    if not args.no_peers:
        loop = run_run_loop(data, args.budget, args.jobs)
        times, of_grid = (
            round(fits / max(1, loop["fits"]), 2)
            for fits in (mine["fits"], mine["fits"] - mine["further_seeds"])
        )
        row |= {"learning_curve": loop, "times_more": times, "times_more_of_grid": of_grid}
    few = args.limit or (1 if args.budget < 600 else None)
    path = save_result(
        make_result_path(FIGURE, args.part, few),
        FIGURE,
        {"load_before": load_before, **row},
        ("scikit-learn",),
    )
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
