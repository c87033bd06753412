"""Pages with boxes in files of their own, for `pages.py` and `pages_relabel.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sutja.atomic import open_atomic
from sutja.data.boxes.boxed_pictures import BoxedPicture, make_boxed_picture
from sutja.data.pages.pages import CLASSES
from sutja.synthesis.pages import PageSample


def to_boxed(sample: PageSample) -> BoxedPicture:
    """A composed page as the detector's training wants it."""
    return make_boxed_picture(
        sample.pixels,
        [field.box for field in sample.fields],
        [CLASSES.index(field.written) for field in sample.fields],
        [field.ignore for field in sample.fields],
    )


def save_pages(path: Path, pictures: list[BoxedPicture]) -> None:
    """Pages in one file, which appears whole or not at all."""
    arrays: dict[str, Any] = {
        f"{i}/{name}": getattr(p, name)
        for i, p in enumerate(pictures)
        for name in ("boxes", "labels", "ignore", "pixels")
    }
    with open_atomic(path) as file:
        np.savez(file, **arrays)


def load_pages(path: Path) -> list[BoxedPicture]:
    """The pages of a file."""
    with np.load(path) as parts:
        count = len(parts.files) // 4
        return [
            make_boxed_picture(*(parts[f"{i}/{name}"] for name in ("pixels", "boxes", "labels", "ignore")))
            for i in range(count)
        ]


def enlarge(page: BoxedPicture, scale: float) -> BoxedPicture:
    """A page and its boxes, so many times larger."""
    pixels = cv2.resize(page.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    return make_boxed_picture(
        np.asarray(pixels, np.uint8), page.boxes * np.float32(scale), page.labels, page.ignore
    )
