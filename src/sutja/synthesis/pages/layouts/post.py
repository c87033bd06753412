"""Post as it lies on a table: envelopes, parcels and cards with labels, postmarks, and codes anywhere."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.layouts.letters import make_address, write_lines
from sutja.synthesis.pages.marks import draw_foreign_script
from sutja.synthesis.pages.sheet import Sheet, paste_panel
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import CITIES, COUNTRIES, PROSE, pick
from sutja.synthesis.pages.writing import write_by_hand, write_in_comb, write_printed, write_words


def make_mail(context: RenderContext) -> Sheet:
    """A piece of post: who sends it, to whom, what the post has put on it."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 14)), largest=34)
    theme.writer.unit = float(rng.uniform(12, 32))
    width = int(theme.uniform(460, 800))
    sheet = Sheet(rng, (int(width * theme.uniform(0.45, 0.85)), width))
    if theme.chance(0.35):
        sheet.plane[:] = theme.integer(140, 235)
    if theme.chance(0.15):
        _airmail(sheet, theme)
    draw = theme.rng.random()
    if draw < 0.3:
        _card(sheet, theme)
    elif draw < 0.55:
        _sticker(sheet, theme)
    else:
        _front(sheet, theme)
    _postmark(sheet, theme, width * theme.uniform(0.55, 0.8), sheet.height * theme.uniform(0.12, 0.35))
    if theme.chance(0.35):
        _registered(sheet, theme)
    if theme.chance(0.3):
        x = width * theme.uniform(0.3, 0.6)
        base = sheet.height - theme.unit * theme.uniform(0.5, 2)
        marks.draw_barcode(sheet, theme, (x, base - theme.unit * 1.3, x + width * 0.35, base))
    return sheet


def _airmail(sheet: Sheet, theme: Theme) -> None:
    """The border of slanted stripes."""
    size, grey = theme.uniform(8, 18), theme.integer(60, 170)
    for x in np.arange(0, sheet.width, size * 2):
        for y in (0.0, sheet.height - size * 0.7):
            quad = np.array(
                [[x, y], [x + size, y], [x + size * 0.6, y + size * 0.7], [x - size * 0.4, y + size * 0.7]]
            )
            cv2.fillPoly(sheet.plane, [quad.astype(np.int32)], grey)


def _front(sheet: Sheet, theme: Theme) -> None:
    """An address by hand, larger or smaller, not always straight; the code beside, below, or by itself."""
    width, height = sheet.width, sheet.height
    hand = theme.writer.unit
    lines = make_address(theme)
    leading = hand * theme.uniform(1.5, 2.2)
    x, y = width * theme.uniform(0.08, 0.45), height * theme.uniform(0.3, 0.55)
    if theme.chance(0.3):
        for i in range(len(lines) + 1):
            sheet.draw_line(
                (x - hand, y + i * leading + 3),
                (width * 0.96, y + i * leading + 3),
                1,
                theme.integer(90, 190),
            )
    if theme.chance(0.3):  # in a slant
        panel = Sheet(theme.rng, (int(leading * (len(lines) + 1)), int(width * 0.62)))
        write_lines(panel, theme, lines, hand, leading, leading, by_hand=True)
        paper = int(np.median(sheet.plane[::9, ::9]))
        ink = int(paper * theme.uniform(0, 0.3))
        paste_panel(sheet, panel, x, y - leading, ground=paper, ink=ink, angle=theme.uniform(-7, 7))
    else:
        write_lines(sheet, theme, lines, x, y, leading, by_hand=True)
    if theme.chance(0.5):
        small = hand * theme.uniform(0.55, 0.85)
        top = theme.unit * 2
        for words in ("", pick(theme.rng, CITIES)):
            end = write_words(sheet, theme, words or pick(theme.rng, PROSE), theme.unit * 2, top, small)
            if theme.chance(0.7):
                number = Value(values.make_postcode(theme.rng), "postcode")
                write_by_hand(sheet, theme, number, end[2] + small * 0.4, top, unit=small)
            top += small * 1.8
    if theme.chance(0.3):  # boxes for the code, as in the east and in Asia
        n, pitch = theme.integer(5, 7), hand * theme.uniform(0.95, 1.5)
        left = theme.unit * 2 if theme.chance(0.5) else width - pitch * (n + 1)
        digits = Value(texts.make_digits(theme.rng, n), "postcode")
        top = height - hand * 2.4 if theme.chance(0.6) else theme.unit * 2
        write_in_comb(sheet, theme, digits, left, top, pitch, hand * 1.5, by_hand=True,
             style=pick(theme.rng, ["boxes", "apart", "dashes"]))  # fmt: skip


def _sticker(sheet: Sheet, theme: Theme) -> None:
    """A printed label, stuck on at a slant, with the numbers of a parcel."""
    width = int(sheet.width * theme.uniform(0.4, 0.7))
    leading = theme.unit * theme.uniform(1.6, 2.1)
    lines = make_address(theme)
    panel = Sheet(theme.rng, (int(leading * (len(lines) + theme.uniform(1.5, 6))), width))
    end = write_lines(panel, theme, lines, theme.unit, leading * 1.1, leading, by_hand=False)
    if end < panel.height - theme.unit * 3:
        marks.draw_barcode(
            panel, theme, (theme.unit, end - theme.unit, width * 0.85, panel.height - theme.unit * 2)
        )
        code = Value(texts.make_digits(theme.rng, theme.integer(10, 22)), "number")
        write_printed(panel, theme, theme.small, [code], theme.unit, panel.height - theme.unit * 0.5)
    if theme.chance(0.5):
        big = theme.font(scale=theme.uniform(1.8, 3))
        route = Value(texts.make_digits(theme.rng, theme.integer(1, 4)), "number")
        write_printed(panel, theme, big, [route], width - theme.unit, big.unit + 4, align="right")
    panel.draw_frame((0, 0, width - 1, panel.height - 1), 1, theme.integer(60, 220))
    x, y = theme.uniform(5, sheet.width - width), sheet.height * theme.uniform(0.2, 0.45)
    paste_panel(
        sheet,
        panel,
        x,
        y,
        ground=theme.integer(215, 255),
        ink=theme.integer(0, 60),
        angle=theme.uniform(-5, 5),
    )
    if theme.chance(0.4):
        write_by_hand(sheet, theme, Value(values.make_count(theme.rng), "number"), 20, sheet.height * 0.95)


def _card(sheet: Sheet, theme: Theme) -> None:
    """A picture postcard's back: a text at the left, a line down the middle, an address at the right."""
    middle, hand = sheet.width * theme.uniform(0.48, 0.56), theme.writer.unit * 0.75
    sheet.draw_line((middle, sheet.height * 0.08), (middle, sheet.height * 0.92), 1, theme.integer(60, 190))
    y = hand * 2.5
    while y < sheet.height - hand:
        words = " ".join(pick(theme.rng, PROSE) for _ in range(theme.integer(2, 4)))
        alpha = theme.writer.words(words, hand)[:, : int(middle - 20)]
        sheet.draw_ink(alpha, 10, y - alpha.shape[0] * 0.72, theme.writer.darkness)
        if theme.chance(0.12):
            write_by_hand(
                sheet, theme, Value(values.make_date(theme.rng), "date"), 14, y + hand * 1.6, unit=hand
            )
            y += hand * 1.8
        y += hand * theme.uniform(1.5, 2.0)
    leading = sheet.height * theme.uniform(0.1, 0.14)
    y = sheet.height * theme.uniform(0.42, 0.55)
    for parts in make_address(theme):
        pen = middle + 12
        sheet.draw_line((middle + 8, y + 3), (sheet.width - 8, y + 3), 1, theme.integer(100, 200))
        for part in parts:
            if isinstance(part, str):
                pen = write_words(sheet, theme, part.strip() or "a", pen, y, hand)[2] + hand * 0.4
            else:
                box = write_by_hand(sheet, theme, part, pen, y, unit=hand)
                pen = (box[2] if box else pen) + hand * 0.4
        y += leading


def _postmark(sheet: Sheet, theme: Theme, x: float, y: float) -> None:
    """Stamps and the ring of the postmark with a day in it, which is hardly a number to read."""
    side = theme.unit * theme.uniform(4, 8)
    for i in range(theme.integer(1, 3)):
        left = sheet.width - (i + 1) * side * 1.15 - 4
        sheet.fill((left, 6, left + side, 6 + side * 1.2), theme.integer(90, 225))
        marks.draw_logo(sheet, theme, left + 3, 9, side * 0.8)
        value = Value(pick(theme.rng, ["5", "20", "1.55", "0,95", "100", "90"]), "amount", ignore=True)
        write_printed(sheet, theme, theme.small, [value], left + side * 0.5, 4 + side * 1.15)
    if theme.chance(0.8):
        radius = theme.unit * theme.uniform(2.6, 4.5)
        marks.draw_stamp(sheet, theme, x, y, radius)
        day = Value(
            values.fill_pattern(theme.rng, pick(theme.rng, ["dd.dd.dd", "dd d dd", "1ddd"])),
            "date",
            ignore=True,
        )
        write_printed(
            sheet,
            theme,
            theme.small,
            [day],
            x,
            y + theme.small.unit / 2,
            align="centre",
            black=theme.uniform(0.2, 0.7),
        )
    if theme.chance(0.5):
        for i in range(theme.integer(3, 7)):
            at = np.linspace(x, sheet.width - 4, 40)
            swing = np.sin(at / theme.unit * 1.2) * theme.unit * 0.25
            path = np.stack([at, y - theme.unit * 2 + i * theme.unit * 0.7 + swing], axis=1)
            points = [np.round(path * 16).astype(np.int32)]
            cv2.polylines(sheet.plane, points, False, theme.integer(70, 170), 1, cv2.LINE_AA, 4)


def _registered(sheet: Sheet, theme: Theme) -> None:
    """The small label of a registered letter, or lines in another script, or the country in capitals."""
    x, y = theme.unit * theme.uniform(1, 6), sheet.height * theme.uniform(0.6, 0.92)
    if theme.chance(0.4):
        draw_foreign_script(sheet, theme, x, y, theme.unit, theme.integer(4, 10))
    elif theme.chance(0.5):
        write_printed(
            sheet, theme, theme.head, [pick(theme.rng, [*COUNTRIES, "PAR AVION", "PRIORITY"]).upper()], x, y
        )
    else:
        box = x, y - theme.unit * 3, x + theme.unit * 16, y + theme.unit * 0.8
        sheet.draw_frame(box, theme.integer(1, 2), theme.integer(0, 120))
        marks.draw_barcode(sheet, theme, (x + 4, y - theme.unit * 2.6, box[2] - 6, y - theme.unit))
        code = Value(values.fill_pattern(theme.rng, "RR ddd ddd ddd DE"), "code", ignore=True)
        write_printed(sheet, theme, theme.small, [code], x + 6, y + theme.unit * 0.3)
