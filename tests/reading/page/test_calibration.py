"""Weights and thresholds of numbers on pages are found again; sources are counted by those of the others."""

from dataclasses import replace

import numpy as np
import pytest

from sutja.errors import ThresholdError
from sutja.model_file import Evidence, FieldConfidence, RiskCounts, TextConfidence, TextEvidence
from sutja.reading.page.calibration import calibrate_fields, calibrate_with_text, is_accepted
from sutja.reading.page.combs import NO_CROP
from sutja.reading.page.field import Field
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.judge import PageJudge
from sutja.reading.page.labels import Case, Label
from sutja.types import Box, Number


def make_case(right=True, text="1957", **more):
    """A number that was detected and read, and its label."""
    given = {"detection_confidence": 0.5, "reading_confidence": 0.5, "written": "printed", **more}
    digits = "".join(filter(str.isdigit, text))
    number = Number(text, digits, text, "number", 0.5, False, Box(0, 0, 40, 20), **given)
    return Case(Label("", 1, text if right else "77"), number)


def draw_source(rng, n=500, honest=True):
    """Numbers that are right as often as their reading says, or half of the time."""
    readings = rng.uniform(0.05, 0.95, n)
    rights = rng.random(n) < (readings if honest else 0.5)
    return [make_case(bool(ok), reading_confidence=float(p)) for p, ok in zip(readings, rights, strict=True)]


def test_weights_of_reading_are_found_again():
    rng = np.random.default_rng(0)
    sources = [draw_source(rng) for _ in range(4)]
    fields = calibrate_fields([*sources, [make_case(text_confidence=0.9)] * 50], max_error=0.1)
    assert fields.evidence.reading == pytest.approx(1.0, abs=0.15)
    assert fields.evidence.offset == pytest.approx(0.0, abs=0.15)
    assert fields.thresholds.cases == 2000  # numbers that words were asked about do not count
    assert fields.calibration.points == ()
    accepted, wrong = next((n, k) for t, n, k in fields.thresholds.points if t == fields.threshold)
    assert 150 < accepted < 300  # from 0.85 on a tenth is wrong: 222 of 2,000
    assert wrong <= 0.1 * accepted


def test_a_source_is_counted_by_the_weights_of_the_others():
    rng = np.random.default_rng(1)
    honest = [draw_source(rng) for _ in range(3)]
    fields = calibrate_fields([*honest, draw_source(rng, honest=False)], max_error=0.3)
    surest = fields.thresholds.points[0]
    assert surest[2] > 0.1 * surest[1]  # half of the surest of that source are wrong


def test_weights_of_words_are_found_again():
    rng = np.random.default_rng(2)
    sources = []
    for _ in range(4):
        readings, texts = rng.uniform(0.05, 0.95, (2, 500))
        odds = np.log(readings / (1 - readings)) + 2 * np.log(texts / (1 - texts))
        rights = rng.random(500) < 1 / (1 + np.exp(-odds))
        asked = [
            make_case(bool(ok), reading_confidence=float(reading), text_confidence=float(text))
            for reading, text, ok in zip(readings, texts, rights, strict=True)
        ]
        sources.append([*asked, make_case(False)])  # sure without: does not count
    trust = calibrate_with_text(sources, "0" * 64, max_error=0.05)
    assert trust.thresholds.cases == 2000
    assert trust.evidence.text == pytest.approx(2 * trust.evidence.reading, rel=0.3)
    assert trust.evidence.reading == pytest.approx(1.0, rel=0.3)
    assert 0.8 < trust.threshold < 1.0


@pytest.mark.parametrize("n_sources", [1, 2])
def test_too_few_numbers_or_sources(n_sources):
    rng = np.random.default_rng(3)
    sources = [draw_source(rng, n=49 if n_sources == 2 else 500) for _ in range(n_sources)]
    with pytest.raises(ThresholdError, match=f"of {n_sources} sources were read, too few"):
        calibrate_fields(sources)
    with pytest.raises(ThresholdError, match="0 numbers of 0 sources"):
        calibrate_with_text(sources, "0" * 64)


CARD = FieldConfidence(
    evidence=Evidence(-1.0, 0.3, 0.8),
    threshold=0.7,
    thresholds=RiskCounts(2, ((0.7, 2, 0),)),
    text=TextConfidence("0" * 64, TextEvidence(-0.5, 0.3, 0.5, 0.4, 0.1, -2.0, -0.7, -0.2), threshold=0.6),
)


@pytest.mark.parametrize("text", ["7", "57", "1957", "13/06/201"])
@pytest.mark.parametrize("words", [None, 0.3, 0.99])
@pytest.mark.parametrize("found", [True, False])
def test_numbers_are_accepted_as_the_reader_accepts_them(text, words, found):
    judge = PageJudge(CARD, None, with_text=True)
    for confidence in np.linspace(0.05, 0.999, 20).tolist():
        case = make_case(text=text, reading_confidence=confidence, text_confidence=words)
        number = replace(case.number, confidence=confidence)
        detection = DetectedField("printed", 0.5, number.box)
        field = Field(number, detection, NO_CROP, words, found=found or words is None)
        if not field.found:
            case = replace(case, number=replace(case.number, detection_confidence=None))
        assert is_accepted(case, CARD) == judge.is_sure(field)
    assert not is_accepted(Case(case.label, None), CARD)
    assert not is_accepted(make_case(text="1□57", reading_confidence=1.0), CARD)
