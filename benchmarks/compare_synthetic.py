"""Count how often the 95 % intervals of crossovers and errors hold the truth, for known curves.

Each case draws two power laws that cross once within the sizes, three noisy fits of each on every size, and
test items whose difficulty is common to all fits; the findings are compared with the truth.

    python benchmarks/compare_synthetic.py --cases 500
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from _machine import format_path, make_result_path, save_result, track
from numpy.typing import NDArray
from scipy.stats import norm

from sutja.comparison.analysis.crossover import find_crossover
from sutja.comparison.analysis.curves import Measurements, fit_curves
from sutja.metrics import wilson

FIGURE = "compare_synthetic"
CASES, ENOUGH = 500, 100
CHANCE = 0.9
SMALLEST = 50  # labels
_COMMON = 0.6  # share of the variance of difficulty that all fits have in common

Law = tuple[float, float, float]


def compute_error(law: Law, n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a + b n^-c, at most chance."""
    a, b, c = law
    return np.asarray(np.minimum(CHANCE, a + b * n**-c))


def draw_crossing_laws(rng: np.random.Generator, largest: int) -> tuple[Law, Law, float]:
    """Draw two laws that cross once within the sizes, not near the ends; return them and the crossover."""
    n = np.geomspace(SMALLEST, largest, 2000)
    while True:
        one, two = ((rng.uniform(0, 0.04), rng.uniform(0.2, 3), rng.uniform(0.2, 0.9)) for _ in "ab")
        changes = np.flatnonzero(np.diff(np.sign(compute_error(one, n) - compute_error(two, n))))
        if len(changes) == 1 and 1.5 * SMALLEST < n[changes[0]] < largest / 1.5:
            return one, two, float(n[changes[0]])


def simulate(
    rng: np.random.Generator,
    name: str,
    law: Law,
    sizes: Sequence[int],
    hard: NDArray[np.float64],
    noise: float,
) -> Measurements:
    """Simulate three fits on each size."""
    wrong = []
    for n in sizes:
        error = float(compute_error(law, np.array([float(n)]))[0])
        each = np.clip(error * (1 + noise * rng.standard_normal(3)), 0.2 / len(hard), 0.95)
        own = rng.standard_normal((3, len(hard)))
        wrong.append(math.sqrt(_COMMON) * hard + math.sqrt(1 - _COMMON) * own > norm.isf(each)[:, None])
    return Measurements(name, np.array(sizes), tuple(wrong))


def run_case(seed: int) -> dict[str, float | str | bool]:
    """Run one case: check the crossover, and the errors at ten times the labels, against their intervals."""
    rng = np.random.default_rng(seed)
    sizes = [SMALLEST * 2**k for k in range(int(rng.integers(6, 11)))]
    hard = rng.standard_normal(int(rng.choice([500, 2000, 10_000])))
    one, two, truth = draw_crossing_laws(rng, sizes[-1])
    noise = rng.uniform(0.02, 0.1)
    both = [simulate(rng, name, law, sizes, hard, noise) for name, law in (("one", one), ("two", two))]
    curves = fit_curves(both, CHANCE, seed=seed)
    crossover = find_crossover(curves["one"], curves["two"])
    beyond = 10.0 * sizes[-1]
    hits = 0
    for name, law in (("one", one), ("two", two)):
        low, high = curves[name].predict_interval(beyond)
        hits += low <= float(compute_error(law, np.array([beyond]))[0]) <= high
    return {
        "kind": crossover.kind,
        "held": crossover.low <= truth <= crossover.high,
        "errors_held": hits / 2,
        "off": abs(math.log(crossover.labels / truth)) if crossover.labels else math.nan,
        "width": math.log(crossover.high / crossover.low)
        if 0 < crossover.low < crossover.high < math.inf
        else math.nan,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Draw, fit, count, save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=CASES)
    args = parser.parse_args(argv)
    cases = [run_case(seed) for seed in track(range(args.cases), "cases", args.cases)]
    hits = sum(bool(one["held"]) for one in cases)
    rows = {
        "cases": args.cases,
        "crossover_held": hits / args.cases,
        "crossover_held_95": wilson(hits, args.cases),
        "kinds": Counter(str(one["kind"]) for one in cases),
        "error_at_10x_held": float(np.mean([float(one["errors_held"]) for one in cases])),
        "median_off": math.exp(float(np.nanmedian([float(one["off"]) for one in cases]))),
        "median_width": math.exp(float(np.nanmedian([float(one["width"]) for one in cases]))),
    }
    path = save_result(
        make_result_path(FIGURE, limit=None if args.cases >= ENOUGH else args.cases), FIGURE, rows
    )
    print("\n".join(f"{name}: {value}" for name, value in rows.items()))
    print(f"kept in {format_path(path)}")


if __name__ == "__main__":
    main()
