"""Two confidences combined into one: logistic regression on the log odds of detection and reading.

A number on a page must be there and be read correctly. The product of the two probabilities leaves a doubtful
detection doubtful however clearly its number reads, though what reads clearly is hardly ever not there. So
the log odds of the two are weighted by validation cases (stacking: Wolpert 1992), and so is the lower of
them, since more of the one does not make up for too little of the other; their sum is made a probability
again. Letters: n cases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutja.confidence.calibration import logit
from sutja.model_file import Evidence, TextEvidence

_STEPS, _TOLERANCE = 50, 1e-9
_SUREST, _SUREST_TEXT = 0.999, 0.99  # networks are no surer than this of a number, and of words
_PRIOR = 1e-3  # ridge penalty, a case: keeps the weights finite where no case is wrong


def combine_evidence(detection: float, reading: float, evidence: Evidence | None) -> float:
    """Compute the probability that a number is there and read correctly.

    Parameters
    ----------
    detection, reading : float
        Confidence that there is a number, and that its reading is right, both in [0, 1].
    evidence : Evidence | None
        Weights of their log odds; None for the product of the two.
    """
    if evidence is None:
        return min(1.0, detection * reading)
    total = float(np.dot(_list_own_features(detection, reading), astuple(evidence)))
    return 1.0 / (1.0 + math.exp(-total)) if total > -700.0 else 0.0


def fit_evidence(detection: ArrayLike, reading: ArrayLike, right: ArrayLike) -> Evidence:
    """Fit the weights by maximum likelihood, none below 0: a higher confidence never lowers the result.

    Parameters
    ----------
    detection, reading : ArrayLike
        (n,) confidences.
    right : ArrayLike
        (n,) True where the number was there and read correctly.

    Raises
    ------
    ValueError
        If the three are not of one length, or there are none.
    """
    f, r = (np.asarray(values, np.float64) for values in (detection, reading))
    y = np.asarray(right, np.float64)
    if not len(f) == len(r) == len(y) > 0:
        raise ValueError(f"{len(f)} detections, {len(r)} readings and {len(y)} truths differ in number")
    X = np.array([_list_own_features(*pair) for pair in zip(f.tolist(), r.tolist(), strict=True)])
    return Evidence(*_fit_signed(X, y, (1, 2, 3)))


def _list_own_features(detection: float, reading: float) -> list[float]:
    """List what is weighed, in the order of the fields of `Evidence`."""
    odds = [logit(detection), logit(reading)]
    return [1.0, *odds, min(odds)]


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """Evidence for a number on a page that a second reader or the words of its page were asked about.

    Attributes
    ----------
    detection : float | None
        Confidence that there is a number; None where the words alone told of it.
    reading, text : float
        Probability of its digits by our own reading, and by the words.
    n_digits : int
        Number of its digits.
    in_table : bool
        True if it stands in a cell of a table, where short numbers are usual.
    handwritten : bool
        True if it was detected as handwriting, of which the reader of words knows little.
    """

    detection: float | None
    reading: float
    text: float
    n_digits: int = 3
    in_table: bool = False
    handwritten: bool = False


def weigh_text(given: PageEvidence, evidence: TextEvidence) -> float:
    """Compute the probability of a number that the words of its page were asked about.

    Parameters
    ----------
    given : PageEvidence
        Evidence for the number.
    evidence : TextEvidence
        Weights of it.
    """
    total = float(np.dot(_list_features(given), astuple(evidence)))
    return 1.0 / (1.0 + math.exp(-total)) if total > -700.0 else 0.0


def fit_text_evidence(given: Sequence[PageEvidence], right: ArrayLike) -> TextEvidence:
    """Fit the weights of `weigh_text` by maximum likelihood, none of a confidence below 0.

    Parameters
    ----------
    given : Sequence[PageEvidence]
        (n,) evidence for numbers.
    right : ArrayLike
        (n,) True where the number was there and read correctly.

    Raises
    ------
    ValueError
        If there are no cases.
    """
    X = np.array([_list_features(case) for case in given])
    if not len(X):
        raise ValueError("there are no numbers to fit the weights with")
    return TextEvidence(*_fit_signed(X, np.asarray(right, np.float64), (1, 2, 3)))


def _list_features(given: PageEvidence) -> list[float]:
    """List what is weighed, in the order of the fields of `TextEvidence`."""
    finding = 0.0 if given.detection is None else _bound_logit(given.detection, _SUREST)
    text = _bound_logit(given.text, _SUREST_TEXT)
    return [
        1.0,
        finding,
        _bound_logit(given.reading, _SUREST),
        text,
        float(given.detection is None),
        float(given.n_digits == 1 and not given.in_table),
        float(given.n_digits == 2 and not given.in_table),
        text * given.handwritten,
    ]


def _bound_logit(probability: float, surest: float) -> float:
    """Compute the log odds of a probability, at most those of `surest`: what is surer is not known better."""
    return logit(min(max(probability, 1.0 - surest), surest))


def _fit_signed(X: NDArray[np.float64], y: NDArray[np.float64], never_below: Sequence[int]) -> list[float]:
    """Fit a logistic regression some of whose weights are never below 0; those that would be are 0."""
    used = [i for i in range(X.shape[1]) if X[:, i].any()]
    while True:
        weights = np.zeros(X.shape[1])
        weights[used] = _fit(X[:, used], y)
        negative = [i for i in used if i in never_below and weights[i] < 0]
        if not negative:
            return [float(weight) for weight in weights]
        used.remove(negative[0])


def _fit(X: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit a logistic regression by Newton's method."""
    weights = np.zeros(X.shape[1])
    prior = _PRIOR * len(y) * np.eye(X.shape[1])
    prior[0, 0] = _PRIOR
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(X @ weights, -50, 50)))
        slope = X.T @ (y - p) - prior @ weights
        step = np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X + prior, slope)
        weights = weights + np.clip(step, -2, 2)
        if float(np.abs(step).max()) < _TOLERANCE:
            break
    return weights
