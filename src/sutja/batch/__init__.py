"""Many inputs: worker processes, and a ledger that knows what became of each input."""

from sutja.batch.driver import Summary, run_batch
from sutja.batch.inputs import Input
from sutja.batch.ledger import Ledger, Outcome
from sutja.batch.pool import BatchError
from sutja.batch.work import Job

__all__ = ["BatchError", "Input", "Job", "Ledger", "Outcome", "Summary", "run_batch"]
