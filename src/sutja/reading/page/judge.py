"""`PageJudge`: how sure the numbers of a page are, and which of them are accepted.

A number is judged by what it was read with: by detection and reading alone, by these and the words of its
page, or, in a comb, by its boxes. Each of the three has a calibration and a threshold of its own.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TypeAlias

from sutja.confidence import Calibrator, PageEvidence, combine_evidence, resolve_threshold, weigh_text
from sutja.errors import ThresholdError
from sutja.model_file import FieldConfidence, TextConfidence, TextEvidence
from sutja.reading.judge import MISFIT_CONFIDENCE
from sutja.reading.page.field import Field
from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.text_detector import SHA256
from sutja.types import Box

Judgement: TypeAlias = tuple[float, bool]  # calibrated confidence of a number, and if that is enough

MIN_CONFIDENCE = 0.05  # joint confidence of detection and transcription; numbers below are dropped
PLACED = 0.99  # confidence of the detection of a number that has to stand where it does
NEUTRAL = 0.5  # probability by words that were not read
# Dates whose year has digits too many or too few, shares with a zero before their digits, amounts in groups
# whose last is cut.
_MISSHAPEN = re.compile(
    r"\d{1,2}/\d{1,2}/\d{3}|\d\d\.\d\d\.\d{3}|"
    r"\d{1,2}(?P<mark>[/.])\d{1,2}(?P=mark)(?:19|20)\d{3}|0\d+[.,]\d+ ?%|"
    r"\D*\d{1,3}(?:,\d{2,3})+,\d{1,2}"
)
_AROUND, _ALL = 0.1, 0.98  # heights of a number around it, and share of the page's ink that is there
# Of words, where a detector's card does not say what they are worth: half of what our own reading is worth.
UNMEASURED = TextEvidence(-1.5, 0.4, 0.7, 0.5, -0.5)


class PageJudge:
    """Judges the numbers of pages.

    Parameters
    ----------
    calibration : FieldConfidence
        Confidences and thresholds, of the detector's card.
    max_error : float | None
        As for `Reader`; by the counts of `calibration`.
    with_text : bool
        True if words are read.

    Raises
    ------
    ThresholdError
        If no threshold kept `max_error`.

    Attributes
    ----------
    threshold : float
        Confidence from which numbers are accepted that neither words nor a second reader were asked about.
    choice : ThresholdChoice | None
        Grounds of the threshold that was chosen for `max_error`.
    """

    def __init__(self, calibration: FieldConfidence, max_error: float | None, *, with_text: bool) -> None:
        self._calibrate = Calibrator(calibration.calibration.points)
        self._evidence = calibration.evidence
        text = calibration.text or TextConfidence(
            SHA256, UNMEASURED, calibration.calibration, threshold=calibration.threshold
        )
        self._text_evidence = text.evidence
        self._calibrate_text = Calibrator(text.calibration.points)
        self.threshold, self.choice = resolve_threshold(
            calibration.threshold, calibration.thresholds, max_error
        )
        self._text_threshold = self.threshold
        self._comb_threshold = _resolve_comb_threshold(calibration, self.threshold, max_error)
        if with_text and calibration.text is not None:
            self._text_threshold, self.choice = resolve_threshold(
                calibration.text.threshold, calibration.text.thresholds, max_error
            )

    def judge(self, field: Field, *, placed: bool = False) -> Judgement:
        """Judge a number by detection, by transcription, and by the words of its page.

        Parameters
        ----------
        field : Field
            The number's field.
        placed : bool
            True if the page has a number at this place for certain, so that its detection says no more.
        """
        reading = field.number.confidence
        if is_misshapen(field.number.text):
            reading = min(MISFIT_CONFIDENCE, reading)
        found = max(PLACED, field.detection.confidence) if placed else field.detection.confidence
        if field.comb:
            return reading, reading >= self._comb_threshold
        text = get_text(field)
        if text is None:
            confidence = self._calibrate(combine_evidence(found, reading, self._evidence))
            return confidence, confidence >= self.threshold
        given = PageEvidence(
            found if field.found or placed else None,
            reading,
            text,
            len(field.number.digits),
            field.in_table,
            field.detection.label == "handwritten",
        )
        confidence = self._calibrate_text(weigh_text(given, self._text_evidence))
        return confidence, confidence >= self._text_threshold

    def is_sure(self, field: Field) -> bool:
        """Tell whether a number is sure."""
        return self.judge(field)[1]

    def is_plausible(self, field: Field) -> bool:
        """Tell whether a number that more than our own network was asked about is still likely enough."""
        return get_text(field) is None or self.judge(field)[0] >= MIN_CONFIDENCE


def is_misshapen(text: str) -> bool:
    """Tell whether a number has a digit too many or too few: a year of three, "06.0%", "10,52,05,00".

    Parameters
    ----------
    text : str
        Text of the number.

    >>> is_misshapen("26/02/20181"), is_misshapen("1/06/201"), is_misshapen("06.0%"), is_misshapen("1/6/18")
    (True, True, True, False)
    """
    return _MISSHAPEN.fullmatch(text) is not None


def place_alone(fields: list[Field], transform: PageTransform, layout: Layout) -> list[Field]:
    """Take the place of a number for certain where its page shows nothing else, as a crop does.

    Parameters
    ----------
    fields : list[Field]
        Fields of the page.
    transform : PageTransform
        Page that they were detected on.
    layout : Layout
        Layout of its picture.
    """
    if len(fields) != 1:
        return fields
    [field] = fields
    box, margin = field.ink_box, _AROUND * field.ink_box.height
    around = Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)
    edges = [round(edge / layout.shrink) for edge in transform.map_box(around).to_list()]
    x0, y0, x1, y1 = (max(0, edge) for edge in edges)
    inside, whole = int(layout.ink[y0:y1, x0:x1].sum()), int(layout.ink.sum())
    if not whole or inside < _ALL * whole:
        return fields
    detection = replace(field.detection, confidence=max(PLACED, field.detection.confidence))
    return [replace(field, detection=detection)]


def _resolve_comb_threshold(calibration: FieldConfidence, threshold: float, max_error: float | None) -> float:
    """Take the card's threshold of combs, or that of fields where these were not counted by themselves.

    Where the counts are too few to show that a largest error was kept, no comb is accepted.
    """
    own = calibration.comb_threshold
    if own is None:
        return threshold
    try:
        return resolve_threshold(own, calibration.combs, max_error)[0]
    except ThresholdError:
        return math.inf


def get_text(field: Field) -> float | None:
    """Return the probability by words: `NEUTRAL` where two readers alone were asked, None for neither."""
    return NEUTRAL if field.text is None and field.joined else field.text
