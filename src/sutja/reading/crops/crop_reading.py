"""A crop on its way to its number; where it is untidy, the number is looked for.

All of the crop is read first. Where that leaves doubt, the regions that may hold the number are read as well
(`sutja.reading.crops.crop_regions`), and the reading with most evidence is taken: the probability of its
likeliest number, times how central and complete its place is. Other numbers beside it, words, and ink that
may be missing make it less sure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.charset import LETTER
from sutja.reading.crops.crop_regions import LARGE, Region, find_regions, find_small_line
from sutja.reading.crops.crossed_out import is_crossed_out
from sutja.reading.crops.ink_colours import part_inks
from sutja.reading.decode import Glyph, Hypothesis
from sutja.reading.judge import Judge
from sutja.reading.strokes import is_struck_out
from sutja.reading.written import Written, is_line_of_words
from sutja.signals.image import Picture
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, InkMap, Normalised, to_grey
from sutja.types import Box, Number

SURE = 0.98  # probability of a number from which a crop is not searched
LEAST = 0.2  # evidence from which a region is taken
WORDS = 0.5  # share of the evidence for words that counts against a number beside them
OTHERS = 0.5  # the same, of that for other digits
CUT = 0.6  # how sure a number remains at whose side ink may be missing

Hypotheses = Sequence[Hypothesis] | None


@dataclass(slots=True)
class CropReading:
    """A crop between loading and answering.

    Attributes
    ----------
    picture : Picture
    inked : InkMap
    normalised : Normalised
        The crop, or the region of it that is read.
    hypotheses : list[Hypothesis] | None
        Likeliest first; None where there is no ink.
    x0, y0 : int
        Where its first pixel lies on the crop that was given.
    sure : float
        Probability that the number of the crop stands here, complete.
    answers : list[list[Hypothesis]]
        Hypotheses of each reader that was asked, as it gave them.
    written : Written | None
        Number in characters of any kind, where the second reader was asked.
    whole : CropReading | None
        All of the crop, where this is a region of it.
    turn : NDArray[float64] | None
        (2, 3), the way from the crop that was given to the picture, where it was turned.
    upright : CropReading | None
        The crop as it was given, where this was turned.
    """

    picture: Picture
    inked: InkMap
    normalised: Normalised
    hypotheses: list[Hypothesis] | None = None
    x0: int = 0
    y0: int = 0
    sure: float = 1.0
    answers: list[list[Hypothesis]] = field(default_factory=list)
    written: Written | None = None
    whole: CropReading | None = None
    turn: NDArray[np.float64] | None = None
    upright: CropReading | None = None


def find_numbers(
    crops: Sequence[CropReading], read: Callable[[Sequence[Picture]], Sequence[CropReading]]
) -> list[CropReading]:
    """Find the numbers of crops: all of a crop, or the region of it that holds its number.

    Parameters
    ----------
    crops : Sequence[CropReading]
        Crops that were read.
    read : Callable[[Sequence[Picture]], Sequence[CropReading]]
        Reads regions as it reads crops.
    """
    regions = {i: _list_regions(crop) for i, crop in enumerate(crops) if _is_doubtful(crop)}
    answers = iter(read([Picture(region.pixels, "") for found in regions.values() for region in found]))
    out = list(crops)
    for i, found in regions.items():
        if found:
            out[i] = choose_region(crops[i], found, [next(answers) for _ in found])
    return out


def _list_regions(crop: CropReading) -> list[Region]:
    """List the regions of a crop; none where all of it has more evidence than any of them can have."""
    inks = part_inks(crop.picture.pixels)
    above = find_number(crop.hypotheses).probability
    if any(ink.weight > above for ink in inks):
        above = 0.0
    regions = find_regions(crop.inked.plane, above)
    return [*regions, *inks] if regions or above == 0.0 else []


def _is_doubtful(crop: CropReading) -> bool:
    """Tell whether a crop shows no number for sure, and may show one."""
    if is_line_of_words(crop.hypotheses or ()):
        return False
    best = crop.hypotheses[0] if crop.hypotheses else None
    return best is None or best.digits is None or best.probability < SURE


def choose_region(
    crop: CropReading, regions: Sequence[Region], readings: Sequence[CropReading]
) -> CropReading:
    """Choose what of a crop holds its number.

    Parameters
    ----------
    crop : CropReading
        All of it.
    regions, readings : Sequence[Region], Sequence[CropReading]
        Its regions, one or more, and what was read there.

    Returns
    -------
    CropReading
        The crop as it was, or the reading of a region, placed on the crop.
    """
    evidence = [
        region.weight * find_number(reading.hypotheses).probability
        for region, reading in zip(regions, readings, strict=True)
    ]
    best = max(range(len(regions)), key=evidence.__getitem__)
    if evidence[best] <= find_number(crop.hypotheses).probability:
        return crop
    region, reading = regions[best], readings[best]
    number = find_number(reading.hypotheses)
    against = sum(
        WORDS * other.weight * _measure_words(its.hypotheses)
        + (OTHERS * own if find_number(its.hypotheses).digits != number.digits else 0.0)
        for own, other, its in zip(evidence, regions, readings, strict=True)
        if not (other.encloses(region) or region.encloses(other))
    )
    sure = evidence[best] / (evidence[best] + against) * (CUT if region.cut else 1.0)
    if number.probability * sure < LEAST:
        return crop
    return replace(reading, x0=region.x0, y0=region.y0, sure=sure, whole=crop)


def choose_whole(crop: CropReading, second: Sequence[Hypothesis], whole: Sequence[Hypothesis]) -> CropReading:
    """Choose between a region and all of a crop, when a second reader has read both.

    The second reader bears clutter better. Where it sees the digits of the region within a longer number, the
    region has cut that number.

    Parameters
    ----------
    crop : CropReading
        Region of a crop.
    second, whole : Sequence[Hypothesis]
        Second reader's hypotheses of the region and of all of the crop.

    Returns
    -------
    CropReading
        The region, which may be less sure, or all of the crop.
    """
    digits = find_number(second).digits or find_number(crop.hypotheses).digits
    longer = whole[0] if whole else Hypothesis(None, 0.0)
    if crop.whole is None or digits is None or longer.digits is None:
        return crop
    if digits == longer.digits or digits not in longer.digits:
        return crop
    if longer.probability > crop.sure * find_number(second).probability:
        return crop.whole
    return replace(crop, sure=crop.sure * (1.0 - longer.probability))


def find_number(hypotheses: Hypotheses) -> Hypothesis:
    """Find the likeliest hypothesis that is a number; one without probability where there is none."""
    return next((h for h in hypotheses or () if h.digits is not None), Hypothesis(None, 0.0))


def _measure_words(hypotheses: Hypotheses) -> float:
    """Return the probability that a region holds letters and no number."""
    words = (h.probability for h in hypotheses or () if h.digits is None and LETTER in "".join(h.parts))
    return next(words, 0.0)


def cut_small_number(picture: Picture) -> tuple[Picture, tuple[int, int]]:
    """Cut a number out that is small and alone on a large crop, as on a photograph.

    Parameters
    ----------
    picture : Picture
        The crop.

    Returns
    -------
    picture : Picture
        The number with a margin, or the crop as it was.
    corner : tuple[int, int]
        x and y of its first pixel on the crop.
    """
    box = find_small_line(to_grey(picture.pixels)) if picture.pixels.shape[0] >= LARGE else None
    if box is None:
        return picture, (0, 0)
    x0, y0, x1, y1 = box
    return replace(picture, pixels=np.ascontiguousarray(picture.pixels[y0:y1, x0:x1])), (x0, y0)


def make_number(crop: CropReading, judge: Judge) -> Number | None:
    """Make the number of a crop, with boxes on the crop that was given; None where it shows none."""
    if not crop.hypotheses:
        return None
    hypotheses = crop.hypotheses
    if crop.sure < 1.0:
        hypotheses = [replace(h, probability=h.probability * crop.sure) for h in hypotheses]
    whole = crop.whole.normalised if crop.whole is not None and crop.turn is None else None
    number = judge.make_number(hypotheses, crop.normalised, crop.picture, crop.answers, crop.written, whole)
    if number is None:
        return None
    number = _place_on_crop(number, crop)
    if not number.accepted or crop.turn is not None or len(number.digits) < 2:
        return number
    # A stroke in another ink than the number's, which its region lacks, or through which it is read:
    struck_out = whole is not None and is_struck_out(_find_frames(number, whole), whole)
    if struck_out or is_crossed_out((crop.whole or crop).picture.pixels, number.box):
        return judge.refuse(number)
    return number


def _find_frames(number: Number, whole: Normalised) -> list[Glyph]:
    """Find the frames of a number's characters on all of its crop."""
    columns = whole.scale_x * COLUMNS_PER_FRAME
    return [
        Glyph(
            character.text,
            character.confidence,
            round((character.box.x0 - whole.x0) / columns),
            round((character.box.x1 - whole.x0) / columns),
        )
        for character in number.characters
    ]


def _place_on_crop(number: Number, crop: CropReading) -> Number:
    """Place a number that was read on a region, or on a turned crop, on the crop that was given."""
    if crop.turn is None and (crop.x0, crop.y0) == (0, 0):
        return number
    if crop.turn is None:
        return shift_number(number, crop.x0, crop.y0)
    return _map_number(number, np.asarray(cv2.invertAffineTransform(crop.turn), np.float64))


def shift_number(number: Number, x: float, y: float) -> Number:
    """Shift the boxes of a number by x and y pixels."""
    return _map_number(number, np.array([[1.0, 0.0, x], [0.0, 1.0, y]]))


def _map_number(number: Number, back: NDArray[np.float64]) -> Number:
    """Map the boxes of a number by ``back`` (2, 3)."""

    def map_box(box: Box) -> Box:
        corners = np.array([(x, y, 1.0) for x in (box.x0, box.x1) for y in (box.y0, box.y1)])
        x, y = back @ corners.T
        return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))

    characters = tuple(replace(character, box=map_box(character.box)) for character in number.characters)
    return replace(number, box=map_box(number.box), characters=characters)
