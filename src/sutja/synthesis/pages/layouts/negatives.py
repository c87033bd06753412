"""Sheets without a number: blank paper, empty forms, pictures, patterns, scribbles."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import ink
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import make_label
from sutja.synthesis.pages.writing import write_in_comb, write_printed


def make_blank(context: RenderContext) -> Sheet:
    """Empty paper, or an empty form with lines, boxes and combs."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 15)))
    sheet = Sheet(rng, (int(rng.uniform(400, 700)), int(rng.uniform(400, 760))))
    if theme.chance(0.25):
        return sheet
    y = theme.unit * 3
    while y < sheet.height - theme.unit * 4:
        x = theme.uniform(5, sheet.width * 0.2)
        end = write_printed(sheet, theme, theme.body, [make_label(rng)], x, y) + theme.unit
        kind = rng.random()
        right = min(sheet.width - 5.0, end + theme.unit * theme.uniform(5, 40))
        if kind < 0.35:
            sheet.draw_line((end, y + 1), (right, y + 1), 1, theme.integer(20, 160))
        elif kind < 0.6:
            sheet.draw_frame(
                (end, y - theme.unit * 1.7, right, y + theme.unit * 0.6), 1, theme.integer(20, 160)
            )
        elif kind < 0.85:
            count = max(1, int((right - end) / (theme.unit * 1.6)))
            write_in_comb(
                sheet,
                theme,
                Value(""),
                end,
                y - theme.unit * 1.5,
                theme.unit * 1.6,
                theme.unit * 2,
                by_hand=False,
                empty=(0, min(count, 14)),
            )
        y += theme.unit * theme.uniform(2.6, 6)
    return sheet


def make_picture(context: RenderContext) -> Sheet:
    """No page at all: a texture, shapes, blobs, as a photograph of things may look."""
    rng = context.rng
    size = int(rng.uniform(380, 700)), int(rng.uniform(380, 700))
    sheet = Sheet(rng, size)
    theme = Theme(context, float(rng.uniform(9, 16)))
    sheet.plane[:] = make_texture(rng, size)
    for _ in range(theme.integer(0, 25)):
        points = (
            rng.random((theme.integer(3, 7), 2)) * theme.uniform(20, 260) + rng.random(2) * size[::-1] - 60
        ).astype(np.int32)
        grey, kind = int(rng.integers(0, 256)), rng.random()
        if kind < 0.5:
            cv2.fillPoly(sheet.plane, [points], grey, cv2.LINE_AA)
        elif kind < 0.8:
            centre = int(points[0, 0]), int(points[0, 1])
            axes = int(rng.uniform(4, 90)), int(rng.uniform(4, 90))
            cv2.ellipse(
                sheet.plane,
                centre,
                axes,
                float(rng.uniform(0, 180)),
                0,
                360,
                grey,
                -1 if rng.random() < 0.6 else 2,
                cv2.LINE_AA,
            )
        else:
            cv2.polylines(
                sheet.plane, [points], bool(rng.random() < 0.5), grey, theme.integer(1, 9), cv2.LINE_AA
            )
    if theme.chance(0.5):
        sheet.plane[:] = cv2.GaussianBlur(sheet.plane, (0, 0), theme.uniform(0.6, 5))
    for _ in range(theme.integer(0, 6)):
        scribble = np.asarray(ink.render_scribble(rng, theme.uniform(14, 40)) * 255, np.uint8)
        sheet.draw_ink(scribble, theme.uniform(0, size[1]), theme.uniform(0, size[0]), theme.uniform(0.3, 1))
    if theme.chance(0.25):
        marks.draw_square_code(
            sheet,
            theme,
            theme.uniform(0, size[1] - 100),
            theme.uniform(0, size[0] - 100),
            theme.integer(50, 160),
        )
    if theme.chance(0.2):
        x, y = theme.uniform(0, size[1] - 120), theme.uniform(0, size[0] - 60)
        marks.draw_barcode(sheet, theme, (x, y, x + theme.uniform(60, 200), y + theme.uniform(20, 60)))
    return sheet


def make_texture(
    rng: np.random.Generator, size: tuple[int, int]
) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Wood, cloth, stone, or smooth light: uint8 (H, W)."""
    rows, columns = size
    out = np.full(size, float(rng.uniform(30, 225)), np.float32)
    for _ in range(int(rng.integers(1, 5))):
        cell = float(np.exp(rng.uniform(np.log(2), np.log(200))))
        stretch = float(np.exp(rng.normal(0, 1.0)))
        cells = max(2, int(rows / cell * stretch) + 2), max(2, int(columns / cell / stretch) + 2)
        cells = min(cells[0], rows), min(cells[1], columns)
        noise = rng.normal(0, 1, cells).astype(np.float32)
        out += cv2.resize(noise, (columns, rows), interpolation=cv2.INTER_CUBIC) * float(rng.uniform(2, 35))
    if rng.random() < 0.3:
        out += 18 * np.sin(np.arange(columns, dtype=np.float32) * float(rng.uniform(0.05, 1.5)))[None, :]
    if rng.random() < 0.2:
        out += 18 * np.sin(np.arange(rows, dtype=np.float32) * float(rng.uniform(0.05, 1.5)))[:, None]
    return np.asarray(np.clip(out, 0, 255), np.uint8)
