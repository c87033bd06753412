"""Where one learner overtakes another.

Letters: B bootstrap draws, N places along the curves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sutja.comparison.analysis.curves import LEVEL, Curve, Floats, quantiles

_PLACES = 240  # a decade's worth and more, on a logarithmic scale
_BEYOND = 100.0  # times the largest size, as far as curves are followed
_TOLD_BEYOND = 10.0  # times the largest size, as far as a crossover is told
_SURE = 0.95  # share of draws in which a lead shows


@dataclass(frozen=True, slots=True)
class Crossover:
    """What is known of two learners' crossover.

    Attributes
    ----------
    first, second : str
        The learners; `first` leads with few labels, where that is known.
    kind : str
        "at" (once, within what was measured), "never", "several", or "unclear".
    labels : float | None
        Where it is, or is expected if the curves go on; None where none is.
    low, high : float
        95 % interval; 0 and infinity where it has no end.
    measured : tuple[int, int]
        The range of labels in which both were measured.
    """

    first: str
    second: str
    kind: str
    labels: float | None
    low: float
    high: float
    measured: tuple[int, int]

    @property
    def beyond(self) -> bool:
        """Whether it is expected with more labels than were measured."""
        return self.labels is not None and self.labels > self.measured[1]

    def __str__(self) -> str:
        """The crossover in words."""
        low, high = self.measured
        if self.kind == "at" and self.labels is not None:
            return f"{self.second} overtakes {self.first} at {_round(self.labels)} labels ({self.interval()})"
        if self.kind == "several":
            return f"{self.first} and {self.second} cross more than once between {low:,} and {high:,} labels"
        ahead = ""
        if self.labels is not None and self.beyond:
            ahead = f"; if the curves go on, at {_round(self.labels)} labels ({self.interval()})"
        if self.kind == "never":
            return (
                f"{self.first} leads {self.second} from {low:,} to {high:,} labels: never within what was "
                f"measured{ahead}"
            )
        return f"cannot tell where {self.first} and {self.second} cross{ahead}"

    def short(self) -> str:
        """The crossover in a few words."""
        if self.kind == "at" and self.labels is not None:
            return f"at {_round(self.labels)} labels ({self.interval()})"
        if self.kind == "several":
            return "more than once"
        if self.kind == "never":
            return f"never: {self.first} leads"
        return "cannot tell"

    def expected(self) -> str:
        """Where it is expected if the curves go on."""
        return "" if self.labels is None else f"at {_round(self.labels)} ({self.interval()})"

    def interval(self) -> str:
        """The interval in words."""
        if self.low <= 0 and not math.isfinite(self.high):
            return "anywhere"
        if self.low <= 0:
            return f"at most {_round(self.high)}"
        if not math.isfinite(self.high):
            return f"{_round(self.low)} or more"
        return f"{_round(self.low)} to {_round(self.high)}"


def find_crossover(one: Curve, two: Curve, level: float = LEVEL) -> Crossover:
    """The crossover of two curves.

    Within what was measured of both, a lead counts where it shows in 95 % of the draws at the place where it
    is widest. One lead is no crossover, two are one, more are several. The interval is that of the draws'
    crossovers, of the same direction; draws without one count as beyond the end. Where a curve is no power
    law, the measured errors are joined by lines on logarithmic axes, and nothing is said beyond them.
    """
    low = max(one.measured.sizes[0], two.measured.sizes[0])
    high = min(one.measured.sizes[-1], two.measured.sizes[-1])
    names = one.measured.learner, two.measured.learner
    if low >= high:
        return Crossover(*names, "unclear", None, 0.0, math.inf, (int(low), int(high)))
    lawful = one.sound and two.sound
    end = high * _BEYOND if lawful else high
    n = np.geomspace(low, end, _PLACES)
    inside = n <= high * 1.0001
    apart = _errors(one, n, lawful) - _errors(two, n, lawful)  # (1 + B, N): above 0 where `one` is worse
    leads = _leads(apart, inside)
    flipped = bool(leads and leads[0] > 0) or (not leads and apart[0, 0] > 0)
    if flipped:  # so that `first` leads with few labels
        apart, names = -apart, (names[1], names[0])
    places = _crossings(apart, n)
    labels, kind = float(places[0]), _kind(leads, apart, inside)
    draws = places[1:]
    if not math.isfinite(labels) or labels <= 0:
        middle = float(np.median(draws))
        labels = middle if kind == "at" and 0 < middle < math.inf else labels
    lower, upper = quantiles(draws, level)
    known = 0 < labels <= high * _TOLD_BEYOND
    return Crossover(
        *names, kind, labels if known else None, min(lower, labels), max(upper, labels), (int(low), int(high))
    )


def _errors(curve: Curve, n: Floats, lawful: bool) -> Floats:
    """(1 + B, N): by the fit, or along the lines between what was measured; then the same of each draw."""
    if lawful:
        beyond = n > curve.measured.sizes[-1] * 1.0001
        draws = np.where(beyond[None], curve.wide.at(n), curve.draws.at(n))
        return np.concatenate([curve.law.at(n), draws])
    least = 0.5 / curve.measured.wrong[0].shape[1]
    points = np.log(np.maximum(np.concatenate([curve.measured.errors[None], curve.drawn]), least))
    x = np.log(curve.measured.sizes)
    return np.asarray(np.exp(np.stack([np.interp(np.log(n), x, row) for row in points])))


def _leads(apart: Floats, inside: NDArray[np.bool_]) -> list[int]:
    """Signs of the leads within what was measured, from few labels to many; neighbours differ."""
    within = apart[:, inside]
    sign = np.sign(within[0])
    found: list[int] = []
    edges = [0, *(np.flatnonzero(np.diff(sign)) + 1).tolist(), len(sign)]
    for start, stop in pairwise(edges):
        side = int(sign[start])
        if side == 0:
            continue
        share = (np.sign(within[1:, start:stop]) == side).mean(0)
        if float(share.max()) >= _SURE and (not found or found[-1] != side):
            found.append(side)
    return found


def _kind(leads: list[int], apart: Floats, inside: NDArray[np.bool_]) -> str:
    """What the leads say."""
    if len(leads) > 2:
        return "several"
    if len(leads) == 2:
        return "at"
    within = np.sign(apart[1:, inside])
    changes = (np.abs(np.diff(within, axis=1)) > 0).any(1)
    if len(leads) == 1 and float(changes.mean()) <= 1 - _SURE:
        return "never"
    return "unclear"


def _crossings(apart: Floats, n: Floats) -> Floats:
    """(1 + B,) where `first` falls behind, between two places along the logarithm.

    0 where it is behind from the beginning, infinity where it never is. Of several the last one that counts.
    """
    behind = apart > 0
    found = np.full(len(apart), math.inf)
    found[behind.all(1)] = 0.0
    rises = ~behind[:, :-1] & behind[:, 1:]
    x = np.log(n)
    for row in np.flatnonzero(rises.any(1)):
        i = int(np.flatnonzero(rises[row])[0])
        left, right = apart[row, i], apart[row, i + 1]
        part = left / (left - right) if right != left else 0.5
        found[row] = math.exp(x[i] + part * (x[i + 1] - x[i]))
    falls_only = ~rises.any(1) & behind[:, 0] & ~behind[:, -1]
    found[falls_only] = 0.0  # behind with few labels already: it was overtaken before
    return found


def _round(labels: float) -> str:
    """A number of labels with two digits that count."""
    if labels < 10:
        return f"{labels:.0f}"
    step = 10 ** (math.floor(math.log10(labels)) - 1)
    return f"{round(labels / step) * step:,.0f}"
