"""Old books: parish registers and diaries, entries in faded ink, years and days among the words."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, FIRST, LAST, PROSE, pick
from sutja.synthesis.pages.writing import hand_words, handwritten, printed

_OLD = """
baptized buried married filius filia uxor sepultus natus ejusdem eodem die testes vidua et ex infans
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
_MONTHS = "Jan. Feb. Martii April May June Julii Aug. 7bris Octob. Novemb. Xbris".split()  # noqa: SIM905


def register(supplies: Supplies) -> Sheet:
    """A page, or two facing pages, of entries one below the other."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 11)), style="serif")
    desk.writer.unit = float(rng.uniform(9, 19))
    desk.writer.darkness = desk.between(0.3, 0.95)
    sheet = Sheet(rng, (int(rng.uniform(440, 780)), int(rng.uniform(440, 860))))
    pages = 2 if sheet.width > 640 and desk.chance(0.5) else 1
    wide = sheet.width / pages
    for page in range(pages):
        left = page * wide
        if desk.chance(0.5):
            _blocks(sheet, desk, left + wide * 0.03, left + wide * 0.96)
        else:
            _columns(sheet, desk, left + wide * 0.02, left + wide * 0.97)
    if pages == 2 or desk.chance(0.25):
        _fold(sheet, desk, wide if pages == 2 else 0.0)
    if desk.chance(0.35):
        _foxed(sheet, desk)
    return sheet


def _blocks(sheet: Sheet, desk: Desk, x0: float, x1: float) -> None:
    """Entries of a few lines each, a number or a name in the margin, a year above now and then."""
    hand = desk.writer.unit
    step, y = hand * desk.between(1.5, 2.2), hand * 2.2
    margin = x0 + hand * desk.between(3, 5.5)
    serial, year = desk.some(1, 300), desk.some(1580, 1925)
    ruled = desk.chance(0.4)
    if ruled:
        sheet.line((margin - hand * 0.5, 0), (margin - hand * 0.4, sheet.height), 1, desk.some(70, 190))
    while y < sheet.height - hand:
        if desk.chance(0.2):
            word = pick(desk.rng, ["Anno", "Anno Domini", "", "In the year", "A.D."])
            pen = (x0 + x1) / 2 - hand * 3
            if word:
                pen = hand_words(sheet, desk, word, pen, y)[2] + hand * 0.5
            size = hand * desk.between(1.0, 1.5)
            handwritten(sheet, desk, Value(str(year), "year"), pen, y, unit=size)
            y, year = y + step * 1.3, year + 1
        note = Value(str(serial), "number") if desk.chance(0.7) else None
        if note is not None:
            handwritten(sheet, desk, note, x0, y, room=margin - x0 - hand * 0.6)
        elif desk.chance(0.5):
            hand_words(sheet, desk, pick(desk.rng, LAST)[:6], x0, y, hand * 0.8)
        serial += 1
        for _ in range(desk.some(1, 4)):
            _entry_line(sheet, desk, margin, x1, y, year)
            if ruled and desk.chance(0.5):
                sheet.line((x0, y + 2), (x1, y + 2), 1, desk.some(150, 220))
            y += step
            if y > sheet.height - hand:
                break
        y += step * desk.between(0, 0.7)


def _entry_line(sheet: Sheet, desk: Desk, x0: float, x1: float, base: float, year: int) -> None:
    """A line of an entry: names and words, a day before a month, a year, an age, a sum."""
    pen, hand = x0, desk.writer.unit
    while pen < x1 - hand * 4:
        roll = desk.rng.random()
        if roll < 0.1:
            box = handwritten(sheet, desk, Value(str(desk.some(1, 31)), "day"), pen, base)
            pen = (box[2] if box else pen) + hand * 0.35
            pen = hand_words(sheet, desk, pick(desk.rng, _MONTHS), pen, base)[2] + hand * 0.4
            continue
        if roll < 0.17:
            text = str(year) if desk.chance(0.6) else str(desk.some(1, 99))
            box = handwritten(sheet, desk, Value(text, "year"), pen, base)
            pen = (box[2] if box else pen) + hand * 0.45
            continue
        word = pick(desk.rng, [*_OLD, *FIRST, *LAST, *CITIES, *PROSE[:40]])
        pen = hand_words(sheet, desk, word, pen, base)[2] + hand * 0.4


def _columns(sheet: Sheet, desk: Desk, x0: float, x1: float) -> None:
    """Ruled columns under printed heads: day, name, place, age, number; sums in pounds, shillings, pence."""
    hand = desk.writer.unit
    step, top = hand * desk.between(1.5, 2.3), desk.unit * desk.between(3, 6)
    kinds = [
        pick(desk.rng, ["number", "name", "day", "place", "age", "year", "lsd", "remark"])
        for _ in range(desk.some(4, 8))
    ]
    wide = {"number": 3, "name": 9, "day": 2.6, "place": 6, "age": 2.8, "year": 4, "lsd": 6, "remark": 6}
    stops, total = [x0], sum(wide[kind] for kind in kinds)
    for kind in kinds:
        stops.append(stops[-1] + (x1 - x0) * wide[kind] / total)
    for stop, kind in zip(stops, kinds, strict=False):
        printed(sheet, desk, desk.small, [kind.title()[:6]], stop + 2, top - 4)
    if desk.chance(0.6):
        folio = Value(str(desk.some(1, 500)), "number")
        if desk.chance(0.5):
            printed(sheet, desk, desk.body, ["Page ", folio], x1, desk.unit * 1.4, align="right")
        else:
            handwritten(sheet, desk, folio, x1 - hand * 3, hand * 1.4)
    y, serial, grey = top + step, desk.some(1, 900), desk.some(60, 180)
    while y < sheet.height - 3:
        for kind, left, right in zip(kinds, stops[:-1], stops[1:], strict=True):
            if desk.chance(0.88):
                _cell(sheet, desk, kind, left + 3, right - 3, y, serial)
        if desk.chance(0.6):
            sheet.line((x0, y + 3), (x1, y + 3), 1, min(225, grey + 40))
        y, serial = y + step, serial + 1
    for stop in stops:
        sheet.line((stop, desk.between(0, top)), (stop + desk.between(-2, 2), sheet.height), 1, grey)


def _cell(sheet: Sheet, desk: Desk, kind: str, left: float, right: float, base: float, serial: int) -> None:
    rng, hand, room = desk.rng, desk.writer.unit, right - left
    if kind in ("name", "place", "remark"):
        text = {
            "name": f"{pick(rng, FIRST)} {pick(rng, LAST)}",
            "place": pick(rng, CITIES),
            "remark": pick(rng, _OLD),
        }[kind]
        alpha = desk.writer.words(text if desk.chance(0.9) else "do")[:, : max(4, int(room))]
        sheet.put(alpha, left, base - alpha.shape[0] * 0.72, desk.writer.darkness)
    elif kind == "lsd":  # pounds, shillings and pence, each a number
        for share, most in ((0.3, 300), (0.62, 19), (0.95, 11)):
            if desk.chance(0.85):
                number = Value(str(desk.some(0, most)), "sum")
                right_of = left + room * share
                handwritten(sheet, desk, number, right_of, base, align="right", room=room * 0.27)
    else:
        text = {
            "number": str(serial),
            "day": str(desk.some(1, 31)),
            "age": str(desk.some(1, 95)),
            "year": str(desk.some(1600, 1930)),
        }[kind]
        if kind == "age" and desk.chance(0.15):
            text = values.filled(rng, "1/2") if desk.chance(0.3) else text
        handwritten(sheet, desk, Value(text, kind), left + hand * 0.2, base, room=room)


def _fold(sheet: Sheet, desk: Desk, at: float) -> None:
    """The shade of the book's fold at a column, or along the left edge."""
    x = np.abs(np.arange(sheet.width, dtype=np.float32) - at)
    shade = np.exp(-x / desk.between(8, 50)) * desk.between(30, 150)
    light = np.clip(255 - shade, 0, 255).astype(np.uint8)
    rows = np.ascontiguousarray(np.broadcast_to(light, sheet.plane.shape))
    sheet.plane[:] = cv2.multiply(sheet.plane, rows, scale=1 / 255)


def _foxed(sheet: Sheet, desk: Desk) -> None:
    """Brown spots, blots, and a stamp of the archive."""
    for _ in range(desk.some(3, 30)):
        centre = desk.some(0, sheet.width - 1), desk.some(0, sheet.height - 1)
        spot = np.full(sheet.plane.shape, 255, np.uint8)
        cv2.circle(spot, centre, desk.some(1, 9), desk.some(150, 235), -1, cv2.LINE_AA)
        sheet.plane[:] = cv2.min(sheet.plane, spot)
    if desk.chance(0.3):
        marks.stamp(sheet, desk, desk.between(0, sheet.width), desk.between(0, sheet.height), desk.unit * 4)
