"""Pages of very many pixels are read smaller, as PDFs are drawn: their time and memory are bounded."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from sutja.signals.image import Picture
from sutja.types import Box, Page

PAGE_PIXELS = 30_000_000  # of a page that is read; larger ones are made smaller


def shrink_picture(picture: Picture, most: int = PAGE_PIXELS) -> Picture | None:
    """Make a picture smaller if it has more pixels than `most`; None if it has not."""
    n_pixels = picture.width * picture.height
    if n_pixels <= most:
        return None
    scale = math.sqrt(most / n_pixels)
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    pixels = np.asarray(cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return replace(picture, pixels=pixels)


def enlarge_page(page: Page, picture: Picture) -> Page:
    """Bring the boxes of a page that was read smaller to the pixels of its picture."""
    across, down = picture.width / (page.width or 1), picture.height / (page.height or 1)

    def enlarge(box: Box) -> Box:
        return Box(box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down)

    numbers = tuple(
        replace(
            number,
            box=enlarge(number.box),
            characters=tuple(replace(one, box=enlarge(one.box)) for one in number.characters),
        )
        for number in page.numbers
    )
    notes = (*page.notes, f"read at {page.width} × {page.height} pixels")
    return replace(page, width=picture.width, height=picture.height, numbers=numbers, notes=notes)
