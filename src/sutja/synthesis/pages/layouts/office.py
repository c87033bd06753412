"""Forms of offices: numbered lines with amounts at the right, and sheets of a census by hand."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value, begin_page
from sutja.synthesis.pages.vocabulary import (
    CITIES,
    COLUMNS,
    FIRST,
    LAST,
    PROSE,
    STREETS,
    make_label,
    make_person,
    make_sentence,
    pick,
)
from sutja.synthesis.pages.writing import (
    Part,
    write_by_hand,
    write_in_comb,
    write_number,
    write_printed,
    write_words,
)

_CENTS = 2.6  # units: width of a column of cents


def make_tax_form(context: RenderContext) -> Sheet:
    """Lines with a number each and an amount in a box or a comb at the right, as tax forms have them."""
    theme, sheet = begin_page(context, (7, 11), (56, 84), (0.6, 1.1), largest=20)
    unit, width = theme.unit, sheet.width
    margin = width * theme.uniform(0.02, 0.05)
    y = _tax_head(sheet, theme, margin)
    step = theme.writer.unit * theme.uniform(1.45, 2.0)
    by_hand, number = theme.chance(0.75), theme.integer(1, 60)
    look = pick(theme.rng, ["box", "comb", "line", "cents"])
    wide = unit * theme.uniform(11, 17)
    shade = theme.integer(190, 245) if theme.chance(0.4) else 0
    while y < sheet.height - step * 1.2:
        if theme.chance(0.08):
            sheet.fill((margin, y, width - margin, y + step * 0.9), theme.integer(120, 235))
            write_printed(
                sheet, theme, theme.body, [make_sentence(theme.rng, 4)], margin + unit, y + step * 0.7
            )
        else:
            if shade and number % 2:
                sheet.fill((margin, y, width - margin, y + step), shade)
            _tax_line(sheet, theme, (margin, y, width - margin, y + step), number, look, wide, by_hand)
            number += 1
        y += step
    return sheet


def _tax_head(sheet: Sheet, theme: Theme, margin: float) -> float:
    """The form's name and year, and who fills it in; where the lines begin."""
    unit, width = theme.unit, sheet.width
    form: list[Part] = [
        "Form ",
        Value(values.fill_pattern(theme.rng, pick(theme.rng, ["dddd", "ddd", "dd"]))),
    ]
    write_printed(sheet, theme, theme.head, form, margin, unit * 2.6)
    year = Value(str(theme.integer(1950, 2030)), "number")
    big = theme.font(scale=theme.uniform(1.8, 3.2))
    write_printed(sheet, theme, big, [year], width - margin, unit * 1.4 + big.unit, align="right")
    if theme.chance(0.5):
        code = Value(values.fill_pattern(theme.rng, "dddd-dddd"), "number")
        write_printed(sheet, theme, theme.small, ["No. ", code], width / 2, unit * 1.8, align="centre")
    y = unit * 6
    names = [make_label(theme.rng) for _ in range(theme.integer(1, 3))]
    for i, name in enumerate(names):
        left = margin + i * (width - 2 * margin) / len(names)
        tall = theme.writer.unit * 2
        sheet.draw_frame(
            (left, y, left + (width - 2 * margin) / len(names), y + tall), 1, theme.integer(0, 130)
        )
        write_printed(sheet, theme, theme.small, [name], left + 3, y + theme.small.unit * 1.1)
        base = y + tall * 0.92
        if theme.chance(0.5):
            write_words(sheet, theme, make_person(theme.rng), left + unit, base, theme.writer.unit * 0.8)
        else:
            digits = Value(texts.make_digits(theme.rng, theme.integer(5, 11)), "comb")
            pitch = min(theme.writer.unit * 1.1, (width - 2 * margin) / len(names) / (len(digits.text) + 1))
            write_in_comb(
                sheet,
                theme,
                digits,
                left + 4,
                base - tall * 0.6,
                pitch,
                tall * 0.58,
                by_hand=True,
                style=pick(theme.rng, ["boxes", "teeth", "dashes"]),
            )
    return y + theme.writer.unit * 2.4


def _tax_line(
    sheet: Sheet,
    theme: Theme,
    place: tuple[float, float, float, float],
    number: int,
    look: str,
    wide: float,
    by_hand: bool,
) -> None:
    """One line: its number, what it is about, its number again at the amount, and the amount."""
    x0, y0, x1, y1 = place
    base, tall = y1 - (y1 - y0) * 0.25, y1 - y0
    letter = pick(theme.rng, ["a", "b"]) if theme.chance(0.15) else ""
    name = Value(f"{number}{letter}", "number", ignore=bool(letter))
    words: list[Part] = [name, "  " + make_sentence(theme.rng, theme.integer(2, 9))]
    if theme.chance(0.25):
        words += [" line ", Value(str(theme.integer(1, max(2, number)))), ""]
    left = x1 - wide
    end = write_printed(sheet, theme, theme.small, words, x0, base)
    while theme.chance(0.5) and end < left - theme.unit * 4:
        sheet.draw_line((end + 4, base), (end + 5, base), 1, 60)
        end += theme.unit
    if theme.chance(0.7):
        write_printed(sheet, theme, theme.small, [name], left - theme.unit * 0.6, base, align="right")
    grey = theme.integer(0, 150)
    if look == "line":
        sheet.draw_line((left, y1 - 2), (x1, y1 - 2), 1, grey)
    elif look != "comb":
        sheet.draw_frame((left, y0 + 1, x1, y1), 1, grey)
    split = x1 - theme.unit * _CENTS
    if look == "cents":
        sheet.draw_line((split, y0), (split, y1), 1, grey)
    if theme.chance(0.25):
        return
    if look == "comb":
        _fill_tax_comb(sheet, theme, (left, y0 + tall * 0.1), (wide, tall * 0.8), by_hand)
    else:
        _write_tax_amount(sheet, theme, (left, x1), base, look == "cents", by_hand)


def _fill_tax_comb(
    sheet: Sheet, theme: Theme, corner: tuple[float, float], size: tuple[float, float], by_hand: bool
) -> None:
    """Fill a comb from the right, some of its boxes or all; its size is width and height."""
    pitch = theme.writer.unit * 0.95
    boxes = int(size[0] / pitch)
    filled = theme.integer(1, boxes)
    value = Value(texts.make_digits(theme.rng, filled), "comb")
    write_in_comb(
        sheet,
        theme,
        value,
        *corner,
        pitch,
        size[1],
        by_hand=by_hand,
        empty=(boxes - filled, 0),
        style="boxes",
    )


def _write_tax_amount(
    sheet: Sheet, theme: Theme, edges: tuple[float, float], base: float, cents: bool, by_hand: bool
) -> None:
    """Write an amount between two edges; its cents, where they have a column, behind the line before it."""
    left, x1 = edges
    split = x1 - theme.unit * _CENTS
    text = (
        texts.make_digits(theme.rng, theme.integer(1, 5))
        if cents
        else texts.make_amount(theme.rng).lstrip("$€£¥₹ *#=")
    )
    right = (split if cents else x1) - theme.unit * theme.uniform(0.3, 1.2)
    room = right - left - theme.unit * 0.3
    write_number(sheet, theme, Value(text, "number"), right, base, by_hand=by_hand, align="right", room=room)
    if cents and theme.chance(0.8):
        value = Value(texts.make_digits(theme.rng, 2), "number")
        room = x1 - split - theme.unit * 0.6
        write_number(sheet, theme, value, (split + x1) / 2, base, by_hand=by_hand, align="centre", room=room)


def make_census(context: RenderContext) -> Sheet:
    """A sheet of many narrow columns, a line a person, ages and years and codes among the names."""
    theme = Theme(context, float(context.rng.uniform(7, 10)), style="serif", largest=18)
    theme.writer.unit = theme.uniform(9, 17)
    theme.writer.darkness = theme.uniform(0.3, 0.95)
    hand = theme.writer.unit
    sheet = Sheet(theme.rng, (int(theme.uniform(460, 760)), int(theme.uniform(560, 900))))
    kinds = ["line"] if theme.chance(0.6) else []
    kinds += [
        pick(theme.rng, ["name", "age", "age", "year", "street", "tick", "code", "sum", "name", "no"])
        for _ in range(theme.integer(7, 14))
    ]
    wide = {
        "line": 2.4,
        "name": 8,
        "age": 2.8,
        "year": 4,
        "street": 8,
        "tick": 1.6,
        "code": 3.4,
        "sum": 5,
        "no": 3.2,
    }
    lefts = [sheet.width * 0.02]
    for kind in kinds:
        lefts.append(lefts[-1] + wide[kind] * hand * theme.uniform(0.9, 1.15))
    step, top = hand * theme.uniform(1.5, 2.1), theme.unit * theme.uniform(6, 10)
    _census_head(sheet, theme, lefts, top)
    grey, serial = theme.integer(30, 170), theme.integer(1, 60)
    y = top
    while y + step < sheet.height:
        y += step
        sheet.draw_line((lefts[0], y), (min(lefts[-1], sheet.width), y + theme.uniform(-1, 1)), 1, grey)
        if theme.chance(0.92):
            for kind, left, right in zip(kinds, lefts[:-1], lefts[1:], strict=True):
                if right < sheet.width and theme.chance(0.85):
                    _census_cell(sheet, theme, kind, left + 2, right - 2, y - step * 0.12, serial)
        serial += 1
    for x in lefts:
        sheet.draw_line((x, top), (x + theme.uniform(-2, 2), sheet.height), theme.integer(1, 2), grey)
    if theme.chance(0.2):
        marks.draw_stamp(sheet, theme, sheet.width * 0.7, top, theme.unit * 5)
    return sheet


def _census_head(sheet: Sheet, theme: Theme, lefts: list[float], top: float) -> None:
    year = Value(str(theme.integer(1790, 1960)), "number")
    title = pick(theme.rng, ["SCHEDULE ", "CENSUS OF ", "Zählung ", "RETURN "])
    write_printed(sheet, theme, theme.head, [title, year], sheet.width / 2, theme.unit * 2.4, align="centre")
    if theme.chance(0.5):
        write_by_hand(
            sheet, theme, Value(str(theme.integer(1, 400)), "number"), sheet.width * 0.93, theme.unit * 3
        )
    for i, x in enumerate(lefts[:-1]):
        room = lefts[i + 1] - x - 3
        word = pick(theme.rng, COLUMNS)
        if theme.small.width(word) < room:
            write_printed(sheet, theme, theme.small, [word], x + 2, top - theme.unit * 2)
        if theme.chance(0.5):
            number = Value(str(i + 1), "number")
            write_printed(sheet, theme, theme.small, [number], x + room / 2, top - 3, align="centre")


def _census_cell(
    sheet: Sheet, theme: Theme, kind: str, left: float, right: float, base: float, serial: int
) -> None:
    rng, room = theme.rng, right - left
    if kind in ("name", "street"):
        word = f"{pick(rng, FIRST)} {pick(rng, LAST)}" if kind == "name" else pick(rng, STREETS + CITIES)
        word = word if theme.chance(0.9) else pick(rng, ["do", '"', "ditto", pick(rng, PROSE)])
        alpha = theme.writer.words(word, theme.writer.unit * 0.9)[:, : max(4, int(room))]
        sheet.draw_ink(alpha, left, base - alpha.shape[0] * 0.72, theme.writer.darkness)
    elif kind == "tick":
        if theme.chance(0.5):
            marks.draw_tick_box(
                sheet, theme, left + 2, base - theme.writer.unit, theme.writer.unit * 0.7, marked=True
            )
    elif kind == "line":
        write_printed(
            sheet, theme, theme.small, [Value(str(serial), "number")], right - 2, base, align="right"
        )
    else:
        text = {
            "age": str(theme.integer(1, 95)),
            "year": str(theme.integer(1750, 1950)),
            "sum": values.make_decimal(rng),
            "code": values.fill_pattern(rng, pick(rng, ["dd", "ddd", "d-d", "d/dd"])),
            "no": str(serial),
        }[kind]
        edge = theme.writer.unit * 0.2
        write_by_hand(sheet, theme, Value(text, kind), left + edge, base, room=room - 2 * edge)
