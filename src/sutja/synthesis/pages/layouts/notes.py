"""Free notes, lists, sums and old ledgers by hand."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import CITIES, FIRST, LAST, PROSE, make_entry, pick
from sutja.synthesis.pages.writing import write_by_hand, write_printed, write_words

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


def make_note(context: RenderContext) -> Sheet:
    """A page out of a notebook: words, numbers, lists and sums where there was room."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(9, 14)), largest=32)
    theme.writer.unit = float(rng.uniform(11, 28))
    sheet = Sheet(rng, (int(rng.uniform(420, 720)), int(rng.uniform(420, 760))))
    step = theme.writer.unit * theme.uniform(1.6, 2.4)
    _ruled_paper(sheet, theme, step)
    layout = (_lines, _list, _scattered, _sums)[int(rng.choice(4, p=[0.35, 0.3, 0.2, 0.15]))]
    layout(sheet, theme, step)
    return sheet


def _ruled_paper(sheet: Sheet, theme: Theme, step: float) -> None:
    """Lines or squares of a notebook, or nothing."""
    kind, grey = theme.rng.random(), theme.integer(140, 235)
    if kind < 0.4:
        y = step * theme.uniform(0.8, 2)
        while y < sheet.height:
            sheet.draw_line((0, y), (sheet.width, y), 1, grey)
            y += step
        if theme.chance(0.4):
            x = sheet.width * 0.12
            sheet.draw_line((x, 0), (x, sheet.height), 1, grey)
    elif kind < 0.65:
        pitch = step / (1 if theme.chance(0.4) else 2)
        for x in range(int(sheet.width / pitch) + 1):
            sheet.draw_line((x * pitch, 0), (x * pitch, sheet.height), 1, grey)
        for y in range(int(sheet.height / pitch) + 1):
            sheet.draw_line((0, y * pitch), (sheet.width, y * pitch), 1, grey)


def _value(theme: Theme) -> Value:
    text, kind = values.make_value(theme.rng)
    return Value(text, kind)


def _lines(sheet: Sheet, theme: Theme, step: float) -> None:
    """Words with numbers among them."""
    y = step * 1.4
    while y < sheet.height - step * 0.4:
        x = sheet.width * theme.uniform(0.03, 0.15)
        while x < sheet.width * 0.85:
            room = sheet.width - x
            if theme.chance(0.3):
                box = write_by_hand(sheet, theme, _value(theme), x, y)
                x = (box[2] if box else x) + theme.writer.unit * theme.uniform(0.6, 1.6)
            else:
                words = " ".join(pick(theme.rng, PROSE + CITIES) for _ in range(theme.integer(1, 2)))
                if room < theme.writer.unit * 5:
                    break
                x = write_words(sheet, theme, words, x, y)[2] + theme.writer.unit * 0.5
        y += step


def _list(sheet: Sheet, theme: Theme, step: float) -> None:
    """Things with their numbers in a column beside them."""
    y, numbered = step * 1.4, theme.chance(0.3)
    column = sheet.width * theme.uniform(0.5, 0.95)
    left = sheet.width * theme.uniform(0.04, 0.15)
    while y < sheet.height - step * 0.5:
        x = left
        if numbered:
            box = write_by_hand(sheet, theme, Value(str(int(y / step)), "number"), x, y)
            x = (box[2] if box else x) + theme.writer.unit * 0.8
        if theme.chance(0.9):
            write_words(sheet, theme, pick(theme.rng, PROSE + LAST), x, y)
        if theme.chance(0.88):
            write_by_hand(
                sheet,
                theme,
                _value(theme),
                column,
                y,
                align="right" if column > sheet.width * 0.7 else "left",
            )
        y += step * theme.uniform(0.95, 1.3)


def _scattered(sheet: Sheet, theme: Theme, step: float) -> None:
    """Numbers and words wherever there was room, of several sizes, struck out or ringed here and there."""
    for _ in range(theme.integer(6, 40)):
        size = theme.writer.unit * theme.uniform(0.7, 1.5)
        x, y = theme.uniform(0, sheet.width * 0.85), theme.uniform(step, sheet.height - 4)
        if theme.chance(0.6):
            value = _value(theme)
            if sheet.reserve((x, y - size * 1.5, x + size * 0.85 * len(value.text), y + size * 0.3)):
                write_by_hand(sheet, theme, value, x, y, unit=size)
        else:
            words = pick(theme.rng, PROSE + LAST + FIRST)
            if sheet.reserve((x, y - size * 1.6, x + size * 0.8 * len(words), y + size * 0.6)):
                write_words(sheet, theme, words, x, y, size)
        if theme.chance(0.06):
            marks.draw_signature(
                sheet, theme, theme.uniform(0, sheet.width * 0.8), theme.uniform(0, sheet.height), size
            )


def _sums(sheet: Sheet, theme: Theme, step: float) -> None:
    """Sums written out, one number under the other and a line before the total."""
    x, unit = theme.writer.unit * theme.uniform(6, 9), theme.writer.unit
    while x < sheet.width - unit:
        y = step * theme.uniform(1.3, 2)
        while y < sheet.height - step * 3:
            for row in range(theme.integer(2, 5)):
                text = (
                    texts.make_digits(theme.rng, theme.integer(1, 6))
                    if theme.chance(0.6)
                    else values.make_decimal(theme.rng)
                )
                write_by_hand(sheet, theme, Value(text, "number"), x, y, align="right")
                if row and theme.chance(0.3):
                    write_words(sheet, theme, "+", x - unit * 6, y)
                y += step * 0.85
                if y > sheet.height - step:
                    break
            bar = y - step * 0.75
            sheet.draw_line(
                (x - unit * 5, bar),
                (x + unit * 0.3, bar + theme.uniform(-2, 2)),
                theme.integer(1, 2),
                int(255 * (1 - theme.writer.darkness)),
            )
            write_by_hand(
                sheet,
                theme,
                Value(texts.make_digits(theme.rng, theme.integer(2, 7)), "number"),
                x,
                y,
                align="right",
            )
            y += step * 1.8
        x += unit * theme.uniform(7, 10)


def make_ledger(context: RenderContext) -> Sheet:
    """A page of a parish register or an account book: columns of dates, names, ages and places by hand."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 12)), style="serif", largest=22)
    theme.writer.unit = float(rng.uniform(10, 20))
    theme.writer.darkness = theme.uniform(0.35, 0.9)
    sheet = Sheet(rng, (int(rng.uniform(420, 760)), int(rng.uniform(520, 860))))
    unit = theme.writer.unit
    step = unit * theme.uniform(1.7, 2.6)
    kinds = [
        str(k)
        for k in rng.choice(
            ["number", "date", "name", "place", "age", "year", "name", "remark", "sum", "day"],
            theme.integer(4, 9),
        )
    ]
    lefts = [sheet.width * theme.uniform(0.01, 0.05)]
    for kind in kinds:
        lefts.append(lefts[-1] + _WIDE[kind] * unit * theme.uniform(0.9, 1.3))
    lefts = [x for x in lefts if x < sheet.width - unit]
    top = _ledger_heads(sheet, theme, lefts, step)
    grey = theme.integer(60, 180)
    if theme.chance(0.8):
        for x in lefts:
            sheet.draw_line(
                (x, theme.uniform(0, top)),
                (x + theme.uniform(-2, 2), sheet.height),
                1 if theme.chance(0.7) else 2,
                grey,
            )
    lined, y, serial = theme.chance(0.6), top + step, theme.integer(1, 400)
    while y < sheet.height - 3:
        if lined:
            sheet.draw_line((0, y + 2), (sheet.width, y + 2 + theme.uniform(-1, 1)), 1, min(230, grey + 40))
        if theme.chance(0.93):
            for kind, x, end in zip(kinds, lefts, [*lefts[1:], float(sheet.width)], strict=False):
                if theme.chance(0.92):
                    _ledger_entry(sheet, theme, kind, x + unit * 0.3, y, end - x - unit * 0.7, serial)
        serial += 1
        y += step * theme.uniform(0.95, 1.1)
    return sheet


def _ledger_heads(sheet: Sheet, theme: Theme, lefts: list[float], step: float) -> float:
    """Printed or handwritten heads of the columns; where the entries begin."""
    if theme.chance(0.2):
        return 0.0
    for x in lefts:
        word = pick(
            theme.rng,
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
        if theme.chance(0.7):
            write_printed(sheet, theme, theme.small, [word], x + 3, step * 0.9)
        else:
            write_words(sheet, theme, word, x + 3, step * 0.9, theme.writer.unit * 0.8)
    if theme.chance(0.8):
        sheet.draw_line((0, step * 1.2), (sheet.width, step * 1.2), 1, theme.integer(20, 130))
    return step * 1.3


def _ledger_entry(
    sheet: Sheet, theme: Theme, kind: str, x: float, base: float, room: float, serial: int
) -> None:
    rng = theme.rng
    if kind in ("name", "place", "remark"):
        word = make_entry(rng, kind, PROSE)
        if theme.chance(0.1):
            word = "do"
        write_words(sheet, theme, word[: max(2, int(room / theme.writer.unit * 1.7))], x, base)
        return
    if kind == "day":
        value = Value(str(theme.integer(1, 31)), "date")
    elif kind == "date" and theme.chance(0.4):  # the day before a month's name
        box = write_by_hand(sheet, theme, Value(str(theme.integer(1, 31)), "date"), x, base)
        if box is not None and room > theme.writer.unit * 4:
            write_words(
                sheet,
                theme,
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
            "date": values.make_date(rng),
            "age": str(theme.integer(1, 95)),
            "year": str(theme.integer(1650, 1930)),
            "sum": values.make_decimal(rng),
        }[kind]
        value = Value(text, kind)
    write_by_hand(sheet, theme, value, x, base, room=room)
