"""A comparison as plain values, for `summary.json`."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict
from typing import Any

from sutja.comparison.analysis.advice import advise
from sutja.comparison.analysis.coverage import not_begun, planned_fits, planned_sizes, seconds_left
from sutja.comparison.analysis.crossover import Crossover
from sutja.comparison.analysis.curves import LEVEL, Curve, quantiles
from sutja.comparison.analysis.result import Findings, Prediction
from sutja.comparison.learners.eras import ERAS, PUBLISHED_BASELINES

MORE = 1000  # labels
SCHEMA = 1


def summarise(found: Findings) -> dict[str, Any]:
    """All figures of the report; infinite ends of intervals are null."""
    data = found.source
    facts: dict[str, Any] = _plain(
        {
            "schema": SCHEMA,
            "source": found.source,
            "classes": len(found.classes),
            "labels": {"learn": found.n_learn, "validation": found.n_held, "test": found.n_test},
            "chance": found.chance,
            "better_than_chance": found.better_than_chance,
            "advice": advise(found),
            "notes": found.notes,
            "fits": Counter(row.status for row in found.rows),
            "planned": {"fits": planned_fits(found), "sizes": planned_sizes(found)},
            "not_begun": {"fits": not_begun(found), "seconds": seconds_left(found)},
            "standings": [asdict(one) for one in found.standings],
            "curves": {name: _curve(found, name) for name in found.curves},
            "crossovers": [_crossover(one) for one in (*found.crossovers, *found.crossovers_alike)],
            "eras": [
                {"name": name, "year": era.year, "new": era.new, "source": era.source}
                | {"published": {key: asdict(value) for key, value in era.published.items()}}
                for name, era in ERAS.items()
                if name in found.measured
            ],
            "published": {name: asdict(value) for name, value in PUBLISHED_BASELINES.get(data, {}).items()},
            "facts": dict(found.facts),
        }
    )
    return facts


def expectations(found: Findings, name: str) -> tuple[Prediction, ...]:
    """Errors with all labels there are, twice and ten times as many."""
    return tuple(found.predict_error(times * found.n_learn, name) for times in (1, 2, 10))


def parameter(curve: Curve, name: str) -> tuple[float, float, float]:
    """A, b or c of a curve's law, and its 95 % interval by the bootstrap."""
    value = float(getattr(curve.law, name)[0])
    low, high = quantiles(getattr(curve.draws, name), LEVEL)
    return value, min(low, value), max(high, value)


def _curve(found: Findings, name: str) -> dict[str, Any]:
    curve = found.curves[name]
    return {
        "a": float(curve.law.a[0]),
        "b": float(curve.law.b[0]),
        "c": float(curve.law.c[0]),
        "intervals": {name: parameter(curve, name)[1:] for name in ("a", "b", "c")},
        "faults": curve.faults,
        "expected": [asdict(one) for one in expectations(found, name)],
        "gain": asdict(found.gain(MORE, name)),
    }


def _crossover(one: Crossover) -> dict[str, Any]:
    return {**asdict(one), "beyond": one.beyond, "text": str(one)}


def _plain(value: Any) -> Any:
    """Values as JSON has them."""
    if isinstance(value, dict):
        return {str(key): _plain(some) for key, some in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(some) for some in value]
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    return value
