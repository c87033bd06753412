"""Compare networks with other learners, to find out if deep learning is needed and what it would take."""

from sutja.comparison.api import compare

__all__ = ["compare"]
