"""GPU locks: one fit to each GPU at a time. No GPU is needed here."""

import threading
import time

import pytest

from sutja.comparison.execution import gpu_locks, worker_pool
from sutja.comparison.execution.table import Status
from sutja.comparison.execution.tasks import Outcome, Task
from sutja.comparison.learners.catalogue import Learner


@pytest.fixture(autouse=True)
def two_gpus(monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def task(device, total_limit=30.0):
    return Task(Learner("net", "network", ""), 40, (), "", "test", 10.0, total_limit, device)


def test_which_gpus_a_fit_may_have(monkeypatch):
    assert gpu_locks.list_gpus("cuda") == ("3", "5")
    assert gpu_locks.list_gpus("cuda:1") == ("5",)
    assert gpu_locks.list_gpus("cuda:2") == ()
    assert gpu_locks.list_gpus("cpu") == ()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 4)
    assert gpu_locks.list_gpus("cuda") == ("0", "1", "2", "3")


def test_a_gpu_is_locked_by_one_fit_at_a_time():
    soon = time.monotonic() + 0.2
    with gpu_locks.lock_gpu(("3", "5"), soon) as first, gpu_locks.lock_gpu(("3", "5"), soon) as second:
        assert {first, second} == {"3", "5"}
        with gpu_locks.lock_gpu(("3", "5"), soon) as third:
            assert third is None
    with gpu_locks.lock_gpu(("3",), soon) as again:
        assert again == "3"


def test_fits_wait_for_a_gpu_and_each_process_sees_one(monkeypatch):
    running, most, seen, lock = {}, {}, [], threading.Lock()

    def run(self, given):
        gpu = self.gpu
        with lock:
            running[gpu] = running.get(gpu, 0) + 1
            most[gpu] = max(most.get(gpu, 0), running[gpu])
            seen.append((gpu, given.device, gpu_locks.make_environment(gpu)))
        time.sleep(0.05)
        with lock:
            running[gpu] -= 1
        return Outcome(Status.DONE)

    monkeypatch.setattr(worker_pool.Worker, "run", run)
    workers = worker_pool.WorkerPool()
    threads = [threading.Thread(target=workers.run, args=(task(device),)) for device in ("cuda", "cpu") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most["3"], most["5"]) == (1, 1)
    assert most[""] > 1  # the processor is for as many as there are threads
    assert {(gpu, device) for gpu, device, _ in seen} == {("3", "cuda"), ("5", "cuda"), ("", "cpu")}
    assert all(found == ({"CUDA_VISIBLE_DEVICES": gpu} if gpu else {}) for gpu, _, found in seen)


def test_no_gpu_in_time_and_no_such_gpu():
    workers = worker_pool.WorkerPool()
    with gpu_locks.lock_gpu(("3",), 0.0), gpu_locks.lock_gpu(("5",), 0.0):
        outcome = workers.run(task("cuda", total_limit=0.1))
    assert (outcome.status, outcome.note) == (Status.TOO_SLOW, "stopped, out of time")
    assert workers.run(task("cuda:7")).status == Status.FAILED
