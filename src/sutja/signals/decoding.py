"""Decode the bytes of a picture, one page after the other.

This runs on files from strangers: everything but the everyday PNG and JPEG is decoded in a child process
(`sutja.signals.untrusted`).
"""

from __future__ import annotations

import io
import itertools
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError
from sutja.signals.picture import PIXEL_LIMIT, check_compression, check_size, explain
from sutja.signals.picture_headers import PlainHeader, identify_format, read_plain_header
from sutja.signals.pixel_conversion import convert_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

    from sutja.sandbox.child import Item

_DECODED_LIMIT = 280_000_000  # bytes of a decoded picture: A3 at 600 dpi in colour
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_NAMES = {"AVIF": "AVIF", "GIF": "GIF", "PNG": "PNG (APNG)", "WEBP": "WebP"}
_ONE_BYTE = ("1", "L", "P")  # Pillow's modes with a byte a pixel; it keeps all others in four, or two
_MANY_PAGES = 1_000_000  # where the number of pages of a TIFF is not known before they are read


def decode_pages(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """Decode a picture file, as a task of `sutja.signals.untrusted.iter_untrusted`.

    Parameters
    ----------
    arguments : dict[str, Any]
        `first`: the page to begin with, from 1.
    data : bytes | None
        The file.
    """
    assert data is not None
    try:
        yield from _decode_from(data, int(arguments["first"]))
    except Exception as error:  # a decoder may raise anything on a hostile file
        raise explain(error, "") from error


def _decode_from(data: bytes, first: int) -> Iterator[Item]:
    """Decode the pages of a picture file from the page `first` on."""
    header = read_plain_header(data)
    if header is not None and first == 1:
        pixels = decode_plain(data, header)
        if pixels is not None:
            yield {"page": 1}, pixels
            return
    image = _open(data)
    with image:
        if image.format == "TIFF":
            yield {"count": _MANY_PAGES}, None
            yield from _iter_tiff_pages(image, len(data), first)
        elif first == 1:
            frames = getattr(image, "n_frames", 1)
            if frames > 1 and image.format in _NAMES:
                raise PictureError(
                    f"is an animated {_NAMES[image.format]} of {frames} frames",
                    remedy="save the frame you mean as a picture of its own",
                )
            yield _decode_page(image, len(data), 1)


def decode_plain(data: bytes, header: PlainHeader) -> NDArray[np.uint8] | None:
    """Decode with OpenCV; None where it fails, so that Pillow can try, or say why not."""
    flag = cv2.IMREAD_GRAYSCALE if header.grey else cv2.IMREAD_COLOR_RGB
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
    if pixels is None or pixels.shape[:2] != (header.height, header.width):
        return None
    return np.asarray(pixels, np.uint8)


def load_pixels(image: Image, n_bytes: int | None = None) -> NDArray[np.uint8]:
    """Load the current frame of an image, its size checked first.

    Parameters
    ----------
    image : Image
        Opened by Pillow.
    n_bytes : int | None
        Size of its file, where there is one.
    """
    check_size(*image.size)
    if n_bytes is not None:
        if image.mode != "1":  # a scan in black and white may be next to nothing
            check_compression(*image.size, n_bytes)
        if image.width * image.height * (1 if image.mode in _ONE_BYTE else 4) > _DECODED_LIMIT:
            raise PictureError(
                f"unpacks to {image.width} × {image.height} pixels in colour, more than the limit of "
                f"{_DECODED_LIMIT // 4:,}",
                remedy="make it smaller first",
            )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.load()
        return convert_pillow(image)


def _decode_page(image: Image, n_bytes: int, page: int) -> Item:
    try:
        return {"page": page}, load_pixels(image, n_bytes)
    except Exception as error:  # a decoder may raise anything on a hostile file
        return {"page": page, "error": str(explain(error, ""))}, None


def _open(data: bytes) -> Image:
    # Importing the plugins registers them; Image.open would otherwise load all forty.
    from PIL import AvifImagePlugin, Image, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin  # noqa: F401

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata, and of sizes checked here
            return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureError(
            f"unpacks to more than the limit of {PIXEL_LIMIT:,} pixels", remedy="make it smaller first"
        ) from error
    except UnidentifiedImageError as error:
        what, remedy = identify_format(data)
        raise PictureError(what, remedy=remedy) from error


def _iter_tiff_pages(image: Image, n_bytes: int, first: int) -> Iterator[Item]:
    for page in itertools.count(first):
        try:
            image.seek(page - 1)
        except EOFError:
            if page == 1:  # every source gives something, if only an error
                raise
            return
        except Exception as error:  # the list of pages itself is damaged: what follows cannot be found
            yield {"page": page, "error": str(explain(error, ""))}, None
            return
        yield _decode_page(image, n_bytes, page)
