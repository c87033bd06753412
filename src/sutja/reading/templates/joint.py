"""Hypotheses of several fields joined by rules.

Readings of fields are taken to be independent, and each rule to be kept by whoever filled in the form, with
probability `KEPT`. Numbers that were misread keep a rule by chance alone: one that keeps it gains the ratio
of the two, and one that breaks it nearly loses. What a field may be beside its hypotheses counts as
well: where no combination keeps a rule, each of its fields may be misread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.reading.templates.rules import FieldValue, Rule

KEPT = 0.97  # probability that people keep a rule of a form
MIN_OTHER = 0.004  # probability that a field is none of its hypotheses
_MAX_COMBINATIONS = 4_000  # that are weighed, the likeliest
_MAX_OPTIONS = 12  # of a field


@dataclass(frozen=True, slots=True)
class Option:
    """A reading that a field may have, with its probability."""

    value: FieldValue
    probability: float


def join_by_rules(options: Mapping[str, Sequence[Option]], rules: Sequence[Rule]) -> dict[str, list[float]]:
    """Weigh the options of all fields together.

    Parameters
    ----------
    options : Mapping[str, Sequence[Option]]
        Options of each field.
    rules : Sequence[Rule]
        Rules; each names fields that are in `options`.

    Returns
    -------
    dict[str, list[float]]
        Probability of each option of each field, given all rules.
    """
    joined = {name: [option.probability for option in mine] for name, mine in options.items()}
    for names in group_fields(rules):
        mine = [rule for rule in rules if set(rule.fields) <= set(names)]
        joined.update(_join_group({name: options[name] for name in names}, mine))
    return joined


def group_fields(rules: Sequence[Rule]) -> list[list[str]]:
    """Group the fields that rules connect."""
    groups: list[dict[str, None]] = []
    for rule in rules:
        merged = dict.fromkeys(rule.fields)
        rest = []
        for group in groups:
            if set(group) & set(merged):
                merged |= group
            else:
                rest.append(group)
        groups = [*rest, merged]
    return [list(group) for group in groups]


def _join_group(options: Mapping[str, Sequence[Option]], rules: Sequence[Rule]) -> dict[str, list[float]]:
    names = list(options)
    probabilities = [_with_other(options[name]) for name in names]
    chosen, weights = _list_combinations(probabilities)
    for rule in rules:
        weights = weights * _weigh(rule, names, options, chosen)
    weights = weights / max(float(weights.sum()), 1e-300)
    return {
        name: [float(weights[chosen[:, i] == k].sum()) for k in range(len(options[name]))]
        for i, name in enumerate(names)
    }


def _with_other(options: Sequence[Option]) -> NDArray[np.float64]:
    """Return the probabilities of the options, and last that of anything else."""
    given = np.array([option.probability for option in options], np.float64)
    given[_MAX_OPTIONS:] = 0.0
    other = max(1.0 - float(given.sum()), MIN_OTHER)
    return np.asarray(np.append(given, other) / (given.sum() + other), np.float64)


def _list_combinations(
    probabilities: Sequence[NDArray[np.float64]],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """List the likeliest combinations, (n, fields) indices of options, and their probabilities (n,)."""
    chosen, weights = np.zeros((1, 0), np.int64), np.ones(1)
    for mine in probabilities:
        kinds = np.flatnonzero(mine > 0)
        grown = (weights[:, None] * mine[kinds][None, :]).ravel()
        best = np.argsort(-grown, kind="stable")[:_MAX_COMBINATIONS]
        rows, columns = np.divmod(best, len(kinds))
        chosen = np.column_stack([chosen[rows], kinds[columns]])
        weights = grown[best]
    return chosen, weights


def _weigh(
    rule: Rule, names: Sequence[str], options: Mapping[str, Sequence[Option]], chosen: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Weigh combinations by a rule: how likelier it makes each than chance does."""
    columns = [names.index(name) for name in rule.fields]
    kept, broken = KEPT / rule.by_chance + 1.0 - KEPT, 1.0 - KEPT
    known: dict[tuple[int, ...], float] = {}
    weights = np.empty(len(chosen))
    for row, picked in enumerate(map(tuple, chosen[:, columns].tolist())):
        if picked not in known:
            known[picked] = 1.0
            if all(k < len(options[name]) for name, k in zip(rule.fields, picked, strict=True)):
                values = {name: options[name][k].value for name, k in zip(rule.fields, picked, strict=True)}
                holds = rule.holds(values)
                known[picked] = 1.0 if holds is None else kept if holds else broken
        weights[row] = known[picked]
    return weights
