"""A sample: a picture, its label, and the mask of what the label leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


class LabelMask(IntEnum):
    """Characters that a label leaves open: the loss accepts any answer there."""

    NONE = 0  # the label says everything
    SPACES = 1  # it is open whether a gap counts as a space
    NON_DIGITS = 2  # only the digits are known


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop (uint8, (H, W)) with its label in the charset."""

    picture: Picture
    text: str
    mask: LabelMask
