"""Summarise a comparison in plain values, for `summary.json`."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict
from typing import Any

from sutja.comparison.analysis.advice import advise, choose_sign
from sutja.comparison.analysis.coverage import (
    count_planned_fits,
    count_unstarted,
    find_planned_sizes,
    predict_seconds_left,
    split_fits,
)
from sutja.comparison.analysis.crossover import Crossover
from sutja.comparison.analysis.curves import LEVEL, Curve, find_quantiles
from sutja.comparison.analysis.findings import Findings, Prediction
from sutja.comparison.analysis.standings import MeanCost, Standing, estimate_interval
from sutja.comparison.learners.eras import ERAS, PUBLISHED_BASELINES

MORE = 1000  # labels
SCHEMA = 1


def summarise(findings: Findings) -> dict[str, Any]:
    """Return all figures of the report; infinite ends of intervals are None."""
    data = findings.data.source
    facts: dict[str, Any] = _to_plain(
        {
            "schema": SCHEMA,
            "source": findings.data.source,
            "classes": len(findings.data.classes),
            "labels": {
                "learn": findings.data.n_train,
                "validation": findings.data.n_validation,
                "test": findings.data.n_test,
            },
            "chance": findings.chance,
            "better_than_chance": findings.better_than_chance,
            "verdict": choose_sign(findings).name.lower(),
            "advice": advise(findings),
            "notes": findings.data.notes,
            "fits": Counter(row.status for row in findings.rows),
            "planned": {"fits": count_planned_fits(findings), "sizes": find_planned_sizes(findings)},
            "further_seeds": {"fits": len(split_fits(findings)[1])},
            "not_begun": {"fits": count_unstarted(findings), "seconds": predict_seconds_left(findings)},
            "standings": [_summarise_standing(one) for one in findings.standings],
            "measured": list_measured(findings),
            "curves": {name: _summarise_curve(findings, name) for name in findings.curves},
            "crossovers": [
                _summarise_crossover(one) for one in (*findings.crossovers, *findings.crossovers_within_kind)
            ],
            "eras": [
                {"name": name, "year": era.year, "new": era.novelty, "source": era.source}
                | {"published": {key: asdict(value) for key, value in era.published.items()}}
                for name, era in ERAS.items()
                if name in findings.measurements
            ],
            "published": {name: asdict(value) for name, value in PUBLISHED_BASELINES.get(data, {}).items()},
            "facts": dict(findings.facts),
        }
    )
    return facts


def predict_errors(findings: Findings, name: str) -> tuple[Prediction, ...]:
    """Predict the errors with all labels there are, twice and ten times as many."""
    return tuple(findings.predict_error(times * findings.data.n_train, name) for times in (1, 2, 10))


def estimate_parameter(curve: Curve, name: str) -> tuple[float, float, float]:
    """Return a, b or c of a curve's law, and its 95 % bootstrap interval."""
    value = float(getattr(curve.law, name)[0])
    low, high = find_quantiles(getattr(curve.draws, name), LEVEL)
    return value, min(low, value), max(high, value)


def list_measured(findings: Findings) -> list[dict[str, Any]]:
    """Return the error and the cost of each learner on each number of labels, means over the seeds."""
    return [
        {
            "learner": name,
            "kind": findings.kinds[name],
            "labels": n,
            "seeds": len(rows),
            "error": float(wrong.mean()),
            "low": estimate_interval(wrong)[0],
            "high": estimate_interval(wrong)[1],
            **asdict(MeanCost.average(rows, findings.data.n_test)),
        }
        for name, one in findings.measurements.items()
        for (n, rows), wrong in zip(findings.done_rows[name].items(), one.wrong, strict=True)
    ]


def _summarise_curve(findings: Findings, name: str) -> dict[str, Any]:
    curve = findings.curves[name]
    return {
        "a": float(curve.law.a[0]),
        "b": float(curve.law.b[0]),
        "c": float(curve.law.c[0]),
        "intervals": {name: estimate_parameter(curve, name)[1:] for name in ("a", "b", "c")},
        "faults": curve.faults,
        "expected": [asdict(one) for one in predict_errors(findings, name)],
        "gain": asdict(findings.gain(MORE, name)),
    }


def _summarise_standing(one: Standing) -> dict[str, Any]:
    values: dict[str, Any] = asdict(one)
    values |= values.pop("cost")
    return values


def _summarise_crossover(one: Crossover) -> dict[str, Any]:
    return {**asdict(one), "beyond": one.is_beyond, "text": str(one)}


def _to_plain(value: Any) -> Any:
    """Convert values to those of JSON."""
    if isinstance(value, dict):
        return {str(key): _to_plain(some) for key, some in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(some) for some in value]
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    return value
