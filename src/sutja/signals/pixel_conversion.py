"""Pixels of any type become 8-bit grey or RGB. Letters: H, W rows and columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_CONTRAST = 64  # grey levels by which ink and paper differ where both are opaque
_GROUND_PIXELS = 4_000_000  # at most about so many tell the ground of a transparent picture
_BAND_PIXELS = 1_000_000  # of a large picture that is converted in bands
_SHAPES = "give (H, W), (H, W, 3) RGB or (H, W, 4) RGBA"


def convert_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Convert any array to uint8 (H, W) or (H, W, 3) RGB.

    Parameters
    ----------
    array : NDArray[Any]
        (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA. Booleans are black and white. Integers are taken
        to have as many bits as the largest of them needs, 8 at least. Floats are taken to span 0 to 1 or -1
        to 1 if they lie there, else 0 to 255 if they lie there, else from the smallest to the largest.

    Raises
    ------
    PictureError
        If the array has another shape or type, no pixels, or values that are not finite.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise PictureError(f"an array of shape {array.shape} is no picture", remedy=_SHAPES)
    if not array.size:
        raise PictureError(
            f"an array of shape {array.shape} has no pixels", remedy="pass a picture with some"
        )
    if array.ndim == 3 and array.shape[2] == 4:
        return flatten_alpha(to_uint8(array[:, :, :3]), to_uint8(array[:, :, 3]))
    return to_uint8(array)


def to_uint8(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Convert values of any number type to uint8, by the rules of `convert_array`."""
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind in "iu":
        low, high = int(array.min()), int(array.max())
        if low >= 0:
            bits = max(8, high.bit_length() + high.bit_length() % 2)  # 10, 12, 14 and 16-bit scanners
            return (array >> (bits - 8)).astype(np.uint8)
        return _stretch(array, low, high)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise PictureError("its values are not all finite", remedy="replace NaN and infinity first")
        low_f, high_f = float(array.min()), float(array.max())
        if low_f >= -1.0 and high_f <= 1.0:
            return _stretch(array, 0.0 if low_f >= 0.0 else -1.0, 1.0)
        in_bytes = low_f >= 0.0 and high_f <= 255.0
        return _stretch(array, 0.0, 255.0) if in_bytes else _stretch(array, low_f, high_f)
    raise PictureError(f"an array of {array.dtype} is no picture", remedy="give uint8, uint16, bool or float")


def _stretch(array: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Stretch `low` to 0 and `high` to 255, rounded."""
    span = (high - low) or 1.0
    stretched = np.empty(array.shape, np.uint8)
    rows = max(1, _BAND_PIXELS * len(array) // max(1, array.size))
    for top in range(0, len(array), rows):
        band = array[top : top + rows].astype(np.float64)
        stretched[top : top + rows] = np.rint((band - low) * (255.0 / span))
    return stretched


def flatten_alpha(colour: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay a transparent picture on white, or on black where its ink would vanish on white.

    Parameters
    ----------
    colour : NDArray[uint8]
        uint8 (H, W, 3) RGB.
    alpha : NDArray[uint8]
        uint8 (H, W), 255 where opaque.
    """
    return colour if alpha.min() == 255 else _lay_on(colour, alpha, choose_ground(colour, alpha))


def choose_ground(colour: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> int:
    """Choose the grey level, 255 or 0, that a transparent picture is laid on.

    Where the opaque part is ink and paper, the ground continues the paper; where it is ink alone, the ground
    is the one it stands out from.

    Parameters
    ----------
    colour, alpha : NDArray[uint8]
        As for `flatten_alpha`; of a large picture a sample will do.
    """
    opaque = alpha > 127
    if not opaque.any():
        return 255
    luminance = colour[opaque] @ _LUMINANCE
    low, middle, high = np.percentile(luminance, (5, 50, 95))
    has_paper = high - low > _CONTRAST
    white = middle > 127 if has_paper else middle <= 127
    return 255 if white else 0


def _lay_on(colour: NDArray[np.uint8], alpha: NDArray[np.uint8], ground: int) -> NDArray[np.uint8]:
    share = alpha[:, :, None].astype(np.uint16)
    return ((colour * share + np.uint16(ground) * (255 - share) + 127) // 255).astype(np.uint8)


def convert_pillow(image: Image) -> NDArray[np.uint8]:
    """Convert a decoded Pillow image of any mode to uint8 (H, W) or (H, W, 3) RGB, upright.

    Large pictures are converted in bands of rows, so that there is no second copy of them with four channels.
    """
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        pixels = _flatten_in_bands(image)
    elif image.mode in ("1", "L", "LAB"):
        pixels = np.asarray(image.getchannel(0).convert("L"))
    elif image.mode[0] in "IF":  # 16 and 32 bits a pixel
        pixels = convert_array(np.asarray(image))
    elif image.mode == "RGB":
        pixels = np.asarray(image)
    else:
        pixels = np.concatenate([np.asarray(band.convert("RGB")) for _, band in _iter_bands(image)])
    return np.ascontiguousarray(turn_upright(pixels, _read_orientation(image)))


def _flatten_in_bands(image: Image) -> NDArray[np.uint8]:
    """Lay a transparent Pillow image on the ground that suits it, uint8 (H, W, 3)."""
    step = max(1, math.isqrt(image.width * image.height // _GROUND_PIXELS))
    small = image if step == 1 else image.resize((image.width // step or 1, image.height // step or 1), 0)
    sample = np.asarray(small.convert("RGBA"))
    ground = choose_ground(sample[:, :, :3], sample[:, :, 3])
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top, band in _iter_bands(image):
        values = np.asarray(band.convert("RGBA"))
        pixels[top : top + len(values)] = _lay_on(values[:, :, :3], values[:, :, 3], ground)
    return pixels


def _iter_bands(image: Image) -> Iterator[tuple[int, Image]]:
    """Yield the first row and the rows of each band of an image."""
    rows = max(1, _BAND_PIXELS // image.width)
    if image.height <= rows:
        yield 0, image
        return
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _read_orientation(image: Image) -> int:
    """Read the EXIF orientation, 1 to 8; a broken EXIF block counts as none."""
    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:  # the block is not needed to read the picture, whatever is wrong with it
        return 1
    return int(orientation) if orientation in range(1, 9) else 1


def turn_upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn pixels (H, W, ...) by an EXIF orientation, 1 to 8, without a copy."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
