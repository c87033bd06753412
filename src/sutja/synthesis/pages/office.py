"""Forms of offices: numbered lines with amounts at the right, and sheets of a census by hand."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import (
    CITIES,
    COLUMNS,
    FIRST,
    LAST,
    PROSE,
    STREETS,
    label,
    person,
    pick,
    sentence,
)
from sutja.synthesis.pages.writing import Part, comb, hand_words, handwritten, printed, written


def tax_form(supplies: Supplies) -> Sheet:
    """Lines with a number each and an amount in a box or a comb at the right, as tax forms have them."""
    desk = Desk(supplies, float(supplies.rng.uniform(7, 11)), largest=20)
    unit = desk.unit
    width = int(unit * desk.between(56, 84))
    sheet = Sheet(desk.rng, (int(width * desk.between(0.6, 1.1)), width))
    margin = width * desk.between(0.02, 0.05)
    y = _tax_head(sheet, desk, margin)
    step = desk.writer.unit * desk.between(1.45, 2.0)
    by_hand, number = desk.chance(0.75), desk.some(1, 60)
    look = pick(desk.rng, ["box", "comb", "line", "cents"])
    wide = unit * desk.between(11, 17)
    shade = desk.some(190, 245) if desk.chance(0.4) else 0
    while y < sheet.height - step * 1.2:
        if desk.chance(0.08):
            sheet.fill((margin, y, width - margin, y + step * 0.9), desk.some(120, 235))
            printed(sheet, desk, desk.body, [sentence(desk.rng, 4)], margin + unit, y + step * 0.7)
        else:
            if shade and number % 2:
                sheet.fill((margin, y, width - margin, y + step), shade)
            _tax_line(sheet, desk, (margin, y, width - margin, y + step), number, look, wide, by_hand)
            number += 1
        y += step
    return sheet


def _tax_head(sheet: Sheet, desk: Desk, margin: float) -> float:
    """The form's name and year, and who fills it in; where the lines begin."""
    unit, width = desk.unit, sheet.width
    form: list[Part] = ["Form ", Value(values.filled(desk.rng, pick(desk.rng, ["dddd", "ddd", "dd"])))]
    printed(sheet, desk, desk.head, form, margin, unit * 2.6)
    year = Value(str(desk.some(1950, 2030)), "number")
    big = desk.type(scale=desk.between(1.8, 3.2))
    printed(sheet, desk, big, [year], width - margin, unit * 1.4 + big.unit, align="right")
    if desk.chance(0.5):
        code = Value(values.filled(desk.rng, "dddd-dddd"), "number")
        printed(sheet, desk, desk.small, ["No. ", code], width / 2, unit * 1.8, align="centre")
    y = unit * 6
    names = [label(desk.rng) for _ in range(desk.some(1, 3))]
    for i, name in enumerate(names):
        left = margin + i * (width - 2 * margin) / len(names)
        tall = desk.writer.unit * 2
        sheet.frame((left, y, left + (width - 2 * margin) / len(names), y + tall), 1, desk.some(0, 130))
        printed(sheet, desk, desk.small, [name], left + 3, y + desk.small.unit * 1.1)
        base = y + tall * 0.92
        if desk.chance(0.5):
            hand_words(sheet, desk, person(desk.rng), left + unit, base, desk.writer.unit * 0.8)
        else:
            digits = Value(texts.digits(desk.rng, desk.some(5, 11)), "comb")
            pitch = min(desk.writer.unit * 1.1, (width - 2 * margin) / len(names) / (len(digits.text) + 1))
            comb(
                sheet,
                desk,
                digits,
                left + 4,
                base - tall * 0.6,
                pitch,
                tall * 0.58,
                by_hand=True,
                style=pick(desk.rng, ["boxes", "teeth", "dashes"]),
            )
    return y + desk.writer.unit * 2.4


def _tax_line(
    sheet: Sheet,
    desk: Desk,
    place: tuple[float, float, float, float],
    number: int,
    look: str,
    wide: float,
    by_hand: bool,
) -> None:
    """One line: its number, what it is about, its number again at the amount, and the amount."""
    x0, y0, x1, y1 = place
    base, tall = y1 - (y1 - y0) * 0.25, y1 - y0
    letter = pick(desk.rng, ["a", "b"]) if desk.chance(0.15) else ""
    name = Value(f"{number}{letter}", "number", ignore=bool(letter))
    words: list[Part] = [name, "  " + sentence(desk.rng, desk.some(2, 9))]
    if desk.chance(0.25):
        words += [" line ", Value(str(desk.some(1, max(2, number)))), ""]
    left = x1 - wide
    end = printed(sheet, desk, desk.small, words, x0, base)
    while desk.chance(0.5) and end < left - desk.unit * 4:
        sheet.line((end + 4, base), (end + 5, base), 1, 60)
        end += desk.unit
    if desk.chance(0.7):
        printed(sheet, desk, desk.small, [name], left - desk.unit * 0.6, base, align="right")
    grey = desk.some(0, 150)
    if look == "line":
        sheet.line((left, y1 - 2), (x1, y1 - 2), 1, grey)
    elif look != "comb":
        sheet.frame((left, y0 + 1, x1, y1), 1, grey)
    cents = look == "cents"
    split = x1 - desk.unit * 2.6
    if cents:
        sheet.line((split, y0), (split, y1), 1, grey)
    if desk.chance(0.25):
        return
    if look == "comb":
        pitch = desk.writer.unit * 0.95
        boxes = int(wide / pitch)
        filled = desk.some(1, boxes)
        value = Value(texts.digits(desk.rng, filled), "comb")
        comb(
            sheet,
            desk,
            value,
            left,
            y0 + tall * 0.1,
            pitch,
            tall * 0.8,
            by_hand=by_hand,
            empty=(boxes - filled, 0),
            style="boxes",
        )
        return
    text = texts.digits(desk.rng, desk.some(1, 5)) if cents else texts.amount(desk.rng).lstrip("$€£¥₹ *#=")
    right = (split if cents else x1) - desk.unit * desk.between(0.3, 1.2)
    room = right - left
    written(sheet, desk, Value(text, "number"), right, base, by_hand=by_hand, align="right", room=room)
    if cents and desk.chance(0.8):
        value = Value(texts.digits(desk.rng, 2), "number")
        room = x1 - split - 3
        written(sheet, desk, value, (split + x1) / 2, base, by_hand=by_hand, align="centre", room=room)


def census(supplies: Supplies) -> Sheet:
    """A sheet of many narrow columns, a line a person, ages and years and codes among the names."""
    desk = Desk(supplies, float(supplies.rng.uniform(7, 10)), style="serif", largest=18)
    desk.writer.unit = desk.between(9, 17)
    desk.writer.darkness = desk.between(0.3, 0.95)
    hand = desk.writer.unit
    sheet = Sheet(desk.rng, (int(desk.between(460, 760)), int(desk.between(560, 900))))
    kinds = ["line"] if desk.chance(0.6) else []
    kinds += [
        pick(desk.rng, ["name", "age", "age", "year", "street", "tick", "code", "sum", "name", "no"])
        for _ in range(desk.some(7, 14))
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
        lefts.append(lefts[-1] + wide[kind] * hand * desk.between(0.9, 1.15))
    step, top = hand * desk.between(1.5, 2.1), desk.unit * desk.between(6, 10)
    _census_head(sheet, desk, lefts, top)
    grey, serial = desk.some(30, 170), desk.some(1, 60)
    y = top
    while y + step < sheet.height:
        y += step
        sheet.line((lefts[0], y), (min(lefts[-1], sheet.width), y + desk.between(-1, 1)), 1, grey)
        if desk.chance(0.92):
            for kind, left, right in zip(kinds, lefts[:-1], lefts[1:], strict=True):
                if right < sheet.width and desk.chance(0.85):
                    _census_cell(sheet, desk, kind, left + 2, right - 2, y - step * 0.12, serial)
        serial += 1
    for x in lefts:
        sheet.line((x, top), (x + desk.between(-2, 2), sheet.height), desk.some(1, 2), grey)
    if desk.chance(0.2):
        marks.stamp(sheet, desk, sheet.width * 0.7, top, desk.unit * 5)
    return sheet


def _census_head(sheet: Sheet, desk: Desk, lefts: list[float], top: float) -> None:
    year = Value(str(desk.some(1790, 1960)), "number")
    title = pick(desk.rng, ["SCHEDULE ", "CENSUS OF ", "Zählung ", "RETURN "])
    printed(sheet, desk, desk.head, [title, year], sheet.width / 2, desk.unit * 2.4, align="centre")
    if desk.chance(0.5):
        handwritten(sheet, desk, Value(str(desk.some(1, 400)), "number"), sheet.width * 0.93, desk.unit * 3)
    for i, x in enumerate(lefts[:-1]):
        room = lefts[i + 1] - x - 3
        word = pick(desk.rng, COLUMNS)
        if desk.small.width(word) < room:
            printed(sheet, desk, desk.small, [word], x + 2, top - desk.unit * 2)
        if desk.chance(0.5):
            number = Value(str(i + 1), "number")
            printed(sheet, desk, desk.small, [number], x + room / 2, top - 3, align="centre")


def _census_cell(
    sheet: Sheet, desk: Desk, kind: str, left: float, right: float, base: float, serial: int
) -> None:
    rng, room = desk.rng, right - left
    if kind in ("name", "street"):
        word = f"{pick(rng, FIRST)} {pick(rng, LAST)}" if kind == "name" else pick(rng, STREETS + CITIES)
        word = word if desk.chance(0.9) else pick(rng, ["do", '"', "ditto", pick(rng, PROSE)])
        alpha = desk.writer.words(word, desk.writer.unit * 0.9)[:, : max(4, int(room))]
        sheet.put(alpha, left, base - alpha.shape[0] * 0.72, desk.writer.darkness)
    elif kind == "tick":
        if desk.chance(0.5):
            marks.tick(sheet, desk, left + 2, base - desk.writer.unit, desk.writer.unit * 0.7, marked=True)
    elif kind == "line":
        printed(sheet, desk, desk.small, [Value(str(serial), "number")], right - 2, base, align="right")
    else:
        text = {
            "age": str(desk.some(1, 95)),
            "year": str(desk.some(1750, 1950)),
            "sum": values.decimal(rng),
            "code": values.filled(rng, pick(rng, ["dd", "ddd", "d-d", "d/dd"])),
            "no": str(serial),
        }[kind]
        handwritten(sheet, desk, Value(text, kind), left + 1, base, room=room - 2)
