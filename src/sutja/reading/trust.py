"""How far numbers on pages are trusted, learnt from pages whose numbers are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sutja.confidence import RiskTable, fit_calibration
from sutja.errors import ThresholdError
from sutja.model_file import FieldTrust
from sutja.reading.truth import Case

LEAST_CASES = 100  # fewer tell nothing


def field_trust(pages: Sequence[Sequence[Case]], max_error: float = 0.01, seed: int = 0) -> FieldTrust:
    """The calibration of whole numbers, and the threshold from which they are accepted.

    Half of the pages fit the map from finding times reading to a probability, the other half counts what each
    threshold accepts. Pages stay whole: the numbers of one are not drawn independently.

    Parameters
    ----------
    pages
        For each page its cases, read without any calibration of fields. Only numbers that a threshold may
        accept count.
    max_error
        Largest share of wrong numbers among the accepted of the second half.
    seed
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
            f"{len(fit) + len(count)} numbers were read, too few to trust by", where="pages",
            remedy="label more of them",
        )  # fmt: skip
    calibrate = fit_calibration(*_scores(fit))
    raw, right = _scores(count)
    table = RiskTable.measure([calibrate(value) for value in raw.tolist()], right)
    chosen = table.choose(max_error)
    return FieldTrust(calibrate.calibration, table.counts, chosen.threshold)


def _scores(cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray]:
    """Raw confidence and whether it was right, of each number."""
    raw = [0.0 if case.number is None else case.number.confidence for case in cases]
    return np.array(raw), np.array([case.right for case in cases])
