"""An engine that runs fits in this process."""

import pytest

from sutja.comparison.execution.table import Status
from sutja.comparison.execution.tasks import Outcome, run_task


class LocalEngine:
    """Runs each task in this process: quick, and nothing to kill but the process itself."""

    name, jobs = "local", 1

    def run(self, tasks):
        for task in tasks:
            try:
                fits, errors = run_task(task)
            except Exception as error:
                yield task, Outcome.failed(str(error))
            else:
                yield task, Outcome(Status.DONE, fits, errors, 1.0, sum(fit.cost.fit_seconds for fit in fits))

    def close(self):
        """There is nothing to end."""


@pytest.fixture
def engine():
    """Return an engine that runs fits in this process."""
    return LocalEngine()
