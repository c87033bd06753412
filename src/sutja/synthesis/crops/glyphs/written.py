"""Written digits cut from real data, kept by writer so that a composed number stays in one hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.synthesis.fonts import Glyph

_FLOURISHED = {0: 0.05, 1: 0.35, 7: 0.35}  # how often a digit is written so
_ROWS = 40  # pixels; the height at which flourishes are drawn
_MARGIN = 16  # pixels on both sides for them


class WrittenDigits:
    """Written digits by writer. Built once; gives a writer's "3" as often as needed.

    Attributes
    ----------
    name : str
        Name of the set that the digits come from.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._digits: list[dict[int, list[NDArray[np.uint8]]]] = []
        self._any: dict[int, list[NDArray[np.uint8]]] = {d: [] for d in range(10)}

    @classmethod
    def from_arrays(
        cls,
        name: str,
        images: Sequence[NDArray[np.uint8]] | NDArray[np.uint8],
        labels: Iterable[int],
        writers: Iterable[object],
    ) -> WrittenDigits:
        """Collect digits.

        Parameters
        ----------
        name : str
            Of the set.
        images : Sequence[NDArray[uint8]] | NDArray[uint8]
            uint8 (H, W) each, light ink on 0, of any sizes; pictures with hardly any ink are left out.
        labels : Iterable[int]
            The digit of each picture, 0 to 9.
        writers : Iterable[object]
            Whose hand each picture is in; anything hashable.
        """
        hands = cls(name)
        index: dict[object, int] = {}
        for image, digit, writer in zip(images, labels, writers, strict=True):
            ink = cut_out(image)
            if ink is None:
                continue
            position = index.setdefault(writer, len(index))
            if position == len(hands._digits):
                hands._digits.append({})
            hands._digits[position].setdefault(int(digit), []).append(ink)
            hands._any[int(digit)].append(ink)
        return hands

    def __len__(self) -> int:
        """Number of pictures."""
        return sum(len(pictures) for pictures in self._any.values())

    def writer(self, rng: Generator) -> WrittenDigits:
        """One writer of the set; digits that this one never wrote come from the others."""
        one = WrittenDigits(self.name)
        one._any = self._any
        if self._digits:
            one._digits = [self._digits[rng.integers(len(self._digits))]]
        return one

    def pick(self, rng: Generator, text: str) -> list[NDArray[np.uint8]]:
        """One picture per digit of ``text``, all by one writer where that writer has them.

        Raises
        ------
        ValueError
            The set has no picture at all of one of the digits.
        """
        own = self._digits[rng.integers(len(self._digits))] if self._digits else {}
        out = []
        for character in text:
            pictures = own.get(int(character)) or self._any[int(character)]
            if not pictures:
                raise ValueError(f"{self.name} holds no picture of a {character}")
            out.append(pictures[rng.integers(len(pictures))])
        return out


def cut_out(image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The ink of a picture (uint8, light on 0) at full strength, without its margins; None for hardly any."""
    strongest = int(image.max(initial=0))
    if strongest < 24:  # grey levels
        return None
    strong = np.asarray(cv2.convertScaleAbs(image, alpha=255 / strongest), np.uint8)
    marked = strong > 64
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if len(rows) < 3:
        return None
    return np.ascontiguousarray(strong[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def extract_ink(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The ink of a dark-on-light grey crop as alpha, uint8 (H, W): paper taken away, contrast made full."""
    plane = crop.astype(np.float32)
    background = float(np.percentile(plane, 75))
    darkest = float(np.percentile(plane, 3))
    alpha = (background - plane) / max(background - darkest, 8.0)
    return np.asarray(np.clip((alpha - 0.3) * 1.8, 0, 1) * 255, np.uint8)


def make_glyph(picture: NDArray[np.uint8]) -> Glyph:
    """A written digit as a glyph, one digit height tall, that stands on the baseline."""
    return Glyph(picture, 1.0, 1.0, 0.0, picture.shape[1] / picture.shape[0])


def draw_stroke(points: NDArray[np.float32], width: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A pen's way through ``points``, float32 (n, 2) of x and y in pixels, as uint8 of ``size`` (H, W)."""
    canvas = np.zeros(size, np.uint8)
    path = [np.round(points * 16).astype(np.int32)]  # four bits for parts of a pixel
    cv2.polylines(canvas, path, False, 255, max(1, round(width)), cv2.LINE_AA, 4)
    return canvas


def add_flourish(rng: Generator, digit: int, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Now and then write a digit as other countries do.

    A crossed 7, a 1 with an upstroke or a foot, a barred 0; uint8 (H, W), light ink on 0, in and out.
    """
    if rng.random() > _FLOURISHED.get(digit, 0.0):
        return picture
    width = max(2, round(picture.shape[1] * (_ROWS / picture.shape[0])))
    image = cv2.resize(picture, (width, _ROWS), interpolation=cv2.INTER_LINEAR)
    image = cv2.copyMakeBorder(image, 0, 0, _MARGIN, _MARGIN, cv2.BORDER_CONSTANT)
    wide = np.asarray(image, np.uint8)
    pen = float(rng.uniform(2.5, 5))
    points = _extra_stroke(rng, digit, wide)
    out = cut_out(np.maximum(wide, draw_stroke(points, pen, (_ROWS, wide.shape[1]))))
    return picture if out is None else out


def _extra_stroke(rng: Generator, digit: int, image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The two ends (x, y) of what is added to a 0, 1 or 7 of `_ROWS` rows."""

    def ink_at(row: int) -> float:
        columns = np.flatnonzero(image[row] > 100)
        return float(columns.mean()) if len(columns) else image.shape[1] / 2

    if digit == 7:
        y = float(rng.uniform(0.42, 0.62)) * _ROWS
        x = ink_at(int(y))
        tilt = float(rng.uniform(-4, 3))
        ends = [(x - rng.uniform(6, 11), y - tilt / 2 + 2), (x + rng.uniform(6, 11), y + tilt / 2 - 2)]
    elif digit == 1 and rng.random() < 0.8:
        x = ink_at(3)
        ends = [(x, 2.0), (x - rng.uniform(6, 14), rng.uniform(8, 22))]
    elif digit == 1:
        x = ink_at(_ROWS - 3)
        ends = [(x - rng.uniform(5, 10), _ROWS - 3.0), (x + rng.uniform(5, 10), _ROWS - 3.0)]
    else:
        ends = [(_MARGIN + 1.0, _ROWS * 0.8), (image.shape[1] - _MARGIN - 1.0, _ROWS * 0.2)]
    return np.array(ends, np.float32)
