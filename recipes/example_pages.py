"""Draws the pages in examples/pages/, with the project's own pen and freely licensed fonts.

    python recipes/example_pages.py        (after recipes/fonts.sh)

A cheque, a letter and a table, as a scanner at about 150 dpi gives them. `examples/pages/truth.csv` has every
number on them.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from examples import find_face
from PIL import Image, ImageDraw

from sutja.synthesis.crops import camera, ink

PRINT, MONO, HAND, PEN = "carlito-regular", "courier prime", "patrick-hand", "kalam"
SIGNED = "homemade-apple"
HANDS = (HAND, PEN, SIGNED)
INK, GREY = 0.85, 0.6


@dataclass
class Sheet:
    """A page that is being drawn: pixels from 0 (black) to 1, and the numbers on it."""

    height: int
    width: int
    seed: int
    numbers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.plane = np.full((self.height, self.width), 0.96, np.float32)
        self.plane += self.rng.normal(0, 0.008, self.plane.shape).astype(np.float32)

    def write(
        self,
        text: str,
        y: float,
        x: float,
        font: str = PRINT,
        unit: float = 18,
        number: bool = False,
        right: bool = False,
    ) -> None:
        """Put a line of text with its upper left (or right) corner at (y, x); digits are `unit` high."""
        alpha = self._printed(text, font, unit)
        if font in HANDS:
            parts = [
                ink.render_in_font(self.rng, word, find_face(font), unit, hand=True)
                for word in text.split(" ")
            ]
            alpha = join(parts, round(0.55 * unit))
        start = x - (alpha.shape[1] if right else 0)
        camera.write_on(self.plane, alpha, round(y), round(start), INK)
        if number:
            self.numbers.append(text)

    @staticmethod
    def _printed(text: str, font: str, unit: float) -> np.ndarray:
        """A line as a printer sets it, float32 (h, w) from 0 to 1."""
        face = find_face(font).at(unit)
        picture = Image.new("L", (round(face.getlength(text)) + 4, round(1.8 * unit) + 8))
        ImageDraw.Draw(picture).text((2, 2), text, fill=255, font=face)
        return np.asarray(picture, np.float32) / 255

    def line(self, y: float, x0: float, x1: float) -> None:
        """A ruled line."""
        cv2.line(self.plane, (round(x0), round(y)), (round(x1), round(y)), GREY, 1)

    def box(self, y0: float, x0: float, y1: float, x1: float) -> None:
        """A ruled box."""
        cv2.rectangle(self.plane, (round(x0), round(y0)), (round(x1), round(y1)), GREY, 1)

    def picture(self) -> np.ndarray:
        """uint8 (H, W)."""
        plane = cv2.GaussianBlur(self.plane, (0, 0), 0.6)
        return np.asarray(np.clip(plane * 255, 0, 255), np.uint8)


def join(parts: Sequence[np.ndarray], gap: int) -> np.ndarray:
    """Words side by side on one base line."""
    tall = max(part.shape[0] for part in parts)
    wide = sum(part.shape[1] for part in parts) + gap * (len(parts) - 1)
    alpha, x = np.zeros((tall, wide), np.float32), 0
    for part in parts:
        alpha[tall - part.shape[0] :, x : x + part.shape[1]] = part
        x += part.shape[1] + gap
    return alpha


def cheque() -> Sheet:
    """An amount in its box, the same in words, a date in a comb, and printed numbers."""
    sheet = Sheet(520, 1180, 3)
    ys, xs = np.mgrid[0 : sheet.height, 0 : sheet.width].astype(np.float32)
    sheet.plane -= 0.05 * np.clip(np.cos((ys + 9 * np.sin(xs / 31)) * 0.7), 0, 1)
    sheet.write("Hanbit Savings Bank", 36, 50, "liberationserif-regular", 24)
    sheet.write("No.", 40, 930, unit=16)
    sheet.write("204917", 40, 1100, MONO, 20, number=True, right=True)
    for place, digit in enumerate("22112026"):
        sheet.box(98, 860 + 33 * place, 134, 893 + 33 * place)
        sheet.write(digit, 104, 868 + 33 * place, HAND, 22)
    sheet.numbers.append("22112026")
    sheet.write("Pay to", 176, 50, unit=16)
    sheet.line(204, 130, 760)
    sheet.write("Lee and Daughters", 168, 150, HAND, 26)
    sheet.write("Rupees", 246, 50, unit=16)
    sheet.line(274, 130, 760)
    sheet.write("two lakh seventy five thousand only", 238, 150, PEN, 22)
    sheet.box(232, 830, 284, 1130)
    sheet.write("2,75,000/-", 240, 860, PEN, 30, number=True)
    sheet.write("Account", 340, 50, unit=16)
    sheet.write("0048213077", 338, 150, MONO, 20, number=True)
    sheet.line(400, 830, 1120)
    sheet.write("Signature", 408, 930, unit=14)
    sheet.write("Minji Lee", 352, 880, SIGNED, 30)
    return sheet


def letter() -> Sheet:
    """A letter's head with a postcode and a telephone number, a date, prose, and a sum by hand."""
    sheet = Sheet(1100, 860, 4)
    for y, text in enumerate(("Hanbit Water Works", "Lindenweg", "Berlin")):
        sheet.write(text, 60 + 40 * y, 80, unit=19)
    sheet.write("10115", 140, 170, unit=19, number=True)
    sheet.write("Tel.", 180, 80, unit=19)
    sheet.write("030-5550142", 180, 140, unit=19, number=True)
    sheet.write("22.11.2026", 260, 780, unit=19, number=True, right=True)
    prose = (
        "Dear reader,",
        "thank you for sending us the reading of your meter.",
        "Please write the number that you see on the card below",
        "and send it back to us before the end of the year.",
    )
    for y, text in enumerate(prose):
        sheet.write(text, 360 + 52 * y, 80, unit=18)
    sheet.box(640, 80, 720, 470)
    sheet.write("Reading", 652, 96, unit=14)
    sheet.write("48213", 656, 240, PEN, 34, number=True)
    sheet.write("With kind regards", 800, 80, unit=18)
    sheet.write("H. Seo", 860, 100, SIGNED, 34)
    return sheet


def table(rows: int = 12) -> Sheet:
    """Ruled: months by stations, with empty cells."""
    sheet = Sheet(760, 980, 5)
    heads = ("Station", "Depth", "Level", "Flow", "Loss")
    edges = (60, 260, 430, 600, 770, 920)
    sheet.write("Levels of the wells", 40, 60, "liberationserif-regular", 24)
    top, pitch = 110, 46
    for row in range(rows + 2):
        sheet.line(top + pitch * row, edges[0], edges[-1])
    for x in edges:
        cv2.line(sheet.plane, (x, top), (x, top + pitch * (rows + 1)), GREY, 1)
    for x, head in zip(edges, heads, strict=False):
        sheet.write(head, top + 14, x + 14, unit=15)
    names = (
        "Aria",
        "Borim",
        "Cedar",
        "Dunes",
        "Elm",
        "Forge",
        "Gyeol",
        "Haneul",
        "Iris",
        "Jade",
        "Kiln",
        "Loch",
    )
    for row in range(rows):
        y = top + pitch * (row + 1) + 13
        sheet.write(names[row], y, edges[0] + 14, unit=16)
        values = (
            f"{sheet.rng.integers(10, 400)}",
            f"{sheet.rng.uniform(1, 90):.1f}",
            f"{sheet.rng.integers(1000, 9999):,}",
            f"{sheet.rng.uniform(0, 9):.2f}",
        )
        for column, value in enumerate(values):
            if sheet.rng.random() > 0.06:
                sheet.write(value, y, edges[column + 2] - 16, unit=17, number=True, right=True)
    return sheet


def main() -> None:
    """Write the pages and what they say."""
    folder = Path(__file__).parents[1] / "examples" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Sequence[str]] = [("file", "text")]
    for draw in (cheque, letter, table):
        sheet = draw()
        cv2.imwrite(str(folder / f"{draw.__name__}.png"), sheet.picture())
        rows += [(f"{draw.__name__}.png", number) for number in sheet.numbers]
    with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
