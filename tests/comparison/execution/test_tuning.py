"""Tuning: the chosen settings do not depend on how often tuning was stopped."""

import itertools

import numpy as np
import pytest

from sutja.comparison.data.arrays import MappedData
from sutja.comparison.execution.budget import CostModel, TimeBudget
from sutja.comparison.execution.table import TUNING, Status, Table
from sutja.comparison.execution.tasks import Outcome, Resources
from sutja.comparison.execution.tuning import Tuner
from sutja.comparison.learners.catalogue import Learner

LEARNER = Learner("one", "baseline", "as another", {"a": 1}, {"a": (1, 2, 3)})


class Stopped:
    """An engine all of whose answers are equally wrong, and which is stopped after some."""

    def __init__(self, after, error):
        self.after, self.error = after, error

    def run(self, tasks):
        for task in itertools.islice(tasks, self.after):
            yield task, Outcome(Status.DONE, errors=(self.error,) * len(task.specs), seconds=0.1)


def chosen(folder, after, error):
    """The settings that are chosen where the engine is stopped again and again."""
    for _ in range(10):
        table, data = Table(folder, TUNING), MappedData("", (), False, 2)
        resources = Resources(data, CostModel(), TimeBudget(), 10.0)
        tuner = Tuner((LEARNER,), resources, {40: np.arange(40)}, 3, 100.0, table)
        tuner.run(Stopped(after, error), lambda task, outcome: None)
        table.close()
        if len(table.rows) == 3:
            return tuner.result.choose_best("one", 40)
    raise AssertionError(table.rows)


@pytest.mark.parametrize("error", [37 / 180, 1 / 3, 0.25])  # rounded up, down, and not at all
@pytest.mark.parametrize("after", [1, 2, 3])
def test_of_equals_the_first_is_chosen_however_often_it_was_stopped(tmp_path, after, error):
    assert chosen(tmp_path, after, error) == {"a": 1}
