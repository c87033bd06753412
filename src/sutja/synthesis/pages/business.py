"""Invoices and time sheets: layouts that no training page has, to see what becomes of the unseen."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.letters import address_lines, write_lines
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, GOODS, LAST, person, pick
from sutja.synthesis.pages.writing import comb, hand_words, handwritten, printed, written

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def invoice(supplies: Supplies) -> Sheet:
    """An invoice with goods, prices and sums; at times with notes by hand on it."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 12)))
    unit = desk.unit
    width = int(unit * rng.uniform(54, 72))
    sheet = Sheet(rng, (int(width * desk.between(0.9, 1.3)), width))
    margin, leading = width * 0.07, unit * desk.between(1.7, 2.2)
    marks.logo(sheet, desk, width * 0.75, unit, unit * 5)
    write_lines(sheet, desk, address_lines(desk), margin, unit * 4, leading, by_hand=False)
    y = unit * 5 + leading * 5
    for name, value in (
        ("Invoice No. ", Value(texts.digits(rng, desk.some(3, 8)), "number")),
        ("Date ", Value(values.date(rng), "date")),
        ("Customer ", Value(texts.digits(rng, desk.some(4, 9)), "number")),
    ):
        end = printed(sheet, desk, desk.body, [name], width * 0.6, y)
        written(sheet, desk, value, end + unit * 0.3, y, by_hand=desk.chance(0.2))
        y += leading
    y = _positions(sheet, desk, margin, width - margin, y + leading, leading)
    for name in ("Net", "VAT 19 %", "Total"):
        printed(sheet, desk, desk.body, [name.replace("19 %", "")], width * 0.6, y)
        by_hand = desk.chance(0.25)
        written(
            sheet,
            desk,
            Value(texts.amount(rng).lstrip("¥₹"), "amount"),
            width - margin,
            y,
            by_hand=by_hand,
            align="right",
        )
        y += leading * (1.5 if by_hand else 1.0)
    base = sheet.height - unit * 2
    printed(
        sheet,
        desk,
        desk.small,
        ["Account ", Value(values.account(rng), "account"), "   Tel. ", Value(values.phone(rng), "phone")],
        width / 2,
        base,
        align="centre",
    )
    if desk.chance(0.4):
        marks.stamp(sheet, desk, width * desk.between(0.2, 0.8), y, unit * 4)
    if desk.chance(0.4):
        handwritten(sheet, desk, Value(values.date(rng), "date"), margin, y)
        marks.signature(sheet, desk, margin, min(y + leading * 1.5, base - unit * 3), desk.writer.unit)
    return sheet


def _positions(sheet: Sheet, desk: Desk, x0: float, x1: float, y: float, leading: float) -> float:
    """The goods, one a line: number, name, how many, price, sum; the baseline after them."""
    stops = [x0, x0 + desk.unit * 3, x0 + (x1 - x0) * 0.6, x0 + (x1 - x0) * 0.78, x1]
    for stop, name in zip(stops, ["Pos", "Description", "Qty", "Price", "Sum"], strict=True):
        printed(
            sheet, desk, desk.body, [name], stop, y, align="left" if stop < x0 + (x1 - x0) * 0.5 else "right"
        )
    sheet.line((x0, y + 4), (x1, y + 4), 1, desk.some(0, 120))
    for row in range(desk.some(2, 12)):
        y += leading
        if y > sheet.height - leading * 7:
            break
        printed(sheet, desk, desk.body, [Value(str(row + 1), "number")], stops[0], y)
        printed(sheet, desk, desk.body, [pick(desk.rng, GOODS).title()], stops[1], y)
        for stop, text, kind in (
            (stops[2], values.count(desk.rng), "count"),
            (stops[3], values.decimal(desk.rng), "amount"),
            (stops[4], values.decimal(desk.rng), "amount"),
        ):
            printed(sheet, desk, desk.body, [Value(text, kind)], stop, y, align="right")
    sheet.line((x0, y + 5), (x1, y + 5), 1, desk.some(0, 120))
    return y + leading * 1.4


def time_sheet(supplies: Supplies) -> Sheet:
    """Hours worked, by hand, a row a day, with combs for the number of the person."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 12)), largest=22)
    unit, hand = desk.unit, desk.writer.unit
    sheet = Sheet(rng, (int(hand * rng.uniform(26, 36)), int(unit * rng.uniform(52, 70))))
    margin = sheet.width * 0.05
    printed(
        sheet,
        desk,
        desk.head,
        [pick(rng, ["TIME SHEET", "WEEKLY HOURS", "STUNDENZETTEL"])],
        margin,
        unit * 2.5,
    )
    end = printed(sheet, desk, desk.body, ["Name "], margin, unit * 5)
    hand_words(sheet, desk, person(rng), end, unit * 5)
    pitch = hand * desk.between(1.0, 1.4)
    end = printed(sheet, desk, desk.body, ["No. "], sheet.width * 0.6, unit * 5)
    comb(
        sheet,
        desk,
        Value(texts.digits(rng, 5), "comb"),
        end,
        unit * 5 - hand * 1.3,
        pitch,
        hand * 1.5,
        by_hand=True,
    )
    top, tall = unit * 8, hand * desk.between(1.7, 2.2)
    stops = [margin + (sheet.width - 2 * margin) * share for share in (0, 0.22, 0.38, 0.54, 0.7, 1.0)]
    _week(sheet, desk, stops, top, tall)
    base = top + tall * 8.2
    printed(sheet, desk, desk.body, ["Total"], stops[3], base)
    handwritten(sheet, desk, Value(values.decimal(rng), "number"), stops[4] + 4, base)
    marks.signature(sheet, desk, margin, base + hand, hand)
    return sheet


def _week(sheet: Sheet, desk: Desk, stops: list[float], top: float, tall: float) -> None:
    """The ruled rows of the days between the columns ``stops``, most of them filled in."""
    for stop, name in zip(stops, ["Day", "From", "To", "Break", "Hours", ""], strict=True):
        printed(sheet, desk, desk.small, [name], stop + 4, top - 4)
    grey = desk.some(0, 140)
    for row in range(8):
        y = top + row * tall
        sheet.line((stops[0], y), (stops[-1], y), 1, grey)
        if row == 7:
            break
        printed(sheet, desk, desk.body, [_DAYS[row]], stops[0] + 4, y + tall * 0.7)
        if desk.chance(0.15):
            continue
        _hours(sheet, desk, stops, y + tall * 0.85)
        if desk.chance(0.2):
            hand_words(
                sheet, desk, pick(desk.rng, CITIES + LAST), stops[4] + desk.writer.unit * 4, y + tall * 0.8
            )
    for stop in stops:
        sheet.line((stop, top), (stop, top + 7 * tall), 1, grey)


def _hours(sheet: Sheet, desk: Desk, stops: list[float], base: float) -> None:
    """From when to when, how long a break, how many hours, by hand on one line."""
    for column, text in enumerate(
        (
            values.filled(desk.rng, "1d:dd"),
            values.filled(desk.rng, "1d.dd"),
            values.filled(desk.rng, "dd"),
            str(desk.some(1, 12)),
        )
    ):
        if desk.chance(0.9):
            handwritten(
                sheet,
                desk,
                Value(text, "number"),
                stops[column + 1] + desk.writer.unit * 0.4,
                base,
                room=stops[column + 2] - stops[column + 1],
            )
