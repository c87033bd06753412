"""The helpers beside the tests, and an engine that does fits in this process."""

import pytest

from sutja.comparison.execution.table import DONE, FAILED
from sutja.comparison.execution.tasks import Outcome, perform


class Here:
    """Does each task at once, in this process: quick, and nothing to kill but the process itself."""

    name, jobs = "here", 1

    def run(self, tasks):
        for task in tasks:
            try:
                fits, errors = perform(task)
            except Exception as error:
                yield task, Outcome(FAILED, note=str(error))
            else:
                yield task, Outcome(DONE, fits, errors, 1.0, sum(fit.fit_seconds for fit in fits))

    def close(self):
        """There is nothing to end."""


@pytest.fixture
def here():
    return Here()
