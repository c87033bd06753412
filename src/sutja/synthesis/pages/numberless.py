"""Sheets without a number: blank paper, empty forms, pictures, patterns, scribbles."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import ink
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import label
from sutja.synthesis.pages.writing import comb, printed


def blank(supplies: Supplies) -> Sheet:
    """Empty paper, or an empty form with lines, boxes and combs."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 15)))
    sheet = Sheet(rng, (int(rng.uniform(400, 700)), int(rng.uniform(400, 760))))
    if desk.chance(0.25):
        return sheet
    y = desk.unit * 3
    while y < sheet.height - desk.unit * 4:
        x = desk.between(5, sheet.width * 0.2)
        end = printed(sheet, desk, desk.body, [label(rng)], x, y) + desk.unit
        kind = rng.random()
        right = min(sheet.width - 5.0, end + desk.unit * desk.between(5, 40))
        if kind < 0.35:
            sheet.line((end, y + 1), (right, y + 1), 1, desk.some(20, 160))
        elif kind < 0.6:
            sheet.frame((end, y - desk.unit * 1.7, right, y + desk.unit * 0.6), 1, desk.some(20, 160))
        elif kind < 0.85:
            count = max(1, int((right - end) / (desk.unit * 1.6)))
            comb(
                sheet,
                desk,
                Value(""),
                end,
                y - desk.unit * 1.5,
                desk.unit * 1.6,
                desk.unit * 2,
                by_hand=False,
                empty=(0, min(count, 14)),
            )
        y += desk.unit * desk.between(2.6, 6)
    return sheet


def picture(supplies: Supplies) -> Sheet:
    """No page at all: a texture, shapes, blobs, as a photograph of things may look."""
    rng = supplies.rng
    size = int(rng.uniform(380, 700)), int(rng.uniform(380, 700))
    sheet = Sheet(rng, size)
    desk = Desk(supplies, float(rng.uniform(9, 16)))
    sheet.plane[:] = textured(rng, size)
    for _ in range(desk.some(0, 25)):
        points = (
            rng.random((desk.some(3, 7), 2)) * desk.between(20, 260) + rng.random(2) * size[::-1] - 60
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
            cv2.polylines(sheet.plane, [points], bool(rng.random() < 0.5), grey, desk.some(1, 9), cv2.LINE_AA)
    if desk.chance(0.5):
        sheet.plane[:] = cv2.GaussianBlur(sheet.plane, (0, 0), desk.between(0.6, 5))
    for _ in range(desk.some(0, 6)):
        scribble = np.asarray(ink.scribble(rng, desk.between(14, 40)) * 255, np.uint8)
        sheet.put(scribble, desk.between(0, size[1]), desk.between(0, size[0]), desk.between(0.3, 1))
    if desk.chance(0.25):
        marks.square_code(
            sheet, desk, desk.between(0, size[1] - 100), desk.between(0, size[0] - 100), desk.some(50, 160)
        )
    if desk.chance(0.2):
        x, y = desk.between(0, size[1] - 120), desk.between(0, size[0] - 60)
        marks.bars(sheet, desk, (x, y, x + desk.between(60, 200), y + desk.between(20, 60)))
    return sheet


def textured(
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
