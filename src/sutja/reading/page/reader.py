"""`PageReader`: a whole page in, its numbers in reading order out.

page → straight (`prepare`) and upright (`orientation`) → fields (`fields`) → crops of the picture's own
pixels (`cropping`) → the transcriber → numbers, in the rows and columns of tables (`tables`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sutja.charset import LETTER
from sutja.model_file import FieldConfidence
from sutja.reading.judge import MISFIT_CONFIDENCE
from sutja.reading.page.combs import MakeNumber, join_combs
from sutja.reading.page.cropping import CROP_METHODS, CropMethod, crop_field
from sutja.reading.page.cut_numbers import join_cut_numbers
from sutja.reading.page.field import Field, add_margin, choose_surer
from sutja.reading.page.fields import DetectedField, FieldDetector, detect_fields
from sutja.reading.page.geometry.layout import Layout
from sutja.reading.page.geometry.perspective import Quad
from sutja.reading.page.geometry.shrinking import enlarge_page, shrink_picture
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.page.judge import MIN_CONFIDENCE, PageJudge, get_text, place_alone
from sutja.reading.page.naming.names import (
    find_placed,
    is_cheque,
    make_candidate,
    may_be_amount,
    name_numbers,
)
from sutja.reading.page.orientation import (
    UPRIGHT,
    FieldReading,
    Orientation,
    find_orientation,
    is_orientation_doubtful,
)
from sutja.reading.page.prepare import PreparedPage, prepare_page
from sutja.reading.page.tables.framed import find_framed, mark_cells
from sutja.reading.page.tables.missing_cells import find_missing_cells
from sutja.reading.page.tables.ruled_cells import RuledCells
from sutja.reading.page.tables.structure import CellPosition, find_reading_order, locate_cells
from sutja.reading.page.tables.sudoku import correct_grids, note_corrections
from sutja.reading.page.tables.unread_cells import make_unread_numbers
from sutja.reading.page.text.lines import PageText, Word
from sutja.reading.page.text.orientation import find_orientation_by_text
from sutja.reading.page.text.text_pass import TextPass, overlap
from sutja.reading.page.widening import read_wider
from sutja.signals.image import Picture
from sutja.types import Box, Number, Page

# Crops of one number each, uint8 (H, W) or (H, W, 3): for each its number, boxes in its pixels, or None.
Transcribe: TypeAlias = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Number | None]]

# An upright page, its detected fields and its layout: its combs, and the other fields.
ReadCombs: TypeAlias = Callable[[PageTransform, Sequence[Field], Layout], tuple[list[Field], list[Field]]]

MISSING_CELL_CONFIDENCE = 0.5  # that a number stands in a cell of a table where none was detected
SURE = 0.9  # confidence of a transcription, below which the field is read from a second crop
MAX_ACROSS = (
    0.5  # share of characters with neighbours beside them, below which words are first asked how to turn
)
MIN_WRITTEN = 40  # characters on a page whose words are first asked
MOST_UNREAD = 2.0  # characters on a page to one in its numbers, from which its words are looked at
BATCH = 512  # fields that are cropped and read together


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
    of_amounts : bool
        True if that kind is "amount": serial numbers and numbers with other names are not accepted.
    make_number : MakeNumber | None
        Makes the number of a comb, of its text, its confidence and its characters; None to leave the digits
        of combs apart.
    text : TextPass | None
        Reads the words of pages; None to leave them alone.
    orient : TextPass | None
        Finds lines of words that tell how a page is turned; None to go by its numbers alone.
    reread : Transcribe | None
        Reads the crops of fields in doubt once more, with two readers; None to leave them as they are.
    read_combs : ReadCombs | None
        Reads the combs of a page in place of the fields that were detected in them; None to leave these.

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
        of_amounts: bool = False,
        make_number: MakeNumber | None = None,
        text: TextPass | None = None,
        orient: TextPass | None = None,
        reread: Transcribe | None = None,
        read_combs: ReadCombs | None = None,
    ) -> None:
        self._transcribe = transcribe
        self.detector = detector
        self._of_a_kind = of_a_kind
        self._of_amounts = of_amounts
        self._make_comb = make_number
        self._text, self._orient = text, orient
        self._reread = reread
        self._read_combs = read_combs
        self._judge = PageJudge(calibration or FieldConfidence(), max_error, with_text=text is not None)
        self.threshold, self.choice = self._judge.threshold, self._judge.choice

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
        small = shrink_picture(picture)
        if small is not None:
            return enlarge_page(self.read(small), picture)
        prepared = prepare_page(picture.pixels)
        orientation, transform, fields = UPRIGHT, prepared.transform, list[Field]()
        words, cells = list[Word](), None
        if prepared.scales:
            known = self._find_orientation_first(prepared)
            transform, cells, fields, text = self._read_turned(prepared, known or UPRIGHT)
            orientation = known or self._find_orientation(prepared, fields, text)
            if known is None and orientation != UPRIGHT:
                transform, cells, fields, text = self._read_turned(prepared, orientation)
            combs = list[Field]()
            if self._read_combs is not None:
                combs, fields = self._read_combs(transform, fields, prepared.layout)
            fields = self._read_again(fields)
            if text is not None and self._text is not None:
                joined = self._text.join(text, fields, self._read_unfound, self._judge.is_sure)
                fields = cells.keep_apart(fields, joined)
                words = text.words
                fields = [field for field in fields if not any(overlap(field, comb) for comb in combs)]
            fields = read_wider(transform, fields, combs, self._reread, self._transcribe)
            fields = join_cut_numbers(transform, fields, self._reread or self._transcribe)
            fields = mark_cells(fields, transform, prepared.frame)
            fields = [field for field in [*fields, *combs] if self._judge.is_plausible(field)]
        if self._make_comb is not None:
            fields = join_combs(fields, self._make_comb)
        numbers = self._make_numbers(transform, fields, prepared.frame, words)
        unread = [] if cells is None else make_unread_numbers(fields, transform, prepared.frame, cells)
        corrected = correct_grids(numbers, unread)
        return Page(
            picture.source,
            picture.page,
            picture.width,
            picture.height,
            tuple(corrected),
            turned=orientation.turned,
            mirrored=orientation.mirrored,
            notes=(*_note_preparation(picture, prepared, orientation), *note_corrections(numbers, corrected)),
        )

    def _find_text(
        self, transform: PageTransform, prepared: PreparedPage, fields: Sequence[Field]
    ) -> PageText | None:
        """Find the lines of text of a page, unless its numbers are sure and most of what it says."""
        height = prepared.layout.character_height
        if self._text is None or height is None:
            return None
        n_read = sum(len(field.number.text) for field in fields)
        unread = prepared.layout.n_characters > MOST_UNREAD * n_read
        if not (unread or self._text.thorough or not all(map(self._judge.is_sure, fields))):
            return None
        return self._text.open(transform, height)

    def _read_turned(
        self, prepared: PreparedPage, orientation: Orientation
    ) -> tuple[PageTransform, RuledCells, list[Field], PageText | None]:
        """Turn a page, read its fields, and find its lines of text if they are wanted."""
        transform = orientation.apply(prepared.transform)
        cells = RuledCells(transform, prepared.layout)
        fields = self._read_fields(transform, prepared, cells)
        return transform, cells, fields, self._find_text(transform, prepared, fields)

    def _find_orientation_first(self, prepared: PreparedPage) -> Orientation | None:
        """Find the orientation by words before anything else is read, where the lines do not run across."""
        layout = prepared.layout
        if layout.across >= MAX_ACROSS or layout.n_characters < MIN_WRITTEN:
            return None
        return self._ask_words(prepared)

    def _ask_words(self, prepared: PreparedPage) -> Orientation | None:
        """Ask a few lines of words which way round they can be read; None where they do not tell."""
        height = prepared.layout.character_height
        if self._orient is None or height is None:
            return None
        return find_orientation_by_text(self._orient.open(prepared.transform, height))

    def _find_orientation(
        self, prepared: PreparedPage, fields: Sequence[Field], text: PageText | None
    ) -> Orientation:
        """Find the orientation of a page by its words, or else by its numbers."""
        doubtful = is_orientation_doubtful([field.reading for field in fields], prepared.layout)
        found = None if text is None else find_orientation_by_text(text, numbers_read=not doubtful)
        if found is not None:
            return found
        if doubtful:
            found = self._ask_words(prepared) if text is None else None
            if found is not None:
                return found
            surest = sorted(fields, key=lambda field: -field.detection.confidence)
            return find_orientation(prepared, self._read_sample, [field.reading for field in surest])
        return UPRIGHT

    def _read_again(self, fields: Sequence[Field]) -> list[Field]:
        """Read the fields in doubt with two readers, and drop those where both see no number."""
        if self._reread is None:
            return list(fields)
        doubtful = [i for i, field in enumerate(fields) if not self._judge.is_sure(field)]
        read: dict[int, Number | None] = {}
        for start in range(0, len(doubtful), BATCH):
            some = doubtful[start : start + BATCH]
            read.update(zip(some, self._reread([fields[i].crop.pixels for i in some]), strict=True))
        again = [(field, read[i]) if i in read else (field, field.number) for i, field in enumerate(fields)]
        return [
            replace(field, number=number, joined=field.joined or i in read)
            for i, (field, number) in enumerate(again)
            if number is not None
        ]

    def _read_unfound(self, transform: PageTransform, places: Sequence[DetectedField]) -> list[Field | None]:
        """Read places where our own detector found nothing, with two readers where there are two."""
        fields = self._read_places(transform, places)
        again = {id(field.detection): field for field in self._read_again([f for f in fields if f])}
        return [again.get(id(place)) for place in places]

    def _read_fields(
        self, transform: PageTransform, prepared: PreparedPage, cells: RuledCells
    ) -> list[Field]:
        """Detect and read the fields of a page, and read the missing cells of its tables."""
        detections = cells.part(detect_fields(transform, prepared.scales, self.detector))
        fields = place_alone(self._read(transform, detections), transform, prepared.layout)
        boxes = [field.ink_box for field in fields]
        missing = find_missing_cells(
            boxes, locate_cells(boxes, find_framed(transform, prepared.frame, boxes))
        )
        missing += cells.find_unread([*boxes, *missing])
        if missing:
            label = Counter(field.detection.label for field in fields).most_common(1)[0][0]
            places = [DetectedField(label, MISSING_CELL_CONFIDENCE, box) for box in missing]
            fields += self._read(transform, places)
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
        read = self._read_places(transform, detections)
        return [field for field in read if field is not None and self._is_likely(field)]

    def _read_places(
        self, transform: PageTransform, detections: Sequence[DetectedField]
    ) -> list[Field | None]:
        """Read detected fields, None for each that holds no number."""
        fields: list[Field | None] = []
        for start in range(0, len(detections), BATCH):
            fields += self._read_batch(transform, detections[start : start + BATCH])
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
        self, transform: PageTransform, fields: Sequence[Field], frame: Quad | None, words: Sequence[Word]
    ) -> tuple[Number, ...]:
        """Put numbers into reading order, into tables, and back onto the picture as given."""
        boxes = [field.ink_box for field in fields]
        positions = locate_cells(boxes, find_framed(transform, frame, boxes))
        order = find_reading_order(boxes, positions)
        candidates = [make_candidate(field.number, box) for field, box in zip(fields, boxes, strict=True)]
        names = name_numbers(candidates, words, transform.width, transform.height)
        placed = find_placed(candidates, names, is_cheque(words, transform.width, transform.height))
        numbers = [
            replace(self._make_number(transform, fields[i], positions[i], placed[i]), name=names[i])
            for i in order
        ]
        if not self._of_amounts:
            return tuple(numbers)
        return tuple(
            number if may_be_amount(candidates[i], names[i]) else replace(number, accepted=False)
            for i, number in zip(order, numbers, strict=True)
        )

    def _make_number(
        self, transform: PageTransform, field: Field, position: CellPosition | None, placed: bool
    ) -> Number:
        """Make the number of a field, with boxes on the picture; `placed` as for `PageJudge.judge`."""
        number, detection = field.number, field.detection
        confidence, sure = self._judge.judge(field, placed=placed)
        fits = number.accepted if self._of_a_kind else LETTER not in number.text

        def map_box(box: Box) -> Box:
            return transform.map_box(field.crop.map_box(box))

        return replace(
            number,
            confidence=confidence,
            accepted=sure and fits,
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
            detection_confidence=detection.confidence if field.found else None,
            reading_confidence=number.confidence,
            text_confidence=get_text(field),
        )


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
