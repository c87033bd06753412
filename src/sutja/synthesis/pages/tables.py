"""Tables of numbers, ruled and not, as printed a hundred years ago or yesterday, or filled in by hand."""

from __future__ import annotations

from collections.abc import Callable

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.type import Type
from sutja.synthesis.pages.vocabulary import COLUMNS, LAST, pick
from sutja.synthesis.pages.writing import Part, handwritten, printed

_EMPTY = ("", "", "–", "—", "-", '"', "..", ". . .", "do.", "''")


class _Ruling:
    """Which lines a table has; ``style`` is none, columns, rows, grid or heads."""

    def __init__(self, desk: Desk) -> None:
        self.style = pick(desk.rng, ["none", "columns", "columns", "rows", "grid", "grid", "heads"])
        self.grey, self.width = desk.some(10, 170), 1 if desk.chance(0.85) else 2
        self.broken = desk.chance(0.25)
        self.heavy = desk.some(4, 14) if desk.chance(0.3) else 0

    def upright(
        self, sheet: Sheet, desk: Desk, x: float, top: float, bottom: float, index: int, last: int
    ) -> None:
        """The line before a column."""
        if self.style in ("none", "rows"):
            return
        if self.style == "heads" and 0 < index < last:
            return
        width = self.width + (2 if self.heavy and index % self.heavy == 0 else 0)
        if not self.broken:
            sheet.line((x, top), (x, bottom), width, self.grey)
            return
        y = top
        while y < bottom:
            long = desk.between(10, 120)
            sheet.line((x, y), (x, min(bottom, y + long)), width, min(220, self.grey + desk.some(0, 70)))
            y += long + desk.between(0, 8)

    def level(self, sheet: Sheet, x0: float, x1: float, y: float, *, head: bool) -> None:
        """The line above a row."""
        if head or self.style in ("rows", "grid"):
            sheet.line((x0, y), (x1, y), self.width, self.grey)


def _patterns(desk: Desk, count: int) -> list[Callable[[], str]]:
    """What the columns hold: the same pattern in all of them, or one each."""
    rng = desk.rng

    def maker() -> Callable[[], str]:
        kind = rng.random()
        if kind < 0.4:
            pattern = pick(
                rng,
                [
                    "d.ddd",
                    "dd.d",
                    "d.dd",
                    "dd.dd",
                    "ddd.d",
                    "d,dd",
                    "0.ddd",
                    "dd,d",
                    "ddd.dd",
                    "·ddd",
                    "d·ddd",
                    "dd·d",
                ],
            )
            return lambda: values.filled(rng, pattern)
        if kind < 0.75:
            most = rng.choice([1, 2, 3, 4, 5])
            return lambda: str(int(10 ** rng.uniform(0, most)))
        if kind < 0.87:
            pattern = pick(
                rng,
                ["d,ddd", "dd,ddd", "d,ddd,ddd", "d ddd", "d.ddd,dd", "-d.d", "+dd", "dd%", "dd:dd", "dd/dd"],
            )
            return lambda: values.filled(rng, pattern)
        if kind < 0.94:
            return lambda: values.date(rng)
        return lambda: texts.digits(rng, int(rng.integers(1, 8)))

    if desk.chance(0.5):
        one = maker()
        return [one] * count
    return [maker() for _ in range(count)]


def table(supplies: Supplies) -> Sheet:
    """A page of numbers in rows and columns, in print."""
    rng = supplies.rng
    old = rng.random() < 0.5
    desk = Desk(supplies, float(rng.uniform(8, 17)), style="serif" if old else "any")
    unit = desk.unit
    if old:
        desk.black = desk.between(0.55, 0.95)
    width = int(rng.uniform(480, 900))
    sheet = Sheet(rng, (int(rng.uniform(420, 900)), width))
    margin = unit * desk.between(1, 5)
    y = unit * desk.between(1.5, 4)
    if desk.chance(0.7):
        title = " ".join(pick(rng, LAST) for _ in range(desk.some(1, 3))).upper()
        parts: list[Part] = (
            [title, ".  ", Value(str(desk.some(1850, 2024)), "number")] if desk.chance(0.6) else [title]
        )
        printed(sheet, desk, desk.head, parts, width / 2, y + unit, align="centre", spread=desk.between(0, 2))
        if desk.chance(0.5):
            printed(
                sheet,
                desk,
                desk.head,
                [Value(values.count(rng), "number")],
                width - margin,
                y + unit,
                align="right",
            )
        y += unit * 3
    _body(sheet, desk, margin, y, by_hand=0.0)
    return sheet


def filled_table(supplies: Supplies) -> Sheet:
    """A printed table that somebody filled in by hand."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(8, 12)), largest=22)
    sheet = Sheet(rng, (int(rng.uniform(380, 720)), int(rng.uniform(480, 800))))
    y = desk.unit * 2
    printed(
        sheet,
        desk,
        desk.head,
        [pick(rng, LAST) + " " + pick(rng, COLUMNS)],
        sheet.width / 2,
        y + desk.unit,
        align="centre",
    )
    _body(sheet, desk, desk.unit * desk.between(1, 3), y + desk.unit * 2.5, by_hand=desk.between(0.3, 0.95))
    return sheet


def _body(sheet: Sheet, desk: Desk, margin: float, top: float, by_hand: float) -> None:
    """Heads, rows and sums; ``by_hand`` is the share of cells filled by hand, 0 for a table in print."""
    rng = desk.rng
    size = desk.writer.unit if by_hand else desk.unit
    leading = size * (desk.between(1.35, 1.6) if desk.chance(0.4) else desk.between(1.5, 2.6))
    samples = _patterns(desk, 40)
    type_ = desk.body
    bold = desk.type("serif", 1.0) if desk.chance(0.1) else type_
    gap = size * (desk.between(0.45, 0.8) if desk.chance(0.35) else desk.between(0.7, 2.5))
    names = desk.chance(0.4)
    first = max(type_.width(name) for name in LAST[:8]) if names else type_.width("00") + gap * 0.5
    lefts, widths = [margin], [first + gap]
    while lefts[-1] + widths[-1] < sheet.width - margin:
        wide = max(_wide(type_, samples[len(lefts) % 40](), by_hand, size) for _ in range(12)) + gap
        lefts.append(lefts[-1] + widths[-1])
        widths.append(wide)
    if len(lefts) > 1 and lefts[-1] + widths[-1] > sheet.width - 2:
        lefts.pop()
        widths.pop()
    right, rows = lefts[-1] + widths[-1], int((sheet.height - top - margin) / leading)
    ruling = _Ruling(desk)
    y = _heads(sheet, desk, lefts, widths, top, leading, ruling) if desk.chance(0.85) else top
    start = top
    align = pick(rng, ["right", "right", "centre", "left"])
    dotted, groups = desk.chance(0.3), desk.some(3, 6) if desk.chance(0.4) else 0
    gaps = desk.between(0.0, 0.15) if desk.chance(0.5) else 0.0
    for row in range(rows):
        if y + leading > sheet.height - margin * 0.5:
            break
        last = y + 2 * leading > sheet.height - margin * 0.5
        ruling.level(sheet, margin, right, y, head=last or row == 0)
        base = y + leading * 0.5 + size * 0.5
        ink = bold if last or rng.random() < 0.03 else type_
        for column, (left, wide) in enumerate(zip(lefts, widths, strict=True)):
            if column == 0:
                _first(sheet, desk, type_, left, base, row, wide - gap, names=names, dotted=dotted)
                continue
            x = left + (
                wide - gap * 0.5 if align == "right" else wide / 2 if align == "centre" else gap * 0.5
            )
            _cell(sheet, desk, ink, samples[column % 40](), x, base, align, by_hand, gaps, wide - gap * 0.3)
        y += leading
        if groups and row % groups == groups - 1:
            y += leading * 0.5
    ruling.level(sheet, margin, right, y, head=True)
    for index, left in enumerate([*lefts, right]):
        ruling.upright(sheet, desk, left, start, y, index, len(lefts))


def _wide(type_: Type, text: str, by_hand: float, size: float) -> float:
    return max(type_.width(text), size * 0.85 * len(text) if by_hand else 0.0)


def _heads(
    sheet: Sheet,
    desk: Desk,
    lefts: list[float],
    widths: list[float],
    top: float,
    leading: float,
    ruling: _Ruling,
) -> float:
    """The heads of the columns: words, or numbers, perhaps with a unit below; where the rows begin."""
    numbered = desk.chance(0.35)
    sheet_right = lefts[-1] + widths[-1]
    ruling.level(sheet, lefts[0], sheet_right, top, head=True)
    tall = leading * desk.between(1.1, 1.8)
    for index, (left, wide) in enumerate(zip(lefts, widths, strict=True)):
        name = pick(desk.rng, COLUMNS)
        part = Value(str(index), "cell") if numbered and index else name
        type_ = desk.body if numbered or desk.body.width(name) < wide else desk.small
        if isinstance(part, str) and type_.width(part) > wide * 1.02:
            part = part[: max(1, int(len(part) * wide / type_.width(part)))]
        printed(sheet, desk, type_, [part], left + wide / 2, top + tall * 0.7, align="centre")
    y = top + tall
    if desk.chance(0.3):
        units = pick(desk.rng, ["Ins.", "°", "Lbs.", "m", "kg", "£", "Ft."])
        for left, wide in zip(lefts[1:], widths[1:], strict=True):
            printed(sheet, desk, desk.small, [units], left + wide / 2, y + leading * 0.7, align="centre")
        y += leading
    return y


def _first(
    sheet: Sheet,
    desk: Desk,
    type_: Type,
    left: float,
    base: float,
    row: int,
    room: float,
    *,
    names: bool,
    dotted: bool,
) -> None:
    """The first column: a name, perhaps with dots after it, or the row's number."""
    if not names:
        printed(sheet, desk, type_, [Value(str(row + 1), "cell")], left + room, base, align="right")
        return
    end = printed(sheet, desk, type_, [pick(desk.rng, LAST[:8])], left + 2, base)
    if dotted:
        while end < left + room:
            end = printed(sheet, desk, type_, ["."], end + type_.unit * 0.4, base)


def _cell(
    sheet: Sheet,
    desk: Desk,
    type_: Type,
    text: str,
    x: float,
    base: float,
    align: str,
    by_hand: float,
    gaps: float,
    room: float,
) -> None:
    if desk.rng.random() < gaps:
        sign = pick(desk.rng, list(_EMPTY))
        if sign:
            printed(sheet, desk, type_, [sign], x, base, align=align)
        return
    if by_hand:
        if desk.rng.random() < by_hand:
            handwritten(sheet, desk, Value(text.replace("·", "."), "cell"), x, base, align=align, room=room)
        return
    printed(
        sheet,
        desk,
        type_,
        [Value(text if type_.has(text) else text.replace("·", "."), "cell")],
        x,
        base,
        align=align,
    )
