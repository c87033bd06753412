"""How far numbers on pages are trusted, learnt from pages whose numbers are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sutja.confidence import RiskTable, combine_evidence, fit_calibration, fit_evidence
from sutja.errors import ThresholdError
from sutja.model_file import FieldConfidence
from sutja.reading.page.truth import Case

LEAST_CASES = 100  # fewer tell nothing


def field_trust(pages: Sequence[Sequence[Case]], max_error: float = 0.01, seed: int = 0) -> FieldConfidence:
    """How finding and reading weigh, their calibration, and the threshold from which numbers are accepted.

    Half of the pages fit the weights and the map to a probability, the other half counts what each
    threshold accepts. Pages stay whole: the numbers of one are not drawn independently.

    Parameters
    ----------
    pages : Sequence[Sequence[Case]]
        For each page its cases, read without any calibration of fields. Only numbers that a threshold may
        accept count.
    max_error : float
        Largest share of wrong numbers among the accepted of the second half.
    seed : int
        Deals the pages.

    Raises
    ------
    ThresholdError
        If there are fewer than `LEAST_CASES` numbers, or no threshold keeps the error.
    """
    order = np.random.default_rng(seed).permutation(len(pages))
    half = len(pages) // 2
    fit, count = (
        [case for i in part for case in pages[i] if case.acceptable] for part in (order[:half], order[half:])
    )
    if len(fit) + len(count) < LEAST_CASES or not fit or not count:
        raise ThresholdError(
            f"{len(fit) + len(count)} numbers were read, too few to trust by",
            where="pages",
            remedy="label more of them",
        )
    evidence = fit_evidence(*_grounds(fit), [case.right for case in fit])

    def raw(cases: Sequence[Case]) -> list[float]:
        return [combine_evidence(found, read, evidence) for found, read in zip(*_grounds(cases), strict=True)]

    calibrate = fit_calibration(raw(fit), [case.right for case in fit])
    table = RiskTable.measure([calibrate(value) for value in raw(count)], [case.right for case in count])
    chosen = table.choose(max_error)
    return FieldConfidence(calibrate.calibration, table.counts, chosen.threshold, evidence=evidence)


def _grounds(cases: Sequence[Case]) -> tuple[list[float], list[float]]:
    """How surely each number was found, and how surely it was read; without trust the two are multiplied."""
    numbers = [case.number for case in cases if case.number is not None]
    found = [
        1.0 if number.detection_confidence is None else number.detection_confidence for number in numbers
    ]
    read = [min(1.0, n.confidence / max(f, 1e-9)) for n, f in zip(numbers, found, strict=True)]
    return found, read
