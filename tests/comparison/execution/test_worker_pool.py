"""Workers: whatever a learner does, the owner gets an answer, and no process is left behind."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest
from sklearn.dummy import DummyClassifier

from sutja.comparison.data.arrays import MappedData
from sutja.comparison.execution import fork_server, worker, worker_pool
from sutja.comparison.execution.fork_server import ForkedProcess, ForkServer
from sutja.comparison.execution.table import Status
from sutja.comparison.execution.tasks import FitSpec, Reason, Task
from sutja.comparison.execution.worker_pool import Worker, WorkerPool
from sutja.comparison.learners.catalogue import Learner

RNG = np.random.default_rng(0)


class Once(DummyClassifier):
    """Dies by SIGKILL the first time that it is fitted, as where somebody ends processes at random."""

    def __init__(self, mark="", strategy="prior"):
        super().__init__(strategy=strategy)
        self.mark = mark

    def fit(self, X, y):
        if not os.path.exists(self.mark):  # noqa: PTH110
            os.close(os.open(self.mark, os.O_CREAT))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y)


class Leaving(DummyClassifier):
    def fit(self, X, y):
        os._exit(3)


class Eating(DummyClassifier):
    def fit(self, X, y):
        kept = []
        while True:
            kept.append(np.ones(10_000_000))


class Brooding(DummyClassifier):
    """Begins a process, and hangs."""

    def __init__(self, mark="", strategy="prior"):
        super().__init__(strategy=strategy)
        self.mark = mark

    def fit(self, X, y):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with open(self.mark, "w") as file:  # noqa: PTH123
            file.write(str(child.pid))
        time.sleep(600)


class Answering(DummyClassifier):
    def __init__(self, what=None, strategy="prior"):
        super().__init__(strategy=strategy)
        self.what = what

    def predict(self, X):
        return np.repeat(np.asarray([self.what]), len(X), 0)


@pytest.fixture
def task(tmp_path):
    X, y = RNG.normal(size=(100, 4)).astype(np.float32), np.arange(100) % 2
    rows = np.arange(100)
    parts = {
        "train": (0, rows[:60], y[:60]),
        "validation": (0, rows[60:80], y[60:80]),
        "test": (0, rows[80:], y[80:]),
    }
    material = MappedData.write(tmp_path / "material", (X,), parts, False, 2)

    def made(estimator, **choices):
        learner = Learner("own", "own", "own", estimator=estimator)
        return Task(
            learner,
            40,
            (FitSpec(0, {}, np.arange(40)),),
            material.folder,
            "test",
            **{"limit": 60.0, **choices},
        )

    return made


@pytest.fixture(scope="module")
def fork():
    """What forks processes of workers as a pool does; they need not import by themselves what fits need."""
    if not fork_server.is_available():
        yield None
        return
    server = ForkServer(worker_pool._make_environment())
    yield lambda: ForkedProcess(server)
    server.close()


@pytest.fixture(scope="module")
def shared_worker(fork):
    """Return a worker that the tests share."""
    made = Worker(fork=fork)
    yield made
    made.close()


def has_ended(pid, seconds=10.0):
    """Whether a process ends in time."""
    until = time.monotonic() + seconds
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_a_fit_whose_process_is_killed_is_run_once_more(task, tmp_path, shared_worker):
    outcome = shared_worker.run(task(Once(str(tmp_path / "mark"))))
    assert outcome.status == Status.DONE, outcome.note
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("estimator", "note"),
    [
        (Leaving(), r"its process ended \(status 3\)"),
        (Answering("a"), "ValueError: it answers <U1, not the numbers of classes"),
        (Answering(-1), "ValueError: it answers -1, which is not one of the classes 0 to 1"),
        (Answering(0.37), r"ValueError: it answers 0\.37"),
        (Answering([0, 1]), r"ValueError: it answers \(20, 2\) for 20 items"),
    ],
)
def test_errors_of_a_learner_are_noted(task, shared_worker, estimator, note):
    outcome = shared_worker.run(task(estimator))
    assert (outcome.status, outcome.reason) == (Status.FAILED, Reason.ERROR)
    assert re.search(note, outcome.note), outcome.note


def test_answers_may_come_in_a_column(task, shared_worker):
    outcome = shared_worker.run(task(Answering([1])))
    assert outcome.status == Status.DONE, outcome.note
    assert outcome.errors == (0.5,)


def test_a_learner_that_eats_memory_is_stopped_before_the_machine_runs_out(task, monkeypatch):
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (2_500_000_000, before[1]))  # which the process inherits
        made = Worker()  # a process from nothing, as where there is no server to fork it
        modest, outcome = made.run(task(DummyClassifier())), made.run(task(Eating()))
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
        made.close()
    assert modest.status == Status.DONE, modest.note
    assert (outcome.status, outcome.note) == (Status.FAILED, worker.OUT_OF_MEMORY_NOTE)


def test_processes_that_a_learner_started_end_with_it(task, tmp_path, fork):
    mark, made = tmp_path / "pid", Worker(fork=fork)
    outcome = made.run(task(Brooding(str(mark)), limit=8.0))
    assert (outcome.status, outcome.note) == (Status.TOO_SLOW, "stopped at the limit of 8 s")
    assert has_ended(int(mark.read_text()))
    made.close()


def test_closing_kills_busy_workers_and_starts_no_other(task, tmp_path):
    mark, workers, told, before = tmp_path / "pid", WorkerPool(), [], set(psutil.Process().children())
    waiting = threading.Thread(target=lambda: told.append(workers.run(task(Brooding(str(mark))))))
    waiting.start()
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.05)
    workers.close()
    waiting.join(20)
    assert told[0].status == Status.FAILED
    assert has_ended(int(mark.read_text()))
    assert workers.run(task(DummyClassifier())).note == "stopped"
    assert set(psutil.Process().children()) <= before


def test_a_process_ends_with_its_owner(task, tmp_path):
    """With what a learner began in it, though nobody could close anything."""
    mark = tmp_path / "pid"
    child = os.fork()
    if child == 0:
        Worker().run(task(Brooding(str(mark))))
        os._exit(0)
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.05)
    family = psutil.Process(child).children(recursive=True)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(family) == 2
    assert all(has_ended(member.pid) for member in family)


def test_memory_is_that_of_the_fit_alone(task, shared_worker):
    class Hungry(DummyClassifier):
        def fit(self, X, y):
            import numpy

            taken = numpy.ones(40_000_000, numpy.uint8)
            del taken
            return super().fit(X, y)

    modest, hungry = shared_worker.run(task(DummyClassifier())), shared_worker.run(task(Hungry()))
    assert (modest.status, hungry.status) == (Status.DONE, Status.DONE), (modest.note, hungry.note)
    resumed = shared_worker.run(task(DummyClassifier()))
    assert 36 <= hungry.memory_mb <= 60  # pages that were free before are not counted again
    assert max(modest.memory_mb, resumed.memory_mb) < 15


def test_an_idle_process_is_ended(task, monkeypatch):
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    workers = WorkerPool()
    assert workers.run(task(DummyClassifier())).status == Status.DONE
    (mine,) = [
        child
        for child in psutil.Process().children(recursive=True)
        if child.pid not in before and child.ppid() != os.getpid()
    ]
    workers.close_idle()
    assert mine.is_running()
    monkeypatch.setattr(worker_pool, "_IDLE_SECONDS", 0.0)
    workers.close_idle()
    assert has_ended(mine.pid)
    assert workers.run(task(DummyClassifier())).status == Status.DONE
    workers.close()


def test_a_class_of_the_script_can_be_sent(task, monkeypatch, shared_worker):
    namespace = {"DummyClassifier": DummyClassifier, "__name__": "__main__"}
    exec("class Mine(DummyClassifier):\n    pass", namespace)  # as in a script: no module can be asked for it
    monkeypatch.setattr(sys.modules["__main__"], "Mine", namespace["Mine"], raising=False)
    outcome = shared_worker.run(task(namespace["Mine"]()))
    assert outcome.status == Status.DONE, outcome.note


def test_values_that_are_no_numbers_fail_for_every_learner(task, tmp_path, shared_worker):
    some = task(DummyClassifier())
    X = np.load(tmp_path / "material" / "items0.npy")
    X[3, 1] = np.inf
    np.save(tmp_path / "material" / "items0.npy", X)
    assert shared_worker.run(some).note == "ValueError: its items have NaN or infinite values"
    assert shared_worker.run(replace(some, specs=(FitSpec(0, {}, np.arange(4, 40)),))).status == Status.DONE


class Remembering(DummyClassifier):
    """Fails with words about memory, though there is enough of it."""

    def fit(self, X, y):
        raise RuntimeError("the memory of earlier episodes is empty")


class Allocating(DummyClassifier):
    """Asks for more memory than any machine has."""

    def fit(self, X, y):
        np.ones(2**50)


def test_only_a_lack_of_memory_is_called_one(task, shared_worker):
    outcome = shared_worker.run(task(Remembering()))
    assert (outcome.status, outcome.reason) == (Status.FAILED, Reason.ERROR)
    assert "memory" in outcome.note
    outcome = shared_worker.run(task(Allocating()))
    assert (outcome.status, outcome.reason) == (Status.FAILED, Reason.OUT_OF_MEMORY)


def test_a_worker_that_the_system_kills_twice_lacked_memory(task, shared_worker):
    outcome = shared_worker.run(task(Killed()))
    assert (outcome.status, outcome.reason) == (Status.FAILED, Reason.OUT_OF_MEMORY)


class Killed(DummyClassifier):
    """Dies by SIGKILL each time, as by the system's lack of memory."""

    def fit(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)
