"""Filled forms: printed labels beside boxes, lines and combs that are filled by hand; sheets of boxes."""

from __future__ import annotations

from typing import NamedTuple

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.panels import foreign
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, PROSE, label, person, pick, sentence
from sutja.synthesis.pages.writing import Part, comb, hand_words, handwritten, paragraph, printed, written


def form(supplies: Supplies) -> Sheet:
    """A form in rows: each a label and a place for a number, for words or for ticks."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 13)), largest=26)
    width = int(desk.unit * rng.uniform(50, 74))
    sheet = Sheet(rng, (int(width * desk.between(0.7, 1.3)), width))
    margin = width * desk.between(0.03, 0.08)
    y = desk.unit * desk.between(2, 4)
    printed(
        sheet,
        desk,
        desk.head,
        [" ".join(pick(rng, PROSE) for _ in range(desk.some(2, 4))).upper()],
        width / 2,
        y,
        align="centre",
    )
    if desk.chance(0.4):
        printed(
            sheet,
            desk,
            desk.small,
            ["Form ", Value(values.filled(rng, pick(rng, ["ddd", "dddd", "dd"])), "number")],
            width - margin,
            y,
            align="right",
        )
    y += desk.unit * desk.between(1.5, 3)
    columns = int(rng.choice([1, 2, 2, 3]))
    step = desk.writer.unit * desk.between(2.0, 3.2)
    boxed, by_hand = desk.chance(0.35), desk.chance(0.88)
    wide = (width - 2 * margin) / columns
    while y + step < sheet.height - desk.unit * 2:
        roll = desk.rng.random()
        if roll < 0.08:
            _heading(sheet, desk, margin, y, width - margin)
        elif roll < 0.14:
            words = [pick(rng, PROSE) for _ in range(desk.some(8, 30))]
            paragraph(
                sheet,
                desk,
                desk.small,
                list(words),
                (margin, y, width - margin, y + step),
                desk.small.unit * 1.5,
            )
        else:
            for column in range(columns):
                place = margin + column * wide, y, margin + (column + 1) * wide - desk.unit, y + step * 0.92
                if boxed:
                    sheet.frame(
                        (place[0] - 3, y - 1, place[2] + desk.unit * 0.6, y + step), 1, desk.some(20, 120)
                    )
                _entry(sheet, desk, place, by_hand and desk.chance(0.95))
        y += step * (1.0 if boxed else desk.between(1.0, 1.25))
    if desk.chance(0.2):
        marks.stamp(
            sheet, desk, width * desk.between(0.4, 0.9), sheet.height * desk.between(0.3, 0.95), desk.unit * 4
        )
    return sheet


def _heading(sheet: Sheet, desk: Desk, x0: float, y: float, x1: float) -> None:
    """A dark or grey bar with a section's name."""
    tall = desk.unit * 1.9
    sheet.fill((x0, y, x1, y + tall), desk.some(150, 230))
    letter = pick(desk.rng, ["A ", "B ", "", "Part ", "Section "])
    printed(sheet, desk, desk.body, [letter + label(desk.rng)], x0 + 4, y + desk.unit * 1.4)


def _entry(sheet: Sheet, desk: Desk, place: tuple[float, float, float, float], by_hand: bool) -> None:
    """One label with what belongs to it, in the box (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = place
    above = desk.chance(0.4)
    name = label(desk.rng)
    parts: list[Part] = (
        [name]
        if desk.chance(0.85)
        else [Value(str(desk.some(1, 40)), "number"), pick(desk.rng, [". ", ") ", " "]) + name]
    )
    if above and desk.chance(0.1):
        foreign(sheet, desk, x0, y0 + desk.small.unit * 1.1, desk.small.unit, desk.some(2, 8))
        left, base = x0 + desk.unit * 0.3, y1 - desk.unit * 0.3
    elif above:
        printed(sheet, desk, desk.small, parts, x0, y0 + desk.small.unit * 1.1)
        left, base = x0 + desk.unit * 0.3, y1 - desk.unit * 0.3
    else:
        base = y1 - desk.unit * 0.5
        left = (
            printed(sheet, desk, desk.small if desk.chance(0.5) else desk.body, parts, x0, base)
            + desk.unit * 0.6
        )
        if desk.chance(0.4):
            left = max(left, x0 + (x1 - x0) * desk.between(0.3, 0.5))
    if x1 - left < desk.writer.unit * 2:
        return
    kind = desk.rng.random()
    if kind < 0.3:
        _comb_entry(sheet, desk, left, base, x1, by_hand)
    elif kind < 0.4:
        x = left
        while x < x1 - desk.unit * 5 and desk.chance(0.85):
            marks.tick(sheet, desk, x, base - desk.unit, desk.unit * 1.1, marked=desk.chance(0.4))
            x = (
                printed(
                    sheet,
                    desk,
                    desk.small,
                    [pick(desk.rng, ["yes", "no", "ja", "nein", "M", "F", "other", "married"])],
                    x + desk.unit * 1.6,
                    base,
                )
                + desk.unit
            )
    else:
        _line_entry(sheet, desk, left, base, x1, by_hand, words=kind > 0.75)


def _comb_entry(sheet: Sheet, desk: Desk, left: float, base: float, x1: float, by_hand: bool) -> None:
    tall = desk.writer.unit * desk.between(1.25, 1.8)
    pitch = desk.writer.unit * desk.between(0.95, 1.7)
    room = int((x1 - left) / pitch)
    if room < 1:
        return
    boxes = min(room, desk.some(1, 14))
    filled = boxes if desk.chance(0.6) else desk.some(0, boxes)
    before = desk.some(0, boxes - filled) if desk.chance(0.3) else 0
    style = pick(desk.rng, ["boxes", "boxes", "apart", "teeth", "dashes"])
    every = 0
    if boxes in (6, 8) and desk.chance(0.3):
        every, filled, before = 2, boxes if filled else 0, 0
        pitch = min(pitch, (x1 - left) / (boxes + boxes / 2))
    value = Value(texts.digits(desk.rng, filled) if filled else "", "comb")
    comb(
        sheet,
        desk,
        value,
        left,
        base - tall,
        pitch,
        tall,
        by_hand=by_hand,
        empty=(before, boxes - filled - before),
        every=every,
        style=style,
    )


def _line_entry(
    sheet: Sheet, desk: Desk, left: float, base: float, x1: float, by_hand: bool, *, words: bool
) -> None:
    """An underline, dots, a box or nothing, with a number or words on it; some are left empty."""
    style, grey = desk.rng.random(), desk.some(20, 150)
    if style < 0.35:
        sheet.line((left, base + 1), (x1, base + 1), 1, grey)
    elif style < 0.55:
        for x in range(int(left), int(x1), desk.some(3, 6)):
            sheet.line((x, base + 1), (x + 1, base + 1), 1, grey)
    elif style < 0.85:
        sheet.frame(
            (left - 3, base - desk.writer.unit * desk.between(1.1, 1.6), x1, base + desk.unit * 0.35),
            1 if desk.chance(0.8) else 2,
            grey,
        )
    if desk.chance(0.12):
        return
    start = left + desk.unit * desk.between(0.2, 1.5)
    if words:
        text = pick(desk.rng, [person(desk.rng), pick(desk.rng, CITIES), pick(desk.rng, PROSE)])
        if by_hand:
            hand_words(sheet, desk, text[: max(3, int((x1 - left) / desk.writer.unit * 1.6))], start, base)
        else:
            printed(sheet, desk, desk.body, [text], start, base)
        return
    text, kind = values.value(desk.rng)
    unit_after = desk.chance(0.12)
    written(sheet, desk, Value(text, kind), start, base, by_hand=by_hand, room=(x1 - start) * 0.98)
    if unit_after and not by_hand:
        return
    if unit_after:
        printed(
            sheet, desk, desk.small, [pick(desk.rng, ["EUR", "kg", "km", "€", "cm", "years"])], x1 + 3, base
        )


def box_form(supplies: Supplies) -> Sheet:
    """A sheet of boxes for rows of digits to be copied, long ones too, as handwriting was once collected."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 12)), largest=24)
    width = int(desk.unit * rng.uniform(52, 70))
    sheet = Sheet(rng, (int(width * desk.between(0.8, 1.25)), width))
    margin = width * 0.05
    y = desk.unit * 2.5
    printed(
        sheet,
        desk,
        desk.head,
        [pick(rng, ["HANDWRITING SAMPLE FORM", "COPY THE DIGITS", "SCHRIFTPROBE", "TEST SHEET"])],
        width / 2,
        y,
        align="centre",
    )
    _who(sheet, desk, margin, y)
    y += desk.unit * 5.5
    tall = desk.writer.unit * desk.between(1.5, 2.2)
    shown, line = desk.chance(0.85), 1 if desk.chance(0.7) else 2
    grey, empty = desk.some(0, 130), 0.05 if desk.chance(0.5) else 0.0
    while y + tall + desk.unit * 2 < sheet.height:
        _row_of_boxes(sheet, desk, margin, y, tall, _Boxes(shown, line, grey, empty))
        y += tall + desk.unit * desk.between(2.2, 3.2)
        if desk.chance(0.12) and y + desk.unit * 12 < sheet.height:
            y = _prose_box(sheet, desk, margin, y, width - margin)
    return sheet


def _who(sheet: Sheet, desk: Desk, margin: float, y: float) -> None:
    """Name, date and city of who fills the sheet in."""
    width = sheet.width
    for i, name in enumerate(["NAME", "DATE", "CITY"]):
        x = margin + i * (width - 2 * margin) / 3
        printed(sheet, desk, desk.small, [name], x, y + desk.unit * 2)
        base = y + desk.unit * 4.2
        if name == "DATE":
            handwritten(sheet, desk, Value(values.date(desk.rng), "date"), x + 4, base, room=width / 3.6)
        else:
            hand_words(sheet, desk, pick(desk.rng, CITIES), x + 4, base)
        sheet.frame(
            (x, y + desk.unit * 2.3, x + (width - 2 * margin) / 3 - 6, base + desk.unit * 0.4),
            1,
            desk.some(0, 110),
        )


class _Boxes(NamedTuple):
    """How boxes look: whether the digits to copy stand above, their lines, and how many stay empty."""

    shown: bool
    line: int
    grey: int
    empty: float


def _row_of_boxes(sheet: Sheet, desk: Desk, margin: float, y: float, tall: float, look: _Boxes) -> None:
    """One row of boxes with the digits that were copied into them."""
    width = sheet.width
    x = margin
    while x < width - margin - desk.writer.unit * 3:
        text = texts.digits(desk.rng, int(desk.rng.choice([1, 2, 2, 3, 4, 5, 6, 7, 10])))
        wide = max(desk.writer.unit * (0.9 * len(text) + 0.8), desk.body.width(text) + 6)
        if x + wide > width - margin:
            break
        if look.shown:
            printed(
                sheet, desk, desk.body, [Value(text, "number")], x + wide / 2, y + desk.unit, align="centre"
            )
        top = y + desk.unit * 1.4
        sheet.frame((x, top, x + wide, top + tall), look.line, look.grey)
        if not desk.chance(look.empty):
            base = top + tall * desk.between(0.75, 0.98)
            handwritten(
                sheet,
                desk,
                Value(text, "number"),
                x + wide * desk.between(0.42, 0.55),
                base,
                align="centre",
                room=wide * 1.02,
            )
        x += wide + desk.unit * desk.between(0.4, 2.5)


def _prose_box(sheet: Sheet, desk: Desk, x0: float, y: float, x1: float) -> float:
    """A text in print and a large box in which it was copied by hand."""
    words = sentence(desk.rng, desk.some(10, 30)).split()
    end = paragraph(
        sheet, desk, desk.small, list(words), (x0, y, x1, y + desk.unit * 5), desk.small.unit * 1.6
    )
    tall = desk.writer.unit * 3.6
    sheet.frame((x0, end, x1, end + tall), 1, desk.some(0, 120))
    for row in range(2):
        text = " ".join(pick(desk.rng, PROSE) for _ in range(desk.some(4, 8)))
        hand_words(sheet, desk, text, x0 + 4, end + desk.writer.unit * (1.3 + 1.7 * row))
    return end + tall + desk.unit * 2
