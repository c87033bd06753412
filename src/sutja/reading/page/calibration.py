"""Calibration of the confidence in numbers on pages, by pages whose numbers are known.

What a threshold accepts is counted on each source of pages with weights of the others: the pages that people
bring are of no source that was weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sutja.confidence import (
    Calibrator,
    PageEvidence,
    RiskTable,
    combine_evidence,
    fit_evidence,
    fit_text_evidence,
    weigh_text,
)
from sutja.errors import ThresholdError
from sutja.model_file import Evidence, FieldConfidence, TextConfidence, TextEvidence
from sutja.reading.judge import MISFIT_CONFIDENCE
from sutja.reading.page.judge import NEUTRAL, is_misshapen
from sutja.reading.page.labels import Case
from sutja.types import Number

MIN_CASES = 100  # fewer are too few to calibrate with
COVERAGES = tuple(share / 80 for share in range(4, 81))  # accepted shares, at which thresholds are counted

Weights = TypeVar("Weights", Evidence, TextEvidence)


def calibrate_fields(sources: Sequence[Sequence[Case]], max_error: float = 0.01) -> FieldConfidence:
    """Fit the weights of detection and transcription, and choose the threshold.

    The weights that are kept are fitted on all sources. A logistic regression is calibrated by itself, so
    there is no further map.

    Parameters
    ----------
    sources : Sequence[Sequence[Case]]
        Cases of each source of pages, without combs. Numbers that no threshold may accept do not count, nor
        those that a second reader or the words were asked about.
    max_error : float
        Largest share of wrong numbers among the accepted, with weights of other sources.

    Raises
    ------
    ThresholdError
        If there are fewer than `MIN_CASES` numbers or two sources, or no threshold keeps the error.
    """
    chosen = [[case for case in cases if case.acceptable and not is_asked(case)] for cases in sources]
    evidence, table = _calibrate(chosen, _fit_fields, _weigh_fields)
    return FieldConfidence(
        thresholds=table.counts, threshold=table.choose(max_error).threshold, evidence=evidence
    )


def calibrate_with_text(
    sources: Sequence[Sequence[Case]], sha256: str, max_error: float = 0.01
) -> TextConfidence:
    """Fit the weights of numbers that a second reader or the words of their page were asked about.

    Parameters
    ----------
    sources : Sequence[Sequence[Case]]
        Cases of each source of pages, read with effort normal. Numbers that were sure without do not count.
    sha256 : str
        Checksum of the weights that find the lines of text.
    max_error : float
        As for `calibrate_fields`.

    Raises
    ------
    ThresholdError
        As for `calibrate_fields`.
    """
    chosen = [[case for case in cases if case.acceptable and is_asked(case)] for cases in sources]
    evidence, table = _calibrate(chosen, _fit_text, _weigh_text)
    return TextConfidence(
        sha256, evidence, thresholds=table.counts, threshold=table.choose(max_error).threshold
    )


def is_accepted(case: Case, fields: FieldConfidence) -> bool:
    """Tell whether weights and thresholds accept a number that is no comb, by the evidence for it.

    Parameters
    ----------
    case : Case
        Number on a page, read with whatever weights.
    fields : FieldConfidence
        Weights and thresholds.
    """
    if not case.acceptable:
        return False
    if is_asked(case):
        text = fields.text
        return text is not None and _weigh_text([case], text.evidence)[0] >= text.threshold
    calibrate = Calibrator(fields.calibration.points)
    return calibrate(_weigh_fields([case], fields.evidence)[0]) >= fields.threshold


def is_asked(case: Case) -> bool:
    """Tell whether a second reader or the words were asked about a number."""
    return case.number is not None and case.number.text_confidence is not None


def _calibrate(
    sources: Sequence[Sequence[Case]],
    fit: Callable[[Sequence[Case]], Weights],
    weigh: Callable[[Sequence[Case], Weights], list[float]],
) -> tuple[Weights, RiskTable]:
    """Fit weights to all sources, and count what thresholds accept of each with weights of the others."""
    sources = [cases for cases in sources if cases]
    n = sum(map(len, sources))
    if n < MIN_CASES or len(sources) < 2:
        raise ThresholdError(
            f"{n} numbers of {len(sources)} sources were read, too few to calibrate with",
            where="pages",
            remedy="label more of them",
        )
    confidences: list[float] = []
    for left_out in sources:
        weights = fit([case for cases in sources if cases is not left_out for case in cases])
        confidences += weigh(left_out, weights)
    everything = [case for cases in sources for case in cases]
    table = RiskTable.measure(confidences, [case.right for case in everything], COVERAGES)
    return fit(everything), table


def _fit_fields(cases: Sequence[Case]) -> Evidence:
    given = _list_evidence(cases)
    right = [case.right for case in cases]
    return fit_evidence([_get_detection(e) for e in given], [e.reading for e in given], right)


def _weigh_fields(cases: Sequence[Case], evidence: Evidence | None) -> list[float]:
    return [combine_evidence(_get_detection(e), e.reading, evidence) for e in _list_evidence(cases)]


def _fit_text(cases: Sequence[Case]) -> TextEvidence:
    return fit_text_evidence(_list_evidence(cases), [case.right for case in cases])


def _weigh_text(cases: Sequence[Case], evidence: TextEvidence) -> list[float]:
    return [weigh_text(given, evidence) for given in _list_evidence(cases)]


def _get_detection(given: PageEvidence) -> float:
    return 1.0 if given.detection is None else given.detection


def _list_evidence(cases: Sequence[Case]) -> list[PageEvidence]:
    """List the evidence for numbers, as `PageJudge` weighs it."""
    return [_make_evidence(case.number) for case in cases if case.number is not None]


def _make_evidence(number: Number) -> PageEvidence:
    reading = number.confidence if number.reading_confidence is None else number.reading_confidence
    return PageEvidence(
        number.detection_confidence,
        min(MISFIT_CONFIDENCE, reading) if is_misshapen(number.text) else reading,
        NEUTRAL if number.text_confidence is None else number.text_confidence,
        len(number.digits),
        number.row is not None,
        number.written == "handwritten",
    )
