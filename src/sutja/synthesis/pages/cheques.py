"""Cheques of Indian, American and European layouts, and slips of banks like them."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.panels import foreign
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, LAST, STREETS, in_words, person, pick
from sutja.synthesis.pages.writing import Part, comb, hand_words, handwritten, printed, written

_BANKS = ["Bank", "BANK LTD", "National Bank", "Credit Union", "Sparkasse", "Banque"]


def cheque(supplies: Supplies) -> Sheet:
    """One cheque, filled in by hand or by a printer."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 13)), largest=24)
    width = int(desk.unit * rng.uniform(56, 78))
    sheet = Sheet(rng, (int(width * rng.uniform(0.42, 0.52)), width))
    if desk.chance(0.8):
        inset = desk.between(0, 0.06) * width
        marks.security_print(
            sheet, desk, (inset, inset * 0.5, width - inset, sheet.height * desk.between(0.8, 1.0))
        )
    if desk.chance(0.4):
        marks.watermark(sheet, desk, width * desk.between(0.2, 0.8), sheet.height * 0.5, sheet.height * 0.7)
    if desk.chance(0.25):
        top, bottom = sheet.height * desk.between(0.15, 0.3), sheet.height * desk.between(0.6, 0.85)
        sheet.fill((0, top, width, bottom), desk.some(150, 235))
    layout = (_indian, _american, _european)[int(rng.choice(3, p=[0.45, 0.35, 0.2]))]
    layout(sheet, desk, bool(rng.random() < 0.75))
    return sheet


def _bank(sheet: Sheet, desk: Desk, x: float, y: float) -> None:
    """The bank's name, its mark and address."""
    size = desk.unit * desk.between(1.5, 3)
    marks.logo(sheet, desk, x, y, size)
    left = x + size * 1.3
    name = f"{pick(desk.rng, LAST)} {pick(desk.rng, _BANKS)}"
    printed(sheet, desk, desk.head, [name], left, y + desk.head.unit * 1.1)
    base = y + desk.head.unit * 1.1 + desk.small.unit * 1.8
    parts = [pick(desk.rng, CITIES).upper() + ", ", pick(desk.rng, STREETS).upper(), " "]
    post = Value(values.postcode(desk.rng), "postcode")
    printed(sheet, desk, desk.small, [*parts, post] if desk.chance(0.7) else parts, left, base)
    if desk.chance(0.4):
        code = Value(values.code(desk.rng), "code", ignore=True)
        printed(sheet, desk, desk.small, ["IFS CODE : ", code], left, base + desk.small.unit * 1.6)


def _micr(sheet: Sheet, desk: Desk, number: str) -> None:
    """The line of magnetic figures at the foot: one field from the first sign to the last."""
    type_ = desk.type("ocr", desk.between(1.0, 1.4))
    sign = pick(desk.rng, ["|", "<", "'", ":"]) if desk.chance(0.8) else ""
    groups = [
        f"{sign}{number}{sign}",
        f"{texts.digits(desk.rng, 9)}{sign}",
        f"{texts.digits(desk.rng, desk.some(6, 12))}{sign}",
    ]
    groups += [texts.digits(desk.rng, 2)] if desk.chance(0.6) else []
    line = (" " * desk.some(1, 4)).join(groups[: desk.some(2, 4)])
    if not type_.has(line):
        line = "".join(c if c.isdigit() else " " for c in line).strip()
    base = sheet.height - desk.unit * desk.between(1.2, 2.6)
    x = sheet.width * desk.between(0.08, 0.25)
    sheet.plane[max(0, int(base - desk.unit * 2.2)) :] = 255  # a clear band, as machines ask for
    printed(sheet, desk, type_, [Value(line, "micr")], x, base, spread=desk.between(0, 0.25) * type_.unit)


def _amount(
    sheet: Sheet,
    desk: Desk,
    x: float,
    y: float,
    wide: float,
    tall: float,
    sign: str,
    text: str,
    by_hand: bool,
) -> None:
    """The box of the courtesy amount with its currency sign, and the sum in it."""
    grey = desk.some(20, 140)
    if desk.chance(0.3):
        window = sheet.plane[int(y) : int(y + tall), int(max(0, x)) : int(x + wide)]
        window[:] = desk.some(235, 255)
    if desk.chance(0.85):
        sheet.frame((x, y, x + wide, y + tall), 1 if desk.chance(0.7) else 2, grey)
    type_ = desk.type(scale=desk.between(1.0, 2.2))
    left = x + desk.unit * 0.4
    if desk.chance(0.25):
        foreign(sheet, desk, x - desk.unit * 7, y + tall * 0.7, desk.small.unit, desk.some(3, 5))
    if sign and type_.has(sign):
        left = printed(
            sheet, desk, type_, [sign], left if desk.chance(0.8) else x - type_.unit * 1.4, y + tall * 0.72
        )
        if desk.chance(0.3):
            sheet.line((left + 2, y), (left + 2, y + tall), 1, grey)
    left = max(left, x) + desk.unit * desk.between(0.1, 1.0)
    base = y + tall * desk.between(0.65, 0.95)
    if by_hand:
        raised = 2 if text[-3:-2] == " " else 0
        handwritten(
            sheet, desk, Value(text, "amount"), left, base, room=x + wide * 1.08 - left, raised=raised
        )
    else:
        printed(
            sheet,
            desk,
            desk.type("mono" if desk.chance(0.5) else "any", 1.1),
            [Value(text, "amount")],
            left,
            base,
        )


def _lines(
    sheet: Sheet,
    desk: Desk,
    rows: list[tuple[str, str]],
    x0: float,
    x1: float,
    top: float,
    step: float,
    by_hand: bool,
) -> float:
    """Printed labels, each with a line and words on it; the y of the last line."""
    y, dotted = top, desk.chance(0.25)
    for label, words in rows:
        end = printed(sheet, desk, desk.small if desk.chance(0.5) else desk.body, [label], x0, y)
        grey = desk.some(30, 150)
        if dotted:
            for x in range(int(end + 3), int(x1), 4):
                sheet.line((x, y + 2), (x + 1, y + 2), 1, grey)
        else:
            sheet.line((end + 3, y + 2), (x1, y + 2), 1, grey)
        start = end + desk.unit * desk.between(0.5, 5)
        if words and by_hand:
            hand_words(sheet, desk, words, start, y)
        elif words:
            printed(sheet, desk, desk.body, [words], start, y - 1)
        y += step
    return y - step


def _date(sheet: Sheet, desk: Desk, x: float, y: float, by_hand: bool) -> None:
    """The date: a comb of eight boxes with letters below, or on a line."""
    label = pick(desk.rng, ["Date", "DATE", "Dt.", "Datum", "Le", "Date:"])
    end = printed(sheet, desk, desk.small, [label], x, y + desk.unit * 1.4) + desk.unit * 0.5
    if desk.chance(0.55):
        digits = values.filled(desk.rng, pick(desk.rng, ["ddddddd"[:6], "dddddddd", "dddddddd"]))
        pitch, tall = desk.unit * desk.between(1.3, 1.9), desk.unit * desk.between(1.6, 2.2)
        if desk.chance(0.06):
            digits = ""
        empty = (0, 0) if digits else (0, 8)
        every = 2 if desk.chance(0.1) else 0
        comb(
            sheet, desk, Value(digits, "date"), end, y, pitch, tall, by_hand=by_hand, empty=empty, every=every
        )
        if desk.chance(0.6):
            for i, letter in enumerate("DDMMYYYY"):
                printed(
                    sheet,
                    desk,
                    desk.small,
                    [letter],
                    end + (i + 0.5) * pitch,
                    y + tall + desk.small.unit * 1.5,
                    align="centre",
                )
        return
    base = y + desk.unit * 1.4
    sheet.line((end, base + 2), (end + desk.unit * 9, base + 2), 1, desk.some(30, 140))
    if desk.chance(0.15):
        value = Value(values.date_with_month(desk.rng), "date", ignore=True)
    else:
        value = Value(values.date(desk.rng), "date")
    written(sheet, desk, value, end + desk.unit * 0.5, base, by_hand=by_hand)


def _indian(sheet: Sheet, desk: Desk, by_hand: bool) -> None:
    width, height, unit = sheet.width, sheet.height, desk.unit
    margin = width * desk.between(0.02, 0.07)
    _bank(sheet, desk, margin, height * 0.04)
    _date(sheet, desk, width * desk.between(0.66, 0.74), height * desk.between(0.03, 0.1), by_hand)
    if desk.chance(0.6):
        printed(
            sheet,
            desk,
            desk.small,
            ["VALID FOR THREE MONTHS FROM THE DATE OF ISSUE"],
            width * 0.62,
            height * 0.2,
            align="right",
        )
    step = height * desk.between(0.1, 0.13)
    rows = [("PAY ", person(desk.rng)), ("RUPEES ", in_words(desk.rng)), ("", "")]
    _lines(
        sheet,
        desk,
        rows,
        margin,
        width * desk.between(0.7, 0.97),
        height * desk.between(0.25, 0.31),
        step,
        by_hand,
    )
    sign = pick(desk.rng, ["₹", "₹", "Rs.", "Rs", "PKR", "₹"])
    box_x, box_y = width * desk.between(0.66, 0.74), height * desk.between(0.38, 0.5)
    _amount(
        sheet,
        desk,
        box_x,
        box_y,
        width * 0.95 - box_x,
        unit * desk.between(2.1, 3.2),
        sign,
        values.indian(desk.rng),
        by_hand,
    )
    _account(sheet, desk, margin, height * desk.between(0.56, 0.66))
    printed(
        sheet,
        desk,
        desk.small,
        ["Payable at par at all branches in India"],
        width * 0.5,
        height * 0.84,
        align="centre",
    )
    marks.signature(
        sheet, desk, width * desk.between(0.75, 0.85), height * desk.between(0.65, 0.75), desk.writer.unit
    )
    printed(sheet, desk, desk.small, ["Please sign above"], width * 0.93, height * 0.83, align="right")
    if desk.chance(0.3):
        marks.bars(sheet, desk, (width * 0.975, height * 0.3, width * 0.995, height * 0.7), upright=True)
    _micr(sheet, desk, texts.digits(desk.rng, 6))


def _account(sheet: Sheet, desk: Desk, margin: float, y: float) -> None:
    """The framed number of the account, and at times another below."""
    unit = desk.unit
    end = printed(
        sheet, desk, desk.small, [pick(desk.rng, ["A/C NO.", "A/c. No.", "Account"])], margin + 4, y
    )
    account = Value(texts.digits(desk.rng, desk.some(9, 16)), "account")
    spread = unit * desk.between(0.1, 0.6) if desk.chance(0.4) else 0.0
    after = printed(sheet, desk, desk.body, [account], end + unit, y, spread=spread)
    sheet.frame((margin, y - unit * 1.6, after + unit, y + unit * 0.7), 1, desk.some(30, 150))
    if desk.chance(0.4):
        printed(
            sheet,
            desk,
            desk.small,
            ["SAN : ", Value(texts.digits(desk.rng, 6), "number")],
            margin + unit * 4,
            y + unit * 2.2,
        )


def _drawer(sheet: Sheet, desk: Desk, margin: float) -> str:
    """Name and address of who pays, and on the right the cheque's number, which is returned."""
    width, unit = sheet.width, desk.unit
    y = sheet.height * 0.1
    printed(sheet, desk, desk.body, [person(desk.rng)], margin, y)
    street: list[Part] = [
        Value(values.count(desk.rng), "number"),
        f" {pick(desk.rng, STREETS)} {pick(desk.rng, STREETS)}",
    ]
    printed(sheet, desk, desk.small, street, margin, y + unit * 1.7)
    city: list[Part] = [
        f"{pick(desk.rng, CITIES)}, ",
        pick(desk.rng, ["NY ", "CA ", "TX ", "OH ", "WA "]),
        Value(values.filled(desk.rng, "ddddd"), "postcode"),
    ]
    printed(sheet, desk, desk.small, city, margin, y + unit * 3.2)
    number = texts.digits(desk.rng, desk.some(3, 8))
    printed(
        sheet,
        desk,
        desk.head,
        ["No. " if desk.chance(0.3) else "", Value(number, "number")],
        width - margin,
        y,
        align="right",
    )
    if desk.chance(0.6):
        printed(
            sheet,
            desk,
            desk.small,
            [Value(values.filled(desk.rng, "dd-dddd/dddd"), "number")],
            width - margin,
            y + unit * 2,
            align="right",
        )
    return number


def _dollars(desk: Desk, by_hand: bool) -> str:
    """A sum as it is written behind a printed dollar sign."""
    text = texts.amount(desk.rng).lstrip("$€£¥₹ ")
    if desk.chance(0.35):
        cents = texts.digits(desk.rng, 2) + pick(desk.rng, ["", "/100"])
        text = f"{texts.digits(desk.rng, desk.some(1, 4))} {cents}"
    if not by_hand and desk.chance(0.5):
        text = pick(desk.rng, ["**", "***", "*", "$", "$**"]) + text
    return text


def _american(sheet: Sheet, desk: Desk, by_hand: bool) -> None:
    width, height, unit = sheet.width, sheet.height, desk.unit
    margin = width * desk.between(0.03, 0.06)
    number = _drawer(sheet, desk, margin)
    _date(sheet, desk, width * desk.between(0.5, 0.66), height * desk.between(0.17, 0.26), by_hand)
    pay = height * desk.between(0.42, 0.5)
    _lines(sheet, desk, [("PAY TO THE ORDER OF ", person(desk.rng))], margin, width * 0.72, pay, 1, by_hand)
    text = _dollars(desk, by_hand)
    box_x = width * desk.between(0.74, 0.8)
    _amount(
        sheet,
        desk,
        box_x,
        pay - unit * 1.8,
        width - margin - box_x,
        unit * desk.between(2.2, 3),
        "$",
        text,
        by_hand,
    )
    _lines(
        sheet,
        desk,
        [("", in_words(desk.rng)), ("MEMO ", "")],
        margin,
        width * desk.between(0.5, 0.85),
        pay + height * 0.13,
        height * 0.22,
        by_hand,
    )
    printed(sheet, desk, desk.small, ["DOLLARS"], width * 0.93, pay + height * 0.13, align="right")
    sign_y = height * desk.between(0.74, 0.8)
    sheet.line((width * 0.55, sign_y), (width - margin, sign_y), 1, desk.some(20, 120))
    marks.signature(sheet, desk, width * 0.62, sign_y - unit, desk.writer.unit)
    if desk.chance(0.3):
        sheet.frame((3, 3, width - 4, height - 4), desk.some(1, 3), desk.some(0, 120))
    _micr(sheet, desk, number)


def _european(sheet: Sheet, desk: Desk, by_hand: bool) -> None:
    width, height, unit = sheet.width, sheet.height, desk.unit
    margin = width * desk.between(0.03, 0.06)
    _bank(sheet, desk, margin, height * 0.05)
    box_x = width * desk.between(0.68, 0.76)
    sign = pick(desk.rng, ["€", "EUR", "£", "€", "Fr.", "B.P.F."])
    _amount(
        sheet,
        desk,
        box_x,
        height * desk.between(0.2, 0.34),
        width - margin - box_x,
        unit * desk.between(2.2, 3.1),
        sign,
        texts.amount(desk.rng).lstrip("$€£¥₹ "),
        by_hand,
    )
    rows = [
        (
            pick(desk.rng, ["Payez contre ce chèque ", "Zahlen Sie gegen diesen Scheck ", "Pay "]),
            in_words(desk.rng),
        ),
        ("", ""),
        (pick(desk.rng, ["à ", "an ", "to "]), person(desk.rng)),
    ]
    _lines(sheet, desk, rows, margin, width * 0.66, height * desk.between(0.32, 0.4), height * 0.11, by_hand)
    y = height * desk.between(0.62, 0.68)
    printed(
        sheet,
        desk,
        desk.small,
        [pick(desk.rng, ["Kto.-Nr. ", "Compte n° ", "A/c "]), Value(values.account(desk.rng), "account")],
        margin,
        y,
    )
    printed(
        sheet, desk, desk.small, ["Tel. ", Value(values.phone(desk.rng), "phone")], margin, y + unit * 1.8
    )
    _date(sheet, desk, width * 0.6, height * desk.between(0.56, 0.62), by_hand)
    marks.signature(sheet, desk, width * 0.68, height * 0.78, desk.writer.unit)
    if desk.chance(0.5):
        for side in (0, desk.between(3, 8)):
            sheet.line(
                (width * 0.1 + side, 0),
                (width * 0.1 + side - height * 0.25, height * 0.25),
                1,
                desk.some(0, 90),
            )
    _micr(sheet, desk, texts.digits(desk.rng, 7))
