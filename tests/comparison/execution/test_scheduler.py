"""The plan: it spends the time well, and never more than there is. No fit is done here, a clock is wound."""

import math

import numpy as np
import pytest

from sutja.comparison.data.arrays import ArrayFile, Material
from sutja.comparison.execution.budget import Clock, Costs
from sutja.comparison.execution.scheduler import Grid, Planner
from sutja.comparison.execution.table import PASSED_OVER
from sutja.comparison.learners.catalogue import Learner

SIZES = (50, 100, 200, 400, 800, 1600)
POWERS = {"quick": (0.01, 1.0), "middling": (0.05, 1.3), "slow": (0.3, 2.0)}  # seconds at 50 labels, growth


class WoundClock(Clock):
    """A clock that goes on when it is told to."""

    def __init__(self, seconds, reserve=0.0):
        super().__init__(seconds, reserve)
        self.now = 0.0

    def elapsed(self):
        return self.now


def planner(seconds, limit=1e9, seeds=2, features=4):
    learners = tuple(Learner(name, "own", name) for name in POWERS)
    subsets = tuple({n: np.arange(n) for n in SIZES} for _ in range(seeds))
    grid = Grid(learners, SIZES, seeds, subsets)
    material = Material("", (ArrayFile("", "<f4", (1600, features), 0),), False, 2)
    passed = []
    clock = WoundClock(seconds)
    made = Planner(
        grid,
        (),
        lambda name, n: {},
        material,
        lambda learner: "cpu",
        "float32",
        Costs(),
        clock,
        limit,
        passed.extend,
    )
    return made, clock, passed


def run(plan, clock, limit=1e9):
    """Do what is handed out, one after the other; what each fit truly takes is known here."""
    done = []
    for task in plan.tasks():
        first, growth = POWERS[task.learner.name]
        seconds = first * (task.labels / 50) ** growth
        taken = min(seconds, task.limit, task.within, limit)
        clock.now += taken
        if taken < seconds:
            plan.give_up(task.learner.name, task.labels, "slower than a fit may be")
            continue
        plan.costs.add(task.learner.name, task.labels, seconds)
        done.append((task.learner.name, task.labels))
    return done


def total():
    return sum(2 * first * (n / 50) ** growth for first, growth in POWERS.values() for n in SIZES)


def test_with_time_enough_all_is_done():
    plan, clock, passed = planner(math.inf)
    assert len(run(plan, clock)) == 2 * len(SIZES) * len(POWERS)
    assert not passed
    assert not plan.left


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.7])
def test_a_budget_is_kept_and_well_spent(share):
    seconds = share * total()
    plan, clock, _ = planner(seconds)
    done = run(plan, clock)
    assert clock.now <= seconds
    every = sorted(
        first * (n / 50) ** growth for first, growth in POWERS.values() for n in SIZES for _ in "ab"
    )
    best = int(np.searchsorted(np.cumsum(every), seconds))  # who knows all costs and wastes nothing
    assert len(done) >= 0.75 * best
    assert {name for name, _ in done} == set(POWERS)


def test_learners_get_the_same_time_and_what_one_does_not_need_goes_to_the_others():
    plan, clock, _ = planner(0.03 * total())
    time_of = dict.fromkeys(POWERS, 0.0)
    for name, n in run(plan, clock):
        first, growth = POWERS[name]
        time_of[name] += first * (n / 50) ** growth
    assert not [n for name, n in plan.left if name == "quick"]  # all of it is done, in little time
    assert 0.4 < time_of["slow"] / time_of["middling"] < 2.5


def test_sizes_are_climbed_from_below_and_third_seeds_wait():
    plan, clock, _ = planner(0.3 * total(), seeds=3)
    done = run(plan, clock)
    for name in POWERS:
        sizes = [n for learner, n in done if learner == name]
        firsts = list(dict.fromkeys(sizes))
        assert firsts == sorted(firsts)
    middling = [n for learner, n in done if learner == "middling"]
    last = len(middling) - 1 - middling[::-1].index(100)
    assert middling.index(200) < last  # the next size before the last seed


def test_a_learner_that_is_too_slow_is_not_tried_on_more():
    plan, clock, passed = planner(math.inf, limit=40.0)
    done = run(plan, clock, limit=40.0)
    assert max(n for name, n in done if name == "slow") == 400
    assert max(n for name, n in done if name == "quick") == 1600
    assert {row.labels for row in passed} == {800, 1600}
    assert all(row.status == PASSED_OVER and "slower" in row.note for row in passed)


def test_what_does_not_fit_in_memory_is_passed_over(monkeypatch):
    monkeypatch.setattr("sutja.memory.free_memory", lambda: 500 * 4 * 4 * 4.0)
    plan, clock, passed = planner(math.inf)
    assert max(n for _, n in run(plan, clock)) == 400
    assert "memory" in passed[0].note


def test_costs_grow_as_they_were_seen_to():
    costs = Costs({"new": 7.0})
    assert costs.expect("new", 100) == 7.0
    for n in (100, 200, 400):
        costs.add("square", n, (n / 100) ** 2)
    assert costs.expect("square", 800) == pytest.approx(64, rel=0.01)
    assert costs.expect("square", 100) == 1.0
    costs.add("fixed", 100, 1.0)
    costs.add("fixed", 200, 1.0)
    assert costs.expect("fixed", 1600) > 4.0  # what is fixed does not stay so


def test_a_part_of_the_time():
    clock = Clock(100.0, reserve=20.0)
    assert clock.part(0.25).left() == pytest.approx(0.25 * clock.left(), rel=0.01)
    assert Clock().part(0.2).left() == math.inf
