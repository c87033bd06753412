"""Crops that worker processes compose while the network learns, and batches of them.

Crops are kept as bytes: 1/100 of the contrast of ink is finer than any sensor's noise. Letters: B batch,
W, w columns, L characters of the longest label, K classes with the blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Bool, Float32, Int64, UInt8
from numpy.typing import NDArray

from sutja.charset import CHARSET, DONT_CARE, SPACE
from sutja.signals.preprocessing.normalisation import STRIDE, NormaliseParams, normalise, pad_batch
from sutja.synthesis.crops.composer import Composer, LabelMask, Sample
from sutja.training.padding import pad_labels
from sutja.training.streamed_views import StreamedViews, pick, read_ahead
from sutja.training.workers import Workers, compose_items

_LOW, _SPAN = -1.0, 2.5  # the range of a normalised crop
_CLASS = {character: index + 1 for index, character in enumerate(CHARSET)}


@dataclass(frozen=True, slots=True)
class Crop:
    """A normalised crop as bytes, the classes of its label, and the characters that the label leaves out."""

    pixels: UInt8[NDArray[np.uint8], "32 w"]
    classes: tuple[int, ...]
    silence: LabelMask


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays for one step; ``silent`` marks the classes that a label leaves out."""

    image: Float32[NDArray[np.float32], "B 1 32 W"]
    targets: Int64[NDArray[np.int64], "B L"]
    lengths: Int64[NDArray[np.int64], " B"]
    silent: Bool[NDArray[np.bool_], "B K"]


def mark_silent_classes(silence: LabelMask) -> Bool[NDArray[np.bool_], " K"]:
    """Mark the classes that a label with this mask leaves out."""
    signs = {LabelMask.NONE: "", LabelMask.SPACES: SPACE, LabelMask.NON_DIGITS: DONT_CARE}[silence]
    return np.array([False] + [character in signs for character in CHARSET])


_SILENT = {silence: mark_silent_classes(silence) for silence in LabelMask}


def encode_label(text: str, mask: LabelMask) -> tuple[int, ...]:
    """Encode a label as classes, without the characters that it leaves out."""
    mute = _SILENT[mask]
    return tuple(c for c in (_CLASS[character] for character in text) if not mute[c])


def make_crop(sample: Sample, params: NormaliseParams) -> Crop:
    """Normalise a sample as the reader does in use, and keep it small."""
    array = normalise(sample.picture, params).array
    pixels = np.asarray(np.rint((array - _LOW) * (255 / _SPAN)), np.uint8)
    return Crop(pixels, encode_label(sample.text, sample.mask), sample.mask)


def make_batch(crops: list[Crop], multiple: int = STRIDE) -> Batch:
    """Pad crops to the widest, and that to a multiple of ``multiple``."""
    arrays = [crop.pixels.astype(np.float32) * np.float32(_SPAN / 255) + np.float32(_LOW) for crop in crops]
    return label_batch(pad_batch(arrays, multiple), crops)


def label_batch(image: Float32[NDArray[np.float32], "B 1 H W"], crops: list[Crop]) -> Batch:
    """Put the labels of crops beside their pictures."""
    silent = np.stack([_SILENT[crop.silence] for crop in crops])
    return Batch(image, *pad_labels([crop.classes for crop in crops]), silent)


def measure_widths(crops: Sequence[Crop]) -> NDArray[np.int64]:
    """Measure the columns of each crop; those of crops on a disk are known."""
    if isinstance(crops, StreamedViews):
        return crops.lengths
    return np.array([crop.pixels.shape[1] for crop in crops], np.int64)


def group_by_width(
    widths: NDArray[np.int64], columns: int, rng: np.random.Generator
) -> list[tuple[int, list[int]]]:
    """Group crops of similar width, about ``columns`` columns in all, in random order.

    Shapes come from a short list, since the library behind the convolutions compiles code for each shape
    it meets. What is left over of a width is dropped; a width with fewer crops than a batch holds is filled
    up by repeating some, or dropped when they would be less than a quarter.

    Returns
    -------
    list[tuple[int, list[int]]]
        Columns of each batch, and the places of its crops.
    """
    buckets: dict[int, list[int]] = {}
    for index in rng.permutation(len(widths)):
        width = int(widths[index])
        step = 32 if width <= 256 else 128
        buckets.setdefault(max(32, -(-width // step) * step), []).append(int(index))
    groups = []
    for width, members in buckets.items():
        size = max(2, columns // width)
        if size // 4 < len(members) < size:
            members = [members[i] for i in rng.integers(0, len(members), size)]
        starts = range(0, len(members) - size + 1, size)
        groups += [(width, members[start : start + size]) for start in starts]
    return [groups[position] for position in rng.permutation(len(groups))]


def make_batches(
    crops: Sequence[Crop],
    columns: int,
    rng: np.random.Generator,
    make: Callable[[list[Crop], int], Batch] = make_batch,
    first: int = 0,
) -> Iterator[Batch]:
    """Make the batches of `group_by_width` from batch ``first`` on; crops on a disk are read ahead."""
    groups = group_by_width(measure_widths(crops), columns, rng)[first:]

    def make_group(group: tuple[int, list[int]]) -> Batch:
        return make(pick(crops, group[1]), group[0])

    if isinstance(crops, StreamedViews):
        return read_ahead(make_group, groups)
    return map(make_group, groups)


MakeComposer = Callable[[int], Composer]


class ComposedCrops(Workers[Crop]):
    """Worker processes that compose crops endlessly.

    Parameters
    ----------
    make : MakeComposer
        Called in each worker with its seed; must be picklable.
    params : NormaliseParams
        Parameters of the normalisation.
    seed : int
        Workers take seed, seed + 1, …
    workers : int
        Number of processes.
    chunk : int
        Samples handed over at once.
    """

    def __init__(
        self, make: MakeComposer, params: NormaliseParams, seed: int, workers: int = 1, chunk: int = 2048
    ) -> None:
        compose = partial(compose_items, make, partial(make_crop, params=params))
        super().__init__(compose, seed, workers, chunk, waiting=4)
