"""Long rows of digits: slips for transfers, certificates, tickets, accounts, lines for machines."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.panels import foreign
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import LAST, PROSE, label, person, pick
from sutja.synthesis.pages.writing import comb, hand_words, handwritten, paragraph, printed

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


def long_number(desk: Desk) -> str:
    """Ten to thirty digits, in groups or not."""
    if desk.chance(0.5):
        return values.filled(desk.rng, pick(desk.rng, list(_GROUPED)))
    return texts.digits(desk.rng, desk.some(10, 30))


def slip(supplies: Supplies) -> Sheet:
    """A slip for a transfer: combs from edge to edge, by hand or by a printer, and a line for machines."""
    desk = Desk(supplies, float(supplies.rng.uniform(8, 12)), largest=22)
    unit, hand = desk.unit, desk.writer.unit
    pitch = hand * desk.between(0.85, 1.25)
    width = int(pitch * desk.some(28, 38))
    sheet = Sheet(desk.rng, (int(width * desk.between(0.55, 0.95)), width))
    if desk.chance(0.4):
        sheet.fill((0, 0, width, sheet.height), desk.some(205, 250))
    by_hand = desk.chance(0.8)
    margin = width * desk.between(0.02, 0.06)
    printed(
        sheet,
        desk,
        desk.head,
        [pick(desk.rng, LAST).upper() + " " + pick(desk.rng, PROSE).upper()],
        margin,
        unit * 2.4,
    )
    y, style = unit * desk.between(3.5, 5), pick(desk.rng, ["boxes", "boxes", "teeth", "apart", "dashes"])
    while y < sheet.height - hand * 3 - unit * 7:
        y = _slip_row(sheet, desk, margin, y, pitch, style, by_hand)
    _machine_line(sheet, desk, margin)
    if desk.chance(0.4):
        marks.signature(sheet, desk, width * 0.6, y, hand)
    if desk.chance(0.25):
        marks.stamp(sheet, desk, width * desk.between(0.2, 0.9), y - unit * 2, unit * desk.between(3, 5))
    return sheet


def _slip_row(
    sheet: Sheet, desk: Desk, margin: float, y: float, pitch: float, style: str, by_hand: bool
) -> float:
    """A label and its comb, which words, a long number or an amount fill; where the next row begins."""
    tall = desk.writer.unit * desk.between(1.25, 1.7)
    roll, small = desk.rng.random(), desk.small
    if desk.chance(0.2):
        foreign(sheet, desk, margin, y + small.unit, small.unit, desk.some(3, 9))
    else:
        printed(sheet, desk, small, [label(desk.rng)], margin, y + small.unit)
    top = y + small.unit * 1.5
    room = int((sheet.width - 2 * margin) / pitch)
    if roll < 0.25:  # letters
        comb(sheet, desk, Value(""), margin, top, pitch, tall, by_hand=by_hand, empty=(0, room), style=style)
        word = person(desk.rng).upper().replace(" ", "")[: room - 1]
        for i, letter in enumerate(word):
            hand_words(sheet, desk, letter, margin + (i + 0.2) * pitch, top + tall * 0.85)
    elif roll < 0.7:  # a long number
        n = min(room, desk.some(9, 27))
        start = margin if desk.chance(0.7) else margin + (room - n) * pitch
        after = min(desk.some(0, 4), room - n) if desk.chance(0.4) else 0
        digits = Value(texts.digits(desk.rng, n), "account")
        comb(sheet, desk, digits, start, top, pitch, tall, by_hand=by_hand, empty=(0, after), style=style)
    elif roll < 0.88:  # an amount at the right, cents apart
        whole, boxes = desk.some(1, 6), desk.some(6, 9)
        x = sheet.width - margin - (boxes + 2.6) * pitch
        printed(
            sheet,
            desk,
            small,
            [pick(desk.rng, ["EUR", "CHF", "HUF", "USD", "€", "Fr."])],
            x - pitch * 2.5,
            top + tall * 0.7,
        )
        _amount_comb(sheet, desk, x, top, pitch, tall, (whole, max(0, boxes - whole)), style, by_hand)
    else:
        sheet.frame((margin, top, sheet.width - margin, top + tall), 1, desk.some(20, 150))
        value = Value(long_number(desk), "account")
        handwritten(sheet, desk, value, margin + pitch, top + tall * 0.9, room=sheet.width - 3 * margin)
    return top + tall + desk.unit * desk.between(0.8, 2)


def _amount_comb(
    sheet: Sheet,
    desk: Desk,
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
    text = texts.digits(desk.rng, whole + 2)
    value = Value(text, "amount")
    comb(sheet, desk, value, x, y, pitch, tall, by_hand=by_hand, empty=(before, 0), style=style)
    comma = x + (before + whole) * pitch
    sheet.line((comma, y + tall * 0.8), (comma - 2, y + tall * 1.1), 2, desk.some(0, 60))


def _machine_line(sheet: Sheet, desk: Desk, margin: float) -> None:
    """A line at the foot, in figures that machines read, as wide as the slip at times."""
    type_ = desk.type("ocr", desk.between(0.9, 1.4))
    mark = pick(desk.rng, ["+", ">", "<", "|", " "])
    line = f"{texts.digits(desk.rng, desk.some(10, 28))}{mark} {texts.digits(desk.rng, desk.some(6, 18))}"
    if desk.chance(0.5):
        line += f"{mark} {texts.digits(desk.rng, desk.some(2, 9))}{mark}"
    line = "".join(c for c in line if type_.has(c))
    base = sheet.height - desk.unit * desk.between(0.8, 2)
    band = int(base - type_.unit * desk.between(1.6, 3))
    sheet.plane[max(0, band) :] = 255
    spread = desk.between(0, 0.3) * type_.unit
    while line and type_.width(line, spread) > sheet.width - margin:
        line = line[:-1].rstrip()
    printed(
        sheet,
        desk,
        type_,
        [Value(line, "micr")],
        sheet.width - margin * 0.5,
        base,
        align="right",
        spread=spread,
    )


def document(supplies: Supplies) -> Sheet:
    """A certificate, a ticket or a letter of a bank: labels with long numbers of any size beside or below."""
    desk = Desk(supplies, float(supplies.rng.uniform(7, 13)), largest=24)
    unit = desk.unit
    width = int(unit * desk.between(44, 74))
    sheet = Sheet(desk.rng, (int(width * desk.between(0.5, 1.1)), width))
    if desk.chance(0.4):
        marks.security_print(sheet, desk, (0, 0, width, sheet.height))
    margin, y = width * desk.between(0.04, 0.1), unit * desk.between(2.5, 4)
    if desk.chance(0.6):
        printed(
            sheet, desk, desk.head, [" ".join(pick(desk.rng, PROSE) for _ in range(3)).title()], margin, y
        )
        y += unit * 2.5
    while y < sheet.height - unit * 3:
        roll = desk.rng.random()
        if roll < 0.2:
            words = [pick(desk.rng, PROSE) for _ in range(desk.some(6, 30))]
            box = margin, y - unit, width - margin, y + unit * 8
            y = paragraph(sheet, desk, desk.small, list(words), box, desk.small.unit * 1.6) + unit
        elif roll < 0.35:
            y = _coded(sheet, desk, margin, y)
        else:
            y = _detail(sheet, desk, margin, y)
    return sheet


def _coded(sheet: Sheet, desk: Desk, margin: float, y: float) -> float:
    """A bar code with its number below."""
    wide = desk.unit * desk.between(12, 26)
    x = margin if desk.chance(0.5) else sheet.width - margin - wide
    tall = desk.unit * desk.between(2, 5)
    marks.bars(sheet, desk, (x, y, x + wide, y + tall))
    code = texts.digits(desk.rng, desk.some(8, 22))
    spread = max(0.0, (wide - desk.small.width(code)) / len(code)) * desk.between(0, 1)
    printed(
        sheet, desk, desk.small, [Value(code, "number")], x, y + tall + desk.small.unit * 1.5, spread=spread
    )
    return y + tall + desk.unit * 4


def _detail(sheet: Sheet, desk: Desk, margin: float, y: float) -> float:
    """A label and a long number, beside one another or one below the other."""
    type_ = desk.type(scale=desk.between(0.7, 1.8)) if desk.chance(0.6) else desk.body
    name = label(desk.rng) + pick(desk.rng, [":", "", " "])
    end = printed(sheet, desk, desk.small if desk.chance(0.5) else desk.body, [name], margin, y)
    left = end + desk.unit * desk.between(0.4, 4)
    if desk.chance(0.35):
        left, y = margin, y + max(type_.unit, desk.unit) * 1.7
    value = Value(long_number(desk) if desk.chance(0.75) else values.value(desk.rng)[0], "account")
    room = sheet.width - margin * 0.5 - left
    if desk.chance(0.25):
        handwritten(sheet, desk, value, left, y + desk.unit * 0.3, room=room)
        return y + desk.writer.unit * desk.between(1.4, 2.2)
    spread = type_.unit * desk.between(0.05, 0.7) if desk.chance(0.35) else 0.0
    if type_.has(value.text) and type_.width(value.text, spread) < room:
        after = printed(sheet, desk, type_, [value], left, y, spread=spread)
        if desk.chance(0.25):
            box = left - 4, y - type_.unit * 1.4, after + 3, y + type_.unit * 0.5
            sheet.frame(box, 1, desk.some(20, 150))
    return y + max(type_.unit, desk.unit) * desk.between(1.6, 2.6)
