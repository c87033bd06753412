"""Evaluations counted by hand."""

import json

import numpy as np
import pytest

from sutja.evaluation import Answers, Rate, evaluate
from sutja.metrics import area_under_risk_coverage, binomial_tail


def answers(rows):
    """Answers from (true, predicted, confidence) rows, all acceptable."""
    true, predicted, confidence = zip(*rows, strict=True)
    return Answers(predicted, true, np.array(confidence, float), np.ones(len(rows), bool))


FOUR = answers([("a", "a", 0.9), ("a", "b", 0.6), ("b", "b", 0.8), ("c", "b", 0.7)])


def test_errors_and_what_is_accepted():
    found = evaluate(FOUR, 0.75, classes=("a", "b", "c", "d"))
    assert (found.n, found.error.k, found.error.rate) == (4, 2, 0.5)
    assert found.error.low == pytest.approx(0.0676, abs=1e-4)  # Clopper and Pearson's table
    assert found.error.high == pytest.approx(0.9324, abs=1e-4)
    assert (found.accepted.k, found.wrong_of_accepted.k, found.wrong_of_accepted.n) == (2, 0, 2)
    assert found.calibration_error == pytest.approx((0.1 + 0.6 + 0.2 + 0.7) / 4)
    assert found.cer is None


def test_class_by_class():
    a, b, c = evaluate(FOUR, 0.5, classes=("a", "b", "c", "d")).classes  # "d" is nowhere
    assert (a.label, a.recall.k, a.recall.n, a.precision.n, a.f1) == ("a", 1, 2, 1, pytest.approx(2 / 3))
    assert (b.recall.rate, b.precision.rate, b.f1) == (1.0, pytest.approx(1 / 3, abs=1e-6), 0.5)
    assert (c.recall.rate, c.precision.rate, c.f1) == (0.0, None, 0.0)


def test_the_commonest_mistakes_come_first():
    rows = [("a", "b", 0.5)] * 2 + [("c", "b", 0.5)] * 3 + [("c", "c", 0.5)]
    assert evaluate(answers(rows), 0.5, classes=tuple("abc")).confusions == (("c", "b", 3), ("a", "b", 2))


def test_the_curve():
    points = evaluate(FOUR, 0.5, classes=tuple("abc")).risk_coverage
    assert [(p.coverage, p.threshold, p.risk.k) for p in points] == [
        (1.0, 0.6, 2),
        (0.75, 0.7, 1),
        (0.5, 0.8, 0),
        (0.25, 0.9, 0),
    ]


def test_answers_of_one_confidence_are_accepted_together():
    [point] = evaluate(answers([("a", "a", 0.5)] * 9 + [("a", "b", 0.5)]), 0.5).risk_coverage
    assert (point.coverage, point.risk.k, point.risk.n) == (1.0, 1, 10)


def test_texts_without_an_answer():
    found = evaluate(answers([("12", "12", 0.9), ("34", None, 0.0), ("", None, 0.0), ("", "7", 0.4)]), 0.5)
    assert (found.error.k, found.answered.k, found.accepted.k) == (2, 2, 1)
    assert found.cer == pytest.approx(3 / 4)  # two characters missing, one too many, of four
    assert (found.classes, found.confusions) == ((), ())
    assert max(point.coverage for point in found.risk_coverage) == 0.5


def test_what_may_not_be_accepted_is_not():
    held = Answers(("1", "2"), ("1", "2"), np.array([0.9, 0.9]), np.array([True, False]))
    found = evaluate(held, 0.5)
    assert (found.accepted.k, found.error.k) == (1, 0)
    assert [point.coverage for point in found.risk_coverage] == [0.5]


def test_nothing_answered():
    found = evaluate(answers([("1", None, 0.0)]), 0.5)
    assert (found.calibration_error, found.aurc, found.wrong_of_accepted.rate) == (None, None, None)
    assert found.wrong_of_accepted.format() == "none"
    assert Rate.from_counts(1, 4).format() == "25.00 % (0.63 to 80.59)"


def test_json():
    assert json.loads(json.dumps(evaluate(FOUR, 0.5, classes=tuple("abc")).to_dict()))["n"] == 4


def test_some_are_taken():
    some = FOUR.take(np.array([True, False, False, True]))
    assert (some.true, some.predicted, some.confidence.tolist()) == (("a", "c"), ("a", "b"), [0.9, 0.7])


@pytest.mark.parametrize("rows", [[], [("a", "a", 0.5)]])
def test_what_does_not_fit_together_is_refused(rows):
    n = len(rows)
    with pytest.raises(ValueError, match="equally many"):
        Answers(("a",) * n, ("a",) * n, np.zeros(n + 1), np.ones(n, bool))


def test_area_under_the_curve_by_hand():
    # one wrong, the least sure but one: risks 0, 0, 1/3, 1/4 at equal steps of coverage
    assert area_under_risk_coverage([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1]) == pytest.approx((1 / 3 + 1 / 4) / 4)
    assert area_under_risk_coverage([0.5, 0.5], [1, 0]) == 0.5


def test_the_tail_by_hand():
    assert binomial_tail(1, 3, 0.5) == pytest.approx(0.5)
    assert binomial_tail(3, 3, 0.2) == pytest.approx(1.0)
    assert binomial_tail(0, 100_000, 0.01) == pytest.approx(0.0, abs=1e-300)
    for bad in ((2, 1, 0.5), (-1, 1, 0.5), (0, 1, 0.0), (0, 1, 1.0)):
        with pytest.raises(ValueError, match="not"):
            binomial_tail(*bad)
