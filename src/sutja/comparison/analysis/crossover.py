"""Find where one learner overtakes another.

Letters: B bootstrap draws, N numbers of labels along the curves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.analysis.curves import LEVEL, Curve, Floats, find_quantiles

_N_POINTS = 240  # along the curves, evenly on a logarithmic scale
_BEYOND = 100.0  # times the largest size: curves are followed so far
_REPORTED_BEYOND = 10.0  # times the largest size: crossovers are reported so far
_SURE = 0.95  # share of draws in which a lead must show


class CrossoverKind(StrEnum):
    """Kinds of knowledge about a crossover within the measured sizes."""

    AT = "at"  # there is one
    NEVER = "never"
    SEVERAL = "several"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Crossover:
    """The crossover of two learners.

    Attributes
    ----------
    first, second : str
        The learners; `first` leads with few labels, if that is known.
    kind : CrossoverKind
        Kind of knowledge about it.
    labels : float | None
        Number of labels at the crossover, or where it is expected if the curves continue; None if there is
        none.
    low, high : float
        95 % interval; 0 and infinity for open ends.
    measured : tuple[int, int]
        Range of labels in which both were measured.
    """

    first: str
    second: str
    kind: CrossoverKind
    labels: float | None
    low: float
    high: float
    measured: tuple[int, int]

    @property
    def is_beyond(self) -> bool:
        """True if it is expected with more labels than were measured."""
        return self.labels is not None and self.labels > self.measured[1]

    def __str__(self) -> str:
        """Describe the crossover in a sentence."""
        low, high = self.measured
        if self.kind is CrossoverKind.AT and self.labels is not None:
            return f"{self.second} overtakes {self.first} {self.format_short()}"
        if self.kind is CrossoverKind.SEVERAL:
            return f"{self.first} and {self.second} cross more than once between {low:,} and {high:,} labels"
        ahead = ""
        if self.labels is not None and self.is_beyond:
            labels = _format_labels(self.labels)
            ahead = f"; if the curves continue, at {labels} labels ({self.format_interval()})"
        if self.kind is CrossoverKind.NEVER:
            return (
                f"{self.first} leads {self.second} from {low:,} to {high:,} labels: never within the "
                f"measured range{ahead}"
            )
        return f"cannot tell where {self.first} and {self.second} cross{ahead}"

    def format_short(self) -> str:
        """Describe the crossover in a few words."""
        if self.kind is CrossoverKind.AT and self.labels is not None:
            return f"at {_format_labels(self.labels)} labels ({self.format_interval()})"
        if self.kind is CrossoverKind.SEVERAL:
            return "more than once"
        if self.kind is CrossoverKind.NEVER:
            return f"never: {self.first} leads"
        return "cannot tell"

    def format_expected(self) -> str:
        """Describe where it is expected if the curves continue."""
        return "" if self.labels is None else f"at {_format_labels(self.labels)} ({self.format_interval()})"

    def format_interval(self) -> str:
        """Describe the interval."""
        if self.low <= 0 and not math.isfinite(self.high):
            return "anywhere"
        if self.low <= 0:
            return f"at most {_format_labels(self.high)}"
        if not math.isfinite(self.high):
            return f"{_format_labels(self.low)} or more"
        return f"{_format_labels(self.low)} to {_format_labels(self.high)}"


def find_crossover(one: Curve, two: Curve, level: float = LEVEL) -> Crossover:
    """Find the crossover of two curves.

    Within the sizes measured of both, a lead counts if it shows in 95 % of the draws at the point where it is
    widest. One lead is no crossover, two are one, more are several. The interval is that of the crossovers of
    the draws in the same direction; draws without one count as beyond the end. If a curve is not a power law,
    its measured errors are joined by lines on logarithmic axes, and nothing is said beyond them.
    """
    low = max(one.measurements.sizes[0], two.measurements.sizes[0])
    high = min(one.measurements.sizes[-1], two.measurements.sizes[-1])
    names = one.measurements.learner, two.measurements.learner
    if low >= high:
        return Crossover(*names, CrossoverKind.UNCLEAR, None, 0.0, math.inf, (int(low), int(high)))
    use_laws = one.is_power_law and two.is_power_law
    end = high * _BEYOND if use_laws else high
    n = np.geomspace(low, end, _N_POINTS)
    is_inside = n <= high * 1.0001
    difference = _predict_errors(one, n, use_laws) - _predict_errors(
        two, n, use_laws
    )  # (1 + B, N): above 0 where `one` is worse
    leads = _find_leads(difference, is_inside)
    is_flipped = bool(leads and leads[0] > 0) or (not leads and difference[0, 0] > 0)
    if is_flipped:  # so that `first` leads with few labels
        difference, names = -difference, (names[1], names[0])
    crossings = _find_crossings(difference, n)
    labels, kind = float(crossings[0]), _classify(leads, difference, is_inside)
    draws = crossings[1:]
    if not math.isfinite(labels) or labels <= 0:
        middle = float(np.median(draws))
        labels = middle if kind is CrossoverKind.AT and 0 < middle < math.inf else labels
    lower, upper = find_quantiles(draws, level)
    is_reported = 0 < labels <= high * _REPORTED_BEYOND
    return Crossover(
        *names,
        kind,
        labels if is_reported else None,
        min(lower, labels),
        max(upper, labels),
        (int(low), int(high)),
    )


def _predict_errors(curve: Curve, n: Floats, use_laws: bool) -> Floats:
    """Return the errors along the curve and along each draw, (1 + B, N), by their laws or interpolated."""
    if use_laws:
        is_beyond = n > curve.measurements.sizes[-1] * 1.0001
        draws = np.where(is_beyond[None], curve.draws_beyond.evaluate(n), curve.draws.evaluate(n))
        return np.concatenate([curve.law.evaluate(n), draws])
    least = 0.5 / curve.measurements.wrong[0].shape[1]
    points = np.log(np.maximum(np.concatenate([curve.measurements.errors[None], curve.drawn_errors]), least))
    x = np.log(curve.measurements.sizes)
    return np.asarray(np.exp(np.stack([np.interp(np.log(n), x, row) for row in points])))


def _find_leads(difference: Floats, is_inside: NDArray[np.bool_]) -> list[int]:
    """Return the signs of the leads within the measured range, from few labels to many; neighbours differ."""
    within = difference[:, is_inside]
    sign = np.sign(within[0])
    leads: list[int] = []
    edges = [0, *(np.flatnonzero(np.diff(sign)) + 1).tolist(), len(sign)]
    for start, stop in pairwise(edges):
        side = int(sign[start])
        if side == 0:
            continue
        share = (np.sign(within[1:, start:stop]) == side).mean(0)
        if float(share.max()) >= _SURE and (not leads or leads[-1] != side):
            leads.append(side)
    return leads


def _classify(leads: list[int], difference: Floats, is_inside: NDArray[np.bool_]) -> CrossoverKind:
    """Return the kind of crossover that follows from the leads."""
    if len(leads) > 2:
        return CrossoverKind.SEVERAL
    if len(leads) == 2:
        return CrossoverKind.AT
    within = np.sign(difference[1:, is_inside])
    changes = (np.abs(np.diff(within, axis=1)) > 0).any(1)
    if len(leads) == 1 and float(changes.mean()) <= 1 - _SURE:
        return CrossoverKind.NEVER
    return CrossoverKind.UNCLEAR


def _find_crossings(difference: Floats, n: Floats) -> Floats:
    """Return where `first` falls behind, (1 + B,), interpolated between two points along the logarithm.

    0 if it is behind from the start, infinity if it never is. Of several crossings the first one counts.
    """
    behind = difference > 0
    crossings = np.full(len(difference), math.inf)
    crossings[behind.all(1)] = 0.0
    rises = ~behind[:, :-1] & behind[:, 1:]
    x = np.log(n)
    for row in np.flatnonzero(rises.any(1)):
        i = int(np.flatnonzero(rises[row])[0])
        left, right = difference[row, i], difference[row, i + 1]
        part = left / (left - right) if right != left else 0.5
        crossings[row] = math.exp(x[i] + part * (x[i + 1] - x[i]))
    falls_only = ~rises.any(1) & behind[:, 0] & ~behind[:, -1]
    crossings[falls_only] = 0.0  # behind with few labels already: it was overtaken before
    return crossings


def _format_labels(labels: float) -> str:
    """Format a number of labels with two significant digits."""
    if labels < 10:
        return f"{labels:.0f}"
    step = 10 ** (math.floor(math.log10(labels)) - 1)
    return f"{round(labels / step) * step:,.0f}"
