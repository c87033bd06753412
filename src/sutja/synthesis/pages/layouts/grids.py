"""Grids of single digits: sudokus as they stand in newspapers, and sheets of squares."""

from __future__ import annotations

import numpy as np

from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.sized_font import load_font
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import PROSE, pick
from sutja.synthesis.pages.writing import Part, write_paragraph, write_printed


def make_grid(context: RenderContext) -> Sheet:
    """A grid with printed and handwritten digits, among prose, perhaps beside another grid."""
    rng = context.rng
    digit = float(rng.uniform(11, 26))
    theme = Theme(context, max(8.0, digit * float(rng.uniform(0.4, 0.8))), largest=28)
    side = digit * theme.uniform(1.5, 2.4)
    cells = int(rng.choice([9, 9, 9, 9, 6, 8, 10, 4]))
    whole = side * cells
    sheet = Sheet(rng, (int(whole + side * theme.uniform(1, 5)), int(whole + side * theme.uniform(1, 6))))
    x0, y0 = theme.uniform(0.3, 0.7) * (sheet.width - whole), theme.uniform(0.3, 0.7) * (sheet.height - whole)
    _around(sheet, theme, x0, y0, whole)
    _lines(sheet, theme, x0, y0, side, cells)
    _digits(sheet, theme, x0, y0, side, cells, digit)
    return sheet


def _around(sheet: Sheet, theme: Theme, x0: float, y0: float, whole: float) -> None:
    """Prose, a heading and the corner of the next grid in the margins."""
    if theme.chance(0.5) and y0 > theme.unit * 2.5:
        heading: list[Part] = [pick(theme.rng, ["SUDOKU ", "Sudoku Nr. ", "schwierig ", "Niveau "])]
        if theme.chance(0.5):
            heading.append(Value(str(theme.integer(1, 3000)), "number"))
        write_printed(
            sheet, theme, theme.head if theme.chance(0.5) else theme.body, heading, x0, y0 - theme.unit * 0.8
        )
    for left, right in ((4.0, x0 - theme.unit * 1.5), (x0 + whole + theme.unit * 1.5, sheet.width - 2.0)):
        if right - left > theme.unit * 5 and theme.chance(0.6):
            words = [pick(theme.rng, PROSE) for _ in range(150)]
            write_paragraph(
                sheet,
                theme,
                theme.body,
                list(words),
                (left, theme.uniform(0, y0), right, sheet.height - 4),
                theme.unit * 1.7,
            )
    below = y0 + whole + theme.unit
    if sheet.height - below > theme.unit * 3 and theme.chance(0.6):
        words = [pick(theme.rng, PROSE) for _ in range(80)]
        write_paragraph(
            sheet, theme, theme.body, list(words), (x0, below, x0 + whole, sheet.height - 3), theme.unit * 1.7
        )


def _lines(sheet: Sheet, theme: Theme, x0: float, y0: float, side: float, cells: int) -> None:
    """The grid's lines, those of its blocks heavier."""
    block = 3 if cells == 9 else 2 if cells in (4, 6) else 0
    grey, thin = theme.integer(0, 150), 1 if side < 40 else 2
    heavy, dark = thin + theme.integer(1, 2), max(0, grey - 60)
    whole = side * cells
    for i in range(cells + 1):
        strong = i in (0, cells) or (block and i % block == 0)
        width, shade = (heavy, dark) if strong else (thin, grey)
        sheet.draw_line((x0 + i * side, y0), (x0 + i * side, y0 + whole), width, shade)
        sheet.draw_line((x0, y0 + i * side), (x0 + whole, y0 + i * side), width, shade)
    if theme.chance(0.15):  # some cells shaded
        for _ in range(theme.integer(1, 12)):
            row, column = theme.rng.integers(0, cells, 2)
            sheet.fill(
                (
                    x0 + column * side + 1,
                    y0 + row * side + 1,
                    x0 + (column + 1) * side - 1,
                    y0 + (row + 1) * side - 1,
                ),
                theme.integer(150, 225),
            )


def _digits(sheet: Sheet, theme: Theme, x0: float, y0: float, side: float, cells: int, digit: float) -> None:
    """Printed digits in some cells, handwritten ones in others, the rest empty."""
    filled = theme.uniform(0.85, 1.0) if theme.chance(0.6) else theme.uniform(0.2, 0.8)
    by_hand = 0.0 if theme.chance(0.12) else 1.0 if theme.chance(0.08) else theme.uniform(0.4, 0.75)
    font = load_font(theme.choose_face(), digit)
    size = digit * theme.uniform(0.65, 1.1)
    loose = theme.uniform(0.02, 0.1)
    pale = theme.uniform(0.35, 1.0)
    order = theme.rng.permutation(9) + 1
    for row in range(cells):
        for column in range(cells):
            roll = theme.rng.random()
            if roll > filled:
                continue
            text = str(order[(row * 3 + row // 3 + column) % 9])
            hand = roll < filled * by_hand
            alpha = (
                theme.writer.draw_number(text, size * theme.uniform(0.85, 1.15))
                if hand
                else font.set(text)[0]
            )
            if alpha is None:
                continue
            shift = theme.rng.normal(0, loose if hand else 0.01, 2) * side
            x = (
                x0
                + column * side
                + (side - alpha.shape[1]) / 2
                + float(np.clip(shift[0], -0.3 * side, 0.3 * side))
            )
            y = (
                y0
                + row * side
                + (side - alpha.shape[0]) / 2
                + float(np.clip(shift[1], -0.3 * side, 0.3 * side))
            )
            darkness = theme.writer.darkness if hand else pale
            sheet.draw_number(alpha, x, y, darkness, text, "handwritten" if hand else "printed", "digit")
    if theme.chance(0.06):  # small notes of candidates, which are no answers
        _candidates(sheet, theme, x0, y0, side, cells)


def _candidates(sheet: Sheet, theme: Theme, x0: float, y0: float, side: float, cells: int) -> None:
    for _ in range(theme.integer(2, 10)):
        row, column = theme.rng.integers(0, cells, 2)
        x, y = x0 + column * side + side * 0.08, y0 + row * side + side * 0.08
        text = str(theme.integer(1, 9))
        alpha = theme.writer.draw_number(text, max(6.0, side * 0.22))
        if alpha is not None:
            sheet.draw_number(
                alpha, x, y, theme.writer.darkness * 0.7, text, "handwritten", "candidate", ignore=True
            )
