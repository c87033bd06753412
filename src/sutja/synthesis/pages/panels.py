"""Panels: parts of a page with ink and ground of their own, light on dark too, turned if need be."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme


def paste_panel(
    sheet: Sheet, panel: Sheet, x: float, y: float, *, ground: int = 255, ink: int = 0, angle: float = 0.0
) -> None:
    """Put a panel onto a sheet, its numbers too; what lies outside the sheet is lost.

    Parameters
    ----------
    panel : Sheet
        Drawn as any sheet, dark on white; 255 becomes ``ground``, 0 becomes ``ink``.
    x, y : float
        Where its upper left corner lies before it is turned about its middle.
    angle : float
        degrees.
    """
    levels = np.linspace(ink, ground, 256).round().astype(np.uint8)
    face = np.asarray(cv2.LUT(panel.plane, levels), np.uint8)
    middle = panel.width / 2, panel.height / 2
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D(middle, angle, 1.0)
    matrix[:2, 2] += x, y
    if angle:
        size = sheet.width, sheet.height
        there = cv2.warpAffine(face, matrix[:2], size, flags=cv2.INTER_LINEAR)
        mask = cv2.warpAffine(np.full_like(face, 255), matrix[:2], size, flags=cv2.INTER_LINEAR)
        kept = cv2.multiply(sheet.plane, 255 - mask, scale=1 / 255)
        sheet.plane[:] = cv2.add(kept, cv2.multiply(there, mask, scale=1 / 255))
    else:
        matrix[:2, 2] = round(x), round(y)
        _paste(sheet, face, round(x), round(y))
    for mark in panel.numbers:
        hull = cv2.perspectiveTransform(mark.hull[None], matrix)[0]
        sheet.add_number(np.asarray(hull, np.float32), mark.text, mark.written, mark.kind, ignore=mark.ignore)


def _paste(sheet: Sheet, face: np.ndarray[tuple[int, int], np.dtype[np.uint8]], left: int, top: int) -> None:
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(sheet.width, left + face.shape[1]), min(sheet.height, top + face.shape[0])
    if x1 > x0 and y1 > y0:
        sheet.plane[y0:y1, x0:x1] = face[y0 - top : y1 - top, x0 - left : x1 - left]


def draw_foreign_script(
    sheet: Sheet, theme: Theme, x: float, baseline: float, unit: float, letters: int
) -> float:
    """Writing in no script at all, as Devanagari, Hangul or Han look to who cannot read them; its end.

    Letters are strokes in a square, under one bar or each by itself.
    """
    side = max(6, round(unit * 1.3))
    barred, wide = theme.chance(0.5), max(1, round(unit * theme.uniform(0.07, 0.16)))
    canvas = np.zeros((side + 4, letters * side + 4), np.uint8)
    for i in range(letters):
        corner = np.array([2 + i * side, 2])
        for _ in range(theme.integer(2, 5)):
            kind = theme.rng.random()
            a, b = (theme.rng.integers(0, side, 2) + corner for _ in range(2))
            if kind < 0.4:  # upright or level
                b[int(kind < 0.2)] = a[int(kind < 0.2)]
            if kind < 0.75:
                cv2.line(canvas, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 255, wide, cv2.LINE_AA)
            else:
                axes = int(side * theme.uniform(0.12, 0.4)), int(side * theme.uniform(0.12, 0.4))
                turn = theme.uniform(0, 360)
                cv2.ellipse(
                    canvas, (2 + i * side + side // 2, 2 + side // 2), axes, turn, 0,
                    theme.uniform(120, 300), 255, wide, cv2.LINE_AA,
                )  # fmt: skip
    if barred:
        cv2.line(canvas, (2, 3), (canvas.shape[1] - 3, 3), 255, wide, cv2.LINE_AA)
    sheet.draw_ink(canvas, x, baseline - side - 2, theme.black)
    return x + canvas.shape[1]
