"""Pixels of any type become 8-bit grey or RGB. Letters: H, W rows and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_CONTRAST = 64  # grey levels by which ink and paper differ where both are opaque
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
        return _stretch(array.astype(np.float64), low, high)
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
    wide = array.astype(np.float64)
    span = (high - low) or 1.0
    return np.rint((wide - low) * (255.0 / span)).astype(np.uint8)


def flatten_alpha(colour: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay a transparent picture on white, or on black where its ink would vanish on white.

    Where the opaque part is ink and paper, the background continues the paper; where it is ink alone, the
    background is the one it stands out from.

    Parameters
    ----------
    colour : NDArray[uint8]
        uint8 (H, W, 3) RGB.
    alpha : NDArray[uint8]
        uint8 (H, W), 255 where opaque.
    """
    if alpha.min() == 255:
        return colour
    opaque = alpha > 127
    white = True
    if opaque.any():
        luminance = colour[opaque] @ _LUMINANCE
        low, middle, high = np.percentile(luminance, (5, 50, 95))
        has_paper = high - low > _CONTRAST
        white = bool(middle > 127) if has_paper else bool(middle <= 127)
    share = alpha[:, :, None].astype(np.uint16)
    ground = np.uint16(255 if white else 0)
    return ((colour * share + ground * (255 - share) + 127) // 255).astype(np.uint8)


def convert_pillow(image: Image) -> NDArray[np.uint8]:
    """Convert a decoded Pillow image of any mode to uint8 (H, W) or (H, W, 3) RGB, upright."""
    image = _turn_upright(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        pixels = np.asarray(image.convert("RGBA"))
        return flatten_alpha(pixels[:, :, :3], pixels[:, :, 3])
    if image.mode in ("1", "L", "LAB"):
        return np.ascontiguousarray(np.asarray(image.getchannel(0).convert("L")))
    if image.mode[0] in "IF":  # 16 and 32 bits a pixel
        return convert_array(np.asarray(image))
    return np.ascontiguousarray(np.asarray(image if image.mode == "RGB" else image.convert("RGB")))


def _turn_upright(image: Image) -> Image:
    """Apply the EXIF orientation; a broken EXIF block counts as none."""
    from PIL import ImageOps

    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:  # the block is not needed to read the picture, whatever is wrong with it
        return image
    return ImageOps.exif_transpose(image) if orientation in range(2, 9) else image
