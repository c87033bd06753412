"""Work in child processes: results come back, and a child that takes too much is ended."""

import gc
import os
import subprocess
import sys
from collections import Counter

import pytest

from sutja.errors import SutjaError
from sutja.sandbox import MB, Budget, LimitExceededError, run_in_child

PATIENT = Budget(seconds=20.0, wall=60.0)
SHORT = Budget(seconds=0.1, wall=0.3)


def run(task, budget=PATIENT, data=None, **arguments):
    return run_in_child(f"sandbox_tasks:{task}", arguments, data, budget)


def test_values_and_pixels_come_back():
    items = list(run("count", first=3, last=5, data=b"12345"))
    assert [values for values, _ in items] == [{"value": 3, "length": 5}, {"value": 4, "length": 5}]
    assert [pixels.tolist() for _, pixels in items] == [[[3] * 3] * 2, [[4] * 3] * 2]


def test_tasks_that_run_side_by_side_do_not_mix():
    one, other = run("count", first=0, last=3), run("count", first=100, last=103)
    pairs = [(a[0]["value"], int(b[1][0, 0])) for a, b in zip(one, other, strict=True)]
    assert pairs == [(0, 100), (1, 101), (2, 102)]


def test_a_task_left_half_way_leaves_its_child_ready():
    begun = run("count", first=0, last=10**9)
    next(begun)
    begun.close()
    assert len(list(run("count", first=0, last=3))) == 3


@pytest.mark.parametrize("task", ["sleep", "spin"])
def test_a_child_that_takes_too_long_is_ended(task):
    items = run(task, SHORT)
    assert next(items)[0] == {"value": 0}
    with pytest.raises(LimitExceededError, match="takes longer than"):
        next(items)
    assert len(list(run("count", first=0, last=2))) == 2


def test_a_child_whose_processor_time_is_spent_is_ended():
    items = run("spin", Budget(seconds=0.1, wall=60.0))
    next(items)
    with pytest.raises(LimitExceededError, match="takes longer than"):
        next(items)


def test_a_child_that_fills_memory_is_ended():
    with pytest.raises((LimitExceededError, SutjaError), match="memory"):
        list(run("fill", Budget(20, 20.0, memory=50 * MB), at_once=400 * MB))
    with pytest.raises(SutjaError, match="does not fit in memory"):
        list(run("fill", Budget(20, 20.0, memory=50 * MB), at_once=10**12))


def test_a_child_that_dies_is_told():
    with pytest.raises(LimitExceededError, match="makes its decoder fail"):
        list(run("die"))


def test_an_error_of_a_task_is_told_and_its_child_goes_on():
    items = run("fail")
    next(items)
    with pytest.raises(SutjaError, match=r"^no such font$"):
        next(items)
    with pytest.raises(SutjaError, match="no_such_task"):
        list(run("no_such_task"))


def test_more_pixels_than_agreed_are_refused():
    with pytest.raises(SutjaError, match=r"shape \(2, 3\)"):
        list(run("count", Budget(20, 20.0, output=5), first=0, last=1))


def test_children_end_with_their_parent():
    script = (
        "import os, signal; from sutja.sandbox import run_in_child, pool; "
        "items = run_in_child('sandbox_tasks:spin', {}); next(items); "
        "print(os.getpid(), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.strip().isdecimal(), done.stderr


def test_a_short_item_does_not_shorten_the_start_of_the_next_task():
    assert len(list(run("count", Budget(0.1, 20.0), first=0, last=3))) == 3
    assert len(list(run("count", PATIENT, first=0, last=3))) == 3
    assert next(run("start_slowly"))[0] == {"value": 1}


def test_a_task_that_becomes_garbage_leaves_its_child_ready():
    held = {"items": run("count", first=0, last=10**9)}
    held["itself"] = held
    next(held["items"])
    del held
    gc.collect()
    assert len(list(run("count", first=0, last=3))) == 3


def test_a_child_is_renewed_once_it_has_had_its_share_of_tasks(monkeypatch):
    monkeypatch.setattr("sutja.sandbox.pool._MOST_TASKS", 3)
    children = Counter(item["process"] for _ in range(12) for item, _ in run("tell_process"))
    assert 1 < max(children.values()) <= 3
