"""Numbers of pages are judged by what they were read with, each way with a threshold of its own."""

from dataclasses import replace

import numpy as np
import pytest

from sutja.model_file import FieldConfidence, RiskCounts, TextConfidence, TextEvidence
from sutja.reading.page.combs import NO_CROP
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.judge import PLACED, PageJudge, is_misshapen, place_alone
from sutja.types import Box, Number

TEXT = TextConfidence("0" * 64, TextEvidence(0.0, 0.0, 1.0, 0.0, 0.0, lone=-3.0), threshold=0.9)
COUNTS = RiskCounts(200, ((0.99, 100, 0), (0.9, 200, 4)))
CARD = FieldConfidence(threshold=0.5, text=TEXT, combs=COUNTS, comb_threshold=0.9)


def make_field(digits="1957", confidence=0.95, **more):
    box = Box(0, 0, 40, 20)
    number = Number(digits, digits, None, "number", confidence, True, box, ())
    return Field(number, DetectedField("printed", 1.0, box), NO_CROP, **more)


def test_each_way_has_its_own_threshold():
    judge = PageJudge(CARD, None, with_text=True)
    assert judge.judge(make_field(confidence=0.6)) == (0.6, True)
    assert not judge.is_sure(make_field(confidence=0.6, text=0.5))
    assert judge.is_sure(make_field(confidence=0.95, text=0.5))
    assert not judge.is_sure(make_field(confidence=0.89, comb=True))
    assert judge.is_sure(make_field(confidence=0.91, comb=True))


def test_a_lone_digit_is_accepted_in_a_table_alone():
    judge = PageJudge(CARD, None, with_text=True)
    lone = make_field("7", text=0.5)
    assert not judge.is_sure(lone)
    assert judge.is_sure(replace(lone, in_table=True))


def test_the_detection_of_a_number_that_has_to_stand_there_says_no_more():
    evidence = TextEvidence(0.0, 1.0, 1.0, 0.0, 0.0)
    judge = PageJudge(replace(CARD, text=replace(TEXT, evidence=evidence)), None, with_text=True)
    field = make_field(confidence=0.8, text=0.5)
    unsure = replace(field, detection=replace(field.detection, confidence=0.5))
    assert judge.judge(unsure) < judge.judge(unsure, placed=True)
    assert judge.judge(unsure, placed=True)[1]


def find_place(ink, *fields):
    """Confidence of the detection of the first of some fields on a page with some ink."""
    layout = Layout(np.asarray(ink, np.uint8), 1.0, 20.0, None, 0.0, 1, 1.0)
    unsure = [replace(f, detection=replace(f.detection, confidence=0.5)) for f in fields]
    transform = PageTransform.identity(np.full((*layout.ink.shape, 3), 255, np.uint8))
    return place_alone(unsure, transform, layout)[0].detection.confidence


def test_the_place_of_a_number_is_certain_on_a_page_with_nothing_else():
    ink = np.zeros((60, 90))
    assert find_place(ink, make_field("7")) == 0.5
    ink[5:15, 5:30] = 1
    assert find_place(ink, make_field("7")) == PLACED
    assert find_place(ink, make_field("7"), make_field("8")) == 0.5
    ink[40:44, 60:64] = 1
    assert find_place(ink, make_field("7")) == 0.5


@pytest.mark.parametrize(("max_error", "sure"), [(0.02, 0.9), (0.01, 0.99), (0.0, 0.99)])
def test_a_largest_error_holds_for_combs_by_their_counts(max_error, sure):
    counts = RiskCounts(100, ((0.5, 100, 0),))
    judge = PageJudge(
        replace(CARD, thresholds=counts, text=replace(TEXT, thresholds=counts)), max_error, with_text=True
    )
    assert judge.is_sure(make_field(confidence=sure, comb=True))
    assert not judge.is_sure(make_field(confidence=sure - 0.01, comb=True))


def test_combs_whose_counts_keep_no_such_error_are_not_accepted():
    counts = RiskCounts(100, ((0.5, 100, 0),))
    card = FieldConfidence(
        threshold=0.5, thresholds=counts, combs=RiskCounts(50, ((0.9, 50, 5),)), comb_threshold=0.9
    )
    assert not PageJudge(card, 0.01, with_text=False).is_sure(make_field(confidence=1.0, comb=True))
    own = FieldConfidence(threshold=0.5)
    assert PageJudge(own, None, with_text=False).is_sure(make_field(confidence=0.6, comb=True))


@pytest.mark.parametrize(
    ("text", "misshapen"),
    [
        ("13/06/201", True),  # a digit is missing
        ("26/02/20181", True),  # one is of the time behind
        ("06.0%", True),  # of "@6.0%"
        ("13/06/2018", False),
        ("13.06.18", False),
        ("6.0%", False),
        ("12-05-123", False),
        ("10,52,05,00", True),  # a group lacks a digit
        ("₹ 1,234,5", True),
        ("10,52,05,000", False),
        ("1,234,567.89", False),
        ("12,50", False),
        ("1.20.300", False),
    ],
)
def test_a_number_with_a_digit_too_many_is_not_accepted(text, misshapen):
    assert is_misshapen(text) == misshapen


def test_such_a_number_is_not_sure_however_sure_its_digits_are():
    judge = PageJudge(CARD, None, with_text=True)
    assert judge.is_sure(make_field("13/06/2018", confidence=0.99))
    assert not judge.is_sure(make_field("13/06/201", confidence=0.99))
