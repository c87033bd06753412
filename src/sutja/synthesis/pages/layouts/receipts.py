"""Till receipts: narrow, in thermal print or off an old needle printer."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import CITIES, GOODS, LAST, PROSE, STREETS, pick
from sutja.synthesis.pages.writing import Part, write_printed


def make_receipt(context: RenderContext) -> Sheet:
    """One receipt: head, goods, sums, taxes, a goodbye."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(9, 17)), style="mono" if rng.random() < 0.85 else "any")
    theme.black = theme.uniform(0.35, 0.95)
    font = theme.body
    letter = font.width("0")
    columns = theme.integer(26, 46)
    width = int(letter * columns + theme.unit * 2.5)
    sheet = Sheet(rng, (int(rng.uniform(520, 1050)), width))
    leading = theme.unit * theme.uniform(1.45, 2.1)
    x0, x1 = theme.unit, width - theme.unit
    y = _head(sheet, theme, width, leading)
    mark = pick(rng, [",", "."])
    column = x1 - (letter * 3 if theme.chance(0.5) else 0)
    for _ in range(theme.integer(3, 22)):
        y = _item(sheet, theme, x0, column, x1, y, leading, mark)
        if y > sheet.height - leading * 6:
            break
    y = _sums(sheet, theme, x0, column, y + leading * 0.5, leading, mark)
    y = _taxes(sheet, theme, x0, x1, y + leading * 0.5, leading, mark)
    _foot(sheet, theme, x0, x1, y + leading, leading)
    return sheet


def _price(theme: Theme, mark: str) -> str:
    return f"{int(10 ** theme.uniform(-0.5, 2.3))}{mark}{texts.make_digits(theme.rng, 2)}"


def _head(sheet: Sheet, theme: Theme, width: int, leading: float) -> float:
    rng = theme.rng
    y = leading * 1.5
    if theme.chance(0.4):
        marks.draw_logo(sheet, theme, width / 2 - theme.unit * 2, y - leading, theme.unit * 4)
        y += theme.unit * 4.5
    write_printed(
        sheet,
        theme,
        theme.head,
        [pick(rng, LAST).upper()],
        width / 2,
        y,
        align="centre",
        spread=theme.uniform(0, 0.8) * theme.unit,
    )
    lines: list[list[Part]] = [
        [f"{pick(rng, STREETS)} ", Value(str(theme.integer(1, 190)), "number")],
        [Value(values.make_postcode(rng), "postcode"), f" {pick(rng, CITIES)}"],
        ["Tel. ", Value(values.make_phone(rng), "phone")],
        [pick(rng, ["UNSERE ÖFFNUNGSZEITEN", "THANK YOU", "KASSENBON", "TICKET", "NYUGTA"])],
        [
            "MO.-SA. ",
            Value(f"{theme.integer(7, 9)}.00", "number"),
            " Uhr - ",
            Value("20.00", "number"),
            " Uhr",
        ],
    ]
    for parts in lines:
        if theme.chance(0.65):
            y += leading
            write_printed(sheet, theme, theme.body, parts, width / 2, y, align="centre")
    return y + leading * 1.5


def _item(
    sheet: Sheet, theme: Theme, x0: float, column: float, x1: float, y: float, leading: float, mark: str
) -> float:
    """One thing bought: its name and price, at times how many and at what price."""
    rng, font = theme.rng, theme.body
    price = _price(theme, mark)
    roll = rng.random()
    name: list[Part] = [pick(rng, GOODS)]
    if roll < 0.12:
        name += [
            " ",
            Value(f"{theme.integer(1, 9) * 50}{pick(rng, ['g', 'ml', 'ST'])}", "number", ignore=True),
        ]
    elif roll < 0.2:
        name = [Value(str(theme.integer(1, 9)), "number"), pick(rng, ["x ", " x ", "  "]), *name]
    elif roll < 0.26:
        name = [Value(texts.make_digits(rng, theme.integer(4, 13)), "number"), " ", *name]
    write_printed(
        sheet, theme, font, _that_fit(theme, name, column - x0 - font.width(price) - theme.unit), x0, y
    )
    parts: list[Part] = [Value(price, "amount")]
    write_printed(sheet, theme, font, parts, column, y, align="right")
    if column < x1 - 3:
        write_printed(sheet, theme, font, [pick(rng, ["A", "B", "C", "*", "A", ""])], x1, y, align="right")
    if theme.chance(0.12):
        y += leading
        each: list[Part] = [
            "  ",
            Value(str(theme.integer(2, 12)), "number"),
            pick(rng, [" x ", " Stk x ", " @ "]),
            Value(_price(theme, mark), "amount"),
        ]
        write_printed(sheet, theme, font, each, x0, y)
    return y + leading


def _that_fit(theme: Theme, parts: list[Part], room: float) -> list[Part]:
    """The parts up to where the room ends; a name is cut, a number is left out."""
    out: list[Part] = []
    for part in parts:
        text = part if isinstance(part, str) else part.text
        wide = theme.body.width(text)
        if wide <= room:
            out.append(part)
        elif isinstance(part, str) and room > theme.unit * 2:
            out.append(part[: max(1, int(len(part) * room / wide))])
            break
        room -= wide
    return out


def _sums(sheet: Sheet, theme: Theme, x0: float, column: float, y: float, leading: float, mark: str) -> float:
    names = [
        pick(theme.rng, ["SUMME EUR", "TOTAL", "ZU ZAHLEN", "SUBTOTAL", "Summe"]),
        pick(theme.rng, ["BAR", "CASH", "VISA", "Geg. BAR EUR"]),
        pick(theme.rng, ["ZURÜCK", "CHANGE", "Rückgeld EUR"]),
    ]
    if theme.chance(0.5):
        sheet.draw_line((x0, y - leading * 0.9), (column, y - leading * 0.9), 1, theme.integer(40, 140))
    for index, name in enumerate(names[: theme.integer(1, 3)]):
        large = index == 0 and theme.chance(0.4)
        font = theme.head if large else theme.body
        if large:
            y += leading * 0.4
        write_printed(sheet, theme, font, [name], x0, y)
        sign = pick(theme.rng, ["", "", "", "-", "€ ", "$"]) if font.has("€$") else ""
        write_printed(
            sheet, theme, font, [Value(sign + _price(theme, mark), "amount")], column, y, align="right"
        )
        y += leading * (1.3 if large else 1.0)
    return y


def _taxes(sheet: Sheet, theme: Theme, x0: float, x1: float, y: float, leading: float, mark: str) -> float:
    """A small table of tax rates, where the paper is wide enough."""
    if theme.chance(0.35) or theme.body.width("B 19,00%  199,99") > (x1 - x0) * 0.42:
        return y
    stops = [x0, x0 + (x1 - x0) * 0.42, x0 + (x1 - x0) * 0.72, x1]
    for stop, name in zip(stops, ["MwSt", "Netto", "MwSt", "Brutto"], strict=True):
        write_printed(sheet, theme, theme.body, [name], stop, y, align="left" if stop == x0 else "right")
    for _ in range(theme.integer(1, 3)):
        y += leading
        rate = Value(pick(theme.rng, ["7,00%", "19,00%", "7%", "19%", "20.0%"]), "number")
        write_printed(sheet, theme, theme.body, [pick(theme.rng, ["A ", "B ", "1=", ""]), rate], x0, y)
        for stop in stops[1:]:
            write_printed(
                sheet, theme, theme.body, [Value(_price(theme, mark), "amount")], stop, y, align="right"
            )
    return y + leading


def _foot(sheet: Sheet, theme: Theme, x0: float, x1: float, y: float, leading: float) -> None:
    """A bar code, words of thanks, the date, the time and the till's own numbers, to the end of the paper."""
    rng, middle = theme.rng, (x0 + x1) / 2
    while y < sheet.height - leading:
        roll = rng.random()
        if roll < 0.3:
            words = " ".join(pick(rng, PROSE) for _ in range(theme.integer(2, 4)))
            write_printed(sheet, theme, theme.body, [words], middle, y, align="centre")
        elif roll < 0.6:
            number = Value(texts.make_digits(rng, theme.integer(3, 10)), "number")
            parts: list[Part] = [
                Value(values.make_date(rng), "date"),
                "  ",
                Value(values.fill_pattern(rng, "1d:dd"), "number"),
                "  ",
                number,
            ]
            write_printed(sheet, theme, theme.body, parts, x0, y)
        elif roll < 0.8:
            name = pick(rng, ["Steuer-Nr.: ", "BON-NR. ", "TA-Nr. ", "UID ", "Terminal-ID: ", "Beleg "])
            write_printed(sheet, theme, theme.body, [name, Value(values.make_account(rng), "account")], x0, y)
        elif roll < 0.9 and y + leading * 3 < sheet.height:
            marks.draw_barcode(sheet, theme, (x0 + theme.unit, y, x1 - theme.unit, y + leading * 2))
            y += leading * 2.5
        y += leading * theme.uniform(1, 1.4)
