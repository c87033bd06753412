"""Answers of learners whose curves are known, so that findings can be compared with the truth."""

from dataclasses import replace

import numpy as np

from sutja.comparison.analysis.curves import Measurements
from sutja.comparison.analysis.findings import DataSummary
from sutja.comparison.execution.table import Row, Status
from sutja.comparison.learners.cost import Cost
from sutja.comparison.result import Comparison

SIZES = (50, 100, 200, 400, 800, 1600, 3200)


def power_law(a, b, c):
    """a + b n^-c."""
    return lambda n: a + b * np.asarray(n, float) ** -c


def simulate_answers(curve, sizes=SIZES, seeds=3, n_test=2000, spread=0.05, seed=0, shared=None):
    """Wrong answers of each of `seeds` fits on each item, for each size; hard items are hard for all."""
    rng = np.random.default_rng(seed)
    shared = np.random.default_rng(99).standard_normal(n_test) if shared is None else shared
    answers = []
    for n in sizes:
        rows = []
        for _ in range(seeds):
            error = np.clip(curve(n) * (1 + spread * rng.standard_normal()), 0.5 / n_test, 0.95)
            hard = np.sqrt(0.6) * shared + np.sqrt(0.4) * rng.standard_normal(n_test)
            rows.append(hard > np.quantile(hard, 1 - error))
        answers.append(np.array(rows))
    return answers


def measure(name, curve, sizes=SIZES, **how):
    return Measurements(name, np.array(sizes), tuple(simulate_answers(curve, sizes, **how)))


def make_comparison(curves, kinds, sizes=SIZES, n_test=500, seeds=2, pictures=False, notes=()):
    """Make a comparison of learners with these curves, as if they had been fitted."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 10, n_test)
    rows, answers = [], {}
    for place, (name, curve) in enumerate(curves.items(), start=1):
        for n, wrong in zip(
            sizes, simulate_answers(curve, sizes, seeds, n_test, seed=place - 1), strict=True
        ):
            cost = Cost(0.001 * n * place, 0.01 * place, place, 1e6 * n, 1e4 * place, 1000)
            for seed in range(seeds):
                error = float(wrong[seed].mean())
                row = Row(name, n, seed, Status.DONE, error, cost, '{"lr": 0.003}')
                rows.append(row)
                answers[row.key] = np.where(wrong[seed], (truth + 1) % 10, truth)
    facts = {
        "terms": {"seeds": seeds},
        "created": "2026-11-23T00:00:00+00:00",
        "cpu": "a <fast> processor",
        "jobs": 2,
        "seconds": 61.0,
        "versions": {"numpy": "2"},
        "system": "Linux",
        "engine": "joblib",
    }
    result = Comparison(
        DataSummary("usps", tuple("0123456789"), truth, max(sizes), 100, notes),
        kinds,
        {name: f"how {name} learns" for name in curves},
        tuple(rows),
        answers,
        facts,
    )
    if pictures:
        items = [mistake.item for mistake in result.shared_mistakes]
        shown = {item: np.full((8, 8), item % 255, np.uint8) for item in items}
        result = replace(result, data=replace(result.data, pictures=shown))
    return result
