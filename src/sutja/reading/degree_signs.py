"""`ends_in_degree_sign`: tells a degree sign that was read as a last 0, as in "30°", by its size and place.

A degree sign is about half as high as a digit and stands in the upper half of the line. Cents that are
written small and raised come in twos, and are not taken for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from sutja.charset import DIGITS
from sutja.types import Box

_HIGHEST = 0.62  # of a degree sign, in heights of the digits before it
_LOWEST = 0.62  # where it ends, in heights from the digits' top


def ends_in_degree_sign(texts: Sequence[str], boxes: Sequence[Box]) -> bool:
    """Tell whether the last digit of a number looks like a degree sign.

    Parameters
    ----------
    texts : Sequence[str]
        Characters of the number.
    boxes : Sequence[Box]
        Box of each character's ink.
    """
    digits = [box for character, box in zip(texts, boxes, strict=True) if character in DIGITS]
    if len(digits) < 2 or texts[-1] != "0":
        return False
    *before, last = digits
    top, height = median(box.y0 for box in before), median(box.height for box in before)

    def is_raised(box: Box) -> bool:
        """Tell whether a digit is small and stands in the upper half."""
        return box.height <= _HIGHEST * height and box.y1 <= top + _LOWEST * height

    return is_raised(last) and not is_raised(before[-1])
