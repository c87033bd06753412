"""Drawings as people make them to try a classifier: a digit of pen strokes in six styles, and no digit.

Letters: H, W rows and columns of a drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sutja.data.sets.crops import StrokeRecord

Drawing = NDArray[np.uint8]
Strokes = Sequence[NDArray[np.float64]]

FINE = 4  # drawn so many times larger, then averaged
NOISE_PICTURES = 200
BLANK_PICTURES = 12
LETTERS = "AEFHKMNPRTUVWXYadefhkmnrtuwxy"


def scale_strokes(record: StrokeRecord, height: float, width: float) -> list[NDArray[np.float64]]:
    """Strokes in pixels, y downwards, centred on the origin, within `height` × `width`."""
    points = np.concatenate(record.strokes).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = np.maximum(high - low, 1.0)
    scale = min(height / extent[1], width / extent[0])
    return [(stroke - (low + high) / 2) * scale * (1, -1) for stroke in record.strokes]


def draw_ink(
    shape: tuple[int, int], strokes: Strokes, centre: tuple[float, float], pen: float
) -> NDArray[np.float32]:
    """Share of ink, float32 (H, W), of strokes about a centre (x, y), by a round pen of a width in pixels."""
    canvas = np.zeros((shape[0] * FINE, shape[1] * FINE), np.uint8)
    width = max(1, round(pen * FINE))
    for stroke in strokes:
        path = np.rint((stroke + centre) * FINE).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, width)
        for x, y in path.tolist():  # round joints
            cv2.circle(canvas, (x, y), width // 2, 255, -1)
    ink = cv2.resize(canvas, shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(ink, np.float32) / np.float32(255)


def draw_on(ink: NDArray[np.float32], paper: int, colour: int) -> Drawing:
    """Grey drawing of ink of one level on paper of another."""
    return np.asarray(np.rint(paper + ink * (float(colour) - paper)), np.uint8)


def draw_canvas(record: StrokeRecord, rng: np.random.Generator) -> Drawing:
    """White on a black canvas of 280 pixels."""
    side = rng.uniform(150, 240)
    centre = rng.uniform(130, 150, 2)
    strokes = scale_strokes(record, side, side)
    return draw_on(draw_ink((280, 280), strokes, tuple(centre), rng.uniform(12, 24)), 0, 255)


def draw_paint(record: StrokeRecord, rng: np.random.Generator) -> Drawing:
    """Thick black paint on white, 500 pixels."""
    side = rng.uniform(280, 420)
    centre = rng.uniform(240, 260, 2)
    strokes = scale_strokes(record, side, side)
    return draw_on(draw_ink((500, 500), strokes, tuple(centre), rng.uniform(30, 48)), 255, 0)


def draw_small(record: StrokeRecord, rng: np.random.Generator) -> Drawing:
    """Small in the middle of a large white picture."""
    side = rng.uniform(70, 110)
    centre = rng.uniform(450, 550, 2)
    strokes = scale_strokes(record, side, side)
    return draw_on(draw_ink((1000, 1000), strokes, tuple(centre), rng.uniform(5, 9)), 255, 0)


def draw_corner(record: StrokeRecord, rng: np.random.Generator) -> Drawing:
    """In a corner of a picture, dark on light or light on dark."""
    side = rng.uniform(60, 110)
    near = rng.uniform(side / 2 + 8, side / 2 + 30, 2)
    centre = np.where(rng.random(2) < 0.5, near, 400 - near)
    ink = draw_ink((400, 400), scale_strokes(record, side, side), tuple(centre), rng.uniform(5, 10))
    return draw_on(ink, *((255, 0) if rng.random() < 0.5 else (0, 255)))


def draw_tiny(record: StrokeRecord, rng: np.random.Generator) -> Drawing:
    """28 × 28 pixels, a thin black pen on white, off the centre."""
    side = rng.uniform(14, 21)
    centre = rng.uniform(13, 15, 2)
    ink = draw_ink((28, 28), scale_strokes(record, side, side), tuple(centre), rng.uniform(1.2, 2.2))
    return draw_on(ink, 255, 0)


def draw_photographed(record: StrokeRecord, rng: np.random.Generator) -> Drawing:
    """Blue or black pen on paper, photographed: shade, grain, blur and JPEG, in colour."""
    side = rng.uniform(80, 180)
    centre = rng.uniform((0.35 * 400, 0.35 * 300), (0.65 * 400, 0.65 * 300))
    ink = draw_ink((300, 400), scale_strokes(record, side, side), tuple(centre), rng.uniform(4, 8))
    ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.6, 1.6)), np.float32)
    rows, columns = np.mgrid[0:300, 0:400].astype(np.float32) / 400
    slope = rng.uniform(-0.35, 0.35, 2)
    light = rng.uniform(0.7, 0.95) * (1 + slope[0] * (rows - 0.375) + slope[1] * (columns - 0.5))
    pen = np.array([(25, 35, 110), (35, 35, 40), (20, 20, 90)][rng.integers(3)], np.float32) / 255
    paper = np.array((0.99, 0.97, 0.93), np.float32)
    colour = paper + ink[:, :, None] * rng.uniform(0.75, 1.0) * (pen - paper)
    colour = colour * light[:, :, None] + rng.normal(0, 0.012, (300, 400, 3))
    pixels = (colour.clip(0, 1) * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)


STYLES: Mapping[str, Callable[[StrokeRecord, np.random.Generator], Drawing]] = MappingProxyType(
    {
        "white on a black canvas": draw_canvas,
        "thick paint": draw_paint,
        "small in a large picture": draw_small,
        "in a corner": draw_corner,
        "28 × 28": draw_tiny,
        "pen, photographed": draw_photographed,
    }
)


def draw_noises(rng: np.random.Generator) -> list[Drawing]:
    """Pictures of noise: even, normal and sparse, of several sizes."""
    pictures = []
    for place in range(NOISE_PICTURES):
        side = (28, 28, 64, 120)[place % 4]
        sort = place % 3
        if sort == 0:
            picture = rng.integers(0, 256, (side, side))
        elif sort == 1:
            picture = rng.normal(128, 50, (side, side)).clip(0, 255)
        else:
            picture = 255 * (rng.random((side, side)) < rng.uniform(0.03, 0.5))
        pictures.append(picture.astype(np.uint8))
    return pictures


def draw_letters(rng: np.random.Generator) -> list[Drawing]:
    """Letters that are like no digit, in Pillow's own font and sizes, dark on light and light on dark."""
    pictures = []
    for place, letter in enumerate(LETTERS * 3):
        side = (100, 280, 28)[place // len(LETTERS)]
        font = ImageFont.load_default(side * rng.uniform(0.6, 0.8))
        picture = Image.new("L", (side, side), 255)
        ImageDraw.Draw(picture).text((side / 2, side / 2), letter, 0, font, anchor="mm")
        pixels = np.asarray(picture)
        pictures.append(pixels if rng.random() < 0.5 else 255 - pixels)
    return pictures


def draw_blanks(rng: np.random.Generator) -> list[Drawing]:
    """Blank paper: of any level, with some grain, lit unevenly."""
    pictures = []
    for place in range(BLANK_PICTURES):
        side = (28, 100, 300)[place % 3]
        light = np.linspace(1, rng.uniform(0.8, 1), side)[None, :]
        level = rng.uniform(0, 255) if place > 1 else 255 * place
        noise = rng.normal(0, rng.uniform(0, 2), (side, side))
        pictures.append((level * light + noise).clip(0, 255).astype(np.uint8))
    return pictures


NOT_DIGITS: Mapping[str, Callable[[np.random.Generator], list[Drawing]]] = MappingProxyType(
    {"noise": draw_noises, "letters": draw_letters, "blank paper": draw_blanks}
)
