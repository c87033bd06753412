"""Magnetic ink characters of cheques, drawn by geometry: E-13B of bars and blocks, CMC-7 of seven bars.

E-13B digits lie on a grid of 0.013 inch modules, 9 rows high, at a pitch of 0.125 inch. A CMC-7 character is
a digit's shape cut into seven bars, whose six gaps are narrow or wide: two are wide in each digit.

References
----------
ISO 1004-1 (E-13B) and ISO 1004-2 (CMC-7), Information processing, Magnetic ink character recognition.
"""

from __future__ import annotations

from types import MappingProxyType

import cv2
import numpy as np
from numpy.random import Generator

from sutja.charset import LETTER
from sutja.synthesis.crops import texts
from sutja.synthesis.crops.compositing import render_on_paper
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.glyphs.lines import Alpha
from sutja.synthesis.crops.sample import LabelMask, Sample

_FINE = 8  # pixels in a module before the line is made as small as it is wanted
_PITCH = 9.6  # modules from one E-13B character to the next
_ROWS = 9  # modules
_TRANSIT, _ON_US, _AMOUNT, _DASH = "TUAD"
_SYMBOLS = _TRANSIT + _ON_US + _AMOUNT + _DASH
_E13B: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "0": ("#######", *("#.....#",) * 7, "#######"),
        "1": ("##..", *(".#..",) * 4, *("####",) * 4),
        "2": ("####", *("...#",) * 3, "####", *("#...",) * 3, "####"),
        "3": ("####.", *("...#.",) * 3, "####.", *("...##",) * 3, "#####"),
        "4": (*("#....",) * 5, "#..##", "#####", "...##", "...##"),
        "5": ("#####", *("#....",) * 3, "#####", *("....#",) * 3, "#####"),
        "6": ("####..", "#..#..", *("#.....",) * 3, "######", "#....#", "#....#", "######"),
        "7": ("#####", "#...#", "#...#", "....#", "..###", *("..#..",) * 4),
        "8": (".####.", *(".#..#.",) * 3, "######", *("##..##",) * 3, "######"),
        "9": ("#####.", *("#...#.",) * 3, "######", *("....##",) * 4),
        _TRANSIT: ("....##", "....##", "##....", *("##....",) * 3, "##....", "....##", "....##"),
        _ON_US: ("....##", "#.#.##", "#.#.##", *("#.#...",) * 4, "......", "......"),
        _AMOUNT: ("....##", "....##", *("##....",) * 3, "##.##.", "##.##.", "......", "......"),
        _DASH: (*("......",) * 3, *("#.#.##",) * 3, *("......",) * 3),
    }
)
# The six gaps of each CMC-7 digit, from the left: 1 is a wide one.
_CMC7: MappingProxyType[str, str] = MappingProxyType(
    {
        "0": "001100",
        "1": "100010",
        "2": "011000",
        "3": "101000",
        "4": "100100",
        "5": "000110",
        "6": "001010",
        "7": "110000",
        "8": "010010",
        "9": "010100",
    }
)
_BAR, _NARROW, _WIDE = 3, 3, 5  # widths in twentieths of a millimetre
_CMC7_HEIGHT = 54  # twentieths of a millimetre
_LAYOUTS = (
    "T000000000T",
    "T000000000T 000000000U",
    "U000000U T000000000T",
    "A0000000000A",
    "000000000U 0000",
)


def render_micr(context: RenderContext) -> Sample:
    """A line of magnetic ink, or a part of one; the symbols between its fields are no digits."""
    rng = context.rng
    unit = context.sample_digit_height()
    if rng.random() < 0.65:
        text = _make_text(rng)
        alpha = draw_e13b(text, unit)
    else:
        text = texts.make_digits(rng, int(rng.integers(2, 14)))
        alpha = draw_cmc7(rng, text, unit)
    label = "".join(LETTER if c in _SYMBOLS else c for c in text)
    return Sample(render_on_paper(context, alpha, unit), label, LabelMask.SPACES)


def _make_text(rng: Generator) -> str:
    """Digits with or without symbols about them, as they stand on cheques."""
    if rng.random() < 0.35:
        return texts.make_digits(rng, int(rng.integers(1, 13)))
    layout = _LAYOUTS[rng.integers(len(_LAYOUTS))]
    digits = iter(texts.make_digits(rng, layout.count("0")))
    text = "".join(next(digits) if c == "0" else c for c in layout)
    if rng.random() < 0.2:
        at = int(rng.integers(3, len(text) - 2))
        if text[at - 1 : at + 2].isdigit():
            text = text[:at] + _DASH + text[at:]
    return text


def draw_e13b(text: str, unit: float) -> Alpha:
    """Draw E-13B characters.

    Parameters
    ----------
    text : str
        Digits, spaces, and T, U, A, D for the symbols transit, on-us, amount and dash.
    unit : float
        Height of a digit in pixels.

    Returns
    -------
    float32 (H, W), 0 to 1, cut to the ink of what is drawn.
    """
    line = np.zeros((_ROWS * _FINE, round(len(text) * _PITCH * _FINE)), np.float32)
    for i, character in enumerate(text):
        if character == " ":
            continue
        rows = np.array([[c == "#" for c in row] for row in _E13B[character]], np.float32)
        glyph = np.kron(rows, np.ones((_FINE, _FINE), np.float32))
        right = round((i + 1) * _PITCH * _FINE) - 2 * _FINE
        line[:, right - glyph.shape[1] : right] = glyph
    blurred = cv2.GaussianBlur(line, (0, 0), 0.3 * _FINE)  # corners are round, by a third of a module
    return _shrink(np.asarray(np.clip((blurred - 0.5) * 4 + 0.5, 0, 1), np.float32), unit)


def draw_cmc7(rng: Generator, text: str, unit: float) -> Alpha:
    """Draw CMC-7 digits: the bars of each within the outline of a bold digit.

    Parameters
    ----------
    text : str
        Digits.
    unit : float
        Height of a digit in pixels.

    Returns
    -------
    float32 (H, W), 0 to 1, cut to the ink.
    """
    weight = float(rng.uniform(0.24, 0.34))  # of the height: thickness of the outline
    glyphs: list[Alpha] = []
    for digit in text:
        gaps = [_WIDE if c == "1" else _NARROW for c in _CMC7[digit]]
        width = 7 * _BAR + sum(gaps)
        bars = np.zeros((_CMC7_HEIGHT, width), np.float32)
        x = 0
        for gap in [*gaps, 0]:
            bars[:, x : x + _BAR] = 1
            x += _BAR + gap
        glyphs += [bars * _draw_outline(digit, width, weight), np.zeros((_CMC7_HEIGHT, 12), np.float32)]
    return _shrink(np.hstack(glyphs), unit)


def _draw_outline(digit: str, width: int, weight: float) -> Alpha:
    """Draw a bold digit of straight strokes that fills the height, float32 (H, width)."""
    thick = max(2, round(weight * _CMC7_HEIGHT / 2) * 2)
    left, right = thick // 3, width - 1 - thick // 3
    top, middle, bottom = thick // 2 - 2, _CMC7_HEIGHT // 2, _CMC7_HEIGHT - thick // 2 + 1
    corners = {
        "a": (left, top),
        "b": (right, top),
        "c": (left, middle),
        "d": (right, middle),
        "e": (left, bottom),
        "f": (right, bottom),
        "g": (width // 2, top),
        "h": (width // 2, bottom),
    }
    strokes = {
        "0": ("abfea",),
        "1": ("ag", "gh", "ef"),
        "2": ("abdcef",),
        "3": ("abfe", "cd"),
        "4": ("acd", "bf"),
        "5": ("bacdfe",),
        "6": ("baefdc",),
        "7": ("abdh",),
        "8": ("abfea", "cd"),
        "9": ("dcabfe",),
    }[digit]
    outline = np.zeros((_CMC7_HEIGHT, width), np.uint8)
    for stroke in strokes:
        points = np.array([corners[c] for c in stroke], np.int32).reshape(-1, 1, 2)
        cv2.polylines(outline, [points], False, 255, thick, cv2.LINE_AA)
    return np.asarray(outline / 255, np.float32)


def _shrink(line: Alpha, unit: float) -> Alpha:
    """Make a line as high as is wanted, and cut it to its ink."""
    columns = np.flatnonzero(line.max(axis=0) > 0.5)
    line = line[:, columns[0] : columns[-1] + 1]
    size = (max(2, round(line.shape[1] * unit / line.shape[0])), max(4, round(unit)))
    return np.asarray(cv2.resize(line, size, interpolation=cv2.INTER_AREA), np.float32)
