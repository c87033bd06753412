"""Crossovers of curves that are known: how often the 95 % interval holds the truth.

Each case draws two power laws that cross once within the sizes, three fits of each on every size with their
own luck, and test items that are hard for all or for none; what is found is held against what is known.

    python benchmarks/compare_synthetic.py --cases 500
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from _machine import result_path, save, shown, track
from numpy.typing import NDArray
from scipy.stats import norm

from sutja.comparison.analysis.crossover import find_crossover
from sutja.comparison.analysis.curves import Measurements, fit_curves
from sutja.metrics import wilson

FIGURE = "compare_synthetic"
CASES, ENOUGH = 500, 100
CHANCE = 0.9
SMALLEST = 50  # labels
_HARD = 0.6  # of what makes an answer wrong is the item's

Law = tuple[float, float, float]


def error_of(law: Law, n: NDArray[np.float64]) -> NDArray[np.float64]:
    """A + b n^-c, below chance."""
    a, b, c = law
    return np.asarray(np.minimum(CHANCE, a + b * n**-c))


def crossing_laws(rng: np.random.Generator, largest: int) -> tuple[Law, Law, float]:
    """Two laws that cross once within the sizes, not at their ends, and where."""
    n = np.geomspace(SMALLEST, largest, 2000)
    while True:
        one, two = ((rng.uniform(0, 0.04), rng.uniform(0.2, 3), rng.uniform(0.2, 0.9)) for _ in "ab")
        changes = np.flatnonzero(np.diff(np.sign(error_of(one, n) - error_of(two, n))))
        if len(changes) == 1 and 1.5 * SMALLEST < n[changes[0]] < largest / 1.5:
            return one, two, float(n[changes[0]])


def measure(
    rng: np.random.Generator,
    name: str,
    law: Law,
    sizes: Sequence[int],
    hard: NDArray[np.float64],
    luck: float,
) -> Measurements:
    """Three fits on each size."""
    wrong = []
    for n in sizes:
        error = float(error_of(law, np.array([float(n)]))[0])
        each = np.clip(error * (1 + luck * rng.standard_normal(3)), 0.2 / len(hard), 0.95)
        own = rng.standard_normal((3, len(hard)))
        wrong.append(math.sqrt(_HARD) * hard + math.sqrt(1 - _HARD) * own > norm.isf(each)[:, None])
    return Measurements(name, np.array(sizes), tuple(wrong))


def case(seed: int) -> dict[str, float | str | bool]:
    """One case: whether the crossover, and the error at ten times the labels, lie within their intervals."""
    rng = np.random.default_rng(seed)
    sizes = [SMALLEST * 2**k for k in range(int(rng.integers(6, 11)))]
    hard = rng.standard_normal(int(rng.choice([500, 2000, 10_000])))
    one, two, truth = crossing_laws(rng, sizes[-1])
    luck = rng.uniform(0.02, 0.1)
    both = [measure(rng, name, law, sizes, hard, luck) for name, law in (("one", one), ("two", two))]
    curves = fit_curves(both, CHANCE, seed=seed)
    found = find_crossover(curves["one"], curves["two"])
    beyond = 10.0 * sizes[-1]
    held = 0
    for name, law in (("one", one), ("two", two)):
        low, high = curves[name].predict_interval(beyond)
        held += low <= float(error_of(law, np.array([beyond]))[0]) <= high
    return {
        "kind": found.kind,
        "held": found.low <= truth <= found.high,
        "errors_held": held / 2,
        "off": abs(math.log(found.labels / truth)) if found.labels else math.nan,
        "width": math.log(found.high / found.low) if 0 < found.low < found.high < math.inf else math.nan,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Draw, fit, count, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=CASES)
    args = parser.parse_args(argv)
    cases = [case(seed) for seed in track(range(args.cases), "cases", args.cases)]
    held = sum(bool(one["held"]) for one in cases)
    rows = {
        "cases": args.cases,
        "crossover_held": held / args.cases,
        "crossover_held_95": wilson(held, args.cases),
        "kinds": Counter(str(one["kind"]) for one in cases),
        "error_at_10x_held": float(np.mean([float(one["errors_held"]) for one in cases])),
        "median_off": math.exp(float(np.nanmedian([float(one["off"]) for one in cases]))),
        "median_width": math.exp(float(np.nanmedian([float(one["width"]) for one in cases]))),
    }
    path = save(result_path(FIGURE, limit=None if args.cases >= ENOUGH else args.cases), FIGURE, rows)
    print("\n".join(f"{name}: {value}" for name, value in rows.items()))
    print(f"kept in {shown(path)}")


if __name__ == "__main__":
    main()
