"""Two readers joined: probabilities, ranks, and what each may overrule."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.errors import ModelFileError
from sutja.model_file import SecondReaderCalibration
from sutja.reading.decode import Hypothesis
from sutja.reading.second.two_readers import calibrate_alone, join_readers

CALIBRATION = SecondReaderCalibration("0" * 64, 0.99, (0.03, 0.01), (0.5, 0.8), (0.4, 0.6, 0.7))
DIGITS = st.one_of(st.none(), st.text("0123456789", min_size=1, max_size=3))


@st.composite
def answers(draw):
    """Hypotheses of one reader: different digits, probabilities of at most 1 together, likeliest first."""
    digits = draw(st.lists(DIGITS, min_size=1, max_size=4, unique=True))
    weights = [draw(st.floats(0.01, 1.0)) for _ in digits]
    total = sum(weights) * draw(st.floats(1.0, 1.5))
    found = [Hypothesis(d, w / total) for d, w in zip(digits, weights, strict=True)]
    return sorted(found, key=lambda hypothesis: -hypothesis.probability)


@given(answers(), answers())
def test_probabilities_of_joined_answers_are_probabilities(first, second):
    joined = join_readers(first, second, CALIBRATION)
    assert sum(h.probability for h in joined) <= 1 + 1e-9
    assert all(0.0 <= h.probability <= joined[0].probability + 1e-9 for h in joined)
    assert {h.digits for h in joined} == {h.digits for h in (*first, *second)}


@given(answers(), answers())
def test_the_best_is_that_of_the_largest_product(first, second):
    def given_to(digits):
        by_each = [sum(h.probability for h in some if h.digits == digits) for some in (first, second)]
        return max(by_each[0], 0.03) * max(by_each[1], 0.01)

    best = join_readers(first, second, CALIBRATION)[0]
    assert given_to(best.digits) >= max(given_to(h.digits) for h in (*first, *second)) - 1e-12


def test_agreement_is_surer_than_one_reader_and_dissent_less_sure():
    one, other = (
        [Hypothesis("17", 0.9), Hypothesis("11", 0.1)],
        [Hypothesis("11", 0.9), Hypothesis("17", 0.1)],
    )
    agreed = join_readers(one, one, CALIBRATION)[0]
    split = join_readers(one, other, CALIBRATION)[0]
    assert agreed.digits == "17"
    assert agreed.probability > calibrate_alone(one, CALIBRATION)[0].probability > split.probability


def test_a_reader_that_sees_nothing_can_be_overruled():
    nothing, sure = [Hypothesis(None, 0.6), Hypothesis("4", 0.02)], [Hypothesis("48", 0.97)]
    assert join_readers(nothing, sure, CALIBRATION)[0].digits == "48"
    assert join_readers([], sure, CALIBRATION)[0].digits == "48"


def test_more_from_either_reader_never_lowers_the_confidence():
    rising = [
        join_readers([Hypothesis("5", p)], [Hypothesis("5", 0.7)], CALIBRATION)[0] for p in (0.2, 0.5, 0.9)
    ]
    assert [h.probability for h in rising] == sorted(h.probability for h in rising)


@pytest.mark.parametrize(
    "change", [{"below": 1.2}, {"floors": (0.0, 0.1)}, {"joint": (0.0, -0.1, 1.0)}, {"threshold": -1.0}]
)
def test_a_calibration_that_makes_no_sense_is_refused(change):
    with pytest.raises(ModelFileError, match="second reader"):
        replace(CALIBRATION, **change)
