"""Displays of devices as people photograph them: pumps, scales, multimeters, thermometers, clocks.

A panel is drawn flat and large (`sutja.synthesis.crops.devices.segments`), seen from aslant behind its glass,
and photographed small. Planes are float32 (H, W), 0 black to 1 white.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from sutja.charset import CHARSET
from sutja.synthesis.crops import camera, ink, texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.devices.segments import HIGH, PanelStyle, choose_style, draw_reading
from sutja.synthesis.crops.paper import Plane
from sutja.synthesis.crops.sample import LabelMask, Picture, Sample

_NUMBERS = (  # d is a digit, _ a place that is dark
    *("d.d", "dd.d", "ddd.d", "dddd.d", "d.dd", "dd.dd", "dd.dd", "ddd.dd", "ddd.dd", "dddd.dd", "ddddd.dd"),
    *("d.ddd", "d.ddd", "dd.ddd", "dd.ddd", "ddd.ddd", ".ddd", ".dd", "0.dd", "0.ddd", "00.ddd", "0d.dd"),
    *("_dd.dd", "__d.dd", "_d.ddd", "__dd.d", "___d.dd", "_ddd.dd", "-d.d", "-dd.d", "-d.dd", "-ddd.d"),
    *("-0.dd", "-d.ddd", "- d.d", "-_d.d", "-d", "-dd", "-ddd", "d,dd", "dd,d", "dd,dd", "d,ddd", "ddd,d"),
    *("d:dd", "dd:dd", "dd:dd", "dd:dd:dd", "_d:dd", "dd", "ddd", "dddd", "ddddd", "dddddd", "__dd", "_ddd"),
    *("dd.dC", "dd.dF", "dd C", "ddF", "dd.d C", "ddd.dn", "d", "dddd.ddd", "dddddd.d", "d,ddd.dd"),
)
_WORDS = ("HELP", "Err", "FULL", "HI", "End", "bAtt", "PH", "ACC", "FAIL", "rEAd", "---", "- - -", "", "CAL")
_BESIDE = (
    "kg",
    "°C",
    "V",
    "L",
    "$",
    "€",
    "g",
    "mA",
    "A",
    "Hz",
    "%",
    "lb",
    "mV",
    "kΩ",
    "m³",
    "kWh",
    "ml",
    "bar",
)
_ABOVE = (
    "TOTAL",
    "LITRES",
    "LITERS",
    "PRICE",
    "AUTO",
    "DC",
    "NET",
    "TARE",
    "HOLD",
    "SALE",
    "GALLONS",
    "UNIT",
)


def render_panel(context: RenderContext) -> Sample | None:
    """A photographed display of seven segments with all that stands about its number; None as for others."""
    rng = context.rng
    wordy = rng.random() < 0.04
    text = _WORDS[rng.integers(len(_WORDS))] if wordy else _make_reading(rng)
    style = choose_style(rng)
    lit, unlit = draw_reading(rng, text, style)
    label = text.replace("_", "").strip()
    if not wordy and rng.random() < 0.22:
        beside = _BESIDE[rng.integers(len(_BESIDE))]
        face = context.choose_face(context.printed)
        if not face.has(beside):
            return None
        small = ink.render_in_font(rng, beside, face, HIGH * float(rng.uniform(0.25, 0.7)), hand=False)
        before = beside in "$€" and rng.random() < 0.5
        lit, unlit = _set_beside(rng, lit, unlit, small, before=before)
        label = beside + label if before else f"{label} {beside}"
    sheet, ghosts, box = _lay_out(context, lit, unlit, style)
    plane = _shine(rng, sheet, ghosts)
    plane = _add_frame(rng, plane, box)
    picture = _take_picture(context, plane)
    if wordy and not label.strip("- "):
        return Sample(picture, "", LabelMask.NON_DIGITS)
    return Sample(picture, texts.make_label(label, CHARSET), LabelMask.SPACES)


def _make_reading(rng: Generator) -> str:
    pattern = _NUMBERS[rng.integers(len(_NUMBERS))]
    return "".join(texts.make_digits(rng, 1) if c == "d" else c for c in pattern)


def _set_beside(
    rng: Generator, lit: Plane, unlit: Plane, small: Plane, *, before: bool
) -> tuple[Plane, Plane]:
    """Set a unit or a sign of currency beside a reading, at its foot or at its head."""
    gap, (rows, columns) = int(HIGH * rng.uniform(0.1, 0.45)), lit.shape
    small = small[: int(1.1 * HIGH)]
    width = columns + gap + small.shape[1]
    out, dark = np.zeros((rows, width), np.float32), np.zeros((rows, width), np.float32)
    foot = int(1.12 * HIGH) if rng.random() < 0.7 else int(0.12 * HIGH) + small.shape[0]
    x = small.shape[1] + gap if before else 0
    out[:, x : x + columns], dark[:, x : x + columns] = lit, unlit
    other = 0 if before else columns + gap
    top = max(0, foot - small.shape[0])
    out[top : top + small.shape[0], other : other + small.shape[1]] = small[: rows - top]
    return out, dark


def _lay_out(
    context: RenderContext, lit: Plane, unlit: Plane, style: PanelStyle
) -> tuple[Plane, Plane, tuple[int, int, int, int]]:
    """Lay a reading on its panel with margins, another row and words.

    Returns
    -------
    tuple[Plane, Plane, tuple[int, int, int, int]]
        What is lit and what is not, with room for a frame, and the (top, bottom, left, right) of the panel.
    """
    rng = context.rng
    top, bottom, left, right = (
        int(HIGH * m) for m in np.abs(rng.normal(0.05, rng.choice([0.12, 0.35]), 4)) + 0.01
    )
    rows, columns = lit.shape
    size = (rows + top + bottom, columns + left + right)
    sheet, ghosts = np.zeros(size, np.float32), np.zeros(size, np.float32)
    here = np.s_[top : top + rows, left : left + columns]
    sheet[here], ghosts[here] = lit, unlit
    if rng.random() < 0.18:
        _add_row(rng, sheet, ghosts, style, (top, bottom))
    if rng.random() < 0.2:
        _print_word(context, sheet, (top, bottom))
    edge = [int(HIGH * rng.uniform(0.02, 0.4)) if rng.random() < 0.35 else 0 for _ in range(4)]
    if rng.random() < 0.5:
        edge = [0, 0, 0, 0]
    around = ((edge[0], edge[1]), (edge[2], edge[3]))
    box = (edge[0], edge[0] + size[0], edge[2], edge[2] + size[1])
    return np.pad(sheet, around), np.pad(ghosts, around), box


def _add_row(rng: Generator, sheet: Plane, ghosts: Plane, style: PanelStyle, free: tuple[int, int]) -> None:
    """Add the edge of another row of a pump, above or below the reading, in place, where there is room."""
    row = draw_reading(rng, texts.make_digits(rng, int(rng.integers(2, 6))), style)
    seen = int(HIGH * rng.uniform(0.03, 0.2))
    above = rng.random() < 0.5
    if free[0] + int(0.1 * HIGH) <= seen if above else free[1] <= seen:
        return
    foot = int(1.12 * HIGH)
    shown = slice(foot - seen, foot) if above else slice(foot - HIGH, foot - HIGH + seen)
    x = int(rng.integers(0, max(1, sheet.shape[1] // 2)))
    for plane, its in zip((sheet, ghosts), row, strict=True):
        part = its[shown, : plane.shape[1] - x]
        y = 0 if above else plane.shape[0] - part.shape[0]
        there = plane[y : y + part.shape[0], x : x + part.shape[1]]
        there[:] = np.maximum(there, part)


def _print_word(context: RenderContext, sheet: Plane, free: tuple[int, int]) -> None:
    """Print a small word of the panel above or below the reading, in place, where there is room."""
    rng = context.rng
    face, word = context.choose_face(context.printed), str(rng.choice(_ABOVE))
    above = free[0] > free[1]
    room = max(free) + int(0.1 * HIGH)
    if not face.has(word) or room < 0.16 * HIGH:
        return
    small = ink.render_in_font(rng, word, face, min(0.3 * HIGH, room * 0.75), hand=False)[: room - 1]
    x = int(rng.integers(0, max(1, sheet.shape[1] - small.shape[1])))
    y = 0 if above else sheet.shape[0] - small.shape[0]
    part = sheet[y : y + small.shape[0], x : x + small.shape[1]]
    part[:] = np.maximum(part, small[: part.shape[0], : part.shape[1]])


def _shine(rng: Generator, sheet: Plane, ghosts: Plane) -> Plane:
    """Light what is lit: liquid crystal, dark on light, or light on dark, with halo, shadow and ghosts."""
    glows = rng.random() < 0.4
    ghost = float(rng.uniform(0.02, 0.22)) if rng.random() < 0.5 else 0.0
    mark = np.asarray(np.clip(sheet + ghost * ghosts, 0, 1), np.float32)
    if glows:
        ground, full = float(rng.uniform(0.0, 0.3)), float(rng.uniform(0.5, 1.0))
        if rng.random() < 0.6:
            halo = cv2.GaussianBlur(mark, (0, 0), float(rng.uniform(0.03, 0.16)) * HIGH)
            mark = np.asarray(np.clip(mark + float(rng.uniform(0.1, 0.7)) * halo, 0, 1), np.float32)
        return np.asarray(ground + (full - ground) * mark, np.float32)
    ground = float(rng.uniform(0.3, 0.95))
    full = ground * float(rng.uniform(0.05, 0.72))
    plane = np.asarray(ground + (full - ground) * mark, np.float32)
    if rng.random() < 0.4:  # the shadow of the segments on what reflects behind them
        step = rng.integers(1, 7, 2)
        shadow = cv2.GaussianBlur(np.roll(mark, (int(step[0]), int(step[1])), (0, 1)), (0, 0), 1.5)
        plane *= 1 - float(rng.uniform(0.04, 0.22)) * np.asarray(shadow, np.float32)
    return plane


def _add_frame(rng: Generator, plane: Plane, box: tuple[int, int, int, int]) -> Plane:
    """Put the body of the device about the panel, where the crop reaches beyond it."""
    top, bottom, left, right = box
    if (top, left) == (0, 0) and (bottom, right) == plane.shape:
        return plane
    shade = float(rng.choice([rng.uniform(0, 0.25), rng.uniform(0.3, 0.7), rng.uniform(0.8, 1.0)]))
    out = np.full_like(plane, shade)
    out[top:bottom, left:right] = plane[top:bottom, left:right]
    if rng.random() < 0.5:  # an edge between the two
        cv2.rectangle(out, (left, top), (right, bottom), float(rng.uniform(0, 1)), int(rng.integers(1, 5)))
    return out


def _take_picture(context: RenderContext, plane: Plane) -> Picture:
    """See a panel aslant, with what its glass reflects, and photograph it small."""
    rng = context.rng
    unit = context.sample_digit_height() * 1.15
    scale = unit / HIGH
    rows, columns = plane.shape
    if rng.random() < 0.65:
        bend = float(rng.choice([0.015, 0.04]))
        corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
        shift = np.clip(rng.normal(0, bend, (4, 2)), -0.1, 0.1) * [min(columns, 3 * rows), rows]
        tilt = float(rng.normal(0, 0.03)) * (corners[:, :1] - columns / 2) * [[0.0, 1.0]]
        matrix = cv2.getPerspectiveTransform(corners, np.asarray(corners + shift + tilt, np.float32))
        edge = cv2.BORDER_REPLICATE
        plane = np.asarray(cv2.warpPerspective(plane, matrix, (columns, rows), borderMode=edge), np.float32)
    plane = _reflect(rng, plane)
    size = (max(4, round(columns * scale * float(np.exp(rng.normal(0, 0.08))))), max(6, round(rows * scale)))
    small = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    if rng.random() < 0.15:  # the grid of the panel beats with that of the sensor
        ys, xs = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
        turn, period = float(rng.uniform(0, np.pi)), float(rng.uniform(2.5, 9))
        wave = np.sin(2 * np.pi * (xs * np.cos(turn) + ys * np.sin(turn)) / period)
        small = small * (1 + float(rng.uniform(0.02, 0.1)) * np.asarray(wave, np.float32))
    if rng.random() < 0.25:  # little light
        small = small * float(rng.uniform(0.3, 0.7)) + float(rng.uniform(0, 0.15))
    return camera.photograph(rng, np.asarray(small, np.float32), unit, gentle=unit < 24 or rng.random() < 0.5)


def _reflect(rng: Generator, plane: Plane) -> Plane:
    """Add what a glass reflects: a light, a bright band, a slope of light, or a dark shadow across it."""
    rows, columns = plane.shape
    ys, xs = np.mgrid[0:rows, 0:columns].astype(np.float32)
    if rng.random() < 0.3:
        slope = (xs / columns - 0.5) * rng.normal(0, 0.3) + (ys / rows - 0.5) * rng.normal(0, 0.25)
        plane = np.asarray(plane * np.clip(1 + slope, 0.3, 1.8), np.float32)
    if rng.random() < 0.25:
        x, y, wide = rng.uniform(0, columns), rng.uniform(0, rows), rng.uniform(0.2, 0.9) * rows
        light = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * wide * wide))
        plane = np.asarray(plane + rng.uniform(0.1, 0.45) * light, np.float32)
    if rng.random() < 0.25:
        turn = float(rng.uniform(0, np.pi))
        along = xs * np.cos(turn) + ys * np.sin(turn)
        start, wide = float(rng.uniform(along.min(), along.max())), float(rng.uniform(0.3, 2.0)) * rows
        band = ((along > start) & (along < start + wide)).astype(np.float32)
        band = np.asarray(cv2.GaussianBlur(band, (0, 0), float(rng.uniform(1, 12))), np.float32)
        plane = np.asarray(
            plane + rng.choice([-0.2, 0.1, 0.2, 0.3]) * rng.uniform(0.3, 1.0) * band, np.float32
        )
    return np.asarray(np.clip(plane, 0, 1), np.float32)
