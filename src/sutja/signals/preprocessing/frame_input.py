"""The preprocessing "frame": a picture of any size becomes the input of a detector.

Letters: C channels, h, w a picture's rows and columns, H, W those of the frame.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import STRIDES
from sutja.signals.preprocessing.parameters import check_real
from sutja.signals.preprocessing.pixels_input import fit_channels

_MAX_SIDE = 8_192  # pixels of a side
_MAX_PIXELS = 30_000_000  # of a resized picture: a strip is not enlarged beyond that


@dataclass(frozen=True, slots=True)
class FrameParams:
    """The parameters of a detector's input and of its boxes; stored on the card.

    Parameters
    ----------
    channels : int
        C, 1 for grey or 3 for RGB.
    mean, std : float
        A value of 0 to 1 becomes (value - mean) / std.
    multiple : int
        Rows and columns are padded to a multiple of this, below and to the right.
    longest, shortest : int
        Pixels that the longest or the shortest side is resized to; only one may be given. 0 resizes nothing.
    strides : tuple[int, ...]
        Pixels from one grid cell to the next, at each level, finest first.
    overlap : float
        Non-maximum suppression: of two boxes of one class with a higher intersection over union, the surer
        one stays.
    across : float
        The same for boxes of different classes; 1 keeps both.

    Raises
    ------
    ValueError
        If a value makes no sense.
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
        for name in ("mean", "std", "overlap", "across"):
            check_real(name, getattr(self, name), 0.0, 100.0)
        if self.channels not in (1, 3):
            raise ValueError(f"channels is 1 or 3, not {self.channels}")
        if not 0 <= self.mean <= 1 or not 0.001 <= self.std <= 100:
            raise ValueError(f"a mean of {self.mean} and a deviation of {self.std} make no sense")
        if not all(0 <= side <= _MAX_SIDE for side in (self.longest, self.shortest)):
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
        """Write the parameters as plain JSON values."""
        return {**asdict(self), "strides": list(self.strides)}

    @classmethod
    def from_json(cls, params: Mapping[str, Any]) -> FrameParams:
        """Read the parameters of a card.

        Raises
        ------
        TypeError, ValueError
            If they are not those of this version.
        """
        return cls(**params)

    def compute_size(self, height: int, width: int) -> tuple[int, int]:
        """Compute the (h, w) that a picture is resized to; none is made larger than a limit of pixels."""
        side = self.longest or self.shortest
        if not side:
            return height, width
        scale = side / (max(height, width) if self.longest else min(height, width))
        scale = min(scale, max(1.0, math.sqrt(_MAX_PIXELS / (height * width))))
        return max(1, round(height * scale)), max(1, round(width * scale))


def resize_picture(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize a picture to (h, w); areas are averaged where it becomes smaller."""
    height, width = size
    if pixels.shape[:2] == (height, width):
        return pixels
    shrinks = height < pixels.shape[0] or width < pixels.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=interpolation), np.uint8)


def to_frame(pixels: NDArray[np.uint8], params: FrameParams) -> NDArray[np.float32]:
    """Turn a picture of its final size into float32 (1, C, H, W); the padding has the mean's value, 0.

    Parameters
    ----------
    pixels : NDArray[uint8]
        uint8 (h, w) or (h, w, 3) RGB, resized already.
    params : FrameParams
        The parameters.
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
