"""Learning rates as plain functions of the step."""

from __future__ import annotations

import math


def warm_up_cosine(step: int, steps: int, peak: float, warm_up: int = 300, last: float = 0.0) -> float:
    """A linear rise to ``peak`` over ``warm_up`` steps, then half a cosine down to ``last`` at ``steps``.

    References
    ----------
    Loshchilov & Hutter, SGDR, ICLR 2017; Goyal et al. 2017 for the warm-up.
    """
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = min(1.0, (step - warm_up) / max(1, steps - warm_up))
    return last + (peak - last) * 0.5 * (1 + math.cos(math.pi * done))
