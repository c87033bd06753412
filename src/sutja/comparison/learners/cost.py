"""The measured cost of a fit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of fitting a learner and of answering with it; None for what was not measured or counted.

    Attributes
    ----------
    fit_seconds, predict_seconds : float | None
        Seconds to learn, and to answer all items of the evaluated part; per network if several were trained
        as a stack.
    memory_mb : float | None
        Peak memory of the fit in MB, beyond what its process had before; of a stack as a whole.
    fit_operations, predict_operations : float | None
        Multiplications, additions and comparisons to learn, and to answer one item (see
        `sutja.comparison.learners.operations`).
    parameters : int | None
        Number of learnt values that are needed to answer.
    together : int
        Number of networks that were trained as one stack.
    device : str
        "cpu" or "cuda".
    """

    fit_seconds: float | None = None
    predict_seconds: float | None = None
    memory_mb: float | None = None
    fit_operations: float | None = None
    predict_operations: float | None = None
    parameters: int | None = None
    together: int = 1
    device: str = "cpu"

    @property
    def seconds(self) -> float:
        """Seconds to learn and to answer, as far as they were measured."""
        return (self.fit_seconds or 0.0) + (self.predict_seconds or 0.0)
