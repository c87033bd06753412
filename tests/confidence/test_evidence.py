"""Finding and reading weighed into one probability: by hand, and as cases show."""

import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutja.confidence import PageEvidence, combine_evidence, fit_evidence, fit_text_evidence, weigh_text
from sutja.errors import ModelFileError
from sutja.model_file import Evidence, TextEvidence

PROBABILITY = st.floats(0, 1)


def test_by_hand():
    assert combine_evidence(0.5, 0.8, None) == pytest.approx(0.4)
    assert combine_evidence(0.5, 0.8, Evidence(0.0, 1.0, 1.0)) == pytest.approx(0.8)  # even odds say nothing
    assert combine_evidence(0.8, 0.8, Evidence(0.0, 1.0, 1.0)) == pytest.approx(16 / 17)
    assert combine_evidence(0.9, 0.5, Evidence(math.log(2), 0.0, 3.0)) == pytest.approx(2 / 3)
    for pair in ((0.9, 0.8), (0.8, 0.9)):  # the lower of the two, whichever it is
        assert combine_evidence(*pair, Evidence(0.0, 0.0, 0.0, 1.0)) == pytest.approx(0.8)


@given(PROBABILITY, PROBABILITY, PROBABILITY, st.tuples(st.floats(-5, 5), *[st.floats(0, 3)] * 3))
def test_more_of_either_is_never_less_sure(one, other, reading, weights):
    evidence = Evidence(*weights)
    low, high = sorted([one, other])
    assert 0.0 <= combine_evidence(low, reading, evidence) <= combine_evidence(high, reading, evidence) <= 1.0
    assert combine_evidence(reading, low, evidence) <= combine_evidence(reading, high, evidence)


def test_weights_are_found_again():
    rng = np.random.default_rng(0)
    true = Evidence(-0.7, 0.4, 1.1, 0.3)
    finding, reading = rng.random(20_000), rng.random(20_000)
    p = [combine_evidence(f, r, true) for f, r in zip(finding, reading, strict=True)]
    found = fit_evidence(finding, reading, rng.random(20_000) < p)
    assert astuple(found) == pytest.approx(astuple(true), abs=0.12)


def test_what_speaks_against_it_is_left_out():
    rng = np.random.default_rng(1)
    finding, reading = rng.random(5_000), rng.random(5_000)
    found = fit_evidence(finding, reading, rng.random(5_000) < reading * (1 - finding))
    assert found.finding == 0.0
    assert found.reading > 0.3


def test_cases_without_an_error_give_finite_weights():
    found = fit_evidence([0.9, 0.99, 0.8], [0.9, 0.9, 0.99], [True, True, True])
    assert all(math.isfinite(value) for value in (found.offset, found.finding, found.reading))
    assert combine_evidence(0.9, 0.9, found) < 1.0


def test_what_makes_no_sense():
    with pytest.raises(ValueError, match="1 detections, 2 readings and 1 truths differ in number"):
        fit_evidence([0.5], [0.5, 0.5], [True])
    with pytest.raises(ModelFileError, match="below 0"):
        Evidence(0.0, -1.0, 1.0)


TEXT = TextEvidence(0.0, 0.3, 0.5, 0.5, 0.1, lone=-2.0, pair=-0.7, handwritten=-0.2)


def test_short_numbers_in_no_table_are_doubted_and_words_count_less_for_handwriting():
    long, pair, lone = (weigh_text(PageEvidence(0.9, 0.9, 0.9, n), TEXT) for n in (4, 2, 1))
    assert long > pair > lone
    assert weigh_text(PageEvidence(0.9, 0.9, 0.9, 1, in_table=True), TEXT) == long
    assert weigh_text(PageEvidence(0.9, 0.9, 0.9, 4, handwritten=True), TEXT) < long
    assert weigh_text(PageEvidence(0.9, 0.9, 0.1, 4, handwritten=True), TEXT) > weigh_text(
        PageEvidence(0.9, 0.9, 0.1, 4), TEXT
    )


def test_words_that_are_certain_do_not_outweigh_a_reading_that_says_otherwise():
    assert weigh_text(PageEvidence(0.9, 0.02, 1.0), TEXT) == weigh_text(PageEvidence(0.9, 0.02, 0.99), TEXT)


def test_weights_of_words_are_found_again():
    rng = np.random.default_rng(0)
    cases = [
        PageEvidence(f, r, t, int(n), in_table=bool(n % 2), handwritten=bool(h))
        for f, r, t, n, h in zip(
            *rng.uniform(0.02, 0.98, (3, 20_000)),
            rng.integers(1, 5, 20_000),
            rng.integers(0, 2, 20_000),
            strict=True,
        )
    ]
    found = fit_text_evidence(cases, [rng.random() < weigh_text(case, TEXT) for case in cases])
    assert (found.reading, found.text, found.pair, found.handwritten) == pytest.approx(
        (0.5, 0.5, -0.7, -0.2), abs=0.1
    )
    with pytest.raises(ValueError, match="no numbers"):
        fit_text_evidence([], [])
