"""Lone numbers: calendars, contents, plots, lists, papers of an examination, keys, digits here and there."""

from __future__ import annotations

import cv2
import numpy as np

from sutja.synthesis.crops import texts
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.pages import marks, values
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.sized_font import load_font
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.vocabulary import COLUMNS, PROSE, make_sentence, pick
from sutja.synthesis.pages.writing import Part, write_by_hand, write_printed, write_words


def make_single_numbers(context: RenderContext) -> Sheet:
    """A page on which most numbers are of a digit or two."""
    rng = context.rng
    theme = Theme(context, float(rng.uniform(7, 14)))
    sheet = Sheet(rng, (int(rng.uniform(420, 720)), int(rng.uniform(440, 760))))
    layout = (_calendar, _contents, _plot, _questions, _keys, _scattered)
    layout[int(rng.choice(6, p=[0.15, 0.15, 0.15, 0.2, 0.1, 0.25]))](sheet, theme)
    return sheet


def _calendar(sheet: Sheet, theme: Theme) -> None:
    """Months of days, a large one or several small ones, with notes by hand."""
    columns = theme.integer(1, 4)
    wide = sheet.width / columns
    unit = min(theme.uniform(7, 16), wide / 22)
    font = load_font(theme.choose_face(), max(6.5, unit))
    tall = wide * theme.uniform(0.75, 1.0)
    lined = theme.chance(0.4)
    for top in np.arange(4, sheet.height - tall, tall + unit * 2):
        for column in range(columns):
            left, pitch = column * wide + unit * 2, (wide - unit * 3) / 7
            title = pick(theme.rng, COLUMNS)
            write_printed(sheet, theme, theme.body, [title], left, top + theme.unit * 1.3)
            for i, day in enumerate("MTWTFSS"):
                write_printed(
                    sheet, theme, font, [day], left + (i + 0.5) * pitch, top + unit * 3.4, align="centre"
                )
            first, step = theme.integer(0, 6), (tall - unit * 5) / 6
            for day_of in range(1, theme.integer(28, 31) + 1):
                row, place = divmod(first + day_of - 1, 7)
                x, y = left + (place + 0.5) * pitch, top + unit * 5 + row * step
                number = Value(str(day_of), "number")
                write_printed(sheet, theme, font, [number], x, y, align="centre")
                if lined:
                    sheet.draw_frame((x - pitch / 2, y - step * 0.6, x + pitch / 2, y + step * 0.4), 1, 150)
                if step > theme.writer.unit * 2.4 and theme.chance(0.1):
                    write_words(sheet, theme, pick(theme.rng, PROSE), x - pitch * 0.4, y + step * 0.35)


def _contents(sheet: Sheet, theme: Theme) -> None:
    """Chapters with their pages, dots between; or an index."""
    y, number = theme.unit * 4, theme.integer(1, 9)
    write_printed(sheet, theme, theme.head, [pick(theme.rng, ["Contents", "Inhalt", "Index", "Menu"])], 30, y)
    right, dotted = sheet.width * theme.uniform(0.75, 0.96), theme.chance(0.6)
    page, numbered = theme.integer(1, 40), theme.chance(0.6)
    while y < sheet.height - theme.unit * 4:
        y += theme.unit * theme.uniform(1.8, 2.6)
        parts: list[Part] = [Value(str(number), "number"), "  "] if numbered else []
        words = " ".join(pick(theme.rng, PROSE) for _ in range(theme.integer(1, 4))).capitalize()
        end = write_printed(sheet, theme, theme.body, [*parts, words], sheet.width * 0.05, y)
        if dotted:
            for x in np.arange(end + 8, right - theme.unit * 3, theme.unit * 0.8):
                sheet.draw_line((x, y - 1), (x + 1, y - 1), 1, theme.integer(0, 90))
        write_printed(sheet, theme, theme.body, [Value(str(page), "number")], right, y, align="right")
        page, number = page + theme.integer(1, 20), number + 1
    foot = sheet.height - theme.unit
    write_printed(
        sheet, theme, theme.body, [Value(str(page), "number")], sheet.width / 2, foot, align="centre"
    )


def _plot(sheet: Sheet, theme: Theme) -> None:
    """A curve or bars between two axes with numbers along them."""
    font = load_font(theme.choose_face(), theme.uniform(6.5, 14))
    x0, y0 = font.unit * theme.uniform(4, 7), sheet.height - font.unit * theme.uniform(3, 6)
    x1, y1 = sheet.width - font.unit * 3, font.unit * 3
    grey, grid = theme.integer(0, 120), theme.chance(0.5)
    for side in (((x0, y0), (x1, y0)), ((x0, y0), (x0, y1))):
        sheet.draw_line(*side, 1, grey)
    step, start = float(theme.rng.choice([0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 100])), theme.integer(-3, 20)
    places = 1 if step < 1 else 0
    for axis in (0, 1):
        count = theme.integer(4, 11)
        for i in range(count + 1):
            share = i / count
            text = f"{(start if axis else 0) * step + i * step:.{places}f}".replace("-", "")
            x, y = (x0 + share * (x1 - x0), y0) if axis == 0 else (x0, y0 + share * (y1 - y0))
            at = (x, y + font.unit * 2) if axis == 0 else (x - font.unit * 0.7, y + font.unit / 2)
            write_printed(
                sheet, theme, font, [Value(text, "scale")], *at, align="right" if axis else "centre"
            )
            ends = ((x, y), (x, y1 if grid else y - 4)) if axis == 0 else ((x, y), (x1 if grid else x + 4, y))
            sheet.draw_line(*ends, 1, 210 if grid else grey)
    for _ in range(theme.integer(1, 3)):
        xs = np.linspace(x0, x1, theme.integer(5, 60))
        ys = y0 + (y1 - y0) * np.clip(np.cumsum(theme.rng.normal(0, 0.1, len(xs))) + 0.5, 0.03, 0.97)
        path = np.round(np.stack([xs, ys], axis=1) * 16).astype(np.int32)
        cv2.polylines(sheet.plane, [path], False, theme.integer(0, 140), theme.integer(1, 2), cv2.LINE_AA, 4)
    write_printed(
        sheet, theme, font, [pick(theme.rng, COLUMNS)], (x0 + x1) / 2, y0 + font.unit * 4, align="centre"
    )


def _questions(sheet: Sheet, theme: Theme) -> None:
    """Questions with their numbers and points, answers written in boxes, on lines, or as marks."""
    y, number = theme.unit * 3, theme.integer(1, 30)
    right = sheet.width * theme.uniform(0.8, 0.93)
    side = theme.writer.unit * theme.uniform(1.4, 2.2)
    tail = pick(theme.rng, [". ", ") ", " ", ": "])
    boxes = theme.chance(0.7)
    while y < sheet.height - side * 1.2:
        y += side * theme.uniform(1.1, 1.8)
        parts: list[Part] = [
            Value(str(number), "number"),
            tail,
            make_sentence(theme.rng, theme.integer(2, 7)),
        ]
        if theme.chance(0.25):
            parts += [" (", Value(str(theme.integer(1, 25)), "number"), ")"]
        write_printed(sheet, theme, theme.body, parts, sheet.width * 0.04, y)
        if boxes:
            sheet.draw_frame(
                (right - side, y - side * 0.8, right, y + side * 0.2),
                theme.integer(1, 2),
                theme.integer(0, 140),
            )
        else:
            sheet.draw_line((right - side * 1.5, y + 2), (right + 6, y + 2), 1, theme.integer(0, 150))
        if theme.chance(0.85):
            text = str(theme.integer(0, 9)) if theme.chance(0.6) else values.make_count(theme.rng)[:3]
            middle, room = right - side / 2, side * 1.05
            write_by_hand(sheet, theme, Value(text, "digit"), middle, y, align="centre", room=room)
        number += 1


def _keys(sheet: Sheet, theme: Theme) -> None:
    """Keys, squares or balls with a number each: a telephone, a lottery, bingo, lockers, a keyboard."""
    pitch = theme.uniform(26, 70)
    unit = pitch * theme.uniform(0.25, 0.55)
    font, round_ = load_font(theme.choose_face(), max(7.0, unit)), theme.chance(0.4)
    number, most = theme.integer(0, 1), int(theme.rng.choice([9, 12, 45, 49, 90]))
    random_ = theme.chance(0.4)
    for y in np.arange(pitch, sheet.height - pitch, pitch):
        for x in np.arange(pitch, sheet.width - pitch / 2, pitch):
            if theme.chance(0.06):
                continue
            half = pitch * 0.43
            grey = theme.integer(0, 170)
            if round_:
                cv2.circle(sheet.plane, (int(x), int(y)), int(half), grey, 1, cv2.LINE_AA)
            else:
                sheet.draw_frame((x - half, y - half, x + half, y + half), 1, grey)
            text = str(theme.integer(0, most) if random_ else number)
            kind = "digit" if len(text) == 1 else "number"
            write_printed(sheet, theme, font, [Value(text, kind)], x, y + font.unit / 2, align="centre")
            if theme.chance(0.08):
                marks.draw_tick_box(sheet, theme, x - half / 2, y - half / 2, half, marked=True)
            number = number + 1 if number < most else 0


def _scattered(sheet: Sheet, theme: Theme) -> None:
    """Digits and short numbers of any size, in print and by hand, some in a line with words."""
    for _ in range(theme.integer(15, 90)):
        unit = float(np.exp(theme.uniform(np.log(6.5), np.log(42))))
        text = texts.make_digits(theme.rng, int(theme.rng.choice([1, 1, 1, 2, 2, 3, 4])))
        font = load_font(theme.choose_face(), unit)
        x, y = theme.uniform(2, sheet.width - 4), theme.uniform(unit, sheet.height - 4)
        word = pick(theme.rng, PROSE) + " " if theme.chance(0.25) and unit < 20 else ""
        wide = font.width(word + text)
        if not sheet.reserve((x - 2, y - unit * 1.4, x + wide + 2, y + unit * 0.5), 2):
            continue
        if theme.chance(0.3) and unit > 9 and not word:
            write_by_hand(sheet, theme, Value(text, "digit"), x, y, unit=unit, room=wide * 1.2)
        elif font.has(word):
            parts: list[Part] = [word, Value(text, "digit" if len(text) == 1 else "number")]
            write_printed(sheet, theme, font, [part for part in parts if part], x, y)
