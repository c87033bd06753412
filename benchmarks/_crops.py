"""The crops a figure is measured on: those of the validation part, or those kept aside for the test.

The validation part is fold 0 of the sets without an official test set, and the writers or rows that
`sutja.data.split.fixed.is_validation` names in the train part of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.data.sets import readers
from sutja.data.sets.digits import Digits
from sutja.data.split import fixed as split
from sutja.synthesis.crops import camera, ink, paper
from sutja.synthesis.crops.composer import Composer
from sutja.synthesis.crops.sources import Sources, load_cheque_fields
from sutja.synthesis.fonts import load_faces

VALIDATION_FOLD = 0
_BOX_MARGIN = 0.1  # of a box's height, on each side
CELL = 40  # pixels, side of a sudoku cell
SEED = 20_261_122  # of what is composed here and of subsamples; no training uses it
_LICENCE = Path(__file__).resolve().parents[1] / "LICENSE"
_CONTRADICTED = Path(__file__).resolve().parents[1] / "recipes" / "contradicted_labels.txt"


@dataclass(frozen=True, slots=True)
class Crop:
    """A picture, uint8 (H, W) or (H, W, 3) RGB, with its digits: "" where it shows no number.

    `path` is the file, where the picture is a whole one.
    """

    picture: NDArray[np.uint8]
    digits: str
    path: Path | None = None


SetReader = Callable[[Path, str], list[Crop]]


def _fold(part: str) -> str | int:
    return "test" if part == "test" else VALIDATION_FOLD


def load_orand_car(root: Path, part: str) -> list[Crop]:
    """Real courtesy amounts of ORAND-CAR."""
    records = [
        r for r in readers.read_orand_car(root) if split.assign_part("orand-car", r.key) == _fold(part)
    ]
    return [Crop(_read(record.path), record.text, record.path) for record in records]


def _read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise SystemExit(f"error: {path} cannot be read as a picture; fetch the set again")
    return np.ascontiguousarray(picture[..., ::-1], np.uint8)


def load_cheques(root: Path, part: str) -> list[Crop]:
    """Courtesy amounts cut from whole cheques."""
    return [
        Crop(crop, "".join(c for c in record.text if c.isdigit()))
        for record, crop in load_cheque_fields(root, "CAR")
        if record.text and split.assign_part("cheques", record.key) == _fold(part)
    ]


def _digits(digits: Digits, chosen: NDArray[np.bool_], *, invert: bool = False) -> list[Crop]:
    pairs = zip(digits.images[chosen], digits.labels[chosen], strict=True)
    return [Crop(255 - image if invert else image, str(label)) for image, label in pairs]


def load_mnist(root: Path, part: str) -> list[Crop]:
    """MNIST: the official test, or the validation writers of its train part."""
    if part == "test":
        digits = readers.read_mnist(root, "test")
        return _digits(digits, np.ones(len(digits), bool))
    digits = readers.read_mnist(root, "train")
    return _digits(digits, np.array([split.is_validation("mnist", str(w)) for w in digits.groups]))


def load_usps(root: Path, part: str) -> list[Crop]:
    """USPS: the official test, or the validation rows of its train part."""
    if part == "test":
        digits = readers.read_usps(root, "test")
        return _digits(digits, np.ones(len(digits), bool))
    digits = readers.read_usps(root, "train")
    return _digits(digits, np.array([split.is_validation("usps", i) for i in range(len(digits))]))


def load_exam_digits(root: Path, part: str) -> list[Crop]:
    """Digits from exam answer boxes, dark on light as the files have them."""
    digits = readers.read_exam_digits(root)
    chosen = np.array(
        [split.assign_part("exam-digits", str(group)) == _fold(part) for group in digits.groups]
    )
    return _digits(digits, chosen, invert=True)


def load_sudoku(root: Path, part: str) -> list[Crop]:
    """Cells of photographed sudoku grids, in colour."""
    grids = [r for r in readers.read_sudoku(root) if r.outline is not None]
    grids = [r for r in grids if split.assign_part("sudoku", r.key) == _fold(part)]
    return [
        Crop(cell, digit)
        for record in grids
        for cell, digit in zip(readers.cut_sudoku_cells(record, CELL, 0.0), record.key, strict=True)
    ]


def _make_crop_loader(name: str) -> SetReader:
    """Make the loader of a set of single crops, without those whose labels two readers contradict."""
    wrong = {
        line for line in _CONTRADICTED.read_text(encoding="utf-8").split() if line.startswith(f"{name}/")
    }

    def load(root: Path, part: str) -> list[Crop]:
        records = [
            r
            for r in readers.read_crops(root, name)
            if split.assign_part(name, r.group) == _fold(part) and f"{name}/{r.path.name}" not in wrong
        ]
        return [Crop(_read(record.path), record.digits, record.path) for record in records]

    return load


def _make_box_loader(name: str, kinds: frozenset[str] | None = None) -> SetReader:
    """Make the loader of numbers that boxes mark on pages; a box with letters in it is left out."""

    def load(root: Path, part: str) -> list[Crop]:
        crops = []
        for page in readers.read_boxed_pages(root, name):
            if split.assign_part(name, page.group) != _fold(part):
                continue
            picture = _read(page.path)
            for line in page.lines:
                digits = "".join(c for c in line.text if c in "0123456789")
                letters = any(c.isalpha() for c in line.text)
                if (kinds and line.kind not in kinds) or letters or not digits:
                    continue
                x0, y0, x1, y1 = line.box
                room = round(_BOX_MARGIN * (y1 - y0))
                crop = picture[max(0, y0 - room) : y1 + room, max(0, x0 - room) : x1 + room]
                if crop.size:
                    crops.append(Crop(np.ascontiguousarray(crop), digits))
        return crops

    return load


def load_real_words(root: Path, part: str) -> list[Crop]:
    """Names of payees and amounts in words, cut from whole cheques."""
    return [
        Crop(crop, "")
        for name in ("Payee", "Lar")
        for record, crop in load_cheque_fields(root, name)
        if split.assign_part("cheques", record.key) == _fold(part)
    ]


AMOUNTS: dict[str, SetReader] = {"orand-car": load_orand_car, "cheques": load_cheques}
LONE_DIGITS: dict[str, SetReader] = {
    "mnist": load_mnist,
    "usps": load_usps,
    "exam-digits": load_exam_digits,
    "sudoku": load_sudoku,
}

# Real crops by source, to judge by leaving one out.
SOURCES: dict[str, SetReader] = {
    **AMOUNTS,
    **LONE_DIGITS,
    "registers": _make_crop_loader("registers"),
    "registers-pages": _make_box_loader("registers-pages", frozenset({"number"})),
    "births": _make_crop_loader("births"),
    "parish-rows": _make_crop_loader("parish-rows"),
    "volunteers": _make_crop_loader("volunteers"),
    "meter-digits": _make_crop_loader("meter-digits"),
    "lcd-digits": _make_crop_loader("lcd-digits"),
    "results-id": _make_box_loader("results-id"),
    "results-id2": _make_box_loader("results-id2"),
    "receipts-my": _make_box_loader("receipts-my"),
    "no-numbers": _make_crop_loader("no-numbers"),
}


def compose_crops(kind: str, n: int) -> list[Crop]:
    """Crops without a number, composed: "blank" paper with or without lines and boxes, or "scribble"."""
    composer = Composer(Sources(), SEED, {kind: 1.0})
    return [Crop(composer.sample().picture, "") for _ in range(n)]


def draw_words(n: int, *, hand: bool) -> list[Crop]:
    """One to three words of the licence's text, hardly any in training, in the fonts of this machine."""
    rng = np.random.default_rng([SEED, int(hand)])
    fonts = load_faces()[1 if hand else 0]
    vocabulary = sorted(
        {word for word in _LICENCE.read_text(encoding="utf-8").split() if word.isalpha() and len(word) > 2}
    )
    crops: list[Crop] = []
    while len(crops) < n:
        text = " ".join(rng.choice(vocabulary, int(rng.integers(1, 4))))
        face = fonts[rng.integers(len(fonts))]
        if face.has(text):
            crops.append(Crop(_on_paper(rng, text, face, hand), ""))
    return crops


def _on_paper(rng: np.random.Generator, text: str, face: Any, hand: bool) -> NDArray[np.uint8]:
    unit = float(np.exp(rng.uniform(np.log(14), np.log(44))))  # height of a digit in pixels
    alpha = ink.render_in_font(rng, text, face, unit, hand=hand)
    top, left = (int(unit * edge) + 1 for edge in rng.uniform(0.05, 0.5, 2))
    size = (alpha.shape[0] + 2 * top, alpha.shape[1] + 2 * left)
    plane = paper.make_paper(rng, size, unit)
    camera.write_on(plane, alpha, top, left, float(rng.uniform(0.5, 1.0)))
    return camera.photograph(rng, plane, unit, gentle=unit < 18)


def subsample(crops: Sequence[Crop], n: int | None) -> list[Crop]:
    """At most `n` of the crops, chosen by a fixed seed, in their order."""
    if n is None or n >= len(crops):
        return list(crops)
    chosen = np.random.default_rng(SEED).choice(len(crops), n, replace=False)
    return [crops[i] for i in sorted(chosen.tolist())]
