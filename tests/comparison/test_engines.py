"""Engines: the same fits wherever they are done, and a clear word where a package is missing."""

import os
import signal
import sys
import threading
import time

import numpy as np
import pytest
from labelled_blobs import blobs

from sutja.comparison import engines
from sutja.comparison.contest import Terms, hold
from sutja.comparison.faults import ComparisonError
from sutja.comparison.inputs import prepare
from sutja.comparison.learners import choose
from sutja.comparison.table import DONE, RESULTS


def test_another_engine_is_not_known():
    with pytest.raises(ComparisonError, match="no engine 'spark'"):
        engines.choose("spark", 2, "")


@pytest.mark.parametrize(
    ("name", "package", "way_out"),
    [("ray", "ray", "pip install 'ray"), ("dask", "distributed", r"sutja\[cluster\]")],
)
def test_a_missing_package_is_named(monkeypatch, name, package, way_out):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ComparisonError, match=way_out):
        engines.choose(name, 2, "")


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        engine = engines.Engine("dask", 2, "tcp://127.0.0.1:9")
        with pytest.raises(ComparisonError, match="no dask cluster answers"):
            list(engine.run([]))


def test_a_dask_worker_killed_midway_costs_no_fit(tmp_path):
    from distributed import Client, LocalCluster

    X, y = blobs(300)
    X = (np.clip(X[:, 0] / 3 + 0.3, 0, 1) * 255).astype(np.uint8)
    learners = choose(("decision-tree", "k-nn"), True)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())

        def kill_one():
            results = tmp_path / RESULTS
            while not results.exists() or results.read_bytes().count(b"\n") < 4:
                time.sleep(0.01)
            os.kill(pids[0], signal.SIGKILL)

        killer = threading.Thread(target=kill_one, daemon=True)
        killer.start()
        engine = engines.Engine("dask", 2, cluster.scheduler_address)
        table = hold(
            prepare(X, y), learners, Terms((40, 160), 3, trials=1), tmp_path, engine,
            say=lambda line: None,
        )  # fmt: skip
        alive = [pid for pid in client.run(os.getpid).values() if pid in pids]
    assert len(alive) <= 1
    assert len(table.rows) == 12
    assert all(row.status == DONE for row in table.rows.values())
