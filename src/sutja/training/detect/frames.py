"""Frames to learn from: pictures with boxes, cut, scaled, mirrored, coloured and put together.

A frame is a `BoxedPicture` of a fixed size. All of it is drawn from the seed, the epoch and the batch alone,
so that an epoch can be entered at any batch. Letters: H, W rows and columns of a frame, n boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, overload, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.boxes.boxed_pictures import BoxedPicture
from sutja.signals.preprocessing.frame_input import resize_picture
from sutja.signals.preprocessing.pixels_input import fit_channels

_SPECK = 0.05  # of a box: less than this left in a frame is nothing


@dataclass(frozen=True, slots=True)
class Jitter:
    """Largest changes of pictures.

    Parameters
    ----------
    scale : tuple[float, float]
        Smallest and largest change of size, drawn evenly on a logarithmic scale.
    stretch : float
        Largest change of one side against the other: 0.1 for 0.9 to 1.1 times.
    flip_horizontal, flip_vertical, transpose : bool
        True if a picture may be mirrored, turned upside down, and transposed.
    mosaic : float
        Share of frames that are put together of four pictures (Bochkovskiy et al., YOLOv4, 2020).
    light : float
        Largest change of brightness and contrast, 0 to 1.
    tint : float
        Largest change of one colour against the others, 0 to 1.
    invert : float
        Share of frames in which dark and light change places.
    blur : float
        Share of frames that are out of focus, by up to a pixel.
    noise : float
        Largest standard deviation of a sensor's noise, in grey levels.
    visible : float
        Part of a box that must be left in a frame; a box with less is ignored.
    """

    scale: tuple[float, float] = (0.7, 1.4)
    stretch: float = 0.1
    flip_horizontal: bool = True
    flip_vertical: bool = False
    transpose: bool = False
    mosaic: float = 0.0
    light: float = 0.2
    tint: float = 0.05
    invert: float = 0.0
    blur: float = 0.1
    noise: float = 4.0
    visible: float = 0.35


ANY_ORIENTATION = Jitter(
    flip_vertical=True, transpose=True, mosaic=0.3, scale=(0.6, 1.6)
)  # seen through a microscope, from above
UPRIGHT = Jitter(mosaic=0.3, scale=(0.5, 1.5))  # what has a top and a bottom
WRITTEN = Jitter(
    flip_horizontal=False, scale=(0.75, 1.35), invert=0.02
)  # text; composed pages vary by themselves
NONE = Jitter((1.0, 1.0), 0.0, flip_horizontal=False, light=0.0, tint=0.0, blur=0.0, noise=0.0)
JITTERS = {"none": NONE, "written": WRITTEN, "upright": UPRIGHT, "anyhow": ANY_ORIENTATION}


@runtime_checkable
class Frames(Protocol):
    """A source of frames: a finite list of pictures, or worker processes that compose them."""

    @property
    def batches_per_epoch(self) -> int:
        """Batches an epoch."""

    def epoch(self, number: int, first: int = 0) -> Iterator[list[BoxedPicture]]:
        """Make the batches of an epoch from batch `first` on, each a list of frames of one size."""


class MappedPictures(Sequence[BoxedPicture]):
    """Pictures of a list, changed whenever they are asked for.

    Parameters
    ----------
    pictures : Sequence[BoxedPicture]
        The pictures.
    change : Callable[[BoxedPicture], BoxedPicture]
        Makes of each what is asked for.
    """

    def __init__(
        self, pictures: Sequence[BoxedPicture], change: Callable[[BoxedPicture], BoxedPicture]
    ) -> None:
        self._pictures, self._change = pictures, change

    def __len__(self) -> int:
        return len(self._pictures)

    @overload
    def __getitem__(self, place: int) -> BoxedPicture: ...
    @overload
    def __getitem__(self, place: slice) -> list[BoxedPicture]: ...
    def __getitem__(self, place: int | slice) -> BoxedPicture | list[BoxedPicture]:
        """Make a picture, or some."""
        if isinstance(place, slice):
            return [self._change(one) for one in self._pictures[place]]
        return self._change(self._pictures[place])


class ListedFrames:
    """Frames of a finite list of pictures.

    Parameters
    ----------
    pictures : Sequence[BoxedPicture]
        uint8 arrays with boxes, of the size that the network will see them in.
    size : tuple[int, int]
        (H, W) of a frame.
    channels : int
        1 or 3.
    batch_size : int
        Frames a batch; an epoch shows each picture once, as the first of a frame.
    jitter : Jitter
        Changes of the pictures.
    seed : int
        Seed of everything that is drawn.
    """

    def __init__(
        self,
        pictures: Sequence[BoxedPicture],
        size: tuple[int, int],
        channels: int,
        batch_size: int,
        jitter: Jitter,
        seed: int,
    ) -> None:
        self.pictures = MappedPictures(pictures, partial(convert_channels, channels=channels))
        self.size, self.batch_size, self.jitter, self.seed = size, batch_size, jitter, seed
        self.batches_per_epoch = -(-len(self.pictures) // batch_size)

    def epoch(self, number: int, first: int = 0) -> Iterator[list[BoxedPicture]]:
        """Make an epoch's batches from `first` on; the last is filled up with the first pictures."""
        order = np.random.default_rng([self.seed, number]).permutation(len(self.pictures))
        for index in range(first, self.batches_per_epoch):
            rng = np.random.default_rng([self.seed, number, index])
            rows = order.take(range(index * self.batch_size, (index + 1) * self.batch_size), mode="wrap")
            yield [
                make_frame(self.pictures[row], self.size, self.jitter, rng, self.pictures)
                for row in rows.tolist()
            ]


def convert_channels(picture: BoxedPicture, channels: int) -> BoxedPicture:
    """Convert a picture to grey for one channel, to RGB for three."""
    return BoxedPicture(fit_channels(picture.pixels, channels), picture.boxes, picture.labels, picture.ignore)


def make_frame(
    picture: BoxedPicture,
    size: tuple[int, int],
    jitter: Jitter,
    rng: np.random.Generator,
    others: Sequence[BoxedPicture] = (),
) -> BoxedPicture:
    """Make a frame (H, W) of a picture, or of it and three others.

    Parameters
    ----------
    picture : BoxedPicture
        Larger or smaller than the frame; a part of it that is drawn, or all of it on an empty ground.
    others : Sequence[BoxedPicture]
        Pictures of the same channels, for mosaics; none for no mosaic.
    """
    if not (others and rng.random() < jitter.mosaic):
        return _colour(_cut(picture, size, jitter, rng), jitter, rng)
    height, width = size
    row, column = (int(side * rng.uniform(0.3, 0.7)) for side in size)
    parts = [picture, *(others[i] for i in rng.integers(0, len(others), 3).tolist())]
    corners = ((0, 0), (0, column), (row, 0), (row, column))
    pixels = np.empty((height, width, *picture.pixels.shape[2:]), np.uint8)
    found = []
    for (top, left), part in zip(corners, parts, strict=True):
        bottom, right = (row if top == 0 else height), (column if left == 0 else width)
        cut = _cut(part, (bottom - top, right - left), jitter, rng)
        pixels[top:bottom, left:right] = cut.pixels
        shift = np.array([left, top, left, top], np.float32)
        found.append((cut.boxes + shift, cut.labels, cut.ignore))
    boxes, labels, ignore = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return _colour(BoxedPicture(pixels, boxes, labels, ignore), jitter, rng)


def _cut(
    picture: BoxedPicture, size: tuple[int, int], jitter: Jitter, rng: np.random.Generator
) -> BoxedPicture:
    """Cut a part of a picture, scaled and flipped, onto a frame of this size."""
    flipped = _flip(picture, jitter, rng)
    h, w = flipped.pixels.shape[:2]
    scale = np.exp(rng.uniform(*np.log(jitter.scale)))
    stretch = np.exp(rng.uniform(-1, 1) * np.log1p(jitter.stretch) / 2)
    spans = []  # of the picture, for rows and columns: first, last, place in the frame, size there
    for side, room, factor in ((h, size[0], scale * stretch), (w, size[1], scale / stretch)):
        span = min(side, max(1, round(room / factor)))
        first = int(rng.integers(0, side - span + 1))
        long = min(room, max(1, round(span * factor)))
        spans.append((first, first + span, int(rng.integers(0, room - long + 1)), long))
    (y0, y1, top, high), (x0, x1, left, wide) = spans
    part = resize_picture(np.ascontiguousarray(flipped.pixels[y0:y1, x0:x1]), (high, wide))
    pixels = np.empty((*size, *part.shape[2:]), np.uint8)
    pixels[...] = rng.integers(0, 256) if (high, wide) != size else 0
    pixels[top : top + high, left : left + wide] = part
    factors = np.array([wide / (x1 - x0), high / (y1 - y0)] * 2)
    boxes = (flipped.boxes - [x0, y0, x0, y0]) * factors + [left, top, left, top]
    window = (left, top, left + wide, top + high)
    return _clip(BoxedPicture(pixels, boxes, flipped.labels, flipped.ignore), window, jitter.visible)


def _flip(picture: BoxedPicture, jitter: Jitter, rng: np.random.Generator) -> BoxedPicture:
    """Mirror, flip and transpose a picture, as the jitter allows."""
    pixels, boxes = picture.pixels, picture.boxes
    if jitter.flip_horizontal and rng.random() < 0.5:
        pixels, boxes = pixels[:, ::-1], _reflect(boxes, 0, pixels.shape[1])
    if jitter.flip_vertical and rng.random() < 0.5:
        pixels, boxes = pixels[::-1], _reflect(boxes, 1, pixels.shape[0])
    if jitter.transpose and rng.random() < 0.5:
        pixels, boxes = pixels.swapaxes(0, 1), boxes[:, [1, 0, 3, 2]]
    return BoxedPicture(pixels, boxes, picture.labels, picture.ignore)


def _reflect(boxes: NDArray[np.float32], axis: int, side: int) -> NDArray[np.float32]:
    boxes = boxes.copy()
    boxes[:, [axis, axis + 2]] = side - boxes[:, [axis + 2, axis]]
    return boxes


def _clip(picture: BoxedPicture, window: tuple[int, int, int, int], visible: float) -> BoxedPicture:
    """Clip boxes at a window's edges; those with too little left are ignored."""
    boxes = picture.boxes
    inside = boxes.copy()
    inside[:, 0::2] = boxes[:, 0::2].clip(window[0], window[2])
    inside[:, 1::2] = boxes[:, 1::2].clip(window[1], window[3])
    sides = inside[:, 2:] - inside[:, :2]
    whole = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    part = sides.prod(axis=1) / np.maximum(whole, 1e-6)
    keep = (part > _SPECK) & (sides > 0.5).all(axis=1)
    ignore = picture.ignore | (part < visible) | (sides < 2).any(axis=1)
    return BoxedPicture(picture.picture, inside[keep].astype(np.float32), picture.labels[keep], ignore[keep])


def _colour(picture: BoxedPicture, jitter: Jitter, rng: np.random.Generator) -> BoxedPicture:
    """Change the light, the colours and the sharpness of a frame."""
    pixels = picture.pixels
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    gain = 1 + jitter.light * rng.uniform(-1, 1) + jitter.tint * rng.uniform(-1, 1, channels)
    shift = 128 * jitter.light * rng.uniform(-1, 1)
    values = (np.arange(256)[:, None] - 128) * gain + 128 + shift
    if rng.random() < jitter.invert:
        values = 255 - values
    if jitter.light or jitter.tint or jitter.invert:
        table = values.clip(0, 255).astype(np.uint8)
        table = table[:, 0] if channels == 1 else table[None]
        pixels = np.asarray(cv2.LUT(np.ascontiguousarray(pixels), table), np.uint8)
    if rng.random() < jitter.blur:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.3, 1.0)), np.uint8)
    if jitter.noise and rng.random() < 0.5:
        noise = rng.standard_normal(pixels.shape, np.float32) * np.float32(rng.uniform(0, jitter.noise))
        pixels = (pixels + noise).clip(0, 255).astype(np.uint8)
    return BoxedPicture(pixels, picture.boxes, picture.labels, picture.ignore)
