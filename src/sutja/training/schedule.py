"""Learning rates as plain functions of the step.

``step`` and ``steps`` may be counted in anything that grows evenly: optimiser steps, or thousandths of a
budget of time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

Real = float | int

# A schedule takes step, steps, peak, warm_up and last, and gives the learning rate of that step.
Schedule = Callable[[Real, Real, Real, Real, Real], float]


def _part(step: Real, steps: Real, warm_up: Real) -> float:
    """Compute the part of the steps after the warm-up that is done, 0 to 1."""
    return min(1.0, max(0.0, (step - warm_up) / max(1e-9, steps - warm_up)))


def _rise(step: Real, peak: Real, warm_up: Real) -> float:
    return peak * min(1.0, (step + 1) / warm_up)


def warm_up_cosine(step: Real, steps: Real, peak: Real, warm_up: Real = 300, last: Real = 0.0) -> float:
    """Rise linearly to ``peak`` over ``warm_up`` steps, then fall by half a cosine to ``last`` at ``steps``.

    References
    ----------
    Loshchilov & Hutter, SGDR, ICLR 2017; Goyal et al. 2017 for the warm-up.
    """
    if step < warm_up:
        return _rise(step, peak, warm_up)
    return last + (peak - last) * 0.5 * (1 + math.cos(math.pi * _part(step, steps, warm_up)))


def warm_up_linear(step: Real, steps: Real, peak: Real, warm_up: Real = 300, last: Real = 0.0) -> float:
    """Rise linearly to ``peak`` over ``warm_up`` steps, then fall linearly to ``last`` at ``steps``.

    References
    ----------
    Smith & Topin, Super-Convergence, 2017: a triangle.
    """
    if step < warm_up:
        return _rise(step, peak, warm_up)
    return peak + (last - peak) * _part(step, steps, warm_up)


def warm_up_constant(step: Real, steps: Real, peak: Real, warm_up: Real = 300, last: Real = 0.0) -> float:
    """Rise linearly to ``peak`` over ``warm_up`` steps and stay there; ``last`` is not used."""
    return _rise(step, peak, warm_up) if step < warm_up else peak


SCHEDULES: Mapping[str, Schedule] = MappingProxyType(
    {"cosine": warm_up_cosine, "linear": warm_up_linear, "constant": warm_up_constant}
)
