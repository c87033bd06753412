"""A sample: a picture, a text, and how silent that text is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


class LabelMask(IntEnum):
    """What a label says nothing of; the loss then lets the network see it or not."""

    NONE = 0  # the label says everything
    SPACES = 1  # whether a gap counts as a space is open
    NON_DIGITS = 2  # only the digits are known


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop (uint8, (H, W)) with its label in the charset."""

    picture: Picture
    text: str
    mask: LabelMask
