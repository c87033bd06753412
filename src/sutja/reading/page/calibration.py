"""Calibration of the confidence in numbers on pages, by pages whose numbers are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sutja.confidence import (
    PageEvidence,
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
FOLDS = 5  # of the pages whose words were read
TEXT_COVERAGES = tuple(share / 40 for share in range(2, 41))  # accepted shares of their numbers


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
    """Fit the weights of numbers that a second reader or the words of their page were asked about.

    What each threshold accepts is counted on each fold of the pages with weights of the others; those that
    are kept are fitted on all. A logistic regression is calibrated by itself, so there is no further map.

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
    folds = [
        [case for i in order[start::FOLDS] for case in pages[i] if case.acceptable and _get_evidence(case)]
        for start in range(FOLDS)
    ]
    cases = [case for fold in folds for case in fold]
    if len(cases) < MIN_CASES or not all(folds):
        raise ThresholdError(
            f"{len(cases)} numbers were asked about, too few to calibrate with",
            where="pages",
            remedy="label more of them",
        )
    confidences: list[float] = []
    for count in folds:
        evidence = _fit_text([case for fold in folds if fold is not count for case in fold])
        confidences += weigh_cases(count, evidence)
    table = RiskTable.measure(confidences, [case.right for case in cases], TEXT_COVERAGES)
    threshold = table.choose(max_error).threshold
    return TextConfidence(sha256, _fit_text(cases), thresholds=table.counts, threshold=threshold)


def _fit_text(cases: Sequence[Case]) -> TextEvidence:
    """Fit the weights of cases."""
    given = [found for case in cases if (found := _get_evidence(case)) is not None]
    return fit_text_evidence(given, [case.right for case in cases])


def weigh_cases(cases: Sequence[Case], evidence: TextEvidence) -> list[float]:
    """Compute the joint confidence of numbers, before calibration."""
    return [weigh_text(given, evidence) for given in map(_get_evidence, cases) if given is not None]


def _get_evidence(case: Case) -> PageEvidence | None:
    """Return the evidence for a number; None of one that was sure without."""
    number = case.number
    if number is None or number.text_confidence is None or number.reading_confidence is None:
        return None
    return PageEvidence(
        number.detection_confidence,
        number.reading_confidence,
        number.text_confidence,
        len(number.digits),
        number.row is not None,
        number.written == "handwritten",
    )


def _split_confidences(cases: Sequence[Case]) -> tuple[list[float], list[float]]:
    """Return the confidences of detection and of transcription, whose product an uncalibrated number has."""
    numbers = [case.number for case in cases if case.number is not None]
    detections = [
        1.0 if number.detection_confidence is None else number.detection_confidence for number in numbers
    ]
    transcriptions = [min(1.0, n.confidence / max(d, 1e-9)) for n, d in zip(numbers, detections, strict=True)]
    return detections, transcriptions
