"""Cheques of Indian, American and European layouts, and slips of banks like them."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.layouts.cheques.parts import (
    make_dollars,
    write_account,
    write_amount,
    write_bank,
    write_date,
    write_drawer,
    write_lines,
    write_micr,
)
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value, begin_page
from sutja.synthesis.pages.vocabulary import make_amount_in_words, make_person, pick
from sutja.synthesis.pages.writing import write_printed


def make_cheque(context: RenderContext) -> Sheet:
    """One cheque, filled in by hand or by a printer."""
    rng = context.rng
    theme, sheet = begin_page(context, (8, 13), (56, 78), (0.42, 0.52), largest=24)
    width = sheet.width
    if theme.chance(0.8):
        inset = theme.uniform(0, 0.06) * width
        marks.draw_security_print(
            sheet, theme, (inset, inset * 0.5, width - inset, sheet.height * theme.uniform(0.8, 1.0))
        )
    if theme.chance(0.4):
        marks.draw_watermark(
            sheet, theme, width * theme.uniform(0.2, 0.8), sheet.height * 0.5, sheet.height * 0.7
        )
    if theme.chance(0.25):
        top, bottom = sheet.height * theme.uniform(0.15, 0.3), sheet.height * theme.uniform(0.6, 0.85)
        sheet.fill((0, top, width, bottom), theme.integer(150, 235))
    layout = (_draw_indian, _draw_american, _draw_european)[int(rng.choice(3, p=[0.45, 0.35, 0.2]))]
    layout(sheet, theme, bool(rng.random() < 0.75))
    return sheet


def _draw_indian(sheet: Sheet, theme: Theme, by_hand: bool) -> None:
    width, height = sheet.width, sheet.height
    margin = width * theme.uniform(0.02, 0.07)
    write_bank(sheet, theme, margin, height * 0.04)
    write_date(sheet, theme, width * theme.uniform(0.66, 0.74), height * theme.uniform(0.03, 0.1), by_hand)
    if theme.chance(0.6):
        write_printed(
            sheet,
            theme,
            theme.small,
            ["VALID FOR THREE MONTHS FROM THE DATE OF ISSUE"],
            width * 0.62,
            height * 0.2,
            align="right",
        )
    step = height * theme.uniform(0.1, 0.13)
    rows = [("PAY ", make_person(theme.rng)), ("RUPEES ", make_amount_in_words(theme.rng)), ("", "")]
    write_lines(
        sheet,
        theme,
        rows,
        margin,
        width * theme.uniform(0.7, 0.97),
        height * theme.uniform(0.25, 0.31),
        step,
        by_hand,
    )
    _write_rupees(sheet, theme, by_hand)
    write_account(sheet, theme, margin, height * theme.uniform(0.56, 0.66))
    _sign_indian(sheet, theme)
    write_micr(sheet, theme, texts.make_digits(theme.rng, 6))


def _write_rupees(sheet: Sheet, theme: Theme, by_hand: bool) -> None:
    """Write the amount in its box at the right."""
    width, height = sheet.width, sheet.height
    sign = pick(theme.rng, ["₹", "₹", "Rs.", "Rs", "PKR", "₹"])
    box_x, box_y = width * theme.uniform(0.66, 0.74), height * theme.uniform(0.38, 0.5)
    write_amount(
        sheet,
        theme,
        box_x,
        box_y,
        width * 0.95 - box_x,
        theme.unit * theme.uniform(2.1, 3.2),
        sign,
        values.make_indian_amount(theme.rng),
        by_hand,
    )


def _sign_indian(sheet: Sheet, theme: Theme) -> None:
    """Sign a cheque, with the print around the signature and perhaps a bar code at its side."""
    width, height = sheet.width, sheet.height
    write_printed(
        sheet,
        theme,
        theme.small,
        ["Payable at par at all branches in India"],
        width * 0.5,
        height * 0.84,
        align="centre",
    )
    marks.draw_signature(
        sheet, theme, width * theme.uniform(0.75, 0.85), height * theme.uniform(0.65, 0.75), theme.writer.unit
    )
    write_printed(
        sheet, theme, theme.small, ["Please sign above"], width * 0.93, height * 0.83, align="right"
    )
    if theme.chance(0.3):
        marks.draw_barcode(
            sheet, theme, (width * 0.975, height * 0.3, width * 0.995, height * 0.7), upright=True
        )


def _draw_american(sheet: Sheet, theme: Theme, by_hand: bool) -> None:
    width, height, unit = sheet.width, sheet.height, theme.unit
    margin = width * theme.uniform(0.03, 0.06)
    number = write_drawer(sheet, theme, margin)
    write_date(sheet, theme, width * theme.uniform(0.5, 0.66), height * theme.uniform(0.17, 0.26), by_hand)
    pay = height * theme.uniform(0.42, 0.5)
    write_lines(
        sheet,
        theme,
        [("PAY TO THE ORDER OF ", make_person(theme.rng))],
        margin,
        width * 0.72,
        pay,
        1,
        by_hand,
    )
    text = make_dollars(theme, by_hand)
    box_x = width * theme.uniform(0.74, 0.8)
    write_amount(
        sheet,
        theme,
        box_x,
        pay - unit * 1.8,
        width - margin - box_x,
        unit * theme.uniform(2.2, 3),
        "$",
        text,
        by_hand,
    )
    write_lines(
        sheet,
        theme,
        [("", make_amount_in_words(theme.rng)), ("MEMO ", "")],
        margin,
        width * theme.uniform(0.5, 0.85),
        pay + height * 0.13,
        height * 0.22,
        by_hand,
    )
    write_printed(sheet, theme, theme.small, ["DOLLARS"], width * 0.93, pay + height * 0.13, align="right")
    sign_y = height * theme.uniform(0.74, 0.8)
    sheet.draw_line((width * 0.55, sign_y), (width - margin, sign_y), 1, theme.integer(20, 120))
    marks.draw_signature(sheet, theme, width * 0.62, sign_y - unit, theme.writer.unit)
    if theme.chance(0.3):
        sheet.draw_frame((3, 3, width - 4, height - 4), theme.integer(1, 3), theme.integer(0, 120))
    write_micr(sheet, theme, number)


def _draw_european(sheet: Sheet, theme: Theme, by_hand: bool) -> None:
    width, height, unit = sheet.width, sheet.height, theme.unit
    margin = width * theme.uniform(0.03, 0.06)
    write_bank(sheet, theme, margin, height * 0.05)
    box_x = width * theme.uniform(0.68, 0.76)
    sign = pick(theme.rng, ["€", "EUR", "£", "€", "Fr.", "B.P.F."])
    write_amount(
        sheet,
        theme,
        box_x,
        height * theme.uniform(0.2, 0.34),
        width - margin - box_x,
        unit * theme.uniform(2.2, 3.1),
        sign,
        texts.make_amount(theme.rng).lstrip("$€£¥₹ "),
        by_hand,
    )
    rows = [
        (
            pick(theme.rng, ["Payez contre ce chèque ", "Zahlen Sie gegen diesen Scheck ", "Pay "]),
            make_amount_in_words(theme.rng),
        ),
        ("", ""),
        (pick(theme.rng, ["à ", "an ", "to "]), make_person(theme.rng)),
    ]
    write_lines(
        sheet, theme, rows, margin, width * 0.66, height * theme.uniform(0.32, 0.4), height * 0.11, by_hand
    )
    y = height * theme.uniform(0.62, 0.68)
    write_printed(
        sheet,
        theme,
        theme.small,
        [
            pick(theme.rng, ["Kto.-Nr. ", "Compte n° ", "A/c "]),
            Value(values.make_account(theme.rng), "account"),
        ],
        margin,
        y,
    )
    write_printed(
        sheet,
        theme,
        theme.small,
        ["Tel. ", Value(values.make_phone(theme.rng), "phone")],
        margin,
        y + unit * 1.8,
    )
    write_date(sheet, theme, width * 0.6, height * theme.uniform(0.56, 0.62), by_hand)
    marks.draw_signature(sheet, theme, width * 0.68, height * 0.78, theme.writer.unit)
    if theme.chance(0.5):
        for side in (0, theme.uniform(3, 8)):
            sheet.draw_line(
                (width * 0.1 + side, 0),
                (width * 0.1 + side - height * 0.25, height * 0.25),
                1,
                theme.integer(0, 90),
            )
    write_micr(sheet, theme, texts.make_digits(theme.rng, 7))
