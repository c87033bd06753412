"""Digits as people draw them to try a classifier: strokes of a round pen, on canvases of all kinds."""

from collections.abc import Iterator

import cv2
import numpy as np


def bend(x, y, wide, high, start, end):
    """Part of an ellipse about (x, y), from one angle to another in degrees."""
    angles = np.radians(np.linspace(start, end, 24))
    return np.stack([x + wide * np.cos(angles), y - high * np.sin(angles)], 1)


def join(*parts):
    """One stroke of several parts."""
    return np.concatenate([np.array(part, float).reshape(-1, 2) for part in parts])


# Points (x, y) in a box of height 1, y downwards; "1f" has a flag, "7b" a bar.
SHAPES = {
    "0": [bend(0.3, 0.5, 0.3, 0.5, 90, 450)],
    "1": [join((0.1, 0), (0.1, 1))],
    "1f": [join((0, 0.22), (0.22, 0), (0.22, 1))],
    "2": [join(bend(0.3, 0.27, 0.28, 0.27, 170, -30), (0.02, 1), (0.62, 1))],
    "3": [join(bend(0.27, 0.25, 0.25, 0.25, 150, -80), bend(0.27, 0.74, 0.3, 0.26, 85, -150))],
    "4": [join((0.35, 0), (0, 0.6), (0.6, 0.6)), join((0.4, 0.35), (0.4, 1))],
    "5": [join((0.55, 0), (0.08, 0), (0.04, 0.42), bend(0.27, 0.68, 0.3, 0.31, 110, -150))],
    "6": [join((0.4, 0), (0.1, 0.45), bend(0.3, 0.7, 0.28, 0.3, 150, 510))],
    "7": [join((0, 0), (0.6, 0), (0.2, 1))],
    "7b": [join((0, 0), (0.6, 0), (0.25, 1)), join((0.12, 0.48), (0.52, 0.48))],
    "8": [bend(0.3, 0.25, 0.22, 0.25, 90, 450), bend(0.3, 0.74, 0.28, 0.26, 90, 450)],
    "9": [join(bend(0.3, 0.3, 0.27, 0.3, 0, 360), (0.57, 0.3), (0.5, 1))],
}
# Side of the canvas, height of the digit, width of the pen (pixels); paper, ink; centre as a part of the side
STYLES = {
    "white on a canvas": (280, 190, 18, 0, 255, 0.5),
    "thick paint": (500, 330, 38, 255, 0, 0.5),
    "small in a large picture": (1000, 90, 7, 255, 0, 0.5),
    "in a corner": (400, 90, 7, 20, 230, 0.2),
    "tiny": (28, 20, 1.8, 255, 0, 0.5),
    "pale on grey": (300, 140, 9, 170, 90, 0.55),
}


def draw_digit(shape, side, height, pen, paper, ink, centre):
    """Draw a shape of `SHAPES`, uint8 (side, side)."""
    fine = max(1, round(400 / side))
    points = np.concatenate(SHAPES[shape])
    middle = (points.min(0) + points.max(0)) / 2
    canvas = np.zeros((side * fine, side * fine), np.uint8)
    for stroke in SHAPES[shape]:
        path = np.rint(((stroke - middle) * height + centre * side) * fine).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, max(1, round(pen * fine)), cv2.LINE_AA)
    share = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.rint(paper + share * (ink - paper)).astype(np.uint8)


def draw_all() -> Iterator[tuple[str, str, np.ndarray]]:
    """Each digit in each style: the style, the digit and the drawing."""
    for style, settings in STYLES.items():
        for shape in SHAPES:
            yield style, shape[0], draw_digit(shape, *settings)
