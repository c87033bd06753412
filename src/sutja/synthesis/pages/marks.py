"""Marks on pages beside writing: signatures, stamps, logos, bar codes, security print."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import ink
from sutja.synthesis.pages.fields import XYXY
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme
from sutja.synthesis.pages.vocabulary import CITIES, LAST, pick


def draw_signature(sheet: Sheet, theme: Theme, x: float, y: float, unit: float) -> None:
    """A signature: loops, a name in a hand, or both, about (x, y)."""
    if theme.chance(0.6):
        alpha = theme.writer.words(pick(theme.rng, LAST), unit * theme.uniform(0.9, 1.5))
        sheet.draw_ink(alpha, x, y - alpha.shape[0] / 2, theme.writer.darkness)
    if theme.chance(0.7):
        scribble = ink.render_scribble(theme.rng, unit * theme.uniform(1.2, 2.2))
        sheet.draw_ink(
            np.asarray(scribble * 255, np.uint8), x, y - scribble.shape[0] / 2, theme.writer.darkness
        )


def draw_stamp(sheet: Sheet, theme: Theme, x: float, y: float, radius: float) -> None:
    """A rubber stamp: rings or a frame with words, turned; it may lie over what is written."""
    side = int(radius * 2) + 4
    canvas = np.zeros((side, side), np.uint8)
    middle, width = side // 2, max(1, round(radius * 0.05))
    if theme.chance(0.6):
        cv2.circle(canvas, (middle, middle), int(radius * 0.95), 255, width, cv2.LINE_AA)
        cv2.circle(canvas, (middle, middle), int(radius * theme.uniform(0.55, 0.85)), 255, 1, cv2.LINE_AA)
    else:
        tall = int(radius * theme.uniform(0.3, 0.7))
        cv2.rectangle(canvas, (2, middle - tall), (side - 3, middle + tall), 255, width, cv2.LINE_AA)
    for row in (-0.28, 0.12):
        alpha, _ = theme.font(scale=0.9).set(
            pick(theme.rng, [*CITIES, "PAID", "COPY", "RECEIVED", "BEZAHLT"])[:10].upper()
        )
        alpha = alpha[:, : side - 8]
        top, left = middle + int(row * radius), (side - alpha.shape[1]) // 2
        window = canvas[top : top + alpha.shape[0], left : left + alpha.shape[1]]
        np.maximum(window, alpha[: window.shape[0]], out=window)
    turn = cv2.getRotationMatrix2D((middle, middle), theme.uniform(-25, 25), 1.0)
    turned = np.asarray(cv2.warpAffine(canvas, turn, (side, side)), np.uint8)
    patches = cv2.resize(theme.rng.integers(90, 256, (5, 5)).astype(np.uint8), (side, side))
    turned = np.asarray(cv2.multiply(turned, patches, scale=1 / 255), np.uint8)
    sheet.draw_ink(turned, x - middle, y - middle, theme.uniform(0.15, 0.6))


def draw_logo(sheet: Sheet, theme: Theme, x: float, y: float, size: float) -> None:
    """A mark of a firm: a few filled shapes."""
    side = max(8, int(size))
    canvas = np.zeros((side, side), np.uint8)
    for _ in range(theme.integer(1, 4)):
        points = theme.rng.integers(0, side, (theme.integer(3, 5), 2)).astype(np.int32)
        if theme.chance(0.5):
            cv2.fillPoly(canvas, [points], int(theme.rng.integers(90, 256)), cv2.LINE_AA)
        else:
            centre = (int(points[0, 0]), int(points[0, 1]))
            fill = -1 if theme.chance(0.5) else 2
            cv2.circle(
                canvas,
                centre,
                max(2, side // theme.integer(3, 6)),
                int(theme.rng.integers(0, 256)),
                fill,
                cv2.LINE_AA,
            )
    sheet.draw_ink(canvas, x, y, theme.uniform(0.5, 1.0))


def draw_barcode(sheet: Sheet, theme: Theme, box: XYXY, *, upright: bool = False) -> None:
    """A bar code; ``upright`` turns it by 90 degrees."""
    x0, y0, x1, y1 = (int(v) for v in box)
    if x1 - x0 < 4 or y1 - y0 < 4:
        return
    long, wide = (y1 - y0, x1 - x0) if upright else (x1 - x0, y1 - y0)
    steps = np.repeat(theme.rng.integers(0, 2, long), theme.rng.integers(1, 4, long))[:long]
    pattern = np.tile((steps * 255).astype(np.uint8), (wide, 1))
    sheet.draw_ink(pattern.T.copy() if upright else pattern, x0, y0, theme.black)


def draw_square_code(sheet: Sheet, theme: Theme, x: float, y: float, size: int) -> None:
    """A square code of dots with three eyes."""
    n = theme.integer(21, 33)
    dots = theme.rng.integers(0, 2, (n, n)).astype(np.uint8) * 255
    for row, column in ((0, 0), (0, n - 7), (n - 7, 0)):
        eye = np.full((7, 7), 255, np.uint8)
        eye[1:6, 1:6], eye[2:5, 2:5] = 0, 255
        dots[row : row + 7, column : column + 7] = eye
    sheet.draw_ink(
        np.asarray(cv2.resize(dots, (size, size), interpolation=cv2.INTER_NEAREST), np.uint8),
        x,
        y,
        theme.black,
    )


def draw_security_print(sheet: Sheet, theme: Theme, box: XYXY) -> None:
    """Guilloches and fine lines, faint, under the writing of a cheque."""
    x0, y0, x1, y1 = (int(v) for v in box)
    size = max(8, y1 - y0), max(8, x1 - x0)
    canvas = np.zeros(size, np.uint8)
    kind = theme.rng.random()
    t = np.linspace(0, 1, 220)
    if kind < 0.45:  # waves one beside the other
        pitch, swell, period = theme.uniform(2.5, 9), theme.uniform(0, 12), theme.uniform(30, 200)
        tilt = theme.uniform(-0.4, 0.4) * size[1]
        for offset in np.arange(-abs(tilt), size[0] + abs(tilt), pitch):
            ys = offset + tilt * (t - 0.5) + swell * np.sin(t * size[1] * 6.28 / period + offset * 0.02)
            path = np.stack([t * size[1], ys], axis=1)
            cv2.polylines(canvas, [np.round(path * 16).astype(np.int32)], False, 255, 1, cv2.LINE_AA, 4)
    elif kind < 0.75:  # rosettes
        for _ in range(theme.integer(1, 5)):
            a = np.linspace(0, 6.2832 * 3, 900)
            petals, radius = theme.integer(3, 17), theme.uniform(0.2, 0.8) * size[0]
            r = radius * (0.6 + 0.4 * np.cos(a * petals / 3))
            cx, cy = theme.uniform(0, size[1]), theme.uniform(0, size[0])
            for scale in np.linspace(0.3, 1, theme.integer(3, 7)):
                path = np.stack([cx + r * scale * np.cos(a), cy + r * scale * np.sin(a)], axis=1)
                cv2.polylines(canvas, [np.round(path * 16).astype(np.int32)], True, 255, 1, cv2.LINE_AA, 4)
    else:  # dots or small words again and again
        tile = theme.small.set(pick(theme.rng, LAST).lower() + " ")[0] if theme.chance(0.5) else None
        if tile is None:
            tile = np.zeros((theme.integer(3, 6), theme.integer(3, 6)), np.uint8)
            tile[0, 0] = 255
        repeats = -(-size[0] // tile.shape[0]), -(-size[1] // tile.shape[1])
        canvas = np.tile(tile, repeats)[: size[0], : size[1]].copy()
    sheet.draw_ink(canvas, x0, y0, theme.uniform(0.06, 0.35))


def draw_watermark(sheet: Sheet, theme: Theme, x: float, y: float, size: float) -> None:
    """A faint large logo under the writing."""
    side = max(16, int(size))
    canvas = np.zeros((side, side), np.uint8)
    for _ in range(theme.integer(2, 6)):
        points = theme.rng.integers(0, side, (theme.integer(3, 6), 2)).astype(np.int32)
        cv2.fillPoly(canvas, [points], int(theme.rng.integers(60, 256)), cv2.LINE_AA)
    sheet.draw_ink(canvas, x - side / 2, y - side / 2, theme.uniform(0.05, 0.16))


def draw_tick_box(sheet: Sheet, theme: Theme, x: float, y: float, size: float, *, marked: bool) -> None:
    """A box to tick, ticked or not, its upper left corner at (x, y)."""
    sheet.draw_frame((x, y, x + size, y + size), 1, theme.integer(10, 110))
    if not marked:
        return
    kind = theme.rng.random()
    if kind < 0.5:
        paths = [[(0.05, 0.1), (0.9, 0.95)], [(0.95, 0.0), (0.1, 1.0)]]
    elif kind < 0.85:
        paths = [[(0.1, 0.5), (0.4, 0.95), (1.2, -0.3)]]
    else:
        paths = [[(0.1, 0.1), (0.8, 0.2), (0.1, 0.5), (0.9, 0.7), (0.2, 0.9)]]
    side = int(size * 2)
    canvas = np.zeros((side, side), np.uint8)
    for path in paths:
        points = (np.array(path) + theme.rng.normal(0, 0.06, (len(path), 2)) + 0.4) * size
        cv2.polylines(
            canvas,
            [np.round(points * 16).astype(np.int32)],
            False,
            255,
            max(1, round(size * 0.12)),
            cv2.LINE_AA,
            4,
        )
    sheet.draw_ink(canvas, x - 0.4 * size, y - 0.4 * size, theme.writer.darkness)


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
