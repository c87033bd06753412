"""Many inputs: worker processes, and a ledger that knows what became of each input."""

from sutja.batch.driver import BatchError, Summary, run_batch
from sutja.batch.ledger import Ledger, Outcome
from sutja.batch.work import Job

__all__ = ["BatchError", "Job", "Ledger", "Outcome", "Summary", "run_batch"]
