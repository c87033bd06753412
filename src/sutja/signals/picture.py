"""One picture, its limits, and what is said where it cannot be read.

All pictures come out upright, as 8-bit grey (H, W) or RGB (H, W, 3).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

    from sutja.signals.pdf_text import TextCharacter

Source: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | BinaryIO | Image | NDArray[Any] | Tensor"


class Tensor(Protocol):
    """A tensor of torch, or anything that becomes an array in the same way."""

    @property
    def ndim(self) -> int:
        """Number of dimensions."""

    def detach(self) -> Tensor:
        """Tensor without its gradient."""

    def cpu(self) -> Tensor:
        """Tensor in the memory of the processor."""

    def numpy(self) -> NDArray[Any]:
        """Tensor as an array."""


PIXEL_LIMIT = 90_000_000  # a page of A3 at 600 dpi has 70 million
BYTE_LIMIT = 500_000_000
_LARGE = 30_000_000  # pixels; a larger picture must have a file of some size
_PIXELS_A_BYTE = 250  # that a large picture may unpack to; only an empty sheet has more


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
    characters : tuple[TextCharacter, ...]
        Text that a PDF page carries.
    """

    pixels: NDArray[np.uint8]
    source: str
    page: int = 1
    dpi: float | None = None
    characters: tuple[TextCharacter, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.pixels.shape[0])


def check_size(width: int, height: int) -> None:
    """Refuse, before anything is decoded, a picture without pixels or with too many to hold in memory."""
    if width < 1 or height < 1:
        raise PictureError(f"has no pixels ({width} × {height})", remedy="save the picture again")
    if width * height > PIXEL_LIMIT:
        raise PictureError(
            f"unpacks to {width} × {height} pixels, more than the limit of {PIXEL_LIMIT:,}",
            remedy="make it smaller first",
        )


def check_compression(width: int, height: int, n_bytes: int) -> None:
    """Refuse a large picture that unpacks from next to nothing: a decompression bomb, or an empty sheet."""
    if width * height > _LARGE and width * height > _PIXELS_A_BYTE * n_bytes:
        raise PictureError(
            f"unpacks to {width} × {height} pixels from {n_bytes:,} bytes, more than any writing needs",
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
