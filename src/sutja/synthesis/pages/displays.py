"""Numbers on things: meters, clocks, plates of houses, price tags, displays of segments, signs."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.numberless import textured
from sutja.synthesis.pages.panels import lay
from sutja.synthesis.pages.sheet import Sheet, hull_of
from sutja.synthesis.pages.type import type_of
from sutja.synthesis.pages.vocabulary import CITIES, GOODS, LAST, pick
from sutja.synthesis.pages.writing import Part, printed


def display(supplies: Supplies) -> Sheet:
    """A wall, a shelf or a machine with one to a dozen things that show numbers."""
    rng = supplies.rng
    size = int(rng.uniform(380, 720)), int(rng.uniform(420, 760))
    sheet = Sheet(rng, size)
    desk = Desk(supplies, float(rng.uniform(9, 14)))
    sheet.plane[:] = textured(rng, size) if desk.chance(0.7) else desk.some(30, 250)
    things = (_segments, _drums, _plate, _tag, _dial, _sign)
    only = things[int(rng.integers(len(things)))] if desk.chance(0.6) else None
    crowd = desk.chance(0.5)
    for _ in range(desk.some(3, 16) if crowd else desk.some(1, 3)):
        unit = desk.between(11, 26) if crowd else float(np.exp(desk.between(3.0, 4.6)))
        panel = (only or things[int(rng.integers(len(things)))])(desk, unit)
        if panel.width >= sheet.width or panel.height >= sheet.height:
            continue
        x, y = desk.between(0, sheet.width - panel.width), desk.between(0, sheet.height - panel.height)
        if sheet.take((x, y, x + panel.width, y + panel.height), 3):
            dark = desk.chance(0.6 if only is not _tag else 0.1)
            low, high = desk.some(0, 90), desk.some(150, 255)
            ground, ink = (low, high) if dark else (high, low)
            angle = desk.between(-6, 6) if desk.chance(0.3) else 0.0
            lay(sheet, panel, x, y, ground=ground, ink=ink, angle=angle)
    if desk.chance(0.3):
        sheet.plane[:] = cv2.GaussianBlur(sheet.plane, (0, 0), desk.between(0.4, 1.2))
    return sheet


def _segments(desk: Desk, unit: float) -> Sheet:
    """Seven segments: a clock, a scale, a meter, a counter of a pump."""
    pattern = pick(desk.rng, ["dd:dd", "d:dd", "ddd.d", "dd.dd", "d.ddd", "dddddd", "ddd", "dddd", "dd", "d"])
    text = values.filled(desk.rng, pattern)
    type_ = type_of(desk.face("segments"), unit)
    if not type_.has(text):
        text = "".join(c for c in text if c.isdigit())
    pad = unit * desk.between(0.25, 0.9)
    panel = Sheet(desk.rng, (int(unit + 2 * pad), int(type_.width(text) + 2 * pad)))
    if desk.chance(0.35):  # segments that are off are seen a little
        ghost = "".join("8" if c.isdigit() else c for c in text)
        panel.put(type_.set(ghost)[0], pad, pad, desk.between(0.04, 0.15))
    printed(panel, desk, type_, [Value(text, "display")], pad, pad + unit, black=desk.between(0.7, 1.0))
    if desk.chance(0.5):
        panel.frame((1, 1, panel.width - 2, panel.height - 2), desk.some(1, 3), desk.some(0, 160))
    return panel


def _drums(desk: Desk, unit: float) -> Sheet:
    """A counter of drums, a window each; the last one may be on its way to the next digit."""
    text = texts.digits(desk.rng, desk.some(4, 8))
    type_ = type_of(desk.face(), unit)
    pitch, tall = unit * desk.between(0.95, 1.5), unit * desk.between(1.3, 1.9)
    words = desk.chance(0.5)
    top = unit * (0.9 if words else 0.3)
    panel = Sheet(desk.rng, (int(top + tall + unit * 0.4), int(pitch * len(text) + unit * 2.4)))
    left, hulls = unit * 0.4, []
    for i, digit in enumerate(text):
        x = left + i * pitch
        alpha = type_.set(digit)[0]
        y = top + (tall - alpha.shape[0]) / 2
        if i == len(text) - 1 and desk.chance(0.3):
            y += unit * desk.between(-0.3, 0.3)
        panel.frame((x, top, x + pitch - 1, top + tall), desk.some(1, 2), desk.some(60, 200))
        at = x + (pitch - alpha.shape[1]) / 2
        panel.put(alpha, at, y, desk.black)
        hulls.append(hull_of(alpha, round(at), round(y)))
    panel.note(np.concatenate(hulls), text, "printed", "meter")
    if words:
        name = [pick(desk.rng, ["kWh", "m³", "km", "MWh", "Nr. ", "miles", "L"])]
        small = type_of(desk.face(), max(6.0, unit * 0.45))
        printed(panel, desk, small, name, left, unit * 0.7)
    printed(
        panel,
        desk,
        type_of(desk.face(), max(6.0, unit * 0.5)),
        [pick(desk.rng, ["m³", "kWh", "km"])],
        left + pitch * len(text) + 2,
        top + tall * 0.7,
    )
    return panel


def _plate(desk: Desk, unit: float) -> Sheet:
    """The number of a house, of a room, of a locker, of a bus, of a runner."""
    text = str(desk.some(1, 999)) if desk.chance(0.8) else texts.digits(desk.rng, desk.some(3, 5))
    type_ = type_of(desk.face(), unit)
    pad = unit * desk.between(0.25, 0.9)
    words = pick(desk.rng, [*LAST, *CITIES]) if desk.chance(0.3) else ""
    small = type_of(desk.face(), max(7.0, unit * 0.35))
    wide = max(type_.width(text), small.width(words) if small.has(words) else 0) + 2 * pad
    panel = Sheet(desk.rng, (int(unit + 2 * pad + (small.unit * 1.6 if words else 0)), int(wide)))
    printed(panel, desk, type_, [Value(text, "plate")], wide / 2, pad + unit, align="centre", black=1.0)
    if words:
        printed(panel, desk, small, [words], wide / 2, panel.height - pad * 0.6, align="centre")
    if desk.chance(0.5):
        inset = max(1.0, unit * 0.08)
        panel.frame((inset, inset, wide - inset - 1, panel.height - inset - 1), desk.some(1, 3), 0)
    return panel


def _tag(desk: Desk, unit: float) -> Sheet:
    """A price tag with the goods' name and a bar code."""
    head, small = type_of(desk.face(), unit), type_of(desk.face(), max(6.5, unit * 0.4))
    price = values.filled(desk.rng, pick(desk.rng, ["d.dd", "d,dd", "dd.dd", "ddd,-", "ddd", "dd,dd"]))
    pad = unit * 0.4
    wide = max(head.width(price) + unit * 1.5, small.width("BIO HONIG MILCH")) + 2 * pad
    panel = Sheet(desk.rng, (int(unit * 1.4 + small.unit * 5 + 2 * pad), int(wide)))
    printed(panel, desk, small, [pick(desk.rng, GOODS)], pad, pad + small.unit)
    sign = pick(desk.rng, ["€", "$", "£", "", ""])
    end = printed(panel, desk, head, [Value(price, "amount")], pad, pad + small.unit * 1.8 + unit)
    if sign:
        printed(panel, desk, head, [" " + sign], end, pad + small.unit * 1.8 + unit)
    base = panel.height - pad
    marks.bars(panel, desk, (pad, base - small.unit * 2.4, wide * 0.6, base - small.unit * 1.3))
    code = Value(texts.digits(desk.rng, int(desk.rng.choice([8, 12, 13]))), "number")
    printed(panel, desk, small, [code], pad, base, spread=desk.between(0, 1.5))
    if desk.chance(0.6):
        panel.frame((1, 1, wide - 2, panel.height - 2), 1, desk.some(0, 150))
    return panel


def _dial(desk: Desk, unit: float) -> Sheet:
    """A clock's face or a gauge: numbers along a circle."""
    type_ = type_of(desk.face(), min(unit, 26.0))
    radius = type_.unit * desk.between(4, 7)
    side = int(radius * 2 + type_.unit * 3)
    panel = Sheet(desk.rng, (side, side))
    middle = side / 2
    cv2.circle(panel.plane, (side // 2, side // 2), int(side / 2 - 2), desk.some(0, 140), 2, cv2.LINE_AA)
    clock = desk.chance(0.5)
    step = int(desk.rng.choice([1, 2, 5, 10, 20, 50]))
    names = [str(i) for i in range(1, 13)] if clock else [str(i * step) for i in range(desk.some(5, 11))]
    sweep, start = (360, -60) if clock else (desk.between(180, 280), desk.between(110, 190))
    for i, name in enumerate(names):
        turn = np.deg2rad(start + sweep * i / (len(names) if clock else max(1, len(names) - 1)))
        x, y = middle + radius * np.cos(turn), middle + radius * np.sin(turn)
        printed(panel, desk, type_, [Value(name, "scale")], x, y + type_.unit / 2, align="centre")
    turn = desk.between(0, 6.28)
    hand = (middle + radius * 0.7 * np.cos(turn), middle + radius * 0.7 * np.sin(turn))
    panel.line((middle, middle), hand, desk.some(1, 4), desk.some(0, 90))
    return panel


def _sign(desk: Desk, unit: float) -> Sheet:
    """A sign: a number in a ring, or words with a number, as on roads, doors and lorries."""
    type_ = type_of(desk.face(), unit)
    if desk.chance(0.4):
        side = int(unit * desk.between(2.6, 3.4))
        panel = Sheet(desk.rng, (side, side))
        cv2.circle(
            panel.plane,
            (side // 2, side // 2),
            int(side * 0.46),
            desk.some(0, 120),
            max(1, int(unit * 0.12)),
            cv2.LINE_AA,
        )
        text = str(int(desk.rng.choice([5, 7, 10, 20, 30, 50, 60, 70, 80, 100, 120])))
        printed(panel, desk, type_, [Value(text, "sign")], side / 2, side / 2 + unit / 2, align="centre")
        return panel
    word = pick(desk.rng, [*CITIES, "EXIT ", "Gate ", "Room ", "Platform ", "km ", "Route ", "No. "]).strip()
    number = Value(str(desk.some(1, 400)), "sign")
    wide = type_.width(word + "  000")
    panel = Sheet(desk.rng, (int(unit * 2.2), int(wide + unit)))
    parts: list[Part] = [word + " ", number] if desk.chance(0.6) else [number, " " + word]
    printed(panel, desk, type_, parts, unit * 0.5, unit * 1.6)
    return panel
