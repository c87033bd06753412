"""Till receipts: narrow, in thermal print or off an old needle printer."""

from __future__ import annotations

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.vocabulary import CITIES, GOODS, LAST, PROSE, STREETS, pick
from sutja.synthesis.pages.writing import Part, printed


def receipt(supplies: Supplies) -> Sheet:
    """One receipt: head, goods, sums, taxes, a goodbye."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(9, 17)), style="mono" if rng.random() < 0.85 else "any")
    desk.black = desk.between(0.35, 0.95)
    type_ = desk.body
    letter = type_.width("0")
    columns = desk.some(26, 46)
    width = int(letter * columns + desk.unit * 2.5)
    sheet = Sheet(rng, (int(rng.uniform(520, 1050)), width))
    leading = desk.unit * desk.between(1.45, 2.1)
    x0, x1 = desk.unit, width - desk.unit
    y = _head(sheet, desk, width, leading)
    mark = pick(rng, [",", "."])
    column = x1 - (letter * 3 if desk.chance(0.5) else 0)
    for _ in range(desk.some(3, 22)):
        y = _item(sheet, desk, x0, column, x1, y, leading, mark)
        if y > sheet.height - leading * 6:
            break
    y = _sums(sheet, desk, x0, column, y + leading * 0.5, leading, mark)
    y = _taxes(sheet, desk, x0, x1, y + leading * 0.5, leading, mark)
    _foot(sheet, desk, x0, x1, y + leading, leading)
    return sheet


def _price(desk: Desk, mark: str) -> str:
    return f"{int(10 ** desk.between(-0.5, 2.3))}{mark}{texts.digits(desk.rng, 2)}"


def _head(sheet: Sheet, desk: Desk, width: int, leading: float) -> float:
    rng = desk.rng
    y = leading * 1.5
    if desk.chance(0.4):
        marks.logo(sheet, desk, width / 2 - desk.unit * 2, y - leading, desk.unit * 4)
        y += desk.unit * 4.5
    printed(
        sheet,
        desk,
        desk.head,
        [pick(rng, LAST).upper()],
        width / 2,
        y,
        align="centre",
        spread=desk.between(0, 0.8) * desk.unit,
    )
    lines: list[list[Part]] = [
        [f"{pick(rng, STREETS)} ", Value(str(desk.some(1, 190)), "number")],
        [Value(values.postcode(rng), "postcode"), f" {pick(rng, CITIES)}"],
        ["Tel. ", Value(values.phone(rng), "phone")],
        [pick(rng, ["UNSERE ÖFFNUNGSZEITEN", "THANK YOU", "KASSENBON", "TICKET", "NYUGTA"])],
        ["MO.-SA. ", Value(f"{desk.some(7, 9)}.00", "number"), " Uhr - ", Value("20.00", "number"), " Uhr"],
    ]
    for parts in lines:
        if desk.chance(0.65):
            y += leading
            printed(sheet, desk, desk.body, parts, width / 2, y, align="centre")
    return y + leading * 1.5


def _item(
    sheet: Sheet, desk: Desk, x0: float, column: float, x1: float, y: float, leading: float, mark: str
) -> float:
    """One thing bought: its name and price, at times how many and at what price."""
    rng, type_ = desk.rng, desk.body
    price = _price(desk, mark)
    roll = rng.random()
    name: list[Part] = [pick(rng, GOODS)]
    if roll < 0.12:
        name += [" ", Value(f"{desk.some(1, 9) * 50}{pick(rng, ['g', 'ml', 'ST'])}", "number", ignore=True)]
    elif roll < 0.2:
        name = [Value(str(desk.some(1, 9)), "number"), pick(rng, ["x ", " x ", "  "]), *name]
    elif roll < 0.26:
        name = [Value(texts.digits(rng, desk.some(4, 13)), "number"), " ", *name]
    printed(sheet, desk, type_, _that_fit(desk, name, column - x0 - type_.width(price) - desk.unit), x0, y)
    parts: list[Part] = [Value(price, "amount")]
    printed(sheet, desk, type_, parts, column, y, align="right")
    if column < x1 - 3:
        printed(sheet, desk, type_, [pick(rng, ["A", "B", "C", "*", "A", ""])], x1, y, align="right")
    if desk.chance(0.12):
        y += leading
        each: list[Part] = [
            "  ",
            Value(str(desk.some(2, 12)), "number"),
            pick(rng, [" x ", " Stk x ", " @ "]),
            Value(_price(desk, mark), "amount"),
        ]
        printed(sheet, desk, type_, each, x0, y)
    return y + leading


def _that_fit(desk: Desk, parts: list[Part], room: float) -> list[Part]:
    """The parts up to where the room ends; a name is cut, a number is left out."""
    out: list[Part] = []
    for part in parts:
        text = part if isinstance(part, str) else part.text
        wide = desk.body.width(text)
        if wide <= room:
            out.append(part)
        elif isinstance(part, str) and room > desk.unit * 2:
            out.append(part[: max(1, int(len(part) * room / wide))])
            break
        room -= wide
    return out


def _sums(sheet: Sheet, desk: Desk, x0: float, column: float, y: float, leading: float, mark: str) -> float:
    names = [
        pick(desk.rng, ["SUMME EUR", "TOTAL", "ZU ZAHLEN", "SUBTOTAL", "Summe"]),
        pick(desk.rng, ["BAR", "CASH", "VISA", "Geg. BAR EUR"]),
        pick(desk.rng, ["ZURÜCK", "CHANGE", "Rückgeld EUR"]),
    ]
    if desk.chance(0.5):
        sheet.line((x0, y - leading * 0.9), (column, y - leading * 0.9), 1, desk.some(40, 140))
    for index, name in enumerate(names[: desk.some(1, 3)]):
        large = index == 0 and desk.chance(0.4)
        type_ = desk.head if large else desk.body
        if large:
            y += leading * 0.4
        printed(sheet, desk, type_, [name], x0, y)
        sign = pick(desk.rng, ["", "", "", "-", "€ ", "$"]) if type_.has("€$") else ""
        printed(sheet, desk, type_, [Value(sign + _price(desk, mark), "amount")], column, y, align="right")
        y += leading * (1.3 if large else 1.0)
    return y


def _taxes(sheet: Sheet, desk: Desk, x0: float, x1: float, y: float, leading: float, mark: str) -> float:
    """A small table of tax rates."""
    if desk.chance(0.35):
        return y
    stops = [x0, x0 + (x1 - x0) * 0.42, x0 + (x1 - x0) * 0.72, x1]
    for stop, name in zip(stops, ["MwSt", "Netto", "MwSt", "Brutto"], strict=True):
        printed(sheet, desk, desk.body, [name], stop, y, align="left" if stop == x0 else "right")
    for _ in range(desk.some(1, 3)):
        y += leading
        rate = Value(pick(desk.rng, ["7,00%", "19,00%", "7%", "19%", "20.0%"]), "number")
        printed(sheet, desk, desk.body, [pick(desk.rng, ["A ", "B ", "1=", ""]), rate], x0, y)
        for stop in stops[1:]:
            printed(sheet, desk, desk.body, [Value(_price(desk, mark), "amount")], stop, y, align="right")
    return y + leading


def _foot(sheet: Sheet, desk: Desk, x0: float, x1: float, y: float, leading: float) -> None:
    """A bar code, words of thanks, the date, the time and the till's own numbers, to the end of the paper."""
    rng, middle = desk.rng, (x0 + x1) / 2
    while y < sheet.height - leading:
        roll = rng.random()
        if roll < 0.3:
            words = " ".join(pick(rng, PROSE) for _ in range(desk.some(2, 4)))
            printed(sheet, desk, desk.body, [words], middle, y, align="centre")
        elif roll < 0.6:
            number = Value(texts.digits(rng, desk.some(3, 10)), "number")
            parts: list[Part] = [
                Value(values.date(rng), "date"),
                "  ",
                Value(values.filled(rng, "1d:dd"), "number"),
                "  ",
                number,
            ]
            printed(sheet, desk, desk.body, parts, x0, y)
        elif roll < 0.8:
            name = pick(rng, ["Steuer-Nr.: ", "BON-NR. ", "TA-Nr. ", "UID ", "Terminal-ID: ", "Beleg "])
            printed(sheet, desk, desk.body, [name, Value(values.account(rng), "account")], x0, y)
        elif roll < 0.9 and y + leading * 3 < sheet.height:
            marks.bars(sheet, desk, (x0 + desk.unit, y, x1 - desk.unit, y + leading * 2))
            y += leading * 2.5
        y += leading * desk.between(1, 1.4)
