"""Numbers on things: meters, clocks, plates of houses, price tags, displays of segments, signs."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.layouts.negatives import make_texture
from sutja.synthesis.pages.sheet import Sheet, find_hull, paste_panel
from sutja.synthesis.pages.sized_font import load_font
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import CITIES, GOODS, LAST, pick
from sutja.synthesis.pages.writing import Part, write_printed


def make_display(context: RenderContext) -> Sheet:
    """A wall, a shelf or a machine with one to a dozen things that show numbers."""
    rng = context.rng
    size = int(rng.uniform(380, 720)), int(rng.uniform(420, 760))
    sheet = Sheet(rng, size)
    theme = Theme(context, float(rng.uniform(9, 14)))
    sheet.plane[:] = make_texture(rng, size) if theme.chance(0.7) else theme.integer(30, 250)
    things = (_segments, _drums, _plate, _tag, _dial, _sign)
    only = things[int(rng.integers(len(things)))] if theme.chance(0.6) else None
    crowd = theme.chance(0.5)
    for _ in range(theme.integer(3, 16) if crowd else theme.integer(1, 3)):
        unit = theme.uniform(11, 26) if crowd else float(np.exp(theme.uniform(3.0, 4.6)))
        panel = (only or things[int(rng.integers(len(things)))])(theme, unit)
        if panel.width >= sheet.width or panel.height >= sheet.height:
            continue
        x, y = theme.uniform(0, sheet.width - panel.width), theme.uniform(0, sheet.height - panel.height)
        if sheet.reserve((x, y, x + panel.width, y + panel.height), 3):
            dark = theme.chance(0.6 if only is not _tag else 0.1)
            low, high = theme.integer(0, 90), theme.integer(150, 255)
            ground, ink = (low, high) if dark else (high, low)
            angle = theme.uniform(-6, 6) if theme.chance(0.3) else 0.0
            paste_panel(sheet, panel, x, y, ground=ground, ink=ink, angle=angle)
    if theme.chance(0.3):
        sheet.plane[:] = cv2.GaussianBlur(sheet.plane, (0, 0), theme.uniform(0.4, 1.2))
    return sheet


def _segments(theme: Theme, unit: float) -> Sheet:
    """Seven segments: a clock, a scale, a meter, a counter of a pump."""
    pattern = pick(
        theme.rng, ["dd:dd", "d:dd", "ddd.d", "dd.dd", "d.ddd", "dddddd", "ddd", "dddd", "dd", "d"]
    )
    text = values.fill_pattern(theme.rng, pattern)
    font = load_font(theme.choose_face("segments"), unit)
    if not font.has(text):
        text = "".join(c for c in text if c.isdigit())
    pad = unit * theme.uniform(0.25, 0.9)
    panel = Sheet(theme.rng, (int(unit + 2 * pad), int(font.width(text) + 2 * pad)))
    if theme.chance(0.35):  # segments that are off are seen a little
        ghost = "".join("8" if c.isdigit() else c for c in text)
        panel.draw_ink(font.set(ghost)[0], pad, pad, theme.uniform(0.04, 0.15))
    write_printed(
        panel, theme, font, [Value(text, "display")], pad, pad + unit, black=theme.uniform(0.7, 1.0)
    )
    if theme.chance(0.5):
        panel.draw_frame(
            (1, 1, panel.width - 2, panel.height - 2), theme.integer(1, 3), theme.integer(0, 160)
        )
    return panel


def _drums(theme: Theme, unit: float) -> Sheet:
    """A counter of drums, a window each; the last one may be on its way to the next digit."""
    text = texts.make_digits(theme.rng, theme.integer(4, 8))
    font = load_font(theme.choose_face(), unit)
    pitch, tall = unit * theme.uniform(0.95, 1.5), unit * theme.uniform(1.3, 1.9)
    words = theme.chance(0.5)
    top = unit * (0.9 if words else 0.3)
    panel = Sheet(theme.rng, (int(top + tall + unit * 0.4), int(pitch * len(text) + unit * 2.4)))
    left, hulls = unit * 0.4, []
    for i, digit in enumerate(text):
        x = left + i * pitch
        alpha = font.set(digit)[0]
        y = top + (tall - alpha.shape[0]) / 2
        if i == len(text) - 1 and theme.chance(0.3):
            y += unit * theme.uniform(-0.3, 0.3)
        panel.draw_frame((x, top, x + pitch - 1, top + tall), theme.integer(1, 2), theme.integer(60, 200))
        at = x + (pitch - alpha.shape[1]) / 2
        panel.draw_ink(alpha, at, y, theme.black)
        hulls.append(find_hull(alpha, round(at), round(y)))
    panel.add_number(np.concatenate(hulls), text, "printed", "meter")
    if words:
        name = [pick(theme.rng, ["kWh", "m³", "km", "MWh", "Nr. ", "miles", "L"])]
        small = load_font(theme.choose_face(), max(6.0, unit * 0.45))
        write_printed(panel, theme, small, name, left, unit * 0.7)
    write_printed(
        panel,
        theme,
        load_font(theme.choose_face(), max(6.0, unit * 0.5)),
        [pick(theme.rng, ["m³", "kWh", "km"])],
        left + pitch * len(text) + 2,
        top + tall * 0.7,
    )
    return panel


def _plate(theme: Theme, unit: float) -> Sheet:
    """The number of a house, of a room, of a locker, of a bus, of a runner."""
    text = (
        str(theme.integer(1, 999)) if theme.chance(0.8) else texts.make_digits(theme.rng, theme.integer(3, 5))
    )
    font = load_font(theme.choose_face(), unit)
    pad = unit * theme.uniform(0.25, 0.9)
    words = pick(theme.rng, [*LAST, *CITIES]) if theme.chance(0.3) else ""
    small = load_font(theme.choose_face(), max(7.0, unit * 0.35))
    wide = max(font.width(text), small.width(words) if small.has(words) else 0) + 2 * pad
    panel = Sheet(theme.rng, (int(unit + 2 * pad + (small.unit * 1.6 if words else 0)), int(wide)))
    write_printed(panel, theme, font, [Value(text, "plate")], wide / 2, pad + unit, align="centre", black=1.0)
    if words:
        write_printed(panel, theme, small, [words], wide / 2, panel.height - pad * 0.6, align="centre")
    if theme.chance(0.5):
        inset = max(1.0, unit * 0.08)
        panel.draw_frame((inset, inset, wide - inset - 1, panel.height - inset - 1), theme.integer(1, 3), 0)
    return panel


def _tag(theme: Theme, unit: float) -> Sheet:
    """A price tag with the goods' name and a bar code."""
    head, small = load_font(theme.choose_face(), unit), load_font(theme.choose_face(), max(6.5, unit * 0.4))
    price = values.fill_pattern(
        theme.rng, pick(theme.rng, ["d.dd", "d,dd", "dd.dd", "ddd,-", "ddd", "dd,dd"])
    )
    pad = unit * 0.4
    wide = max(head.width(price) + unit * 1.5, small.width("BIO HONIG MILCH")) + 2 * pad
    panel = Sheet(theme.rng, (int(unit * 1.4 + small.unit * 5 + 2 * pad), int(wide)))
    write_printed(panel, theme, small, [pick(theme.rng, GOODS)], pad, pad + small.unit)
    sign = pick(theme.rng, ["€", "$", "£", "", ""])
    end = write_printed(panel, theme, head, [Value(price, "amount")], pad, pad + small.unit * 1.8 + unit)
    if sign:
        write_printed(panel, theme, head, [" " + sign], end, pad + small.unit * 1.8 + unit)
    base = panel.height - pad
    marks.draw_barcode(panel, theme, (pad, base - small.unit * 2.4, wide * 0.6, base - small.unit * 1.3))
    code = Value(texts.make_digits(theme.rng, int(theme.rng.choice([8, 12, 13]))), "number")
    write_printed(panel, theme, small, [code], pad, base, spread=theme.uniform(0, 1.5))
    if theme.chance(0.6):
        panel.draw_frame((1, 1, wide - 2, panel.height - 2), 1, theme.integer(0, 150))
    return panel


def _dial(theme: Theme, unit: float) -> Sheet:
    """A clock's face or a gauge: numbers along a circle."""
    font = load_font(theme.choose_face(), min(unit, 26.0))
    radius = font.unit * theme.uniform(4, 7)
    side = int(radius * 2 + font.unit * 3)
    panel = Sheet(theme.rng, (side, side))
    middle = side / 2
    cv2.circle(panel.plane, (side // 2, side // 2), int(side / 2 - 2), theme.integer(0, 140), 2, cv2.LINE_AA)
    clock = theme.chance(0.5)
    step = int(theme.rng.choice([1, 2, 5, 10, 20, 50]))
    names = [str(i) for i in range(1, 13)] if clock else [str(i * step) for i in range(theme.integer(5, 11))]
    sweep, start = (360, -60) if clock else (theme.uniform(180, 280), theme.uniform(110, 190))
    for i, name in enumerate(names):
        turn = np.deg2rad(start + sweep * i / (len(names) if clock else max(1, len(names) - 1)))
        x, y = middle + radius * np.cos(turn), middle + radius * np.sin(turn)
        write_printed(panel, theme, font, [Value(name, "scale")], x, y + font.unit / 2, align="centre")
    turn = theme.uniform(0, 6.28)
    hand = (middle + radius * 0.7 * np.cos(turn), middle + radius * 0.7 * np.sin(turn))
    panel.draw_line((middle, middle), hand, theme.integer(1, 4), theme.integer(0, 90))
    return panel


def _sign(theme: Theme, unit: float) -> Sheet:
    """A sign: a number in a ring, or words with a number, as on roads, doors and lorries."""
    font = load_font(theme.choose_face(), unit)
    if theme.chance(0.4):
        side = int(unit * theme.uniform(2.6, 3.4))
        panel = Sheet(theme.rng, (side, side))
        cv2.circle(
            panel.plane,
            (side // 2, side // 2),
            int(side * 0.46),
            theme.integer(0, 120),
            max(1, int(unit * 0.12)),
            cv2.LINE_AA,
        )
        text = str(int(theme.rng.choice([5, 7, 10, 20, 30, 50, 60, 70, 80, 100, 120])))
        write_printed(
            panel, theme, font, [Value(text, "sign")], side / 2, side / 2 + unit / 2, align="centre"
        )
        return panel
    word = pick(theme.rng, [*CITIES, "EXIT ", "Gate ", "Room ", "Platform ", "km ", "Route ", "No. "]).strip()
    number = Value(str(theme.integer(1, 400)), "sign")
    wide = font.width(word + "  000")
    panel = Sheet(theme.rng, (int(unit * 2.2), int(wide + unit)))
    parts: list[Part] = [word + " ", number] if theme.chance(0.6) else [number, " " + word]
    write_printed(panel, theme, font, parts, unit * 0.5, unit * 1.6)
    return panel
