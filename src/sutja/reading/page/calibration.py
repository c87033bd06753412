"""Calibration of the confidence in numbers on pages, by pages whose numbers are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sutja.confidence import (
    Calibrator,
    RiskTable,
    combine_evidence,
    fit_calibration,
    fit_evidence,
    fit_text_evidence,
    weigh_text,
)
from sutja.errors import ThresholdError
from sutja.model_file import FieldConfidence, TextConfidence, TextEvidence
from sutja.reading.page.labels import Case

MIN_CASES = 100  # fewer are too few to calibrate with


def calibrate_fields(
    pages: Sequence[Sequence[Case]], max_error: float = 0.01, seed: int = 0
) -> FieldConfidence:
    """Fit the weights of detection and transcription and their calibration, and choose the threshold.

    Half of the pages fit the weights and the calibration, the other half counts what each threshold accepts.
    Pages stay whole, since the numbers of one page are not independent.

    Parameters
    ----------
    pages : Sequence[Sequence[Case]]
        Cases of each page, read without calibration of fields. Numbers that no threshold may accept do not
        count.
    max_error : float
        Largest share of wrong numbers among the accepted of the second half.
    seed : int
        Seed of the split of the pages.

    Raises
    ------
    ThresholdError
        If there are fewer than `MIN_CASES` numbers, or no threshold keeps the error.
    """
    order = np.random.default_rng(seed).permutation(len(pages))
    half = len(pages) // 2
    fit, count = (
        [case for i in part for case in pages[i] if case.acceptable] for part in (order[:half], order[half:])
    )
    if len(fit) + len(count) < MIN_CASES or not fit or not count:
        raise ThresholdError(
            f"{len(fit) + len(count)} numbers were read, too few to calibrate with",
            where="pages",
            remedy="label more of them",
        )
    evidence = fit_evidence(*_split_confidences(fit), [case.right for case in fit])

    def raw(cases: Sequence[Case]) -> list[float]:
        return [
            combine_evidence(detection, transcription, evidence)
            for detection, transcription in zip(*_split_confidences(cases), strict=True)
        ]

    calibrate = fit_calibration(raw(fit), [case.right for case in fit])
    table = RiskTable.measure([calibrate(value) for value in raw(count)], [case.right for case in count])
    chosen = table.choose(max_error)
    return FieldConfidence(calibrate.calibration, table.counts, chosen.threshold, evidence=evidence)


def calibrate_with_text(
    pages: Sequence[Sequence[Case]], sha256: str, max_error: float = 0.01, seed: int = 0
) -> TextConfidence:
    """Fit the same for numbers that a second reader or the words of their page were asked about.

    What each threshold accepts is counted on either half of the pages with weights and calibration of the
    other half; those that are kept are fitted on all.

    Parameters
    ----------
    pages : Sequence[Sequence[Case]]
        Cases of each page, read with effort normal. Numbers that were sure without do not count.
    sha256 : str
        Checksum of the weights that find the lines of text.
    max_error, seed : float or int
        As for `calibrate_fields`.

    Raises
    ------
    ThresholdError
        If there are fewer than `MIN_CASES` numbers, or no threshold keeps the error.
    """
    order = np.random.default_rng(seed).permutation(len(pages))
    halves = [
        [case for i in order[start::2] for case in pages[i] if case.acceptable and _get_evidence(case)]
        for start in (0, 1)
    ]
    if sum(map(len, halves)) < MIN_CASES or not all(halves):
        raise ThresholdError(
            f"{sum(map(len, halves))} numbers were asked about, too few to calibrate with",
            where="pages",
            remedy="label more of them",
        )
    confidences: list[float] = []
    for fit, count in (halves, halves[::-1]):
        evidence, calibrate = _fit_text(fit)
        confidences += map(calibrate, weigh_cases(count, evidence))
    table = RiskTable.measure(confidences, [case.right for half in halves[::-1] for case in half])
    evidence, calibrate = _fit_text([case for half in halves for case in half])
    threshold = table.choose(max_error).threshold
    return TextConfidence(sha256, evidence, calibrate.calibration, table.counts, threshold)


def _fit_text(cases: Sequence[Case]) -> tuple[TextEvidence, Calibrator]:
    """Fit the weights of cases and their calibration."""
    given = [found for case in cases if (found := _get_evidence(case)) is not None]
    detections, readings, texts = zip(*given, strict=True)
    right = [case.right for case in cases]
    evidence = fit_text_evidence(detections, readings, texts, right)
    return evidence, fit_calibration(weigh_cases(cases, evidence), right)


def weigh_cases(cases: Sequence[Case], evidence: TextEvidence) -> list[float]:
    """Compute the joint confidence of numbers, before calibration."""
    return [weigh_text(*given, evidence) for given in map(_get_evidence, cases) if given is not None]


def _get_evidence(case: Case) -> tuple[float | None, float, float] | None:
    """Return the confidences of detection, reading and words; None of a number that was sure without."""
    number = case.number
    if number is None or number.text_confidence is None or number.reading_confidence is None:
        return None
    return number.detection_confidence, number.reading_confidence, number.text_confidence


def _split_confidences(cases: Sequence[Case]) -> tuple[list[float], list[float]]:
    """Return the confidences of detection and of transcription, whose product an uncalibrated number has."""
    numbers = [case.number for case in cases if case.number is not None]
    detections = [
        1.0 if number.detection_confidence is None else number.detection_confidence for number in numbers
    ]
    transcriptions = [min(1.0, n.confidence / max(d, 1e-9)) for n, d in zip(numbers, detections, strict=True)]
    return detections, transcriptions
