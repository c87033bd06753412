"""Invoices and time sheets: layouts that no training page has, to see what becomes of the unseen."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.layouts.letters import make_address, write_lines
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value, begin_page
from sutja.synthesis.pages.vocabulary import CITIES, GOODS, LAST, make_person, pick
from sutja.synthesis.pages.writing import (
    write_by_hand,
    write_in_comb,
    write_number,
    write_printed,
    write_words,
)

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def make_invoice(context: RenderContext) -> Sheet:
    """An invoice with goods, prices and sums; at times with notes by hand on it."""
    rng = context.rng
    theme, sheet = begin_page(context, (8, 12), (54, 72), (0.9, 1.3))
    unit, width = theme.unit, sheet.width
    margin, leading = width * 0.07, unit * theme.uniform(1.7, 2.2)
    marks.draw_logo(sheet, theme, width * 0.75, unit, unit * 5)
    write_lines(sheet, theme, make_address(theme), margin, unit * 4, leading, by_hand=False)
    y = unit * 5 + leading * 5
    for name, value in (
        ("Invoice No. ", Value(texts.make_digits(rng, theme.integer(3, 8)), "number")),
        ("Date ", Value(values.make_date(rng), "date")),
        ("Customer ", Value(texts.make_digits(rng, theme.integer(4, 9)), "number")),
    ):
        end = write_printed(sheet, theme, theme.body, [name], width * 0.6, y)
        by_hand = theme.chance(0.2)
        y += leading * 0.5 * by_hand
        write_number(sheet, theme, value, end + unit * 0.3, y, by_hand=by_hand)
        y += leading * (1.3 if by_hand else 1.0)
    y = _positions(sheet, theme, margin, width - margin, y + leading, leading)
    for name in ("Net", "VAT 19 %", "Total"):
        by_hand = theme.chance(0.25)
        y += leading * 0.5 * by_hand
        write_printed(sheet, theme, theme.body, [name.replace("19 %", "")], width * 0.6, y)
        write_number(
            sheet,
            theme,
            Value(texts.make_amount(rng).lstrip("¥₹"), "amount"),
            width - margin,
            y,
            by_hand=by_hand,
            align="right",
        )
        y += leading * (1.5 if by_hand else 1.0)
    base = sheet.height - unit * 2
    write_printed(
        sheet,
        theme,
        theme.small,
        [
            "Account ",
            Value(values.make_account(rng), "account"),
            "   Tel. ",
            Value(values.make_phone(rng), "phone"),
        ],
        width / 2,
        base,
        align="centre",
    )
    if theme.chance(0.4):
        marks.draw_stamp(sheet, theme, width * theme.uniform(0.2, 0.8), y, unit * 4)
    if theme.chance(0.4):
        write_by_hand(sheet, theme, Value(values.make_date(rng), "date"), margin, y)
        marks.draw_signature(sheet, theme, margin, min(y + leading * 1.5, base - unit * 3), theme.writer.unit)
    return sheet


def _positions(sheet: Sheet, theme: Theme, x0: float, x1: float, y: float, leading: float) -> float:
    """The goods, one a line: number, name, how many, price, sum; the baseline after them."""
    stops = [x0, x0 + theme.unit * 3, x0 + (x1 - x0) * 0.6, x0 + (x1 - x0) * 0.78, x1]
    for stop, name in zip(stops, ["Pos", "Description", "Qty", "Price", "Sum"], strict=True):
        write_printed(
            sheet,
            theme,
            theme.body,
            [name],
            stop,
            y,
            align="left" if stop < x0 + (x1 - x0) * 0.5 else "right",
        )
    sheet.draw_line((x0, y + 4), (x1, y + 4), 1, theme.integer(0, 120))
    for row in range(theme.integer(2, 12)):
        y += leading
        if y > sheet.height - leading * 7:
            break
        write_printed(sheet, theme, theme.body, [Value(str(row + 1), "number")], stops[0], y)
        write_printed(sheet, theme, theme.body, [pick(theme.rng, GOODS).title()], stops[1], y)
        for stop, text, kind in (
            (stops[2], values.make_count(theme.rng), "count"),
            (stops[3], values.make_decimal(theme.rng), "amount"),
            (stops[4], values.make_decimal(theme.rng), "amount"),
        ):
            write_printed(sheet, theme, theme.body, [Value(text, kind)], stop, y, align="right")
    sheet.draw_line((x0, y + 5), (x1, y + 5), 1, theme.integer(0, 120))
    return y + leading * 1.4


def make_time_sheet(context: RenderContext) -> Sheet:
    """Hours worked, by hand, a row a day, with combs for the number of the person."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 12)), largest=22)
    unit, hand = theme.unit, theme.writer.unit
    sheet = Sheet(rng, (int(hand * rng.uniform(26, 36)), int(unit * rng.uniform(52, 70))))
    margin = sheet.width * 0.05
    write_printed(
        sheet,
        theme,
        theme.head,
        [pick(rng, ["TIME SHEET", "WEEKLY HOURS", "STUNDENZETTEL"])],
        margin,
        unit * 2.5,
    )
    end = write_printed(sheet, theme, theme.body, ["Name "], margin, unit * 5)
    write_words(sheet, theme, make_person(rng), end, unit * 5)
    pitch = hand * theme.uniform(1.0, 1.4)
    end = write_printed(sheet, theme, theme.body, ["No. "], sheet.width * 0.6, unit * 5)
    write_in_comb(
        sheet,
        theme,
        Value(texts.make_digits(rng, 5), "comb"),
        end,
        unit * 5 - hand * 1.3,
        pitch,
        hand * 1.5,
        by_hand=True,
    )
    top, tall = unit * 8, hand * theme.uniform(1.7, 2.2)
    stops = [margin + (sheet.width - 2 * margin) * share for share in (0, 0.22, 0.38, 0.54, 0.7, 1.0)]
    _week(sheet, theme, stops, top, tall)
    base = top + tall * 8.2
    write_printed(sheet, theme, theme.body, ["Total"], stops[3], base)
    write_by_hand(sheet, theme, Value(values.make_decimal(rng), "number"), stops[4] + 4, base)
    marks.draw_signature(sheet, theme, margin, base + hand, hand)
    return sheet


def _week(sheet: Sheet, theme: Theme, stops: list[float], top: float, tall: float) -> None:
    """The ruled rows of the days between the columns ``stops``, most of them filled in."""
    for stop, name in zip(stops, ["Day", "From", "To", "Break", "Hours", ""], strict=True):
        write_printed(sheet, theme, theme.small, [name], stop + 4, top - 4)
    grey = theme.integer(0, 140)
    for row in range(8):
        y = top + row * tall
        sheet.draw_line((stops[0], y), (stops[-1], y), 1, grey)
        if row == 7:
            break
        write_printed(sheet, theme, theme.body, [_DAYS[row]], stops[0] + 4, y + tall * 0.7)
        if theme.chance(0.15):
            continue
        _hours(sheet, theme, stops, y + tall * 0.85)
        if theme.chance(0.2):
            write_words(
                sheet, theme, pick(theme.rng, CITIES + LAST), stops[4] + theme.writer.unit * 4, y + tall * 0.8
            )
    for stop in stops:
        sheet.draw_line((stop, top), (stop, top + 7 * tall), 1, grey)


def _hours(sheet: Sheet, theme: Theme, stops: list[float], base: float) -> None:
    """From when to when, how long a break, how many hours, by hand on one line."""
    for column, text in enumerate(
        (
            values.fill_pattern(theme.rng, "1d:dd"),
            values.fill_pattern(theme.rng, "1d.dd"),
            values.fill_pattern(theme.rng, "dd"),
            str(theme.integer(1, 12)),
        )
    ):
        if theme.chance(0.9):
            write_by_hand(
                sheet,
                theme,
                Value(text, "number"),
                stops[column + 1] + theme.writer.unit * 0.4,
                base,
                room=stops[column + 2] - stops[column + 1] - theme.writer.unit * 0.8,
            )
