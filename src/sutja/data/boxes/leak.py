"""The leak guard for pictures with boxes: the same scene on both sides of a split.

Two pictures of one form, one template or one grid look alike when small, and are none the less two, with
other things in them; so the things decide too, class by class. Letters: n boxes of one picture, m of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.boxes.nms import compute_iou
from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
from sutja.data.boxes.sharded_pictures import ShardedPicture
from sutja.data.split.near_duplicates import find_near_duplicates
from sutja.errors import PictureError
from sutja.regular_files import read_regular
from sutja.signals.picture import BYTE_LIMIT

SAME_THINGS = 0.5  # part of the things, of the side with more, that stand in both pictures at the same place
SAME_PLACE = 0.5  # IoU, each picture being as wide and as high as the other
_SIDE = 96  # pixels of a small picture's longer side
_AT_A_TIME = 1024  # training pictures that are held so small


@dataclass(frozen=True, slots=True)
class BoxLeaks:
    """Pictures of a side that was to be kept apart which the training side has too.

    Attributes
    ----------
    n_pictures : int
        Number of pictures of the side.
    copies : tuple[int, ...]
        Places of those whose very bytes are there.
    near : tuple[int, ...]
        Places of those that look alike and hold the same things, by class and place.
    relabelled : tuple[int, ...]
        Places of those that look alike and hold things at the same places, but of other classes there: one of
        the two is labelled wrongly.
    """

    n_pictures: int
    copies: tuple[int, ...]
    near: tuple[int, ...]
    relabelled: tuple[int, ...]

    def describe(self, side: str) -> tuple[str, ...]:
        """Warnings for the user, a line each; none where nothing was found."""
        lines = []
        if self.copies:
            lines.append(
                f"{len(self.copies):,} pictures of the {side} part are in the training part too: "
                "its figures flatter"
            )
        if self.near:
            lines.append(
                f"{len(self.near):,} of {self.n_pictures:,} pictures of the {side} part look like a training "
                "picture and hold the same things: likely the same scene"
            )
        if self.relabelled:
            lines.append(
                f"{len(self.relabelled):,} pictures of the {side} part look like a training picture whose "
                "things have other classes: one of the two is wrong"
            )
        return tuple(lines)


def find_box_leaks(train: BoxedSet, test: BoxedSet) -> BoxLeaks:
    """Find what a held-out part has in common with the training part.

    Pictures that cannot be read are passed over. Both sets have the same classes.
    """
    known = {digest for one in train.pictures if (digest := _digest(one)) is not None}
    copies = tuple(i for i, one in enumerate(test.pictures) if _digest(one) in known)
    here = _make_thumbnails([i for i in range(len(test)) if i not in copies], test)
    near, relabelled = set(), set()
    for start in range(0, len(train), _AT_A_TIME):
        there = _make_thumbnails(range(start, min(start + _AT_A_TIME, len(train))), train)
        for pair in find_near_duplicates([one.small for one in here], [one.small for one in there]):
            a, b = here[pair.a], there[pair.b]
            if _alike(a, b, by_class=True):
                near.add(a.place)
            elif _alike(a, b, by_class=False):
                relabelled.add(a.place)
    return BoxLeaks(len(test), copies, tuple(sorted(near)), tuple(sorted(relabelled - near)))


def _digest(one: BoxedPicture) -> bytes | None:
    """Hash of the bytes of a picture's file or array; None if it cannot be read."""
    if isinstance(one.picture, Path):
        try:
            return hashlib.sha256(read_regular(one.picture, BYTE_LIMIT)).digest()
        except OSError:
            return None
    if isinstance(one.picture, ShardedPicture):
        return one.picture.sha256
    return hashlib.sha256(one.pixels.tobytes() + repr(one.pixels.shape).encode()).digest()


@dataclass(frozen=True, slots=True)
class _Thumbnail:
    """A picture that can be read: its place in its set, small and grey, and its boxes (n, 4) in 0 to 1."""

    place: int
    small: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]


def _make_thumbnails(places: Sequence[int], data: BoxedSet) -> list[_Thumbnail]:
    """The pictures at some places of a set that can be read."""
    thumbnails = []
    for place in places:
        one = data.pictures[place]
        try:
            pixels = one.pixels
        except PictureError:
            continue
        height, width = pixels.shape[:2]
        scale = _SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        boxes = np.asarray(one.boxes / np.array([width, height, width, height], np.float32), np.float32)
        thumbnails.append(_Thumbnail(place, small, boxes, one.labels))
    return thumbnails


def _alike(a: _Thumbnail, b: _Thumbnail, *, by_class: bool) -> bool:
    """Return True if two pictures hold the same things at about the same places."""
    most = max(len(a.boxes), len(b.boxes))
    if most == 0:
        return True
    overlap = compute_iou(a.boxes, b.boxes)
    if by_class:
        overlap = overlap * (a.labels[:, None] == b.labels[None])
    pairs = 0
    while overlap.size and overlap.max() >= SAME_PLACE:
        row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
        overlap[row], overlap[:, column] = 0, 0
        pairs += 1
    return pairs >= SAME_THINGS * most
