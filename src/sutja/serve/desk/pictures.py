"""Pictures of the desk: the crop of a number, and the page around it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.errors import PictureError
from sutja.serve.desk.queue import Doubt
from sutja.signals.document import iter_pages

KEPT = 4  # pages that stay in memory
MARGIN = 0.35  # of a number's height, around its crop
AROUND = 5.0  # heights of a number, that its page is shown around it
WIDEST = 1100  # pixels of the page as it is shown

Pixels = NDArray[np.uint8]


class PageCache:
    """The pages that were looked at last.

    Parameters
    ----------
    folder : Path | None
        Folder of the files; None where their names are paths.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._pages: OrderedDict[tuple[str, int], Pixels] = OrderedDict()
        self._lock = threading.Lock()

    def find_file(self, source: str) -> Path:
        """Find the file of a source."""
        return Path(source) if self._folder is None else self._folder / source

    def load(self, source: str, page: int) -> Pixels:
        """Load a page.

        Raises
        ------
        PictureError
            If it cannot be read.
        """
        with self._lock:
            key = (source, page)
            if key not in self._pages:
                self._pages[key] = self._read(source, page)
            self._pages.move_to_end(key)
            while len(self._pages) > KEPT:
                self._pages.popitem(last=False)
            return self._pages[key]

    def _read(self, source: str, page: int) -> Pixels:
        for picture in iter_pages(self.find_file(source)):
            if picture.page == page:
                if isinstance(picture, PictureError):
                    raise picture
                return picture.pixels
        raise PictureError("has no such page", source=source, page=page)


def cut_crop(pixels: Pixels, doubt: Doubt) -> Pixels:
    """Cut a number out of its page, with a margin."""
    x0, y0, x1, y1 = doubt.number["box"]
    margin = MARGIN * (y1 - y0) + 2
    return cut(pixels, x0 - margin, y0 - margin, x1 + margin, y1 + margin)[0]


def cut_around(pixels: Pixels, doubt: Doubt) -> tuple[Pixels, list[float]]:
    """Cut the surroundings of a number, and give its box in them."""
    x0, y0, x1, y1 = doubt.number["box"]
    height = max(y1 - y0, 8.0)
    reach = max(AROUND * height, 0.8 * (x1 - x0))
    part, left, top = cut(pixels, x0 - 1.6 * reach, y0 - reach, x1 + 1.6 * reach, y1 + reach)
    scale = min(1.0, WIDEST / part.shape[1])
    if scale < 1.0:
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return part, [round(edge * scale, 1) for edge in (x0 - left, y0 - top, x1 - left, y1 - top)]


def cut(pixels: Pixels, x0: float, y0: float, x1: float, y1: float) -> tuple[Pixels, int, int]:
    """Cut a part out of a picture, as far as it reaches, and give the corner of that part."""
    height, width = pixels.shape[:2]
    left, top = min(max(0, int(x0)), width - 1), min(max(0, int(y0)), height - 1)
    right, bottom = min(width, max(left + 1, round(x1))), min(height, max(top + 1, round(y1)))
    return pixels[top:bottom, left:right], left, top


def encode(pixels: Pixels, suffix: str = ".png") -> bytes:
    """Encode a picture as PNG or JPEG."""
    colours: Any = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(suffix, np.ascontiguousarray(colours))[1].tobytes()
