"""Written digits cut from real data, kept by writer so that a composed number stays in one hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.data.fonts import Glyph


class Hands:
    """Digits by writer. Built once, then asked for a writer's "3" as often as needed."""

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
    ) -> Hands:
        """Collect digit pictures (uint8, light ink on 0, any sizes) with their labels and writers."""
        hands = cls(name)
        index: dict[object, int] = {}
        for image, digit, writer in zip(images, labels, writers, strict=True):
            cut = _cut(image)
            if cut is None:
                continue
            position = index.setdefault(writer, len(index))
            if position == len(hands._digits):
                hands._digits.append({})
            hands._digits[position].setdefault(int(digit), []).append(cut)
            hands._any[int(digit)].append(cut)
        return hands

    def __len__(self) -> int:
        return sum(len(pictures) for pictures in self._any.values())

    def pick(self, rng: Generator, text: str) -> list[NDArray[np.uint8]]:
        """One picture per digit of ``text``, all by one writer where that writer has them."""
        own = self._digits[rng.integers(len(self._digits))]
        out = []
        for character in text:
            pictures = own.get(int(character)) or self._any[int(character)]
            out.append(pictures[rng.integers(len(pictures))])
        return out


def _cut(image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The ink of a picture at full strength, without its margins; None where there is hardly any."""
    strongest = int(image.max(initial=0))
    if strongest < 24:
        return None
    image = cv2.convertScaleAbs(image, alpha=255 / strongest)
    marked = image > 64
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if len(rows) < 3:
        return None
    return np.ascontiguousarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def ink_of(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The ink of a dark-on-light grey crop as alpha: local background taken away, contrast made full."""
    plane = crop.astype(np.float32)
    background = float(np.percentile(plane, 75))
    darkest = float(np.percentile(plane, 3))
    alpha = (background - plane) / max(background - darkest, 8.0)
    return np.asarray(np.clip((alpha - 0.3) * 1.8, 0, 1) * 255, np.uint8)


def written(picture: NDArray[np.uint8], rise: float = 1.0) -> Glyph:
    """A written digit as a glyph that stands on the baseline."""
    return Glyph(picture, rise, rise, 0.0, picture.shape[1] / picture.shape[0] * rise)


def _canvas_stroke(points: NDArray[np.float32], width: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    canvas = np.zeros(size, np.uint8)
    cv2.polylines(canvas, [np.round(points * 16).astype(np.int32)], False, 255, max(1, round(width)), cv2.LINE_AA, 4)
    return canvas


_FLOURISHED = {0: 0.05, 1: 0.35, 7: 0.35}  # how often a digit is written so


def flourish(rng: Generator, digit: int, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Now and then write a digit as other countries do: a crossed 7, a 1 with an upstroke or a foot, a barred 0."""
    if rng.random() > _FLOURISHED.get(digit, 0.0):
        return picture
    height = 40
    scale = height / picture.shape[0]
    image = cv2.resize(picture, (max(2, round(picture.shape[1] * scale)), height), interpolation=cv2.INTER_LINEAR)
    room = 16
    image = np.asarray(cv2.copyMakeBorder(image, 0, 0, room, room, cv2.BORDER_CONSTANT), np.uint8)
    width = float(rng.uniform(2.5, 5))

    def ink_at(row: int) -> float:
        columns = np.flatnonzero(image[row] > 100)
        return float(columns.mean()) if len(columns) else image.shape[1] / 2

    if digit == 7:
        y = float(rng.uniform(0.42, 0.62)) * height
        x = ink_at(int(y))
        tilt = float(rng.uniform(-4, 3))
        points = [[x - rng.uniform(6, 11), y - tilt / 2 + 2], [x + rng.uniform(6, 11), y + tilt / 2 - 2]]
    elif digit == 1 and rng.random() < 0.8:
        x = ink_at(3)
        points = [[x, 2.0], [x - rng.uniform(6, 14), rng.uniform(8, 22)]]
    elif digit == 1:
        x = ink_at(height - 3)
        points = [[x - rng.uniform(5, 10), height - 3.0], [x + rng.uniform(5, 10), height - 3.0]]
    else:
        points = [[room + 1.0, height * 0.8], [image.shape[1] - room - 1.0, height * 0.2]]
    stroke = _canvas_stroke(np.array(points, np.float32), width, image.shape[:2])
    cut = _cut(np.maximum(image, stroke))
    return picture if cut is None else cut


def drawn_sign(rng: Generator, sign: str) -> Glyph | None:
    """A separator drawn with a pen: strokes for the simple signs, None for those only a font can give."""
    j = lambda low, high: float(rng.uniform(low, high))  # noqa: E731  (a local jitter)
    width = j(3, 6)
    unit = 40.0  # pixels in a digit height
    strokes: list[list[list[float]]]
    if sign == ".":
        size = j(0, 4)
        strokes, rise = [[[0, 0], [size, j(-1, 2)]]], j(0.05, 0.3)
    elif sign == ",":
        strokes, rise = [[[j(2, 6), 0], [j(1, 5), j(4, 7)], [j(-3, 1), j(8, 15)]]], j(0.0, 0.25)
    elif sign == "'":
        strokes, rise = [[[j(1, 3), 0], [0, j(7, 13)]]], j(0.95, 1.2)
    elif sign == "-":
        strokes, rise = [[[0, 0], [j(6, 14), j(-3, 2)], [j(14, 26), j(-3, 3)]]], j(0.35, 0.6)
    elif sign == "=":
        length, gap = j(12, 24), j(7, 12)
        strokes, rise = [[[0, 0], [length, j(-2, 2)]], [[j(-3, 3), gap], [length + j(-4, 4), gap + j(-2, 2)]]], j(0.5, 0.75)
    elif sign == "/":
        strokes, rise = [[[j(8, 24), 0], [0, j(38, 56)]]], j(0.95, 1.2)
    elif sign == ":":
        strokes, rise = [[[0, 0], [j(0, 2), 1]], [[j(-1, 2), j(11, 20)], [j(0, 2), j(12, 21)]]], j(0.5, 0.75)
    elif sign == "+":
        strokes, rise = [[[0, 10 + j(-2, 2)], [20, 10 + j(-2, 2)]], [[10 + j(-2, 2), 0], [10 + j(-2, 2), 20]]], j(0.6, 0.8)
    elif sign in "()":
        bow = j(6, 11) * (1 if sign == "(" else -1)
        strokes, rise = [[[bow, 0], [bow * 0.2, 12], [0, 24], [bow * 0.2, 36], [bow, 48]]], j(1.0, 1.2)
    elif sign == "*":
        strokes, rise = [[[10 - 9 * np.cos(a), 10 - 9 * np.sin(a)], [10 + 9 * np.cos(a), 10 + 9 * np.sin(a)]] for a in np.arange(3) * np.pi / 3 + j(-0.3, 0.3)], j(0.6, 1.0)
    elif sign == "#":
        strokes, rise = [[[8, 0], [4, 34]], [[20, 0], [16, 34]], [[0, 11], [26, 10]], [[-1, 24], [25, 23]]], j(0.85, 1.05)
    else:
        return None
    points = np.concatenate([np.array(s, np.float32) for s in strokes])
    low, high = points.min(axis=0) - width, points.max(axis=0) + width
    size = (int(high[1] - low[1]) + 1, int(high[0] - low[0]) + 1)
    canvas = np.zeros(size, np.uint8)
    for stroke in strokes:
        canvas = np.maximum(canvas, _canvas_stroke(np.array(stroke, np.float32) - low, width, size))
    cut = _cut(canvas)
    if cut is None:
        return None
    return Glyph(cut, rise, cut.shape[0] / unit, 0.0, cut.shape[1] / unit)
