"""Answers of learners whose curves are known, so that what is found can be compared with what is."""

import numpy as np

from sutja.comparison.analysis.curves import Measured
from sutja.comparison.collect import Comparison
from sutja.comparison.execution.table import DONE, Row

SIZES = (50, 100, 200, 400, 800, 1600, 3200)


def power_law(a, b, c):
    """a + b n^-c."""
    return lambda n: a + b * np.asarray(n, float) ** -c


def answers_of(curve, sizes=SIZES, seeds=3, n_test=2000, spread=0.05, seed=0, shared=None):
    """For each size whether each of `seeds` fits is wrong on each item; hard items are hard for all."""
    rng = np.random.default_rng(seed)
    shared = np.random.default_rng(99).standard_normal(n_test) if shared is None else shared
    found = []
    for n in sizes:
        rows = []
        for _ in range(seeds):
            error = np.clip(curve(n) * (1 + spread * rng.standard_normal()), 0.5 / n_test, 0.95)
            hard = np.sqrt(0.6) * shared + np.sqrt(0.4) * rng.standard_normal(n_test)
            rows.append(hard > np.quantile(hard, 1 - error))
        found.append(np.array(rows))
    return found


def measured(name, curve, sizes=SIZES, **how):
    return Measured(name, np.array(sizes), tuple(answers_of(curve, sizes, **how)))


def comparison(curves, kinds, sizes=SIZES, n_test=500, seeds=2, pictures=False, **more):
    """A comparison of learners with these curves, as if they had been fitted."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 10, n_test)
    rows, answers = [], {}
    for place, (name, curve) in enumerate(curves.items()):
        for n, wrong in zip(sizes, answers_of(curve, sizes, seeds, n_test, seed=place), strict=True):
            for seed in range(seeds):
                row = Row(
                    name,
                    n,
                    seed,
                    DONE,
                    float(wrong[seed].mean()),
                    0.001 * n * (place + 1),
                    0.01 * (place + 1),
                    1.0 + place,
                    1e6 * n,
                    1e4 * (place + 1),
                    1000,
                    1,
                    "cpu",
                    '{"lr": 0.003}',
                )
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
    found = Comparison(
        "usps",
        kinds,
        {name: f"how {name} learns" for name in curves},
        tuple("0123456789"),
        tuple(rows),
        answers,
        truth,
        max(sizes),
        100,
        facts=facts,
        **more,
    )
    if pictures:
        shown = {place: np.full((8, 8), place % 255, np.uint8) for place, *_ in found.shared_mistakes}
        object.__setattr__(found, "shown", shown)
    return found
