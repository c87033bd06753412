"""Pictures from files, bytes, Pillow images and arrays.

All come out upright, as 8-bit grey (H, W) or RGB (H, W, 3). Where EXIF gives another orientation, the width,
the height and every box are those of the upright picture, as viewers show it.

An everyday PNG or JPEG is decoded here; every other file, and a large one, in a child process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import numpy as np

from sutja.errors import PictureError
from sutja.regular_files import read_regular
from sutja.signals.decoding import decode_plain, load_pixels
from sutja.signals.picture import (
    BYTE_LIMIT,
    PIXEL_LIMIT,
    Picture,
    Source,
    check_compression,
    check_size,
    explain,
)
from sutja.signals.picture_headers import read_plain_header
from sutja.signals.pixel_conversion import convert_array
from sutja.signals.sources import name_source, resolve_source
from sutja.signals.untrusted import PICTURE_BUDGET, iter_untrusted

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "BYTE_LIMIT",
    "PIXEL_LIMIT",
    "Picture",
    "Source",
    "check_size",
    "explain",
    "iter_pictures",
    "load_pictures",
    "name_source",
]

PLAIN_PIXELS = 20_000_000  # of a plain picture that is decoded in this process


def load_pictures(source: Source) -> list[Picture]:
    """Load every picture of a source: one, or the pages of a TIFF.

    Raises
    ------
    PictureError
        If any of them cannot be read.
    """
    pictures = []
    for picture in iter_pictures(source):
        if isinstance(picture, PictureError):
            raise picture
        pictures.append(picture)
    return pictures


def iter_pictures(source: Source, name: str | None = None) -> Iterator[Picture | PictureError]:
    """Yield the pictures of a source, and an error in the place of each that cannot be read.

    Parameters
    ----------
    source : Source
        A path or an address; the bytes of a file, or a file that is open; a Pillow image, of which the frame
        it shows is taken; or an array or a tensor as `sutja.signals.pixel_conversion.convert_array` takes it.
    name : str | None
        Name of the source in results; None takes that of the source.
    """
    name = name or name_source(source)
    try:
        source = resolve_source(source, PictureError)
        if isinstance(source, np.ndarray):
            yield Picture(convert_array(source), name)
        elif isinstance(source, bytes):
            yield from _decode(source, name)
        elif isinstance(source, str | os.PathLike):
            yield from _decode(_read_file(source), name)
        elif hasattr(source, "getexif"):
            yield Picture(load_pixels(cast("Image", source)), name)
        else:
            raise PictureError(
                f"{type(source).__name__} is no picture",
                remedy="pass a path, bytes, an open file, a Pillow image or a NumPy array",
            )
    except Exception as error:  # a decoder may raise anything on a hostile file
        yield explain(error, name)


def _read_file(path: str | os.PathLike[str]) -> bytes:
    try:
        return read_regular(path, BYTE_LIMIT)
    except FileNotFoundError as error:
        raise PictureError("there is no such file", remedy="check the path") from error
    except IsADirectoryError as error:
        raise PictureError("is a folder", remedy="pass the pictures in it") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictureError(f"cannot be read ({reason})", remedy="check its path and permissions") from error


def _decode(data: bytes, name: str) -> Iterator[Picture | PictureError]:
    if not data:
        raise PictureError("is empty (0 bytes)", remedy="copy the file again")
    header = read_plain_header(data)
    if header is not None:
        check_size(header.width, header.height)
        check_compression(header.width, header.height, len(data))
    if header is not None and header.bounded and header.width * header.height <= PLAIN_PIXELS:
        pixels = decode_plain(data, header)
        if pixels is not None:
            yield Picture(pixels, name)
            return
    yield from iter_untrusted("sutja.signals.decoding:decode_pages", {}, data, name, PICTURE_BUDGET)
