"""Letters and envelopes: addresses by hand and in print, postcodes, stamps, windows, numbers in prose."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, COUNTRIES, PROSE, STREETS, person, pick
from sutja.synthesis.pages.writing import Part, comb, hand_words, handwritten, paragraph, printed


def address_lines(desk: Desk) -> list[list[Part]]:
    """A name, a street with its number, a town with its postcode, in the orders of several countries."""
    number = Value(texts.digits(desk.rng, desk.some(1, 3)).lstrip("0") or "7", "number")
    street = f"{pick(desk.rng, STREETS)} {pick(desk.rng, STREETS)}"
    post, city = Value(values.postcode(desk.rng), "postcode"), pick(desk.rng, CITIES)
    way = desk.rng.random()
    lines: list[list[Part]] = [[person(desk.rng)]]
    if way < 0.45:
        lines += [[f"{street} ", number], [post, f" {city}"]]
    elif way < 0.8:
        lines += [[number, f" {street}"], [f"{city}, ", pick(desk.rng, ["", "NY ", "CA ", "Kent "]), post]]
    elif way < 0.9:
        lines += [["P.O. Box ", number], [city], [post]]
    else:  # a postcode with letters
        lines += [
            [number, f" {street}"],
            [city],
            [
                Value(
                    values.filled(desk.rng, pick(desk.rng, ["SWd dAA", "KdA dBd", "Ldd dTH"])),
                    "postcode",
                    ignore=True,
                )
            ],
        ]
    if desk.chance(0.3):
        lines.insert(
            1, [pick(desk.rng, ["Dept. of Finance", "c/o Weber", "GmbH & Co.", "Flat ", "Buchhaltung"])]
        )
    if desk.chance(0.3):
        lines.append([pick(desk.rng, COUNTRIES)])
    return lines


def write_lines(
    sheet: Sheet, desk: Desk, lines: list[list[Part]], x: float, y: float, leading: float, *, by_hand: bool
) -> float:
    """Lines one under the other, by hand or in print; the baseline after the last one."""
    lean = desk.between(-0.2, 0.2) if by_hand and desk.chance(0.3) else 0.0
    for parts in lines:
        if not by_hand:
            printed(sheet, desk, desk.body, parts, x, y)
        else:
            pen = x
            for part in parts:
                if isinstance(part, str):
                    if part.strip():
                        pen = hand_words(sheet, desk, part.strip(), pen, y)[2] + desk.writer.unit * 0.35
                else:
                    box = handwritten(sheet, desk, part, pen, y)
                    pen = (box[2] if box else pen) + desk.writer.unit * 0.45
        x += lean * leading
        y += leading
    return y


def envelope(supplies: Supplies) -> Sheet:
    """The front of an envelope."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(9, 15)), largest=30)
    width = int(desk.unit * rng.uniform(42, 66))
    sheet = Sheet(rng, (int(width * rng.uniform(0.48, 0.72)), width))
    by_hand = desk.chance(0.6)
    if desk.chance(0.75):
        desk_small = desk.small
        y = desk.unit * 2
        for parts in address_lines(desk)[: desk.some(2, 4)]:
            printed(sheet, desk, desk_small, parts, desk.unit * 2, y)
            y += desk_small.unit * 1.7
    _postage(sheet, desk)
    leading = (desk.writer.unit if by_hand else desk.unit) * desk.between(1.6, 2.4)
    x, y = width * desk.between(0.3, 0.5), sheet.height * desk.between(0.42, 0.6)
    lines = address_lines(desk)
    if not by_hand and desk.chance(0.4):  # a window
        sheet.frame(
            (x - desk.unit * 2, y - leading * 1.4, width * 0.95, y + leading * len(lines)),
            1,
            desk.some(120, 220),
        )
    end = write_lines(sheet, desk, lines, x, y, leading, by_hand=by_hand)
    if desk.chance(0.25):
        digits = Value(values.filled(rng, pick(rng, ["dddddd", "ddddd", "dddd"])), "postcode")
        style = pick(rng, ["boxes", "apart", "dashes", "teeth"])
        comb(
            sheet,
            desk,
            digits,
            x,
            min(end, sheet.height - 30),
            desk.writer.unit * desk.between(1.0, 1.6),
            desk.writer.unit * 1.5,
            by_hand=by_hand,
            style=style,
        )
    if desk.chance(0.3):
        marks.bars(
            sheet,
            desk,
            (width * 0.5, sheet.height - desk.unit * 2.2, width * 0.95, sheet.height - desk.unit * 0.8),
        )
    return sheet


def _postage(sheet: Sheet, desk: Desk) -> None:
    """A stamp with its value, and the postmark over it."""
    tall = sheet.height * desk.between(0.18, 0.3)
    wide = tall * desk.between(0.7, 1.3)
    x, y = sheet.width - wide - desk.unit, desk.unit
    if desk.chance(0.7):
        sheet.fill((x, y, x + wide, y + tall), desk.some(110, 220))
        for i in range(int(wide // 4)):
            sheet.plane[int(y) : int(y) + 2, int(x) + i * 4 : int(x) + i * 4 + 2] = 255
        marks.logo(sheet, desk, x + 4, y + 4, min(wide, tall) - 10)
        value = Value(pick(desk.rng, ["80", "1.20", "0,85", "55", "5", "32"]), "amount", ignore=True)
        printed(sheet, desk, desk.type(scale=1.2), [value], x + wide * 0.6, y + tall * 0.9)
    if desk.chance(0.7):
        marks.stamp(sheet, desk, x - wide * desk.between(-0.3, 0.6), y + tall * 0.6, max(16, tall * 0.45))
    if desk.chance(0.4):
        for i in range(desk.some(4, 7)):
            row = y + 4 + i * desk.unit * 0.8
            sheet.line((x - wide, row), (x + wide * 0.8, row + desk.between(-2, 2)), 1, desk.some(90, 170))


def letter(supplies: Supplies) -> Sheet:
    """A letter: heads, an address, a date, prose with numbers in it."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 15)), style=str(rng.choice(["any", "serif", "mono"])))
    width = int(desk.unit * rng.uniform(48, 72))
    sheet = Sheet(rng, (int(min(width * 1.38, 1100)), width))
    margin, y = width * desk.between(0.06, 0.13), desk.unit * desk.between(2, 5)
    if desk.chance(0.5):
        marks.logo(sheet, desk, margin, y - desk.unit, desk.unit * 3)
        printed(sheet, desk, desk.head, [person(rng)], width * 0.5, y, align="centre")
        contact: list[Part] = [
            "Tel. ",
            Value(values.phone(rng), "phone"),
            "  Fax ",
            Value(values.phone(rng), "phone"),
        ]
        printed(sheet, desk, desk.small, contact, width * 0.5, y + desk.unit * 2, align="centre")
        y += desk.unit * 5
    by_hand = desk.chance(0.35)
    leading = (desk.writer.unit if by_hand else desk.unit) * desk.between(1.6, 2.1)
    y = (
        write_lines(
            sheet, desk, address_lines(desk), margin, y, leading, by_hand=by_hand and desk.chance(0.5)
        )
        + leading
    )
    day: list[Part] = [
        f"{pick(rng, CITIES)}, ",
        Value(values.date(rng), "date")
        if desk.chance(0.7)
        else Value(values.date_with_month(rng), "date", ignore=True),
    ]
    if by_hand:
        write_lines(sheet, desk, [day], width * 0.55, y, leading, by_hand=True)
    else:
        printed(sheet, desk, desk.body, day, width - margin, y, align="right")
    y += leading * 1.5
    y = _text(sheet, desk, margin, y, leading, by_hand)
    if y < sheet.height - desk.unit * 5:
        marks.signature(sheet, desk, margin, y + desk.unit * 2, desk.writer.unit)
    if desk.chance(0.15):
        marks.stamp(
            sheet, desk, width * desk.between(0.3, 0.8), sheet.height * desk.between(0.3, 0.9), desk.unit * 4
        )
    return sheet


def _text(sheet: Sheet, desk: Desk, margin: float, y: float, leading: float, by_hand: bool) -> float:
    """What the letter says, numbers among the words; the baseline after it."""
    width = sheet.width
    if by_hand:
        while y < sheet.height - leading * 2:
            write_lines(sheet, desk, [_hand_line(desk)], margin, y, leading, by_hand=True)
            y += leading
    else:
        for _ in range(desk.some(1, 4)):
            words: list[Part] = [_word(desk, 0.05) for _ in range(desk.some(20, 90))]
            y = (
                paragraph(
                    sheet,
                    desk,
                    desk.body,
                    words,
                    (margin, y, width - margin, sheet.height - leading * 3),
                    leading * 0.95,
                )
                + leading * 0.6
            )
    return y


def _hand_line(desk: Desk) -> list[Part]:
    words = " ".join(pick(desk.rng, PROSE) for _ in range(desk.some(2, 4)))
    if desk.chance(0.4):
        text, kind = values.value(desk.rng)
        return [words, Value(text, kind), pick(desk.rng, PROSE)]
    return [words + " " + pick(desk.rng, PROSE)]


def _word(desk: Desk, numbers: float) -> Part:
    if desk.rng.random() < numbers:
        text, kind = values.value(desk.rng)
        return Value(text, kind)
    if desk.rng.random() < 0.006:
        return Value(values.code(desk.rng), "code", ignore=True)
    return pick(desk.rng, PROSE)


def prose(supplies: Supplies) -> Sheet:
    """Prose and headings without a single number, in print or by hand."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 18)), style=str(rng.choice(["any", "serif", "mono"])))
    width = int(min(desk.unit * rng.uniform(40, 70), 900))
    sheet = Sheet(rng, (int(width * desk.between(0.7, 1.2)), width))
    margin, y = width * 0.07, desk.unit * 2.5
    leading = desk.unit * desk.between(1.5, 2.2)
    if desk.chance(0.6):
        heading = " ".join(pick(rng, PROSE) for _ in range(desk.some(1, 4)))
        printed(
            sheet,
            desk,
            desk.head,
            [heading.upper() if desk.chance(0.5) else heading.title()],
            width / 2,
            y,
            align="centre",
        )
        y += leading * 2
    if desk.chance(0.3):
        step = desk.writer.unit * desk.between(1.5, 2.2)
        while y < sheet.height - step:
            words = " ".join(pick(rng, PROSE) for _ in range(desk.some(3, 6)))
            hand_words(sheet, desk, words, margin, y)
            y += step
        return sheet
    columns = 2 if desk.chance(0.3) else 1
    wide = (width - margin * (1 + columns)) / columns
    for column in range(columns):
        left = margin + column * (wide + margin)
        row = y
        while row < sheet.height - leading * 2:
            words_: list[Part] = [
                pick(rng, PROSE) + pick(rng, ["", "", "", "", "", ",", ".", ";", "!"])
                for _ in range(desk.some(15, 80))
            ]
            row = (
                paragraph(
                    sheet, desk, desk.body, words_, (left, row, left + wide, sheet.height - leading), leading
                )
                + leading * 0.3
            )
    return sheet
