"""Readings of displays in seven segments, drawn flat and large, with points of every shape and place.

What a label of real displays says most often, a decimal point, is what a small picture shows least: points
are drawn lit and unlit, in the digit's own cell, between two digits, and in a cell of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sutja.synthesis.crops.paper import Plane
from sutja.synthesis.crops.sample import Picture

HIGH = 56  # pixels, of a digit on the flat panel
_SHAPES: MappingProxyType[str, str] = MappingProxyType(
    {
        " ": "",
        **dict(
            shape.split("=")
            for shape in (
                *("0=abcdef", "1=bc", "2=abged", "3=abgcd", "4=fgbc", "5=afgcd", "6=afgedc", "7=abc"),
                *("8=abcdefg", "9=abcdfg", "-=g", "_=", "A=abcefg", "C=afed", "E=afged", "F=afeg", "H=bcefg"),
                *("I=bc", "L=fed", "P=abfge", "R=eg", "U=bcdef", "b=cdefg", "d=bcdeg", "h=cefg", "n=ceg"),
                *("o=cdeg", "r=eg", "t=defg", "u=cde"),
            )
        ),
    }
)
_OTHER_SHAPES = {"6": "fgedc", "7": "abcf", "9": "abcfg"}


@dataclass(frozen=True, slots=True)
class PanelStyle:
    """The make of a display; lengths are in digit heights.

    Attributes
    ----------
    width, thick, gap : float
        Width of a digit, thickness of a segment, and how far it ends before its joints.
    slant : float
        How far the head of a digit leans to the right.
    pitch : float
        From one digit to the next.
    form : str
        Ends of the segments: "pointed", "mitred", "blunt" or "round".
    point, corners : float or int
        Size of a point, and of how many corners it is.
    place : str
        Where a point stands: at the foot of the digit, "inside" its cell; "between" two digits without room
        of its own; or in a "cell" of its own.
    drop : float
        How far a point lies below the feet of the digits.
    soft : float
        Standard deviation of the blur, in pixels.
    """

    width: float
    thick: float
    gap: float
    slant: float
    pitch: float
    form: str
    point: float
    corners: int
    place: str
    drop: float
    soft: float


def choose_style(rng: Generator) -> PanelStyle:
    """Choose the make of a display."""
    width = float(rng.uniform(0.4, 0.68))
    thick = width * float(rng.uniform(0.13, 0.34))
    place = str(rng.choice(["inside", "between", "cell"], p=[0.35, 0.4, 0.25]))
    space = float(rng.uniform(0.08, 0.5)) + (thick if place == "between" and rng.random() < 0.6 else 0.0)
    return PanelStyle(
        width=width,
        thick=thick,
        gap=float(rng.choice([0.0, rng.uniform(0.005, 0.03), rng.uniform(0.03, 0.06)])),
        slant=float(rng.choice([0.0, rng.uniform(0.03, 0.24)], p=[0.4, 0.6])),
        pitch=width + space,
        form=str(rng.choice(["pointed", "mitred", "blunt", "round"], p=[0.35, 0.35, 0.15, 0.15])),
        point=thick * float(rng.uniform(0.7, 1.5)),
        corners=int(rng.choice([4, 4, 5, 12])),
        place=place,
        drop=float(rng.uniform(-0.04, 0.1)) if rng.random() < 0.5 else 0.0,
        soft=float(rng.choice([0.0, rng.uniform(0.3, 1.2)])),
    )


def draw_reading(rng: Generator, text: str, style: PanelStyle) -> tuple[Plane, Plane]:
    """Draw a reading, `HIGH` pixels a digit.

    Parameters
    ----------
    rng : Generator
        Of the shapes of some digits, and of unlit points.
    text : str
        Digits, ".", ",", ":", "-", some letters, and "_" for a place that is dark.
    style : PanelStyle
        Make of the display.

    Returns
    -------
    tuple[Plane, Plane]
        The segments that are lit, and those that are not: float32 (H, W), 0 to 1.
    """
    cells = [c for c in text if c not in ".,:"]
    room = style.slant + 0.3
    own = style.place == "cell"
    marks = sum(c == ":" or (own and c in ".,") for c in text)
    wide = len(cells) * style.pitch + marks * 3 * style.point + room + 0.6
    size = (int(1.4 * HIGH), int(wide * HIGH))
    lit, unlit = (np.zeros(size, np.uint8) for _ in range(2))
    segments = _make_segments(style)
    shapes = {**_SHAPES, **{d: s for d, s in _OTHER_SHAPES.items() if rng.random() < 0.25}}
    ghost_points = rng.random() < 0.5
    x = 0.3
    for i, character in enumerate(text):
        if character in ".,:":
            x = _draw_mark(lit, character, x, style)
            continue
        for name, outline in segments.items():
            moved = outline + np.array([x, 0.0])
            _fill(lit if name in shapes[character] else unlit, moved, style)
        if ghost_points and (i + 1 == len(text) or text[i + 1] not in ".,:") and style.place != "cell":
            _draw_mark(unlit, ".", x + style.pitch, style)
        x += style.pitch
    planes = [np.asarray(plane / 255, np.float32) for plane in (lit, unlit)]
    if style.soft:
        planes = [np.asarray(cv2.GaussianBlur(p, (0, 0), style.soft), np.float32) for p in planes]
    if not lit.any():
        return planes[0], planes[1]
    columns = np.flatnonzero((lit if rng.random() < 0.4 else cv2.max(lit, unlit)).max(axis=0))
    cut = slice(max(0, int(columns[0]) - 2), int(columns[-1]) + 3)
    return planes[0][:, cut], planes[1][:, cut]


def _draw_mark(plane: Picture, mark: str, x: float, style: PanelStyle) -> float:
    """Draw a point, comma or colon behind the digit that ends before x; return where the next one begins."""
    size = style.point
    gap = style.pitch - style.width
    own = style.place == "cell" or mark == ":"
    if own:
        centre, step = x - gap / 2 + 0.7 * size, 1.4 * size
    elif style.place == "inside":
        centre, step = x - gap + 0.55 * size + min(0.03, gap / 4), 0.0
    else:
        centre, step = x - gap / 2, 0.0
    rows = (0.3, 0.7) if mark == ":" else (1.0 - size / 2 + style.drop,)
    for row in rows:
        _fill(plane, _make_point(centre, row, size, style), style)
        if mark == ",":
            tail = [
                [centre + 0.3 * size, row],
                [centre - 0.5 * size, row + 1.3 * size],
                [centre - 0.3 * size, row],
            ]
            _fill(plane, np.array(tail), style)
    return x + step


def _make_point(x: float, y: float, size: float, style: PanelStyle) -> NDArray[np.float64]:
    angles = 2 * np.pi * (np.arange(style.corners) + 0.5) / style.corners
    radius = size / 2 * (1.4 if style.corners == 4 else 1.1)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def _fill(plane: Picture, outline: NDArray[np.float64], style: PanelStyle) -> None:
    """Fill an outline (n, 2), in digit heights from the top left of the line, in place."""
    moved = outline.copy()
    moved[:, 0] += style.slant * (1.0 - moved[:, 1])
    points = np.round((moved * HIGH + [0.0, 0.12 * HIGH]) * 16).astype(np.int32)
    cv2.fillPoly(plane, [points], 255, cv2.LINE_AA, 4)


def _make_segments(style: PanelStyle) -> dict[str, NDArray[np.float64]]:
    """Make the outlines of the segments of one digit, (n, 2) each, in digit heights."""
    t, w, g = style.thick, style.width, style.gap
    half = t / 2
    ends = {
        "a": ((half, half), (w - half, half)),
        "g": ((half, 0.5), (w - half, 0.5)),
        "d": ((half, 1 - half), (w - half, 1 - half)),
        "f": ((half, half), (half, 0.5)),
        "b": ((w - half, half), (w - half, 0.5)),
        "e": ((half, 0.5), (half, 1 - half)),
        "c": ((w - half, 0.5), (w - half, 1 - half)),
    }
    return {
        name: _make_bar(np.array(start), np.array(end), name, style, g + 1e-3)
        for name, (start, end) in ends.items()
    }


def _make_bar(
    start: NDArray[np.float64], end: NDArray[np.float64], name: str, style: PanelStyle, gap: float
) -> NDArray[np.float64]:
    """Make one segment from joint to joint, shorter by a gap at either end."""
    along = (end - start) / np.linalg.norm(end - start)
    across = np.array([-along[1], along[0]])
    half = style.thick / 2
    a, b = start + gap * along, end - gap * along
    if style.form == "pointed" or (style.form == "mitred" and name == "g"):
        inner = half * along
        sides = [a, a + inner + half * across, b - inner + half * across, b, b - inner - half * across]
        return np.array([*sides, a + inner - half * across])
    if style.form == "mitred":  # long outside, short inside
        out = across if name in "fde" else -across
        middle = {"f": end, "b": end, "e": start, "c": start}.get(name)
        reach_a, reach_b = half, half
        if middle is not None:
            reach_a, reach_b = (half, 0.0) if middle is end else (0.0, half)
        outer = [a - reach_a * along + half * out, b + reach_b * along + half * out]
        return np.array([*outer, b - half * along - half * out, a + half * along - half * out])
    a, b = a + half * 0.6 * along, b - half * 0.6 * along
    if style.form == "blunt":
        return np.array([a + half * across, b + half * across, b - half * across, a - half * across])
    turn = np.linspace(-np.pi / 2, np.pi / 2, 6)[:, None]
    right = b + half * (np.cos(turn) * along + np.sin(turn) * across)
    left = a - half * (np.cos(turn) * along + np.sin(turn) * across)
    return np.concatenate([right, left])
