"""The parts of a cheque: its bank, lines, date, amount, account, drawer and magnetic figures."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.marks import draw_foreign_script
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import CITIES, LAST, STREETS, make_person, pick
from sutja.synthesis.pages.writing import (
    Part,
    write_by_hand,
    write_in_comb,
    write_number,
    write_printed,
    write_words,
)

_BANKS = ["Bank", "BANK LTD", "National Bank", "Credit Union", "Sparkasse", "Banque"]


def write_bank(sheet: Sheet, theme: Theme, x: float, y: float) -> None:
    """The bank's name, its mark and address."""
    size = theme.unit * theme.uniform(1.5, 3)
    marks.draw_logo(sheet, theme, x, y, size)
    left = x + size * 1.3
    name = f"{pick(theme.rng, LAST)} {pick(theme.rng, _BANKS)}"
    write_printed(sheet, theme, theme.head, [name], left, y + theme.head.unit * 1.1)
    base = y + theme.head.unit * 1.1 + theme.small.unit * 1.8
    parts = [pick(theme.rng, CITIES).upper() + ", ", pick(theme.rng, STREETS).upper(), " "]
    post = Value(values.make_postcode(theme.rng), "postcode")
    write_printed(sheet, theme, theme.small, [*parts, post] if theme.chance(0.7) else parts, left, base)
    if theme.chance(0.4):
        code = Value(values.make_code(theme.rng), "code", ignore=True)
        write_printed(sheet, theme, theme.small, ["IFS CODE : ", code], left, base + theme.small.unit * 1.6)


def write_micr(sheet: Sheet, theme: Theme, number: str) -> None:
    """The line of magnetic figures at the foot: one field from the first sign to the last."""
    font = theme.font("ocr", theme.uniform(1.0, 1.4))
    sign = pick(theme.rng, ["|", "<", "'", ":"]) if theme.chance(0.8) else ""
    groups = [
        f"{sign}{number}{sign}",
        f"{texts.make_digits(theme.rng, 9)}{sign}",
        f"{texts.make_digits(theme.rng, theme.integer(6, 12))}{sign}",
    ]
    groups += [texts.make_digits(theme.rng, 2)] if theme.chance(0.6) else []
    line = (" " * theme.integer(1, 4)).join(groups[: theme.integer(2, 4)])
    if not font.has(line):
        line = "".join(c if c.isdigit() else " " for c in line).strip()
    base = sheet.height - theme.unit * theme.uniform(1.2, 2.6)
    x = sheet.width * theme.uniform(0.08, 0.25)
    sheet.plane[max(0, int(base - theme.unit * 2.2)) :] = 255  # a clear band, as machines ask for
    write_printed(
        sheet, theme, font, [Value(line, "micr")], x, base, spread=theme.uniform(0, 0.25) * font.unit
    )


def write_amount(
    sheet: Sheet,
    theme: Theme,
    x: float,
    y: float,
    wide: float,
    tall: float,
    sign: str,
    text: str,
    by_hand: bool,
) -> None:
    """The box of the courtesy amount with its currency sign, and the sum in it."""
    grey = theme.integer(20, 140)
    if theme.chance(0.3):
        window = sheet.plane[int(y) : int(y + tall), int(max(0, x)) : int(x + wide)]
        window[:] = theme.integer(235, 255)
    if theme.chance(0.85):
        sheet.draw_frame((x, y, x + wide, y + tall), 1 if theme.chance(0.7) else 2, grey)
    font = theme.font(scale=theme.uniform(1.0, 2.2))
    left = x + theme.unit * 0.4
    if theme.chance(0.25):
        draw_foreign_script(
            sheet, theme, x - theme.unit * 7, y + tall * 0.7, theme.small.unit, theme.integer(3, 5)
        )
    if sign and font.has(sign):
        left = write_printed(
            sheet, theme, font, [sign], left if theme.chance(0.8) else x - font.unit * 1.4, y + tall * 0.72
        )
        if theme.chance(0.3):
            sheet.draw_line((left + 2, y), (left + 2, y + tall), 1, grey)
    left = max(left, x) + theme.unit * theme.uniform(0.1, 1.0)
    base = y + tall * theme.uniform(0.65, 0.95)
    if by_hand:
        raised = 2 if text[-3:-2] == " " else 0
        write_by_hand(
            sheet, theme, Value(text, "amount"), left, base, room=x + wide * 1.08 - left, raised=raised
        )
    else:
        write_printed(
            sheet,
            theme,
            theme.font("mono" if theme.chance(0.5) else "any", 1.1),
            [Value(text, "amount")],
            left,
            base,
        )


def write_lines(
    sheet: Sheet,
    theme: Theme,
    rows: list[tuple[str, str]],
    x0: float,
    x1: float,
    top: float,
    step: float,
    by_hand: bool,
) -> float:
    """Printed labels, each with a line and words on it; the y of the last line."""
    y, dotted = top, theme.chance(0.25)
    for label, words in rows:
        end = write_printed(sheet, theme, theme.small if theme.chance(0.5) else theme.body, [label], x0, y)
        grey = theme.integer(30, 150)
        if dotted:
            for x in range(int(end + 3), int(x1), 4):
                sheet.draw_line((x, y + 2), (x + 1, y + 2), 1, grey)
        else:
            sheet.draw_line((end + 3, y + 2), (x1, y + 2), 1, grey)
        start = end + theme.unit * theme.uniform(0.5, 5)
        if words and by_hand:
            write_words(sheet, theme, words, start, y)
        elif words:
            write_printed(sheet, theme, theme.body, [words], start, y - 1)
        y += step
    return y - step


def write_date(sheet: Sheet, theme: Theme, x: float, y: float, by_hand: bool) -> None:
    """The date: a comb of eight boxes with letters below, or on a line."""
    label = pick(theme.rng, ["Date", "DATE", "Dt.", "Datum", "Le", "Date:"])
    end = write_printed(sheet, theme, theme.small, [label], x, y + theme.unit * 1.4) + theme.unit * 0.5
    if theme.chance(0.55):
        digits = values.fill_pattern(theme.rng, pick(theme.rng, ["ddddddd"[:6], "dddddddd", "dddddddd"]))
        pitch, tall = theme.unit * theme.uniform(1.3, 1.9), theme.unit * theme.uniform(1.6, 2.2)
        if theme.chance(0.06):
            digits = ""
        empty = (0, 0) if digits else (0, 8)
        every = 2 if theme.chance(0.1) else 0
        write_in_comb(
            sheet,
            theme,
            Value(digits, "date"),
            end,
            y,
            pitch,
            tall,
            by_hand=by_hand,
            empty=empty,
            every=every,
        )
        if theme.chance(0.6):
            for i, letter in enumerate("DDMMYYYY"):
                write_printed(
                    sheet,
                    theme,
                    theme.small,
                    [letter],
                    end + (i + 0.5) * pitch,
                    y + tall + theme.small.unit * 1.5,
                    align="centre",
                )
        return
    base = y + theme.unit * 1.4
    sheet.draw_line((end, base + 2), (end + theme.unit * 9, base + 2), 1, theme.integer(30, 140))
    if theme.chance(0.15):
        value = Value(values.make_date_with_month(theme.rng), "date", ignore=True)
    else:
        value = Value(values.make_date(theme.rng), "date")
    write_number(sheet, theme, value, end + theme.unit * 0.5, base, by_hand=by_hand)


def write_account(sheet: Sheet, theme: Theme, margin: float, y: float) -> None:
    """The framed number of the account, and at times another below."""
    unit = theme.unit
    end = write_printed(
        sheet, theme, theme.small, [pick(theme.rng, ["A/C NO.", "A/c. No.", "Account"])], margin + 4, y
    )
    account = Value(texts.make_digits(theme.rng, theme.integer(9, 16)), "account")
    spread = unit * theme.uniform(0.1, 0.6) if theme.chance(0.4) else 0.0
    after = write_printed(sheet, theme, theme.body, [account], end + unit, y, spread=spread)
    sheet.draw_frame((margin, y - unit * 1.6, after + unit, y + unit * 0.7), 1, theme.integer(30, 150))
    if theme.chance(0.4):
        write_printed(
            sheet,
            theme,
            theme.small,
            ["SAN : ", Value(texts.make_digits(theme.rng, 6), "number")],
            margin + unit * 4,
            y + unit * 2.2,
        )


def write_drawer(sheet: Sheet, theme: Theme, margin: float) -> str:
    """Name and address of who pays, and on the right the cheque's number, which is returned."""
    width, unit = sheet.width, theme.unit
    y = sheet.height * 0.1
    write_printed(sheet, theme, theme.body, [make_person(theme.rng)], margin, y)
    street: list[Part] = [
        Value(values.make_count(theme.rng), "number"),
        f" {pick(theme.rng, STREETS)} {pick(theme.rng, STREETS)}",
    ]
    write_printed(sheet, theme, theme.small, street, margin, y + unit * 1.7)
    city: list[Part] = [
        f"{pick(theme.rng, CITIES)}, ",
        pick(theme.rng, ["NY ", "CA ", "TX ", "OH ", "WA "]),
        Value(values.fill_pattern(theme.rng, "ddddd"), "postcode"),
    ]
    write_printed(sheet, theme, theme.small, city, margin, y + unit * 3.2)
    number = texts.make_digits(theme.rng, theme.integer(3, 8))
    write_printed(
        sheet,
        theme,
        theme.head,
        ["No. " if theme.chance(0.3) else "", Value(number, "number")],
        width - margin,
        y,
        align="right",
    )
    if theme.chance(0.6):
        write_printed(
            sheet,
            theme,
            theme.small,
            [Value(values.fill_pattern(theme.rng, "dd-dddd/dddd"), "number")],
            width - margin,
            y + unit * 2,
            align="right",
        )
    return number


def make_dollars(theme: Theme, by_hand: bool) -> str:
    """A sum as it is written behind a printed dollar sign."""
    text = texts.make_amount(theme.rng).lstrip("$€£¥₹ ")
    if theme.chance(0.35):
        cents = texts.make_digits(theme.rng, 2) + pick(theme.rng, ["", "/100"])
        text = f"{texts.make_digits(theme.rng, theme.integer(1, 4))} {cents}"
    if not by_hand and theme.chance(0.5):
        text = pick(theme.rng, ["**", "***", "*", "$", "$**"]) + text
    return text
