"""The plot of the calibration benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _scores import Case

from sutja.metrics import risk_coverage

TOGETHER = "all together"
_ANSWERS_LEAST = 20  # a curve of fewer answers says nothing


def draw_calibration(
    path: Path, figures: dict[str, dict[str, Any]], cases: dict[str, list[Case]], title: str
) -> None:
    """Left: share wrong against confidence, all sets. Right: error among the kept against the share kept."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    _reliability(left, figures[TOGETHER])
    _risk_coverage(right, cases)
    figure.suptitle(f"sutja {title}")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _reliability(axes: Any, found: dict[str, Any]) -> None:
    """Both axes as the rate of error on a logarithmic scale, as nearly all answers are above 0.9."""
    bins = found["bins"]
    least = 2e-4
    doubt = [max(least, 1 - part["confidence"]) for part in bins]
    error = [max(least, 1 - part["k"] / part["n"]) for part in bins]
    low = [e - max(least, 1 - part["high"]) for e, part in zip(error, bins, strict=True)]
    high = [1 - part["low"] - e for e, part in zip(error, bins, strict=True)]
    axes.plot([least, 1], [least, 1], color="grey", linewidth=1, label="as it should be")
    axes.errorbar(
        doubt,
        error,
        yerr=[np.maximum(low, 0), np.maximum(high, 0)],
        fmt="o",
        markersize=4,
        linewidth=1,
        label=f"{len(bins)} bins of {bins[0]['n'] if bins else 0} answers, 95 %",
    )
    axes.set(xscale="log", yscale="log", xlim=(least / 1.3, 1), ylim=(least / 1.3, 1))
    axes.set(xlabel="1 − confidence, mean of the bin", ylabel="share wrong")
    axes.set_title(
        f"reliability, all sets: ECE {found['ece']}, equal mass {found['ece_equal_mass']}", fontsize=10
    )
    axes.legend(fontsize=8)


def _risk_coverage(axes: Any, cases: dict[str, list[Case]]) -> None:
    together: list[Case] = [case for some in cases.values() for case in some]
    for name, some in {TOGETHER: together, **cases}.items():
        _curve(axes, name, some)
    axes.axhline(1.0, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="crops answered and kept, %", ylabel="wrong among the kept, %", xlim=(50, 100))
    axes.set_yscale("symlog", linthresh=0.5)
    axes.set(ylim=(0, 100), yticks=(0, 0.5, 1, 2, 5, 10, 20, 50, 100))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_title("risk and coverage", fontsize=10)
    axes.legend(fontsize=8)


def _curve(axes: Any, name: str, cases: Sequence[Case]) -> None:
    answered = [case for case in cases if case.digits]
    with_number = sum(bool(case.truth or case.digits) for case in cases)
    if not answered or (len(answered) < _ANSWERS_LEAST and name != TOGETHER):
        return
    _, coverage, risk = risk_coverage([c.confidence for c in answered], [c.right for c in answered])
    width = 2.2 if name == TOGETHER else 1.0
    axes.step(
        100 * coverage * len(answered) / with_number, 100 * risk, where="post", label=name, linewidth=width
    )
