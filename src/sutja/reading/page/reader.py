"""`PageReader`: a whole page in, its numbers in reading order out.

page → upright, straight → fields (`fields`) → cuts of the picture's own pixels (`cutting`) → the transcriber
→ numbers, in rows and columns where they stand so (`tables`).
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
from sutja.reading.judge import MISFIT
from sutja.reading.page.cutting import WAYS, Cut, Way, cut
from sutja.reading.page.fields import Finder, Found, find
from sutja.reading.page.gaps import gaps
from sutja.reading.page.orientation import UPRIGHT, Pose, Reading, best_pose, reads_badly
from sutja.reading.page.perspective import Quad
from sutja.reading.page.prepare import Prepared, prepare
from sutja.reading.page.sudoku import settled
from sutja.reading.page.tables import Place, in_order, places
from sutja.reading.page.view import View
from sutja.signals.image import Picture
from sutja.types import Box, Number, Page

# Crops of one number each, uint8 (H, W) or (H, W, 3): for each its number, boxes in its pixels, or None.
Transcribe: TypeAlias = Callable[[Sequence[NDArray[np.uint8]]], Sequence[Number | None]]

LEAST = 0.05  # of finding and reading together: less is not worth a person's look
IN_GAP = 0.5  # how surely a number stands in the gap of a table where none was found
# What is told of a number's place leaves this part of its height free about the ink, as people do who draw
# boxes. What is cut out and read, and where tables are told from, is the ink's own box.
ROOM = 0.1
SLACK = 0.1  # of the found box's height: ink may reach so far beyond it
AGAIN = 0.9  # a reading less sure is looked at in another cut
BATCH = 512  # fields that are cut out and read together


@dataclass(frozen=True, slots=True)
class Field:
    """A number on a page, before it is put back onto the picture: its box is in the view's pixels."""

    number: Number
    found: Found
    cut: Cut

    @property
    def raw(self) -> float:
        """Finding times reading."""
        return self.found.confidence * self.number.confidence

    @property
    def reading(self) -> Reading:
        """What tells whether the page is the right way round."""
        return Reading(self.raw, self.number.digits, self.place)

    @property
    def place(self) -> Box:
        """Where its ink is, in the view: what was read, as far as something was found there.

        In a cut that is not cleaned the frame about a field, or the next line, passes for ink.
        """
        ink, found = self.cut.box(self.number.box), self.found.box
        free = SLACK * found.height
        x0, y0 = max(ink.x0, found.x0 - free), max(ink.y0, found.y0 - free)
        x1, y1 = min(ink.x1, found.x1 + free), min(ink.y1, found.y1 + free)
        return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else found


class PageReader:
    """Reads the numbers of whole pages.

    Parameters
    ----------
    transcribe : Transcribe
        What reads cut-out fields: `Reader.numbers`.
    finder : Finder
        What finds them: a `sutja.detection.Detector` of number fields.
    trust : FieldConfidence | None
        How finding and reading together become a confidence, and from which a number is accepted.
    max_error : float | None
        As for `Reader`; by the counts of `trust`.
    of_a_kind : bool
        Whether a kind of number was asked for: then what `transcribe` does not accept, since it does not fit
        the kind, is not accepted here either.

    Raises
    ------
    ThresholdError
        If no threshold kept `max_error`.
    """

    def __init__(
        self,
        transcribe: Transcribe,
        finder: Finder,
        trust: FieldConfidence | None = None,
        max_error: float | None = None,
        *,
        of_a_kind: bool = False,
    ) -> None:
        trust = trust or FieldConfidence()
        self._transcribe = transcribe
        self.finder = finder
        self._of_a_kind = of_a_kind
        self._calibrate = Calibrator(trust.calibration.points)
        self._evidence = trust.evidence
        self.threshold, self.choice = resolve_threshold(trust.threshold, trust.thresholds, max_error)

    def read(self, picture: Picture) -> Page:
        """Read a page.

        Parameters
        ----------
        picture : Picture
            The page, any way round.

        Returns
        -------
        Page
            Its boxes are in the pixels of the picture as given, whichever way it had to be turned.
        """
        prepared = prepare(picture.pixels)
        pose, view, fields = UPRIGHT, prepared.view, list[Field]()
        if prepared.scales:
            fields = self._fields(view, prepared.scales, prepared.framed)
            if reads_badly([field.reading for field in fields], prepared.layout):
                pose = best_pose(prepared, self._sample)
                if pose != UPRIGHT:
                    view = pose.applied(view)
                    fields = self._fields(view, prepared.scales, prepared.framed)
        numbers = self._numbers(view, fields, prepared.framed)
        given = settled(numbers)
        return Page(
            picture.source,
            picture.page,
            picture.width,
            picture.height,
            tuple(given),
            turned=pose.turned,
            mirrored=pose.mirrored,
            notes=(*_notes(picture, prepared, pose), *_settlement(numbers, given)),
        )

    def _fields(self, view: View, scales: Sequence[float], framed: Quad | None) -> list[Field]:
        """What is found and read, and then once more where the tables among it have gaps."""
        fields = self._read(view, find(view, scales, self.finder))
        boxes = [field.place for field in fields]
        missed = gaps(boxes, places(boxes, within(view, framed, boxes)))
        if missed:
            label = Counter(field.found.label for field in fields).most_common(1)[0][0]
            fields += self._read(view, [Found(label, IN_GAP, box) for box in missed])
        return fields

    def _sample(self, view: View, part: Box, scales: Sequence[float], most: int) -> list[Reading]:
        """How well the surest fields of a part of a view read."""
        moved = view.part(part)
        return [field.reading for field in self._read(moved, find(moved, scales, self.finder)[:most])]

    def _read(self, view: View, found: Sequence[Found]) -> list[Field]:
        """The fields that hold numbers."""
        fields: list[Field] = []
        for start in range(0, len(found), BATCH):
            read = self._both_ways(view, found[start : start + BATCH])
            fields += [field for field in read if field is not None and self._worth(field) >= LEAST]
        return fields

    def _worth(self, field: Field) -> float:
        """How far a field is worth a look.

        Where a kind was asked for, what does not fit it is unsure by that alone, however clear it stands
        there; it is shown as rejected, so only the finding speaks for it.
        """
        if self._of_a_kind and not field.number.accepted:
            return max(field.raw, field.found.confidence * MISFIT)
        return field.raw

    def _both_ways(self, view: View, found: Sequence[Found]) -> list[Field | None]:
        """Read fields as they are cut first; those in doubt are cut and read another way too."""
        first, second = WAYS
        fields = self._cut_and_read(view, found, first)
        doubtful = [i for i, field in enumerate(fields) if field is None or field.number.confidence < AGAIN]
        again = self._cut_and_read(view, [found[i] for i in doubtful], second)
        for i, other in zip(doubtful, again, strict=True):
            fields[i] = surer(fields[i], other)
        return fields

    def _cut_and_read(self, view: View, found: Sequence[Found], way: Way) -> list[Field | None]:
        cuts = [cut(view, field.box, way) for field in found]
        numbers = self._transcribe([piece.pixels for piece in cuts])
        return [
            None if number is None else Field(number, field, piece)
            for number, field, piece in zip(numbers, found, cuts, strict=True)
        ]

    def _numbers(self, view: View, fields: Sequence[Field], framed: Quad | None) -> tuple[Number, ...]:
        boxes = [field.place for field in fields]
        where = places(boxes, within(view, framed, boxes))
        return tuple(self._number(view, fields[i], where[i]) for i in in_order(boxes, where))

    def _number(self, view: View, field: Field, place: Place | None) -> Number:
        """The number on the picture as given."""
        number = field.number
        found = field.found.confidence
        confidence = self._calibrate(combine_evidence(found, number.confidence, self._evidence))
        fits = number.accepted if self._of_a_kind else LETTER not in number.text

        def back(box: Box) -> Box:
            return view.box(field.cut.box(box))

        return replace(
            number,
            confidence=confidence,
            accepted=confidence >= self.threshold and fits,
            box=view.box(roomy(field.place)),
            characters=tuple(replace(c, box=back(c.box)) for c in number.characters),
            alternatives=tuple(
                replace(other, confidence=min(other.confidence, confidence, 1.0 - confidence))
                for other in number.alternatives
            ),
            written=field.found.label,
            table=place.table if place else None,
            row=place.row if place else None,
            column=place.column if place else None,
            detection_confidence=found,
        )


def within(view: View, framed: Quad | None, boxes: Sequence[Box]) -> list[bool]:
    """Whether the middle of each box of a view lies within a frame; its corners are in picture pixels."""
    if framed is None or not boxes:
        return [False] * len(boxes)
    middles = view.points([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes])
    contour = framed.astype(np.float32).reshape(-1, 1, 2)
    return [cv2.pointPolygonTest(contour, (float(x), float(y)), False) >= 0 for x, y in middles]


def roomy(box: Box) -> Box:
    """A box with room about it."""
    free = ROOM * box.height
    return Box(box.x0 - free, box.y0 - free, box.x1 + free, box.y1 + free)


def surer(one: Field | None, other: Field | None) -> Field | None:
    """The surer of two readings of one field; where they differ it is less sure than it says."""
    if one is None or other is None:
        return one or other
    best, rest = (one, other) if one.number.confidence >= other.number.confidence else (other, one)
    if best.number.digits == rest.number.digits:
        return best
    doubted = best.number.confidence * (1.0 - rest.number.confidence / 2)
    return replace(best, number=replace(best.number, confidence=doubted))


def _notes(picture: Picture, prepared: Prepared, pose: Pose) -> tuple[str, ...]:
    """What was done to the page, for people."""
    notes = list(prepared.notes)
    if picture.dpi is not None:
        notes.insert(0, f"drawn at {picture.dpi:.0f} dpi")
    if pose.mirrored:
        notes.append("read as in a mirror")
    if pose.turned:
        notes.append(f"turned clockwise by {pose.turned} degrees to be read")
    return tuple(notes)


def _settlement(read: Sequence[Number], given: Sequence[Number]) -> tuple[str, ...]:
    """Says how many cells of grids are not given as they were read."""
    count = sum(before.digits != after.digits for before, after in zip(read, given, strict=True))
    cells = "1 cell" if count == 1 else f"{count} cells"
    return (f"{cells} in doubt settled by the rule of the puzzle",) if count else ()
