"""Fields cut out of pages as the page reader cuts them: what the transcriber meets in use.

A crop of one number, composed as such, has nothing beside it. On a page a printed currency sign stands before
the amount, a box and a rule about it, neighbours on every side, and the box comes from a detector that is off
by a few pixels. So fields are cut here by `sutja.reading.page.cropping`, out of composed pages and out of the
real ones of the training part, with boxes moved as a detector moves them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.charset import CHARSET
from sutja.data.pages.grids import find_grid_fields
from sutja.data.pages.pages import PRINTED, in_part
from sutja.data.pages.real_page import read_grey
from sutja.data.pages.tables import find_cell_boxes, measure_body
from sutja.data.sets.fields import read_cheques, read_sudoku
from sutja.data.sets.pages import read_weather_tables
from sutja.reading.page.cropping import CROP_METHODS, crop_field
from sutja.reading.page.geometry.transform import PageTransform
from sutja.signals.preprocessing.normalisation import to_grey
from sutja.synthesis.crops import camera, texts
from sutja.synthesis.crops.composer import Composer, LabelMask, Sample
from sutja.synthesis.crops.sources import Sources
from sutja.synthesis.pages import PageComposer, PageSample
from sutja.types import Box

# How often a sample comes from where: crops composed as such, composed pages, real pages.
SHARES = (0.52, 0.32, 0.16)
REAL_SHARES = {"cheques": 0.30, "weather-tables": 0.42, "sudoku": 0.28}
FIELDS_A_PAGE, WORDS_A_PAGE = 14, 1
_MONEY = ("amount", "sum")  # a sign of currency may stand beside these that is not in their text
_CLEANED_PART = 0.6  # of the crops are cut closely and cleaned, the others as they are
_OFF, _FAR_OFF = 0.06, 0.16  # of the height: how far a detector's edges lie off, mostly and at times
_SIGN_ROOM = 0.9  # of the height: how far before an amount a crop may begin, with the sign in it
_LOOSE = 0.32  # of the height of a cheque's labelled box that is paper, at most


@dataclass(frozen=True, slots=True)
class RealField:
    """A field of a real page: the page, grey, where the field is, and its digits."""

    pixels: NDArray[np.uint8]
    box: Box
    digits: str


def load_real_fields(root: Path, part: str) -> dict[str, list[RealField]]:
    """The fields of the real pages of a part whose digits are known, by set."""
    return {
        "cheques": list(_load_cheque_amounts(root, part)),
        "weather-tables": list(_load_table_cells(root, part)),
        "sudoku": list(_load_printed_cells(root, part)),
    }


def _keep_digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def _load_cheque_amounts(root: Path, part: str) -> Iterator[RealField]:
    for record in read_cheques(root):
        if record.text and in_part("cheques", record.key, part):
            page = cv2.imread(str(record.path), cv2.IMREAD_COLOR)
            assert page is not None
            pixels = to_grey(np.ascontiguousarray(page[..., ::-1]))
            for box in (Box(*box) for name, box in record.boxes if name == "CAR"):
                yield RealField(pixels, box, _keep_digits(record.text))


def _load_table_cells(root: Path, part: str) -> Iterator[RealField]:
    """The cells of the body but those of the last column, whose labels are not always what is printed."""
    for record in read_weather_tables(root):
        if not in_part("weather-tables", record.path.stem, part):
            continue
        picture = read_grey(record.path)
        boxes = find_cell_boxes(picture, *measure_body(record))
        if boxes is None:
            continue
        rows, columns = boxes.shape[:2]
        first = len(record.cells[0]) - columns  # the first column may be lost in the book's fold
        for row in range(rows):
            for column in range(columns - 1):
                digits = _keep_digits(record.cells[row + 1][column + first])
                if digits:
                    yield RealField(picture, Box(*map(float, boxes[row, column])), digits)


def _load_printed_cells(root: Path, part: str) -> Iterator[RealField]:
    """Yield printed cells alone: written ones are MNIST's digits (`sutja.data.sets.sudoku_mnist`)."""
    for record in read_sudoku(root):
        if record.outline is None or not in_part("sudoku", record.key, part):
            continue
        picture = read_grey(record.path)
        boxes, labels, ignore = find_grid_fields(record)
        digits = [str(digit) for row in record.digits for digit in row]
        for box, label, doubtful, digit in zip(boxes, labels, ignore, digits, strict=True):
            if label == PRINTED and not doubtful:
                yield RealField(picture, Box(*box), digit)


def move_box(rng: Generator, box: Box, *, before: float = 0.0) -> Box:
    """A box as a detector would give it.

    Parameters
    ----------
    rng : Generator
        Of the edges.
    box : Box
        Tight to the ink.
    before : float
        How much farther to the left it may begin, as a part of its height.
    """
    height = max(box.height, 1.0)
    spread = (_FAR_OFF if rng.random() < 0.15 else _OFF) * height
    x0, y0, x1, y1 = rng.normal(0.02 * height, spread, 4)
    inward = min(0.1 * height, 0.2 * box.width)  # a lone 1 is narrow
    left = float(rng.uniform(0, before)) * height if before and rng.random() < 0.5 else 0.0
    return Box(
        box.x0 - max(float(x0), -inward) - left,
        box.y0 - max(float(y0), -0.12 * height),
        box.x1 + max(float(x1), -inward),
        box.y1 + max(float(y1), -0.12 * height),
    )


class PageCrops:
    """Samples without end: crops composed as such, fields cut out of composed pages and out of real ones.

    Parameters
    ----------
    sources : Sources
        What is composed of.
    seed : int
        Of all choices.
    weights : dict[str, float] | None
        Of the crops composed as such (`Composer`).
    fields : dict[str, list[RealField]]
        Of real pages, by set.
    pages : dict[str, float] | None
        Layout → how often, as for `PageComposer`; None for those trained on.
    shares : tuple[float, float, float]
        How often a sample is of which of the three.
    """

    def __init__(
        self,
        sources: Sources,
        seed: int,
        weights: dict[str, float] | None,
        fields: dict[str, list[RealField]],
        pages: dict[str, float] | None = None,
        shares: tuple[float, float, float] = SHARES,
    ) -> None:
        self._crops = Composer(sources, seed, weights)
        self._pages = PageComposer(sources, seed + 7_000_000, pages)
        self._rng = np.random.default_rng([seed, 11])
        self._fields = {name: some for name, some in fields.items() if some}
        known = np.array([REAL_SHARES[name] for name in self._fields])
        self._of_sets = known / known.sum() if len(known) else known
        share = np.array(shares) * [1, 1, bool(self._fields)]
        self._shares = share / share.sum()
        self._waiting: deque[Sample] = deque()

    def sample(self) -> Sample:
        """The next sample."""
        kind = self._rng.choice(3, p=self._shares)
        if kind == 0:
            return self._crops.sample()
        return self.of_a_page() if kind == 1 else self._real()

    def of_a_page(self) -> Sample:
        """The next field, or the next words, of a composed page."""
        while not self._waiting:
            self._waiting.extend(self._cut(self._pages.page()))
        return self._waiting.popleft()

    def _cut(self, page: PageSample) -> Iterator[Sample]:
        rng, view = self._rng, PageTransform.identity(page.pixels)
        known = [field for field in page.fields if not field.ignore and field.text]
        for i in rng.permutation(len(known))[:FIELDS_A_PAGE]:
            field = known[i]
            money = field.kind in _MONEY
            box = move_box(rng, Box(*field.box), before=_SIGN_ROOM if money else 0.0)
            text = texts.make_label(field.text, CHARSET)
            yield Sample(
                self._crop_field(view, box), text, LabelMask.NON_DIGITS if money else LabelMask.SPACES
            )
        for box in self._beside(page)[:WORDS_A_PAGE]:
            yield Sample(self._crop_field(view, box), "", LabelMask.NON_DIGITS)

    def _crop_field(self, view: PageTransform, box: Box) -> NDArray[np.uint8]:
        return crop_field(view, box, CROP_METHODS[int(self._rng.random() >= _CLEANED_PART)]).pixels

    def _beside(self, page: PageSample) -> list[Box]:
        """Boxes as large as a field of the page where none is: words, lines, pictures, paper."""
        rng, (rows, columns) = self._rng, page.pixels.shape
        taken = np.zeros((rows, columns), bool)
        for field in page.fields:
            x0, y0, x1, y1 = (int(value) for value in field.box)
            high = y1 - y0
            taken[max(0, y0 - high) : y1 + high, max(0, x0 - high) : x1 + high] = True
        out = []
        for _ in range(6):
            tall = float(np.exp(rng.uniform(np.log(9), np.log(34))))
            wide = tall * float(rng.uniform(0.8, 7))
            x, y = rng.uniform(0, max(1, columns - wide)), rng.uniform(0, max(1, rows - tall))
            window = slice(int(y), int(y + tall)), slice(int(x), int(x + wide))
            if not taken[window].any() and float(page.pixels[window].std()) > 12:  # grey levels: there is ink
                out.append(Box(float(x), float(y), float(x + wide), float(y + tall)))
        return out

    def _real(self) -> Sample:
        """A field of a real page, seen again."""
        rng = self._rng
        name = list(self._fields)[int(rng.choice(len(self._of_sets), p=self._of_sets))]
        field = self._fields[name][int(rng.integers(len(self._fields[name])))]
        box, before = field.box, 0.0
        if name == "cheques":
            before, paper = _SIGN_ROOM, float(rng.uniform(0, _LOOSE)) * box.height
            share = float(rng.uniform(0.2, 0.8))
            box = Box(box.x0, box.y0 + share * paper, box.x1, box.y1 - (1 - share) * paper)
        reach = 2 * box.height  # so that only what is cut is drawn
        x0, y0 = (max(0, int(v - reach)) for v in (box.x0 - before * box.height, box.y0))
        around = field.pixels[y0 : int(box.y1 + reach), x0 : int(box.x1 + reach)]
        scale = float(rng.uniform(0.5, 1.0)) if box.height > 26 else float(rng.uniform(0.85, 1.6))
        resized = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        there = Box(*(scale * v for v in (box.x0 - x0, box.y0 - y0, box.x1 - x0, box.y1 - y0)))
        crop = self._crop_field(
            PageTransform.identity(np.asarray(resized, np.uint8)), move_box(rng, there, before=before)
        )
        if rng.random() < 0.75:
            crop = camera.augment(rng, crop, 0.6)
        return Sample(crop, field.digits, LabelMask.NON_DIGITS)


def make_samples(fields: list[RealField], rng: Generator, most: int = 1000) -> list[Sample]:
    """Real fields cut closely, boxes moved once: what choices are made by."""
    step = max(1, len(fields) // most)
    return [
        Sample(
            crop_field(PageTransform.identity(f.pixels), move_box(rng, f.box), CROP_METHODS[0]).pixels,
            f.digits,
            LabelMask.NON_DIGITS,
        )
        for f in fields[::step]
    ]


def make_page_samples(sources: Sources, layouts: dict[str, float] | None, n: int, seed: int) -> list[Sample]:
    """Fields of composed pages of some layouts."""
    crops = PageCrops(sources, seed, None, {}, layouts)
    return [crops.of_a_page() for _ in range(n)]
