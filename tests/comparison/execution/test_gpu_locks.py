"""Graphics cards: one fit to each at a time. None is needed here: what is tried is who may have which."""

import threading
import time

import pytest

from sutja.comparison.execution import gpu_locks, worker_pool
from sutja.comparison.execution.table import DONE, FAILED, SLOW
from sutja.comparison.execution.tasks import Outcome, Task
from sutja.comparison.learners.catalogue import Learner


@pytest.fixture(autouse=True)
def two_cards(monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def task(device, within=30.0):
    return Task(Learner("net", "network", ""), 40, (), "", "test", 10.0, within, device)


def test_which_cards_a_fit_may_have(monkeypatch):
    assert gpu_locks.wanted("cuda") == ("3", "5")
    assert gpu_locks.wanted("cuda:1") == ("5",)
    assert gpu_locks.wanted("cuda:2") == ()
    assert gpu_locks.wanted("cpu") == ()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 4)
    assert gpu_locks.wanted("cuda") == ("0", "1", "2", "3")


def test_a_card_is_lent_to_one_at_a_time():
    soon = time.monotonic() + 0.2
    with gpu_locks.lent(("3", "5"), soon) as first, gpu_locks.lent(("3", "5"), soon) as second:
        assert {first, second} == {"3", "5"}
        with gpu_locks.lent(("3", "5"), soon) as third:
            assert third is None
    with gpu_locks.lent(("3",), soon) as again:
        assert again == "3"


def test_fits_wait_for_a_card_and_each_process_sees_one(monkeypatch):
    at_work, most, seen, lock = {}, {}, [], threading.Lock()

    def do(self, given):
        card = self._card
        with lock:
            at_work[card] = at_work.get(card, 0) + 1
            most[card] = max(most.get(card, 0), at_work[card])
            seen.append((card, given.device, gpu_locks.environment(card)))
        time.sleep(0.05)
        with lock:
            at_work[card] -= 1
        return Outcome(DONE)

    monkeypatch.setattr(worker_pool.Worker, "do", do)
    workers = worker_pool.Workers()
    threads = [threading.Thread(target=workers.do, args=(task(device),)) for device in ("cuda", "cpu") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most["3"], most["5"]) == (1, 1)
    assert most[""] > 1  # the processor is for as many as there are threads
    assert {(card, device) for card, device, _ in seen} == {("3", "cuda"), ("5", "cuda"), ("", "cpu")}
    assert all(found == ({"CUDA_VISIBLE_DEVICES": card} if card else {}) for card, _, found in seen)


def test_no_card_in_time_and_no_such_card():
    workers = worker_pool.Workers()
    with gpu_locks.lent(("3",), 0.0), gpu_locks.lent(("5",), 0.0):
        outcome = workers.do(task("cuda", within=0.1))
    assert (outcome.status, outcome.note) == (SLOW, "stopped, the time was used up")
    assert workers.do(task("cuda:7")).status == FAILED
