"""The scheduler spends the time well, and never more than there is. No fit is run; time is simulated."""

import math

import numpy as np
import pytest

from sutja.comparison.data.arrays import ArrayFile, MappedData
from sutja.comparison.execution.budget import CostModel, ReportReserve, TimeBudget, is_affordable
from sutja.comparison.execution.scheduler import Grid, Scheduler
from sutja.comparison.execution.table import Row, Status
from sutja.comparison.execution.tasks import Resources
from sutja.comparison.learners.catalogue import Learner

SIZES = (50, 100, 200, 400, 800, 1600)
POWERS = {"quick": (0.01, 1.0), "middling": (0.05, 1.3), "slow": (0.3, 2.0)}  # seconds at 50 labels, growth


class ManualBudget(TimeBudget):
    """A budget whose time passes when the test says so."""

    def __init__(self, seconds, reserve=0.0):
        super().__init__(seconds, reserve)
        self.now = 0.0

    def elapsed(self):
        return self.now


def make_scheduler(seconds, limit=1e9, seeds=2, features=4, most_seeds=0):
    learners = tuple(Learner(name, "own", name) for name in POWERS)
    subsets = tuple({n: np.arange(n) for n in SIZES} for _ in range(max(seeds, most_seeds)))
    data = MappedData("", (ArrayFile("", "<f4", (1600, features), 0),), False, 2)
    passed, budget = [], ManualBudget(seconds)
    resources = Resources(data, CostModel(), budget, limit)
    grid = Grid(learners, SIZES, seeds, subsets, most_seeds)
    return Scheduler(grid, {}, lambda name, n: {}, resources, passed.extend), budget, passed


def run(scheduler, budget, limit=1e9):
    """Run the tasks one after the other; the true cost of each fit is known here.

    Returns the learner and the number of labels of each task that is done; seeds are in the scheduler's rows.
    """
    done = []
    for task in scheduler.iterate_tasks():
        first, growth = POWERS[task.learner.name]
        seconds = first * (task.labels / 50) ** growth
        taken = min(seconds, task.limit, task.total_limit, limit)
        budget.now += taken
        if taken < seconds:
            scheduler.give_up(task.learner.name, task.labels, "slower than a fit may be")
            continue
        scheduler.resources.costs.add(task.learner.name, task.labels, seconds)
        for spec in task.specs:
            row = Row(task.learner.name, task.labels, spec.seed, Status.DONE)
            scheduler.rows[row.key] = row
        done.append((task.learner.name, task.labels))
    return done


def total():
    return sum(2 * first * (n / 50) ** growth for first, growth in POWERS.values() for n in SIZES)


def test_with_enough_time_all_fits_are_run():
    scheduler, budget, passed = make_scheduler(math.inf)
    assert len(run(scheduler, budget)) == 2 * len(SIZES) * len(POWERS)
    assert not passed
    assert not scheduler.waiting


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.7])
def test_a_budget_is_kept_and_well_spent(share):
    seconds = share * total()
    scheduler, budget, _ = make_scheduler(seconds)
    done = run(scheduler, budget)
    assert budget.now <= seconds
    every = sorted(
        first * (n / 50) ** growth for first, growth in POWERS.values() for n in SIZES for _ in "ab"
    )
    best = int(np.searchsorted(np.cumsum(every), seconds))  # who knows all costs and wastes nothing
    assert len(done) >= 0.75 * best
    assert {name for name, _ in done} == set(POWERS)


def test_learners_get_the_same_time_and_leave_the_rest_to_the_others():
    scheduler, budget, _ = make_scheduler(0.03 * total())
    time_of = dict.fromkeys(POWERS, 0.0)
    for name, n in run(scheduler, budget):
        first, growth = POWERS[name]
        time_of[name] += first * (n / 50) ** growth
    assert not [n for name, n in scheduler.waiting if name == "quick"]  # all of it is done, in little time
    assert 0.4 < time_of["slow"] / time_of["middling"] < 2.5


def test_sizes_rise_and_third_seeds_wait():
    scheduler, budget, _ = make_scheduler(0.3 * total(), seeds=3)
    done = run(scheduler, budget)
    for name in POWERS:
        sizes = [n for learner, n in done if learner == name]
        firsts = list(dict.fromkeys(sizes))
        assert firsts == sorted(firsts)
    middling = [n for learner, n in done if learner == "middling"]
    last = len(middling) - 1 - middling[::-1].index(100)
    assert middling.index(200) < last  # the next size before the last seed


def test_time_that_is_left_goes_to_further_seeds_of_the_cheapest_fits():
    scheduler, budget, _ = make_scheduler(1.2 * total(), most_seeds=5)
    done = run(scheduler, budget)
    assert budget.now <= 1.2 * total()
    grid = 2 * len(SIZES) * len(POWERS)
    assert not scheduler.waiting
    assert {row.seed for row in list(scheduler.rows.values())[:grid]} == {0, 1}  # the grid comes first
    assert len(done) == len(scheduler.rows) > grid
    seeds = {pair: done.count(pair) for pair in set(done)}
    assert max(seeds.values()) == 5
    assert [seeds["quick", n] for n in SIZES] == sorted((seeds["quick", n] for n in SIZES), reverse=True)
    assert seeds["quick", SIZES[0]] == 5
    assert seeds["slow", SIZES[-1]] == 2


def test_further_seeds_use_what_the_dearest_fits_of_the_grid_cannot():
    scheduler, budget, _ = make_scheduler(0.3 * total(), most_seeds=4)
    done = run(scheduler, budget)
    assert budget.now <= 0.3 * total()
    assert scheduler.waiting  # the slow learner on many labels
    assert done.count(("quick", 50)) == 4
    assert not [pair for pair in scheduler.waiting if done.count(pair) > 2]


def test_no_further_seeds_without_a_maximum_above_the_grid():
    for most_seeds in (0, 2):
        scheduler, budget, _ = make_scheduler(2 * total(), most_seeds=most_seeds)
        assert len(run(scheduler, budget)) == 2 * len(SIZES) * len(POWERS)


def test_a_fit_that_failed_gets_no_further_seeds():
    scheduler, budget, _ = make_scheduler(2 * total(), most_seeds=4)
    rows = {("quick", 50, seed): Row("quick", 50, seed, Status.FAILED) for seed in (0, 1)}
    scheduler = Scheduler(scheduler.grid, rows, lambda name, n: {}, scheduler.resources, [].extend)
    done = run(scheduler, budget)
    assert done.count(("quick", 50)) == 0
    assert done.count(("quick", 100)) == 4


def test_further_seeds_that_are_done_are_not_made_again():
    first, budget, _ = make_scheduler(4 * total(), most_seeds=4)
    run(first, budget)
    resources = first.resources
    resources.budget.now = 0.0
    resumed = Scheduler(first.grid, first.rows, lambda name, n: {}, resources, [].extend)
    assert not run(resumed, resources.budget)


def test_a_learner_that_is_too_slow_is_not_tried_on_more():
    scheduler, budget, passed = make_scheduler(math.inf, limit=40.0)
    done = run(scheduler, budget, limit=40.0)
    assert max(n for name, n in done if name == "slow") == 400
    assert max(n for name, n in done if name == "quick") == 1600
    assert {row.labels for row in passed} == {800, 1600}
    assert all(row.status == Status.PASSED_OVER and "slower" in row.note for row in passed)


def test_what_does_not_fit_in_memory_is_passed_over(monkeypatch):
    monkeypatch.setattr("sutja.memory.measure_free_memory", lambda: 500 * 4 * 4 * 4.0)
    scheduler, budget, passed = make_scheduler(math.inf)
    assert max(n for _, n in run(scheduler, budget)) == 400
    assert "memory" in passed[0].note


def test_costs_grow_as_measured():
    costs = CostModel({"new": 7.0})
    assert costs.predict("new", 100) == 7.0
    for n in (100, 200, 400):
        costs.add("square", n, (n / 100) ** 2)
    assert costs.predict("square", 800) == pytest.approx(64, rel=0.01)
    assert costs.predict("square", 100) == 1.0
    costs.add("fixed", 100, 1.0)
    costs.add("fixed", 200, 1.0)
    assert costs.predict("fixed", 1600) > 4.0  # what is fixed does not stay so


def test_a_share_of_the_budget():
    budget = TimeBudget(100.0, reserve=20.0)
    assert budget.take_share(0.25).remaining() == pytest.approx(0.25 * budget.remaining(), rel=0.01)
    assert TimeBudget().take_share(0.2).remaining() == math.inf


def test_the_report_gets_more_time_the_busier_the_machine_is():
    reserve = ReportReserve(60.0, startup=9.0)
    assert reserve.seconds == 9.0  # nothing else is known
    for _ in range(20):
        reserve.note_fit(1.0, 1.0)
    idle = reserve.seconds
    assert idle < 5.0
    for _ in range(20):
        reserve.note_fit(1.0, 0.33)  # three share a core
    assert reserve.seconds == pytest.approx(3 * idle, rel=0.05)
    for _ in range(20):
        reserve.note_fit(1.0, 0.01)
    assert reserve.seconds == 15.0  # most of the time is for the fits
    assert ReportReserve(math.inf, 9.0).seconds == 0.0


def test_fits_whose_processor_time_is_unknown_say_nothing_of_the_machine():
    reserve = ReportReserve(60.0, startup=9.0)
    for _ in range(20):
        reserve.note_fit(1.0, 0.0)
    assert reserve.seconds == 9.0


def test_a_measured_cost_needs_less_room_than_a_predicted_one():
    assert is_affordable(10.0, 12.0, measured=True)
    assert not is_affordable(10.0, 12.0)
    costs = CostModel()
    costs.add("own", 100, 1.0)
    assert (costs.has_measured("own", 100), costs.has_measured("own", 200)) == (True, False)
