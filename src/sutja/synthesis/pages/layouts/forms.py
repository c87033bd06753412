"""Filled forms: printed labels beside boxes, lines and combs that are filled by hand; sheets of boxes."""

from __future__ import annotations

from typing import NamedTuple

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.marks import draw_foreign_script
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value, begin_page
from sutja.synthesis.pages.vocabulary import CITIES, PROSE, make_label, make_person, make_sentence, pick
from sutja.synthesis.pages.writing import (
    Part,
    write_by_hand,
    write_in_comb,
    write_number,
    write_paragraph,
    write_printed,
    write_words,
)


def make_form(context: RenderContext) -> Sheet:
    """A form in rows: each a label and a place for a number, for words or for ticks."""
    rng = context.rng
    theme, sheet = begin_page(context, (8, 13), (50, 74), (0.7, 1.3), largest=26)
    width = sheet.width
    margin = width * theme.uniform(0.03, 0.08)
    y = theme.unit * theme.uniform(2, 4)
    write_printed(
        sheet,
        theme,
        theme.head,
        [" ".join(pick(rng, PROSE) for _ in range(theme.integer(2, 4))).upper()],
        width / 2,
        y,
        align="centre",
    )
    if theme.chance(0.4):
        write_printed(
            sheet,
            theme,
            theme.small,
            ["Form ", Value(values.fill_pattern(rng, pick(rng, ["ddd", "dddd", "dd"])), "number")],
            width - margin,
            y,
            align="right",
        )
    y += theme.unit * theme.uniform(1.5, 3)
    columns = int(rng.choice([1, 2, 2, 3]))
    step = theme.writer.unit * theme.uniform(2.0, 3.2)
    boxed, by_hand = theme.chance(0.35), theme.chance(0.88)
    wide = (width - 2 * margin) / columns
    while y + step < sheet.height - theme.unit * 2:
        roll = theme.rng.random()
        if roll < 0.08:
            _heading(sheet, theme, margin, y, width - margin)
        elif roll < 0.14:
            words = [pick(rng, PROSE) for _ in range(theme.integer(8, 30))]
            write_paragraph(
                sheet,
                theme,
                theme.small,
                list(words),
                (margin, y, width - margin, y + step),
                theme.small.unit * 1.5,
            )
        else:
            for column in range(columns):
                place = margin + column * wide, y, margin + (column + 1) * wide - theme.unit, y + step * 0.92
                if boxed:
                    sheet.draw_frame(
                        (place[0] - 3, y - 1, place[2] + theme.unit * 0.6, y + step),
                        1,
                        theme.integer(20, 120),
                    )
                _entry(sheet, theme, place, by_hand and theme.chance(0.95))
        y += step * (1.0 if boxed else theme.uniform(1.0, 1.25))
    if theme.chance(0.2):
        x, y = width * theme.uniform(0.4, 0.9), sheet.height * theme.uniform(0.3, 0.95)
        marks.draw_stamp(sheet, theme, x, y, theme.unit * 4)
    return sheet


def _heading(sheet: Sheet, theme: Theme, x0: float, y: float, x1: float) -> None:
    """A dark or grey bar with a section's name."""
    tall = theme.unit * 1.9
    sheet.fill((x0, y, x1, y + tall), theme.integer(150, 230))
    letter = pick(theme.rng, ["A ", "B ", "", "Part ", "Section "])
    write_printed(sheet, theme, theme.body, [letter + make_label(theme.rng)], x0 + 4, y + theme.unit * 1.4)


def _entry(sheet: Sheet, theme: Theme, place: tuple[float, float, float, float], by_hand: bool) -> None:
    """One label with what belongs to it, in the box (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = place
    above = theme.chance(0.4)
    name = make_label(theme.rng)
    parts: list[Part] = (
        [name]
        if theme.chance(0.85)
        else [Value(str(theme.integer(1, 40)), "number"), pick(theme.rng, [". ", ") ", " "]) + name]
    )
    if above and theme.chance(0.1):
        draw_foreign_script(
            sheet, theme, x0, y0 + theme.small.unit * 1.1, theme.small.unit, theme.integer(2, 8)
        )
        left, base = x0 + theme.unit * 0.3, y1 - theme.unit * 0.3
    elif above:
        write_printed(sheet, theme, theme.small, parts, x0, y0 + theme.small.unit * 1.1)
        left, base = x0 + theme.unit * 0.3, y1 - theme.unit * 0.3
    else:
        base = y1 - theme.unit * 0.5
        left = (
            write_printed(sheet, theme, theme.small if theme.chance(0.5) else theme.body, parts, x0, base)
            + theme.unit * 0.6
        )
        if theme.chance(0.4):
            left = max(left, x0 + (x1 - x0) * theme.uniform(0.3, 0.5))
    if x1 - left < theme.writer.unit * 2:
        return
    kind = theme.rng.random()
    if kind < 0.3:
        _comb_entry(sheet, theme, left, base, x1, by_hand)
    elif kind < 0.4:
        x = left
        while x < x1 - theme.unit * 5 and theme.chance(0.85):
            marks.draw_tick_box(
                sheet, theme, x, base - theme.unit, theme.unit * 1.1, marked=theme.chance(0.4)
            )
            x = (
                write_printed(
                    sheet,
                    theme,
                    theme.small,
                    [pick(theme.rng, ["yes", "no", "ja", "nein", "M", "F", "other", "married"])],
                    x + theme.unit * 1.6,
                    base,
                )
                + theme.unit
            )
    else:
        _line_entry(sheet, theme, left, base, x1, by_hand, words=kind > 0.75)


def _comb_entry(sheet: Sheet, theme: Theme, left: float, base: float, x1: float, by_hand: bool) -> None:
    tall = theme.writer.unit * theme.uniform(1.25, 1.8)
    pitch = theme.writer.unit * theme.uniform(0.95, 1.7)
    room = int((x1 - left) / pitch)
    if room < 1:
        return
    boxes = min(room, theme.integer(1, 14))
    filled = boxes if theme.chance(0.6) else theme.integer(0, boxes)
    before = theme.integer(0, boxes - filled) if theme.chance(0.3) else 0
    style = pick(theme.rng, ["boxes", "boxes", "apart", "teeth", "dashes"])
    every = 0
    if boxes in (6, 8) and theme.chance(0.3):
        every, filled, before = 2, boxes if filled else 0, 0
        pitch = min(pitch, (x1 - left) / (boxes + boxes / 2))
    value = Value(texts.make_digits(theme.rng, filled) if filled else "", "comb")
    write_in_comb(
        sheet,
        theme,
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
    sheet: Sheet, theme: Theme, left: float, base: float, x1: float, by_hand: bool, *, words: bool
) -> None:
    """An underline, dots, a box or nothing, with a number or words on it; some are left empty."""
    style, grey = theme.rng.random(), theme.integer(20, 150)
    if style < 0.35:
        sheet.draw_line((left, base + 1), (x1, base + 1), 1, grey)
    elif style < 0.55:
        for x in range(int(left), int(x1), theme.integer(3, 6)):
            sheet.draw_line((x, base + 1), (x + 1, base + 1), 1, grey)
    elif style < 0.85:
        sheet.draw_frame(
            (left - 3, base - theme.writer.unit * theme.uniform(1.1, 1.6), x1, base + theme.unit * 0.35),
            1 if theme.chance(0.8) else 2,
            grey,
        )
    if theme.chance(0.12):
        return
    start = left + theme.unit * theme.uniform(0.2, 1.5)
    if words:
        text = pick(theme.rng, [make_person(theme.rng), pick(theme.rng, CITIES), pick(theme.rng, PROSE)])
        if by_hand:
            write_words(sheet, theme, text[: max(3, int((x1 - left) / theme.writer.unit * 1.6))], start, base)
        else:
            write_printed(sheet, theme, theme.body, [text], start, base)
        return
    text, kind = values.make_value(theme.rng)
    unit_after = theme.chance(0.12)
    write_number(sheet, theme, Value(text, kind), start, base, by_hand=by_hand, room=(x1 - start) * 0.98)
    if unit_after and not by_hand:
        return
    if unit_after:
        write_printed(
            sheet,
            theme,
            theme.small,
            [pick(theme.rng, ["EUR", "kg", "km", "€", "cm", "years"])],
            x1 + 3,
            base,
        )


def make_box_form(context: RenderContext) -> Sheet:
    """A sheet of boxes for rows of digits to be copied, long ones too, as handwriting was once collected."""
    rng = context.rng
    theme, sheet = begin_page(context, (8, 12), (52, 70), (0.8, 1.25), largest=24)
    width = sheet.width
    margin = width * 0.05
    y = theme.unit * 2.5
    write_printed(
        sheet,
        theme,
        theme.head,
        [pick(rng, ["HANDWRITING SAMPLE FORM", "COPY THE DIGITS", "SCHRIFTPROBE", "TEST SHEET"])],
        width / 2,
        y,
        align="centre",
    )
    _who(sheet, theme, margin, y)
    y += theme.unit * 5.5
    tall = theme.writer.unit * theme.uniform(1.5, 2.2)
    shown, line = theme.chance(0.85), 1 if theme.chance(0.7) else 2
    grey, empty = theme.integer(0, 130), 0.05 if theme.chance(0.5) else 0.0
    while y + tall + theme.unit * 2 < sheet.height:
        _row_of_boxes(sheet, theme, margin, y, tall, _Boxes(shown, line, grey, empty))
        y += tall + theme.unit * theme.uniform(2.2, 3.2)
        if theme.chance(0.12) and y + theme.unit * 12 < sheet.height:
            y = _prose_box(sheet, theme, margin, y, width - margin)
    return sheet


def _who(sheet: Sheet, theme: Theme, margin: float, y: float) -> None:
    """Name, date and city of who fills the sheet in."""
    width = sheet.width
    for i, name in enumerate(["NAME", "DATE", "CITY"]):
        x = margin + i * (width - 2 * margin) / 3
        write_printed(sheet, theme, theme.small, [name], x, y + theme.unit * 2)
        base = y + theme.unit * 4.2
        if name == "DATE":
            write_by_hand(
                sheet, theme, Value(values.make_date(theme.rng), "date"), x + 4, base, room=width / 3.6
            )
        else:
            write_words(sheet, theme, pick(theme.rng, CITIES), x + 4, base)
        sheet.draw_frame(
            (x, y + theme.unit * 2.3, x + (width - 2 * margin) / 3 - 6, base + theme.unit * 0.4),
            1,
            theme.integer(0, 110),
        )


class _Boxes(NamedTuple):
    """Layout of boxes: whether the digits to copy stand above, their lines, and how many stay empty."""

    shown: bool
    line: int
    grey: int
    empty: float


def _row_of_boxes(sheet: Sheet, theme: Theme, margin: float, y: float, tall: float, look: _Boxes) -> None:
    """One row of boxes with the digits that were copied into them."""
    width = sheet.width
    x = margin
    while x < width - margin - theme.writer.unit * 3:
        text = texts.make_digits(theme.rng, int(theme.rng.choice([1, 2, 2, 3, 4, 5, 6, 7, 10])))
        wide = max(theme.writer.unit * (0.9 * len(text) + 0.8), theme.body.width(text) + 6)
        if x + wide > width - margin:
            break
        if look.shown:
            write_printed(
                sheet,
                theme,
                theme.body,
                [Value(text, "number")],
                x + wide / 2,
                y + theme.unit,
                align="centre",
            )
        top = y + theme.unit * 1.4
        sheet.draw_frame((x, top, x + wide, top + tall), look.line, look.grey)
        if not theme.chance(look.empty):
            base = top + tall * theme.uniform(0.75, 0.98)
            write_by_hand(
                sheet,
                theme,
                Value(text, "number"),
                x + wide * theme.uniform(0.42, 0.55),
                base,
                align="centre",
                room=wide * 1.02,
            )
        x += wide + theme.unit * theme.uniform(0.4, 2.5)


def _prose_box(sheet: Sheet, theme: Theme, x0: float, y: float, x1: float) -> float:
    """A text in print and a large box in which it was copied by hand."""
    words = make_sentence(theme.rng, theme.integer(10, 30)).split()
    end = write_paragraph(
        sheet, theme, theme.small, list(words), (x0, y, x1, y + theme.unit * 5), theme.small.unit * 1.6
    )
    tall = theme.writer.unit * 3.6
    sheet.draw_frame((x0, end, x1, end + tall), 1, theme.integer(0, 120))
    for row in range(2):
        text = " ".join(pick(theme.rng, PROSE) for _ in range(theme.integer(4, 8)))
        write_words(sheet, theme, text, x0 + 4, end + theme.writer.unit * (1.3 + 1.7 * row))
    return end + tall + theme.unit * 2
