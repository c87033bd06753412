"""Compare the table of `sutja compare` on two workers, one of them killed midway, with that of one process.

The cluster is started here and running when the comparison gets its address. The worker that is killed has
run some of the fits and is running another, which the cluster gives to the one that is left.

    python benchmarks/compare_cluster.py --engine dask
    python benchmarks/compare_cluster.py --engine ray
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from _machine import format_path, make_result_path, save_result, warn_if_busy
from sklearn.datasets import load_digits

from sutja.comparison.data.inputs import prepare_inputs
from sutja.comparison.execution.backends import Engine
from sutja.comparison.execution.table import RESULTS, Key, Row, Status
from sutja.comparison.learners.catalogue import choose_learners
from sutja.comparison.study import StudySettings, run_study

FIGURE = "compare_cluster"
LEARNERS = ("mlp-s", "decision-tree", "random-forest", "k-nn", "svm-rbf", "logistic-regression")
SETTINGS = StudySettings((40, 80, 160, 320), 2, trials=2, tune_seconds=600.0)
_MIDWAY = 12  # fits, after which a worker is killed
_POLL_SECONDS = 0.01

Cluster = tuple[str, Callable[[], list[psutil.Process]]]  # its address, and its workers that are alive


@contextlib.contextmanager
def dask_cluster() -> Iterator[Cluster]:
    """Start two workers of Dask, each a process with one thread; a lost one is not replaced."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=0, dashboard_address=None) as cluster,  # type: ignore[no-untyped-call]
        contextlib.ExitStack() as workers,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        for _ in range(2):
            words = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address]
            process = psutil.Popen([*words, "--nthreads", "1", "--no-nanny", "--no-dashboard"])
            workers.callback(process.kill)
        client.wait_for_workers(2)
        pids = client.run(os.getpid).values()
        yield cluster.scheduler_address, lambda: [psutil.Process(pid) for pid in pids if is_alive(pid)]


@contextlib.contextmanager
def ray_cluster() -> Iterator[Cluster]:
    """Start a head of Ray without processors, and two nodes with one each."""
    import ray
    from ray.cluster_utils import Cluster as Nodes

    nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    made = [nodes.add_node(num_cpus=1) for _ in range(2)]
    nodes.wait_for_nodes()
    pids = [node.all_processes["raylet"][0].process.pid for node in made]
    try:
        yield nodes.address, lambda: [psutil.Process(pid) for pid in pids if is_alive(pid)]
    finally:
        ray.shutdown()
        nodes.shutdown()


CLUSTERS = {"dask": dask_cluster, "ray": ray_cluster}


def is_alive(pid: int) -> bool:
    """Tell if there is such a process, and it is not a zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill_one(folder: Path, workers: Callable[[], list[psutil.Process]], facts: dict[str, Any]) -> None:
    """Kill a worker and all that it started, once some fits are done."""
    results = folder / RESULTS
    while not results.exists() or results.read_bytes().count(b"\n") <= _MIDWAY:
        time.sleep(_POLL_SECONDS)
    victim = workers()[0]
    family = victim.children(recursive=True)
    os.kill(victim.pid, signal.SIGKILL)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    facts["killed_after_fits"] = results.read_bytes().count(b"\n") - 1


def drop_timings(rows: dict[Key, Row]) -> dict[Key, Row]:
    """Return rows without timings."""
    return {
        key: replace(row, cost=replace(row.cost, fit_seconds=None, predict_seconds=None, memory_mb=None))
        for key, row in rows.items()
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Run once in one process, once on the cluster, and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=sorted(CLUSTERS), default="dask")
    args = parser.parse_args(argv)
    load_before = warn_if_busy()
    digits = load_digits()
    inputs = prepare_inputs(digits.images / 16, digits.target)
    learners = choose_learners(LEARNERS, True)
    facts: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        alone, shared = Path(temporary) / "alone", Path(temporary) / "shared"
        one = run_study(inputs, learners, SETTINGS, alone, Engine("joblib", 1), log=lambda line: None)
        with CLUSTERS[args.engine]() as (address, workers):
            before = len(workers())
            killer = threading.Thread(target=kill_one, args=(shared, workers, facts), daemon=True)
            killer.start()
            start = time.monotonic()
            engine = Engine(args.engine, 0, address)
            jobs = engine.jobs
            many = run_study(inputs, learners, SETTINGS, shared, engine, log=print)
            seconds = time.monotonic() - start
            killer.join(timeout=1)
            after = len(workers())
        row = {
            "load_before": load_before,
            "engine": args.engine,
            "fits_at_once": jobs,
            "workers_before": before,
            "workers_after": after,
            **facts,
            "fits": len(many.rows),
            "done": sum(row.status is Status.DONE for row in many.rows.values()),
            "table_equal": drop_timings(many.rows) == drop_timings(one.rows),
            "seconds": round(seconds, 1),
        }
    path = save_result(make_result_path(f"{FIGURE}-{args.engine}"), FIGURE, row, (args.engine, "joblib"))
    print("\n".join(f"{name}: {value}" for name, value in row.items()))
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
