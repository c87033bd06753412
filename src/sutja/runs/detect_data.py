"""Pictures with boxes, parted, measured and held as a detector's training wants them.

Letters: n pictures, H, W rows and columns, K classes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.data.boxes.boxed import BoxedPicture, BoxedSet
from sutja.data.boxes.leak import find_box_leaks
from sutja.data.boxes.load import load_boxed
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out, three_parts
from sutja.errors import DataError, PictureError
from sutja.signals.frame_input import FrameParams, resize_picture
from sutja.training.classify.checks import check_memory

LEAST_SIDE = 10.0  # pixels: how large the smallest things should be shown to the network
LEAST_LONGEST, MOST_LONGEST = 320, 1280  # pixels of a picture's longer side
MOST_FRAME = 448  # pixels of a frame's side; of larger pictures parts are shown
_SMALL = 0.1  # the part of the boxes that may be smaller than `LEAST_SIDE`
_MEASURED = 64  # pictures for mean and deviation


@dataclass(frozen=True, slots=True)
class BoxParts:
    """One data set in three: to learn from, to choose by, and to test on once; the last may be empty."""

    train: BoxedSet
    validation: BoxedSet
    test: BoxedSet


def load_box_parts(data: str | Path, say: Callable[[str], None]) -> BoxParts:
    """Load and split data, and tell what was left out and what stands on both sides of the split.

    Raises
    ------
    DataError
        As `sutja.data.boxes.load.load_boxed` says, or there are too few pictures.
    """
    found = load_boxed(data)
    for part in found.values():
        for note in part.notes:
            say(note)
    if "all" in found:
        whole = found["all"]
        _enough(whole)
        indices = three_parts(rarest(whole), None)
        parts = BoxParts(*(whole.take(some) for some in indices))
    else:
        train, test = found["train"], found.get("test")
        _enough(train)
        validation = found.get("validation")
        if validation is None:
            held = hold_out(rarest(train), None, VALIDATION_SHARE)
            train, validation = train.take(np.flatnonzero(~held)), train.take(np.flatnonzero(held))
        parts = BoxParts(train, validation, train.take([]) if test is None else test)
    things = sum(len(picture.labels) for picture in parts.train.pictures)
    say(
        f"{parts.train.source}: {len(parts.train.classes)} classes, {len(parts.train):,} pictures with "
        f"{things:,} things to train, {len(parts.validation):,} to validate, {len(parts.test):,} to test"
    )
    for side in ("validation", "test"):
        for line in find_box_leaks(parts.train, getattr(parts, side)).tell(side):
            say(line)
    return parts


def _enough(data: BoxedSet) -> None:
    if len(data) < 3:
        raise DataError(
            f"{len(data)} pictures cannot be split in three", where=data.source, remedy="label more"
        )


def rarest(data: BoxedSet) -> NDArray[np.int64]:
    """(n,) the class of which the set has the fewest among those in each picture; one more for none.

    Split by these, a class that is in few pictures comes to both sides.
    """
    counts = np.bincount(
        np.concatenate([np.zeros(0, np.int64), *(np.unique(one.labels) for one in data.pictures)]),
        minlength=len(data.classes),
    )
    return np.array(
        [
            min(set(one.labels.tolist()), key=lambda k: (counts[k], k), default=len(data.classes))
            for one in data.pictures
        ],
        np.int64,
    )


def params_of(train: Sequence[BoxedPicture], longest: int = 0) -> FrameParams:
    """How pictures are made fit: in colour where one is, scaled so that all but a tenth of the things show.

    Parameters
    ----------
    train : Sequence[BoxedPicture]
        The training pictures.
    longest : int
        Pixels of the longer side; 0 to choose.
    """
    shown = [(one, pixels) for one in _spread(train) if (pixels := _pixels(one)) is not None]
    if not shown:
        raise DataError("the first pictures cannot be read", remedy="check the files")
    values = np.concatenate([pixels.ravel()[:: max(1, pixels.size // 20_000)] for _, pixels in shown])
    colour = any(pixels.ndim == 3 for _, pixels in shown)
    if not longest:
        sides = [
            float((box[2:] - box[:2]).min()) / max(pixels.shape[:2])
            for one, pixels in shown
            for box in one.boxes[~one.ignore]
        ]
        small = float(np.quantile(sides, _SMALL)) if sides else 1.0
        wanted = 32 * math.ceil(LEAST_SIDE / max(small, 1e-6) / 32)
        longest = min(max(wanted, LEAST_LONGEST), MOST_LONGEST)
    mean, std = float(values.mean()) / 255, float(values.std()) / 255
    return FrameParams(3 if colour else 1, round(mean, 4), round(max(std, 0.02), 4), longest=longest)


def _spread(pictures: Sequence[BoxedPicture]) -> list[BoxedPicture]:
    """Some pictures from all over a set, which stand for all."""
    places = np.linspace(0, len(pictures) - 1, min(_MEASURED, len(pictures))).astype(int)
    return [pictures[place] for place in places]


def _pixels(picture: BoxedPicture) -> NDArray[np.uint8] | None:
    try:
        return picture.pixels
    except PictureError:
        return None


def shrunk(picture: BoxedPicture, params: FrameParams) -> BoxedPicture:
    """A picture in memory, as large as the network sees it."""
    pixels = picture.pixels
    h, w = pixels.shape[:2]
    size = params.compute_size(h, w)
    scale = np.array([size[1] / w, size[0] / h] * 2, np.float32)
    return BoxedPicture(resize_picture(pixels, size), picture.boxes * scale, picture.labels, picture.ignore)


def held_in_memory(
    data: BoxedSet, params: FrameParams, say: Callable[[str], None]
) -> tuple[BoxedSet, list[BoxedPicture]]:
    """The pictures of a set that can be read, and the same as the network sees them; others are told.

    Raises
    ------
    TrainingError
        They do not fit in memory.
    DataError
        None can be read.
    """
    check_memory(
        len(data) * params.longest**2 * params.channels, "use smaller pictures with --longest, or fewer"
    )
    kept, pictures = [], []
    for index, picture in enumerate(data.pictures):
        try:
            pictures.append(shrunk(picture, params))
        except PictureError as error:
            say(f"left out: {error}")
        else:
            kept.append(index)
    if not kept:
        raise DataError("none of the pictures can be read", where=data.source, remedy="check the files")
    return data.take(kept), pictures


def frame_size(pictures: Sequence[BoxedPicture], params: FrameParams) -> tuple[int, int]:
    """(H, W) of the frames to train on: the middle size of the pictures, or a part of them."""
    sides = np.median([picture.pixels.shape[:2] for picture in pictures], axis=0)
    height, width = (
        min(MOST_FRAME, params.multiple * math.ceil(side / params.multiple)) for side in sides.tolist()
    )
    return height, width
