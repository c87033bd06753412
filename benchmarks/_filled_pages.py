"""Pages filled by hand that are drawn by other means than those the detector learns from.

The composer of training pages (`sutja.synthesis.pages`) knows only its own layouts. Here five more are
drawn with Pillow alone, in a font that it does not have: a sheet of boxes in the manner of the handwriting
samples of NIST, an application with combs and lines, an envelope, a transfer slip, a page of a register. The
digits are MNIST's, a page by one writer who is in no training part. Each page comes as a scan at 150 to 300
dpi, some nearly black and white, some as a photo.

Letters: H, W rows and columns of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sutja.data.sets import readers
from sutja.data.split import fixed

XYXY = tuple[float, float, float, float]
_LEAST_DIGITS = 60  # of a writer; fewer would repeat themselves on a page
_NAMES = ("Surname", "First name", "Street", "Town", "Occupation", "Remarks")
_QUESTIONS = (
    ("Date of birth", 8),
    ("Telephone", 10),
    ("Postcode", 5),
    ("Account", 10),
    ("Household", 1),
    ("Reference", 7),
    ("Identity no.", 9),
    ("Year", 4),
    ("Income", 6),
    ("Rooms", 2),
)
_PROSE = (
    "Please print all entries in dark ink and return this sheet within",
    "fourteen days to the office named above.",
)


@dataclass(frozen=True, slots=True)
class FilledPage:
    """A page, uint8 (H, W), and its handwritten numbers: digits and the box of their ink."""

    layout: str
    pixels: NDArray[np.uint8]
    fields: tuple[tuple[str, XYXY], ...]


@dataclass
class Writer:
    """One writer's digits, each uint8 28 by 28 and light on dark."""

    digits: dict[str, list[NDArray[np.uint8]]] = field(default_factory=dict)


def load_writers(root: Path, part: str) -> list[Writer]:
    """Those of MNIST's validation writers, or of its test part, who left enough digits of each kind."""
    mnist = readers.read_mnist(root, "test" if part == "test" else "train")
    found: dict[int, Writer] = {}
    for image, label, group in zip(mnist.images, mnist.labels, mnist.groups, strict=True):
        if part == "test" or fixed.is_validation("mnist", str(group)):
            of_one = found.setdefault(int(group), Writer()).digits
            of_one.setdefault(str(label), []).append(image)
    return [
        writer
        for _, writer in sorted(found.items())
        if len(writer.digits) == 10 and sum(map(len, writer.digits.values())) >= _LEAST_DIGITS
    ]


class Page:
    """A sheet being filled: float32 (H, W), 0 ink to 1 paper, and what has been written on it."""

    def __init__(self, rng: Generator, writer: Writer, size: tuple[int, int], dpi: float) -> None:
        self.rng, self.writer, self.dpi = rng, writer, dpi
        self.image = Image.new("L", (size[1], size[0]), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.ink = np.zeros(size, np.float32)
        self.fields: list[tuple[str, XYXY]] = []
        self.thick = float(rng.uniform(0.85, 1.35))

    def mm(self, value: float) -> float:
        """Pixels of so many millimetres."""
        return value * self.dpi / 25.4

    def write_text(
        self, x: float, y: float, text: str, mm: float, anchor: str = "ls", grey: int = 20
    ) -> None:
        """Print a text whose capitals are so many millimetres high."""
        font = ImageFont.load_default(self.mm(mm) * 1.4)
        self.draw.text((x, y), text, fill=grey, font=font, anchor=anchor)

    def draw_box(self, place: XYXY, mm: float = 0.3, grey: int = 40) -> None:
        """A frame."""
        self.draw.rectangle(place, outline=grey, width=max(1, round(self.mm(mm))))

    def draw_line(self, x0: float, x1: float, y: float, grey: int = 60) -> None:
        """A level line."""
        self.draw.line((x0, y, x1, y), fill=grey, width=max(1, round(self.mm(0.25))))

    def write_digits(
        self, digits: str, x: float, base: float, height: float, pitch: float | None = None
    ) -> float:
        """Write digits from x on, on a line; with a pitch, each in its own box. Gives where it ends."""
        ends: list[XYXY] = []
        for place, digit in enumerate(digits):
            choices = self.writer.digits[digit]
            glyph = _extract_ink(choices[int(self.rng.integers(len(choices)))])
            scale = height / 20.0 * float(self.rng.normal(1.0, 0.05))
            size = max(2, round(glyph.shape[1] * scale)), max(2, round(glyph.shape[0] * scale))
            alpha = cv2.resize(glyph, size, interpolation=cv2.INTER_CUBIC)
            alpha = np.clip((alpha - 0.45) * 2.2 * self.thick + 0.5, 0, 1)
            left = x if pitch is None else x + place * pitch + (pitch - size[0]) / 2
            top = base - size[1] + float(self.rng.normal(0, 0.05)) * height
            ends.append(self._put(alpha, round(left), round(top)))
            x = x if pitch is not None else left + size[0] + height * float(self.rng.normal(0.2, 0.07))
        boxes = np.array(ends)
        (x0, y0), (x1, y1) = boxes[:, :2].min(0).tolist(), boxes[:, 2:].max(0).tolist()
        self.fields.append((digits, (x0, y0, x1, y1)))
        return float(x1)

    def _put(self, alpha: NDArray[np.float32], left: int, top: int) -> XYXY:
        rows, columns = self.ink.shape
        top, left = min(max(0, top), rows - alpha.shape[0]), min(max(0, left), columns - alpha.shape[1])
        window = self.ink[top : top + alpha.shape[0], left : left + alpha.shape[1]]
        np.maximum(window, alpha, out=window)
        ys, xs = np.nonzero(alpha > 0.4)
        return (
            float(left + xs.min()),
            float(top + ys.min()),
            float(left + xs.max() + 1),
            float(top + ys.max() + 1),
        )

    def scribble(self, x: float, base: float, length: float, height: float) -> None:
        """Words in a hand that nobody can read: loops along the line."""
        t = np.linspace(0, length / (height * 0.55), 240)
        xs = x + t * height * 0.55 + np.sin(t * 6.3) * height * 0.22
        ys = base - height * (0.3 + 0.3 * np.sin(t * 6.3 + 1.4) * (0.6 + 0.4 * np.sin(t * 1.7)))
        points = np.stack([xs, ys], axis=1).round().astype(np.int32).reshape(-1, 1, 2)
        plane = np.zeros(self.ink.shape, np.uint8)
        cv2.polylines(plane, [points], False, 255, max(1, round(height * 0.07)), cv2.LINE_AA)
        np.maximum(self.ink, plane.astype(np.float32) / 255, out=self.ink)

    def draw_digits(self, length: int) -> str:
        """So many digits."""
        return "".join(str(d) for d in self.rng.integers(0, 10, length))


def _extract_ink(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    ys, xs = np.nonzero(image > 40)
    part = image[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    return np.asarray(part, np.float32) / np.float32(255)


def draw_sample_sheet(page: Page) -> None:
    """Rows of boxes, each with the number to be copied printed above it."""
    page.write_text(page.mm(105), page.mm(18), "HANDWRITING SAMPLE SHEET", 3.2, "ms")
    y = page.mm(34)
    for row in range(int(page.rng.integers(6, 9))):
        lengths = page.rng.permutation([2, 3, 4, 5, 6]) if row else [10, 10]
        wide = [page.mm(10 + 6.4 * n if n < 10 else 78) for n in lengths]
        gap = (page.mm(186) - sum(wide)) / max(1, len(wide) - 1)
        x = page.mm(12)
        for length, w in zip(lengths, wide, strict=True):
            digits = page.draw_digits(int(length)) if length < 10 else "0123456789"
            page.write_text(x + w / 2, y - page.mm(1.5), digits, 2.2, "ms")
            page.draw_box((x, y, x + w, y + page.mm(11)))
            left = x + page.mm(float(page.rng.uniform(1.5, 4)))
            page.write_digits(digits, left, y + page.mm(float(page.rng.uniform(8.2, 9.8))), page.mm(6))
            x += w + min(gap, page.mm(12))
        y += page.mm(23)


def draw_application(page: Page) -> None:
    """Questions with combs, boxes and dotted lines to answer on, words among the numbers."""
    page.write_text(page.mm(15), page.mm(20), "APPLICATION FOR ADMISSION", 4)
    page.write_text(page.mm(15), page.mm(27), _PROSE[0], 1.7)
    page.write_text(page.mm(15), page.mm(31), _PROSE[1], 1.7)
    y = page.mm(45)
    for name, length in [_QUESTIONS[i] for i in page.rng.permutation(len(_QUESTIONS))]:
        if page.rng.random() < 0.35:
            page.write_text(page.mm(15), y, str(page.rng.choice(_NAMES)), 2.2)
            page.draw_line(page.mm(60), page.mm(180), y + page.mm(1))
            page.scribble(page.mm(62), y, page.mm(float(page.rng.uniform(20, 70))), page.mm(6))
            y += page.mm(14)
        page.write_text(page.mm(15), y, name, 2.2)
        x, digits, draw = page.mm(60), page.draw_digits(length), page.rng.random()
        height = page.mm(float(page.rng.uniform(4.5, 6.5)))
        if draw < 0.45:
            pitch = page.mm(7.5)
            for i in range(length):
                page.draw_box((x + i * pitch, y - page.mm(7.5), x + (i + 1) * pitch, y + page.mm(1.5)))
            page.write_digits(digits, x, y - page.mm(0.3), height, pitch)
        else:
            if draw < 0.7:
                page.draw_box((x, y - page.mm(8), x + page.mm(14 + 7 * length), y + page.mm(2)))
            else:
                page.draw_line(x, x + page.mm(20 + 7 * length), y + page.mm(1))
            page.write_digits(digits, x + page.mm(3), y, height)
        y += page.mm(16)


def draw_envelope(page: Page) -> None:
    """An address by hand, the postcode on its last line, sender and stamp in print."""
    rows, columns = page.ink.shape
    page.write_text(page.mm(10), page.mm(12), "Office of the Registrar", 2)
    page.write_text(page.mm(10), page.mm(16), "Old Market Square", 2)
    x, y = columns * float(page.rng.uniform(0.3, 0.45)), rows * float(page.rng.uniform(0.42, 0.52))
    page.draw_box((columns - page.mm(32), page.mm(8), columns - page.mm(8), page.mm(36)), 0.5, 110)
    for radius in (11, 8):
        r, cx = page.mm(radius), columns - page.mm(38)
        page.draw.ellipse((cx - r, page.mm(22) - r, cx + r, page.mm(22) + r), outline=90, width=2)
    for _ in range(2):
        page.scribble(x, y, page.mm(float(page.rng.uniform(30, 55))), page.mm(8))
        y += page.mm(12)
    page.write_digits(
        page.draw_digits(int(page.rng.integers(1, 4))), x + page.mm(60), y - page.mm(12), page.mm(6)
    )
    end = page.write_digits(
        page.draw_digits(int(page.rng.integers(5, 7))), x, y, page.mm(float(page.rng.uniform(5.5, 8)))
    )
    page.scribble(end + page.mm(6), y, page.mm(30), page.mm(7))


def draw_transfer(page: Page) -> None:
    """A slip of a bank: account, sort code and sum in boxes on a tinted ground."""
    columns = page.ink.shape[1]
    page.draw.rectangle((0, 0, columns, page.ink.shape[0]), fill=int(page.rng.integers(205, 245)))
    page.write_text(page.mm(8), page.mm(10), "CREDIT TRANSFER", 3.4)
    for i, (name, length) in enumerate((("Account", 9), ("Sort code", 6), ("Amount", 5))):
        y = page.mm(26 + 17 * i)
        page.write_text(page.mm(8), y - page.mm(8.6), name, 1.8)
        x, pitch = page.mm(8), page.mm(7)
        wide = pitch * length + page.mm(8)
        page.draw.rectangle((x, y - page.mm(7.6), x + wide, y + page.mm(2)), fill=252, outline=90)
        if page.rng.random() < 0.5:
            for k in range(1, length):
                page.draw.line((x + k * pitch, y - page.mm(2), x + k * pitch, y + page.mm(2)), fill=120)
            page.write_digits(page.draw_digits(length), x, y, page.mm(5), pitch)
        else:
            page.write_digits(page.draw_digits(length), x + page.mm(2), y, page.mm(5.2))
    page.write_text(columns - page.mm(60), page.mm(26), "Signature", 1.8)
    page.scribble(columns - page.mm(60), page.mm(40), page.mm(45), page.mm(10))


def draw_register(page: Page) -> None:
    """Ruled columns of a register: number, name, year, age."""
    left = [page.mm(v) for v in (10, 26, 110, 138, 160)]
    for x in left:
        page.draw.line((x, page.mm(14), x, page.ink.shape[0] - page.mm(8)), fill=110, width=2)
    for name, x in zip(("No.", "Name", "Born", "Age"), left, strict=False):
        page.write_text(x + page.mm(2), page.mm(12), name, 2)
    y, number = page.mm(24), int(page.rng.integers(1, 800))
    while y < page.ink.shape[0] - page.mm(12):
        page.draw_line(left[0], left[-1], y + page.mm(1.5), 150)
        page.write_digits(str(number), left[0] + page.mm(1.5), y, page.mm(4.6))
        page.scribble(left[1] + page.mm(2), y, page.mm(float(page.rng.uniform(35, 75))), page.mm(6))
        page.write_digits(str(int(page.rng.integers(1780, 1990))), left[2] + page.mm(3), y, page.mm(4.8))
        page.write_digits(str(int(page.rng.integers(1, 95))), left[3] + page.mm(4), y, page.mm(4.8))
        y += page.mm(float(page.rng.uniform(9.5, 11)))
        number += 1


LAYOUTS: dict[str, tuple[Callable[[Page], None], tuple[float, float]]] = {  # and millimetres high and wide
    "sample sheet": (draw_sample_sheet, (230, 210)),
    "application": (draw_application, (297, 210)),
    "envelope": (draw_envelope, (110, 220)),
    "transfer": (draw_transfer, (75, 160)),
    "register": (draw_register, (150, 172)),
}


def make_pages(root: Path, part: str, count: int, seed: int = 20) -> Iterator[FilledPage]:
    """Pages of all layouts in turn, each by a writer of the part."""
    people = load_writers(root, part)
    for index in range(count):
        rng = np.random.default_rng([seed, index, part == "test"])
        name = list(LAYOUTS)[index % len(LAYOUTS)]
        make, (tall, wide) = LAYOUTS[name]
        dpi = float(rng.choice([150, 200, 200, 300]))
        size = round(tall * dpi / 25.4), round(wide * dpi / 25.4)
        page = Page(rng, people[int(rng.integers(len(people)))], size, dpi)
        make(page)
        yield take_picture(rng, name, page)


def take_picture(rng: Generator, name: str, page: Page) -> FilledPage:
    """The picture of a page: ink on paper, scanned, copied or photographed."""
    paper = np.asarray(page.image, np.float32) / 255
    plane = paper * (1 - page.ink * float(rng.uniform(0.55, 0.95)))
    medium = str(rng.choice(["scan", "scan", "copy", "photo"]))
    shade, fields = float(rng.uniform(0.8, 1.0)), page.fields
    blur = float(rng.uniform(0.4, 0.9)) * page.dpi / 200
    plane = np.asarray(cv2.GaussianBlur(plane * shade, (0, 0), blur), np.float32)
    if medium == "copy":
        plane = (plane > 0.62 * shade).astype(np.float32)
    elif medium == "photo":
        plane, fields = _photograph(rng, plane, fields)
    noisy = plane * 255 + rng.normal(0, 0 if medium == "copy" else float(rng.uniform(1, 5)), plane.shape)
    return FilledPage(name, np.clip(noisy, 0, 255).astype(np.uint8), tuple(fields))


def _photograph(
    rng: Generator, plane: NDArray[np.float32], fields: Sequence[tuple[str, XYXY]]
) -> tuple[NDArray[np.float32], list[tuple[str, XYXY]]]:
    """A page that leans a little on a dark table, in uneven light."""
    rows, columns = plane.shape
    light = np.linspace(float(rng.uniform(0.7, 1)), 1, columns, dtype=np.float32)[None, :]
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    edge = 0.04 * min(rows, columns)
    moved = corners + rng.normal(0, 0.012 * min(rows, columns), (4, 2)).astype(np.float32) + np.float32(edge)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    size = (int(columns + 2 * edge), int(rows + 2 * edge))
    warped = cv2.warpPerspective(plane * light, matrix, size, flags=cv2.INTER_AREA, borderValue=(0.25,))
    out = []
    for digits, (x0, y0, x1, y1) in fields:
        points = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], np.float32)
        there = cv2.perspectiveTransform(points, matrix)[0]
        (a, b), (c, d) = there.min(0), there.max(0)
        out.append((digits, (float(a), float(b), float(c), float(d))))
    return np.asarray(warped, np.float32), out
