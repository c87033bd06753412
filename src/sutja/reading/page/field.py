"""A field: a number on the straightened page, with what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sutja.reading.page.cropping import FieldCrop
from sutja.reading.page.fields import DetectedField
from sutja.reading.page.orientation import FieldReading
from sutja.types import Box, Number

# A number's box has this part of its height as a margin about the ink, as boxes have that people draw. Crops
# and tables use the ink's own box.
BOX_MARGIN = 0.1
INK_MARGIN = 0.1  # of the detected box's height: ink may reach so far beyond it


@dataclass(frozen=True, slots=True)
class Field:
    """A number on the straightened page: its detection, its crop, and the number read from it.

    Attributes
    ----------
    number : Number
        Number as it was read, with boxes in the crop's pixels.
    detection : DetectedField
        Detection, or the place of a number that the words alone told of.
    crop : FieldCrop
        Crop that it was read from.
    text : float | None
        Probability of its digits by the words of the page; None where none was read there.
    found : bool
        True if our own detector found it.
    joined : bool
        True if two readers read it.
    comb : bool
        True if it was read box by box; its confidence is that of the whole.
    in_table : bool
        True if it stands in a cell of a table.
    """

    number: Number
    detection: DetectedField
    crop: FieldCrop
    text: float | None = None
    found: bool = True
    joined: bool = False
    comb: bool = False
    in_table: bool = False

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
