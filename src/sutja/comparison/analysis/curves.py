"""Fit learning curves: error against labels as a power law, with bootstrap intervals.

A curve is error(n) = a + b · n^(-c), with a ≥ 0, b ≥ 0 and c > 0 (Cortes et al. 1993; Viering and Loog 2023
compare the usual laws); a is the error that no number of labels removes. For each c of a fine grid, a and b
are a weighted least-squares fit in closed form; the best-fitting c is taken, with a mild preference for usual
values. The weights are inverse variances: of binomial counts on m test items, of the seeds, and of the law
itself, which is never quite true.

Intervals come from the bootstrap: test items are resampled, the same for all learners, deviations of the
seeds are resampled from those of all sizes of the learner, and the smallest sizes are left out at times,
since it is not known where the law begins to hold. A curve that no power law describes is marked.

Letters: S sizes, R seeds, m test items, B bootstrap draws, N numbers of labels, G values of c.
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
_MISFIT = 0.04  # of the error: deviation from its law of a curve that is one
_LEAST_NOISE = 0.02  # of the error: deviation between seeds, at least
_LEAST_SIZES = 3  # that a law is fitted to
_DROPPED = 2  # of the smallest sizes, at most, that a draw leaves out
_NEAR_CHANCE = 0.85  # of the error of chance: above, nothing is learnt yet
_RISE_SHARE = 0.995  # of the draws that must show a rise
_MOST_CHI_SQUARE = 4.0  # per degree of freedom, for a power law


@dataclass(frozen=True, slots=True)
class Measurements:
    """Wrong answers of one learner.

    Attributes
    ----------
    learner : str
        Its name.
    sizes : NDArray[int64]
        (S,) numbers of labels, in rising order.
    wrong : tuple[NDArray[bool_], ...]
        For each size (R, m), True where an answer is wrong; R may differ.
    """

    learner: str
    sizes: NDArray[np.int64]
    wrong: tuple[NDArray[np.bool_], ...]

    @property
    def errors(self) -> Floats:
        """(S,) mean error of the seeds."""
        return np.array([some.mean() for some in self.wrong])

    @property
    def n_seeds(self) -> NDArray[np.int64]:
        """(S,) number of seeds of each size."""
        return np.array([len(some) for some in self.wrong], np.int64)


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """Power laws, one or many: a, b and c, each (B,)."""

    a: Floats
    b: Floats
    c: Floats

    def evaluate(self, n: Floats) -> Floats:
        """Return the errors at N numbers of labels, (B, N), at most 1."""
        powers = np.exp(-self.c[:, None] * np.log(np.asarray(n, float))[None])
        return np.asarray(np.minimum(1.0, self.a[:, None] + self.b[:, None] * powers))


@dataclass(frozen=True, slots=True)
class Curve:
    """The learning curve of a learner.

    Attributes
    ----------
    measurements : Measurements
        Its wrong answers.
    law : PowerLaw
        The law fitted to them.
    draws : PowerLaw
        B laws fitted to the bootstrap draws, with the noise of seeds and test items.
    draws_beyond : PowerLaw
        The same with the doubt about the law itself, for numbers of labels beyond the measured ones.
    drawn_errors : Floats
        (B, S) errors of the draws.
    faults : tuple[str, ...]
        Reasons against the law; none for most curves.
    """

    measurements: Measurements
    law: PowerLaw
    draws: PowerLaw
    draws_beyond: PowerLaw
    drawn_errors: Floats
    faults: tuple[str, ...]

    @property
    def is_power_law(self) -> bool:
        """True if the law describes the measurements."""
        return not self.faults

    def predict_error(self, n: float) -> float:
        """Predict the error with so many labels."""
        return float(self.law.evaluate(np.array([n]))[0, 0])

    def predict_interval(self, n: float, level: float = LEVEL) -> tuple[float, float]:
        """Predict the interval of that error; beyond the measured sizes with the doubt about the law."""
        some = self._choose_draws(n).evaluate(np.array([n]))[:, 0]
        low, high = find_quantiles(some, level)
        expected = self.predict_error(n)
        return min(low, expected), max(high, expected)

    def _choose_draws(self, n: float) -> PowerLaw:
        return self.draws if n <= self.measurements.sizes[-1] else self.draws_beyond

    def predict_band(self, n: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
        """Predict the intervals at N numbers of labels: lower and upper ends, (N,) each."""
        beyond = np.asarray(n) > self.measurements.sizes[-1]
        some = np.where(beyond[None], self.draws_beyond.evaluate(n), self.draws.evaluate(n))
        side = (1 - level) / 2
        low, high = np.quantile(some, [side, 1 - side], axis=0)
        return low, high


def find_quantiles(values: Floats, level: float) -> tuple[float, float]:
    """Return the central interval that holds this share of the values, infinite ones included."""
    side = (1 - level) / 2
    ordered = np.sort(values)
    last = len(ordered) - 1
    return float(ordered[round(side * last)]), float(ordered[round((1 - side) * last)])


def fit_curves(
    measurements: Sequence[Measurements], chance: float, draws: int = DRAWS, seed: int = 0
) -> dict[str, Curve]:
    """Fit the curves of learners that answered the same test items.

    Parameters
    ----------
    measurements : Sequence[Measurements]
        Those of each learner; learners with fewer than three sizes get no curve.
    chance : float
        Error of always answering the commonest class.
    draws : int
        B.
    seed : int
        Seed of the draws.

    Returns
    -------
    dict[str, Curve]
        Curves by the names of the learners.
    """
    rng = np.random.default_rng(seed)
    fitted = [one for one in measurements if len(one.sizes) >= _LEAST_SIZES]
    if not fitted:
        return {}
    n_test = fitted[0].wrong[0].shape[1]
    weights = rng.poisson(1.0, (draws, n_test)).astype(np.float32)  # (B, m): a bootstrap of the items
    weights /= np.maximum(weights.sum(1, keepdims=True), 1)
    return {one.learner: _fit_curve(one, weights, chance, rng) for one in fitted}


def _fit_curve(
    one: Measurements, weights: NDArray[np.float32], chance: float, rng: np.random.Generator
) -> Curve:
    errors, n_seeds = one.errors, one.n_seeds
    noise = estimate_seed_noise(one)  # (S,) deviation of one seed
    share = np.stack([some.mean(0) for some in one.wrong]).astype(np.float32)  # (S, m)
    drawn = np.asarray(weights @ share.T, np.float64)  # (B, S)
    drawn += rng.standard_normal(drawn.shape) * noise / np.sqrt(n_seeds)
    variance = _estimate_variance(errors, n_seeds, noise, weights.shape[1])
    first = _find_first_learnt(errors, chance)
    used = np.arange(len(errors)) >= first
    law = fit_power_laws(one.sizes, errors[None], variance, used[None])
    most_dropped = max(0, min(_DROPPED, int(used.sum()) - _LEAST_SIZES - 1))
    starts = first + rng.integers(0, most_dropped + 1, len(drawn))
    used_beyond = np.arange(len(errors))[None] >= starts[:, None]
    misfit = rng.standard_normal(drawn.shape) * (_MISFIT * errors)
    draws = fit_power_laws(one.sizes, drawn, variance, np.broadcast_to(used, drawn.shape))
    draws_beyond = fit_power_laws(one.sizes, np.clip(drawn + misfit, 0, 1), variance, used_beyond)
    faults = _find_faults(one, law, drawn, variance, used, chance)
    return Curve(one, law, draws, draws_beyond, np.clip(drawn, 0, 1), faults)


def estimate_seed_noise(one: Measurements) -> Floats:
    """Estimate the standard deviation of the error between seeds, (S,), by a factor common to all sizes.

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


def _estimate_variance(errors: Floats, n_seeds: NDArray[np.int64], noise: Floats, n_test: int) -> Floats:
    """Estimate the variance of the mean error at each size, (S,): of test items, seeds and the law."""
    p = np.clip(errors, 0.5 / n_test, 1 - 0.5 / n_test)
    return np.asarray(p * (1 - p) / n_test + noise**2 / n_seeds + (_MISFIT * p) ** 2)


def _find_first_learnt(errors: Floats, chance: float) -> int:
    """Return the index of the first size at which anything is learnt, leaving enough sizes for a fit."""
    first = 0
    while first < len(errors) - _LEAST_SIZES and errors[first] > _NEAR_CHANCE * chance:
        first += 1
    return first


def fit_power_laws(
    sizes: NDArray[np.int64], errors: Floats, variance: Floats, used: NDArray[np.bool_]
) -> PowerLaw:
    """Fit power laws to many curves at once by weighted least squares.

    Parameters
    ----------
    sizes : NDArray[int64]
        (S,) numbers of labels.
    errors : Floats
        (B, S) errors.
    variance : Floats
        (S,) their variances.
    used : NDArray[bool_]
        (B, S), True for the points to fit.
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
    rows = np.arange(len(errors))
    c = _EXPONENTS[best]
    return PowerLaw(a[rows, best], b[rows, best] * np.exp(c * np.log(sizes[-1])), c)


def _find_faults(
    one: Measurements, law: PowerLaw, drawn: Floats, variance: Floats, used: NDArray[np.bool_], chance: float
) -> tuple[str, ...]:
    """Find reasons against the law."""
    errors = one.errors
    faults = []
    for i, j in zip(range(len(errors) - 1), range(1, len(errors)), strict=True):
        if used[i] and float((drawn[:, j] > drawn[:, i] * (1 + _MISFIT)).mean()) >= _RISE_SHARE:
            faults.append(f"the error rises from {one.sizes[i]:,} to {one.sizes[j]:,} labels")
            break
    free = int(used.sum()) - 3
    if free >= 1:
        off = float((((errors - law.evaluate(one.sizes.astype(float))[0]) ** 2 / variance)[used]).sum())
        if off / free > _MOST_CHI_SQUARE:
            faults.append("no power law describes it")
    if errors[used].min() > _NEAR_CHANCE * chance:
        faults.append("it hardly beats chance")
    return tuple(faults)


def predict_gain(curve: Curve, n: float, more: float, level: float = LEVEL) -> tuple[float, float, float]:
    """Predict the reduction of the error by so many more labels, and its interval."""
    some = curve.draws_beyond.evaluate(np.array([n, n + more]))
    low, high = find_quantiles(some[:, 0] - some[:, 1], level)
    gain = curve.predict_error(n) - curve.predict_error(n + more)
    return gain, max(0.0, min(low, gain)), max(high, gain)


def find_best(curves: Mapping[str, Curve], n: float) -> str:
    """Return the learner with the least predicted error at so many labels."""
    return min(curves, key=lambda name: curves[name].predict_error(n))
