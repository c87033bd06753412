"""Post as it lies on a table: envelopes, parcels and cards with labels, postmarks, and codes anywhere."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.letters import address_lines, write_lines
from sutja.synthesis.pages.panels import foreign, lay
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, COUNTRIES, PROSE, pick
from sutja.synthesis.pages.writing import comb, hand_words, handwritten, printed


def mail(supplies: Supplies) -> Sheet:
    """A piece of post: who sends it, to whom, what the post has put on it."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 14)), largest=34)
    desk.writer.unit = float(rng.uniform(12, 32))
    width = int(desk.between(460, 800))
    sheet = Sheet(rng, (int(width * desk.between(0.45, 0.85)), width))
    if desk.chance(0.35):
        sheet.plane[:] = desk.some(140, 235)
    if desk.chance(0.15):
        _airmail(sheet, desk)
    way = desk.rng.random()
    if way < 0.3:
        _card(sheet, desk)
    elif way < 0.55:
        _sticker(sheet, desk)
    else:
        _front(sheet, desk)
    _postmark(sheet, desk, width * desk.between(0.55, 0.8), sheet.height * desk.between(0.12, 0.35))
    if desk.chance(0.35):
        _registered(sheet, desk)
    if desk.chance(0.3):
        x = width * desk.between(0.3, 0.6)
        base = sheet.height - desk.unit * desk.between(0.5, 2)
        marks.bars(sheet, desk, (x, base - desk.unit * 1.3, x + width * 0.35, base))
    return sheet


def _airmail(sheet: Sheet, desk: Desk) -> None:
    """The border of slanted stripes."""
    size, grey = desk.between(8, 18), desk.some(60, 170)
    for x in np.arange(0, sheet.width, size * 2):
        for y in (0.0, sheet.height - size * 0.7):
            quad = np.array(
                [[x, y], [x + size, y], [x + size * 0.6, y + size * 0.7], [x - size * 0.4, y + size * 0.7]]
            )
            cv2.fillPoly(sheet.plane, [quad.astype(np.int32)], grey)


def _front(sheet: Sheet, desk: Desk) -> None:
    """An address by hand, larger or smaller, not always straight; the code beside, below, or by itself."""
    width, height = sheet.width, sheet.height
    hand = desk.writer.unit
    lines = address_lines(desk)
    leading = hand * desk.between(1.5, 2.2)
    x, y = width * desk.between(0.08, 0.45), height * desk.between(0.3, 0.55)
    if desk.chance(0.3):
        for i in range(len(lines) + 1):
            sheet.line(
                (x - hand, y + i * leading + 3), (width * 0.96, y + i * leading + 3), 1, desk.some(90, 190)
            )
    if desk.chance(0.3):  # in a slant
        panel = Sheet(desk.rng, (int(leading * (len(lines) + 1)), int(width * 0.62)))
        write_lines(panel, desk, lines, hand, leading, leading, by_hand=True)
        paper = int(np.median(sheet.plane[::9, ::9]))
        ink = int(paper * desk.between(0, 0.3))
        lay(sheet, panel, x, y - leading, ground=paper, ink=ink, angle=desk.between(-7, 7))
    else:
        write_lines(sheet, desk, lines, x, y, leading, by_hand=True)
    if desk.chance(0.5):
        small = hand * desk.between(0.55, 0.85)
        top = desk.unit * 2
        for words in ("", pick(desk.rng, CITIES)):
            end = hand_words(sheet, desk, words or pick(desk.rng, PROSE), desk.unit * 2, top, small)
            if desk.chance(0.7):
                number = Value(values.postcode(desk.rng), "postcode")
                handwritten(sheet, desk, number, end[2] + small * 0.4, top, unit=small)
            top += small * 1.8
    if desk.chance(0.3):  # boxes for the code, as in the east and in Asia
        n, pitch = desk.some(5, 7), hand * desk.between(0.95, 1.5)
        left = desk.unit * 2 if desk.chance(0.5) else width - pitch * (n + 1)
        digits = Value(texts.digits(desk.rng, n), "postcode")
        top = height - hand * 2.4 if desk.chance(0.6) else desk.unit * 2
        comb(sheet, desk, digits, left, top, pitch, hand * 1.5, by_hand=True,
             style=pick(desk.rng, ["boxes", "apart", "dashes"]))  # fmt: skip


def _sticker(sheet: Sheet, desk: Desk) -> None:
    """A printed label, stuck on at a slant, with the numbers of a parcel."""
    width = int(sheet.width * desk.between(0.4, 0.7))
    leading = desk.unit * desk.between(1.6, 2.1)
    lines = address_lines(desk)
    panel = Sheet(desk.rng, (int(leading * (len(lines) + desk.between(1.5, 6))), width))
    end = write_lines(panel, desk, lines, desk.unit, leading * 1.1, leading, by_hand=False)
    if end < panel.height - desk.unit * 3:
        marks.bars(panel, desk, (desk.unit, end - desk.unit, width * 0.85, panel.height - desk.unit * 2))
        code = Value(texts.digits(desk.rng, desk.some(10, 22)), "number")
        printed(panel, desk, desk.small, [code], desk.unit, panel.height - desk.unit * 0.5)
    if desk.chance(0.5):
        big = desk.type(scale=desk.between(1.8, 3))
        route = Value(texts.digits(desk.rng, desk.some(1, 4)), "number")
        printed(panel, desk, big, [route], width - desk.unit, big.unit + 4, align="right")
    panel.frame((0, 0, width - 1, panel.height - 1), 1, desk.some(60, 220))
    x, y = desk.between(5, sheet.width - width), sheet.height * desk.between(0.2, 0.45)
    lay(sheet, panel, x, y, ground=desk.some(215, 255), ink=desk.some(0, 60), angle=desk.between(-5, 5))
    if desk.chance(0.4):
        handwritten(sheet, desk, Value(values.count(desk.rng), "number"), 20, sheet.height * 0.95)


def _card(sheet: Sheet, desk: Desk) -> None:
    """A picture postcard's back: a text at the left, a line down the middle, an address at the right."""
    middle, hand = sheet.width * desk.between(0.48, 0.56), desk.writer.unit * 0.75
    sheet.line((middle, sheet.height * 0.08), (middle, sheet.height * 0.92), 1, desk.some(60, 190))
    y = hand * 2.5
    while y < sheet.height - hand:
        words = " ".join(pick(desk.rng, PROSE) for _ in range(desk.some(2, 4)))
        alpha = desk.writer.words(words, hand)[:, : int(middle - 20)]
        sheet.put(alpha, 10, y - alpha.shape[0] * 0.72, desk.writer.darkness)
        if desk.chance(0.12):
            handwritten(sheet, desk, Value(values.date(desk.rng), "date"), 14, y + hand * 1.6, unit=hand)
            y += hand * 1.8
        y += hand * desk.between(1.5, 2.0)
    leading = sheet.height * desk.between(0.1, 0.14)
    y = sheet.height * desk.between(0.42, 0.55)
    for parts in address_lines(desk):
        pen = middle + 12
        sheet.line((middle + 8, y + 3), (sheet.width - 8, y + 3), 1, desk.some(100, 200))
        for part in parts:
            if isinstance(part, str):
                pen = hand_words(sheet, desk, part.strip() or "a", pen, y, hand)[2] + hand * 0.4
            else:
                box = handwritten(sheet, desk, part, pen, y, unit=hand)
                pen = (box[2] if box else pen) + hand * 0.4
        y += leading


def _postmark(sheet: Sheet, desk: Desk, x: float, y: float) -> None:
    """Stamps and the ring of the postmark with a day in it, which is hardly a number to read."""
    side = desk.unit * desk.between(4, 8)
    for i in range(desk.some(1, 3)):
        left = sheet.width - (i + 1) * side * 1.15 - 4
        sheet.fill((left, 6, left + side, 6 + side * 1.2), desk.some(90, 225))
        marks.logo(sheet, desk, left + 3, 9, side * 0.8)
        value = Value(pick(desk.rng, ["5", "20", "1.55", "0,95", "100", "90"]), "amount", ignore=True)
        printed(sheet, desk, desk.small, [value], left + side * 0.5, 4 + side * 1.15)
    if desk.chance(0.8):
        radius = desk.unit * desk.between(2.6, 4.5)
        marks.stamp(sheet, desk, x, y, radius)
        day = Value(
            values.filled(desk.rng, pick(desk.rng, ["dd.dd.dd", "dd d dd", "1ddd"])), "date", ignore=True
        )
        printed(
            sheet,
            desk,
            desk.small,
            [day],
            x,
            y + desk.small.unit / 2,
            align="centre",
            black=desk.between(0.2, 0.7),
        )
    if desk.chance(0.5):
        for i in range(desk.some(3, 7)):
            at = np.linspace(x, sheet.width - 4, 40)
            swing = np.sin(at / desk.unit * 1.2) * desk.unit * 0.25
            path = np.stack([at, y - desk.unit * 2 + i * desk.unit * 0.7 + swing], axis=1)
            points = [np.round(path * 16).astype(np.int32)]
            cv2.polylines(sheet.plane, points, False, desk.some(70, 170), 1, cv2.LINE_AA, 4)


def _registered(sheet: Sheet, desk: Desk) -> None:
    """The small label of a registered letter, or lines in another script, or the country in capitals."""
    x, y = desk.unit * desk.between(1, 6), sheet.height * desk.between(0.6, 0.92)
    if desk.chance(0.4):
        foreign(sheet, desk, x, y, desk.unit, desk.some(4, 10))
    elif desk.chance(0.5):
        printed(sheet, desk, desk.head, [pick(desk.rng, [*COUNTRIES, "PAR AVION", "PRIORITY"]).upper()], x, y)
    else:
        box = x, y - desk.unit * 3, x + desk.unit * 16, y + desk.unit * 0.8
        sheet.frame(box, desk.some(1, 2), desk.some(0, 120))
        marks.bars(sheet, desk, (x + 4, y - desk.unit * 2.6, box[2] - 6, y - desk.unit))
        code = Value(values.filled(desk.rng, "RR ddd ddd ddd DE"), "code", ignore=True)
        printed(sheet, desk, desk.small, [code], x + 6, y + desk.unit * 0.3)
