"""Pictures from files, bytes, Pillow images and arrays.

All come out upright, as 8-bit grey (H, W) or RGB (H, W, 3). Where EXIF gives another orientation, the width,
the height and every box are those of the upright picture, as viewers show it.
"""

from __future__ import annotations

import io
import itertools
import os
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError
from sutja.signals.picture_headers import identify_format, read_plain_header
from sutja.signals.pixel_conversion import convert_array, convert_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

Source: TypeAlias = "str | os.PathLike[str] | bytes | Image | NDArray[Any]"

PIXEL_LIMIT = 90_000_000  # a page of A3 at 600 dpi has 70 million
BYTE_LIMIT = 500_000_000
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_NAMES = {"GIF": "GIF", "PNG": "PNG (APNG)", "WEBP": "WebP"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture.

    Attributes
    ----------
    pixels : NDArray[uint8]
        uint8 (H, W) grey or (H, W, 3) RGB.
    source : str
        Name of its source.
    page : int
        Its page, counted from 1.
    dpi : float | None
        Dots per inch at which a PDF page was drawn; None for other pictures.
    """

    pixels: NDArray[np.uint8]
    source: str
    page: int = 1
    dpi: float | None = None

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.pixels.shape[0])


def name_source(source: Source) -> str:
    """Name a source for results: its path, or its type."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    if isinstance(source, bytes):
        return "<bytes>"
    if isinstance(source, np.ndarray):
        return "<array>"
    return str(getattr(source, "filename", "") or "<image>")


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


def iter_pictures(source: Source) -> Iterator[Picture | PictureError]:
    """Yield the pictures of a source, and an error in the place of each that cannot be read.

    Parameters
    ----------
    source : Source
        A path; the bytes of a file; a Pillow image, of which the frame it shows is taken; or an array as
        `sutja.signals.pixel_conversion.convert_array` takes it.
    """
    name = name_source(source)
    try:
        if isinstance(source, np.ndarray):
            yield Picture(convert_array(source), name)
        elif isinstance(source, bytes):
            yield from _decode(source, name)
        elif isinstance(source, str | os.PathLike):
            yield from _decode(_read_file(source), name)
        elif hasattr(source, "getexif"):
            yield Picture(_load_pixels(source), name)
        else:
            raise PictureError(
                f"{type(source).__name__} is no picture",
                remedy="pass a path, bytes, a Pillow image or a NumPy array",
            )
    except Exception as error:  # a decoder may raise anything on a hostile file
        yield explain(error, name)


def check_size(width: int, height: int) -> None:
    """Refuse, before anything is decoded, a picture without pixels or with too many to hold in memory."""
    if width < 1 or height < 1:
        raise PictureError(f"has no pixels ({width} × {height})", remedy="save the picture again")
    if width * height > PIXEL_LIMIT:
        raise PictureError(
            f"unpacks to {width} × {height} pixels, more than the limit of {PIXEL_LIMIT:,}",
            remedy="make it smaller first",
        )


def explain(error: Exception, source: str, page: int = 1) -> PictureError:
    """Turn any error into a PictureError that names the file and, if not the first, the page."""
    if isinstance(error, PictureError):
        return PictureError(str(error), source=source, page=page)
    if isinstance(error, MemoryError):
        return PictureError(
            "does not fit in memory", remedy="make it smaller first", source=source, page=page
        )
    text = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return PictureError(
        f"is damaged or cut short ({text})", remedy="copy or save the file again", source=source, page=page
    )


def _read_file(path: str | os.PathLike[str]) -> bytes:
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path would cost as much again as reading a small crop
        if stat.S_ISDIR(status.st_mode):
            raise PictureError("is a folder", remedy="pass the pictures in it")
        if not stat.S_ISREG(status.st_mode):
            raise PictureError("is no regular file", remedy="save the picture to a file first")
        if status.st_size > BYTE_LIMIT:
            raise PictureError(f"has more than {BYTE_LIMIT:,} bytes", remedy="make it smaller first")
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(status.st_size)
    except FileNotFoundError as error:
        raise PictureError("there is no such file", remedy="check the path") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureError(f"cannot be read ({reason})", remedy="check its path and permissions") from error


def _decode(data: bytes, name: str) -> Iterator[Picture | PictureError]:
    if not data:
        raise PictureError("is empty (0 bytes)", remedy="copy the file again")
    header = read_plain_header(data)
    if header is not None:
        check_size(header.width, header.height)
        pixels = _decode_plain(data, header.grey)
        if pixels is not None and pixels.shape[:2] == (header.height, header.width):
            yield Picture(pixels, name)
            return
    yield from _decode_with_pillow(data, name)


def _decode_plain(data: bytes, grey: bool) -> NDArray[np.uint8] | None:
    """Decode with OpenCV; None where it fails, so that Pillow can try, or say why not."""
    flag = cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR_RGB
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _decode_with_pillow(data: bytes, name: str) -> Iterator[Picture | PictureError]:
    image = _open(data)
    with image:
        if image.format == "TIFF":
            yield from _iter_tiff_pages(image, name)
            return
        frames = getattr(image, "n_frames", 1)
        if frames > 1 and image.format in _NAMES:
            raise PictureError(
                f"is an animated {_NAMES[image.format]} of {frames} frames",
                remedy="save the frame you mean as a picture of its own",
            )
        yield Picture(_load_pixels(image), name)


def _open(data: bytes) -> Image:
    # Importing the two plugins registers them; Image.open would otherwise load all forty.
    from PIL import Image, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin  # noqa: F401

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


def _load_pixels(image: Image) -> NDArray[np.uint8]:
    """Load the current frame of an image, its size checked first."""
    check_size(*image.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.load()
        return convert_pillow(image)


def _iter_tiff_pages(image: Image, name: str) -> Iterator[Picture | PictureError]:
    for page in itertools.count(1):
        try:
            image.seek(page - 1)
        except EOFError:
            if page == 1:  # every source gives something, if only an error
                raise
            return
        except Exception as error:  # the list of pages itself is damaged: what follows cannot be found
            yield explain(error, name, page)
            return
        try:
            picture = Picture(_load_pixels(image), name, page)
        except Exception as error:  # the pages behind a damaged one are read all the same
            yield explain(error, name, page)
        else:
            yield picture
