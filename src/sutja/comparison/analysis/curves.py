"""Learning curves: error against labels as a power law, with intervals from seeds and test items.

A curve is error(n) = a + b · n^(-c), with a ≥ 0, b ≥ 0 and c > 0 (Cortes et al. 1993; Viering and Loog 2023
compare the usual laws): a is what no number of labels takes away. For each c of a fine grid a and b are a
weighted least-squares fit in closed form; the c is taken that fits best, with a mild preference for values
met in life. The weights are those of the noise: of binomial counts on m test items, of the seeds, and of the
law itself, which is never quite true.

Intervals come from the bootstrap: test items are drawn anew, the same for all learners, the seeds' deviations
are drawn from those of all sizes of the learner, and the smallest sizes are left out at times, since where
the law begins to hold is not known. Curves that no power law describes are said to be so.

Letters: S sizes, R seeds, m test items, B bootstrap draws, G values of c.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 600
LEVEL = 0.95
_EXPONENTS = np.geomspace(0.02, 3.0, 120)
_USUAL, _USUAL_SPREAD = 0.5, 0.9  # of c, and of its logarithm
_MISFIT = 0.04  # of the error: as well as a power law describes a curve that it describes
_LEAST_NOISE = 0.02  # of the error: deviation between seeds, at least
_FEWEST = 3  # sizes that a law is fitted to
_DROPPED = 2  # of the smallest sizes, at most, that a draw leaves out
_NEAR_CHANCE = 0.85  # of the error of chance: above, nothing is learnt yet
_RISES, _ODD = (
    0.995,
    4.0,
)  # share of draws in which a rise shows; chi-square a degree of freedom that is too much


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one learner.

    Attributes
    ----------
    learner : str
        Its name.
    sizes : NDArray[int64]
        (S,) numbers of labels, rising.
    wrong : tuple[NDArray[bool_], ...]
        For each size (R, m) which answers were wrong; R may differ.
    """

    learner: str
    sizes: NDArray[np.int64]
    wrong: tuple[NDArray[np.bool_], ...]

    @property
    def errors(self) -> Floats:
        """(S,) mean error of the seeds."""
        return np.array([some.mean() for some in self.wrong])

    @property
    def seeds(self) -> NDArray[np.int64]:
        """(S,) how many seeds there are of each size."""
        return np.array([len(some) for some in self.wrong], np.int64)


@dataclass(frozen=True, slots=True)
class Law:
    """Power laws, one or many: a, b and c, each (B,)."""

    a: Floats
    b: Floats
    c: Floats

    def at(self, n: Floats) -> Floats:
        """(B, N) errors at these numbers of labels; never above 1."""
        powers = np.exp(-self.c[:, None] * np.log(np.asarray(n, float))[None])
        return np.asarray(np.minimum(1.0, self.a[:, None] + self.b[:, None] * powers))


@dataclass(frozen=True, slots=True)
class Curve:
    """A learner's curve.

    Attributes
    ----------
    measured : Measured
        What it comes from.
    law : Law
        The fit to what was measured, one law.
    draws : Law
        The fits to the bootstrap draws, B laws: the noise of seeds and test items.
    wide : Law
        The same with the law's own doubt, for what lies beyond what was measured.
    drawn : Floats
        (B, S) errors of the draws.
    faults : tuple[str, ...]
        Why the law is not to be trusted; none for most.
    """

    measured: Measured
    law: Law
    draws: Law
    wide: Law
    drawn: Floats
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether the law describes what was measured."""
        return not self.faults

    def error_at(self, n: float) -> float:
        """Error expected with so many labels."""
        return float(self.law.at(np.array([n]))[0, 0])

    def interval_at(self, n: float, level: float = LEVEL) -> tuple[float, float]:
        """Interval of that error; beyond the sizes that were measured with the doubt of the law itself."""
        some = self._drawn_at(n).at(np.array([n]))[:, 0]
        low, high = quantiles(some, level)
        expected = self.error_at(n)
        return min(low, expected), max(high, expected)

    def _drawn_at(self, n: float) -> Law:
        return self.draws if n <= self.measured.sizes[-1] else self.wide

    def band(self, n: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
        """Intervals at many numbers of labels."""
        beyond = np.asarray(n) > self.measured.sizes[-1]
        some = np.where(beyond[None], self.wide.at(n), self.draws.at(n))
        side = (1 - level) / 2
        low, high = np.quantile(some, [side, 1 - side], axis=0)
        return low, high


def quantiles(values: Floats, level: float) -> tuple[float, float]:
    """The interval that holds this share of the values in its middle; infinite ones count."""
    side = (1 - level) / 2
    ordered = np.sort(values)
    last = len(ordered) - 1
    return float(ordered[round(side * last)]), float(ordered[round((1 - side) * last)])


def fit_curves(
    measured: Sequence[Measured], chance: float, draws: int = DRAWS, seed: int = 0
) -> dict[str, Curve]:
    """Fit the curves of learners that answered the same test items.

    Parameters
    ----------
    measured : Sequence[Measured]
        Of each learner; those with fewer than three sizes have no curve.
    chance : float
        Error of the best answer that looks at nothing.
    draws : int
        B.
    seed : int
        Of the draws.
    """
    rng = np.random.default_rng(seed)
    able = [one for one in measured if len(one.sizes) >= _FEWEST]
    if not able:
        return {}
    n_test = able[0].wrong[0].shape[1]
    weights = rng.poisson(1.0, (draws, n_test)).astype(np.float32)  # (B, m): a bootstrap of the items
    weights /= np.maximum(weights.sum(1, keepdims=True), 1)
    return {one.learner: _fit_curve(one, weights, chance, rng) for one in able}


def _fit_curve(one: Measured, weights: NDArray[np.float32], chance: float, rng: np.random.Generator) -> Curve:
    errors, seeds = one.errors, one.seeds
    noise = seed_noise(one)  # (S,) deviation of one seed
    share = np.stack([some.mean(0) for some in one.wrong]).astype(np.float32)  # (S, m)
    drawn = np.asarray(weights @ share.T, np.float64)  # (B, S)
    drawn += rng.standard_normal(drawn.shape) * noise / np.sqrt(seeds)
    variance = _variance(errors, seeds, noise, weights.shape[1])
    first = _begins(errors, chance)
    used = np.arange(len(errors)) >= first
    law = fit_laws(one.sizes, errors[None], variance, used[None])
    most = max(0, min(_DROPPED, int(used.sum()) - _FEWEST - 1))
    starts = first + rng.integers(0, most + 1, len(drawn))
    kept = np.arange(len(errors))[None] >= starts[:, None]
    misfit = rng.standard_normal(drawn.shape) * (_MISFIT * errors)
    draws = fit_laws(one.sizes, drawn, variance, np.broadcast_to(used, drawn.shape))
    wide = fit_laws(one.sizes, np.clip(drawn + misfit, 0, 1), variance, kept)
    return Curve(
        one, law, draws, wide, np.clip(drawn, 0, 1), _faults(one, law, drawn, variance, used, chance)
    )


def seed_noise(one: Measured) -> Floats:
    """Return the standard deviation of the error between seeds, (S,), as a share common to all sizes.

    A few seeds tell little of it at one size; of all sizes together they tell enough.
    """
    errors = one.errors
    scale = np.sqrt(np.maximum(errors, 1.0 / one.wrong[0].shape[1]))
    squares, free = 0.0, 0
    for some, unit in zip(one.wrong, scale, strict=True):
        each = some.mean(1)
        squares += float((((each - each.mean()) / unit) ** 2).sum())
        free += len(each) - 1
    deviation = np.sqrt(squares / free) if free else 0.0
    return np.asarray(np.maximum(deviation * scale, _LEAST_NOISE * errors))


def _variance(errors: Floats, seeds: NDArray[np.int64], noise: Floats, n_test: int) -> Floats:
    """(S,) of a size's mean error: test items, seeds, and the law's own untruth."""
    p = np.clip(errors, 0.5 / n_test, 1 - 0.5 / n_test)
    return np.asarray(p * (1 - p) / n_test + noise**2 / seeds + (_MISFIT * p) ** 2)


def _begins(errors: Floats, chance: float) -> int:
    """The first size at which something is learnt, as long as enough sizes are left."""
    first = 0
    while first < len(errors) - _FEWEST and errors[first] > _NEAR_CHANCE * chance:
        first += 1
    return first


def fit_laws(sizes: NDArray[np.int64], errors: Floats, variance: Floats, used: NDArray[np.bool_]) -> Law:
    """Weighted least squares for many curves at once.

    Parameters
    ----------
    sizes : NDArray[int64]
        (S,).
    errors : Floats
        (B, S).
    variance : Floats
        (S,).
    used : NDArray[bool_]
        (B, S) which points count.
    """
    x = np.exp(-_EXPONENTS[:, None] * (np.log(sizes) - np.log(sizes[-1]))[None])  # (G, S), 1 at the last size
    weight = used / variance  # (B, S)
    s1, sy, syy = weight.sum(1), (weight * errors).sum(1), (weight * errors**2).sum(1)
    sx, sxx, sxy = weight @ x.T, weight @ (x**2).T, (weight * errors) @ x.T  # (B, G)
    det = np.maximum(s1[:, None] * sxx - sx**2, 1e-12 * s1[:, None] * sxx)
    b = (s1[:, None] * sxy - sx * sy[:, None]) / det
    a = (sy[:, None] - b * sx) / s1[:, None]
    alone = np.maximum(sxy / sxx, 0)
    a, b = np.where(a < 0, 0.0, a), np.where(a < 0, alone, b)
    flat = (sy / s1)[:, None]
    a, b = np.where(b < 0, flat, a), np.where(b < 0, 0.0, b)
    loss = syy[:, None] - 2 * (a * sy[:, None] + b * sxy) + a**2 * s1[:, None] + 2 * a * b * sx + b**2 * sxx
    loss += (np.log(_EXPONENTS / _USUAL) / _USUAL_SPREAD)[None] ** 2
    best = loss.argmin(1)
    at = np.arange(len(errors))
    c = _EXPONENTS[best]
    return Law(a[at, best], b[at, best] * np.exp(c * np.log(sizes[-1])), c)


def _faults(
    one: Measured, law: Law, drawn: Floats, variance: Floats, used: NDArray[np.bool_], chance: float
) -> tuple[str, ...]:
    """Why the law is not to be trusted."""
    errors = one.errors
    found = []
    for i, j in zip(range(len(errors) - 1), range(1, len(errors)), strict=True):
        if used[i] and float((drawn[:, j] > drawn[:, i] * (1 + _MISFIT)).mean()) >= _RISES:
            found.append(f"the error rises from {one.sizes[i]:,} to {one.sizes[j]:,} labels")
            break
    free = int(used.sum()) - 3
    if free >= 1:
        off = float((((errors - law.at(one.sizes.astype(float))[0]) ** 2 / variance)[used]).sum())
        if off / free > _ODD:
            found.append("no power law describes it")
    if errors[used].min() > _NEAR_CHANCE * chance:
        found.append("it hardly beats chance")
    return tuple(found)


def gain_of(curve: Curve, n: float, more: float, level: float = LEVEL) -> tuple[float, float, float]:
    """How much the error falls by so many labels more, and its interval."""
    some = curve.wide.at(np.array([n, n + more]))
    low, high = quantiles(some[:, 0] - some[:, 1], level)
    gain = curve.error_at(n) - curve.error_at(n + more)
    return gain, max(0.0, min(low, gain)), max(high, gain)


def best_at(curves: Mapping[str, Curve], n: float) -> str:
    """The learner with the least error expected at so many labels."""
    return min(curves, key=lambda name: curves[name].error_at(n))
