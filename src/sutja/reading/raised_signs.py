"""Signs above the line, told by their size and place: raised points, degree signs and cents.

A raised point, as British print has it ("0·187"), is small and stands about half as high as the digits around
it; an apostrophe hangs from their top. A degree sign, which is read as a 0, is about half as high as a digit
and stands in the upper half of the line. Cents that are written small and raised come in twos, and are not
taken for it; but where a stroke follows them ("25 50/xx"), the second and the stroke may be read as a percent
sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from sutja.charset import DIGITS, LETTER
from sutja.types import Box

_HIGHEST = 0.62  # of a degree sign, in heights of the digits before it
_LOWEST = 0.62  # where it ends, in heights from the digits' top
TAKEN_FOR_POINTS = (LETTER, "'", ":", "-")  # by readers that know no raised point
_POINT_HEIGHT, _POINT_WIDTH = 0.35, 1.6  # of a point, in heights of the digits, and in heights of its own
_POINT_TOP, _POINT_BOTTOM = 0.2, 0.7  # between which it stands, in heights from the digits' top


def write_raised_points(texts: Sequence[str], boxes: Sequence[Box]) -> list[str]:
    """Write the raised points of a number as points.

    Parameters
    ----------
    texts : Sequence[str]
        (n,) characters of the number.
    boxes : Sequence[Box]
        (n,) box of each character's ink.

    Returns
    -------
    list[str]
        (n,) the same characters, a "." for each raised point between two digits.
    """
    written = list(texts)
    for i in range(1, len(written) - 1):
        if texts[i] in TAKEN_FOR_POINTS and texts[i - 1] in DIGITS and texts[i + 1] in DIGITS:
            left, box, right = boxes[i - 1 : i + 2]
            top, bottom = (left.y0 + right.y0) / 2, (left.y1 + right.y1) / 2
            height = max(bottom - top, 1e-6)
            small = box.height <= _POINT_HEIGHT * height and 0 < box.width <= _POINT_WIDTH * box.height
            if small and _POINT_TOP * height <= box.y0 - top and box.y1 - top <= _POINT_BOTTOM * height:
                written[i] = "."
    return written


def ends_in_raised_sign(texts: Sequence[str], boxes: Sequence[Box]) -> bool:
    """Tell whether a number ends in a degree sign that was read as a 0, or in cents that were read as %.

    Parameters
    ----------
    texts : Sequence[str]
        Characters of the number.
    boxes : Sequence[Box]
        Box of each character's ink.
    """
    digits = [box for character, box in zip(texts, boxes, strict=True) if character in DIGITS]
    percent = len(texts) > 1 and texts[-1] == "%" and texts[-2] in DIGITS
    if len(digits) < 2 or not (percent or texts[-1] == "0"):
        return False
    *before, last = digits
    top, height = median(box.y0 for box in before), median(box.height for box in before)

    def is_raised(box: Box) -> bool:
        """Tell whether a digit is small and stands in the upper half."""
        return box.height <= _HIGHEST * height and box.y1 <= top + _LOWEST * height

    return is_raised(last) and not is_raised(before[-1])
