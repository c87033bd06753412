"""Draws the pictures in examples/, with the project's own synthesis and freely licensed fonts.

    python recipes/examples.py        (after recipes/fonts.sh)

Each is a crop of one number as it may come from a form, a cheque, a letter or a meter; two hold no number.
`examples/truth.csv` says what is drawn.
"""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from sutja.synthesis.crops import camera, ink
from sutja.synthesis.fonts import Face, load_faces

# name, text, a part of the font's name, written by hand, seed, furniture
EXAMPLES = (
    ("cheque-amount", "**1.234,50", "homemade-apple", True, 4, "security"),
    ("cheque-amount-in-rupees", "2,75,000/-", "kalam", True, 5, "security"),
    ("postcode", "10115", "patrick-hand", True, 6, "plain"),
    ("postcode-on-a-ruled-line", "94103-1742", "reenie", True, 7, "line"),
    ("form-boxes", "30471", "architects", True, 8, "boxes"),
    ("telephone", "+82 10-5550-142", "gochi", True, 9, "line"),
    ("receipt-total", "47,11", "courier prime", False, 10, "plain"),
    ("invoice-number", "#20-00731", "liberationserif-regular", False, 11, "plain"),
    ("meter", "0048213", "dseg7classic-bold", False, 12, "dark"),
    ("date", "22.11.2026", "carlito-regular", False, 13, "box"),
    ("a-lone-digit", "7", "shadows-into", True, 21, "plain"),
    ("words", "Thank you", "caveat", True, 15, "plain"),
    ("blank", "", "", False, 16, "line"),
)
UNIT = 34.0  # digit height in pixels


def find_face(part: str) -> Face:
    """The font whose name contains ``part``."""
    for face in [*load_faces()[0], *load_faces()[1]]:
        if part in face.name.lower():
            return face
    raise SystemExit(f"no font like {part!r}: run recipes/fonts.sh and set SUTJA_FONTS")


def draw(text: str, font: str, hand: bool, seed: int, furniture: str) -> np.ndarray:
    """One crop, uint8 (H, W)."""
    rng = np.random.default_rng(seed)
    if furniture == "boxes":
        letters = [ink.render_in_font(rng, c, find_face(font), UNIT, hand=hand) for c in text]
        pitch, edge, tall = UNIT * 1.15, 8.0, UNIT * 1.5
        size = (int(tall + 2 * edge), int(pitch * len(text) + 2 * edge))
        plane = np.full(size, 0.93, np.float32)
        edges = [edge + i * pitch for i in range(len(text) + 1)]
        for x in edges:
            cv2.line(plane, (round(x), round(edge)), (round(x), round(edge + tall)), 0.55, 1)
        for y in (edge, edge + tall):
            cv2.line(plane, (round(edge), round(y)), (round(edges[-1]), round(y)), 0.55, 1)
        for x, letter in zip(edges, letters, strict=False):
            row, column = edge + (tall - letter.shape[0]) / 2, x + (pitch - letter.shape[1]) / 2
            camera.write_on(plane, letter, round(row), round(column), 0.8)
    else:
        alpha = np.zeros((40, 200), np.float32)
        if text:
            alpha = ink.render_in_font(rng, text, find_face(font), UNIT, hand=hand)
        margin = 12
        size = (alpha.shape[0] + 2 * margin, alpha.shape[1] + 3 * margin)
        plane = np.full(size, 0.95, np.float32) + rng.normal(0, 0.006, size).astype(np.float32)
        if furniture == "security":
            ys, xs = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
            plane -= 0.10 * np.clip(np.cos((ys + 5 * np.sin(xs / 17)) * 0.9), 0, 1) + 0.05
        if furniture in ("line", "box"):
            cv2.line(plane, (0, size[0] - margin // 2), (size[1], size[0] - margin // 2), 0.45, 1)
        if furniture == "box":
            cv2.rectangle(plane, (4, 4), (size[1] - 5, size[0] - margin // 2), 0.45, 1)
        camera.write_on(plane, alpha, margin, round(1.5 * margin), 0.82)
        if furniture == "dark":
            plane = 1.05 - plane
    blurred = cv2.GaussianBlur(plane, (0, 0), 0.6)
    return np.asarray(np.clip(blurred * 255, 0, 255), np.uint8)


def main() -> None:
    """Write the pictures and what they say."""
    folder = Path(__file__).parents[1] / "examples"
    folder.mkdir(exist_ok=True)
    with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["file", "text"])
        for name, text, font, hand, seed, furniture in EXAMPLES:
            cv2.imwrite(str(folder / f"{name}.png"), draw(text, font, hand, seed, furniture))
            rows.writerow([f"{name}.png", "" if name == "words" else text])


if __name__ == "__main__":
    main()
