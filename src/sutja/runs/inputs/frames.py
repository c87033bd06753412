"""Frames of a detector: how large it sees pictures, so that most objects show, and the pictures so large.

Letters: H, W rows and columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
from sutja.data.boxes.sharded_pictures import ShardedPicture
from sutja.errors import DataError
from sutja.runs.parts import Log, check_enough, drop_line, read_items
from sutja.signals.preprocessing.frame_input import FrameParams, resize_picture
from sutja.training.classify.checks import check_memory
from sutja.training.detect.frames import MappedPictures

LEAST_SIDE = 10.0  # pixels: the least side of the smallest objects as the network sees them
LEAST_LONGEST, MOST_LONGEST = 320, 1280  # pixels of a picture's longer side
MOST_FRAME = 448  # pixels of a frame's side; of larger pictures parts are shown
_SMALL = 0.1  # the part of the boxes that may be smaller than `LEAST_SIDE`
_MEASURED = 64  # pictures for mean and deviation


def choose_params(train: Sequence[BoxedPicture], longest: int = 0) -> FrameParams:
    """Choose how pictures are made fit: colour where one has it, a size at which most objects show.

    Parameters
    ----------
    train : Sequence[BoxedPicture]
        The training pictures.
    longest : int
        Pixels of the longer side; 0 to choose.

    Raises
    ------
    DataError
        None of the pictures that are tried can be read.
    """
    spread = np.linspace(0, len(train) - 1, min(_MEASURED, len(train))).astype(int)
    some = [train[i] for i in spread]
    # What cannot be read is named when the whole part is read.
    images, indices = read_items(some, lambda picture: picture.pixels, drop_line)
    if not images:
        raise DataError("the first pictures cannot be read", remedy="check the files")
    values = np.concatenate([pixels.ravel()[:: max(1, pixels.size // 20_000)] for pixels in images])
    colour = any(pixels.ndim == 3 for pixels in images)
    if not longest:
        sides = [
            float((box[2:] - box[:2]).min()) / max(pixels.shape[:2])
            for i, pixels in zip(indices, images, strict=True)
            for box in some[i].boxes[~some[i].ignore]
        ]
        small = float(np.quantile(sides, _SMALL)) if sides else 1.0
        wanted = 32 * math.ceil(LEAST_SIDE / max(small, 1e-6) / 32)
        longest = min(max(wanted, LEAST_LONGEST), MOST_LONGEST)
    mean, std = float(values.mean()) / 255, float(values.std()) / 255
    return FrameParams(3 if colour else 1, round(mean, 4), round(max(std, 0.02), 4), longest=longest)


def read_pictures(
    data: BoxedSet, params: FrameParams, part: str, log: Log
) -> tuple[BoxedSet, Sequence[BoxedPicture]]:
    """Read a part into memory, as large as the network sees it; what cannot be read is left out.

    Parameters
    ----------
    data : BoxedSet
        The part.
    params : FrameParams
        Parameters of the pictures.
    part : str
        Name of the part, for messages.
    log : Log
        Takes a line for each picture that is left out.

    Returns
    -------
    The pictures that can be read, as they were, and as the network sees them: in memory, or read from shards
    whenever they are asked for.

    Raises
    ------
    TrainingError
        They do not fit in memory.
    DataError
        None can be read.
    """
    if any(isinstance(one.picture, ShardedPicture) for one in data.pictures):
        return data, MappedPictures(data.pictures, partial(shrink, params=params))
    check_memory(
        len(data) * params.longest**2 * params.channels,
        "use smaller pictures with --longest, or put them in tar shards",
    )
    pictures, indices = read_items(data.pictures, lambda picture: shrink(picture, params), log)
    check_any(len(pictures), len(data), part, data)
    return data.take(indices), pictures


def shrink(picture: BoxedPicture, params: FrameParams) -> BoxedPicture:
    """Read a picture, and resize it and its boxes to what the network sees."""
    pixels = picture.pixels
    h, w = pixels.shape[:2]
    size = params.compute_size(h, w)
    scale = np.array([size[1] / w, size[0] / h] * 2, np.float32)
    return BoxedPicture(resize_picture(pixels, size), picture.boxes * scale, picture.labels, picture.ignore)


def choose_frame_size(pictures: Sequence[BoxedPicture], params: FrameParams) -> tuple[int, int]:
    """Choose (H, W) of the frames to train on: the median size of the pictures, or a part of them."""
    sides = np.median([params.compute_size(*picture.size) for picture in pictures], axis=0)
    height, width = (
        min(MOST_FRAME, params.multiple * math.ceil(side / params.multiple)) for side in sides.tolist()
    )
    return height, width


def check_any(count: int, total: int, part: str, data: BoxedSet) -> None:
    """Refuse a part that has no picture, or none that can be read.

    Parameters
    ----------
    count, total : int
        Pictures that could be read, and that there are; 0 where it is not known.
    part : str
        Name of the part.
    data : BoxedSet
        The part.

    Raises
    ------
    DataError
        There is none.
    """
    noun = f"pictures of the {part} part"
    check_enough(count, total, noun, where=data.source, remedy="check the files", least=1)
