"""Tables of numbers, ruled and not, as printed a hundred years ago or yesterday, or filled in by hand."""

from __future__ import annotations

from collections.abc import Callable

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.sized_font import SizedFont
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import COLUMNS, LAST, pick
from sutja.synthesis.pages.writing import Part, measure_width, write_by_hand, write_printed

_MOST = 300  # cells of a table; more are too small to read on a page of this size
_EMPTY = ("", "", "–", "—", "-", '"', "..", ". . .", "do.", "''")


class _Ruling:
    """Lines of a table; ``style`` is none, columns, rows, grid or heads."""

    def __init__(self, theme: Theme) -> None:
        self.style = pick(theme.rng, ["none", "columns", "columns", "rows", "grid", "grid", "heads"])
        self.grey, self.width = theme.integer(10, 170), 1 if theme.chance(0.85) else 2
        self.broken = theme.chance(0.25)
        self.heavy = theme.integer(4, 14) if theme.chance(0.3) else 0

    @property
    def divides(self) -> bool:
        """True if there is a line between any two columns."""
        return self.style in ("columns", "grid") and not self.broken

    def upright(
        self, sheet: Sheet, theme: Theme, x: float, top: float, bottom: float, index: int, last: int
    ) -> None:
        """The line before a column."""
        if self.style in ("none", "rows"):
            return
        if self.style == "heads" and 0 < index < last:
            return
        width = self.width + (2 if self.heavy and index % self.heavy == 0 else 0)
        if not self.broken:
            sheet.draw_line((x, top), (x, bottom), width, self.grey)
            return
        y = top
        while y < bottom:
            long = theme.uniform(10, 120)
            sheet.draw_line(
                (x, y), (x, min(bottom, y + long)), width, min(220, self.grey + theme.integer(0, 70))
            )
            y += long + theme.uniform(0, 8)

    def level(self, sheet: Sheet, x0: float, x1: float, y: float, *, head: bool) -> None:
        """The line above a row."""
        if head or self.style in ("rows", "grid"):
            sheet.draw_line((x0, y), (x1, y), self.width, self.grey)


def _patterns(theme: Theme, count: int) -> list[Callable[[], str]]:
    """Values of the columns: the same pattern in all of them, or one each."""
    rng = theme.rng

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
            return lambda: values.fill_pattern(rng, pattern)
        if kind < 0.75:
            most = rng.choice([1, 2, 3, 4, 5])
            return lambda: str(int(10 ** rng.uniform(0, most)))
        if kind < 0.87:
            pattern = pick(
                rng,
                ["d,ddd", "dd,ddd", "d,ddd,ddd", "d ddd", "d.ddd,dd", "-d.d", "+dd", "dd%", "dd:dd", "dd/dd"],
            )
            return lambda: values.fill_pattern(rng, pattern)
        if kind < 0.94:
            return lambda: values.make_date(rng)
        return lambda: texts.make_digits(rng, int(rng.integers(1, 8)))

    if theme.chance(0.5):
        one = maker()
        return [one] * count
    return [maker() for _ in range(count)]


def make_table(context: RenderContext) -> Sheet:
    """A page of numbers in rows and columns, in print."""
    rng = context.rng
    old = rng.random() < 0.5
    theme = Theme(context, float(rng.uniform(8, 17)), style="serif" if old else "any")
    unit = theme.unit
    if old:
        theme.black = theme.uniform(0.55, 0.95)
    width = int(rng.uniform(480, 900))
    sheet = Sheet(rng, (int(rng.uniform(420, 900)), width))
    margin = unit * theme.uniform(1, 5)
    y = unit * theme.uniform(1.5, 4)
    if theme.chance(0.7):
        title = " ".join(pick(rng, LAST) for _ in range(theme.integer(1, 3))).upper()
        parts: list[Part] = (
            [title, ".  ", Value(str(theme.integer(1850, 2024)), "number")] if theme.chance(0.6) else [title]
        )
        write_printed(
            sheet, theme, theme.head, parts, width / 2, y + unit, align="centre", spread=theme.uniform(0, 2)
        )
        room = width / 2 - margin - measure_width(theme.head, parts, 2.0) / 2
        if theme.chance(0.5) and room > theme.head.width("00000 "):
            write_printed(
                sheet,
                theme,
                theme.head,
                [Value(values.make_count(rng), "number")],
                width - margin,
                y + unit,
                align="right",
            )
        y += unit * 3
    _body(sheet, theme, margin, y, by_hand=0.0)
    return sheet


def make_filled_table(context: RenderContext) -> Sheet:
    """A printed table that somebody filled in by hand."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(8, 12)), largest=22)
    sheet = Sheet(rng, (int(rng.uniform(380, 720)), int(rng.uniform(480, 800))))
    y = theme.unit * 2
    write_printed(
        sheet,
        theme,
        theme.head,
        [pick(rng, LAST) + " " + pick(rng, COLUMNS)],
        sheet.width / 2,
        y + theme.unit,
        align="centre",
    )
    _body(
        sheet, theme, theme.unit * theme.uniform(1, 3), y + theme.unit * 2.5, by_hand=theme.uniform(0.3, 0.95)
    )
    return sheet


def _body(sheet: Sheet, theme: Theme, margin: float, top: float, by_hand: float) -> None:
    """Heads, rows and sums; ``by_hand`` is the share of cells filled by hand, 0 for a table in print."""
    rng = theme.rng
    size = theme.writer.unit if by_hand else theme.unit
    leading = size * (theme.uniform(1.35, 1.6) if theme.chance(0.4) else theme.uniform(1.5, 2.6))
    ruling = _Ruling(theme)
    font = theme.body
    bold = theme.font("serif", 1.0) if theme.chance(0.1) else font
    close = ruling.divides and theme.chance(0.35)
    gap = size * (theme.uniform(0.6, 0.9) if close else theme.uniform(1.0, 2.5))
    rows = int((sheet.height - top - margin) / leading)
    samples = [
        [sample() for _ in range(rows)] for sample in _patterns(theme, max(1, min(40, _MOST // max(1, rows))))
    ]
    names = theme.chance(0.4)
    first = max(font.width(name) for name in LAST[:8]) if names else font.width("00") + gap * 0.5
    lefts, widths = [margin], [first + gap]
    for texts_below in samples:
        wide = max([_wide(bold, text, by_hand, size) for text in texts_below], default=0.0) + gap
        if lefts[-1] + widths[-1] + wide > sheet.width - 2:
            break
        lefts.append(lefts[-1] + widths[-1])
        widths.append(wide)
    right = lefts[-1] + widths[-1]
    y = _heads(sheet, theme, lefts, widths, top, leading, ruling) if theme.chance(0.85) else top
    start = top
    align = pick(rng, ["right", "right", "centre", "left"])
    dotted, groups = theme.chance(0.3), theme.integer(3, 6) if theme.chance(0.4) else 0
    gaps = theme.uniform(0.0, 0.15) if theme.chance(0.5) else 0.0
    for row in range(rows):
        if y + leading > sheet.height - margin * 0.5:
            break
        last = y + 2 * leading > sheet.height - margin * 0.5
        ruling.level(sheet, margin, right, y, head=last or row == 0)
        base = y + leading * 0.5 + size * 0.5
        ink = bold if last or rng.random() < 0.03 else font
        for column, (left, wide) in enumerate(zip(lefts, widths, strict=True)):
            if column == 0:
                _first(sheet, theme, font, left, base, row, wide - gap, names=names, dotted=dotted)
                continue
            x = left + (
                wide - gap * 0.5 if align == "right" else wide / 2 if align == "centre" else gap * 0.5
            )
            _cell(sheet, theme, ink, samples[column - 1][row], x, base, align, by_hand, gaps, wide - gap)
        y += leading
        if groups and row % groups == groups - 1:
            y += leading * 0.5
    ruling.level(sheet, margin, right, y, head=True)
    for index, left in enumerate([*lefts, right]):
        ruling.upright(sheet, theme, left, start, y, index, len(lefts))


def _wide(font: SizedFont, text: str, by_hand: float, size: float) -> float:
    return max(font.width(text), size * 0.85 * len(text) if by_hand else 0.0)


def _heads(
    sheet: Sheet,
    theme: Theme,
    lefts: list[float],
    widths: list[float],
    top: float,
    leading: float,
    ruling: _Ruling,
) -> float:
    """The heads of the columns: words, or numbers, perhaps with a unit below; where the rows begin."""
    numbered = theme.chance(0.35)
    sheet_right = lefts[-1] + widths[-1]
    ruling.level(sheet, lefts[0], sheet_right, top, head=True)
    tall = leading * theme.uniform(1.1, 1.8)
    for index, (left, wide) in enumerate(zip(lefts, widths, strict=True)):
        name = pick(theme.rng, COLUMNS)
        part = Value(str(index), "cell") if numbered and index else name
        font = theme.body if numbered or theme.body.width(name) < wide else theme.small
        if isinstance(part, str) and font.width(part) > wide * 1.02:
            part = part[: max(1, int(len(part) * wide / font.width(part)))]
        write_printed(sheet, theme, font, [part], left + wide / 2, top + tall * 0.7, align="centre")
    y = top + tall
    if theme.chance(0.3):
        units = pick(theme.rng, ["Ins.", "°", "Lbs.", "m", "kg", "£", "Ft."])
        for left, wide in zip(lefts[1:], widths[1:], strict=True):
            write_printed(
                sheet, theme, theme.small, [units], left + wide / 2, y + leading * 0.7, align="centre"
            )
        y += leading
    return y


def _first(
    sheet: Sheet,
    theme: Theme,
    font: SizedFont,
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
        write_printed(sheet, theme, font, [Value(str(row + 1), "cell")], left + room, base, align="right")
        return
    end = write_printed(sheet, theme, font, [pick(theme.rng, LAST[:8])], left + 2, base)
    if dotted:
        while end < left + room:
            end = write_printed(sheet, theme, font, ["."], end + font.unit * 0.4, base)


def _cell(
    sheet: Sheet,
    theme: Theme,
    font: SizedFont,
    text: str,
    x: float,
    base: float,
    align: str,
    by_hand: float,
    gaps: float,
    room: float,
) -> None:
    if theme.rng.random() < gaps:
        sign = pick(theme.rng, list(_EMPTY))
        if sign:
            write_printed(sheet, theme, font, [sign], x, base, align=align)
        return
    if by_hand:
        if theme.rng.random() < by_hand:
            write_by_hand(
                sheet, theme, Value(text.replace("·", "."), "cell"), x, base, align=align, room=room
            )
        return
    write_printed(
        sheet,
        theme,
        font,
        [Value(text if font.has(text) else text.replace("·", "."), "cell")],
        x,
        base,
        align=align,
    )
