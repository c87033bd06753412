"""Calibration and threshold of a new model, from its answers on the validation part.

Letters: n answers or boxes, m pictures of none of the classes, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Detections
from sutja.boxes.nms import FALSE_POSITIVE, IGNORED, match_detections
from sutja.confidence import RiskTable, fit_calibration, fit_temperature, scale
from sutja.data.boxes.boxed_pictures import BoxedSet
from sutja.errors import ThresholdError
from sutja.evaluation import Answers
from sutja.model_file import Calibration, Card, Scaling
from sutja.runs.parts import Log

MAX_ERROR = 0.01  # of accepted answers: what the default threshold keeps on the validation part
ACCEPT_NOTHING = 1.0  # the threshold of a model of which nothing is known
LEAST_ANSWERS = 100  # of validation; with fewer, the base model's calibration is worth more than a new one
_MOST_ACCEPTED = 0.01  # of pictures of none of the classes, when the threshold is chosen
_LEAST_COVERAGE = 0.85  # of the classes themselves, which a threshold chosen by these leaves
_LEAST_CONFIDENCE = 0.2  # of boxes that the table of thresholds counts


@dataclass(frozen=True, slots=True)
class ClassifierCalibration:
    """Temperature and threshold of a classifier, chosen by the validation part.

    Attributes
    ----------
    scaling : Scaling
        Its temperature.
    table : RiskTable
        Risk and coverage.
    threshold : float
        The least confidence that is accepted.
    """

    scaling: Scaling
    table: RiskTable
    threshold: float


def calibrate_classifier(
    log_probs: NDArray[np.float32], labels: NDArray[np.int64], none: NDArray[np.float32] | None = None
) -> ClassifierCalibration:
    """Choose temperature and threshold of a classifier.

    Parameters
    ----------
    log_probs : NDArray[float32]
        (n, K) log-probabilities of the validation part; (n, K + 1) of a network with an output for none of
        the classes.
    labels : NDArray[int64]
        (n,) its classes.
    none : NDArray[float32] | None
        (m, K + 1) log-probabilities of pictures of none of the classes, hardly any of which is accepted.
    """
    n_classes = log_probs.shape[1] - (none is not None)
    if none is None:
        scaling = fit_temperature(log_probs, labels)
    else:
        truth = np.concatenate([labels, np.full(len(none), n_classes)])
        scaling = fit_temperature(np.concatenate([log_probs, none]), truth)
    probabilities = np.exp(scale(log_probs, scaling))[:, :n_classes]
    table = RiskTable.measure(probabilities.max(1), probabilities.argmax(1) == labels)
    threshold = choose_default_threshold(table)
    if none is not None:
        confidence = np.exp(scale(none, scaling))[:, :n_classes].max(1)
        refusing = float(np.quantile(confidence, 1 - _MOST_ACCEPTED, method="higher"))
        highest = float(np.quantile(probabilities.max(1), 1 - _LEAST_COVERAGE, method="lower"))
        threshold = max(threshold, min(float(np.nextafter(refusing, 1.0)), highest))
    return ClassifierCalibration(scaling, table, threshold)


def choose_default_threshold(table: RiskTable) -> float:
    """Return the lowest threshold that keeps `MAX_ERROR`, or `ACCEPT_NOTHING` where none does."""
    try:
        return table.choose(MAX_ERROR).threshold
    except ThresholdError:
        return ACCEPT_NOTHING


def calibrate_reader(card: Card, answers: Answers, has_base: bool, log: Log) -> Card:
    """Calibrate a reader or a listener on its answers to the validation items.

    Parameters
    ----------
    card : Card
        The model's card, with the calibration and the threshold of its base.
    answers : Answers
        Answers with raw confidences.
    has_base : bool
        True if the training began with a calibrated model. Its calibration is kept where there are fewer
        answers than `LEAST_ANSWERS`.
    log : Log
        Takes a line where the model gets no calibration of its own.

    Returns
    -------
    The card with calibration and threshold. A model that has no base and answered nothing accepts nothing.
    """
    answered = answers.take(answers.answered) if answers.answered.any() else None
    if has_base and (answered is None or len(answered.true) < LEAST_ANSWERS):
        log(
            f"fewer than {LEAST_ANSWERS} validation items were answered: "
            "calibration and threshold stay those of the base"
        )
        return card
    if answered is None:
        log("no validation item was answered: there is no calibration, and nothing will be accepted")
        return replace(card, threshold=ACCEPT_NOTHING)
    calibrate = fit_calibration(answered.confidence, answered.right)
    confidence = np.array([calibrate(float(raw)) for raw in answered.confidence])
    table = RiskTable.measure(confidence, answered.right)
    return replace(
        card,
        calibration=Calibration(points=calibrate.calibration.points),
        long_calibration=Calibration(),
        thresholds=table.counts,
        threshold=choose_default_threshold(table),
    )


def calibrate_detector(card: Card, detections: Sequence[Detections], data: BoxedSet) -> Card:
    """Calibrate a detector on its detections in the validation pictures; its threshold has the best F1.

    The confidence of a box is how often a box of its score was right: covered an object of its class by half
    (intersection over union).

    Parameters
    ----------
    card : Card
        The model's card.
    detections : Sequence[Detections]
        Detections in the validation pictures, with raw scores.
    data : BoxedSet
        Those pictures.
    """
    scores, right = judge_detections(detections, data)
    if not right.any() or right.all():
        return replace(card, threshold=0.5)
    calibrate = fit_calibration(scores, right)
    confidence = np.array([calibrate(float(raw)) for raw in scores])
    objects = sum(int((~picture.ignore).sum()) for picture in data.pictures)
    threshold = find_best_f1(confidence, right, objects)
    likely = confidence >= min(_LEAST_CONFIDENCE, threshold)
    table = RiskTable.measure(confidence[likely], right[likely])
    points = Calibration(points=calibrate.calibration.points)
    return replace(card, calibration=points, thresholds=table.counts, threshold=threshold)


def judge_detections(
    detections: Sequence[Detections], data: BoxedSet
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the scores (n,) of all boxes that are right or wrong, and whether they are right (n,)."""
    scores, right = [np.zeros(0, np.float32)], [np.zeros(0, np.bool_)]
    for some, picture in zip(detections, data.pictures, strict=True):
        matches = match_detections(some, picture.boxes, picture.labels, picture.ignore)
        scores.append(some.scores[matches != IGNORED])
        right.append(matches[matches != IGNORED] != FALSE_POSITIVE)
    return np.concatenate(scores), np.concatenate(right)


def find_best_f1(confidence: NDArray[np.float64], right: NDArray[np.bool_], objects: int) -> float:
    """Find the confidence from which on boxes have the greatest F1; equal confidences go together.

    Parameters
    ----------
    confidence, right : NDArray[float64], NDArray[bool_]
        (n,) calibrated confidences, and whether the boxes are right.
    objects : int
        Number of labelled objects.
    """
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    ends = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    f1 = 2 * np.cumsum(right[order])[ends] / (ends + 1 + objects)
    return float(falling[ends[int(np.argmax(f1))]])
