"""Draws the form in examples/forms/: blank, filled in and scanned, filled in and photographed; its template.

    python recipes/example_forms.py        (after recipes/fonts.sh)

Its print is in the letters that OpenCV carries, its writing in a handwriting font, a digit a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from examples import find_face

from sutja.reading.templates import Template, TemplateField
from sutja.reading.templates.rules import parse_rule
from sutja.synthesis.crops import camera, ink
from sutja.types import Box

FOLDER = Path(__file__).parents[1] / "examples" / "forms"
HEIGHT, WIDTH = 880, 680  # pixels
SIDE = 42  # pixels of a box
HAND, DIGIT = "patrick-hand", 25  # font, and height of its digits in pixels
PAPER, PRINT, RULE, MARK = 247, 38, 90, 12  # grey levels
INK = 0.85  # darkness of the writing
RULES = ("total = yes + no + invalid", "total <= registered")


@dataclass(frozen=True, slots=True)
class Comb:
    """A comb of the form: where its words and its boxes stand, and what its field is."""

    name: str
    words: str
    top: int
    boxes: int
    kind: str = "number"
    country: str | None = None

    @property
    def left(self) -> int:
        """Left edge of its first box."""
        return WIDTH - 60 - 8 * SIDE

    def make_field(self) -> TemplateField:
        """The comb as a field of the template."""
        box = Box(self.left, self.top, self.left + self.boxes * SIDE, self.top + SIDE)
        least = self.boxes if self.kind == "date" else 1
        return TemplateField(
            self.name,
            box,
            self.kind,
            self.country,
            (least, self.boxes),
            comb=True,
            may_be_empty=self.name == "invalid",
        )


COMBS = (
    Comb("date", "Date (day, month, year)", 170, 8, "date", "DE"),
    Comb("registered", "Registered voters", 250, 4),
    Comb("yes", "Votes for the bridge", 370, 3),
    Comb("no", "Votes against it", 450, 3),
    Comb("invalid", "Invalid votes", 530, 3),
    Comb("total", "All votes", 610, 3),
)


def draw_form() -> np.ndarray:
    """The blank form, float32 (H, W) from 0 (black) to 1."""
    form = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    lines = (
        (80, "REPORT OF THE COUNT", 0.9),
        (120, "Polling station of the valley. One digit a box; cross out what is not used.", 0.45),
        (720, "Counted by", 0.6),
        (780, "Watched by", 0.6),
        (840, "Form 17 b", 0.45),
    )
    for y, words, size in lines:
        cv2.putText(form, words, (60, y), font, size, PRINT, 1, cv2.LINE_AA)
    for y in (724, 784):
        cv2.line(form, (190, y), (WIDTH - 60, y), RULE, 1)
    for comb in COMBS:
        cv2.putText(form, comb.words, (60, comb.top + 28), font, 0.55, PRINT, 1, cv2.LINE_AA)
        for i in range(comb.boxes):
            corner = comb.left + i * SIDE, comb.top
            cv2.rectangle(form, corner, (corner[0] + SIDE, corner[1] + SIDE), RULE, 1)
    for x, y in ((20, 20), (WIDTH - 36, 20), (WIDTH - 36, HEIGHT - 36), (20, HEIGHT - 36)):
        cv2.rectangle(form, (x, y), (x + 16, y + 16), MARK, -1)
    return np.asarray(form / 255, np.float32)


def fill(plane: np.ndarray, answers: dict[str, str], seed: int) -> None:
    """Write answers into the combs; X crosses a box out."""
    rng = np.random.default_rng(seed)
    for comb in COMBS:
        for i, symbol in enumerate(answers[comb.name]):
            alpha = ink.render_in_font(rng, symbol, find_face(HAND), DIGIT, hand=True)
            rows, columns = alpha.shape
            y = comb.top + (SIDE - rows) // 2 + int(rng.integers(-2, 3))
            x = comb.left + i * SIDE + (SIDE - columns) // 2 + int(rng.integers(-3, 4))
            camera.write_on(plane, alpha, y, x, INK)


def scan(plane: np.ndarray, seed: int) -> np.ndarray:
    """The form as a scanner sees it: a little turned, soft, with noise."""
    rng = np.random.default_rng(seed)
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 0.6, 1.0)
    turned = cv2.warpAffine(plane, turn, (WIDTH, HEIGHT), borderValue=(PAPER / 255,))
    soft = cv2.GaussianBlur(turned, (0, 0), 0.7) + rng.normal(0, 0.01, plane.shape)
    return np.asarray(np.clip(255 * soft, 0, 255), np.uint8)


def photograph(plane: np.ndarray, seed: int) -> np.ndarray:
    """The form as a telephone sees it: from the side, on a table, in uneven light."""
    rng = np.random.default_rng(seed)
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    placed = np.array([(96, 70), (790, 118), (842, 1048), (52, 1010)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, placed)
    photo = cv2.warpPerspective(plane, matrix, (900, 1120), borderValue=(0.36,))
    light = np.linspace(0.7, 0.95, photo.shape[1])[None, :] * np.linspace(1.0, 0.9, photo.shape[0])[:, None]
    soft = cv2.GaussianBlur(photo * light, (0, 0), 0.8) + rng.normal(0, 0.012, photo.shape)
    return np.asarray(np.clip(255 * soft, 0, 255), np.uint8)


def main() -> None:
    """Write the form, two pages that are filled in, and the template."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    blank = draw_form()
    cv2.imwrite(str(FOLDER / "blank.png"), np.asarray(255 * blank, np.uint8))
    for name, answers, picture, seed in (
        ("scan", ("22112026", "0412", "137", "X85", "XX6", "228"), scan, 3),
        ("photo", ("22112026", "0298", "X94", "102", "XXX", "196"), photograph, 4),
    ):
        plane = blank.copy()
        fill(plane, dict(zip((comb.name for comb in COMBS), answers, strict=True)), seed)
        cv2.imwrite(str(FOLDER / f"{name}.jpg"), picture(plane, seed), (cv2.IMWRITE_JPEG_QUALITY, 80))
    fields = tuple(comb.make_field() for comb in COMBS)
    rules = tuple(parse_rule(rule, [field.name for field in fields]) for rule in RULES)
    pixels = np.asarray(255 * blank, np.uint8)
    Template("count of votes", str(FOLDER / "blank.png"), pixels, fields, rules).save(FOLDER / "count.json")


if __name__ == "__main__":
    main()
