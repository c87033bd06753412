"""The preprocessing "frame": a picture of any size becomes what a detector looks at.

Letters: C channels, h, w a picture's rows and columns, H, W those of the frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import STRIDES
from sutja.signals.pixels_input import fit_channels

_MOST_SIDE = 16_384  # pixels of a side that the parameters may ask for


@dataclass(frozen=True, slots=True)
class FrameParams:
    """How a picture is made fit for a detector, and how its cells are read.

    Parameters
    ----------
    channels : int
        C, 1 for grey or 3 for RGB.
    mean, std : float
        Of the values 0 to 1, which become (value - mean) / std.
    multiple : int
        Rows and columns are filled up to a multiple of this, below and to the right.
    longest, shortest : int
        Pixels that this side gets by resizing; at most one of them. 0: as it is.
    strides : tuple[int, ...]
        Pixels a cell, finest first.
    overlap : float
        Of two boxes of one class that cover one another further than this, the surer one stays.
    across : float
        The same for boxes of two classes; 1 keeps both.

    Raises
    ------
    ValueError
        A value that makes no sense.
    """

    channels: int = 1
    mean: float = 0.5
    std: float = 0.25
    multiple: int = 32
    longest: int = 0
    shortest: int = 0
    strides: tuple[int, ...] = STRIDES
    overlap: float = 0.6
    across: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strides", tuple(self.strides))
        whole = (self.channels, self.multiple, self.longest, self.shortest, *self.strides)
        if any(type(value) is not int for value in whole):
            raise ValueError("channels, sides, multiple and strides are whole numbers")
        if self.channels not in (1, 3):
            raise ValueError(f"channels is 1 or 3, not {self.channels}")
        if not 0 <= self.mean <= 1 or not 0.001 <= self.std <= 100:
            raise ValueError(f"a mean of {self.mean} and a deviation of {self.std} make no sense")
        if not all(0 <= side <= _MOST_SIDE for side in (self.longest, self.shortest)):
            raise ValueError(f"sides of {self.longest} and {self.shortest} pixels make no sense")
        if self.longest and self.shortest:
            raise ValueError("only one of longest and shortest can be kept")
        strides = self.strides
        if not strides or list(strides) != sorted(set(strides)) or not 1 <= strides[0] <= strides[-1] <= 256:
            raise ValueError(f"strides {strides} do not rise within 1 to 256")
        if not 1 <= self.multiple <= 256 or any(self.multiple % stride for stride in strides):
            raise ValueError(f"{self.multiple} is no multiple of the strides {strides}")
        if not 0 <= self.overlap <= 1 or not 0 <= self.across <= 1:
            raise ValueError("overlap and across lie in [0, 1]")

    def to_json(self) -> dict[str, Any]:
        """The parameters as plain JSON values."""
        return {**asdict(self), "strides": list(self.strides)}

    @classmethod
    def from_json(cls, params: Mapping[str, Any]) -> FrameParams:
        """Parameters as a card has them.

        Raises
        ------
        TypeError, ValueError
            They are not those of this version.
        """
        return cls(**params)

    def size_of(self, height: int, width: int) -> tuple[int, int]:
        """(h, w) that a picture is resized to."""
        side = self.longest or self.shortest
        if not side:
            return height, width
        scale = side / (max(height, width) if self.longest else min(height, width))
        return max(1, round(height * scale)), max(1, round(width * scale))


def resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture with (h, w) of `size`; areas are averaged where it becomes smaller."""
    height, width = size
    if pixels.shape[:2] == (height, width):
        return pixels
    shrinks = height < pixels.shape[0] or width < pixels.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)


def to_frame(pixels: NDArray[np.uint8], params: FrameParams) -> NDArray[np.float32]:
    """A picture of its final size as float32 (1, C, H, W); what is filled up has the mean's value, 0.

    Parameters
    ----------
    pixels : NDArray[uint8]
        uint8 (h, w) or (h, w, 3) RGB, resized already.
    params : FrameParams
        how.
    """
    pixels = fit_channels(pixels, params.channels)
    h, w = pixels.shape[:2]
    height, width = (-(-side // params.multiple) * params.multiple for side in (h, w))
    frame = np.zeros((1, params.channels, height, width), np.float32)
    scale, shift = np.float32(1 / (255 * params.std)), np.float32(-params.mean / params.std)
    planes = (pixels,) if params.channels == 1 else cv2.split(pixels)
    for plane, values in zip(planes, frame[0], strict=True):
        part = values[:h, :w]
        np.multiply(plane, scale, out=part)
        part += shift
    return frame
