"""The pictures of labelled boxes: which there are, and how large, without decoding them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sutja.errors import PictureError
from sutja.regular_files import open_regular
from sutja.signals.image import check_size, load_pictures
from sutja.signals.picture_headers import SUFFIXES

_SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that swap rows and columns
_ORIENTATION = 0x0112


def list_pictures(folder: Path) -> list[Path]:
    """The pictures of a folder and of those in it, sorted; hidden ones left out."""
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            Path(parent) / name
            for name in sorted(files)
            if name.lower().endswith(SUFFIXES) and not name.startswith(".")
        ]
    return found


def index_by_stem(paths: Iterable[Path]) -> dict[str, Path]:
    """Pictures by their names without the ending; of two of one name the first."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(path.stem, path)
    return found


def read_size(path: Path) -> tuple[int, int]:
    """(H, W) of a picture as it stands upright by its EXIF, as the boxes of the common tools have it.

    Raises
    ------
    PictureError
        It is not there, or no picture.
    """
    from PIL import Image

    try:
        with open_regular(path) as file, Image.open(file) as image:
            width, height = image.size
            turned = image.getexif().get(_ORIENTATION) in _SIDEWAYS
    except FileNotFoundError as error:
        raise PictureError("there is no such file", source=str(path), remedy="check the path") from error
    except Exception:  # whatever else is wrong with it, the decoder says in words
        pixels = load_pictures(path)[0].pixels
        return int(pixels.shape[0]), int(pixels.shape[1])
    check_size(width, height)
    return (width, height) if turned else (height, width)
