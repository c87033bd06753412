"""Numbers on devices: displays of seven segments or of dots, and the rollers of counters.

All is drawn by geometry. Planes are float32 (H, W), 0 black to 1 white; the unit of length is the height of a
digit in pixels.
"""

from __future__ import annotations

from types import MappingProxyType

import cv2
import numpy as np
from numpy.random import Generator

from sutja.charset import CHARSET
from sutja.synthesis.crops import camera, ink, texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.glyphs.lines import Alpha
from sutja.synthesis.crops.paper import Plane
from sutja.synthesis.crops.sample import LabelMask, Picture, Sample

_FINE = 6  # times as large as is wanted: displays are drawn so and made smaller
_SEGMENTS: MappingProxyType[str, str] = MappingProxyType(
    {
        "0": "abcdef",
        "1": "bc",
        "2": "abged",
        "3": "abgcd",
        "4": "fgbc",
        "5": "afgcd",
        "6": "afgedc",
        "7": "abc",
        "8": "abcdefg",
        "9": "abcdfg",
        "-": "g",
        " ": "",
    }
)
_TAILLESS = {"6": "fgedc", "7": "abcf", "9": "abcfg"}  # other forms that displays have
_PATTERNS = (  # d is a digit
    *("d", "d", "dd", "ddd", "dddd", "ddddd", "dddddd", "dddddddd"),
    *("d.d", "dd.d", "dd.d", "ddd.d", "d.dd", "dd.dd", "ddd.dd", "d.ddd", "dd.ddd", "dddd.d", "ddddd.ddd"),
    *("d,d", "dd,d", "dd,dd", "d:dd", "dd:dd", "dd:dd:dd", "-d", "-dd", "-d.d", "-dd.d", "-d.ddd"),
)
_UNITS = (" V", " kg", " A", " °C", " kWh", " m³", " Hz", " L", " g", " mA", " min", "%")
# The digits of dot displays, 5 columns by 7 rows, a number a column, its lowest bit on top.
_DOTS: MappingProxyType[str, tuple[int, ...]] = MappingProxyType(
    {
        "0": (0x3E, 0x51, 0x49, 0x45, 0x3E),
        "1": (0x00, 0x42, 0x7F, 0x40, 0x00),
        "2": (0x42, 0x61, 0x51, 0x49, 0x46),
        "3": (0x21, 0x41, 0x45, 0x4B, 0x31),
        "4": (0x18, 0x14, 0x12, 0x7F, 0x10),
        "5": (0x27, 0x45, 0x45, 0x45, 0x39),
        "6": (0x3C, 0x4A, 0x49, 0x49, 0x30),
        "7": (0x01, 0x71, 0x09, 0x05, 0x03),
        "8": (0x36, 0x49, 0x49, 0x49, 0x36),
        "9": (0x06, 0x49, 0x49, 0x29, 0x1E),
        "-": (0x08, 0x08, 0x08, 0x08, 0x08),
        ".": (0x60, 0x60),
        ",": (0x50, 0x30),
        ":": (0x36, 0x36),
    }
)
_TURNED = 0.25  # of a roller's pitch: turned further, it stands between two digits


def render_display(context: RenderContext) -> Sample | None:
    """A number on a display, dark on light or light on dark, often with a unit beside it.

    None where the font of the unit lacks a sign.
    """
    rng = context.rng
    pattern = _PATTERNS[rng.integers(len(_PATTERNS))]
    text = "".join(texts.make_digits(rng, 1) if c == "d" else c for c in pattern)
    unit = context.sample_digit_height() * 1.15
    if pattern == "d" and rng.random() < 0.35:
        lit, unlit = _draw_among_others(rng, text, unit)
    elif rng.random() < 0.8:
        lit, unlit = draw_segments(rng, text, unit)
    else:
        lit, unlit = draw_dots(rng, text, unit)
    if rng.random() < 0.15:
        beside = _UNITS[rng.integers(len(_UNITS))]
        face = context.choose_face(context.printed)
        if not face.has(beside):
            return None
        small = ink.render_in_font(rng, beside.strip(), face, unit * float(rng.uniform(0.3, 0.6)), hand=False)
        lit, unlit = _set_beside(lit, small, unit), _set_beside(unlit, small * 0, unit)
        text += beside
    picture = _photograph_display(context, lit, unlit, unit)
    return Sample(picture, texts.make_label(text, CHARSET), LabelMask.SPACES)


def draw_segments(rng: Generator, text: str, unit: float) -> tuple[Alpha, Alpha]:
    """Draw a number in seven segments.

    Parameters
    ----------
    text : str
        Digits, "-", " ", ".", "," and ":".
    unit : float
        Height of a digit in pixels.

    Returns
    -------
    tuple[Alpha, Alpha]
        The segments that are lit, and those that are not: float32 (H, W), 0 to 1.
    """
    height = unit * _FINE
    width, thick = height * float(rng.uniform(0.42, 0.62)), height * float(rng.uniform(0.08, 0.19))
    slant = float(rng.choice([0.0, rng.uniform(0.02, 0.2)]))
    polygons = _make_polygons(rng, width, height, thick)
    pitch = width + thick * float(rng.uniform(0.6, 2.4)) + height * 0.05
    dot = thick * float(rng.uniform(0.7, 1.2))
    own_place = rng.random() < 0.3  # the point has a place between the digits, else it is beside one
    round_dot = rng.random() < 0.5
    forms = {**_SEGMENTS, **{d: f for d, f in _TAILLESS.items() if rng.random() < 0.25}}
    room = int(height * (0.1 + slant)) + 2
    size = (int(height * 1.16) + 2, int((len(text) + 1) * (pitch + dot)) + 2 * room)
    lit, unlit = (np.zeros(size, np.uint8) for _ in range(2))
    x = room / 2
    for character in text:
        if character in ".,:":
            step = 1.6 * dot if own_place or character == ":" else 0.0
            centre = x - (pitch - width) / 2 + step / 2
            rows = (0.3, 0.7) if character == ":" else (1.0 - dot / 2 / height,)
            for row in rows:
                at = centre + slant * height * (1 - row), height * row
                _draw_dot(lit, at, dot, tail=character == ",", circle=round_dot)
            x += step
            continue
        for name, polygon in polygons.items():
            moved = polygon + np.array([x, 0.0], np.float32)
            moved[:, 0] += slant * (height - moved[:, 1])
            points = np.round(moved * 16).astype(np.int32)
            target = lit if name in forms[character] else unlit
            cv2.fillPoly(target, [points], 255, cv2.LINE_AA, 4)
        x += pitch
    return _shrink_pair(lit, unlit)


def _draw_among_others(rng: Generator, digit: str, unit: float) -> tuple[Alpha, Alpha]:
    """Draw one digit of a display and an edge of the digits beside it."""
    before, after = ("0268"[i] for i in rng.integers(0, 4, 2))  # digits that fill their places
    lit, unlit = draw_segments(rng, before + digit + after, unit)
    pitch = lit.shape[1] / 2.9  # pixels from one digit to the next, about
    left, right = (round(pitch * float(rng.uniform(0.65, 0.85))) for _ in range(2))
    return lit[:, left : lit.shape[1] - right], unlit[:, left : lit.shape[1] - right]


def _make_polygons(rng: Generator, width: float, height: float, thick: float) -> dict[str, Plane]:
    """Make the outlines of the segments a to g of one digit, float32 (points, 2) each: x, y."""
    form = rng.integers(3)  # pointed ends, mitred corners, plain bars
    gap = thick * float(rng.uniform(0.0, 0.22))
    half, middle = thick / 2, height / 2
    flat = thick * float(rng.uniform(0.6, 1.0)) if rng.random() < 0.3 else thick  # bars across may be thinner

    def across(y: float, inner: float) -> Plane:
        start, end = half + gap, width - half - gap
        if form == 0 or inner == 0:
            low = flat / 2
            points = [(start, y), (start + low, y - low), (end - low, y - low)]
            points += [(end, y), (end - low, y + low), (start + low, y + low)]
        elif form == 1:  # wide outside, narrow inside
            outer, near = y - inner * half, y - inner * half + inner * flat
            points = [(gap, outer), (width - gap, outer), (width - thick - gap, near), (thick + gap, near)]
        else:
            points = [(start, y - flat / 2), (end, y - flat / 2), (end, y + flat / 2), (start, y + flat / 2)]
        return np.array(points, np.float32)

    def down(x: float, top: float, bottom: float, outside: float) -> Plane:
        start, end = top + gap, bottom - gap
        if form == 0:
            points = [(x, start), (x + half, start + half), (x + half, end - half)]
            points += [(x, end), (x - half, end - half), (x - half, start + half)]
        elif form == 1:
            outer, near = x + outside * half, x - outside * half
            cut_top, cut_bottom = (thick, half) if top < middle - half else (half, thick)
            points = [(outer, start - (half if top < half * 2 else 0)), (near, start + cut_top - half)]
            points += [
                (near, end - cut_bottom + half),
                (outer, end + (half if bottom > middle + half else 0)),
            ]
        else:
            points = [(x - half, start), (x + half, start), (x + half, end), (x - half, end)]
        return np.array(points, np.float32)

    left, right, low = half, width - half, height - half
    return {
        "a": across(half, 1.0),
        "b": down(right, half, middle, 1.0),
        "c": down(right, middle, low, 1.0),
        "d": across(low, -1.0),
        "e": down(left, middle, low, -1.0),
        "f": down(left, half, middle, -1.0),
        "g": across(middle, 0.0),
    }


def _draw_dot(plane: Picture, at: tuple[float, float], size: float, *, tail: bool, circle: bool) -> None:
    """Draw a decimal point in place; with a tail it is a comma."""
    x, y = at
    half = size / 2
    if circle:
        cv2.circle(plane, (round(x), round(y)), max(1, round(half)), 255, -1, cv2.LINE_AA)
    else:
        corners = np.array(
            [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]
        )
        cv2.fillPoly(plane, [np.round(corners).astype(np.int32)], 255, cv2.LINE_AA)
    if tail:
        end = (round(x - 0.6 * size), round(y + 1.4 * size))
        cv2.line(plane, (round(x), round(y)), end, 255, max(1, round(0.6 * size)), cv2.LINE_AA)


def draw_dots(rng: Generator, text: str, unit: float) -> tuple[Alpha, Alpha]:
    """Draw a number in dots, 5 by 7 a digit; parameters and result as for `draw_segments`."""
    pitch = unit * _FINE / 7
    size = float(rng.uniform(0.55, 1.0)) * pitch
    circle = rng.random() < 0.6
    columns: list[int] = []
    for character in text:
        columns += [0] if character == " " else [*_DOTS[character], 0]
    lit, unlit = (np.zeros((round(8 * pitch), round((len(columns) + 1) * pitch)), np.uint8) for _ in range(2))
    for i, column in enumerate(columns):
        for row in range(7):
            target = lit if column >> row & 1 else unlit
            _draw_dot(target, ((i + 1) * pitch, (row + 1) * pitch), size, tail=False, circle=circle)
    return _shrink_pair(lit, unlit)


def _shrink_pair(lit: Picture, unlit: Picture) -> tuple[Alpha, Alpha]:
    """Cut both to the columns of what is lit, and make them as small as is wanted."""
    columns = np.flatnonzero(lit.max(axis=0))
    first, last = max(0, int(columns[0]) - _FINE), int(columns[-1]) + 1 + _FINE
    size = (max(2, (last - first) // _FINE), max(4, lit.shape[0] // _FINE))
    one, other = (
        cv2.resize(plane[:, first:last], size, interpolation=cv2.INTER_AREA) for plane in (lit, unlit)
    )
    return np.asarray(one / 255, np.float32), np.asarray(other / 255, np.float32)


def _set_beside(line: Alpha, other: Alpha, unit: float) -> Alpha:
    """Set other ink at the foot of a line, on its right."""
    rows = max(line.shape[0], other.shape[0])
    out = np.zeros((rows, line.shape[1] + int(0.3 * unit) + other.shape[1]), np.float32)
    out[rows - line.shape[0] :, : line.shape[1]] = line
    out[rows - other.shape[0] :, -other.shape[1] :] = other
    return out


def _photograph_display(context: RenderContext, lit: Alpha, unlit: Alpha, unit: float) -> Picture:
    """Put a display behind its glass, with parts of its frame, and photograph it."""
    rng = context.rng
    top, bottom, left, right = (int(m) for m in unit * np.abs(rng.normal(0.12, 0.22, 4)) + 1)
    size = (lit.shape[0] + top + bottom, lit.shape[1] + left + right)
    glows = rng.random() < 0.5
    ground = float(rng.uniform(0.0, 0.35) if glows else rng.uniform(0.25, 0.95))
    full = float(rng.uniform(0.6, 1.0) if glows else ground * rng.uniform(0.0, 0.62))
    ghost = float(rng.uniform(0.03, 0.16)) if rng.random() < 0.45 else 0.0
    shine = np.zeros(size, np.float32)
    shine[top : top + lit.shape[0], left : left + lit.shape[1]] = np.clip(lit + ghost * unlit, 0, 1)
    if glows and rng.random() < 0.5:
        halo = cv2.GaussianBlur(shine, (0, 0), 0.12 * unit)
        shine = np.asarray(np.clip(shine + float(rng.uniform(0.1, 0.5)) * halo, 0, 1), np.float32)
    plane = np.asarray(ground + (full - ground) * shine, np.float32)
    if not glows and rng.random() < 0.3:  # the shadow of the segments on the ground behind them
        shadow = np.roll(
            shine, tuple(int(s) for s in rng.integers(1, max(2, int(0.08 * unit)) + 1, 2)), (0, 1)
        )
        plane *= 1 - float(rng.uniform(0.05, 0.2)) * np.clip(shadow - shine, 0, 1)
    if rng.random() < 0.25:
        _draw_frame(rng, plane, (top, bottom, left, right))
    return camera.photograph(rng, plane, unit, gentle=unit < 20)


def _draw_frame(rng: Generator, plane: Plane, margins: tuple[int, int, int, int]) -> None:
    """Draw the frame of a display along some edges of its crop, in place."""
    shade = float(rng.choice([rng.uniform(0, 0.3), rng.uniform(0.7, 1.0)]))
    top, bottom, left, right = (int(m * rng.uniform(0.2, 0.8)) if rng.random() < 0.5 else 0 for m in margins)
    rows, columns = plane.shape
    plane[:top], plane[rows - bottom :] = shade, shade
    plane[:, :left], plane[:, columns - right :] = shade, shade


def render_roller(context: RenderContext) -> Sample | None:
    """A counter of rollers, a window each; the last may turn, and alone may stand between two digits."""
    rng = context.rng
    text = texts.make_digits(rng, 1 if rng.random() < 0.5 else int(rng.integers(2, 9)))
    unit = context.sample_digit_height()
    face = context.choose_face(context.printed)
    glyphs = [ink.render_in_font(rng, digit, face, unit, hand=False) for digit in "0123456789"]
    wide = max(glyph.shape[1] for glyph in glyphs)
    window = (int(unit * rng.uniform(1.15, 2.0)), int(wide * rng.uniform(1.15, 1.7)) + 2)
    pitch = unit * float(rng.uniform(1.25, 1.9))  # of the digits on a roller
    between = len(text) == 1 and rng.random() < 0.15
    paint = _mix_paint(rng, dark=rng.random() < 0.6)
    windows = []
    for i, digit in enumerate(text):
        last = i == len(text) - 1
        turned = float(rng.normal(0, 0.03))
        if last and rng.random() < 0.45:
            turned = float(rng.uniform(-_TURNED, _TURNED))
        if between:
            turned = float(rng.uniform(0.38, 0.62))
        if last and len(text) > 3 and rng.random() < 0.3:
            paint = _mix_paint(rng, dark=rng.random() < 0.5)  # the last decimal has another colour
        windows.append(_draw_window(glyphs, int(digit), turned, window, pitch, paint))
    plane = _set_windows(rng, windows, unit)
    picture = camera.photograph(rng, plane, unit, gentle=unit < 20)
    if between:
        return Sample(picture, "", LabelMask.NON_DIGITS)
    return Sample(picture, text, LabelMask.SPACES)


def _mix_paint(rng: Generator, *, dark: bool) -> tuple[float, float, float]:
    """Mix the grey of rollers, that of their digits, and how much darker they are above and below."""
    shade = float(rng.uniform(0, 0.6))
    if dark:
        return float(rng.uniform(0, 0.3)), float(rng.uniform(0.6, 1.0)), shade
    return float(rng.uniform(0.5, 1.0)), float(rng.uniform(0, 0.3)), shade


def _draw_window(
    glyphs: list[Alpha],
    digit: int,
    turned: float,
    size: tuple[int, int],
    pitch: float,
    paint: tuple[float, float, float],
) -> Plane:
    """Draw a roller behind its window: a digit, and what shows of those before and after it."""
    rows, columns = size
    bare = np.ones(size, np.float32)
    for step in (-1, 0, 1):
        glyph = glyphs[(digit + step) % 10]
        centre = rows / 2 + (step - turned) * pitch
        row, column = round(centre - glyph.shape[0] / 2), (columns - glyph.shape[1]) // 2
        camera.write_on(bare, glyph, row, column, 1.0)
    ground, full, shade = paint
    bend = np.linspace(-1, 1, rows, dtype=np.float32)[:, None] ** 2
    return np.asarray((full + (ground - full) * bare) * (1 - shade * bend), np.float32)


def _set_windows(rng: Generator, windows: list[Plane], unit: float) -> Plane:
    """Set windows side by side into a front, part of which the crop shows."""
    gap = int(unit * rng.uniform(0.02, 0.45)) + 1
    top, bottom, left, right = (int(m) for m in unit * np.abs(rng.normal(0, 0.2, 4)))
    rows, columns = windows[0].shape
    width = len(windows) * columns + (len(windows) - 1) * gap
    plane = np.full((rows + top + bottom, width + left + right), float(rng.uniform(0, 1)), np.float32)
    for i, window in enumerate(windows):
        x = left + i * (columns + gap)
        plane[top : top + rows, x : x + columns] = window
    return plane
