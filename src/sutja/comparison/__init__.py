"""Does this need deep learning, and how much data and compute would it take? Answered by experiment."""

from sutja.comparison.api import compare

__all__ = ["compare"]
