"""Free notes, lists, sums and old ledgers by hand."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, FIRST, LAST, PROSE, pick
from sutja.synthesis.pages.writing import hand_words, handwritten, printed

# Columns of a ledger: what is in them, and how wide that is in digit heights.
_WIDE = {
    "number": 3.2,
    "date": 7,
    "name": 9,
    "place": 7,
    "age": 3,
    "year": 4.2,
    "remark": 8,
    "sum": 6,
    "day": 2.8,
}


def note(supplies: Supplies) -> Sheet:
    """A page out of a notebook: words, numbers, lists and sums where there was room."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(9, 14)), largest=32)
    desk.writer.unit = float(rng.uniform(11, 28))
    sheet = Sheet(rng, (int(rng.uniform(420, 720)), int(rng.uniform(420, 760))))
    step = desk.writer.unit * desk.between(1.6, 2.4)
    _ruled_paper(sheet, desk, step)
    layout = (_lines, _list, _scattered, _sums)[int(rng.choice(4, p=[0.35, 0.3, 0.2, 0.15]))]
    layout(sheet, desk, step)
    return sheet


def _ruled_paper(sheet: Sheet, desk: Desk, step: float) -> None:
    """Lines or squares of a notebook, or nothing."""
    kind, grey = desk.rng.random(), desk.some(140, 235)
    if kind < 0.4:
        y = step * desk.between(0.8, 2)
        while y < sheet.height:
            sheet.line((0, y), (sheet.width, y), 1, grey)
            y += step
        if desk.chance(0.4):
            x = sheet.width * 0.12
            sheet.line((x, 0), (x, sheet.height), 1, grey)
    elif kind < 0.65:
        pitch = step / (1 if desk.chance(0.4) else 2)
        for x in range(int(sheet.width / pitch) + 1):
            sheet.line((x * pitch, 0), (x * pitch, sheet.height), 1, grey)
        for y in range(int(sheet.height / pitch) + 1):
            sheet.line((0, y * pitch), (sheet.width, y * pitch), 1, grey)


def _value(desk: Desk) -> Value:
    text, kind = values.value(desk.rng)
    return Value(text, kind)


def _lines(sheet: Sheet, desk: Desk, step: float) -> None:
    """Words with numbers among them."""
    y = step * 1.4
    while y < sheet.height - step * 0.4:
        x = sheet.width * desk.between(0.03, 0.15)
        while x < sheet.width * 0.85:
            room = sheet.width - x
            if desk.chance(0.3):
                box = handwritten(sheet, desk, _value(desk), x, y)
                x = (box[2] if box else x) + desk.writer.unit * desk.between(0.6, 1.6)
            else:
                words = " ".join(pick(desk.rng, PROSE + CITIES) for _ in range(desk.some(1, 2)))
                if room < desk.writer.unit * 5:
                    break
                x = hand_words(sheet, desk, words, x, y)[2] + desk.writer.unit * 0.5
        y += step


def _list(sheet: Sheet, desk: Desk, step: float) -> None:
    """Things with their numbers in a column beside them."""
    y, numbered = step * 1.4, desk.chance(0.3)
    column = sheet.width * desk.between(0.5, 0.95)
    left = sheet.width * desk.between(0.04, 0.15)
    while y < sheet.height - step * 0.5:
        x = left
        if numbered:
            box = handwritten(sheet, desk, Value(str(int(y / step)), "number"), x, y)
            x = (box[2] if box else x) + desk.writer.unit * 0.8
        if desk.chance(0.9):
            hand_words(sheet, desk, pick(desk.rng, PROSE + LAST), x, y)
        if desk.chance(0.88):
            handwritten(
                sheet, desk, _value(desk), column, y, align="right" if column > sheet.width * 0.7 else "left"
            )
        y += step * desk.between(0.95, 1.3)


def _scattered(sheet: Sheet, desk: Desk, step: float) -> None:
    """Numbers and words wherever there was room, of several sizes, struck out or ringed here and there."""
    for _ in range(desk.some(6, 40)):
        size = desk.writer.unit * desk.between(0.7, 1.5)
        x, y = desk.between(0, sheet.width * 0.85), desk.between(step, sheet.height - 4)
        if desk.chance(0.6):
            value = _value(desk)
            if sheet.take((x, y - size * 1.5, x + size * 0.85 * len(value.text), y + size * 0.3)):
                handwritten(sheet, desk, value, x, y, unit=size)
        else:
            words = pick(desk.rng, PROSE + LAST + FIRST)
            if sheet.take((x, y - size * 1.6, x + size * 0.8 * len(words), y + size * 0.6)):
                hand_words(sheet, desk, words, x, y, size)
        if desk.chance(0.06):
            marks.signature(
                sheet, desk, desk.between(0, sheet.width * 0.8), desk.between(0, sheet.height), size
            )


def _sums(sheet: Sheet, desk: Desk, step: float) -> None:
    """Sums written out, one number under the other and a line before the total."""
    x, unit = desk.writer.unit * desk.between(6, 9), desk.writer.unit
    while x < sheet.width - unit:
        y = step * desk.between(1.3, 2)
        while y < sheet.height - step * 3:
            for row in range(desk.some(2, 5)):
                text = (
                    texts.digits(desk.rng, desk.some(1, 6)) if desk.chance(0.6) else values.decimal(desk.rng)
                )
                handwritten(sheet, desk, Value(text, "number"), x, y, align="right")
                if row and desk.chance(0.3):
                    hand_words(sheet, desk, "+", x - unit * 6, y)
                y += step * 0.85
                if y > sheet.height - step:
                    break
            bar = y - step * 0.75
            sheet.line(
                (x - unit * 5, bar),
                (x + unit * 0.3, bar + desk.between(-2, 2)),
                desk.some(1, 2),
                int(255 * (1 - desk.writer.darkness)),
            )
            handwritten(
                sheet, desk, Value(texts.digits(desk.rng, desk.some(2, 7)), "number"), x, y, align="right"
            )
            y += step * 1.8
        x += unit * desk.between(7, 10)


def ledger(supplies: Supplies) -> Sheet:
    """A page of a parish register or an account book: columns of dates, names, ages and places by hand."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 12)), style="serif", largest=22)
    desk.writer.unit = float(rng.uniform(10, 20))
    desk.writer.darkness = desk.between(0.35, 0.9)
    sheet = Sheet(rng, (int(rng.uniform(420, 760)), int(rng.uniform(520, 860))))
    unit = desk.writer.unit
    step = unit * desk.between(1.7, 2.6)
    kinds = [
        str(k)
        for k in rng.choice(
            ["number", "date", "name", "place", "age", "year", "name", "remark", "sum", "day"],
            desk.some(4, 9),
        )
    ]
    lefts = [sheet.width * desk.between(0.01, 0.05)]
    for kind in kinds:
        lefts.append(lefts[-1] + _WIDE[kind] * unit * desk.between(0.9, 1.3))
    lefts = [x for x in lefts if x < sheet.width - unit]
    top = _ledger_heads(sheet, desk, lefts, step)
    grey = desk.some(60, 180)
    if desk.chance(0.8):
        for x in lefts:
            sheet.line(
                (x, desk.between(0, top)),
                (x + desk.between(-2, 2), sheet.height),
                1 if desk.chance(0.7) else 2,
                grey,
            )
    lined, y, serial = desk.chance(0.6), top + step, desk.some(1, 400)
    while y < sheet.height - 3:
        if lined:
            sheet.line((0, y + 2), (sheet.width, y + 2 + desk.between(-1, 1)), 1, min(230, grey + 40))
        if desk.chance(0.93):
            for kind, x, end in zip(kinds, lefts, [*lefts[1:], float(sheet.width)], strict=False):
                if desk.chance(0.92):
                    _ledger_entry(sheet, desk, kind, x + unit * 0.3, y, end - x - unit * 0.4, serial)
        serial += 1
        y += step * desk.between(0.95, 1.1)
    return sheet


def _ledger_heads(sheet: Sheet, desk: Desk, lefts: list[float], step: float) -> float:
    """Printed or handwritten heads of the columns; where the entries begin."""
    if desk.chance(0.2):
        return 0.0
    for x in lefts:
        word = pick(
            desk.rng,
            [
                "No.",
                "Name",
                "When buried",
                "Age",
                "Abode",
                "Dies",
                "Nomen",
                "Anno",
                "By whom",
                "Tag",
                "Ort",
                "Remarks",
            ],
        )
        if desk.chance(0.7):
            printed(sheet, desk, desk.small, [word], x + 3, step * 0.9)
        else:
            hand_words(sheet, desk, word, x + 3, step * 0.9, desk.writer.unit * 0.8)
    if desk.chance(0.8):
        sheet.line((0, step * 1.2), (sheet.width, step * 1.2), 1, desk.some(20, 130))
    return step * 1.3


def _ledger_entry(
    sheet: Sheet, desk: Desk, kind: str, x: float, base: float, room: float, serial: int
) -> None:
    rng = desk.rng
    if kind in ("name", "place", "remark"):
        word = {
            "name": f"{pick(rng, FIRST)} {pick(rng, LAST)}",
            "place": pick(rng, CITIES),
            "remark": pick(rng, PROSE),
        }[kind]
        if desk.chance(0.1):
            word = "do"
        hand_words(sheet, desk, word[: max(2, int(room / desk.writer.unit * 1.7))], x, base)
        return
    if kind == "day":
        value = Value(str(desk.some(1, 31)), "date")
    elif kind == "date" and desk.chance(0.4):  # the day before a month's name
        box = handwritten(sheet, desk, Value(str(desk.some(1, 31)), "date"), x, base)
        if box is not None and room > desk.writer.unit * 4:
            hand_words(
                sheet,
                desk,
                pick(
                    rng,
                    ["Jan", "Febr", "März", "April", "Mai", "Juni", "July", "Aug", "Sept", "8ber", "Dec"][:9],
                ),
                box[2] + 4,
                base,
            )
        return
    else:
        text = {
            "number": str(serial),
            "date": values.date(rng),
            "age": str(desk.some(1, 95)),
            "year": str(desk.some(1650, 1930)),
            "sum": values.decimal(rng),
        }[kind]
        value = Value(text, kind)
    handwritten(sheet, desk, value, x, base, room=room)
