"""Grids of single digits: sudokus as they stand in newspapers, and sheets of squares."""

from __future__ import annotations

import numpy as np

from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.type import type_of
from sutja.synthesis.pages.vocabulary import PROSE, pick
from sutja.synthesis.pages.writing import Part, paragraph, printed


def grid(supplies: Supplies) -> Sheet:
    """A grid with printed and handwritten digits, among prose, perhaps beside another grid."""
    rng = supplies.rng
    digit = float(rng.uniform(11, 26))
    desk = Desk(supplies, max(8.0, digit * float(rng.uniform(0.4, 0.8))), largest=28)
    side = digit * desk.between(1.5, 2.4)
    cells = int(rng.choice([9, 9, 9, 9, 6, 8, 10, 4]))
    whole = side * cells
    sheet = Sheet(rng, (int(whole + side * desk.between(1, 5)), int(whole + side * desk.between(1, 6))))
    x0, y0 = desk.between(0.3, 0.7) * (sheet.width - whole), desk.between(0.3, 0.7) * (sheet.height - whole)
    _around(sheet, desk, x0, y0, whole)
    _lines(sheet, desk, x0, y0, side, cells)
    _digits(sheet, desk, x0, y0, side, cells, digit)
    return sheet


def _around(sheet: Sheet, desk: Desk, x0: float, y0: float, whole: float) -> None:
    """Prose, a heading and the corner of the next grid in the margins."""
    if desk.chance(0.5) and y0 > desk.unit * 2.5:
        heading: list[Part] = [pick(desk.rng, ["SUDOKU ", "Sudoku Nr. ", "schwierig ", "Niveau "])]
        if desk.chance(0.5):
            heading.append(Value(str(desk.some(1, 3000)), "number"))
        printed(sheet, desk, desk.head if desk.chance(0.5) else desk.body, heading, x0, y0 - desk.unit * 0.8)
    for left, right in ((4.0, x0 - desk.unit * 1.5), (x0 + whole + desk.unit * 1.5, sheet.width - 2.0)):
        if right - left > desk.unit * 5 and desk.chance(0.6):
            words = [pick(desk.rng, PROSE) for _ in range(150)]
            paragraph(
                sheet,
                desk,
                desk.body,
                list(words),
                (left, desk.between(0, y0), right, sheet.height - 4),
                desk.unit * 1.7,
            )
    below = y0 + whole + desk.unit
    if sheet.height - below > desk.unit * 3 and desk.chance(0.6):
        words = [pick(desk.rng, PROSE) for _ in range(80)]
        paragraph(
            sheet, desk, desk.body, list(words), (x0, below, x0 + whole, sheet.height - 3), desk.unit * 1.7
        )


def _lines(sheet: Sheet, desk: Desk, x0: float, y0: float, side: float, cells: int) -> None:
    """The grid's lines, those of its blocks heavier."""
    block = 3 if cells == 9 else 2 if cells in (4, 6) else 0
    grey, thin = desk.some(0, 150), 1 if side < 40 else 2
    heavy, dark = thin + desk.some(1, 2), max(0, grey - 60)
    whole = side * cells
    for i in range(cells + 1):
        strong = i in (0, cells) or (block and i % block == 0)
        width, shade = (heavy, dark) if strong else (thin, grey)
        sheet.line((x0 + i * side, y0), (x0 + i * side, y0 + whole), width, shade)
        sheet.line((x0, y0 + i * side), (x0 + whole, y0 + i * side), width, shade)
    if desk.chance(0.15):  # some cells shaded
        for _ in range(desk.some(1, 12)):
            row, column = desk.rng.integers(0, cells, 2)
            sheet.fill(
                (
                    x0 + column * side + 1,
                    y0 + row * side + 1,
                    x0 + (column + 1) * side - 1,
                    y0 + (row + 1) * side - 1,
                ),
                desk.some(150, 225),
            )


def _digits(sheet: Sheet, desk: Desk, x0: float, y0: float, side: float, cells: int, digit: float) -> None:
    """Printed digits in some cells, handwritten ones in others, the rest empty."""
    filled = desk.between(0.85, 1.0) if desk.chance(0.6) else desk.between(0.2, 0.8)
    by_hand = 0.0 if desk.chance(0.12) else 1.0 if desk.chance(0.08) else desk.between(0.4, 0.75)
    type_ = type_of(desk.face(), digit)
    size = digit * desk.between(0.65, 1.1)
    loose = desk.between(0.02, 0.1)
    pale = desk.between(0.35, 1.0)
    order = desk.rng.permutation(9) + 1
    for row in range(cells):
        for column in range(cells):
            roll = desk.rng.random()
            if roll > filled:
                continue
            text = str(order[(row * 3 + row // 3 + column) % 9])
            hand = roll < filled * by_hand
            alpha = desk.writer.number(text, size * desk.between(0.85, 1.15)) if hand else type_.set(text)[0]
            if alpha is None:
                continue
            shift = desk.rng.normal(0, loose if hand else 0.01, 2) * side
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
            darkness = desk.writer.darkness if hand else pale
            sheet.number(alpha, x, y, darkness, text, "handwritten" if hand else "printed", "digit")
    if desk.chance(0.06):  # small notes of candidates, which are no answers
        _candidates(sheet, desk, x0, y0, side, cells)


def _candidates(sheet: Sheet, desk: Desk, x0: float, y0: float, side: float, cells: int) -> None:
    for _ in range(desk.some(2, 10)):
        row, column = desk.rng.integers(0, cells, 2)
        x, y = x0 + column * side + side * 0.08, y0 + row * side + side * 0.08
        text = str(desk.some(1, 9))
        alpha = desk.writer.number(text, max(6.0, side * 0.22))
        if alpha is not None:
            sheet.number(
                alpha, x, y, desk.writer.darkness * 0.7, text, "handwritten", "candidate", ignore=True
            )
