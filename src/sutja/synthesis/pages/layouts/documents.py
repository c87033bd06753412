"""Long rows of digits: slips for transfers, certificates, tickets, accounts, lines for machines."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.marks import draw_foreign_script
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value, begin_page
from sutja.synthesis.pages.vocabulary import LAST, PROSE, make_label, make_person, pick
from sutja.synthesis.pages.writing import (
    write_by_hand,
    write_in_comb,
    write_paragraph,
    write_printed,
    write_words,
)

_GROUPED = (
    "dddd dddd dddd dddd",
    "dddd dddd dddd dddd dddd dd",
    "dddddddd-dddddddd-dddddddd",
    "ddd.ddd.ddd-dd",
    "dddddddd dddddddd",
    "ddd-ddddddddd-dd",
    "dd dddd dddd dddd dddd dddd",
    "dddddd-ddddddd-dd-ddd",
    "ddddd.ddddd ddddd.dddddd ddddd.dddddd d dddddddddddddd",
    "ddd ddd ddd ddd ddd",
    "d dddddd dddddd",
    "dd/ddd/ddddd",
    "dddd-dddddd-ddddd",
)


def make_long_number(theme: Theme) -> str:
    """Ten to thirty digits, in groups or not."""
    if theme.chance(0.5):
        return values.fill_pattern(theme.rng, pick(theme.rng, list(_GROUPED)))
    return texts.make_digits(theme.rng, theme.integer(10, 30))


def make_slip(context: RenderContext) -> Sheet:
    """A slip for a transfer: combs from edge to edge, by hand or by a printer, and a line for machines."""
    theme = Theme(context, float(context.rng.uniform(8, 12)), largest=22)
    unit, hand = theme.unit, theme.writer.unit
    pitch = hand * theme.uniform(0.85, 1.25)
    width = int(pitch * theme.integer(28, 38))
    sheet = Sheet(theme.rng, (int(width * theme.uniform(0.55, 0.95)), width))
    if theme.chance(0.4):
        sheet.fill((0, 0, width, sheet.height), theme.integer(205, 250))
    by_hand = theme.chance(0.8)
    margin = width * theme.uniform(0.02, 0.06)
    write_printed(
        sheet,
        theme,
        theme.head,
        [pick(theme.rng, LAST).upper() + " " + pick(theme.rng, PROSE).upper()],
        margin,
        unit * 2.4,
    )
    y, style = unit * theme.uniform(3.5, 5), pick(theme.rng, ["boxes", "boxes", "teeth", "apart", "dashes"])
    while y < sheet.height - hand * 3 - unit * 7:
        y = _slip_row(sheet, theme, margin, y, pitch, style, by_hand)
    _machine_line(sheet, theme, margin)
    if theme.chance(0.4):
        marks.draw_signature(sheet, theme, width * 0.6, y, hand)
    if theme.chance(0.25):
        marks.draw_stamp(
            sheet, theme, width * theme.uniform(0.2, 0.9), y - unit * 2, unit * theme.uniform(3, 5)
        )
    return sheet


def _slip_row(
    sheet: Sheet, theme: Theme, margin: float, y: float, pitch: float, style: str, by_hand: bool
) -> float:
    """A label and its comb, which words, a long number or an amount fill; where the next row begins."""
    tall = theme.writer.unit * theme.uniform(1.25, 1.7)
    roll, small = theme.rng.random(), theme.small
    if theme.chance(0.2):
        draw_foreign_script(sheet, theme, margin, y + small.unit, small.unit, theme.integer(3, 9))
    else:
        write_printed(sheet, theme, small, [make_label(theme.rng)], margin, y + small.unit)
    top = y + small.unit * 1.5
    room = int((sheet.width - 2 * margin) / pitch)
    if roll < 0.25:  # letters
        write_in_comb(
            sheet, theme, Value(""), margin, top, pitch, tall, by_hand=by_hand, empty=(0, room), style=style
        )
        word = make_person(theme.rng).upper().replace(" ", "")[: room - 1]
        for i, letter in enumerate(word):
            write_words(sheet, theme, letter, margin + (i + 0.2) * pitch, top + tall * 0.85)
    elif roll < 0.7:  # a long number
        n = min(room, theme.integer(9, 27))
        start = margin if theme.chance(0.7) else margin + (room - n) * pitch
        after = min(theme.integer(0, 4), room - n) if theme.chance(0.4) else 0
        digits = Value(texts.make_digits(theme.rng, n), "account")
        write_in_comb(
            sheet, theme, digits, start, top, pitch, tall, by_hand=by_hand, empty=(0, after), style=style
        )
    elif roll < 0.88:  # an amount at the right, cents apart
        whole, boxes = theme.integer(1, 6), theme.integer(6, 9)
        x = sheet.width - margin - (boxes + 2.6) * pitch
        write_printed(
            sheet,
            theme,
            small,
            [pick(theme.rng, ["EUR", "CHF", "HUF", "USD", "€", "Fr."])],
            x - pitch * 2.5,
            top + tall * 0.7,
        )
        _amount_comb(sheet, theme, x, top, pitch, tall, (whole, max(0, boxes - whole)), style, by_hand)
    else:
        sheet.draw_frame((margin, top, sheet.width - margin, top + tall), 1, theme.integer(20, 150))
        value = Value(make_long_number(theme), "account")
        write_by_hand(sheet, theme, value, margin + pitch, top + tall * 0.9, room=sheet.width - 3 * margin)
    return top + tall + theme.unit * theme.uniform(0.8, 2)


def _amount_comb(
    sheet: Sheet,
    theme: Theme,
    x: float,
    y: float,
    pitch: float,
    tall: float,
    sizes: tuple[int, int],
    style: str,
    by_hand: bool,
) -> None:
    """An amount in a comb whose comma is printed: the whole is one number with its cents."""
    whole, before = sizes
    text = texts.make_digits(theme.rng, whole + 2)
    value = Value(text, "amount")
    write_in_comb(sheet, theme, value, x, y, pitch, tall, by_hand=by_hand, empty=(before, 0), style=style)
    comma = x + (before + whole) * pitch
    sheet.draw_line((comma, y + tall * 0.8), (comma - 2, y + tall * 1.1), 2, theme.integer(0, 60))


def _machine_line(sheet: Sheet, theme: Theme, margin: float) -> None:
    """A line at the foot, in figures that machines read, as wide as the slip at times."""
    font = theme.font("ocr", theme.uniform(0.9, 1.4))
    mark = pick(theme.rng, ["+", ">", "<", "|", " "])
    first = texts.make_digits(theme.rng, theme.integer(10, 28))
    line = f"{first}{mark} {texts.make_digits(theme.rng, theme.integer(6, 18))}"
    if theme.chance(0.5):
        line += f"{mark} {texts.make_digits(theme.rng, theme.integer(2, 9))}{mark}"
    line = "".join(c for c in line if font.has(c))
    base = sheet.height - theme.unit * theme.uniform(0.8, 2)
    band = int(base - font.unit * theme.uniform(1.6, 3))
    sheet.plane[max(0, band) :] = 255
    spread = theme.uniform(0, 0.3) * font.unit
    while line and font.width(line, spread) > sheet.width - margin:
        line = line[:-1].rstrip()
    write_printed(
        sheet,
        theme,
        font,
        [Value(line, "micr")],
        sheet.width - margin * 0.5,
        base,
        align="right",
        spread=spread,
    )


def make_document(context: RenderContext) -> Sheet:
    """A certificate, a ticket or a letter of a bank: labels with long numbers of any size beside or below."""
    theme, sheet = begin_page(context, (7, 13), (44, 74), (0.5, 1.1), largest=24)
    unit, width = theme.unit, sheet.width
    if theme.chance(0.4):
        marks.draw_security_print(sheet, theme, (0, 0, width, sheet.height))
    margin, y = width * theme.uniform(0.04, 0.1), unit * theme.uniform(2.5, 4)
    if theme.chance(0.6):
        write_printed(
            sheet, theme, theme.head, [" ".join(pick(theme.rng, PROSE) for _ in range(3)).title()], margin, y
        )
        y += unit * 2.5
    while y < sheet.height - unit * 3:
        roll = theme.rng.random()
        if roll < 0.2:
            words = [pick(theme.rng, PROSE) for _ in range(theme.integer(6, 30))]
            box = margin, y - unit, width - margin, y + unit * 8
            y = write_paragraph(sheet, theme, theme.small, list(words), box, theme.small.unit * 1.6) + unit
        elif roll < 0.35:
            y = _coded(sheet, theme, margin, y)
        else:
            y = _detail(sheet, theme, margin, y)
    return sheet


def _coded(sheet: Sheet, theme: Theme, margin: float, y: float) -> float:
    """A bar code with its number below."""
    wide = theme.unit * theme.uniform(12, 26)
    x = margin if theme.chance(0.5) else sheet.width - margin - wide
    tall = theme.unit * theme.uniform(2, 5)
    marks.draw_barcode(sheet, theme, (x, y, x + wide, y + tall))
    code = texts.make_digits(theme.rng, theme.integer(8, 22))
    spread = max(0.0, (wide - theme.small.width(code)) / len(code)) * theme.uniform(0, 1)
    write_printed(
        sheet,
        theme,
        theme.small,
        [Value(code, "number")],
        x,
        y + tall + theme.small.unit * 1.5,
        spread=spread,
    )
    return y + tall + theme.unit * 4


def _detail(sheet: Sheet, theme: Theme, margin: float, y: float) -> float:
    """A label and a long number, beside one another or one below the other."""
    font = theme.font(scale=theme.uniform(0.7, 1.8)) if theme.chance(0.6) else theme.body
    name = make_label(theme.rng) + pick(theme.rng, [":", "", " "])
    end = write_printed(sheet, theme, theme.small if theme.chance(0.5) else theme.body, [name], margin, y)
    left = end + theme.unit * theme.uniform(0.4, 4)
    if theme.chance(0.35):
        left, y = margin, y + max(font.unit, theme.unit) * 1.7
    value = Value(
        make_long_number(theme) if theme.chance(0.75) else values.make_value(theme.rng)[0], "account"
    )
    room = sheet.width - margin * 0.5 - left
    if theme.chance(0.25):
        write_by_hand(sheet, theme, value, left, y + theme.unit * 0.3, room=room)
        return y + theme.writer.unit * theme.uniform(1.4, 2.2)
    spread = font.unit * theme.uniform(0.05, 0.7) if theme.chance(0.35) else 0.0
    if font.has(value.text) and font.width(value.text, spread) < room:
        after = write_printed(sheet, theme, font, [value], left, y, spread=spread)
        if theme.chance(0.25):
            box = left - 4, y - font.unit * 1.4, after + 3, y + font.unit * 0.5
            sheet.draw_frame(box, 1, theme.integer(20, 150))
    return y + max(font.unit, theme.unit) * theme.uniform(1.6, 2.6)
