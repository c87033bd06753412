"""Real pages: their labels and parts, and pages brought to size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.boxes.boxed_pictures import BoxedPicture, make_boxed_picture
from sutja.data.split import fixed
from sutja.errors import DataError

CLASSES = ("handwritten", "printed")
HANDWRITTEN, PRINTED = 0, 1
# The fold of each set that choices are made by. No table that is not kept aside lies in fold 0.
VALIDATION_FOLDS = {"cheques": 0, "sudoku": 0, "weather-tables": 1}
PARTS = ("train", "validation", "test")
XYXY = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class RealPage:
    """A real page.

    Attributes
    ----------
    source : str
        Set and file, to name it.
    page : BoxedPicture
        Its pixels and boxes, labels as in `CLASSES`.
    """

    source: str
    page: BoxedPicture


def in_part(dataset: str, key: str, part: str) -> bool:
    """Return True if an item of a set belongs to a part.

    Raises
    ------
    ValueError
        The part is not one of `PARTS`, or the set has no pages with boxes.
    """
    if part not in PARTS or dataset not in VALIDATION_FOLDS:
        raise ValueError(f"no part {part!r} of {dataset!r}; parts are {', '.join(PARTS)}")
    if fixed.is_test(dataset, key):
        return part == "test"
    is_validation = fixed.assign_fold(dataset, key) == VALIDATION_FOLDS[dataset]
    return part == ("validation" if is_validation else "train")


def read_grey(path: Path) -> NDArray[np.uint8]:
    """A picture in grey, turned as its file says it lies in memory.

    Raises
    ------
    DataError
        It cannot be read.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        raise DataError("cannot be read as a picture", where=str(path), remedy="fetch the set again")
    return np.asarray(picture, np.uint8)


def scale_page(
    picture: NDArray[np.uint8], scale: float, boxes: list[XYXY], labels: list[int], ignore: list[bool]
) -> BoxedPicture:
    """A page and its boxes, made smaller or larger."""
    if scale != 1:
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture = np.asarray(
            cv2.resize(picture, None, fx=scale, fy=scale, interpolation=interpolation), np.uint8
        )
    return make_boxed_picture(picture, np.array(boxes, np.float32).reshape(-1, 4) * scale, labels, ignore)
