"""Real crops of numbers, and of what is no number, from the sets whose labels tell the digits alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from sutja.data.sets import readers
from sutja.data.split import fixed
from sutja.grammar import keep_digits
from sutja.synthesis.crops.sample import Picture

_BOX_MARGIN = 0.1  # of a box's height, on each side


@dataclass(frozen=True, slots=True)
class RealCrop:
    """A real crop.

    Attributes
    ----------
    picture : Picture
    digits : str
        "" where it shows no number.
    spans : tuple[tuple[int, int], ...]
        (x0, x1) of each digit where they are known, else none.
    """

    picture: Picture
    digits: str
    spans: tuple[tuple[int, int], ...] = ()


# Sets of single crops.
CROP_SETS = ("registers", "births", "volunteers", "meter-digits", "lcd-digits", "no-numbers")
# Sets of pages whose boxes hold one number each, with the kinds of box that do; None for all kinds.
BOX_SETS: Mapping[str, Collection[str] | None] = MappingProxyType(
    {"registers-pages": ("number",), "results-id": None, "results-id2": None, "receipts-my": None}
)
NUMBER_SETS = (*CROP_SETS, *BOX_SETS)


def read_number_crops(root: Path, name: str, groups: Collection[str] | None = None) -> Iterator[RealCrop]:
    """Read the crops of a set in grey, in the order of its table.

    Of boxes on pages those with letters are left out, as are those without a digit.

    Parameters
    ----------
    root : Path
        The data folder.
    name : str
        One of `NUMBER_SETS`.
    groups : Collection[str] | None
        The books, writers or forms that are wanted; None for all.
    """
    if name in BOX_SETS:
        yield from _cut_boxes(root, name, groups)
        return
    for record in readers.read_crops(root, name):
        if groups is None or record.group in groups:
            yield RealCrop(_read_grey(record.path), record.digits)


def _cut_boxes(root: Path, name: str, groups: Collection[str] | None) -> Iterator[RealCrop]:
    kinds = BOX_SETS[name]
    for page in readers.read_boxed_pages(root, name):
        if groups is not None and page.group not in groups:
            continue
        picture = _read_grey(page.path)
        for line in page.lines:
            digits = keep_digits(line.text)
            if (kinds is not None and line.kind not in kinds) or not digits or _has_letters(line.text):
                continue
            x0, y0, x1, y1 = line.box
            margin = round(_BOX_MARGIN * (y1 - y0))
            crop = picture[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin]
            if crop.size:
                yield RealCrop(np.ascontiguousarray(crop), digits)


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _read_grey(path: Path) -> Picture:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError(f"{path} cannot be read as a picture")
    return np.asarray(picture, np.uint8)


def list_groups(root: Path, name: str) -> list[str]:
    """List the books, writers or forms of a set, each once, in order."""
    records = readers.read_boxed_pages(root, name) if name in BOX_SETS else readers.read_crops(root, name)
    return sorted({record.group for record in records})


def load_training_crops(
    root: Path, fold: int | None, without: Collection[str] = ()
) -> dict[str, list[RealCrop]]:
    """Load what a recipe may train on: no test part, and not the fold held back for validation.

    Parameters
    ----------
    root : Path
        The data folder.
    fold : int | None
        The fold held back; None trains on all that is not a test part.
    without : Collection[str]
        Sets that are left out whole.
    """
    out = {}
    for name in NUMBER_SETS:
        if name in without:
            continue
        groups = [
            group
            for group in list_groups(root, name)
            if not fixed.is_test(name, group) and (fold is None or fixed.assign_fold(name, group) != fold)
        ]
        out[name] = list(read_number_crops(root, name, groups))
    return {name: crops for name, crops in out.items() if crops}
