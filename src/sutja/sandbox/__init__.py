"""Work on files from strangers in child processes with limits on their time and memory."""

from sutja.sandbox.pool import MB, Budget, LimitExceededError, run_in_child

__all__ = ["MB", "Budget", "LimitExceededError", "run_in_child"]
