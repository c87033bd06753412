"""Letters and envelopes: addresses by hand and in print, postcodes, stamps, windows, numbers in prose."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value, begin_page
from sutja.synthesis.pages.vocabulary import CITIES, COUNTRIES, PROSE, STREETS, make_person, pick
from sutja.synthesis.pages.writing import (
    Part,
    write_by_hand,
    write_in_comb,
    write_paragraph,
    write_printed,
    write_words,
)


def make_address(theme: Theme) -> list[list[Part]]:
    """A name, a street with its number, a town with its postcode, in the orders of several countries."""
    number = Value(texts.make_digits(theme.rng, theme.integer(1, 3)).lstrip("0") or "7", "number")
    street = f"{pick(theme.rng, STREETS)} {pick(theme.rng, STREETS)}"
    post, city = Value(values.make_postcode(theme.rng), "postcode"), pick(theme.rng, CITIES)
    draw = theme.rng.random()
    lines: list[list[Part]] = [[make_person(theme.rng)]]
    if draw < 0.45:
        lines += [[f"{street} ", number], [post, f" {city}"]]
    elif draw < 0.8:
        lines += [[number, f" {street}"], [f"{city}, ", pick(theme.rng, ["", "NY ", "CA ", "Kent "]), post]]
    elif draw < 0.9:
        lines += [["P.O. Box ", number], [city], [post]]
    else:  # a postcode with letters
        lines += [
            [number, f" {street}"],
            [city],
            [
                Value(
                    values.fill_pattern(theme.rng, pick(theme.rng, ["SWd dAA", "KdA dBd", "Ldd dTH"])),
                    "postcode",
                    ignore=True,
                )
            ],
        ]
    if theme.chance(0.3):
        lines.insert(
            1, [pick(theme.rng, ["Dept. of Finance", "c/o Weber", "GmbH & Co.", "Flat ", "Buchhaltung"])]
        )
    if theme.chance(0.3):
        lines.append([pick(theme.rng, COUNTRIES)])
    return lines


def write_lines(
    sheet: Sheet, theme: Theme, lines: list[list[Part]], x: float, y: float, leading: float, *, by_hand: bool
) -> float:
    """Lines one under the other, by hand or in print; the baseline after the last one."""
    lean = theme.uniform(-0.2, 0.2) if by_hand and theme.chance(0.3) else 0.0
    for parts in lines:
        if not by_hand:
            write_printed(sheet, theme, theme.body, parts, x, y)
        else:
            pen = x
            for part in parts:
                if isinstance(part, str):
                    if part.strip():
                        pen = write_words(sheet, theme, part.strip(), pen, y)[2] + theme.writer.unit * 0.35
                else:
                    box = write_by_hand(sheet, theme, part, pen, y)
                    pen = (box[2] if box else pen) + theme.writer.unit * 0.45
        x += lean * leading
        y += leading
    return y


def make_envelope(context: RenderContext) -> Sheet:
    """The front of an envelope."""
    rng = context.rng
    theme, sheet = begin_page(context, (9, 15), (42, 66), (0.48, 0.72), largest=30)
    width = sheet.width
    by_hand = theme.chance(0.6)
    if theme.chance(0.75):
        desk_small = theme.small
        y = theme.unit * 2
        for parts in make_address(theme)[: theme.integer(2, 4)]:
            write_printed(sheet, theme, desk_small, parts, theme.unit * 2, y)
            y += desk_small.unit * 1.7
    _postage(sheet, theme)
    leading = (theme.writer.unit if by_hand else theme.unit) * theme.uniform(1.6, 2.4)
    x, y = width * theme.uniform(0.3, 0.5), sheet.height * theme.uniform(0.42, 0.6)
    lines = make_address(theme)
    if not by_hand and theme.chance(0.4):  # a window
        sheet.draw_frame(
            (x - theme.unit * 2, y - leading * 1.4, width * 0.95, y + leading * len(lines)),
            1,
            theme.integer(120, 220),
        )
    end = write_lines(sheet, theme, lines, x, y, leading, by_hand=by_hand)
    if theme.chance(0.25):
        digits = Value(values.fill_pattern(rng, pick(rng, ["dddddd", "ddddd", "dddd"])), "postcode")
        style = pick(rng, ["boxes", "apart", "dashes", "teeth"])
        write_in_comb(
            sheet,
            theme,
            digits,
            x,
            min(end, sheet.height - 30),
            theme.writer.unit * theme.uniform(1.0, 1.6),
            theme.writer.unit * 1.5,
            by_hand=by_hand,
            style=style,
        )
    if theme.chance(0.3):
        marks.draw_barcode(
            sheet,
            theme,
            (width * 0.5, sheet.height - theme.unit * 2.2, width * 0.95, sheet.height - theme.unit * 0.8),
        )
    return sheet


def _postage(sheet: Sheet, theme: Theme) -> None:
    """A stamp with its value, and the postmark over it."""
    tall = sheet.height * theme.uniform(0.18, 0.3)
    wide = tall * theme.uniform(0.7, 1.3)
    x, y = sheet.width - wide - theme.unit, theme.unit
    if theme.chance(0.7):
        sheet.fill((x, y, x + wide, y + tall), theme.integer(110, 220))
        for i in range(int(wide // 4)):
            sheet.plane[int(y) : int(y) + 2, int(x) + i * 4 : int(x) + i * 4 + 2] = 255
        marks.draw_logo(sheet, theme, x + 4, y + 4, min(wide, tall) - 10)
        value = Value(pick(theme.rng, ["80", "1.20", "0,85", "55", "5", "32"]), "amount", ignore=True)
        write_printed(sheet, theme, theme.font(scale=1.2), [value], x + wide * 0.6, y + tall * 0.9)
    if theme.chance(0.7):
        marks.draw_stamp(
            sheet, theme, x - wide * theme.uniform(-0.3, 0.6), y + tall * 0.6, max(16, tall * 0.45)
        )
    if theme.chance(0.4):
        for i in range(theme.integer(4, 7)):
            row = y + 4 + i * theme.unit * 0.8
            sheet.draw_line(
                (x - wide, row), (x + wide * 0.8, row + theme.uniform(-2, 2)), 1, theme.integer(90, 170)
            )


def make_letter(context: RenderContext) -> Sheet:
    """A letter: heads, an address, a date, prose with numbers in it."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 15)), style=str(rng.choice(["any", "serif", "mono"])))
    width = int(theme.unit * rng.uniform(48, 72))
    sheet = Sheet(rng, (int(min(width * 1.38, 1100)), width))
    margin, y = width * theme.uniform(0.06, 0.13), theme.unit * theme.uniform(2, 5)
    if theme.chance(0.5):
        marks.draw_logo(sheet, theme, margin, y - theme.unit, theme.unit * 3)
        write_printed(sheet, theme, theme.head, [make_person(rng)], width * 0.5, y, align="centre")
        contact: list[Part] = [
            "Tel. ",
            Value(values.make_phone(rng), "phone"),
            "  Fax ",
            Value(values.make_phone(rng), "phone"),
        ]
        write_printed(sheet, theme, theme.small, contact, width * 0.5, y + theme.unit * 2, align="centre")
        y += theme.unit * 5
    by_hand = theme.chance(0.35)
    leading = (theme.writer.unit if by_hand else theme.unit) * theme.uniform(1.6, 2.1)
    y = (
        write_lines(
            sheet, theme, make_address(theme), margin, y, leading, by_hand=by_hand and theme.chance(0.5)
        )
        + leading
    )
    day: list[Part] = [
        f"{pick(rng, CITIES)}, ",
        Value(values.make_date(rng), "date")
        if theme.chance(0.7)
        else Value(values.make_date_with_month(rng), "date", ignore=True),
    ]
    if by_hand:
        write_lines(sheet, theme, [day], width * 0.55, y, leading, by_hand=True)
    else:
        write_printed(sheet, theme, theme.body, day, width - margin, y, align="right")
    y += leading * 1.5
    y = _text(sheet, theme, margin, y, leading, by_hand)
    if y < sheet.height - theme.unit * 5:
        marks.draw_signature(sheet, theme, margin, y + theme.unit * 2, theme.writer.unit)
    if theme.chance(0.15):
        x, y = width * theme.uniform(0.3, 0.8), sheet.height * theme.uniform(0.3, 0.9)
        marks.draw_stamp(sheet, theme, x, y, theme.unit * 4)
    return sheet


def _text(sheet: Sheet, theme: Theme, margin: float, y: float, leading: float, by_hand: bool) -> float:
    """Body of the letter, numbers among the words; returns the baseline after it."""
    width = sheet.width
    if by_hand:
        while y < sheet.height - leading * 2:
            write_lines(sheet, theme, [_hand_line(theme)], margin, y, leading, by_hand=True)
            y += leading
    else:
        for _ in range(theme.integer(1, 4)):
            words: list[Part] = [_word(theme, 0.05) for _ in range(theme.integer(20, 90))]
            y = (
                write_paragraph(
                    sheet,
                    theme,
                    theme.body,
                    words,
                    (margin, y, width - margin, sheet.height - leading * 3),
                    leading * 0.95,
                )
                + leading * 0.6
            )
    return y


def _hand_line(theme: Theme) -> list[Part]:
    words = " ".join(pick(theme.rng, PROSE) for _ in range(theme.integer(2, 4)))
    if theme.chance(0.4):
        text, kind = values.make_value(theme.rng)
        return [words, Value(text, kind), pick(theme.rng, PROSE)]
    return [words + " " + pick(theme.rng, PROSE)]


def _word(theme: Theme, numbers: float) -> Part:
    if theme.rng.random() < numbers:
        text, kind = values.make_value(theme.rng)
        return Value(text, kind)
    if theme.rng.random() < 0.006:
        return Value(values.make_code(theme.rng), "code", ignore=True)
    return pick(theme.rng, PROSE)


def make_prose(context: RenderContext) -> Sheet:
    """Prose and headings without a single number, in print or by hand."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 18)), style=str(rng.choice(["any", "serif", "mono"])))
    width = int(min(theme.unit * rng.uniform(40, 70), 900))
    sheet = Sheet(rng, (int(width * theme.uniform(0.7, 1.2)), width))
    margin, y = width * 0.07, theme.unit * 2.5
    leading = theme.unit * theme.uniform(1.5, 2.2)
    if theme.chance(0.6):
        heading = " ".join(pick(rng, PROSE) for _ in range(theme.integer(1, 4)))
        write_printed(
            sheet,
            theme,
            theme.head,
            [heading.upper() if theme.chance(0.5) else heading.title()],
            width / 2,
            y,
            align="centre",
        )
        y += leading * 2
    if theme.chance(0.3):
        step = theme.writer.unit * theme.uniform(1.5, 2.2)
        while y < sheet.height - step:
            words = " ".join(pick(rng, PROSE) for _ in range(theme.integer(3, 6)))
            write_words(sheet, theme, words, margin, y)
            y += step
        return sheet
    columns = 2 if theme.chance(0.3) else 1
    wide = (width - margin * (1 + columns)) / columns
    for column in range(columns):
        left = margin + column * (wide + margin)
        row = y
        while row < sheet.height - leading * 2:
            words_: list[Part] = [
                pick(rng, PROSE) + pick(rng, ["", "", "", "", "", ",", ".", ";", "!"])
                for _ in range(theme.integer(15, 80))
            ]
            row = (
                write_paragraph(
                    sheet,
                    theme,
                    theme.body,
                    words_,
                    (left, row, left + wide, sheet.height - leading),
                    leading,
                )
                + leading * 0.3
            )
    return sheet
