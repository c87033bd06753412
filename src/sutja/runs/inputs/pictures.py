"""Preprocessing of a classifier's pictures, chosen by its network and by how the characters lie in them.

Letters: n pictures, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.load import AnyLabelled
from sutja.data.labelled.shards import ShardedPictures
from sutja.data.stacks import PictureStack
from sutja.errors import TrainingError
from sutja.nets.named import NETS
from sutja.signals.preprocessing.ink_centring import DARK, LIGHT, centre_ink, find_box, measure_edges
from sutja.signals.preprocessing.pixels_input import PixelsParams

INKS = ("auto", "find", "whole")  # find the character where one is seen; always; never
_SAMPLE, _LEAST = 600, 16  # pictures that are looked at
_SAMPLE_BYTES = 1 << 28
_FOUND = 0.95  # share of them with one character on plain paper
_ALIKE = 0.15  # of the side: how far the sizes of most characters may differ
_SPREAD = 0.1, 0.9  # quantiles of the sizes: most characters
_LARGEST = 640  # pixels of a side: larger pictures are no characters cut out
_ONE_PAPER = 0.98  # share of the pictures with paper of one sort


@dataclass(frozen=True, slots=True)
class InkHabit:
    """Size and place of the characters in the pictures of a set.

    Attributes
    ----------
    side : float
        Their longer side, as a share of the picture's shorter one; 0 where no characters are found.
    centre : str
        Which of their centres lies in the middle, "mass" or "box".
    alike : bool
        True if they are of one size, or single digits, whose size says nothing.
    """

    side: float = 0.0
    centre: str = "mass"
    alike: bool = False


def spread(images: PictureStack) -> NDArray[np.uint8]:
    """Take at most a few hundred pictures, evenly from all; fewer where they are large."""
    most = max(_LEAST, min(_SAMPLE, _SAMPLE_BYTES // prod(images.shape[1:])))
    return images[:: -(-len(images) // most)]


def measure_ink(images: PictureStack, classes: Sequence[str]) -> InkHabit:
    """Measure how the characters of a set lie in its pictures.

    Parameters
    ----------
    images : PictureStack
        uint8 (n, H, W) grey or (n, H, W, 3) RGB.
    classes : Sequence[str]
        Names of the classes.
    """
    if max(images.shape[1:3]) > _LARGEST:
        return InkHabit()
    found = [find_box(image) for image in spread(images)]
    boxes = np.array([box for box in found if box is not None])
    if len(boxes) < _FOUND * len(found):
        return InkHabit()
    sides, shorter = boxes[:, 0], min(images.shape[1:3])
    low, middle, high = np.quantile(sides, (_SPREAD[0], 0.5, _SPREAD[1]))
    mass, box = (float(np.abs(boxes[:, columns]).mean()) for columns in ((1, 2), (3, 4)))
    digits = all(len(name) == 1 and name.isdecimal() for name in classes)
    alike = digits or high - low <= _ALIKE * middle
    return InkHabit(min(1.0, float(middle) / shorter), "mass" if mass <= box else "box", bool(alike))


def find_paper(images: PictureStack) -> str:
    """Find whether the edges of nearly all pictures are "dark" or "light"; "" for neither.

    Parameters
    ----------
    images : PictureStack
        uint8 (n, H, W) grey or (n, H, W, 3) RGB.
    """
    levels = np.array([measure_edges(image) for image in spread(images)])
    if (levels < DARK).mean() >= _ONE_PAPER:
        return "dark"
    return "light" if (levels > LIGHT).mean() >= _ONE_PAPER else ""


def choose_params(net: str, train: AnyLabelled, ink: str = "whole") -> PixelsParams:
    """Choose how pictures are made fit for a network: its own size and scale, or else those of the data.

    Parameters
    ----------
    net : str
        A name in `sutja.nets.named.NETS`.
    train : AnyLabelled
        The training part.
    ink : str
        One of `INKS`.

    Raises
    ------
    TrainingError
        The ink shall be found in pictures, and there is none in most of them.
    """
    wants = NETS[net]
    height, width = (wants.side, wants.side) if wants.side else map(int, train.images.shape[1:3])
    habit = InkHabit() if train.clips or ink == "whole" else measure_ink(train.images, train.classes)
    if ink == "find" and not habit.side:
        raise TrainingError(
            "no character on plain paper is found in most pictures",
            where=train.source,
            remedy="leave the pictures whole (--ink whole)",
        )
    side = round(habit.side * min(height, width)) if habit.alike or ink == "find" else 0
    channels = 1 if side or wants.grey or train.images.ndim == 3 else 3
    paper = "" if side or train.clips else find_paper(train.images)
    params = PixelsParams(height, width, channels, ink=side, centre=habit.centre, paper=paper)
    if wants.mean is not None and wants.std is not None:
        return replace(params, mean=wants.mean, std=wants.std)
    some = spread(train.images) if isinstance(train.images, ShardedPictures) else train.images[:]
    if params.place is not None:
        some = np.stack([centre_ink(image, params.place) for image in spread(train.images)])
    means, stds = cv2.meanStdDev(some.reshape(len(some), -1))
    mean, std = (round(float(figure[0, 0]) / 255, 4) for figure in (means, stds))
    return replace(params, mean=mean, std=std or 1.0)
