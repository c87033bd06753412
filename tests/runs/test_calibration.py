"""Calibration and threshold of new models, from their answers on the validation part."""

from dataclasses import replace

import numpy as np
import pytest

from sutja.boxes.decode import Detections
from sutja.charset import CHARSET
from sutja.confidence import Calibrator, scale
from sutja.data.boxes.boxed_pictures import BoxedSet, make_boxed_picture
from sutja.evaluation import Answers
from sutja.model_file import Calibration, Card, Preprocessing
from sutja.runs.calibration import LEAST_ANSWERS, calibrate_classifier, calibrate_detector, calibrate_reader
from sutja.signals.preprocessing.frame_input import FrameParams
from sutja.signals.preprocessing.normalisation import NormaliseParams

READER = Card("transcribe", "t", tuple(CHARSET), Preprocessing("normalise", NormaliseParams().to_json()))


def answer(n, right, confidence=0.9):
    """n answers of one confidence, of which so many are right."""
    predicted = tuple("1" if i < right else "2" for i in range(n))
    return Answers(predicted, ("1",) * n, np.full(n, confidence), np.ones(n, bool))


def test_a_reader_gets_a_calibration_of_its_own_from_enough_answers():
    points = Calibration(points=((0.1, 0.2), (0.9, 0.95)))
    base = replace(READER, calibration=points, long_calibration=points, threshold=0.7)
    lines = []
    card = calibrate_reader(base, answer(LEAST_ANSWERS, 80), True, lines.append)
    assert not card.long_calibration.points  # its own holds for all
    assert Calibrator(card.calibration.points)(0.9) == pytest.approx(0.8, abs=0.01)
    assert card.thresholds.cases == LEAST_ANSWERS
    assert card.threshold == 1.0  # a fifth is wrong at every confidence: one error in a hundred is never kept
    assert not lines
    sure = calibrate_reader(base, answer(400, 400), True, lines.append)
    assert sure.threshold == pytest.approx(Calibrator(sure.calibration.points)(0.9))


def test_few_answers_leave_the_calibration_of_the_base():
    base = replace(READER, calibration=Calibration(points=((0.1, 0.2), (0.9, 0.95))), threshold=0.7)
    lines = []
    assert calibrate_reader(base, answer(LEAST_ANSWERS - 1, 50), True, lines.append) == base
    silent = Answers((None,), ("1",), np.zeros(1), np.ones(1, bool))
    assert calibrate_reader(base, silent, True, lines.append) == base
    assert all("stay those of the base" in line for line in lines)
    scratch = calibrate_reader(READER, answer(20, 20), False, lines.append)
    assert scratch.calibration.points  # better few answers than none


def test_a_model_from_nothing_that_answers_nothing_accepts_nothing():
    lines = []
    silent = Answers((None,) * 3, ("1",) * 3, np.zeros(3), np.ones(3, bool))
    card = calibrate_reader(replace(READER, threshold=0.0), silent, False, lines.append)
    assert (card.threshold, card.calibration.points) == (1.0, ())
    assert "nothing will be accepted" in lines[0]


def judged_by(rights, seed=0):
    """Pictures of one thing each, and boxes of rising scores of which so many in a hundred are right."""
    rng = np.random.default_rng(seed)
    pictures, found = [], []
    for score, share in rights:
        for _ in range(100):
            right = rng.random() < share
            edges = [[0, 0, 10, 10]] if right else [[30, 30, 40, 40]]
            pictures.append(make_boxed_picture(np.zeros((50, 50), np.uint8), [[0, 0, 10, 10]], [0]))
            found.append(
                Detections(np.array(edges, np.float32), np.array([score], np.float32), np.zeros(1, np.int64))
            )
    return BoxedSet(tuple(pictures), ("a",), "mine"), found


def test_confidence_becomes_how_often_a_score_was_right():
    card = Card("detect", "t", (), Preprocessing("frame", FrameParams().to_json()), classes=("a",))
    data, found = judged_by([(0.2, 0.1), (0.5, 0.9), (0.8, 1.0)])
    made = calibrate_detector(card, found, data)
    calibrate = Calibrator(made.calibration.points)
    assert calibrate(0.2) == pytest.approx(0.1, abs=0.08)
    assert calibrate(0.5) == pytest.approx(0.9, abs=0.08)
    assert calibrate(0.8) > 0.97
    # F1 of boxes from 0.5 on is best: 190 right of 200 given, of 300 things
    assert calibrate(0.2) < made.threshold <= calibrate(0.5)
    assert made.thresholds.cases == 200
    assert made.thresholds.points[-1][1] == 200


def test_where_nothing_is_right_there_is_no_calibration():
    card = Card("detect", "t", (), Preprocessing("frame", FrameParams().to_json()), classes=("a",))
    data, found = judged_by([(0.2, 0.0)])
    made = calibrate_detector(card, found, data)
    assert (made.calibration.points, made.threshold) == ((), 0.5)
    assert calibrate_detector(card, [], replace(data, pictures=())).threshold == 0.5


def make_log_probs(likeliest, confidence, n_outputs):
    """Make log-probabilities (n, L) with one likeliest output each, the others alike."""
    rest = (1 - confidence) / (n_outputs - 1)
    made = np.repeat(rest[:, None], n_outputs, 1)
    made[np.arange(len(made)), likeliest] = confidence
    return np.log(made).astype(np.float32)


def test_pictures_of_none_of_the_classes_raise_the_threshold_but_leave_most_of_the_classes():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 1000)
    digits = make_log_probs(labels, rng.uniform(0.9, 0.99, 1000), 11)
    mild = make_log_probs(rng.integers(0, 10, 500), rng.uniform(0.2, 0.7, 500), 11)
    found = calibrate_classifier(digits, labels, mild)
    accepted_none = np.exp(scale(mild, found.scaling))[:, :10].max(1) >= found.threshold
    accepted = np.exp(scale(digits, found.scaling))[:, :10].max(1) >= found.threshold
    assert accepted_none.mean() <= 0.01
    assert accepted.all()
    like_digits = make_log_probs(rng.integers(0, 10, 500), rng.uniform(0.9, 0.99, 500), 11)
    found = calibrate_classifier(digits, labels, like_digits)
    accepted = np.exp(scale(digits, found.scaling))[:, :10].max(1) >= found.threshold
    assert 0.84 <= accepted.mean() <= 0.9


def test_without_such_pictures_a_classifier_that_is_right_accepts_everything():
    labels = np.arange(300) % 10
    found = calibrate_classifier(make_log_probs(labels, np.linspace(0.5, 0.9, 300), 10), labels)
    assert found.table.counts.points[-1][1:] == (300, 0)
