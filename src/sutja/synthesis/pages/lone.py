"""Lone numbers: calendars, contents, plots, lists, papers of an examination, keys, digits here and there."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.supplies import Supplies
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.desk import Desk, Value
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.type import type_of
from sutja.synthesis.pages.vocabulary import COLUMNS, PROSE, pick, sentence
from sutja.synthesis.pages.writing import Part, hand_words, handwritten, printed


def lone(supplies: Supplies) -> Sheet:
    """A page on which most numbers are of a digit or two."""
    rng = supplies.rng
    desk = Desk(supplies, float(rng.uniform(7, 14)))
    sheet = Sheet(rng, (int(rng.uniform(420, 720)), int(rng.uniform(440, 760))))
    layout = (_calendar, _contents, _plot, _questions, _keys, _scattered)
    layout[int(rng.choice(6, p=[0.15, 0.15, 0.15, 0.2, 0.1, 0.25]))](sheet, desk)
    return sheet


def _calendar(sheet: Sheet, desk: Desk) -> None:
    """Months of days, a large one or several small ones, with notes by hand."""
    columns = desk.some(1, 4)
    wide = sheet.width / columns
    unit = min(desk.between(7, 16), wide / 22)
    type_ = type_of(desk.face(), max(6.5, unit))
    tall = wide * desk.between(0.75, 1.0)
    lined = desk.chance(0.4)
    for top in np.arange(4, sheet.height - tall, tall + unit * 2):
        for column in range(columns):
            left, pitch = column * wide + unit * 2, (wide - unit * 3) / 7
            title = pick(desk.rng, COLUMNS)
            printed(sheet, desk, desk.body, [title], left, top + desk.unit * 1.3)
            for i, day in enumerate("MTWTFSS"):
                printed(sheet, desk, type_, [day], left + (i + 0.5) * pitch, top + unit * 3.4, align="centre")
            first, step = desk.some(0, 6), (tall - unit * 5) / 6
            for day_of in range(1, desk.some(28, 31) + 1):
                row, place = divmod(first + day_of - 1, 7)
                x, y = left + (place + 0.5) * pitch, top + unit * 5 + row * step
                number = Value(str(day_of), "number")
                printed(sheet, desk, type_, [number], x, y, align="centre")
                if lined:
                    sheet.frame((x - pitch / 2, y - step * 0.6, x + pitch / 2, y + step * 0.4), 1, 150)
                if step > desk.writer.unit * 2.4 and desk.chance(0.1):
                    hand_words(sheet, desk, pick(desk.rng, PROSE), x - pitch * 0.4, y + step * 0.35)


def _contents(sheet: Sheet, desk: Desk) -> None:
    """Chapters with their pages, dots between; or an index."""
    y, number = desk.unit * 4, desk.some(1, 9)
    printed(sheet, desk, desk.head, [pick(desk.rng, ["Contents", "Inhalt", "Index", "Menu"])], 30, y)
    right, dotted = sheet.width * desk.between(0.75, 0.96), desk.chance(0.6)
    page, numbered = desk.some(1, 40), desk.chance(0.6)
    while y < sheet.height - desk.unit * 4:
        y += desk.unit * desk.between(1.8, 2.6)
        parts: list[Part] = [Value(str(number), "number"), "  "] if numbered else []
        words = " ".join(pick(desk.rng, PROSE) for _ in range(desk.some(1, 4))).capitalize()
        end = printed(sheet, desk, desk.body, [*parts, words], sheet.width * 0.05, y)
        if dotted:
            for x in np.arange(end + 8, right - desk.unit * 3, desk.unit * 0.8):
                sheet.line((x, y - 1), (x + 1, y - 1), 1, desk.some(0, 90))
        printed(sheet, desk, desk.body, [Value(str(page), "number")], right, y, align="right")
        page, number = page + desk.some(1, 20), number + 1
    foot = sheet.height - desk.unit
    printed(sheet, desk, desk.body, [Value(str(page), "number")], sheet.width / 2, foot, align="centre")


def _plot(sheet: Sheet, desk: Desk) -> None:
    """A curve or bars between two axes with numbers along them."""
    type_ = type_of(desk.face(), desk.between(6.5, 14))
    x0, y0 = type_.unit * desk.between(4, 7), sheet.height - type_.unit * desk.between(3, 6)
    x1, y1 = sheet.width - type_.unit * 3, type_.unit * 3
    grey, grid = desk.some(0, 120), desk.chance(0.5)
    for side in (((x0, y0), (x1, y0)), ((x0, y0), (x0, y1))):
        sheet.line(*side, 1, grey)
    step, start = float(desk.rng.choice([0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 100])), desk.some(-3, 20)
    places = 1 if step < 1 else 0
    for axis in (0, 1):
        count = desk.some(4, 11)
        for i in range(count + 1):
            share = i / count
            text = f"{(start if axis else 0) * step + i * step:.{places}f}".replace("-", "")
            x, y = (x0 + share * (x1 - x0), y0) if axis == 0 else (x0, y0 + share * (y1 - y0))
            at = (x, y + type_.unit * 2) if axis == 0 else (x - type_.unit * 0.7, y + type_.unit / 2)
            printed(sheet, desk, type_, [Value(text, "scale")], *at, align="right" if axis else "centre")
            ends = ((x, y), (x, y1 if grid else y - 4)) if axis == 0 else ((x, y), (x1 if grid else x + 4, y))
            sheet.line(*ends, 1, 210 if grid else grey)
    for _ in range(desk.some(1, 3)):
        xs = np.linspace(x0, x1, desk.some(5, 60))
        ys = y0 + (y1 - y0) * np.clip(np.cumsum(desk.rng.normal(0, 0.1, len(xs))) + 0.5, 0.03, 0.97)
        path = np.round(np.stack([xs, ys], axis=1) * 16).astype(np.int32)
        cv2.polylines(sheet.plane, [path], False, desk.some(0, 140), desk.some(1, 2), cv2.LINE_AA, 4)
    printed(sheet, desk, type_, [pick(desk.rng, COLUMNS)], (x0 + x1) / 2, y0 + type_.unit * 4, align="centre")


def _questions(sheet: Sheet, desk: Desk) -> None:
    """Questions with their numbers and points, answers written in boxes, on lines, or as marks."""
    y, number = desk.unit * 3, desk.some(1, 30)
    right = sheet.width * desk.between(0.8, 0.93)
    side = desk.writer.unit * desk.between(1.4, 2.2)
    tail = pick(desk.rng, [". ", ") ", " ", ": "])
    boxes = desk.chance(0.7)
    while y < sheet.height - side * 1.2:
        y += side * desk.between(1.1, 1.8)
        parts: list[Part] = [Value(str(number), "number"), tail, sentence(desk.rng, desk.some(2, 7))]
        if desk.chance(0.25):
            parts += [" (", Value(str(desk.some(1, 25)), "number"), ")"]
        printed(sheet, desk, desk.body, parts, sheet.width * 0.04, y)
        if boxes:
            sheet.frame(
                (right - side, y - side * 0.8, right, y + side * 0.2), desk.some(1, 2), desk.some(0, 140)
            )
        else:
            sheet.line((right - side * 1.5, y + 2), (right + 6, y + 2), 1, desk.some(0, 150))
        if desk.chance(0.85):
            text = str(desk.some(0, 9)) if desk.chance(0.6) else values.count(desk.rng)[:3]
            middle, room = right - side / 2, side * 1.05
            handwritten(sheet, desk, Value(text, "digit"), middle, y, align="centre", room=room)
        number += 1


def _keys(sheet: Sheet, desk: Desk) -> None:
    """Keys, squares or balls with a number each: a telephone, a lottery, bingo, lockers, a keyboard."""
    pitch = desk.between(26, 70)
    unit = pitch * desk.between(0.25, 0.55)
    type_, round_ = type_of(desk.face(), max(7.0, unit)), desk.chance(0.4)
    number, most = desk.some(0, 1), int(desk.rng.choice([9, 12, 45, 49, 90]))
    random_ = desk.chance(0.4)
    for y in np.arange(pitch, sheet.height - pitch, pitch):
        for x in np.arange(pitch, sheet.width - pitch / 2, pitch):
            if desk.chance(0.06):
                continue
            half = pitch * 0.43
            grey = desk.some(0, 170)
            if round_:
                cv2.circle(sheet.plane, (int(x), int(y)), int(half), grey, 1, cv2.LINE_AA)
            else:
                sheet.frame((x - half, y - half, x + half, y + half), 1, grey)
            text = str(desk.some(0, most) if random_ else number)
            kind = "digit" if len(text) == 1 else "number"
            printed(sheet, desk, type_, [Value(text, kind)], x, y + type_.unit / 2, align="centre")
            if desk.chance(0.08):
                marks.tick(sheet, desk, x - half / 2, y - half / 2, half, marked=True)
            number = number + 1 if number < most else 0


def _scattered(sheet: Sheet, desk: Desk) -> None:
    """Digits and short numbers of any size, in print and by hand, some in a line with words."""
    for _ in range(desk.some(15, 90)):
        unit = float(np.exp(desk.between(np.log(6.5), np.log(42))))
        text = texts.digits(desk.rng, int(desk.rng.choice([1, 1, 1, 2, 2, 3, 4])))
        type_ = type_of(desk.face(), unit)
        x, y = desk.between(2, sheet.width - 4), desk.between(unit, sheet.height - 4)
        word = pick(desk.rng, PROSE) + " " if desk.chance(0.25) and unit < 20 else ""
        wide = type_.width(word + text)
        if not sheet.take((x - 2, y - unit * 1.4, x + wide + 2, y + unit * 0.5), 2):
            continue
        if desk.chance(0.3) and unit > 9 and not word:
            handwritten(sheet, desk, Value(text, "digit"), x, y, unit=unit, room=wide * 1.2)
        elif type_.has(word):
            parts: list[Part] = [word, Value(text, "digit" if len(text) == 1 else "number")]
            printed(sheet, desk, type_, [part for part in parts if part], x, y)
