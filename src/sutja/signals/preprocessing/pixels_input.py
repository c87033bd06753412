"""The preprocessing "pixels": a picture becomes H × W pixels of one or three channels, centred and scaled.

Either the whole picture is resized, or the one character in it is found, scaled and centred.

The same code serves training and use, so the two cannot drift apart. Letters: n pictures, C channels, h, w a
picture's rows and columns, H, W those of the network's input.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.ink_centring import CENTRES, InkPlace, centre_ink
from sutja.signals.preprocessing.parameters import check_real, check_whole

PAPERS = ("", "dark", "light")
MAX_SIDE = 4_096  # pixels; a card that asks for more would ask for all of the memory


@dataclass(frozen=True, slots=True)
class PixelsParams:
    """The parameters of a classifier's input; stored on the card of the model trained with them.

    Parameters
    ----------
    height, width : int
        H and W, 1 to `MAX_SIDE` pixels.
    channels : int
        1 for grey, 3 for RGB.
    mean, std : float
        A pixel p of 0 to 255 becomes (p / 255 - mean) / std.
    ink : int
        Pixels of the longer side of the character, which is found in the picture, light on dark, scaled and
        centred (`sutja.signals.preprocessing.ink_centring`); 0 leaves pictures whole.
    centre : str
        With `ink`: which centre of the character lies in the middle, "mass" or "box".
    paper : str
        Without `ink`: "dark" or "light" where the edges of all training pictures were so, else "".

    Raises
    ------
    ValueError
        If a size, the number of channels, the mean, the deviation or the place of the ink is impossible.
    """

    height: int = 28
    width: int = 28
    channels: int = 1
    mean: float = 0.0
    std: float = 1.0
    ink: int = 0
    centre: str = "mass"
    paper: str = ""

    def __post_init__(self) -> None:
        for name, side in (("height", self.height), ("width", self.width)):
            if type(side) is not int or not 1 <= side <= MAX_SIDE:
                raise ValueError(f"the {name} must be a whole number from 1 to {MAX_SIDE}, not {side!r}")
        if type(self.channels) is not int or self.channels not in (1, 3):
            raise ValueError(f"there are 1 or 3 channels, not {self.channels!r:.40}")
        check_real("mean", self.mean, -1e6, 1e6)
        check_real("std", self.std, 1e-6, 1e6)
        self._check_ink()

    def _check_ink(self) -> None:
        check_whole("the ink", self.ink, 0, min(self.height, self.width) if self.channels == 1 else 0)
        if self.centre not in CENTRES or self.paper not in PAPERS:
            raise ValueError(f"there is no centre {self.centre!r:.40} or no paper {self.paper!r:.40}")

    def to_json(self) -> dict[str, Any]:
        """Write the parameters as plain JSON values; those of ink and paper where they say something."""
        values = asdict(self)
        if not self.ink:
            del values["ink"], values["centre"]
        if not self.paper:
            del values["paper"]
        return values

    @property
    def place(self) -> InkPlace | None:
        """Place of the character in the network's picture; None where pictures are left whole."""
        return InkPlace(self.height, self.width, self.ink, self.centre) if self.ink else None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W)."""
        return (self.channels, self.height, self.width)


@lru_cache(maxsize=16)
def _make_value_table(mean: float, std: float) -> NDArray[np.float32]:
    """Make the table once, so that all ways of using it agree."""
    values = ((np.arange(256) / 255.0 - mean) / std).astype(np.float32)
    values.setflags(write=False)
    return values


def make_value_table(params: PixelsParams) -> NDArray[np.float32]:
    """Make the table of what each pixel value 0 to 255 becomes, float32 (256,), read-only."""
    return _make_value_table(float(params.mean), float(params.std))


def fit_channels(picture: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Convert a picture (h, w) or (h, w, 3) RGB to grey (h, w) for one channel, to RGB (h, w, 3) for three.

    Grey is luminance (ITU-R BT.601).
    """
    if channels == 1 and picture.ndim == 3:
        grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
        return np.asarray(grey, np.uint8).reshape(picture.shape[:2])
    if channels == 3 and picture.ndim == 2:
        return np.repeat(picture[:, :, None], 3, axis=2)
    return picture


def fit_size(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Resize a picture (h, w) or (h, w, 3) to H × W: a side that shrinks by area, one that grows linearly."""
    h, w = picture.shape[:2]
    if (h, w) == (height, width):
        return picture
    picture = np.ascontiguousarray(picture)
    rows, columns = min(h, height), min(w, width)
    if (rows, columns) != (h, w):
        picture = _resize(picture, rows, columns, cv2.INTER_AREA)
    if (rows, columns) != (height, width):
        picture = _resize(picture, height, width, cv2.INTER_LINEAR)
    return picture


def _resize(picture: NDArray[np.uint8], height: int, width: int, interpolation: int) -> NDArray[np.uint8]:
    resized = cv2.resize(picture, (width, height), interpolation=interpolation)
    return np.asarray(resized, np.uint8).reshape(height, width, *picture.shape[2:])


def to_pixels(picture: NDArray[np.uint8], params: PixelsParams) -> NDArray[np.float32]:
    """Turn one picture into a classifier's input.

    Parameters
    ----------
    picture : NDArray[uint8]
        uint8 (h, w) grey or (h, w, 3) RGB, of any size.
    params : PixelsParams
        The parameters.

    Returns
    -------
    float32 (C, H, W)

    Raises
    ------
    ValueError
        If it is another type or shape, or has no pixels.
    """
    _check(picture, picture.ndim, "(h, w) or (h, w, 3)")
    if params.place is not None:
        return make_value_table(params)[centre_ink(picture, params.place)[None]]
    fitted = fit_size(fit_channels(picture, params.channels), params.height, params.width)
    planes = fitted[None] if params.channels == 1 else fitted.transpose(2, 0, 1)
    return make_value_table(params)[planes]


def batch_to_pixels(images: NDArray[np.uint8], params: PixelsParams) -> NDArray[np.float32]:
    """Turn pictures of one size into a classifier's input, with the same values as `to_pixels` gives.

    Parameters
    ----------
    images : NDArray[uint8]
        uint8 (n, h, w) grey or (n, h, w, 3) RGB.
    params : PixelsParams
        The parameters.

    Returns
    -------
    float32 (n, C, H, W)

    Raises
    ------
    ValueError
        If they are of another type or shape, or have no pixels.
    """
    _check(images, images.ndim - 1, "(n, h, w) or (n, h, w, 3)")
    wanted = (params.height, params.width)
    place = params.place
    if place is not None:
        centred = [centre_ink(image, place) for image in images]
        planes = np.stack(centred)[:, None] if centred else np.zeros((0, 1, *wanted), np.uint8)
    elif images.shape[1:3] == wanted and images.ndim == 3:
        planes = images[:, None]
        if params.channels == 3:
            planes = np.repeat(planes, 3, axis=1)
    elif images.shape[1:3] == wanted and params.channels == 3:
        planes = images.transpose(0, 3, 1, 2)
    else:
        fitted = np.empty(
            (len(images), *wanted) if params.channels == 1 else (len(images), *wanted, 3), np.uint8
        )
        for i, image in enumerate(images):
            fitted[i] = fit_size(fit_channels(image, params.channels), *wanted)
        planes = fitted[:, None] if params.channels == 1 else fitted.transpose(0, 3, 1, 2)
    if not planes.size:
        return np.zeros(planes.shape, np.float32)
    flat = np.ascontiguousarray(planes).reshape(-1, params.width)
    values = cv2.LUT(flat, make_value_table(params)[None])  # three times as quick as np.take
    return np.asarray(values, np.float32).reshape(planes.shape)


def _check(pictures: NDArray[np.uint8], ndim: int, wanted: str) -> None:
    """Refuse all but uint8 pictures with pixels; `ndim` counts the dimensions of one picture."""
    shape = pictures.shape
    fits = pictures.dtype == np.uint8 and (ndim == 2 or (ndim == 3 and shape[-1] == 3))
    if not fits or 0 in shape[pictures.ndim - ndim :]:
        raise ValueError(f"needs uint8 {wanted} with pixels, not {pictures.dtype} {shape}")
