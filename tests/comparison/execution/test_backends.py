"""Engines: the same fits wherever they are done, and a clear word where a package is missing."""

import os
import signal
import sys
import threading
import time
from contextlib import ExitStack

import numpy as np
import pytest
from labelled_blobs import blobs

from sutja.comparison.data.inputs import prepare_inputs
from sutja.comparison.execution import backends
from sutja.comparison.execution.table import RESULTS, Status
from sutja.comparison.execution.tasks import FitSpec, Outcome, Task
from sutja.comparison.learners.catalogue import Learner, choose_learners
from sutja.comparison.study import StudySettings, run_study
from sutja.errors import ComparisonError


def test_another_engine_is_not_known():
    with pytest.raises(ComparisonError, match="no engine 'spark'"):
        backends.make_engine("spark", 2, "")


@pytest.mark.parametrize(
    ("name", "package", "way_out"),
    [("ray", "ray", "pip install 'ray"), ("dask", "distributed", r"sutja\[cluster\]")],
)
def test_a_missing_package_is_named(monkeypatch, name, package, way_out):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ComparisonError, match=way_out):
        backends.make_engine(name, 2, "")


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        engine = backends.Engine("dask", 2, "tcp://127.0.0.1:9")
        with pytest.raises(ComparisonError, match="no dask cluster answers"):
            list(engine.run([]))


def test_an_address_needs_a_cluster_engine():
    with pytest.raises(ComparisonError, match="choose the engine dask or ray"):
        backends.make_engine("joblib", 2, "tcp://127.0.0.1:9")


@pytest.mark.parametrize("jobs", [0, -1])
def test_no_number_of_jobs_is_one_per_core(jobs):
    assert backends.make_engine("joblib", jobs, "").jobs == backends.count_cores() >= 1


def task(seed):
    return Task(Learner("own", "own", ""), 40, (FitSpec(seed, {}, np.arange(4)),), "", "test", 9.0)


def test_tasks_are_chosen_while_no_outcome_is_handled():
    """Threads ask for tasks: never two at once, and never while the caller looks at what came of one."""
    active, together = [], []

    def tasks():
        for seed in range(40):
            active.append("choosing")
            time.sleep(0.002)
            together.append(len(active))
            active.pop()
            yield task(seed)

    engine = backends.Engine("joblib", 4)
    engine._opened = ExitStack(), lambda given: Outcome(Status.DONE, seconds=float(given.specs[0].seed)), 4
    seen = []
    for given, outcome in engine.run(tasks()):
        active.append("noting")
        time.sleep(0.002)
        together.append(len(active))
        active.pop()
        assert outcome.seconds == given.specs[0].seed
        seen.append(given.specs[0].seed)
    assert sorted(seen) == list(range(40))
    assert set(together) == {1}


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_error_in_choosing_reaches_the_caller(jobs):
    def tasks():
        yield from map(task, range(5))
        raise OSError(28, "No space left on device")

    engine = backends.Engine("joblib", jobs)
    engine._opened = ExitStack(), lambda given: Outcome(Status.DONE), jobs
    done = []
    with pytest.raises(OSError, match="No space left"):
        done.extend(engine.run(tasks()))
    assert len(done) <= 5


def test_a_dask_worker_killed_midway_costs_no_fit(tmp_path):
    from distributed import Client, LocalCluster

    X, y = blobs(300)
    X = (np.clip(X[:, 0] / 3 + 0.3, 0, 1) * 255).astype(np.uint8)
    learners = choose_learners(("decision-tree", "k-nn"), True)
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
        engine = backends.Engine("dask", 2, cluster.scheduler_address)
        table = run_study(
            prepare_inputs(X, y),
            learners,
            StudySettings((40, 160), 3, trials=1),
            tmp_path,
            engine,
            log=lambda line: None,
        )
        alive = [pid for pid in client.run(os.getpid).values() if pid in pids]
        assert engine.jobs == 2
    assert len(alive) <= 1
    assert len(table.rows) == 12
    assert all(row.status == Status.DONE for row in table.rows.values())


def test_a_fit_that_the_cluster_loses_fails(monkeypatch):
    from distributed import Client, LocalCluster

    monkeypatch.setattr(backends.worker_pool, "run_in_pool", deliberately_not)
    here = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    with here as cluster, Client(cluster):
        engine = backends.Engine("dask", 0, cluster.scheduler_address)
        ((_, outcome),) = engine.run([task(0)])
        engine.close()
    assert outcome.status == Status.FAILED
    assert outcome.note == "the cluster lost it (ArithmeticError: not here)"


def deliberately_not(given):
    raise ArithmeticError("not here\nnor there")


@pytest.mark.ray
def test_a_ray_node_killed_midway_costs_no_fit(tmp_path):
    import ray
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    victim = nodes.add_node(num_cpus=1)
    nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    X, y = blobs(300)
    X = (np.clip(X[:, 0] / 3 + 0.3, 0, 1) * 255).astype(np.uint8)

    def kill_one():
        results = tmp_path / RESULTS
        while not results.exists() or results.read_bytes().count(b"\n") < 4:
            time.sleep(0.01)
        os.kill(victim.all_processes["raylet"][0].process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    try:
        engine = backends.Engine("ray", 0, nodes.address)
        jobs = engine.jobs
        learners = choose_learners(("decision-tree", "k-nn"), True)
        settings = StudySettings((40, 160), 3, trials=1)
        table = run_study(prepare_inputs(X, y), learners, settings, tmp_path, engine, log=lambda line: None)
        killer.join(5)
    finally:
        ray.shutdown()
        nodes.shutdown()
    assert not killer.is_alive()
    assert jobs == 2
    assert len(table.rows) == 12
    assert all(row.status == Status.DONE for row in table.rows.values())
