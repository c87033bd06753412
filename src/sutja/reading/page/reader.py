"""`PageReader`: a whole page in, its numbers in reading order out.

page → straight (`prepare`) and upright (`orientation`) → fields (`fields`) → crops of the picture's own
pixels (`cropping`) → the transcriber → numbers, in the rows and columns of tables (`tables`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.charset import LETTER
from sutja.confidence import Calibrator, combine_evidence, resolve_threshold
from sutja.model_file import FieldConfidence
from sutja.reading.judge import MISFIT_CONFIDENCE
from sutja.reading.page.cropping import CROP_METHODS, CropMethod, FieldCrop, crop_field
from sutja.reading.page.fields import DetectedField, FieldDetector, detect_fields
from sutja.reading.page.missing_cells import find_missing_cells
from sutja.reading.page.orientation import (
    UPRIGHT,
    FieldReading,
    Orientation,
    find_orientation,
    is_orientation_doubtful,
)
from sutja.reading.page.perspective import Quad
from sutja.reading.page.prepare import PreparedPage, prepare_page
from sutja.reading.page.sudoku import correct_grids
from sutja.reading.page.tables import CellPosition, find_reading_order, locate_cells
from sutja.reading.page.transform import PageTransform
from sutja.signals.image import Picture
from sutja.types import Box, Number, Page

# Crops of one number each, uint8 (H, W) or (H, W, 3): for each its number, boxes in its pixels, or None.
Transcribe: TypeAlias = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Number | None]]

MIN_CONFIDENCE = 0.05  # joint confidence of detection and transcription; numbers below are dropped
MISSING_CELL_CONFIDENCE = 0.5  # that a number stands in a cell of a table where none was detected
# A number's box has this part of its height as a margin about the ink, as boxes have that people draw. Crops
# and tables use the ink's own box.
BOX_MARGIN = 0.1
INK_MARGIN = 0.1  # of the detected box's height: ink may reach so far beyond it
SURE = 0.9  # confidence of a transcription, below which the field is read from a second crop
BATCH = 512  # fields that are cropped and read together


@dataclass(frozen=True, slots=True)
class Field:
    """A number on the straightened page: its detection, its crop, and the number read from it."""

    number: Number
    detection: DetectedField
    crop: FieldCrop

    @property
    def confidence(self) -> float:
        """Product of the confidences of detection and transcription."""
        return self.detection.confidence * self.number.confidence

    @property
    def reading(self) -> FieldReading:
        """Evidence for the orientation of the page."""
        return FieldReading(self.confidence, self.number.digits, self.ink_box)

    @property
    def ink_box(self) -> Box:
        """Box of the number's ink on the page, within the detected box and a margin.

        In a crop that is not cleaned the frame about a field, or the next line, passes for ink.
        """
        ink, detected = self.crop.map_box(self.number.box), self.detection.box
        margin = INK_MARGIN * detected.height
        x0, y0 = max(ink.x0, detected.x0 - margin), max(ink.y0, detected.y0 - margin)
        x1, y1 = min(ink.x1, detected.x1 + margin), min(ink.y1, detected.y1 + margin)
        return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else detected


class PageReader:
    """Reads the numbers of whole pages.

    Parameters
    ----------
    transcribe : Transcribe
        Reads the crops of fields: `Reader.read_crops`.
    detector : FieldDetector
        Detects fields: a `sutja.detection.Detector` of number fields.
    calibration : FieldConfidence | None
        Joint confidence of detection and transcription, and the threshold from which numbers are accepted.
    max_error : float | None
        As for `Reader`; by the counts of `calibration`.
    of_a_kind : bool
        True if a kind of number was asked for: a number that `transcribe` does not accept, since it does not
        fit the kind, is not accepted here either.

    Raises
    ------
    ThresholdError
        If no threshold kept `max_error`.
    """

    def __init__(
        self,
        transcribe: Transcribe,
        detector: FieldDetector,
        calibration: FieldConfidence | None = None,
        max_error: float | None = None,
        *,
        of_a_kind: bool = False,
    ) -> None:
        calibration = calibration or FieldConfidence()
        self._transcribe = transcribe
        self.detector = detector
        self._of_a_kind = of_a_kind
        self._calibrate = Calibrator(calibration.calibration.points)
        self._evidence = calibration.evidence
        self.threshold, self.choice = resolve_threshold(
            calibration.threshold, calibration.thresholds, max_error
        )

    def read(self, picture: Picture) -> Page:
        """Read a page.

        Parameters
        ----------
        picture : Picture
            The page, in any orientation.

        Returns
        -------
        Page
            Its boxes are in the pixels of the picture as given, however it was turned to be read.
        """
        prepared = prepare_page(picture.pixels)
        orientation, transform, fields = UPRIGHT, prepared.transform, list[Field]()
        if prepared.scales:
            fields = self._read_fields(transform, prepared)
            if is_orientation_doubtful([field.reading for field in fields], prepared.layout):
                orientation = find_orientation(prepared, self._read_sample)
                if orientation != UPRIGHT:
                    transform = orientation.apply(transform)
                    fields = self._read_fields(transform, prepared)
        numbers = self._make_numbers(transform, fields, prepared.frame)
        corrected = correct_grids(numbers)
        return Page(
            picture.source,
            picture.page,
            picture.width,
            picture.height,
            tuple(corrected),
            turned=orientation.turned,
            mirrored=orientation.mirrored,
            notes=(
                *_note_preparation(picture, prepared, orientation),
                *_note_corrections(numbers, corrected),
            ),
        )

    def _read_fields(self, transform: PageTransform, prepared: PreparedPage) -> list[Field]:
        """Detect and read the fields of a page, and read the missing cells of its tables."""
        fields = self._read(transform, detect_fields(transform, prepared.scales, self.detector))
        boxes = [field.ink_box for field in fields]
        missing = find_missing_cells(
            boxes, locate_cells(boxes, find_framed(transform, prepared.frame, boxes))
        )
        if missing:
            label = Counter(field.detection.label for field in fields).most_common(1)[0][0]
            cells = [DetectedField(label, MISSING_CELL_CONFIDENCE, box) for box in missing]
            fields += self._read(transform, cells)
        return fields

    def _read_sample(
        self, transform: PageTransform, part: Box, scales: Sequence[float], limit: int
    ) -> list[FieldReading]:
        """Read the surest fields of a part of a page."""
        part_transform = transform.crop(part)
        detections = detect_fields(part_transform, scales, self.detector)[:limit]
        return [field.reading for field in self._read(part_transform, detections)]

    def _read(self, transform: PageTransform, detections: Sequence[DetectedField]) -> list[Field]:
        """Read detected fields, and drop those that hold no number."""
        fields: list[Field] = []
        for start in range(0, len(detections), BATCH):
            read = self._read_batch(transform, detections[start : start + BATCH])
            fields += [field for field in read if field is not None and self._is_likely(field)]
        return fields

    def _is_likely(self, field: Field) -> bool:
        """Tell whether a field may hold a number.

        Where a kind was asked for, a number that does not fit it is unsure for that reason alone, however
        clear it is. It is shown as rejected, so only its detection counts.
        """
        confidence = field.confidence
        if self._of_a_kind and not field.number.accepted:
            confidence = max(confidence, field.detection.confidence * MISFIT_CONFIDENCE)
        return confidence >= MIN_CONFIDENCE

    def _read_batch(
        self, transform: PageTransform, detections: Sequence[DetectedField]
    ) -> list[Field | None]:
        """Read fields from tight crops, and those in doubt from loose ones as well."""
        tight, loose = CROP_METHODS
        fields = self._crop_and_read(transform, detections, tight)
        doubtful = [i for i, field in enumerate(fields) if field is None or field.number.confidence < SURE]
        others = self._crop_and_read(transform, [detections[i] for i in doubtful], loose)
        for i, other in zip(doubtful, others, strict=True):
            fields[i] = choose_surer(fields[i], other)
        return fields

    def _crop_and_read(
        self, transform: PageTransform, detections: Sequence[DetectedField], method: CropMethod
    ) -> list[Field | None]:
        crops = [crop_field(transform, detection.box, method) for detection in detections]
        numbers = self._transcribe([crop.pixels for crop in crops])
        return [
            None if number is None else Field(number, detection, crop)
            for number, detection, crop in zip(numbers, detections, crops, strict=True)
        ]

    def _make_numbers(
        self, transform: PageTransform, fields: Sequence[Field], frame: Quad | None
    ) -> tuple[Number, ...]:
        """Put numbers into reading order, into tables, and back onto the picture as given."""
        boxes = [field.ink_box for field in fields]
        positions = locate_cells(boxes, find_framed(transform, frame, boxes))
        order = find_reading_order(boxes, positions)
        return tuple(self._make_number(transform, fields[i], positions[i]) for i in order)

    def _make_number(self, transform: PageTransform, field: Field, position: CellPosition | None) -> Number:
        """Make the number of a field, with boxes on the picture as given."""
        number, detection = field.number, field.detection
        confidence = self._calibrate(
            combine_evidence(detection.confidence, number.confidence, self._evidence)
        )
        fits = number.accepted if self._of_a_kind else LETTER not in number.text

        def map_box(box: Box) -> Box:
            return transform.map_box(field.crop.map_box(box))

        return replace(
            number,
            confidence=confidence,
            accepted=confidence >= self.threshold and fits,
            box=transform.map_box(add_margin(field.ink_box)),
            characters=tuple(replace(c, box=map_box(c.box)) for c in number.characters),
            alternatives=tuple(
                replace(other, confidence=min(other.confidence, confidence, 1.0 - confidence))
                for other in number.alternatives
            ),
            written=detection.label,
            table=position.table if position else None,
            row=position.row if position else None,
            column=position.column if position else None,
            detection_confidence=detection.confidence,
        )


def find_framed(transform: PageTransform, frame: Quad | None, boxes: Sequence[Box]) -> list[bool]:
    """Find the boxes of a page whose centres lie within a frame, given by its corners in the picture."""
    if frame is None or not boxes:
        return [False] * len(boxes)
    centres = transform.map_points([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes])
    contour = frame.astype(np.float32).reshape(-1, 1, 2)
    return [cv2.pointPolygonTest(contour, (float(x), float(y)), False) >= 0 for x, y in centres]


def add_margin(box: Box) -> Box:
    """Add `BOX_MARGIN` on every side of a box."""
    margin = BOX_MARGIN * box.height
    return Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)


def choose_surer(one: Field | None, other: Field | None) -> Field | None:
    """Choose the surer of two readings of one field, and make it less sure where they differ."""
    if one is None or other is None:
        return one or other
    best, rest = (one, other) if one.number.confidence >= other.number.confidence else (other, one)
    if best.number.digits == rest.number.digits:
        return best
    doubted = best.number.confidence * (1.0 - rest.number.confidence / 2)
    return replace(best, number=replace(best.number, confidence=doubted))


def _note_preparation(picture: Picture, prepared: PreparedPage, orientation: Orientation) -> tuple[str, ...]:
    """Note for people what was done to the page."""
    notes = list(prepared.notes)
    if picture.dpi is not None:
        notes.insert(0, f"drawn at {picture.dpi:.0f} dpi")
    if orientation.mirrored:
        notes.append("read as in a mirror")
    if orientation.turned:
        notes.append(f"turned clockwise by {orientation.turned} degrees to be read")
    return tuple(notes)


def _note_corrections(read: Sequence[Number], corrected: Sequence[Number]) -> tuple[str, ...]:
    """Note the number of cells of grids that are not given as they were read."""
    count = sum(before.digits != after.digits for before, after in zip(read, corrected, strict=True))
    cells = "1 cell" if count == 1 else f"{count} cells"
    return (f"{cells} in doubt settled by the rule of the puzzle",) if count else ()
