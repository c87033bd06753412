"""The fork server: workers start by a fork, and none is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from sklearn.dummy import DummyClassifier

from sutja.comparison.data.arrays import MappedData
from sutja.comparison.execution import fork_server
from sutja.comparison.execution.fork_server import ForkedProcess, ForkServer
from sutja.comparison.execution.table import Status
from sutja.comparison.execution.tasks import FitSpec, Task
from sutja.comparison.execution.worker import READY, receive
from sutja.comparison.execution.worker_pool import WorkerPool
from sutja.comparison.learners.catalogue import Learner

pytestmark = pytest.mark.skipif(not fork_server.is_available(), reason="no fork server on this system")


@pytest.fixture(scope="module")
def server():
    """Return a server that the tests share."""
    made = ForkServer({**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    yield made
    made.close()


@pytest.fixture
def process(server):
    """Return a worker that is ready."""
    made = ForkedProcess(server)
    assert receive(made.stdout) == READY
    yield made
    made.close()


def wait_until_gone(pid, seconds=10.0):
    """Wait until no process has this id any more; return whether it came to that."""
    until = time.monotonic() + seconds
    while psutil.pid_exists(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_a_worker_leads_a_session_of_its_own(process, server):
    assert os.getsid(process.pid) == process.pid
    assert psutil.Process(process.pid).ppid() != os.getpid()
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)


def test_a_worker_ends_when_its_input_does(process):
    process.stdin.close()
    assert process.wait(10) == 0
    assert process.poll() == 0


def test_the_signal_that_ended_a_worker_is_told_and_its_id_kept_until_it_is_closed(process):
    pid = process.pid
    os.kill(pid, signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    process.close()
    assert wait_until_gone(pid)


def test_closing_ends_a_worker(process):
    pid = process.pid
    process.close()
    assert wait_until_gone(pid)


def test_a_worker_inherits_no_descriptor_of_others(server, process):
    second = ForkedProcess(server)
    assert receive(second.stdout) == READY
    kinds = [str(one.readlink()) for one in Path(f"/proc/{second.pid}/fd").iterdir()]
    second.close()
    assert not [kind for kind in kinds if kind.startswith("socket:")]
    assert sum(kind.startswith("pipe:") for kind in kinds) == 2  # its input and its output


def test_a_server_that_cannot_import_says_so(tmp_path):
    (tmp_path / "torch.py").write_text("raise SystemExit(7)")
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    made = ForkServer({**os.environ, "PYTHONPATH": paths})
    process = ForkedProcess(made)
    assert process.wait(60) == 7
    assert process.pid is None
    process.kill()
    process.close()
    made.close()
    with pytest.raises(OSError, match=r"."):
        ForkedProcess(made)


def test_workers_end_with_their_server_and_a_pool_starts_another(tmp_path):
    X, y, rows = np.zeros((30, 2), np.float32), np.arange(30) % 2, np.arange(30)
    parts = {
        name: (0, rows[i : i + 10], y[i : i + 10])
        for name, i in (("train", 0), ("validation", 10), ("test", 20))
    }
    data = MappedData.write(tmp_path / "data", (X,), parts, False, 2)
    learner = Learner("own", "own", "own", estimator=DummyClassifier())
    task = Task(learner, 10, (FitSpec(0, {}, np.arange(10)),), data.folder, "test", 60.0)
    before, pool = {child.pid for child in psutil.Process().children()}, WorkerPool()
    assert pool.run(task).status is Status.DONE
    (mine,) = [child for child in psutil.Process().children() if child.pid not in before]
    (worker,) = mine.children()
    mine.kill()
    assert wait_until_gone(worker.pid)
    assert pool.run(task).status is Status.DONE
    pool.close()
    assert {child.pid for child in psutil.Process().children()} <= before


def test_descriptors_are_closed_when_the_owner_is_done(server):
    before = len(list(Path("/proc/self/fd").iterdir()))
    made = ForkedProcess(server)
    assert receive(made.stdout) == READY
    made.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
