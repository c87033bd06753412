"""`Box`: a rectangle in the pixels of a picture.

Boxes are xyxy in the picture's own pixels: x0 and y0 are the left and top edge, x1 and y1 the right and
bottom edge, so that a box around one whole pixel (3, 5) is (3, 5, 4, 6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

PIXEL_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle (x0, y0, x1, y1) in pixels.

    Raises
    ------
    ValueError
        If an edge is not finite, or the box ends before it begins.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if -math.inf < self.x0 <= self.x1 < math.inf and -math.inf < self.y0 <= self.y1 < math.inf:
            return
        if not all(map(math.isfinite, (self.x0, self.y0, self.x1, self.y1))):
            raise ValueError(f"a box needs finite edges, not {self}")
        raise ValueError(f"a box must not end before it begins: {self}")

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y1 - self.y0

    def to_list(self) -> list[float]:
        """[x0, y0, x1, y1], rounded for JSON."""
        return [round(edge, PIXEL_DECIMALS) for edge in (self.x0, self.y0, self.x1, self.y1)]
