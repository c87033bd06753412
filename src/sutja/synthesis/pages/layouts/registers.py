"""Old books: parish registers and diaries, entries in faded ink, years and days among the words."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import CITIES, FIRST, LAST, PROSE, make_entry, pick
from sutja.synthesis.pages.writing import write_by_hand, write_printed, write_words

_OLD = """
baptized buried married filius filia uxor sepultus natus ejusdem eodem die testes vidua et ex infans
""".split()  # noqa: SIM905  (a list of so many strings is longer than it is clear)
_MONTHS = "Jan. Feb. Martii April May June Julii Aug. 7bris Octob. Novemb. Xbris".split()  # noqa: SIM905


def make_register(context: RenderContext) -> Sheet:
    """A page, or two facing pages, of entries one below the other."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 11)), style="serif")
    theme.writer.unit = float(rng.uniform(9, 19))
    theme.writer.darkness = theme.uniform(0.3, 0.95)
    sheet = Sheet(rng, (int(rng.uniform(440, 780)), int(rng.uniform(440, 860))))
    pages = 2 if sheet.width > 640 and theme.chance(0.5) else 1
    wide = sheet.width / pages
    for page in range(pages):
        left = page * wide
        if theme.chance(0.5):
            _blocks(sheet, theme, left + wide * 0.03, left + wide * 0.96)
        else:
            _columns(sheet, theme, left + wide * 0.02, left + wide * 0.97)
    if pages == 2 or theme.chance(0.25):
        _fold(sheet, theme, wide if pages == 2 else 0.0)
    if theme.chance(0.35):
        _foxed(sheet, theme)
    return sheet


def _blocks(sheet: Sheet, theme: Theme, x0: float, x1: float) -> None:
    """Entries of a few lines each, a number or a name in the margin, a year above now and then."""
    hand = theme.writer.unit
    step, y = hand * theme.uniform(1.5, 2.2), hand * 2.2
    margin = x0 + hand * theme.uniform(3, 5.5)
    serial, year = theme.integer(1, 300), theme.integer(1580, 1925)
    ruled = theme.chance(0.4)
    if ruled:
        sheet.draw_line(
            (margin - hand * 0.5, 0), (margin - hand * 0.4, sheet.height), 1, theme.integer(70, 190)
        )
    while y < sheet.height - hand:
        if theme.chance(0.2):
            word = pick(theme.rng, ["Anno", "Anno Domini", "", "In the year", "A.D."])
            pen = (x0 + x1) / 2 - hand * 3
            if word:
                pen = write_words(sheet, theme, word, pen, y)[2] + hand * 0.5
            size = hand * theme.uniform(1.0, 1.5)
            write_by_hand(sheet, theme, Value(str(year), "year"), pen, y, unit=size)
            y, year = y + step * 1.3, year + 1
        note = Value(str(serial), "number") if theme.chance(0.7) else None
        if note is not None:
            write_by_hand(sheet, theme, note, x0, y, room=margin - x0 - hand * 0.6)
        elif theme.chance(0.5):
            write_words(sheet, theme, pick(theme.rng, LAST)[:6], x0, y, hand * 0.8)
        serial += 1
        for _ in range(theme.integer(1, 4)):
            _entry_line(sheet, theme, margin, x1, y, year)
            if ruled and theme.chance(0.5):
                sheet.draw_line((x0, y + 2), (x1, y + 2), 1, theme.integer(150, 220))
            y += step
            if y > sheet.height - hand:
                break
        y += step * theme.uniform(0, 0.7)


def _entry_line(sheet: Sheet, theme: Theme, x0: float, x1: float, base: float, year: int) -> None:
    """A line of an entry: names and words, a day before a month, a year, an age, a sum."""
    pen, hand = x0, theme.writer.unit
    while pen < x1 - hand * 4:
        roll = theme.rng.random()
        if roll < 0.1:
            box = write_by_hand(sheet, theme, Value(str(theme.integer(1, 31)), "day"), pen, base)
            pen = (box[2] if box else pen) + hand * 0.35
            pen = write_words(sheet, theme, pick(theme.rng, _MONTHS), pen, base)[2] + hand * 0.4
            continue
        if roll < 0.17:
            text = str(year) if theme.chance(0.6) else str(theme.integer(1, 99))
            box = write_by_hand(sheet, theme, Value(text, "year"), pen, base)
            pen = (box[2] if box else pen) + hand * 0.45
            continue
        word = pick(theme.rng, [*_OLD, *FIRST, *LAST, *CITIES, *PROSE[:40]])
        pen = write_words(sheet, theme, word, pen, base)[2] + hand * 0.4


def _columns(sheet: Sheet, theme: Theme, x0: float, x1: float) -> None:
    """Ruled columns under printed heads: day, name, place, age, number; sums in pounds, shillings, pence."""
    hand = theme.writer.unit
    step, top = hand * theme.uniform(1.5, 2.3), theme.unit * theme.uniform(3, 6)
    kinds = [
        pick(theme.rng, ["number", "name", "day", "place", "age", "year", "lsd", "remark"])
        for _ in range(theme.integer(4, 8))
    ]
    wide = {"number": 3, "name": 9, "day": 2.6, "place": 6, "age": 2.8, "year": 4, "lsd": 8, "remark": 6}
    stops, total = [x0], sum(wide[kind] for kind in kinds)
    for kind in kinds:
        stops.append(stops[-1] + (x1 - x0) * wide[kind] / total)
    for stop, kind in zip(stops, kinds, strict=False):
        write_printed(sheet, theme, theme.small, [kind.title()[:6]], stop + 2, top - 4)
    if theme.chance(0.6):
        folio = Value(str(theme.integer(1, 500)), "number")
        if theme.chance(0.5):
            write_printed(sheet, theme, theme.body, ["Page ", folio], x1, theme.unit * 1.4, align="right")
        else:
            write_by_hand(sheet, theme, folio, x1 - hand * 3, hand * 1.4)
    y, serial, grey = top + step, theme.integer(1, 900), theme.integer(60, 180)
    while y < sheet.height - 3:
        for kind, left, right in zip(kinds, stops[:-1], stops[1:], strict=True):
            if theme.chance(0.88):
                _cell(sheet, theme, kind, left + 3, right - 3, y, serial)
        if theme.chance(0.6):
            sheet.draw_line((x0, y + 3), (x1, y + 3), 1, min(225, grey + 40))
        y, serial = y + step, serial + 1
    for stop in stops:
        sheet.draw_line((stop, theme.uniform(0, top)), (stop + theme.uniform(-2, 2), sheet.height), 1, grey)


def _cell(sheet: Sheet, theme: Theme, kind: str, left: float, right: float, base: float, serial: int) -> None:
    rng, hand, room = theme.rng, theme.writer.unit, right - left
    if kind in ("name", "place", "remark"):
        text = make_entry(rng, kind, _OLD)
        alpha = theme.writer.words(text if theme.chance(0.9) else "do")[:, : max(4, int(room))]
        sheet.draw_ink(alpha, left, base - alpha.shape[0] * 0.72, theme.writer.darkness)
    elif kind == "lsd":  # pounds, shillings and pence, each a number
        for share, most, wide in ((0.4, 300, 0.38), (0.69, 19, 0.19), (0.98, 11, 0.19)):
            if theme.chance(0.85):
                number = Value(str(theme.integer(0, most)), "sum")
                right_of = left + room * share
                write_by_hand(sheet, theme, number, right_of, base, align="right", room=room * wide)
    else:
        text = {
            "number": str(serial),
            "day": str(theme.integer(1, 31)),
            "age": str(theme.integer(1, 95)),
            "year": str(theme.integer(1600, 1930)),
        }[kind]
        if kind == "age" and theme.chance(0.15):
            text = values.fill_pattern(rng, "1/2") if theme.chance(0.3) else text
        write_by_hand(sheet, theme, Value(text, kind), left + hand * 0.2, base, room=room - hand * 0.4)


def _fold(sheet: Sheet, theme: Theme, at: float) -> None:
    """The shade of the book's fold at a column, or along the left edge."""
    x = np.abs(np.arange(sheet.width, dtype=np.float32) - at)
    shade = np.exp(-x / theme.uniform(8, 50)) * theme.uniform(30, 150)
    light = np.clip(255 - shade, 0, 255).astype(np.uint8)
    rows = np.ascontiguousarray(np.broadcast_to(light, sheet.plane.shape))
    sheet.plane[:] = cv2.multiply(sheet.plane, rows, scale=1 / 255)


def _foxed(sheet: Sheet, theme: Theme) -> None:
    """Brown spots, blots, and a stamp of the archive."""
    for _ in range(theme.integer(3, 30)):
        centre = theme.integer(0, sheet.width - 1), theme.integer(0, sheet.height - 1)
        spot = np.full(sheet.plane.shape, 255, np.uint8)
        cv2.circle(spot, centre, theme.integer(1, 9), theme.integer(150, 235), -1, cv2.LINE_AA)
        sheet.plane[:] = cv2.min(sheet.plane, spot)
    if theme.chance(0.3):
        marks.draw_stamp(
            sheet, theme, theme.uniform(0, sheet.width), theme.uniform(0, sheet.height), theme.unit * 4
        )
