"""Crops to train the transcriber on, composed or real, each with what may be said about it.

A sample is a picture, a text, and how silent that text is: see `Silence`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.charset import CHARSET
from sutja.data.fonts import Face, faces
from sutja.data.synthesis import camera, ink, paper, texts
from sutja.data.synthesis.glyphs import Hands
from sutja.data.synthesis.sources import Amount, Sources

Picture = NDArray[np.uint8]


class Silence(IntEnum):
    """What a label says nothing of; the loss then lets the network see it or not."""

    NONE = 0  # the label says everything
    GAPS = 1  # whether a gap counts as a space is open
    SIGNS = 2  # only the digits are known


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop (uint8, (H, W)) with its label in the charset."""

    picture: Picture
    text: str
    silence: Silence


class Composer:
    """Draws samples from `Sources` and fonts.

    Parameters
    ----------
    sources : real data to draw on.
    seed : of the generator.
    weights : kind of sample → how often; `DEFAULT_WEIGHTS` with those kinds left out that have no data.
    """

    def __init__(self, sources: Sources, seed: int, weights: dict[str, float] | None = None) -> None:
        self.sources = sources
        self.rng = np.random.default_rng(seed)
        printed, handwriting = faces()
        self._printed, self._handwriting = _by_family(printed), _by_family(handwriting)
        self._scripts = [face for face in handwriting if face.has("#$*%()+=AaRs")] or list(handwriting)
        makers: dict[str, Callable[[], Sample | None]] = {
            "written": self._written,
            "script": lambda: self._typed(self._handwriting, hand=True),
            "printed": lambda: self._typed(self._printed, hand=False),
            "labelled": self._labelled,
            "lone": self._lone,
            "amount": self._amount,
            "span": self._span,
            "cheque": self._cheque,
            "words": self._words,
            "real_words": self._real_words,
            "blank": self._blank,
            "scribble": self._scribble,
        }
        wanted = weights or DEFAULT_WEIGHTS
        absent = {
            "amount": not sources.amounts, "span": not sources.amounts, "cheque": not sources.cheque_amounts,
            "lone": not sources.lone, "real_words": not sources.words, "written": not sources.hands,
        }  # fmt: skip
        kinds = [kind for kind in wanted if not absent.get(kind, False)]
        self._makers = [makers[kind] for kind in kinds]
        share = np.array([wanted[kind] for kind in kinds])
        self._share = share / share.sum()

    def sample(self) -> Sample:
        """The next sample."""
        while True:
            made = self._makers[self.rng.choice(len(self._makers), p=self._share)]()
            if made is not None:
                return made

    # What is drawn

    def _unit(self) -> float:
        """Digit height in pixels: from a thumbnail to a good scan."""
        return float(np.exp(self.rng.uniform(np.log(13), np.log(46))))

    def _face(self, families: list[list[Face]]) -> Face:
        family = families[self.rng.integers(len(families))]
        return family[self.rng.integers(len(family))]

    def _hands(self) -> Hands:
        weights = np.array([weight for weight, _ in self.sources.hands])
        return self.sources.hands[self.rng.choice(len(weights), p=weights / weights.sum())][1]

    def _text(self) -> tuple[str, int]:
        """A number and how many of its last digits are raised, as cents are."""
        text = texts.number(self.rng)
        if self.rng.random() < 0.03:
            return f"{texts.digits(self.rng, int(self.rng.integers(1, 6)))} {texts.digits(self.rng, 2)}", 2
        return text, 0

    def _written(self) -> Sample | None:
        text, raised = self._text()
        if self.rng.random() < 0.18:
            return self._in_boxes(texts.digits(self.rng, int(self.rng.integers(1, 12))))
        unit = self._unit()
        alpha = ink.handwritten(self.rng, text, self._hands(), self._face(self._handwriting), unit, raised)
        if alpha is None:
            return None
        if raised and self.rng.random() < 0.6:
            row = int(alpha.shape[0] * self.rng.uniform(0.55, 0.8))
            alpha[row : row + max(1, int(unit * 0.07)), -int(unit * 1.1) :] = 1.0
        return Sample(self._on_paper(alpha, unit), texts.label(text, CHARSET), Silence.GAPS)

    def _typed(self, families: list[list[Face]], *, hand: bool) -> Sample | None:
        text, raised = self._text()
        face = self._face(families)
        if not face.has(text):
            text, raised = texts.digits(self.rng, int(self.rng.integers(1, 10))), 0
        unit = self._unit()
        alpha = ink.in_font(self.rng, text, face, unit, hand=hand, raised=raised)
        silence = Silence.GAPS if self.rng.random() < 0.5 or " " not in text else Silence.NONE
        return Sample(self._on_paper(alpha, unit), texts.label(text, CHARSET), silence)

    def _labelled(self) -> Sample | None:
        """A number beside its unit or label: the letters are seen as letters."""
        text = texts.with_words(self.rng, texts.number(self.rng, 10))
        hand = self.rng.random() < 0.5
        face = self._face(self._handwriting if hand else self._printed)
        if not face.has(text):
            return None
        unit = self._unit()
        alpha = ink.in_font(self.rng, text, face, unit, hand=hand)
        return Sample(self._on_paper(alpha, unit), texts.label(text, CHARSET), Silence.GAPS)

    def _in_boxes(self, digits: str) -> Sample:
        """One digit a box, as forms ask for it; some boxes are left empty."""
        unit = self._unit()
        pictures = [p for d in digits if (p := ink.handwritten(self.rng, d, self._hands(), self._handwriting[0][0], unit)) is not None]
        widest = max(p.shape[1] for p in pictures)
        pitch = max(unit * float(self.rng.uniform(0.9, 1.6)), widest * 1.05)
        first, empty = (int(self.rng.integers(0, 3)), int(self.rng.integers(0, 3))) if self.rng.random() < 0.4 else (0, 0)
        boxes = first + len(digits) + empty
        tall = unit * float(self.rng.uniform(1.15, 1.8))
        edge = unit * float(self.rng.uniform(0.02, 0.4))
        plane = paper.sheet(self.rng, (int(tall + 2 * edge) + 2, int(boxes * pitch + 2 * edge) + 2), unit)
        edges = [edge + i * pitch for i in range(boxes + 1)]
        plane *= paper.comb(self.rng, (plane.shape[0], plane.shape[1]), edges, edge, edge + tall, unit)
        darkness = self._darkness()
        for i, picture in enumerate(pictures):
            x = edges[first + i] + (pitch - picture.shape[1]) * float(np.clip(self.rng.normal(0.5, 0.18), -0.1, 1.1))
            y = edge + (tall - picture.shape[0]) * float(np.clip(self.rng.normal(0.5, 0.25), -0.2, 1.2))
            camera.write_on(plane, picture, round(y), round(x), darkness)
        return Sample(camera.take(self.rng, plane, unit), digits, Silence.GAPS)

    # Where it is drawn

    def _darkness(self) -> float:
        return float(np.clip(self.rng.beta(3, 1.4), 0.28, 1.0))

    def _on_paper(self, alpha: NDArray[np.float32], unit: float, *, clean: bool = False) -> Picture:
        """Ink on a sheet with margins, lines and neighbours, photographed."""
        rng = self.rng
        height, width = alpha.shape
        loose = rng.random() < 0.25
        spread = unit * (0.9 if loose else 0.22)
        top, bottom = (int(m) for m in np.abs(rng.normal(0, spread, 2)) + 1)
        left, right = (int(m) for m in np.abs(rng.normal(0, spread * (2 if loose else 1.3), 2)) + 1)
        if rng.random() < 0.06:  # cut into by whoever cropped it
            top, bottom = int(-0.08 * unit * rng.random()), int(-0.08 * unit * rng.random())
        size = (max(6, height + top + bottom), max(6, width + left + right))
        plane = paper.sheet(rng, size, unit)
        darkness = self._darkness()
        if rng.random() < 0.33:
            plane *= paper.ruled(rng, size, (top, top + height, left, left + width), unit)
        if not clean and rng.random() < 0.1:
            self._neighbour(plane, unit, darkness, (top, height))
        camera.write_on(plane, alpha, top, left, darkness)
        return camera.take(rng, plane, unit, gentle=unit < 18)

    def _neighbour(self, plane: paper.Plane, unit: float, darkness: float, band: tuple[int, int]) -> None:
        """Feet or heads of another line that show at the crop's edge."""
        face = self._face(self._handwriting if self.rng.random() < 0.5 else self._printed)
        text = texts.words(self.rng)
        if not face.has(text):
            return
        other = ink.in_font(self.rng, text, face, unit, hand=False)
        visible = unit * float(self.rng.uniform(0.05, 0.25))
        above = self.rng.random() < 0.5
        row = int(visible - other.shape[0]) if above else int(plane.shape[0] - visible)
        if (above and row + other.shape[0] > band[0]) or (not above and row < band[0] + band[1]):
            return  # it would run into the number
        camera.write_on(plane, other, row, int(self.rng.integers(-20, max(1, plane.shape[1]))), darkness)

    # Real crops

    def _lone(self) -> Sample:
        names = list(self.sources.lone)
        name = names[self.rng.choice(len(names), p=_shares(names))]
        picture, digit = self.sources.lone[name][self.rng.integers(len(self.sources.lone[name]))]
        if name == "sudoku" or self.rng.random() < 0.35:
            if name == "sudoku":  # other ways of cutting out the cell, its frame in view or not
                cut = self.rng.integers(0, 5, 4)
                picture = picture[cut[0] : 44 - cut[1], cut[2] : 44 - cut[3]]
            return Sample(camera.shake(self.rng, picture, 0.7), digit, Silence.SIGNS if name == "exam-digits" else Silence.NONE)
        if self.rng.random() < 0.5:
            picture = camera.shake(self.rng, np.pad(picture, 2) if name == "usps" else picture, 0.5)
        return Sample(picture, digit, Silence.SIGNS if name == "exam-digits" else Silence.NONE)

    def _amount(self) -> Sample:
        amount = self.sources.amounts[self.rng.integers(len(self.sources.amounts))]
        return Sample(camera.shake(self.rng, amount.picture), amount.digits, Silence.SIGNS)

    def _cheque(self) -> Sample:
        amount = self.sources.cheque_amounts[self.rng.integers(len(self.sources.cheque_amounts))]
        return Sample(camera.shake(self.rng, amount.picture), amount.digits, Silence.SIGNS)

    def _part(self, amount: Amount) -> tuple[Picture, str] | None:
        """Some neighbouring digits of a real amount, cut between the boxes."""
        n = len(amount.spans)
        if n < 2:
            return None
        start = int(self.rng.integers(0, n))
        stop = int(self.rng.integers(start + 1, n + 1))
        left = 0 if start == 0 else (amount.spans[start - 1][1] + amount.spans[start][0]) // 2
        right = amount.picture.shape[1] if stop == n else (amount.spans[stop - 1][1] + amount.spans[stop][0]) // 2
        if right - left < 6:
            return None
        return amount.picture[:, left:right], amount.digits[start:stop]

    def _span(self) -> Sample | None:
        """Parts of one, two or three real amounts joined into a new one."""
        parts = []
        for _ in range(int(self.rng.integers(1, 4))):
            part = self._part(self.sources.amounts[self.rng.integers(len(self.sources.amounts))])
            if part is not None:
                parts.append(part)
        if not parts:
            return None
        height = parts[0][0].shape[0]
        level = float(np.median(parts[0][0]))
        joined = []
        for picture, _ in parts:
            scale = height / picture.shape[0]
            resized = cv2.resize(picture, (max(4, round(picture.shape[1] * scale)), height), interpolation=cv2.INTER_AREA)
            joined.append(np.clip(resized.astype(np.float32) + level - float(np.median(resized)), 0, 255))
        whole = np.asarray(np.concatenate(joined, axis=1), np.uint8)
        return Sample(camera.shake(self.rng, whole, 0.8), "".join(digits for _, digits in parts), Silence.SIGNS)

    # No numbers

    def _words(self) -> Sample | None:
        text = texts.words(self.rng)
        hand = self.rng.random() < 0.6
        face = self._face(self._handwriting if hand else self._printed)
        if not face.has(text):
            return None
        unit = self._unit()
        alpha = ink.in_font(self.rng, text, face, unit, hand=hand)
        silence = Silence.GAPS if self.rng.random() < 0.5 else Silence.SIGNS
        return Sample(self._on_paper(alpha, unit), texts.label(text, CHARSET) if silence == Silence.GAPS else "", silence)

    def _real_words(self) -> Sample:
        picture = self.sources.words[self.rng.integers(len(self.sources.words))]
        height, width = picture.shape
        if width > 2 * height:  # a part of it, as a bad detection would cut
            span = int(self.rng.integers(height, width))
            left = int(self.rng.integers(0, width - span + 1))
            picture = picture[:, left : left + span]
        return Sample(camera.shake(self.rng, picture), "", Silence.SIGNS)

    def _blank(self) -> Sample:
        unit = self._unit()
        size = (int(unit * self.rng.uniform(0.8, 2.5)), int(unit * self.rng.uniform(0.8, 8)))
        plane = paper.sheet(self.rng, size, unit)
        if self.rng.random() < 0.5:
            plane *= paper.ruled(self.rng, size, (int(size[0] * 0.2), int(size[0] * 0.8), 3, size[1] - 3), unit)
        elif self.rng.random() < 0.3:
            n = int(self.rng.integers(1, 8))
            plane *= paper.comb(self.rng, size, list(np.linspace(2, size[1] - 3, n + 1)), 2, size[0] - 3, unit)
        if self.rng.random() < 0.2:
            self._neighbour(plane, unit, self._darkness(), (size[0], 0))
        return Sample(camera.take(self.rng, plane, unit), "", Silence.SIGNS)

    def _scribble(self) -> Sample:
        unit = self._unit()
        return Sample(self._on_paper(ink.scribble(self.rng, unit), unit, clean=True), "", Silence.SIGNS)


DEFAULT_WEIGHTS = {
    "written": 0.30, "script": 0.09, "printed": 0.18, "labelled": 0.05, "lone": 0.12, "amount": 0.09, "span": 0.06,
    "cheque": 0.02, "words": 0.07, "real_words": 0.02, "blank": 0.03, "scribble": 0.03,
}  # fmt: skip
_LONE_SHARES = {"mnist": 0.45, "usps": 0.2, "exam-digits": 0.15, "sudoku": 0.2}


def _shares(names: list[str]) -> NDArray[np.float64]:
    share = np.array([_LONE_SHARES.get(name, 0.1) for name in names])
    return share / share.sum()


def _by_family(all_faces: tuple[Face, ...]) -> list[list[Face]]:
    """Fonts grouped by family, so that a family of thirty weights is not drawn thirty times as often."""
    families: dict[str, list[Face]] = {}
    for face in all_faces:
        families.setdefault(face.family, []).append(face)
    return list(families.values())
